# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a caller of a group can get wrong by itself, and what is used up when it is right: no key serves twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from privity.mls.errors import UsageError
from privity.mls.group import NoPendingCommit, StagedCommit
from privity.mls.messages.codepoints import APP_DATA_UPDATE
from privity.mls.validation.proposals import QueuedProposal
from tests.mls.group.builders import NOW, Member, accept, capabilities, room, snapshot


def test_only_the_commit_that_is_pending_can_be_merged() -> None:
    ana, _ = room("ana", "ben")
    given_up = ana.commit(force_path=True)
    ana.group.clear_pending()
    with pytest.raises(NoPendingCommit):
        ana.group.merge_pending()
    pending = ana.commit(force_path=True)
    before = snapshot(ana)
    with pytest.raises(UsageError, match="not the pending commit"):
        ana.group.merge_pending(given_up)
    assert snapshot(ana) == before
    assert ana.group.pending is pending
    ana.group.merge_pending(pending)
    assert ana.group.epoch == pending.epoch


def test_a_message_that_is_too_long_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a bound that costs less than 64 MiB; the one of what is sealed is tried with the key schedule."""
    monkeypatch.setattr("privity.mls.group.group.MAX_MESSAGE", 100)
    ana, ben = room("ana", "ben")
    assert ben.read(ana.say(bytes(100))).plaintext == bytes(100)
    before = snapshot(ana)
    with pytest.raises(UsageError, match="a message of 101 bytes, at most 100 are possible"):
        ana.group.encrypt(bytes(101), random=ana.random)
    assert snapshot(ana) == before


def test_each_private_proposal_has_a_key_of_its_own() -> None:
    ana, ben = room("ana", "ben")
    sent = [ana.group.propose_update(random=ana.random, now=NOW, private=True) for _ in range(2)]
    sent.append(ana.commit(by_reference=(), force_path=True, private=True).message)
    for message in sent[:2]:
        outcome = ben.process(message)
        assert isinstance(outcome, QueuedProposal)
    assert len(ben.group.proposals) == 2
    assert isinstance(ben.process(sent[2]), StagedCommit)
    before = snapshot(ana)
    ana.reload()
    assert snapshot(ana) == before
    ana.group.clear_pending()
    again = ana.group.propose_update(random=ana.random, now=NOW, private=True)
    assert isinstance(ben.process(again), QueuedProposal), "nor after a reload"


def test_one_asks_once_to_be_removed_whoever_else_has_asked() -> None:
    ana, ben = room("ana", "ben")
    ana.process(ben.group.propose_self_remove(random=ben.random, now=NOW))
    ana.group.propose_update(random=ana.random, now=NOW)
    ana.group.propose_self_remove(random=ana.random, now=NOW)
    before = snapshot(ana)
    with pytest.raises(UsageError, match="has asked to be removed in this epoch already"):
        ana.group.propose_self_remove(random=ana.random, now=NOW)
    assert snapshot(ana) == before


def test_one_asks_to_be_removed_only_where_all_others_know_what_that_is() -> None:
    ana, ben = Member("ana").create(), Member("ben")
    ben.bundle = ben.new_bundle(capabilities=replace(capabilities(1), proposals=(APP_DATA_UPDATE,)))
    accept(ana.commit(adds=[ben.bundle.key_package]), [ana], [ben])
    with pytest.raises(UsageError, match="not all members know SelfRemove"):
        ana.group.propose_self_remove(random=ana.random, now=NOW)
    ben.group.propose_self_remove(random=ben.random, now=NOW)
