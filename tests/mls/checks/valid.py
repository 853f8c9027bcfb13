# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Valid things to break: a room that a server follows, members with their secrets, and messages of both, made by hand
so that a cheating member's can be made too."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from privity.mls import codec
from privity.mls.group import Group
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.commit import Commit
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.framing import (
    AuthenticatedContent,
    Body,
    FramedContent,
    Sender,
    encode_auth,
    encode_body,
)
from privity.mls.public_group import PublicGroup
from privity.mls.schedule import hpke, protect
from privity.mls.schedule.secret_tree import Kind, Step
from tests.mls.group.builders import Member
from tests.mls.group.builders import room as members
from tests.mls.public.builders import Room, TestRules

NAMES = ("ana", "ben", "cyd", "dov", "eva")


@cache
def _followed() -> Room:
    return Room(NAMES)


def followed() -> Room:
    """A room of five, all of whom have committed once, as a server follows it. Every call gives a fresh one."""
    twin = copy.copy(_followed())
    twin.parties = dict(twin.parties)
    twin.rules = TestRules()
    twin.group = PublicGroup.decode(_followed().group.encode(), twin.rules)
    return twin


@cache
def _talking(names: tuple[str, ...]) -> tuple[Member, ...]:
    return tuple(members(*names, update=True))


def talking(*names: str) -> list[Member]:
    """Members of one group with all their secrets. Every call gives fresh ones."""
    return [twin(member) for member in _talking(names or ("ana", "ben", "cyd"))]


def twin(member: Member) -> Member:
    """The same member a second time: what one processes the other does not know of."""
    member.save()
    other = copy.copy(member)
    other.rules = copy.copy(member.rules)
    other.store = dict(member.store)
    other._group = Group.load(other.store, other.identity, other.rules)
    return other


def taking(member: Member) -> Callable[[bytes], object]:
    """Takes a message in as this member would, as often as one likes; commits are followed."""
    return lambda message: twin(member).follow(message)


def public(message: bytes) -> PublicMessage:
    body = MLSMessage.decode(message).body
    assert isinstance(body, PublicMessage)
    return body


def private(message: bytes) -> PrivateMessage:
    body = MLSMessage.decode(message).body
    assert isinstance(body, PrivateMessage)
    return body


def encoded(body: PublicMessage | PrivateMessage) -> bytes:
    return MLSMessage(body).encode()


def tagged(sender: Member, auth: AuthenticatedContent) -> bytes:
    """A member's content in the clear with a right membership tag, whatever else is wrong with it."""
    epoch = sender.group._state.epoch
    tag = protect.membership_tag(epoch.suite, epoch.secrets.membership_key, auth, epoch.context)
    return encoded(PublicMessage.of(auth, tag))


def content(sender: Member, body: Body, **changes: Any) -> FramedContent:
    epoch = sender.group._state.epoch
    plain = FramedContent(epoch.group_id, epoch.number, Sender.member(epoch.own_leaf), b"", body)
    return replace(plain, **changes)


def signed(
    signer: Member, framed: FramedContent, context: bytes | None = None, wire_format: int = PRIVATE_MESSAGE
) -> AuthenticatedContent:
    """Content with a signature of `signer`, whoever the content says it is from."""
    epoch = signer.group._state.epoch
    chosen = epoch.context if context is None else context
    return AuthenticatedContent.signed(epoch.suite, signer.identity.signature_private, framed, chosen, wire_format)


def step_of(member: Member, leaf: int, kind: Kind = Kind.APPLICATION) -> Step:
    """The next message key of any leaf: every member can derive all of them."""
    return member.group._state.epoch.messages.next_to_send(leaf, kind)


def sealed(
    maker: Member,
    auth: AuthenticatedContent,
    *,
    padding: bytes = b"",
    plain: bytes | None = None,
    sender_data: bytes | None = None,
) -> bytes:
    """Content as a PrivateMessage under the next key of the leaf that it claims to be from, made by hand.

    `padding` is what follows the content, `plain` stands in for all that is encrypted, `sender_data` for its struct.
    """
    epoch = maker.group._state.epoch
    framed = auth.content
    leaf = framed.sender.index or 0
    kind = Kind.APPLICATION if isinstance(framed.body, bytes) else Kind.HANDSHAKE
    step = step_of(maker, leaf, kind)
    inner = encode_body(framed.body) + encode_auth(auth.signature, auth.confirmation_tag) + padding
    shell = PrivateMessage(framed.group_id, framed.epoch, framed.content_type, framed.authenticated_data, b"", b"")
    aad, head = aad_of(shell)
    guard = b"\x05\x06\x07\x08"
    nonce = bytes(a ^ b for a, b in zip(step.nonce[:4], guard, strict=True)) + step.nonce[4:]
    ciphertext = hpke.aead(epoch.suite, step.key).encrypt(nonce, inner if plain is None else plain, aad)
    data = protect.SenderData(leaf, step.generation, guard).encode() if sender_data is None else sender_data
    key, data_nonce = protect._sender_data_key(epoch.suite, epoch.secrets.sender_data_secret, ciphertext)
    hidden = hpke.aead(epoch.suite, key).encrypt(data_nonce, data, head)
    return encoded(replace(shell, encrypted_sender_data=hidden, ciphertext=ciphertext))


def aad_of(message: PrivateMessage) -> tuple[bytes, bytes]:
    """What the ciphertext, and what the sender data of a PrivateMessage authenticate beside themselves."""
    head = codec.vec(message.group_id) + codec.u64(message.epoch) + codec.u8(message.content_type)
    return head + codec.vec(message.authenticated_data), head


def commit_body(message: PublicMessage) -> Commit:
    assert isinstance(message.content.body, Commit)
    return message.content.body


def flipped(data: bytes, at: int = -1) -> bytes:
    """The same bytes with one bit turned."""
    out = bytearray(data)
    out[at] ^= 1
    return bytes(out)
