# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A whole key log in memory, with its witnesses: for tests of everybody who reads one, and for benches."""

from __future__ import annotations

import copy
import random
from collections.abc import Sequence

from privity.keylog import audit, publish
from privity.keylog.commitment import OPENING_BYTES, commit
from privity.keylog.entry import Entry
from privity.keylog.proof import CheckpointProof, LookupProof
from privity.keylog.publish import Change, Cut, Held
from privity.keylog.verify import LogKeys, View
from privity.keylog.vrf import vrf_public
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.quorum import LogPolicy, Witness
from privity.tlog.verifier_key import KeyKind, VerifierKey


class TestWitness:
    """Cosigns whatever it is given, at the time that it is told. It audits unless it is said not to."""

    __test__ = False

    def __init__(self, name: str, private: bytes, audits: bool = True) -> None:
        self.private = private
        self.witness = Witness(VerifierKey.of(name, KeyKind.COSIGNATURE, private), audits)

    def cosign(self, note: SignedNote, time_s: int) -> SignedNote:
        signature = cosign(self.private, self.witness.key.name, note.text, time_s)
        return SignedNote(note.text, (*note.signatures, signature))


class MemoryLog:
    """`put` what changes, `cut` an epoch, `lookup` what is published. It is its own `publish.Source`."""

    def __init__(
        self,
        host: str = "hub.example",
        seed: int = 1,
        witnesses: Sequence[TestWitness] | None = None,
        quorum: int | None = None,
    ) -> None:
        self._random = random.Random(seed)
        self.origin = f"{host}/keylog"
        self.private = self._random.randbytes(32)
        self.vrf_private = self._random.randbytes(32)
        own = [TestWitness(f"auditor{n}.example", self._random.randbytes(32)) for n in (1, 2)]
        self.witnesses = own if witnesses is None else list(witnesses)
        self.quorum = len(self.witnesses) if quorum is None else quorum
        self.nodes: dict[bytes, bytes] = {}
        self.updates: list[audit.AuditUpdate] = []
        self.note = b""
        self._log_nodes: dict[tuple[int, int], bytes] = {}
        self._entries: list[Entry] = []
        self._held: dict[bytes, list[Held]] = {}
        self._waiting: list[tuple[bytes, bytes]] = []

    @property
    def keys(self) -> LogKeys:
        """What a reader of this log pins."""
        log = VerifierKey.of(self.origin, KeyKind.ED25519, self.private)
        policy = LogPolicy(log, tuple(one.witness for one in self.witnesses), self.quorum)
        return LogKeys(policy, vrf_public(self.vrf_private))

    @property
    def size(self) -> int:
        return len(self._entries)

    def put(self, label: bytes, value: bytes) -> None:
        """A new version of the label, in the next epoch."""
        self._waiting.append((label, value))

    def cut(self, now_ms: int) -> Cut:
        """Publish what was put since the last epoch, cosigned by all witnesses now."""
        return self.publish(self.changes(), now_ms)

    def changes(self) -> list[Change]:
        """What was put since the last epoch, taken out of the queue."""
        found: list[Change] = []
        coming: dict[bytes, int] = {}
        for label, value in self._waiting:
            version = coming.get(label, len(self._held.get(label, ())))
            coming[label] = version + 1
            found.append(Change(label, version, self._random.randbytes(OPENING_BYTES), value))
        self._waiting = []
        return found

    def publish(self, changes: Sequence[Change], now_ms: int) -> Cut:
        """An epoch of these changes, whatever they are."""
        done = publish.cut(self.origin, self.size, self.nodes, self.node_at, changes, now_ms, self.vrf_private)
        for change in changes:
            commitment = commit(change.opening, change.label, change.version, change.value)
            held = Held(change.opening, change.value, done.index, commitment)
            self._held.setdefault(change.label, []).append(held)
        self.nodes.update(done.prefix_changes)
        self._log_nodes.update({(level, index): found for level, index, found in done.log_nodes})
        self._entries.append(done.entry)
        self.updates.append(done.update)
        self.note = self.signed(done.checkpoint, now_ms // 1000).encode()
        return done

    def signed(self, checkpoint: Checkpoint, time_s: int) -> SignedNote:
        """A checkpoint, any one, as this log signs it and its witnesses cosign it."""
        note = sign_checkpoint(self.private, checkpoint)
        for witness in self.witnesses:
            note = witness.cosign(note, time_s)
        return note

    def cosign_again(self, now_s: int) -> None:
        """The same checkpoint with newer cosignatures."""
        self.note = self.signed(Checkpoint.decode(SignedNote.decode(self.note).text), now_s).encode()

    def node_at(self, level: int, index: int) -> bytes:
        return self._log_nodes[level, index]

    def entry(self, index: int) -> Entry:
        return self._entries[index]

    def newest(self, label: bytes) -> int | None:
        return len(self._held[label]) - 1 if label in self._held else None

    def held(self, label: bytes, version: int) -> Held:
        return self._held[label][version]

    def answer(self, label: bytes, view: View | int | None = None, dated: Sequence[int] = ()) -> LookupProof:
        """The answer for a reader with this view, or of this size, before it is bytes."""
        return publish.lookup(self, self.vrf_private, label, _size(view), dated)

    def lookup(self, label: bytes, view: View | int | None = None, dated: Sequence[int] = ()) -> bytes:
        """The answer as it travels."""
        return self.answer(label, view, dated).encode()

    def checkpoint_proof(self, view: View | int | None = None) -> CheckpointProof:
        return publish.checkpoint_proof(self, _size(view))

    def fork(self) -> MemoryLog:
        """A second log with the same keys and the same past: what a hub shows to the one it wants to deceive."""
        return copy.deepcopy(self)


def _size(view: View | int | None) -> int:
    match view:
        case View(size=size):
            return size
        case None:
            return 0
        case _:
            return view
