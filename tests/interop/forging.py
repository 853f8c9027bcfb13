# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Objects of a real member with exactly one rule broken: what peers make of them is a fact for the table.

Every function takes the group or identity of a member of our own process and gives an encoded MLSMessage.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from privity.mls.crypto import generate_signature_key
from privity.mls.group import Group, KeyPackageBundle
from privity.mls.messages.codepoints import PRIVATE_MESSAGE, PUBLIC_MESSAGE
from privity.mls.messages.envelope import MLSMessage, PublicMessage, decode_public_message
from privity.mls.messages.extensions import Extension
from privity.mls.messages.framing import AuthenticatedContent, FramedContent, Sender, encode_auth
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.schedule import protect
from privity.mls.schedule.secret_tree import Kind

WORDS = b"words that nobody should read"


def _content(group: Group) -> FramedContent:
    return FramedContent(group.group_id, group.epoch, Sender.member(group.own_leaf), b"", WORDS)


def _sealed(group: Group, auth: AuthenticatedContent, change: Callable[[bytes], bytes] = bytes) -> bytes:
    """Sealed as any message of ours; `change` gets the encoded signature with which the plaintext ends."""
    state: Any = group._state
    epoch = state.epoch
    step = epoch.messages.next_to_send(group.own_leaf, Kind.APPLICATION)
    with patch.object(protect, "encode_auth", lambda *parts: change(encode_auth(*parts))):
        message = protect.seal_private(
            epoch.suite, epoch.secrets.sender_data_secret, step, auth, padding_to=0, random=os.urandom
        )
    state.take(epoch, step)
    return MLSMessage(message).encode()


def _signed(group: Group, wire_format: int) -> AuthenticatedContent:
    state: Any = group._state
    return AuthenticatedContent.signed(group.suite, state.signer, _content(group), group.context_bytes, wire_format)


def empty_signature(group: Group) -> bytes:
    """Everything is right but that nobody signed."""
    return _sealed(group, replace(_signed(group, PRIVATE_MESSAGE), signature=b""))


def stranger_signature(group: Group) -> bytes:
    """Signed by a key that is no member's."""
    private, _ = generate_signature_key(group.suite, os.urandom)
    auth = AuthenticatedContent.signed(group.suite, private, _content(group), group.context_bytes, PRIVATE_MESSAGE)
    return _sealed(group, auth)


def padding_not_zero(group: Group) -> bytes:
    return _sealed(group, _signed(group, PRIVATE_MESSAGE), lambda end: end + b"\x00\x01\x00")


def application_in_the_clear(group: Group) -> bytes:
    """Application data as a PublicMessage, signed and with its membership tag."""
    state: Any = group._state
    epoch = state.epoch
    auth = _signed(group, PUBLIC_MESSAGE)
    tag = protect.membership_tag(epoch.suite, epoch.secrets.membership_key, auth, epoch.context)
    return MLSMessage(PublicMessage(auth.content, auth.signature, None, tag)).encode()


def wrong_confirmation_tag(group: Group, commit: bytes) -> bytes:
    """A commit of ours whose confirmation tag has one other bit; the membership tag is made for it."""
    state: Any = group._state
    epoch = state.epoch
    auth = decode_public_message(commit).authenticated
    assert auth.confirmation_tag is not None
    changed = auth.with_confirmation_tag(flipped(auth.confirmation_tag))
    made = protect.seal_public(epoch.suite, epoch.secrets.membership_key, changed, epoch.context)
    return MLSMessage(made).encode()


def wrong_membership_tag(_: Group, commit: bytes) -> bytes:
    message = decode_public_message(commit)
    assert message.membership_tag is not None
    return MLSMessage(replace(message, membership_tag=flipped(message.membership_tag))).encode()


def one_key_for_both(bundle: KeyPackageBundle, signature_private: bytes, suite: Any) -> bytes:
    """A KeyPackage whose init key is the encryption key of its leaf."""
    leaf = bundle.key_package.leaf_node
    package = KeyPackage.signed(suite, signature_private, init_key=leaf.encryption_key, leaf_node=leaf)
    return MLSMessage(package).encode()


def leaf_signature_changed(bundle: KeyPackageBundle, signature_private: bytes, suite: Any) -> bytes:
    """The KeyPackage is signed, its leaf is not."""
    package = bundle.key_package
    leaf = replace(package.leaf_node, signature=flipped(package.leaf_node.signature))
    made = KeyPackage.signed(suite, signature_private, init_key=package.init_key, leaf_node=leaf)
    return MLSMessage(made).encode()


def neutral_signature_key(bundle: KeyPackageBundle, _: bytes, suite: Any) -> bytes:
    """The neutral element as an Ed25519 key: one signature, which anybody can write, is right for everything."""
    neutral = b"\x01" + bytes(31)
    anything = neutral + bytes(32)
    leaf = replace(bundle.key_package.leaf_node, signature_key=neutral, signature=anything)
    package = replace(bundle.key_package, leaf_node=leaf, signature=anything)
    assert package.cipher_suite == suite.id
    return MLSMessage(package).encode()


def small_order_init_key(bundle: KeyPackageBundle, signature_private: bytes, suite: Any) -> bytes:
    """An X25519 key with which every exchange gives zeros, so that everybody can open what is sealed to it."""
    leaf = bundle.key_package.leaf_node
    return MLSMessage(KeyPackage.signed(suite, signature_private, init_key=bytes(32), leaf_node=leaf)).encode()


def small_order_leaf_key(bundle: KeyPackageBundle, signature_private: bytes, suite: Any) -> bytes:
    """The same in the leaf: whoever seals a path to it later cannot."""
    old = bundle.key_package.leaf_node
    leaf = LeafNode.signed(
        suite,
        signature_private,
        encryption_key=bytes(32),
        signature_key=old.signature_key,
        credential=old.credential,
        capabilities=old.capabilities,
        source=old.source,
        lifetime=old.lifetime,
        extensions=old.extensions,
    )
    init_key = bundle.key_package.init_key
    return MLSMessage(KeyPackage.signed(suite, signature_private, init_key=init_key, leaf_node=leaf)).encode()


def extension_not_listed(bundle: KeyPackageBundle, signature_private: bytes, suite: Any) -> bytes:
    """A leaf with an extension that its own capabilities do not list."""
    old = bundle.key_package.leaf_node
    leaf = LeafNode.signed(
        suite,
        signature_private,
        encryption_key=old.encryption_key,
        signature_key=old.signature_key,
        credential=old.credential,
        capabilities=old.capabilities,
        source=old.source,
        lifetime=old.lifetime,
        extensions=(Extension(0xF7A1, b"unlisted"),),
    )
    init_key = bundle.key_package.init_key
    return MLSMessage(KeyPackage.signed(suite, signature_private, init_key=init_key, leaf_node=leaf)).encode()


KEY_PACKAGES = {
    made.__name__: made
    for made in (
        one_key_for_both,
        leaf_signature_changed,
        neutral_signature_key,
        small_order_init_key,
        small_order_leaf_key,
        extension_not_listed,
    )
}
COMMITS = {made.__name__: made for made in (wrong_confirmation_tag, wrong_membership_tag)}
MESSAGES = {
    made.__name__: made for made in (empty_signature, stranger_signature, padding_not_zero, application_in_the_clear)
}


def flipped(value: bytes) -> bytes:
    """The last bit is another one."""
    return value[:-1] + bytes([value[-1] ^ 1])


def longer_length(message: bytes, at: int) -> bytes:
    """The one-byte length of the vector at `at`, written in two bytes."""
    assert message[at] < 64
    return message[:at] + bytes([0x40, message[at]]) + message[at + 1 :]
