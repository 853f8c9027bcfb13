# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Who we are in a group, and the KeyPackages by which others add us (RFC 9420 sections 5.3 and 10)."""

from __future__ import annotations

from dataclasses import dataclass, field

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.crypto import Random, generate_signature_key
from privity.mls.errors import UnsupportedExtension
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import LAST_RESORT
from privity.mls.messages.credential import Credential
from privity.mls.messages.extensions import Extension, Extensions
from privity.mls.messages.grease import grease_extension, greased, pick
from privity.mls.messages.key_package import KeyPackage
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.mls.schedule import hpke
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite
from privity.mls.validation.leaf_node import check_own_list

CLOCK_SKEW_S = 3600
"""A KeyPackage is valid from an hour ago, because the clocks of other devices may be behind."""


@holds_secrets
@dataclass(frozen=True, slots=True)
class Identity:
    """A signature key with the credential that names its owner."""

    suite: CipherSuite
    credential: Credential
    signature_private: bytes = field(repr=False)
    signature_public: bytes

    @classmethod
    def generate(cls, suite: CipherSuite, credential: Credential, *, random: Random) -> Identity:
        """A fresh signature key for this credential (section 5.1.2). Who vouches for the pair is the application's."""
        private, public = generate_signature_key(suite, random)
        return cls(suite, credential, private, public)


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class KeyPackageBundle:
    """A KeyPackage and the two private keys that belong to it. Keep it until the KeyPackage is used or over."""

    key_package: KeyPackage
    init_private: bytes
    leaf_private: bytes

    def __repr__(self) -> str:
        return f"<KeyPackageBundle {self.key_package.init_key.hex()[:16]}>"

    def encode(self) -> bytes:
        """For the device's own store only."""
        return codec.vec(self.key_package.encode()) + codec.vec(self.init_private) + codec.vec(self.leaf_private)

    @classmethod
    def read(cls, r: Reader) -> KeyPackageBundle:
        return cls(KeyPackage.decode(r.vec()), r.vec(), r.vec())

    @classmethod
    def decode(cls, data: bytes) -> KeyPackageBundle:
        return codec.decode(cls.read, data)


def generate_key_package(
    identity: Identity,
    *,
    now: int,
    lifetime_s: int,
    capabilities: Capabilities,
    extensions: Extensions = (),
    leaf_extensions: Extensions = (),
    last_resort: bool = False,
    grease: bool = True,
    random: Random,
) -> KeyPackageBundle:
    """A fresh KeyPackage, valid from an hour before `now` (seconds) for `lifetime_s` in all.

    Raises UnsupportedExtension for an extension that `capabilities` does not list; a last-resort one needs LAST_RESORT.
    `grease` adds numbers that mean nothing, which others must ignore (section 13.5).
    """
    suite = identity.suite
    check_own_list(capabilities)
    init_private, init_key = hpke.generate_key_pair(suite, random)
    leaf_private, encryption_key = hpke.generate_key_pair(suite, random)
    if grease:
        number = pick(encryption_key)
        capabilities, leaf_extensions = greased(capabilities, leaf_extensions, number)
        extensions = (*extensions, grease_extension(number))
    start = now - CLOCK_SKEW_S
    leaf = LeafNode.signed(
        suite,
        identity.signature_private,
        encryption_key=encryption_key,
        signature_key=identity.signature_public,
        credential=identity.credential,
        capabilities=capabilities,
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(start, start + lifetime_s),
        extensions=leaf_extensions,
    )
    if last_resort:
        extensions = (*extensions, Extension(LAST_RESORT, b""))
    for extension in extensions:
        if not capabilities.supports_extension(extension.type):
            raise UnsupportedExtension(f"extension {extension.type:#06x} of the KeyPackage is not in its capabilities")
    package = KeyPackage.signed(
        suite, identity.signature_private, init_key=init_key, leaf_node=leaf, extensions=extensions
    )
    return KeyPackageBundle(package, init_private, leaf_private)
