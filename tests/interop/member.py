# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One client in the process of our own library: its keys, its group, and rules that allow what MLS allows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from privity.mls.basic_rules import BasicRules
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.group import Group, Identity, KeyPackageBundle, generate_key_package
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import BASIC, X509
from privity.mls.messages.credential import Credential
from privity.mls.messages.proposals import Proposal
from privity.mls.messages.psk import ExternalPsk, PreSharedKeyID
from privity.mls.public_group import PublicGroup
from privity.mls.suites import POST_QUANTUM, RFC_9420, numbered, table
from tests.interop.lines import Asked

LIFETIME_S = 28 * 86400
LONGEST_S = 400 * 86400
"""mls-rs gives its KeyPackages a year."""
GREASE = tuple(0x0A0A + 0x1010 * step for step in range(15))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules(BasicRules):
    max_lifetime_s: int = LONGEST_S

    def check_external_sender(self, proposals: Sequence[Proposal], sender_index: int) -> None:
        """Whoever is listed may propose."""


def believe(_credential: Credential, _key: bytes) -> None:
    """Everybody is whom they say: who is who is not what is tested here."""


class Member:
    def __init__(self, asked: Asked) -> None:
        number = asked["suite"]
        self.suites = table(*RFC_9420.values(), numbered(POST_QUANTUM, number)) if asked.get("hybrid") else RFC_9420
        self.rules = Rules(authenticate=believe, suites=self.suites)
        self.name = asked["identity"]
        self.grease = GREASE if asked.get("grease") else ()
        self.supports = tuple(asked.get("supports") or ())
        self.take(number)
        self.bundle: KeyPackageBundle | None = None
        self.group_or_none: Group | None = None
        self.observer: PublicGroup | None = None
        self.psks: dict[bytes, bytes] = {}

    def take(self, number: int) -> None:
        """A signature key for this suite."""
        suite = self.suites[number]
        private, public = generate_signature_key(suite, os.urandom)
        self.identity = Identity(suite, Credential.basic(self.name.encode()), private, public)

    @property
    def signing_key(self) -> SigningKey:
        return SigningKey(self.identity.suite, self.identity.signature_private)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            cipher_suites=(self.identity.suite.id, *self.grease),
            extensions=(*self.supports, *self.grease),
            proposals=self.grease,
            credentials=(BASIC, X509, *self.grease),
        )

    @property
    def group(self) -> Group:
        if self.group_or_none is None:
            raise LookupError("not in a group")
        return self.group_or_none

    def look_up(self, name: PreSharedKeyID) -> bytes | None:
        return self.psks.get(name.psk_id) if isinstance(name, ExternalPsk) else None

    def leaf(self, identity: str) -> int:
        for index, leaf in self.group.members():
            if leaf.credential.identity == identity.encode():
                return index
        raise LookupError(f"nobody is called {identity}")

    def new_bundle(self, at: int, lifetime_s: int = LIFETIME_S) -> KeyPackageBundle:
        return generate_key_package(
            self.identity, now=at, lifetime_s=lifetime_s, capabilities=self.capabilities, random=os.urandom
        )
