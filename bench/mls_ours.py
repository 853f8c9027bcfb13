# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ours in the bench of MLS: every check of the library, and records kept as a device keeps them, in SQLCipher."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.errors import CannotRun
from privity.client.engine.records import Table
from privity.client.store.database import Store
from privity.client.store.header import Cost
from privity.mls.basic_rules import BasicRules
from privity.mls.crypto import generate_signature_key
from privity.mls.group import (
    ApplicationMessage,
    Group,
    Identity,
    KeyPackageBundle,
    PendingCommit,
    StagedCommit,
    generate_key_package,
)
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.credential import Credential
from privity.mls.messages.envelope import MLSMessage, decode_key_package, decode_welcome
from privity.mls.suites import RFC_9420, Suites, with_signer, with_verifier
from privity.policy.signatures import sign_ed25519, verify_ed25519

GROUP_ID: Final = b"a group of the bench"
ADMITTED: Final[Suites] = with_signer(with_verifier(RFC_9420, verify_ed25519), sign_ed25519)
"""As the messenger has them."""
CHOSEN: Final = ADMITTED[1]
LIFETIME_S: Final = 30 * 86_400
CAPABILITIES: Final = Capabilities(cipher_suites=(1,))
CHEAP: Final = Cost(time=1, memory_kib=8, lanes=1)
"""The key of a store is made once, when it is opened; what that costs is not measured here."""

WARM_UP: Final = 70


class Ours:
    """`folder` takes the stores; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._stores: list[Store] = []
        self._rules = BasicRules(
            suites=ADMITTED,
            authenticate=lambda credential, key: None,
            max_lifetime_s=LIFETIME_S,
        )

    def cpu_ns(self) -> int:
        return time.process_time_ns()

    def member(self, name: str, *, stored: bool) -> OurMember:
        store = None
        if stored and self._folder is not None:
            store = _store_in_use(self._folder / name)
            self._stores.append(store)
        identity = _identity(name)
        return OurMember(identity, _bundle(identity), self._rules, store)

    def close(self) -> None:
        for store in self._stores:
            store.close()

    def returning(self, name: str, private: bytes, public: bytes, bundle: bytes) -> OurMember:
        """A member whose keys were made in another process."""
        identity = Identity(CHOSEN, Credential.basic(name.encode()), private, public)
        return OurMember(identity, KeyPackageBundle.decode(bundle), self._rules, None)

    def others(self, count: int) -> Iterator[tuple[str, bytes]]:
        for number in range(count):
            name = f"other {number}"
            yield name, encoded(_bundle(_identity(name)))


class OurMember:
    """One device: its group, and its store."""

    def __init__(self, identity: Identity, bundle: KeyPackageBundle, rules: BasicRules, store: Store | None) -> None:
        self._identity = identity
        self._bundle = bundle
        self._rules = rules
        self._store = store
        self._group: Group | None = None

    @property
    def group(self) -> Group:
        if self._group is None:
            raise CannotRun("the member is in no group yet")
        return self._group

    def key_package(self) -> bytes:
        return encoded(self._bundle)

    def secrets(self) -> tuple[bytes, bytes, bytes]:
        """Signature key (private, public) and the KeyPackage with its keys, for `Ours.returning`."""
        return self._identity.signature_private, self._identity.signature_public, self._bundle.encode()

    def create(self) -> None:
        self._group = Group.create(
            self._identity,
            GROUP_ID,
            capabilities=CAPABILITIES,
            lifetime_s=LIFETIME_S,
            now=_now(),
            rules=self._rules,
            random=os.urandom,
        )
        self._save()

    def add(self, key_packages: list[bytes]) -> tuple[bytes, bytes, bytes]:
        packages = [decode_key_package(each) for each in key_packages]
        pending = self.group.commit(adds=packages, random=os.urandom, now=_now())
        if pending.welcome is None:
            raise CannotRun("a commit that adds has no Welcome")
        self._accept(pending)
        return pending.message, pending.welcome, pending.ratchet_tree

    def join(self, welcome: bytes, tree: bytes) -> None:
        self._group = Group.join(
            decode_welcome(welcome), self._bundle, self._identity, ratchet_tree=tree, rules=self._rules, now=_now()
        )
        self._save()

    def update(self) -> bytes:
        pending = self.group.commit(force_path=True, random=os.urandom, now=_now())
        self._accept(pending)
        return pending.message

    def remove(self, name: str) -> bytes:
        leaf = next(at for at, leaf in self.group.members() if leaf.credential.identity == name.encode())
        pending = self.group.commit(removes=[leaf], random=os.urandom, now=_now())
        self._accept(pending)
        return pending.message

    def process(self, commit: bytes) -> None:
        staged = self.group.process(commit, now=_now())
        if not isinstance(staged, StagedCommit):
            raise CannotRun("a commit was expected")
        self.group.merge(staged)
        self._save()

    def encrypt(self, plaintext: bytes) -> bytes:
        message = self.group.encrypt(plaintext, random=os.urandom)
        self._save()
        return message

    def decrypt(self, message: bytes) -> bytes:
        opened = self.group.process(message, now=_now())
        if not isinstance(opened, ApplicationMessage):
            raise CannotRun("an application message was expected")
        self._save()
        return opened.plaintext

    def _accept(self, pending: PendingCommit) -> None:
        """The commit is kept before it is sent, and merged when the hub has taken it: two transactions."""
        self._save()
        self.group.merge_pending(pending)
        self._save()

    def _save(self) -> None:
        records = self.group.drain()
        if self._store is None:
            return
        changes = {(Table.MLS, "room", name): value for name, value in records.put.items()}
        self._store.save(changes | {(Table.MLS, "room", name): None for name in records.delete})


def encoded(bundle: KeyPackageBundle) -> bytes:
    return MLSMessage(bundle.key_package).encode()


def _store_in_use(folder: Path) -> Store:
    """A store whose log of changes is as long as it gets: on the first changes of a day the disk makes room for it."""
    store = Store.create(folder, "bench", cost=CHEAP)
    for number in range(WARM_UP):
        store.save({(Table.OWN, "bench", b"warm"): number.to_bytes(2, "big")})
    return store


def _identity(name: str) -> Identity:
    private, public = generate_signature_key(CHOSEN, os.urandom)
    return Identity(CHOSEN, Credential.basic(name.encode()), private, public)


def _bundle(identity: Identity) -> KeyPackageBundle:
    return generate_key_package(
        identity, now=_now(), lifetime_s=LIFETIME_S, capabilities=CAPABILITIES, random=os.urandom
    )


def _now() -> int:
    return int(time.time())
