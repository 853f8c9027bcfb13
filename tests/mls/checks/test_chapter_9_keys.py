# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One key for each message, and none for ever."""

from __future__ import annotations

import pytest

from privity.mls.schedule.secret_tree import Kind, SecretTree, Step, Window
from privity.mls.suites import suite
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid_commit import Conversation, private
from tests.mls.group.builders import NOW, accept, snapshot

WINDOW = Window(5, 10)


@pytest.fixture
def talk() -> Conversation:
    return Conversation("ana", "ben", "cyd")


@pytest.fixture
def tree() -> SecretTree:
    return SecretTree.create(suite(1), 4, bytes(range(32)))


@pytest.mark.parametrize("leaf", [4, 5, 1 << 31])
@shows("9-1")
def test_a_leaf_outside_of_the_tree(tree: SecretTree, leaf: int) -> None:
    breaks("9-1", lambda at: tree.look_up(at, Kind.APPLICATION, 0, WINDOW), 3, leaf)


@shows("9.1-1")
def test_a_message_that_comes_again(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    messages = [ana.say(b"%d" % at) for at in range(3)]
    for message in (messages[2], messages[0], messages[1]):
        ben.read(message)
    before = snapshot(ben)
    for message in messages:
        with raises_check("9.1-1"):
            ben.process(message)
    assert snapshot(ben) == before
    ben.reload()
    with raises_check("9.1-1"):
        ben.process(messages[0])
    assert cyd.read(messages[0]).plaintext == b"0"


@shows("9.1-1")
def test_an_encrypted_proposal_that_comes_again(talk: Conversation) -> None:
    ana, ben, _ = talk.members
    message = ana.group.propose_remove(2, random=ana.random, now=NOW, private=True)
    ben.process(message)
    before = snapshot(ben)
    with raises_check("9.1-1"):
        ben.process(message)
    assert snapshot(ben) == before


@shows("9.1-1")
def test_a_message_of_a_past_epoch_that_comes_again(talk: Conversation) -> None:
    ana, ben, _ = talk.members
    message = ana.say(b"late")
    accept(ana.commit(force_path=True), talk.members)
    ben.read(message)
    with raises_check("9.1-1"):
        ben.process(message)


@shows("9.1-2")
def test_the_last_generation(tree: SecretTree) -> None:
    tree.apply(tree.next_to_send(1, Kind.APPLICATION))
    first = (1).to_bytes(8, "big")

    def take(generation: int) -> Step:
        number = generation.to_bytes(8, "big")
        moved = {name: number + value[8:] if value[:8] == first else value for name, value in tree.records.items()}
        return SecretTree.from_records(tree.suite, 4, moved).next_to_send(1, Kind.APPLICATION)

    assert [take(generation).generation for generation in (1, 7)] == [1, 7]
    breaks("9.1-2", take, 0xFFFFFFFF, 1 << 32)


@shows("9.1-3")
def test_no_key_seals_two_messages(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Application messages, encrypted proposals and commits, with a restart between any two."""
    used: list[tuple[bytes, bytes]] = []
    apply = SecretTree.apply

    def noting(tree: SecretTree, step: Step) -> None:
        used.append((step.key, step.nonce))
        apply(tree, step)

    ana, ben, _ = talk.members
    monkeypatch.setattr(SecretTree, "apply", noting)
    for _ in range(3):
        ana.say(b"x")
        ana.reload()
        ana.commit(force_path=True, private=True)
        ana.reload()
        ana.group.clear_pending()
        ana.say(b"y")
    assert len(used) == len(set(used)) == 9
    ben.process(ana.group.propose_update(random=ana.random, now=NOW, private=True))
    assert used[-1] == used[-2]
    assert used[-1] not in used[:-2]


@shows("9.2-1")
def test_a_message_that_was_overtaken_by_too_many(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    ben.rules.out_of_order = cyd.rules.out_of_order = 4
    messages = [ana.say(b"%d" % at) for at in range(6)]
    ben.read(messages[4])
    assert ben.read(messages[0]).plaintext == b"0"
    cyd.read(messages[5])
    before = snapshot(cyd)
    with raises_check("9.2-1"):
        cyd.process(messages[0])
    assert snapshot(cyd) == before
    assert cyd.read(messages[1]).plaintext == b"1"


@shows("9.2-2")
def test_a_message_of_an_epoch_that_is_long_past(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    message = ana.say(b"late")
    for _ in range(ben.rules.past_epochs):
        accept(ana.commit(force_path=True), talk.members)
    assert ben.read(message).plaintext == b"late"
    accept(ana.commit(force_path=True), talk.members)
    before = snapshot(cyd)
    with raises_check("9.2-2"):
        cyd.process(message)
    assert snapshot(cyd) == before
    stored = b"".join(before)
    assert private(message).epoch.to_bytes(8, "big") not in stored


@shows("9.2-3")
def test_a_message_of_our_own(talk: Conversation) -> None:
    ana, ben, _ = talk.members
    message = ana.say(b"for others")
    before = snapshot(ana)
    with raises_check("9.2-3"):
        ana.process(message)
    assert snapshot(ana) == before
    assert ben.read(message).plaintext == b"for others"
