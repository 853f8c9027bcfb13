# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every decoder: any bytes are either refused by name or come back as the same bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.mls.errors import ProtocolError
from privity.mls.messages.app_data import AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import PUBLIC_MESSAGE
from privity.mls.messages.commit import Commit, HPKECiphertext, UpdatePath, UpdatePathNode
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage, PrivateMessage, PublicMessage
from privity.mls.messages.extensions import Extension, ExternalSender, RequiredCapabilities
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.group_info import GroupInfo
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, Lifetime
from privity.mls.messages.proposals import (
    Add,
    AppDataUpdate,
    ExternalInit,
    GroupContextExtensions,
    PreSharedKey,
    ReInit,
    Remove,
    UnknownProposal,
    decode_proposal,
)
from privity.mls.messages.psk import ExternalPsk, ResumptionPsk, ResumptionUsage, decode_psk_id
from privity.mls.messages.welcome import EncryptedGroupSecrets, GroupSecrets, PathSecret, Welcome
from privity.mls.public_group import PublicGroup
from privity.mls.suites import suite
from privity.mls.tree.node import ParentNode
from privity.mls.tree.ratchet_tree import RatchetTree
from tests.mls.public.builders import SUITE, Room, TestRules, capabilities, key_package, leaf, party


class Encodes(Protocol):
    def encode(self) -> bytes: ...


ROOM = Room(("ana", "ben", "cyd"))
ANA = party("ana")
COMMIT = ROOM.commit(1, [Remove(2)])
PATH = COMMIT.content.body.path if isinstance(COMMIT.content.body, Commit) else None
assert PATH is not None
CIPHERTEXT = HPKECiphertext(b"k" * 32, b"c" * 48)
PSK = ResumptionPsk(ResumptionUsage.BRANCH, b"g", 7, b"n" * 32)
WELCOME = Welcome(1, (EncryptedGroupSecrets(b"r" * 32, CIPHERTEXT),), b"info")
PRIVATE = PrivateMessage(b"g", 1, 1, b"aad", b"sender", b"ciphertext")
COMPONENTS = (ComponentData(1, b"a"), ComponentData(2, b""))


def tree(data: bytes) -> RatchetTree:
    return RatchetTree.decode(suite(1), data)


def stored(data: bytes) -> PublicGroup:
    return PublicGroup.decode(data, TestRules())


CASES: list[tuple[Callable[[bytes], Encodes], Any]] = [
    (Credential.decode, Credential.basic(b"ana")),
    (Credential.decode, Credential.x509((b"leaf", b"root"))),
    (Extension.decode, Extension(0xF000, b"data")),
    (RequiredCapabilities.decode, RequiredCapabilities((6,), (8,), (1,))),
    (ExternalSender.decode, ExternalSender(ANA.public, ANA.credential)),
    (Capabilities.decode, capabilities()),
    (Lifetime.decode, Lifetime(1, 2)),
    (LeafNode.decode, leaf(ANA)),
    (LeafNode.decode, PATH.leaf_node),
    (KeyPackage.decode, key_package(ANA)),
    (decode_psk_id, ExternalPsk(b"id", b"n" * 32)),
    (decode_psk_id, PSK),
    (ComponentData.decode, ComponentData(5, b"x")),
    (AppDataDictionary.decode, AppDataDictionary(COMPONENTS)),
    (SafeAAD.decode, SafeAAD(COMPONENTS)),
    (decode_proposal, Add(key_package(ANA))),
    (decode_proposal, Remove(3)),
    (decode_proposal, PreSharedKey(PSK)),
    (decode_proposal, ReInit(b"next", 1, 1, ())),
    (decode_proposal, ExternalInit(b"k" * 32)),
    (decode_proposal, GroupContextExtensions((Extension(6, b"\x00"),))),
    (decode_proposal, AppDataUpdate(5, b"x")),
    (decode_proposal, AppDataUpdate(5, None)),
    (decode_proposal, UnknownProposal(0xF001, b"x")),
    (HPKECiphertext.decode, CIPHERTEXT),
    (UpdatePathNode.decode, PATH.nodes[0]),
    (UpdatePath.decode, PATH),
    (Commit.decode, COMMIT.content.body),
    (GroupContext.decode, ROOM.group.context),
    (GroupInfo.decode, ROOM.group_info()),
    (EncryptedGroupSecrets.decode, WELCOME.secrets[0]),
    (Welcome.decode, WELCOME),
    (GroupSecrets.decode, GroupSecrets(b"j" * 32, PathSecret(b"p" * 32), (PSK,))),
    (Sender.decode, Sender.member(4)),
    (Sender.decode, Sender.new_member_commit()),
    (FramedContent.decode, COMMIT.content),
    (AuthenticatedContent.decode, COMMIT.authenticated),
    (PublicMessage.decode, COMMIT),
    (PrivateMessage.decode, PRIVATE),
    (MLSMessage.decode, MLSMessage(COMMIT)),
    (MLSMessage.decode, MLSMessage(PRIVATE)),
    (MLSMessage.decode, MLSMessage(WELCOME)),
    (MLSMessage.decode, MLSMessage(ROOM.group_info())),
    (MLSMessage.decode, MLSMessage(key_package(ANA))),
    (ParentNode.decode, ParentNode(b"k" * 32, b"h" * 32, (1, 4))),
    (tree, ROOM.group.tree),
    (stored, ROOM.group),
]
IDS = [f"{n}-{type(valid).__name__}" for n, (_, valid) in enumerate(CASES)]


@pytest.mark.parametrize(("decode", "valid"), CASES, ids=IDS)
def test_a_valid_object_comes_back(decode: Callable[[bytes], Encodes], valid: Encodes) -> None:
    data = valid.encode()
    again = decode(data)
    assert again.encode() == data
    if not isinstance(valid, RatchetTree | PublicGroup):
        assert again == valid


@pytest.mark.parametrize(("decode", "valid"), CASES, ids=IDS)
def test_every_shortened_or_lengthened_encoding_is_refused(decode: Callable[[bytes], Encodes], valid: Encodes) -> None:
    data = valid.encode()
    cuts = range(len(data)) if len(data) < 300 else range(0, len(data), 37)
    for cut in cuts:
        with pytest.raises(ProtocolError):
            decode(data[:cut])
    with pytest.raises(ProtocolError):
        decode(data + b"\x00")


@pytest.mark.parametrize(("decode", "valid"), CASES, ids=IDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_bytes_are_refused_or_come_back(
    decode: Callable[[bytes], Encodes], valid: Encodes, data: st.DataObject
) -> None:
    encoded = bytearray(valid.encode())
    if data.draw(st.booleans(), label="mutate a valid encoding"):
        for _ in range(data.draw(st.integers(1, 3))):
            encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
        hostile = bytes(encoded)
    else:
        hostile = data.draw(st.binary(max_size=96))
    try:
        value = decode(hostile)
    except ProtocolError:
        return
    assert value.encode() == hostile


def test_secrets_do_not_show() -> None:
    shown = repr(GroupSecrets(b"joiner", PathSecret(b"path"), ()))
    assert "joiner" not in shown.replace("joiner_secret", "")
    assert "b'path'" not in shown


def test_the_builder_uses_the_first_suite() -> None:
    assert SUITE.id == 1
    assert MLSMessage(COMMIT).wire_format == PUBLIC_MESSAGE
