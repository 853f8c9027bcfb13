# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Commits as members meet them: tags, keys, secrets, and what comes after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from privity.mls.group import StagedCommit, own_path
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage
from privity.mls.messages.proposals import ReInit
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage
from privity.mls.schedule import path_secrets
from privity.mls.schedule.path_secrets import PathSecrets
from privity.mls.schedule.secret_tree import Kind
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid_commit import (
    Conversation,
    authenticated,
    flipped,
    private,
    public,
    refuses,
    sealed,
    tagged,
)
from tests.mls.group.builders import NOW, Member, accept, agree, snapshot


@pytest.fixture
def talk() -> Conversation:
    return Conversation("ana", "ben", "cyd")


@pytest.mark.parametrize("by", [-1, 1, 1 << 40])
@shows("12.4.2-1")
def test_a_commit_of_another_epoch(talk: Conversation, by: int) -> None:
    pending = talk.ana.commit(force_path=True)
    body = authenticated(pending.message).content.body
    moved = tagged(talk.ana, talk.signed(talk.ana, body, epoch=talk.ana.group.epoch + by))
    refuses("12.4.2-1", talk.ben, pending.message, moved)


@pytest.mark.parametrize("encrypted", [False, True])
@shows("12.4.2-1")
def test_a_commit_that_comes_again(talk: Conversation, encrypted: bool) -> None:
    pending = talk.ana.commit(force_path=True, private=encrypted)
    accept(pending, talk.members)
    before = snapshot(talk.ben)
    with raises_check("12.4.2-1"):
        talk.ben.process(pending.message)
    assert snapshot(talk.ben) == before


@shows("12.4.2-2")
def test_another_membership_tag(talk: Conversation) -> None:
    message = talk.ana.commit(force_path=True).message
    tag = public(message).membership_tag
    assert tag is not None
    for other in (flipped(tag), flipped(tag, 0), tag[:-1], b""):
        changed = MLSMessage(replace(public(message), membership_tag=other)).encode()
        refuses("12.4.2-2", talk.ben, message, changed)


@shows("12.4.2-3")
def test_an_encrypted_commit_that_does_not_open(talk: Conversation) -> None:
    message = talk.ana.commit(force_path=True, private=True).message
    good = private(message)
    for broken in (
        replace(good, ciphertext=flipped(good.ciphertext)),
        replace(good, ciphertext=flipped(good.ciphertext, 0)),
        replace(good, encrypted_sender_data=flipped(good.encrypted_sender_data)),
        replace(good, authenticated_data=b"other"),
    ):
        refuses("12.4.2-3", talk.ben, message, MLSMessage(broken).encode())


@shows("12.4.2-4")
def test_a_commit_signed_by_somebody_else(talk: Conversation) -> None:
    message = talk.ana.commit(force_path=True).message
    auth = authenticated(message)
    for signature in (flipped(auth.signature), b"", bytes(64)):
        refuses("12.4.2-4", talk.ben, message, tagged(talk.ana, replace(auth, signature=signature)))
    sender = auth.content.sender
    forged = talk.signed(talk.members[2], auth.content.body, sender=sender)
    refuses("12.4.2-4", talk.ben, message, tagged(talk.ana, forged))


@shows("12.4.2-4")
def test_an_encrypted_commit_signed_by_somebody_else(talk: Conversation) -> None:
    """Cyd knows every message key of the epoch, ana's too; the signature alone tells them apart."""
    ana, ben, cyd = talk.members
    message = ana.commit(force_path=True).message
    body = authenticated(message).content.body
    step = cyd.group._state.epoch.messages.look_up(0, Kind.HANDSHAKE, 0, cyd.group._state.window)
    sender = authenticated(message).content.sender
    forged = talk.signed(cyd, body, PRIVATE_MESSAGE, sender=sender)
    refuses("12.4.2-4", ben, message, sealed(cyd, forged, step))


@shows("12.4.2-6")
def test_a_psk_that_is_not_at_hand(talk: Conversation) -> None:
    name = ExternalPsk(b"shared words", bytes(32))
    pending = talk.ana.commit(psk_ids=[name], psks={name: b"key"}.get)

    def take(known: dict[Any, bytes]) -> object:
        return talk.ben.group.process(pending.message, now=NOW, psks=known.get)

    before = snapshot(talk.ben)
    breaks("12.4.2-6", take, {name: b"key"}, {replace(name, nonce=b"n" * 32): b"key"})
    assert snapshot(talk.ben) == before


Change = Callable[[PathSecrets, bytes], tuple[PathSecrets, bytes]]


def with_seal(monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    """From now on members seal their path secrets as `change` says, of the secrets and of their context."""
    honest = path_secrets.seal_path

    def seal(tree: Any, sender: int, path: PathSecrets, new: Any, context: bytes, random: Any) -> Any:
        changed, other = change(path, context)
        return honest(tree, sender, changed, new, other, random)

    monkeypatch.setattr(own_path, "seal_path", seal)


def refuses_sealing(number: str, talk: Conversation, monkeypatch: pytest.MonkeyPatch, change: Change) -> None:
    valid = talk.ana.commit(force_path=True).message
    talk.ana.group.clear_pending()
    with_seal(monkeypatch, change)
    broken = talk.ana.commit(force_path=True).message
    talk.ana.group.clear_pending()
    for member in talk.members[1:]:
        refuses(number, member, valid, broken)


@shows("12.4.2-13")
def test_path_secrets_under_another_context(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    old = talk.ana.group.context_bytes
    refuses_sealing("12.4.2-13", talk, monkeypatch, lambda path, _: (path, old))


@shows("12.4.2-14")
def test_path_secrets_that_lead_elsewhere(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    def other(path: PathSecrets, context: bytes) -> tuple[PathSecrets, bytes]:
        return replace(path, secrets=tuple(flipped(secret) for secret in path.secrets)), context

    refuses_sealing("12.4.2-14", talk, monkeypatch, other)


@shows("12.4.2-16")
def test_another_confirmation_tag(talk: Conversation) -> None:
    message = talk.ana.commit(force_path=True).message
    auth = authenticated(message)
    assert auth.confirmation_tag is not None
    for tag in (flipped(auth.confirmation_tag), auth.confirmation_tag[:-1], b""):
        refuses("12.4.2-16", talk.ben, message, tagged(talk.ana, auth.with_confirmation_tag(tag)))


@shows("12.4.2-16")
def test_a_commit_on_another_history(talk: Conversation) -> None:
    """Two members whose groups forked agree on everything public and on no secret."""
    ana, ben, cyd = talk.members
    one, other = ana.commit(force_path=True), cyd.commit(force_path=True)
    accept(one, [ana, ben])
    cyd.group.merge_pending(other)
    fork = authenticated(cyd.commit(psk_ids=[], adds=[]).message)
    assert isinstance(fork.content.body, Commit)
    good = ana.commit(adds=[cyd.new_bundle().key_package], removes=[2]).message
    body = authenticated(good).content.body
    before = snapshot(ben)
    ben.process(good)
    with raises_check("12.4.2-16"):
        ben.process(tagged(ana, talk.signed(ana, body)))
    assert snapshot(ben) == before


# What comes after


@shows("12.4.2-17")
def test_a_group_that_a_reinit_closed(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    late = cyd.say(b"on its way")
    accept(ana.commit(reinit=ReInit(b"next room", 1, 1, ())), talk.members)
    before = snapshot(cyd)
    for send in (
        lambda: cyd.say(b"after the end"),
        lambda: cyd.commit(force_path=True),
        lambda: cyd.group.propose_update(random=cyd.random, now=NOW),
    ):
        with raises_check("12.4.2-17"):
            send()
    assert snapshot(cyd) == before
    assert ben.read(late).plaintext == b"on its way"


@shows("12.4.2-19")
def test_who_was_removed_sends_nothing(talk: Conversation) -> None:
    ana, _, cyd = talk.members
    cyd.say(b"still here")
    proposal = ana.group.propose_update(random=ana.random, now=NOW)
    ana.group._state.queue.clear()
    accept(ana.commit(removes=[2]), talk.members)
    before = snapshot(cyd)
    for send in (
        lambda: cyd.say(b"gone"),
        lambda: cyd.commit(force_path=True),
        lambda: cyd.group.propose_update(random=cyd.random, now=NOW),
        cyd.group.group_info,
        lambda: cyd.group.export(b"label", b"", 32),
        lambda: cyd.group.safe_export(7),
        lambda: cyd.group.epoch_authenticator,
        lambda: cyd.process(proposal),
    ):
        with raises_check("12.4.2-19"):
            send()
    assert snapshot(cyd) == before


@shows("12.4.2-24")
def test_who_was_removed_keeps_only_what_opens_late_messages(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    first = ana.say(b"of the epoch before")
    accept(ben.commit(force_path=True), talk.members)
    second = ben.say(b"of the last epoch")
    held = {value for part in secrets_of(cyd).values() for value in part}
    name = ResumptionPsk(ResumptionUsage.APPLICATION, cyd.group.group_id, cyd.group.epoch, bytes(32))
    assert cyd.group.resumption_psk(name) is not None
    accept(ana.commit(removes=[2]), talk.members)
    left = secrets_of(cyd)
    assert left["keys"] == set()
    assert left["epoch"] == {cyd.group._state.epoch.secrets.sender_data_secret}
    assert cyd.group.resumption_psk(name) is None
    gone = held - {value for part in left.values() for value in part}
    assert len(gone) > 8
    stored = b"".join(snapshot(cyd).values())
    assert [value for value in gone if value in stored] == []
    cyd.reload()
    assert cyd.read(first).plaintext == b"of the epoch before"
    assert cyd.read(second).plaintext == b"of the last epoch"


def secrets_of(member: Member) -> dict[str, set[bytes]]:
    """What a member holds beside its message keys, by kind."""
    epoch = member.group._state.epoch
    return {
        "epoch": {value for each in fields(epoch.secrets) if (value := getattr(epoch.secrets, each.name))},
        "keys": set(epoch.keys.values()),
        "exports": set(epoch.exports.records.values()),
        "past": {past.resumption_psk for past in member.group._state.past.values() if past.resumption_psk},
    }


@shows("12.4.2-21")
def test_a_commit_in_our_name_that_we_did_not_keep(talk: Conversation) -> None:
    pending = talk.ana.commit(force_path=True)
    talk.ana.process(pending.message)
    talk.ana.group.clear_pending()
    before = snapshot(talk.ana)
    with raises_check("12.4.2-21"):
        talk.ana.process(pending.message)
    assert snapshot(talk.ana) == before
    accept(talk.ben.commit(force_path=True), talk.members)
    assert agree(talk.members)


@shows("12.4.2-22")
def test_an_update_whose_key_is_lost(talk: Conversation) -> None:
    ana, ben, _ = talk.members
    proposal = ben.group.propose_update(random=ben.random, now=NOW)
    ana.process(proposal)
    message = ana.commit().message
    ben.process(message)
    ben.group._state.own_updates.clear()
    before = snapshot(ben)
    with raises_check("12.4.2-22"):
        ben.process(message)
    assert snapshot(ben) == before


@shows("12.4.2-23")
def test_a_commit_that_is_merged_too_late(talk: Conversation) -> None:
    ana, ben, cyd = talk.members
    first, second = cyd.process(ana.commit(force_path=True).message), cyd.process(ben.commit(force_path=True).message)
    assert isinstance(first, StagedCommit)
    assert isinstance(second, StagedCommit)
    cyd.group.merge(second)
    before = snapshot(cyd)
    with raises_check("12.4.2-23"):
        cyd.group.merge(first)
    assert snapshot(cyd) == before
