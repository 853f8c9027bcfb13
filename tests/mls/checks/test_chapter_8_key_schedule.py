# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an epoch is bound to: its context, its transcript, the external key, the pre-shared keys."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from privity.mls.group import Group, StagedCommit
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import PublicMessage, decode_group_info
from privity.mls.messages.extensions import external_pub_extension
from privity.mls.messages.framing import AuthenticatedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.proposals import ExternalInit, PreSharedKey
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID, ResumptionPsk, ResumptionUsage, decode_psk_id
from privity.mls.public_group import PublicGroup
from privity.mls.schedule import hpke
from privity.mls.transcript import confirmed_transcript_hash
from privity.mls.validation.group_info import verify_group_info
from privity.mls.validation.lists import MAX_PSKS, check_psk_count
from tests.mls.checks.showing import breaks, raises_check, shows
from tests.mls.checks.valid import (
    commit_body,
    encoded,
    flipped,
    followed,
    public,
    taking,
    talking,
    twin,
)
from tests.mls.checks.valid_invitation import Invitation
from tests.mls.group.builders import Member, accept, agree, capabilities
from tests.mls.public.builders import NOW, SUITE

FIRST, SECOND = ExternalPsk(b"first", b"1" * 32), ExternalPsk(b"second", b"2" * 32)
KEYS: dict[PreSharedKeyID, bytes] = {FIRST: b"one", SECOND: b"two"}


@pytest.mark.parametrize(
    ("number", "change"),
    [
        pytest.param("8-1", {"epoch": 99}, marks=shows("8-1")),
        pytest.param("8-2", {"extensions": (AppDataDictionary().extension(),)}, marks=shows("8-2")),
        pytest.param("8.2-2", {"confirmed_transcript_hash": bytes(32)}, marks=shows("8.2-2")),
    ],
)
def test_a_welcome_to_another_context(number: str, change: dict[str, Any]) -> None:
    """Ana, who knows the joiner secret, signs a context that is not that of the epoch."""
    invitation = Invitation()
    bad = invitation.sealed(info=invitation.signed(change))
    breaks(number, invitation.join, invitation.sealed(), bad)


@shows("8-3", "8.2-3")
def test_a_welcome_with_another_secret_or_tag() -> None:
    invitation = Invitation()
    other = replace(invitation.secrets, joiner_secret=flipped(invitation.secrets.joiner_secret))
    breaks("8-3", invitation.join, invitation.sealed(), invitation.sealed(secrets=other))
    for tag in (flipped(invitation.info.confirmation_tag), b""):
        bad = invitation.sealed(info=invitation.signed(confirmation_tag=tag))
        breaks("8.2-3", invitation.join, invitation.sealed(), bad)


# The group context


@pytest.mark.parametrize("version", [0, 2, 0xFFFF])
@shows("8.1-1")
def test_a_context_of_another_version(version: int) -> None:
    good = followed().group.context
    breaks("8.1-1", GroupContext.decode, good.encode(), replace(good, version=version).encode())


@shows("8.1-2")
def test_the_last_epoch() -> None:
    room = followed()

    def commit_in(epoch: int) -> None:
        context = replace(room.group.context, epoch=epoch)
        room.group = PublicGroup(replace(room.group.state, context=context), room.group.confirmation_tag, room.rules)
        room.group.process(room.commit(0), NOW)

    breaks("8.1-2", commit_in, (1 << 64) - 2, (1 << 64) - 1)


@shows("8.1-3", "8.1-4", "8.1-5", "8.1-6", "8.1-7", "8.1-8", "8.2-4")
def test_a_group_info_of_another_epoch() -> None:
    room = followed()
    context = room.group.context
    changes: dict[str, dict[str, Any]] = {
        "8.1-3": {"group_id": b"another"},
        "8.1-4": {"epoch": context.epoch + 1},
        "8.1-5": {"tree_hash": flipped(context.tree_hash)},
        "8.1-6": {"confirmed_transcript_hash": flipped(context.confirmed_transcript_hash)},
        "8.1-7": {"extensions": ()},
        "8.1-8": {"cipher_suite": 3},
    }
    good = room.group_info(confirmation_tag=room.group.confirmation_tag)
    for number, change in changes.items():
        bad = room.sign_group_info(replace(context, **change), 0, confirmation_tag=room.group.confirmation_tag)
        breaks(number, room.group.check_group_info, good, bad)
    other = room.group_info(confirmation_tag=flipped(room.group.confirmation_tag))
    breaks("8.2-4", room.group.check_group_info, good, other)


# The transcript


@shows("8.2-1")
def test_what_enters_no_transcript() -> None:
    room = followed()
    enter = partial(confirmed_transcript_hash, SUITE, bytes(32))
    breaks("8.2-1", enter, room.commit(0).authenticated, room.propose(0, PreSharedKey(FIRST)).authenticated)


def entering(info: GroupInfo) -> bytes:
    """An external commit of zoe's that builds on this GroupInfo."""
    zoe = Member("zoe")
    return Group.join_external(
        info,
        ratchet_tree=None,
        identity=zoe.identity,
        capabilities=capabilities(1),
        rules=zoe.rules,
        now=NOW,
        random=zoe.random,
    ).message


def shown_by(member: Member, **changes: Any) -> GroupInfo:
    """A GroupInfo that a member signed, with other fields."""
    info = decode_group_info(member.group.group_info(with_tree=True))
    args = {
        "group_context": info.group_context,
        "extensions": info.extensions,
        "confirmation_tag": info.confirmation_tag,
        "signer": info.signer,
        **changes,
    }
    return GroupInfo.signed(SUITE, member.identity.signature_private, **args)


@shows("8.2-5")
def test_a_commit_that_builds_on_another_tag() -> None:
    """Ana shows a tag of her own making; who joins with it is on a transcript that nobody shares."""
    ana, ben = talking("ana", "ben")
    good = shown_by(ana)
    bad = shown_by(ana, confirmation_tag=flipped(good.confirmation_tag))
    breaks("8.2-5", taking(ben), entering(good), entering(bad))


# External initialization


def with_external_key(member: Member, key: bytes) -> GroupInfo:
    info = shown_by(member)
    others = tuple(each for each in info.extensions if each.type != external_pub_extension(key).type)
    return shown_by(member, extensions=(external_pub_extension(key), *others))


@shows("8.3-1")
def test_an_external_key_that_is_not_the_groups() -> None:
    ana, ben = talking("ana", "ben")
    other = hpke.generate_key_pair(SUITE, ana.random)[1]
    breaks("8.3-1", taking(ben), entering(shown_by(ana)), entering(with_external_key(ana, other)))


def with_kem_output(zoe: Member, message: PublicMessage, change: Any, context: bytes) -> bytes:
    """Zoe's external commit with another KEM output, signed again."""
    body = commit_body(message)
    (init,) = body.proposals
    assert isinstance(init, ExternalInit)
    changed = Commit((ExternalInit(change(init.kem_output)),), body.path)
    framed = replace(message.content, body=changed)
    auth = AuthenticatedContent.signed(SUITE, zoe.identity.signature_private, framed, context)
    return encoded(PublicMessage.of(auth.with_confirmation_tag(message.confirmation_tag or b""), None))


@pytest.mark.parametrize(
    ("number", "change"),
    [
        pytest.param("8.3-2", lambda it: it[:-1], marks=shows("8.3-2")),
        pytest.param("8.3-2", lambda it: it + b"\x00", marks=shows("8.3-2")),
        pytest.param("8.3-2", lambda it: b"", marks=shows("8.3-2")),
        pytest.param("8.3-3", lambda it: bytes(32), marks=shows("8.3-3")),
    ],
)
def test_a_kem_output_that_is_no_key(number: str, change: Any) -> None:
    ana, ben = talking("ana", "ben")
    message = public(entering(shown_by(ana)))
    assert message.content.sender == Sender.new_member_commit()
    context = ana.group.context_bytes
    zoe = Member("zoe")
    good = with_kem_output(zoe, message, lambda it: it, context)
    breaks(number, taking(ben), good, with_kem_output(zoe, message, change, context))


@pytest.mark.parametrize("key", [bytes(32), bytes([9]) * 31])
@shows("8.3-4")
def test_an_external_key_that_is_none(key: bytes) -> None:
    ana, ben = talking("ana", "ben")
    good = shown_by(ana)
    breaks("8.3-4", lambda info: verify_group_info(info, None, ben.rules, NOW), good, with_external_key(ana, key))


# Pre-shared keys


@pytest.mark.parametrize("length", [0, 31, 33])
@shows("8.4-1", "8.4-2")
def test_the_length_of_a_nonce(length: int) -> None:
    room = followed()
    name = replace(FIRST, nonce=bytes(length))

    def propose(psk: PreSharedKeyID) -> None:
        room.group.process(room.propose(0, PreSharedKey(psk)), NOW)

    breaks("8.4-1", propose, FIRST, name)
    invitation = Invitation({FIRST: b"one"})
    bad = invitation.sealed(secrets=replace(invitation.secrets, psks=(name,)))
    breaks("8.4-2", invitation.join, invitation.welcome, bad)


def holding(member: Member, keys: dict[PreSharedKeyID, bytes]) -> Any:
    """Takes a commit in as a member who holds these keys."""
    return lambda message: twin(member).group.process(message, now=NOW, psks=keys.get)


@shows("8.4-3", "8.4-6")
def test_keys_that_a_commit_names() -> None:
    ana, ben = talking("ana", "ben")
    message = ana.commit(psk_ids=[FIRST, SECOND], psks=KEYS.get).message
    holding(ben, KEYS)(message)
    with raises_check("8.4-3"):
        holding(ben, {FIRST: b"one"})(message)
    with raises_check("8.4-6"):
        holding(ben, {FIRST: b"one", SECOND: b"another"})(message)
    with raises_check("8.4-6"):
        holding(ben, {FIRST: b"two", SECOND: b"one"})(message)


@shows("8.4-15")
def test_the_nonce_of_a_key_enters_the_epoch() -> None:
    """The same key under another nonce, or under another name, is injected as another one."""
    ana, ben = talking("ana", "ben")
    epochs = set()
    for name in (FIRST, replace(FIRST, nonce=b"3" * 32), replace(FIRST, psk_id=b"third")):
        committer, receiver = twin(ana), twin(ben)
        pending = committer.group.commit(psk_ids=[name], psks=lambda _: b"one", random=ana.random, now=NOW)
        staged = receiver.group.process(pending.message, now=NOW, psks=lambda _: b"one")
        assert isinstance(staged, StagedCommit)
        receiver.group.merge(staged)
        committer.group.merge_pending(pending)
        assert agree([committer, receiver])
        epochs.add(receiver.group.epoch_authenticator)
    assert len(epochs) == 3


@shows("8.4-4", "8.4-7", "8.4-8", "8.4-9", "8.4-10", "8.4-14")
def test_keys_that_a_welcome_names() -> None:
    invitation = Invitation(KEYS)
    good = invitation.welcome
    assert invitation.secrets.psks == (FIRST, SECOND)
    fewer: dict[PreSharedKeyID, bytes] = {FIRST: b"one"}
    breaks("8.4-4", lambda keys: invitation.join(good, keys), KEYS, fewer)
    breaks("8.4-7", lambda keys: invitation.join(good, keys), KEYS, {**fewer, SECOND: b"another"})
    renamed = replace(SECOND, nonce=b"3" * 32)
    known = {**KEYS, renamed: b"two"}
    for number, names in [
        ("8.4-8", (SECOND, FIRST)),
        ("8.4-9", (FIRST,)),
        ("8.4-9", ()),
        ("8.4-10", (FIRST, SECOND, FIRST)),
        ("8.4-14", (FIRST, renamed)),
    ]:
        bad = invitation.sealed(secrets=replace(invitation.secrets, psks=names))
        breaks(number, lambda welcome: invitation.join(welcome, known), good, bad)


def resumption(member: Member, epoch: int) -> ResumptionPsk:
    return ResumptionPsk(ResumptionUsage.APPLICATION, member.group.group_id, epoch, b"n" * 32)


@shows("8.4-5", "8.6-1")
def test_resumption_keys_of_past_epochs() -> None:
    """Rules remember three epochs. Ana forgets nothing, and so can name keys that ben no longer has."""
    ana, ben = talking("ana", "ben")
    ana.rules.past_epochs = 100
    first = ana.group.epoch
    for _ in range(4):
        accept(ana.commit(force_path=True), [ana, ben])
    assert ben.rules.past_epochs == 3

    def naming(epoch: int) -> bytes:
        return twin(ana).commit(psk_ids=[resumption(ana, epoch)]).message

    breaks("8.4-5", taking(ben), naming(first + 1), naming(first))


@shows("8.4-11", "8.4-12")
def test_names_of_keys_that_nobody_knows() -> None:
    good = ResumptionPsk(ResumptionUsage.APPLICATION, b"group", 3, b"n" * 32).encode()
    for kind in (0, 3, 255):
        breaks("8.4-11", decode_psk_id, good, bytes([kind]) + good[1:])
    for usage in (0, 4, 255):
        breaks("8.4-12", decode_psk_id, good, good[:1] + bytes([usage]) + good[2:])


@shows("8.4-13")
def test_more_keys_than_can_be_numbered() -> None:
    assert MAX_PSKS == 0xFFFF
    breaks("8.4-13", check_psk_count, MAX_PSKS, MAX_PSKS + 1)


# Exporters, authenticators


@shows("8.5-1", "8.5-2")
def test_how_much_can_be_exported() -> None:
    ana, ben = talking("ana", "ben")
    most = 255 * 32
    breaks("8.5-1", lambda length: ana.group.export(b"label", b"context", length), most, most + 1)
    exported = [member.group.export(b"label", b"context", 40) for member in (ana, ben)]
    assert exported[0] == exported[1] != ana.group.export(b"level", b"context", 40)
    accept(ana.commit(force_path=True), [ana, ben])
    assert ana.group.export(b"label", b"context", 40) != exported[0]


@shows("8.7-1")
def test_authenticators_are_the_members_own() -> None:
    everybody = talking("ana", "ben", "cyd")
    seen = set()
    for committer in everybody:
        accept(committer.commit(force_path=True), everybody)
        assert agree(everybody)
        seen.add(committer.group.epoch_authenticator)
    assert len(seen) == 3
