# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What each struct refuses beyond its layout."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from privity.mls import codec
from privity.mls.errors import (
    BadEnum,
    DuplicateExtension,
    MissingConfirmationTag,
    MissingMembershipTag,
    NotCanonical,
    UnknownCipherSuite,
    UnknownVersion,
    UsageError,
    VectorMisaligned,
    WrongWireFormat,
)
from privity.mls.messages import app_data, codepoints, grease
from privity.mls.messages.app_data import AppDataDictionary, ComponentData, SafeAAD
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.commit import BY_REFERENCE, BY_VALUE, Ciphertexts, HPKECiphertext
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import (
    MLSMessage,
    PrivateMessage,
    PublicMessage,
    decode_group_info,
    decode_key_package,
    decode_public_message,
    decode_welcome,
)
from privity.mls.messages.extensions import Extension, read_u16s, replaced
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender, SenderType
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource
from privity.mls.messages.proposals import AppDataUpdate, GroupContextExtensions, Remove, decode_proposal
from privity.mls.messages.psk import EXTERNAL, RESUMPTION, ExternalPsk, ResumptionPsk, ResumptionUsage, decode_psk_id
from privity.mls.tree.node import ParentNode, read_node
from tests.mls.public.builders import SUITE, TAG, Room, key_package, leaf, party

ANA = party("ana")


def test_the_numbers_of_the_registries() -> None:
    """RFC 9420, section 17, and the extensions draft."""
    named = {name: value for name, value in vars(codepoints).items() if name.isupper() and isinstance(value, int)}
    assert named == {
        "MLS10": 1,
        "BASIC": 1,
        "X509": 2,
        "APPLICATION_ID": 1,
        "RATCHET_TREE": 2,
        "REQUIRED_CAPABILITIES": 3,
        "EXTERNAL_PUB": 4,
        "EXTERNAL_SENDERS": 5,
        "APP_DATA_DICTIONARY": 6,
        "LAST_RESORT": 10,
        "ADD": 1,
        "UPDATE": 2,
        "REMOVE": 3,
        "PSK": 4,
        "REINIT": 5,
        "EXTERNAL_INIT": 6,
        "GROUP_CONTEXT_EXTENSIONS": 7,
        "APP_DATA_UPDATE": 8,
        "SELF_REMOVE": 10,
        "PUBLIC_MESSAGE": 1,
        "PRIVATE_MESSAGE": 2,
        "WELCOME": 3,
        "GROUP_INFO": 4,
        "KEY_PACKAGE": 5,
        "APPLICATION": 1,
        "PROPOSAL": 2,
        "COMMIT": 3,
    }
    assert sorted(codepoints.DEFAULT_EXTENSIONS) == [1, 2, 3, 4, 5]
    assert sorted(codepoints.DEFAULT_PROPOSALS) == [1, 2, 3, 4, 5, 6, 7]
    components = (
        app_data.APP_COMPONENTS,
        app_data.SAFE_AAD,
        app_data.CONTENT_MEDIA_TYPES,
        app_data.LAST_RESORT_KEY_PACKAGE,
    )
    assert components == (1, 2, 3, 4)
    assert [each.value for each in SenderType] == [1, 2, 3, 4]
    assert [each.value for each in LeafSource] == [each.value for each in ResumptionUsage] == [1, 2, 3]
    assert [each.value for each in app_data.AppDataOp] == [1, 2]
    assert (EXTERNAL, RESUMPTION) == (BY_VALUE, BY_REFERENCE) == (1, 2)


def test_the_bytes_that_were_read_are_nobodys_business() -> None:
    """They are kept for speed: an object that was read looks like one that was made, and nobody can put them in."""
    room = Room()
    message = room.commit(0)
    made = (message.content, room.group_info(), key_package(ANA), leaf(ANA))
    for each in made:
        read = type(each).decode(each.encode())
        assert read == each == replace(read)
        assert repr(read) == repr(each)
        assert "_raw" not in repr(read)
        with pytest.raises(ValueError, match="_raw"):
            replace(read, _raw=b"other bytes")
    frames = Ciphertexts.of([HPKECiphertext(b"k" * 32, b"c" * 48)] * 3)
    assert repr(frames) == f"Ciphertexts(raw={frames.raw!r})"


def test_references_are_hashes_of_a_label_and_the_bytes() -> None:
    def hashed(label: bytes, data: bytes) -> bytes:
        return hashlib.sha256(codec.vec(label) + codec.vec(data)).digest()

    proposal = Room().propose(0, Remove(1)).authenticated
    package = key_package(ANA)
    assert proposal.reference(SUITE) == hashed(b"MLS 1.0 Proposal Reference", proposal.encode())
    assert package.reference() == hashed(b"MLS 1.0 KeyPackage Reference", package.encode())
    elsewhere = replace(package, cipher_suite=0xF0F0)
    assert elsewhere.reference(SUITE) == hashed(b"MLS 1.0 KeyPackage Reference", elsewhere.encode())
    with pytest.raises(UnknownCipherSuite):
        elsewhere.reference()


def test_what_is_signed_begins_with_version_and_wire_format() -> None:
    content = Room().propose(0, Remove(1)).content
    for wire_format in (codepoints.PUBLIC_MESSAGE, codepoints.PRIVATE_MESSAGE):
        auth = AuthenticatedContent(wire_format, content, b"", None)
        assert auth.tbs(b"context") == b"\x00\x01" + codec.u16(wire_format) + content.encode() + b"context"


def test_an_epoch_is_chained_to_its_confirmation_tag() -> None:
    state = Room().group.state
    expected = hashlib.sha256(state.context.confirmed_transcript_hash + codec.vec(TAG)).digest()
    assert state.interim_transcript_hash == expected


def test_a_key_package_is_signed_under_its_label() -> None:
    package = key_package(ANA)
    signed = codec.vec(b"MLS 1.0 KeyPackageTBS") + codec.vec(package.tbs())
    Ed25519PublicKey.from_public_bytes(ANA.public).verify(package.signature, signed)


def test_what_is_left_out_is_empty() -> None:
    assert Credential.x509((b"certificate",)).identity == b""
    assert Credential.basic(b"ana").certificates == ()


def test_protocol_version() -> None:
    data = key_package(ANA).encode()
    with pytest.raises(UnknownVersion):
        KeyPackage.decode(b"\x00\x02" + data[2:])
    with pytest.raises(UnknownVersion):
        MLSMessage.decode(b"\x00\x02\x00\x05" + data)


def test_a_leaf_without_a_place_is_signed_for_the_first_one() -> None:
    """Of a group whose name is empty: whoever leaves both out gets what a verifier gets that leaves both out."""
    node = leaf(ANA, LeafSource.UPDATE, group_id=None)
    place = b"\x00" + bytes(4)
    unsigned = node.encode()[: -len(codec.vec(node.signature))]
    assert node.tbs(None, None) == node.tbs(b"", 0) == unsigned + place
    node.verify(Room().suite)


def test_credential_type() -> None:
    data = Credential.basic(b"ana").encode()
    with pytest.raises(BadEnum):
        Credential.decode(b"\x00\x03" + data[2:])


def test_leaf_source() -> None:
    valid = leaf(ANA)
    at = valid.encode().index(valid.capabilities.encode()) + len(valid.capabilities.encode())
    data = valid.encode()
    with pytest.raises(BadEnum):
        LeafNode.decode(data[:at] + b"\x04" + data[at + 1 :])


def test_extension_twice() -> None:
    with pytest.raises(DuplicateExtension):
        decode_proposal(GroupContextExtensions((Extension(9, b"a"), Extension(9, b"b"))).encode())


def test_a_replaced_extension_keeps_its_place() -> None:
    old = (Extension(9, b"a"), Extension(10, b"b"))
    assert replaced(old, 9, b"c") == (Extension(9, b"c"), Extension(10, b"b"))
    assert replaced(old, 11, b"c") == (*old, Extension(11, b"c"))


def test_odd_number_vectors() -> None:
    with pytest.raises(VectorMisaligned):
        codec.decode(read_u16s, codec.vec(b"\x00\x01\x02"))
    with pytest.raises(VectorMisaligned):
        Capabilities.decode(codec.vec(b"\x00") + b"\x00" * 4)
    with pytest.raises(VectorMisaligned):
        ParentNode.decode(codec.vec(b"k") + codec.vec(b"h") + codec.vec(b"\x00" * 5))


def test_proposal_type_zero() -> None:
    with pytest.raises(BadEnum):
        decode_proposal(b"\x00\x00\x00")


def test_app_data_operation() -> None:
    data = AppDataUpdate(5, b"x").encode()
    with pytest.raises(BadEnum):
        decode_proposal(data[:4] + b"\x03" + data[5:])


def test_psk_type_and_usage() -> None:
    with pytest.raises(BadEnum):
        decode_psk_id(b"\x03" + ExternalPsk(b"i", b"n").encode()[1:])
    data = ResumptionPsk(ResumptionUsage.BRANCH, b"g", 1, b"n").encode()
    with pytest.raises(BadEnum):
        decode_psk_id(data[:1] + b"\x04" + data[2:])


def test_sender_type() -> None:
    with pytest.raises(BadEnum):
        Sender.decode(b"\x05")


def test_content_types() -> None:
    data = PrivateMessage(b"", 1, 1, b"", b"s", b"c").encode()
    with pytest.raises(BadEnum):
        PrivateMessage.decode(data[:9] + b"\x04" + data[10:])
    framed = FramedContent(b"", 1, Sender.new_member_commit(), b"", Remove(1)).encode()
    with pytest.raises(BadEnum):
        FramedContent.decode(framed[:11] + b"\x00" + framed[12:])


def test_wire_formats() -> None:
    with pytest.raises(BadEnum):
        MLSMessage.decode(b"\x00\x01\x00\x06")
    auth = Room().commit(0).authenticated
    with pytest.raises(BadEnum):
        AuthenticatedContent.decode(b"\x00\x03" + auth.encode()[2:])
    with pytest.raises(UsageError):
        PublicMessage.of(replace(auth, wire_format=codepoints.PRIVATE_MESSAGE), None)


def test_node_type() -> None:
    with pytest.raises(BadEnum):
        codec.decode(read_node, b"\x03")


@pytest.mark.parametrize("order", [(2, 1), (1, 1)])
def test_components_rise(order: tuple[int, int]) -> None:
    items = tuple(ComponentData(number, b"") for number in order)
    with pytest.raises(NotCanonical):
        AppDataDictionary.decode(AppDataDictionary(items).encode())
    with pytest.raises(NotCanonical):
        SafeAAD.decode(SafeAAD(items).encode())


def test_dictionary_changes() -> None:
    one = AppDataDictionary().with_component(7, b"a").with_component(3, b"b").with_component(7, b"c")
    assert one.items == (ComponentData(3, b"b"), ComponentData(7, b"c"))
    assert one.without_component(3).get(3) is None
    assert one.get(7) == b"c"


def test_authenticated_data_of_who_has_none() -> None:
    plain = AppDataDictionary().with_component(7, b"a").extension()
    safe = AppDataDictionary().with_component(app_data.SAFE_AAD, b"").extension()
    assert (app_data.no_aad(()), app_data.no_aad((plain,)), app_data.no_aad((safe,))) == (b"", b"", b"\x00")
    for extensions, aad in (((), b"text"), ((plain,), b"text"), ((safe,), b"\x00")):
        app_data.check_own_aad(extensions, aad)
    with pytest.raises(UsageError):
        app_data.check_own_aad((safe,), b"text")


def test_a_dictionary_is_found_among_extensions() -> None:
    one = AppDataDictionary().with_component(7, b"a")
    assert AppDataDictionary.of((Extension(9, b""), one.extension())) == one
    assert AppDataDictionary.of((Extension(9, b""),)) == AppDataDictionary()


def test_tags_of_public_messages() -> None:
    message = Room().commit(0)
    with pytest.raises(MissingMembershipTag):
        replace(message, membership_tag=None)
    with pytest.raises(MissingConfirmationTag):
        replace(message, confirmation_tag=None)


def test_the_wanted_kind_of_message() -> None:
    room = Room()
    package = MLSMessage(key_package(ANA)).encode()
    assert decode_key_package(package).reference()
    for decode in (decode_public_message, decode_group_info, decode_welcome):
        with pytest.raises(WrongWireFormat):
            decode(package)
    with pytest.raises(WrongWireFormat):
        decode_key_package(MLSMessage(room.group_info()).encode())


def test_grease() -> None:
    assert grease.VALUES[0] == 0x0A0A
    assert grease.VALUES[-1] == 0xEAEA
    assert all(value >> 8 == value & 0xFF and value & 0x0F == 0x0A for value in grease.VALUES)
    assert grease.pick(b"\x00\x01\x02") == 0x2A2A
