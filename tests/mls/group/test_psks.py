# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pre-shared keys in commits, Welcomes and external commits (RFC 9420, sections 8.4 and 12.1.4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from privity.mls.errors import (
    BadConfirmationTag,
    DecryptionFailed,
    MlsError,
    PskNonceLength,
    PskUsage,
    RepeatedPsk,
    TooManyPsks,
    UnknownPsk,
)
from privity.mls.group import Group, StagedCommit
from privity.mls.group.join import _check_psks
from privity.mls.messages.envelope import decode_group_info, decode_welcome
from privity.mls.messages.framing import Sender
from privity.mls.messages.proposals import ExternalInit, PreSharedKey
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage
from privity.mls.rules import SentProposal
from privity.mls.validation.lists import MAX_PSKS, check_external_list, check_member_list, check_psk_count
from tests.mls.group.builders import GROUP_ID, NOW, Member, agree, capabilities, room, snapshot

WORD = ExternalPsk(b"word", bytes(32))
Lookup = Callable[[PreSharedKeyID], bytes | None]


def holder(key: bytes | None) -> Lookup:
    return lambda name: key if isinstance(name, ExternalPsk) else None


def follow(member: Member, message: bytes, psks: Lookup | None) -> None:
    staged = member.group.process(message, now=NOW, psks=psks)
    assert isinstance(staged, StagedCommit)
    member.group.merge(staged)


def not_made(error: type[MlsError], member: Member, *names: PreSharedKeyID) -> None:
    before = snapshot(member)
    with pytest.raises(error) as caught:
        member.commit(psk_ids=names, psks=holder(b"key"))
    assert type(caught.value) is error
    assert snapshot(member) == before


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_external_and_a_resumption_key_in_one_commit(number: int) -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", number=number, update=True)
    past = ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, ana.group.epoch - 1, bytes(32))
    pending = ana.commit(psk_ids=[past, WORD], psks=holder(b"key"))
    assert pending.staged.change.path is None, "keys alone need no path"
    for member in (ben, cyd):
        with pytest.raises(UnknownPsk):
            member.process(pending.message)
        with pytest.raises(BadConfirmationTag):
            member.group.process(pending.message, now=NOW, psks=holder(b"another"))
        follow(member, pending.message, holder(b"key"))
    ana.follow(pending.message)
    assert agree(members)


def test_the_order_of_keys_counts() -> None:
    ana, ben = room("ana", "ben")
    other = ExternalPsk(b"other", bytes(32))

    def keys(name: PreSharedKeyID) -> bytes | None:
        return name.psk_id if isinstance(name, ExternalPsk) else None

    epochs = set()
    for names in ([WORD, other], [other, WORD]):
        pending = ana.commit(psk_ids=names, psks=keys, by_reference=[])
        assert pending.staged.next is not None
        epochs.add(pending.staged.next.secrets.epoch_authenticator)
        ana.group.clear_pending()
    assert len(epochs) == 2
    assert ben.group.epoch == ana.group.epoch


def test_a_key_is_proposed_by_one_and_committed_by_another() -> None:
    ana, ben = room("ana", "ben")
    message = ben.group.propose_psk(WORD, random=ben.random, now=NOW)
    ana.process(message)
    pending = ana.commit(psks=holder(b"key"))
    assert len(pending.staged.proposals) == 1
    follow(ben, pending.message, holder(b"key"))
    ana.follow(pending.message)
    assert agree([ana, ben])


def test_a_newcomer_needs_the_keys_that_its_welcome_names() -> None:
    ana, ben = Member("ana").create(), Member("ben")
    pending = ana.commit(adds=[ben.bundle.key_package], psk_ids=[WORD], psks=holder(b"key"))
    assert pending.welcome is not None

    def join(psks: Lookup | None) -> Group:
        assert pending.welcome is not None
        return Group.join(
            decode_welcome(pending.welcome),
            ben.bundle,
            ben.identity,
            ratchet_tree=pending.ratchet_tree,
            rules=ben.rules,
            now=NOW,
            psks=psks,
        )

    with pytest.raises(UnknownPsk):
        join(None)
    with pytest.raises(DecryptionFailed):
        join(holder(b"another"))
    ben.group = join(holder(b"key"))
    ana.follow(pending.message)
    assert agree([ana, ben])


def test_who_returns_by_commit_proves_that_it_was_there() -> None:
    members = ana, ben, cyd = room("ana", "ben", "cyd", update=True)
    proof = ResumptionPsk(ResumptionUsage.APPLICATION, GROUP_ID, cyd.group.epoch - 1, bytes(32))

    def enter(psks: Lookup | None) -> Any:
        return Group.join_external(
            decode_group_info(ana.group.group_info(with_tree=True)),
            ratchet_tree=None,
            identity=cyd.identity,
            capabilities=capabilities(1),
            rules=cyd.rules,
            now=NOW,
            random=cyd.random,
            replace=2,
            psk_ids=[proof],
            psks=psks,
        )

    with pytest.raises(UnknownPsk):
        enter(None)
    forged = enter(lambda name: b"made up")
    with pytest.raises(BadConfirmationTag):
        ana.process(forged.message)
    joined = enter(cyd.group.resumption_psk)
    ana.follow(joined.message)
    ben.follow(joined.message)
    cyd.group = joined.merge()
    assert agree(members)


# What is not made, and so not taken in


def test_each_key_is_named_once() -> None:
    ana, _ = room("ana", "ben")
    not_made(RepeatedPsk, ana, WORD, WORD)
    ana.commit(psk_ids=[WORD, replace(WORD, nonce=b"n" * 32)], psks=holder(b"key"))


@pytest.mark.parametrize("size", [0, 31, 33])
def test_nonces_are_as_long_as_hashes(size: int) -> None:
    ana, _ = room("ana", "ben")
    not_made(PskNonceLength, ana, replace(WORD, nonce=bytes(size)))
    suite = ana.identity.suite
    _check_psks(suite, (WORD,))
    with pytest.raises(PskNonceLength):
        _check_psks(suite, (replace(WORD, nonce=bytes(size)),))


@pytest.mark.parametrize("usage", [ResumptionUsage.REINIT, ResumptionUsage.BRANCH])
def test_resumption_keys_for_new_groups_have_no_place_in_running_ones(usage: ResumptionUsage) -> None:
    ana, _ = room("ana", "ben")
    name = ResumptionPsk(usage, GROUP_ID, ana.group.epoch, bytes(32))
    not_made(PskUsage, ana, name)
    with pytest.raises(PskUsage):
        ana.group.propose_psk(name, random=ana.random, now=NOW)


def test_a_joiner_ties_no_group_to_another() -> None:
    init = SentProposal(ExternalInit(b"k"), Sender.new_member_commit())

    def with_psk(usage: ResumptionUsage) -> list[SentProposal]:
        name = ResumptionPsk(usage, GROUP_ID, 0, bytes(32))
        return [init, SentProposal(PreSharedKey(name), Sender.new_member_commit())]

    check_external_list(with_psk(ResumptionUsage.APPLICATION))
    for usage in (ResumptionUsage.REINIT, ResumptionUsage.BRANCH):
        with pytest.raises(PskUsage):
            check_external_list(with_psk(usage))


def test_no_more_keys_than_can_be_counted() -> None:
    sender = Sender.member(0)
    many = [SentProposal(PreSharedKey(ExternalPsk(b"%d" % at, b"")), sender) for at in range(MAX_PSKS)]
    check_member_list(many, 0)
    with pytest.raises(TooManyPsks):
        check_member_list([*many, SentProposal(PreSharedKey(WORD), sender)], 0)
    check_psk_count(MAX_PSKS)
