# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""One key and one nonce for each message, each used once (RFC 9420 section 9).

The tree is lazy: it holds the secrets from which nothing has been derived yet, and deriving deletes the parent. Its
whole state is a flat table of small records, the same that the device's store holds, so opening one message changes
(and writes) the handful of records it touched and nothing else.

Two rules keep it honest. Looking up a key changes nothing: `look_up` returns a `Step`, and only `apply` makes it so,
after the message has proved to be genuine. And a key that was used is gone: asking for it again is a replay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from privity.mls.codec import u8, u32, u64
from privity.mls.errors import GenerationTooFar, GenerationTooOld
from privity.mls.schedule.errors import NotInSecretTree, RatchetExhausted, ReplayedMessage
from privity.mls.schedule.kdf import derive_tree_secret, expand_with_label, expand_with_labels
from privity.mls.secrecy import holds_secrets
from privity.mls.suites import CipherSuite

_LAST_GENERATION = 0xFFFFFFFF


class Kind(IntEnum):
    """Each leaf has two chains of keys."""

    HANDSHAKE = 0
    APPLICATION = 1


_RATCHET_LABELS = {Kind.HANDSHAKE: b"handshake", Kind.APPLICATION: b"application"}


@dataclass(frozen=True, slots=True)
class Window:
    """How far from the expected generation a message may be, and why that is bounded.

    `out_of_order` is how many generations before the newest an unused key is kept: longer means weaker forward secrecy.
    `max_forward` is how many generations a message may skip: a member could otherwise make us derive billions of keys.
    """

    out_of_order: int
    max_forward: int


@holds_secrets
@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """A message key, and what using it would change."""

    generation: int
    key: bytes
    nonce: bytes
    put: dict[bytes, bytes]
    delete: set[bytes]

    def __repr__(self) -> str:
        return f"<Step generation={self.generation}>"


@holds_secrets
@dataclass(slots=True, repr=False)
class SecretTree:
    """The message keys of one epoch."""

    suite: CipherSuite
    leaf_count: int
    records: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def create(cls, suite: CipherSuite, leaf_count: int, encryption_secret: bytes) -> SecretTree:
        """The tree of a fresh epoch. `leaf_count` is the width of the ratchet tree, a power of two."""
        return cls(suite, leaf_count, {_node_name(_root(leaf_count)): encryption_secret})

    def __repr__(self) -> str:
        return f"<SecretTree of {self.leaf_count} leaves, {len(self.records)} records>"

    def next_to_send(self, leaf: int, kind: Kind) -> Step:
        """The next unused key of our own leaf."""
        put: dict[bytes, bytes] = {}
        delete: set[bytes] = set()
        generation, secret = self._ratchet(leaf, kind, put, delete)
        if generation > _LAST_GENERATION:
            raise RatchetExhausted("this epoch has no generation left for us: commit first")
        return self._advance(leaf, kind, generation, secret, put, delete)

    def look_up(self, leaf: int, kind: Kind, generation: int, window: Window) -> Step:
        """The key of a received message.

        Raises ReplayedMessage when it was used, GenerationTooOld or GenerationTooFar outside the window.
        """
        skipped = _skipped_name(leaf, kind, generation)
        kept = self.records.get(skipped)
        if kept is not None:
            return Step(generation, kept[: self.suite.nk], kept[self.suite.nk :], {}, {skipped})
        put: dict[bytes, bytes] = {}
        delete: set[bytes] = set()
        expected, secret = self._ratchet(leaf, kind, put, delete)
        if generation < expected - 1 - window.out_of_order:
            raise GenerationTooOld(
                f"generation {generation} is more than {window.out_of_order} before the newest {expected - 1}"
            )
        if generation < expected:
            raise ReplayedMessage(f"the key of generation {generation} of leaf {leaf} was used already")
        if generation - expected > window.max_forward:
            raise GenerationTooFar(
                f"generation {generation} is more than {window.max_forward} after the expected {expected}"
            )
        oldest_kept = generation - window.out_of_order
        for old in range(max(0, expected - 1 - window.out_of_order), min(expected, oldest_kept)):
            name = _skipped_name(leaf, kind, old)
            if name in self.records:
                delete.add(name)
        for between in range(expected, generation):
            if between < oldest_kept:
                secret = derive_tree_secret(self.suite, secret, b"secret", between, self.suite.nh)
                continue
            key, nonce, secret = self._derived(secret, between)
            put[_skipped_name(leaf, kind, between)] = key + nonce
        return self._advance(leaf, kind, generation, secret, put, delete)

    def apply(self, step: Step) -> None:
        """Make a step so: its key can never be looked up again."""
        self.records.update(step.put)
        for name in step.delete:
            self.records.pop(name, None)

    @classmethod
    def from_records(cls, suite: CipherSuite, leaf_count: int, records: Mapping[bytes, bytes]) -> SecretTree:
        return cls(suite, leaf_count, dict(records))

    def _advance(
        self, leaf: int, kind: Kind, generation: int, secret: bytes, put: dict[bytes, bytes], delete: set[bytes]
    ) -> Step:
        key, nonce, following = self._derived(secret, generation)
        put[_ratchet_name(leaf, kind)] = u64(generation + 1) + following
        return Step(generation, key, nonce, put, delete)

    def _derived(self, secret: bytes, generation: int) -> list[bytes]:
        """Key and nonce of a generation, and the secret of the next (DeriveTreeSecret)."""
        suite = self.suite
        wanted = ((b"key", suite.nk), (b"nonce", suite.nn), (b"secret", suite.nh))
        return expand_with_labels(suite, secret, u32(generation), wanted)

    def _ratchet(self, leaf: int, kind: Kind, put: dict[bytes, bytes], delete: set[bytes]) -> tuple[int, bytes]:
        """(next generation, its secret), deriving down to the leaf when nobody has yet."""
        kept = self.records.get(_ratchet_name(leaf, kind))
        if kept is not None:
            return int.from_bytes(kept[:8], "big"), kept[8:]
        leaf_secret = self._leaf_secret(leaf, put, delete)
        wanted = [(label, self.suite.nh) for label in _RATCHET_LABELS.values()]
        secrets = dict(zip(_RATCHET_LABELS, expand_with_labels(self.suite, leaf_secret, b"", wanted), strict=True))
        for each, value in secrets.items():
            put[_ratchet_name(leaf, each)] = u64(0) + value
        return 0, secrets[kind]

    def _leaf_secret(self, leaf: int, put: dict[bytes, bytes], delete: set[bytes]) -> bytes:
        if not 0 <= leaf < self.leaf_count:
            raise NotInSecretTree(f"leaf {leaf} is outside a tree of {self.leaf_count} leaves")
        target = 2 * leaf
        known = target
        level = 0
        while (name := _node_name(known)) not in self.records:
            level += 1
            if 1 << level > self.leaf_count:
                raise NotInSecretTree(f"the secret of leaf {leaf} is not in the store: it is damaged")
            known = (target >> (level + 1) << (level + 1)) | ((1 << level) - 1)
        secret = self.records[name]
        delete.add(name)
        while known != target:
            half = 1 << (level - 1)
            left, right = known - half, known + half
            left_secret = expand_with_label(self.suite, secret, b"tree", b"left", self.suite.nh)
            right_secret = expand_with_label(self.suite, secret, b"tree", b"right", self.suite.nh)
            if target < known:
                put[_node_name(right)] = right_secret
                known, secret = left, left_secret
            else:
                put[_node_name(left)] = left_secret
                known, secret = right, right_secret
            level -= 1
        return secret


def _root(leaf_count: int) -> int:
    if leaf_count < 1 or leaf_count & (leaf_count - 1):
        raise ValueError(f"a tree has a power of two leaves, not {leaf_count}")
    return leaf_count - 1


def _node_name(node: int) -> bytes:
    return b"n" + u32(node)


def _ratchet_name(leaf: int, kind: Kind) -> bytes:
    return b"r" + u32(leaf) + u8(kind)


def _skipped_name(leaf: int, kind: Kind, generation: int) -> bytes:
    return b"k" + u32(leaf) + u8(kind) + u32(generation)
