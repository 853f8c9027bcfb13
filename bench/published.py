# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A published key log of any size in memory: leaves of others are random bytes, those that are asked for are real."""

from __future__ import annotations

import random
from typing import Final

from privity.identity.device_list import Device, DeviceList
from privity.identity.uris import new_client_uri, new_user_uri
from privity.keylog.commitment import OPENING_BYTES, commit
from privity.keylog.entry import Entry
from privity.keylog.labels import user_label
from privity.keylog.prefix_tree import insert, root_of
from privity.keylog.publish import Change, Cut, Held, cut
from privity.keylog.verify import LogKeys
from privity.keylog.vrf import vrf_public
from privity.mls.crypto import signature_public_key
from privity.mls.suites import suite
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.quorum import LogPolicy, Witness
from privity.tlog.tree import completed_by, leaf_hash
from privity.tlog.verifier_key import KeyKind, VerifierKey

NOW_MS: Final = 1_767_225_600_000
ORIGIN: Final = "hub.example/keylog"
WITNESSES: Final = 3
BATCH: Final = 10_000


def random_leaves(rnd: random.Random, count: int) -> list[tuple[bytes, bytes]]:
    """Sorted leaves of the tree, as those of other people look to everybody."""
    return sorted((rnd.randbytes(32), rnd.randbytes(32)) for _ in range(count))


def grown_tree(rnd: random.Random, labels: int) -> dict[bytes, bytes]:
    """The nodes of a tree of so many leaves."""
    nodes: dict[bytes, bytes] = {}
    for done in range(0, labels, BATCH):
        nodes.update(insert(nodes, random_leaves(rnd, min(BATCH, labels - done))).changes)
    return nodes


def device_list(rnd: random.Random) -> bytes:
    """A list of two devices, signed: what stands under most labels."""
    user = new_user_uri("hub.example", rnd.randbytes)
    keys = [signature_public_key(suite(1), rnd.randbytes(32)) for _ in range(2)]
    devices = tuple(Device(new_client_uri(user, rnd.randbytes), key, NOW_MS) for key in keys)
    return DeviceList.sign(user, devices, rnd.randbytes(32), recovery_private=rnd.randbytes(32)).encode()


class Published:
    """Its own `Source`. `epochs` entries lie under the tree of `labels` leaves; then labels get real versions."""

    def __init__(self, labels: int, epochs: int, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.vrf_private = self.random.randbytes(32)
        self._private = self.random.randbytes(32)
        self._witnesses = [(f"witness{n}.example", self.random.randbytes(32)) for n in range(WITNESSES)]
        self.nodes = grown_tree(self.random, labels)
        self._log: dict[tuple[int, int], bytes] = {}
        self._held: dict[bytes, list[Held]] = {}
        self._entries: dict[int, Entry] = {}
        self.size = 0
        self.note = b""
        root = root_of(self.nodes)
        for at in range(epochs):
            self._append(Entry(NOW_MS - (epochs - at) * 1000, root))

    def _append(self, entry: Entry) -> None:
        for level, index, found in completed_by(self.node_at, self.size, leaf_hash(entry.encode())):
            self._log[level, index] = found
        self._entries = {self.size: entry}
        self.size += 1

    @property
    def keys(self) -> LogKeys:
        log = VerifierKey.of(ORIGIN, KeyKind.ED25519, self._private)
        own = [Witness(VerifierKey.of(name, KeyKind.COSIGNATURE, key), True) for name, key in self._witnesses]
        return LogKeys(LogPolicy(log, tuple(own), WITNESSES), vrf_public(self.vrf_private))

    def cut(self, changes: list[Change]) -> Cut:
        """The next epoch, not yet published."""
        return cut(ORIGIN, self.size, self.nodes, self.node_at, changes, NOW_MS, self.vrf_private)

    def publish(self, changes: list[Change]) -> None:
        done = self.cut(changes)
        for change in changes:
            committed = commit(change.opening, change.label, change.version, change.value)
            self._held.setdefault(change.label, []).append(Held(change.opening, change.value, done.index, committed))
        self.nodes.update(done.prefix_changes)
        self._append(done.entry)
        self.note = self._cosigned(done.checkpoint).encode()

    def add_versions(self, count: int) -> bytes:
        """A new label with so many versions, all in one epoch."""
        label = self.new_label()
        self.publish([self.change(label, version) for version in range(count)])
        return label

    def new_label(self) -> bytes:
        return user_label(new_user_uri("hub.example", self.random.randbytes))

    def change(self, label: bytes, version: int) -> Change:
        return Change(label, version, self.random.randbytes(OPENING_BYTES), device_list(self.random))

    def _cosigned(self, checkpoint: Checkpoint) -> SignedNote:
        note = sign_checkpoint(self._private, checkpoint)
        by = tuple(cosign(key, name, note.text, NOW_MS // 1000) for name, key in self._witnesses)
        return SignedNote(note.text, note.signatures + by)

    def node_at(self, level: int, index: int) -> bytes:
        return self._log[level, index]

    def entry(self, index: int) -> Entry:
        return self._entries[index]

    def newest(self, label: bytes) -> int | None:
        return len(self._held[label]) - 1 if label in self._held else None

    def held(self, label: bytes, version: int) -> Held:
        return self._held[label][version]
