# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""KeyPackage validation (RFC 9420, section 10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from privity.mls.crypto import check_hpke_key
from privity.mls.errors import InitKeyReused, MisplacedExtension, UnknownVersion, UnsupportedExtension, WrongCipherSuite
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.codepoints import DEFAULT_EXTENSIONS, MLS10
from privity.mls.messages.extensions import check_distinct
from privity.mls.messages.key_package import KeyPackage
from privity.mls.rules import LeafUse, Rules
from privity.mls.suites import CipherSuite
from privity.mls.validation.leaf_node import check_leaf
from privity.mls.validation.verified import KEY_PACKAGES, digest_of


@dataclass(frozen=True, slots=True)
class VerifiedKeyPackage:
    """A KeyPackage that passed `check_key_package`: adding it needs no second look at its signatures."""

    key_package: KeyPackage


def check_key_package(
    key_package: KeyPackage, *, suite: CipherSuite, rules: Rules, now: int, use: LeafUse = LeafUse.ADD
) -> VerifiedKeyPackage:
    """Version, suite, leaf, keys and both signatures. `now` is in seconds."""
    if key_package.version != MLS10:
        raise UnknownVersion(f"a KeyPackage for protocol version {key_package.version}, expected {MLS10}")
    if key_package.cipher_suite != suite.id:
        raise WrongCipherSuite(f"a KeyPackage for suite {key_package.cipher_suite}, expected {suite.id}")
    check_distinct(key_package.extensions)
    for extension in key_package.extensions:
        if extension.type in DEFAULT_EXTENSIONS:
            raise MisplacedExtension(f"extension {extension.type:#06x} has no place in a KeyPackage")
        if not key_package.leaf_node.capabilities.supports_extension(extension.type):
            raise UnsupportedExtension(f"the KeyPackage's leaf does not list its extension {extension.type:#06x}")
    AppDataDictionary.of(key_package.extensions)
    check_hpke_key(suite, key_package.init_key)
    if compare_digest(key_package.init_key, key_package.leaf_node.encryption_key):
        raise InitKeyReused("the init key is the leaf's encryption key")
    digest = digest_of(suite, key_package)
    known = KEY_PACKAGES.holds(digest)
    check_leaf(key_package.leaf_node, use, suite=suite, rules=rules, now=now, signed=known)
    if not known:
        key_package.verify(suite)
        KEY_PACKAGES.add(digest)
    return VerifiedKeyPackage(key_package)
