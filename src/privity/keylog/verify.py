# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The reader's side: what an answer of a key log must prove before anything in it counts (spec/keylog.md).

A reader trusts the witnesses of its policy, and a pinned VRF key. It remembers one View of the log, hands it in with
each answer, and keeps the one that comes back only once it is ready to go by what the answer says.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from privity.keylog import ladder, prefix_proof
from privity.keylog.commitment import commit, stamp
from privity.keylog.encoding import HASH_BYTES, decode
from privity.keylog.entry import Entry
from privity.keylog.errors import (
    EmptyLog,
    EntryFromTheFuture,
    EntryTooOld,
    Malformed,
    WentBack,
    WrongCommitment,
    WrongDate,
    WrongEntry,
    WrongEpoch,
    WrongVersion,
)
from privity.keylog.labels import vrf_input
from privity.keylog.proof import CheckpointProof, Dated, LookupProof, Revealed, Standing, Step
from privity.keylog.vrf import KEY_BYTES, vrf_verify
from privity.mls.codec import Reader, u64, vec
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.errors import BadInclusion, BadLogPolicy
from privity.tlog.note import SignedNote
from privity.tlog.quorum import LogPolicy, Opened, open_checkpoint
from privity.tlog.tree import leaf_hash, verify_consistency, verify_inclusion

MAX_BEHIND_MS: Final = 24 * 3_600_000
"""Age of the newest entry: a log adds one every hour at least, so a day without is a log that is held back."""
MAX_AHEAD_MS: Final = 300_000
"""How far the log's clock may be ahead of ours."""
MAX_COSIGNED_S: Final = 24 * 3600
"""Age of the cosignatures that count: an older head may have been left behind by those who cosigned it."""
_ANY_TIME_S: Final = (1 << 63) - 1
"""For evidence no moment is too late."""


@dataclass(frozen=True, slots=True)
class LogKeys:
    """Whose word a reader takes: the log's and its witnesses' keys, and the key that says where labels stand."""

    policy: LogPolicy
    vrf_public: bytes

    def encode(self) -> bytes:
        return vec(self.policy.encode()) + self.vrf_public

    @classmethod
    def read(cls, r: Reader) -> LogKeys:
        try:
            return cls(LogPolicy.decode(r.vec()), r.fixed(KEY_BYTES))
        except BadLogPolicy as err:
            raise Malformed(str(err)) from None

    @classmethod
    def decode(cls, data: bytes) -> LogKeys:
        """Raise Malformed unless these are exactly the keys of one log."""
        return decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class View:
    """What a reader remembers of a log. It never goes back to a smaller size or an earlier time."""

    size: int
    root: bytes
    timestamp_ms: int

    def encode(self) -> bytes:
        return u64(self.size) + self.root + u64(self.timestamp_ms)

    @classmethod
    def read(cls, r: Reader) -> View:
        return cls(r.u64(), r.fixed(HASH_BYTES), r.u64())

    @classmethod
    def decode(cls, data: bytes) -> View:
        """Raise Malformed unless it is exactly one view."""
        return decode(cls.read, data)


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A version, and when it appeared in the log."""

    version: int
    value: bytes
    epoch: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Found:
    """What is proven of a label; `version`, `value` and `epoch` are None if it is not in the log."""

    label: bytes
    version: int | None
    value: bytes | None
    epoch: int | None
    dated: dict[int, DatedValue]
    view: View
    opened: Opened


def verify_lookup(proof: bytes, label: bytes, keys: LogKeys, view: View | None, now_ms: int) -> Found:
    """What the answer proves about the label. Raises KeylogError or TlogError, by the first check that fails."""
    answer = LookupProof.decode(proof)
    view, opened = _newest(answer.head, keys, view, now_ms)
    return _found(answer, label, keys, view, opened)


def verify_checkpoint_proof(proof: bytes, keys: LogKeys, view: View | None, now_ms: int) -> tuple[View, Opened]:
    """The newest view of the log, by the same checks. Raises KeylogError or TlogError."""
    return _newest(CheckpointProof.decode(proof), keys, view, now_ms)


def verify_kept(proof: bytes, label: bytes, keys: LogKeys) -> Found:
    """What a kept answer still proves: all but that it is the newest. `opened` says when it was cosigned.

    It was made for the view of whoever asked then, so the part that links it to that view is not looked at.
    """
    answer = LookupProof.decode(proof)
    opened = open_checkpoint(SignedNote.decode(answer.head.note), keys.policy, _ANY_TIME_S, None)
    return _found(answer, label, keys, _last_entry(answer.head, opened.checkpoint), opened)


def _newest(head: CheckpointProof, keys: LogKeys, view: View | None, now_ms: int) -> tuple[View, Opened]:
    """The checks of a checkpoint against the clock and what was seen before."""
    opened = open_checkpoint(SignedNote.decode(head.note), keys.policy, now_ms // 1000, MAX_COSIGNED_S)
    _follows(head, opened.checkpoint, view)
    newest = _last_entry(head, opened.checkpoint)
    if newest.timestamp_ms < now_ms - MAX_BEHIND_MS:
        raise EntryTooOld(f"the newest entry is of {newest.timestamp_ms}, more than {MAX_BEHIND_MS} ms before {now_ms}")
    if newest.timestamp_ms > now_ms + MAX_AHEAD_MS:
        raise EntryFromTheFuture(f"the newest entry is of {newest.timestamp_ms}, now it is {now_ms}")
    if view is not None and newest.timestamp_ms < view.timestamp_ms:
        raise WentBack(f"the newest entry is of {newest.timestamp_ms}, one of {view.timestamp_ms} was seen before")
    return newest, opened


def _follows(head: CheckpointProof, checkpoint: Checkpoint, view: View | None) -> None:
    """Raise WentBack or BadConsistency unless the log goes on from what was seen before."""
    if view is None:
        if head.consistency:
            raise Malformed(f"nothing was seen before, and yet {len(head.consistency)} hashes link to it")
        return
    if checkpoint.size < view.size:
        raise WentBack(f"the log has {checkpoint.size} entries, {view.size} were seen before")
    verify_consistency(view.size, view.root, checkpoint.size, checkpoint.root, head.consistency)


def _last_entry(head: CheckpointProof, checkpoint: Checkpoint) -> View:
    """The view of the checkpoint, once the entry is known to be the last one under it."""
    if checkpoint.size == 0:
        raise EmptyLog("the checkpoint is of a log without entries")
    try:
        _check_entry(head.entry, checkpoint.size - 1, checkpoint, head.inclusion)
    except BadInclusion as err:
        raise WrongEntry(f"the entry is not the last one under the checkpoint: {err}") from None
    return View(checkpoint.size, checkpoint.root, head.entry.timestamp_ms)


def _check_entry(entry: Entry, index: int, checkpoint: Checkpoint, inclusion: tuple[bytes, ...]) -> None:
    verify_inclusion(leaf_hash(entry.encode()), index, checkpoint.size, inclusion, checkpoint.root)


def _found(answer: LookupProof, label: bytes, keys: LogKeys, view: View, opened: Opened) -> Found:
    """What the versions prove under the checkpoint's last entry."""
    newest = answer.newest
    version = None if newest is None else newest.version
    claims = _Claims(label, keys.vrf_public)
    claims.take_ladder(version, answer.steps)
    if any(one.revealed.version >= other.revealed.version for one, other in pairwise(answer.dated)):
        raise WrongVersion("the dated versions are not in ascending order, or one occurs twice")
    for dated in answer.dated:
        claims.take_dated(version, dated)
    prefix_proof.verify(answer.head.entry.prefix_root, claims.wanted, answer.prefix)
    if newest is not None:
        claims.check_opening(newest)
    claims.check_epochs(view.size)
    dates = {dated.revealed.version: _date(dated, opened.checkpoint) for dated in answer.dated}
    if newest is None:
        return Found(label, None, None, None, dates, view, opened)
    return Found(label, newest.version, newest.value, claims.standing[newest.version].epoch, dates, view, opened)


class _Claims:
    """What an answer says of the versions of one label, and so what its proof of the prefix tree must show."""

    __slots__ = ("_label", "_vrf_public", "standing", "wanted")

    def __init__(self, label: bytes, vrf_public: bytes) -> None:
        self._label = label
        self._vrf_public = vrf_public
        self.standing: dict[int, Standing] = {}
        self.wanted: dict[bytes, bytes | None] = {}

    def take_ladder(self, version: int | None, steps: Sequence[Step]) -> None:
        """Raise WrongLadder unless the steps are those that show this version to be the greatest."""
        ladder.check(version, [step.found is not None for step in steps])
        for number, step in zip(ladder.ladder(version), steps, strict=True):
            self._take(number, step.vrf_proof, step.found)

    def take_dated(self, version: int | None, dated: Dated) -> None:
        """Raise WrongVersion or WrongCommitment unless this is a version up to the greatest, as the ladder has it."""
        revealed = dated.revealed
        if version is None or revealed.version > version:
            raise WrongVersion(f"version {revealed.version} is dated, the greatest is {version}")
        committed = commit(revealed.opening, self._label, revealed.version, revealed.value)
        self._take(revealed.version, dated.vrf_proof, Standing(committed, dated.epoch))

    def _take(self, version: int, proof: bytes, found: Standing | None) -> None:
        out = vrf_verify(self._vrf_public, vrf_input(self._label, version), proof)
        if found is None:
            self.wanted[out] = None
            return
        if self.standing.setdefault(version, found) != found:
            raise WrongCommitment(f"version {version} is said to be two things")
        self.wanted[out] = stamp(found.commitment, found.epoch)

    def check_opening(self, newest: Revealed) -> None:
        """Raise WrongCommitment unless the newest version's leaf holds this value."""
        committed = commit(newest.opening, self._label, newest.version, newest.value)
        if not hmac.compare_digest(committed, self.standing[newest.version].commitment):
            raise WrongCommitment(f"the commitment to version {newest.version} does not open to the value that came")

    def check_epochs(self, size: int) -> None:
        """Raise WrongEpoch unless the versions appeared one after another, in epochs that the log has."""
        epochs = [self.standing[version].epoch for version in sorted(self.standing)]
        if epochs != sorted(epochs) or any(epoch >= size for epoch in epochs):
            raise WrongEpoch(f"the versions cannot have appeared in epochs {epochs} of a log of {size}")


def _date(dated: Dated, checkpoint: Checkpoint) -> DatedValue:
    try:
        _check_entry(dated.entry, dated.epoch, checkpoint, dated.inclusion)
    except BadInclusion as err:
        raise WrongDate(
            f"version {dated.revealed.version} is dated by an entry that is not its epoch's: {err}"
        ) from None
    return DatedValue(dated.revealed.version, dated.revealed.value, dated.epoch, dated.entry.timestamp_ms)
