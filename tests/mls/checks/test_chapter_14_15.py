# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What comes in sequence, and what comes late."""

from __future__ import annotations

from typing import Any

import pytest

from privity.mls.errors import WrongEpoch
from privity.mls.messages import framing
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.schedule import hpke, protect
from privity.mls.schedule.secret_tree import Kind
from privity.mls.suites import CipherSuite
from tests.mls.checks.showing import raises_check, shows
from tests.mls.checks.valid_commit import Conversation, sealed
from tests.mls.group.builders import Member, accept, agree, room, snapshot


@pytest.fixture
def talk() -> Conversation:
    return Conversation("ana", "ben", "cyd")


@shows("14-1")
def test_making_a_commit_changes_nothing_but_what_is_pending(talk: Conversation) -> None:
    ana, ben, _ = talk.members
    before = snapshot(ana)
    epoch, authenticator = ana.group.epoch, ana.group.epoch_authenticator
    ana.commit(adds=[Member("new").bundle.key_package], removes=[2])
    after = snapshot(ana)
    assert after.pop(b"pend")
    assert (after, ana.group.epoch, ana.group.epoch_authenticator) == (before, epoch, authenticator)
    ana.group.clear_pending()
    assert snapshot(ana) == before
    assert ben.read(ana.say(b"as before")).plaintext == b"as before"


@shows("14-2", "15.2-1")
def test_of_two_commits_one_wins_and_the_other_is_forgotten(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    won, lost = ana.commit(force_path=True), ben.commit(removes=[2])
    accept(won, talk.members)
    assert ben.group.pending is None
    assert agree(talk.members)
    before = snapshot(cyd)
    with pytest.raises(WrongEpoch):
        cyd.process(lost.message)
    assert snapshot(cyd) == before
    assert cyd.read(ben.say(b"still all here")).epoch == won.epoch


@shows("15.1-1")
def test_padding_that_says_something(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben, cyd = talk.members

    def message(padding: bytes) -> bytes:
        """Content with this behind it, as a careless or talkative sender would seal it."""
        honest = framing.encode_auth
        state = ana.group._state
        auth = talk.signed(ana, b"text", PRIVATE_MESSAGE)
        step = state.epoch.messages.look_up(0, Kind.APPLICATION, 0, state.window)
        with monkeypatch.context() as changed:
            changed.setattr(protect, "encode_auth", lambda *args: honest(*args) + padding)
            return sealed(ana, auth, step)

    assert cyd.read(message(bytes(16))).plaintext == b"text"
    before = snapshot(ben)
    for padding in (b"\x01", bytes(15) + b"\x80", b"\x00\x02\x00"):
        with raises_check("15.1-1"):
            ben.process(message(padding))
    assert snapshot(ben) == before
    assert ben.read(message(b"")).plaintext == b"text"


@pytest.mark.parametrize("number", [1, 2, 3])
@shows("15.2-2")
def test_one_key_seals_one_message(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, ben = members = room("ana", "ben", number=number)
    used: list[bytes] = []

    def noting(suite: CipherSuite, key: bytes) -> Any:
        cipher = hpke.aead(suite, key)

        class Noted:
            def encrypt(self, *args: bytes) -> bytes:
                used.append(key)
                return cipher.encrypt(*args)

            def decrypt(self, *args: bytes) -> bytes:
                return cipher.decrypt(*args)

        return Noted()

    monkeypatch.setattr(protect, "aead", noting)
    for _ in range(20):
        for member, other in ((ana, ben), (ben, ana)):
            assert other.read(member.say(b"the same")).plaintext == b"the same"
    accept(ana.commit(force_path=True, private=True), members)
    ana.read(ben.say(b"the same"))
    assert len(set(used)) == len(used) == 2 * 42


@shows("15.3-1")
def test_a_message_too_far_ahead(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    ben.rules.max_forward = cyd.rules.max_forward = 3
    messages = [ana.say(b"%d" % at) for at in range(6)]
    assert ben.read(messages[3]).generation == 3
    before = snapshot(cyd)
    with raises_check("15.3-1"):
        cyd.process(messages[4])
    assert snapshot(cyd) == before
    assert cyd.read(messages[3]).generation == 3
    assert cyd.read(messages[5]).generation == 5
