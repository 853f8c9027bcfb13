# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity continue-log`: a log whose database is an old copy goes on at the size that it has signed, never below.

What was published in between is fetched from auditors and audited up to a checkpoint under this log's own signature;
then all of it is written in one transaction, or nothing. Values of leaves that only the lost database had stay lost
until somebody brings them back (`keylog.lost`).
"""

from __future__ import annotations

import asyncio
import hmac
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import aiohttp

from privity.cosigners.asking import Witness
from privity.cosigners.errors import WitnessError, WitnessMisbehaved
from privity.keylog.audit import EMPTY, AuditState
from privity.keylog.commitment import commit
from privity.keylog.continuing import Audited, rebuild
from privity.keylog.errors import KeylogError
from privity.keylog.labels import vrf_input
from privity.keylog.prefix_tree import root_of
from privity.keylog.vrf import vrf_output
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.delivery import restoring
from privity.server.delivery.restoring import Anew
from privity.server.devices import publication
from privity.server.errors import CannotContinue, KeysInvalid, LogDamaged, LogForked, NeverSeen
from privity.server.keylog import store
from privity.server.keylog.model import Leaf, Lost, Queued, origin_of
from privity.server.keylog.regained import Auditors, Spool, Told
from privity.server.keylog.standing import Ours, check_keys, ours
from privity.server.keylog.stored import StoredLog
from privity.server.keys import LOG
from privity.tlog.checkpoint import Checkpoint, is_by, verify_checkpoint
from privity.tlog.cosignature import verify_cosignature
from privity.tlog.errors import BadCosignature, NoteError
from privity.tlog.note import SignedNote
from privity.tlog.tree import Frontier, root_at
from privity.tlog.verifier_key import VerifierKey

BATCH_EPOCHS: Final = 1_000
BATCH_LEAVES: Final = 10_000
"""Epochs written at once: nodes that many of them change are hashed and written once, and little memory is taken."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint that this log signed, and who has it."""

    who: str
    checkpoint: Checkpoint
    note: bytes

    @property
    def size(self) -> int:
        return self.checkpoint.size


@dataclass(frozen=True, slots=True)
class Continued:
    """What was done. `published` values stood in the queue of the old copy, `lost` ones nowhere. `anew`: the rooms that
    go on behind a mark, None where the database lacked nothing."""

    size: int
    epochs: int
    published: int
    lost: int
    anew: Anew | None = None


@dataclass(frozen=True, slots=True)
class _Published:
    """A change that waited in the old copy, and was published before the database was lost."""

    change: Queued
    leaf: Lost
    at_ms: int


async def continue_log(context: HubContext, told: Told) -> Continued:
    """Take back what the database lacks; `epochs` is 0 when that is nothing. The hub must not run meanwhile.

    Raises CannotContinue, LogForked, KeysInvalid or LogDamaged, and has written nothing of the log then.
    """
    log_key = context.keys.log_verifier(origin_of(context.config.host))
    state, reach = await context.db.read(_state)
    await context.db.read(partial(check_keys, keys=context.keys, log_key=log_key))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        witnesses = [Witness(http, at) for at in context.config.witnesses]
        seen = await _seen(context, witnesses, log_key)
        target = max(seen, key=lambda one: one.size)
        for one in seen:
            known = await context.db.read(partial(ours, size=one.size, log_key=log_key))
            if known is not None and not known.agrees(one.checkpoint):
                await _forked(context, "the database", known, one)
            if one.size == target.size and one.checkpoint != target.checkpoint:
                await _forked(context, target.who, Ours(target.checkpoint.root, target.note), one)
        if target.size <= reach:
            return Continued(reach, 0, 0, 0)
        with tempfile.TemporaryFile(dir=context.config.data) as file:
            spool = Spool(file)
            auditors = Auditors([one for one in witnesses if one.at.audits], log_key)
            sizes = {one.size for one in seen}
            roots = await auditors.regain(state, target.checkpoint, sizes, spool, told)
            for one in seen:
                if one.size in roots and not hmac.compare_digest(roots[one.size], one.checkpoint.root):
                    await _forked(context, target.who, Ours(roots[one.size], target.note), one)
            await _check_prepared(context, spool, target)
            note = _cosigned(context, log_key, target, seen)
            writing = _Writing(context, log_key, target.checkpoint, note)
            return await context.db.write(lambda tx: writing.write(tx, spool, told))


async def _seen(context: HubContext, witnesses: Sequence[Witness], log_key: VerifierKey) -> list[Seen]:
    """What every witness holds of this log, and what one of them once held."""
    newest = await asyncio.gather(*(one.newest(log_key) for one in witnesses), return_exceptions=True)
    seen = []
    for witness, answer in zip(witnesses, newest, strict=True):
        name = witness.at.key.name
        if isinstance(answer, WitnessMisbehaved):
            raise CannotContinue(f"{name}: {answer}. Are the keys in {context.config.keys} those of this log?")
        if isinstance(answer, WitnessError):
            raise CannotContinue(
                f"{name} does not say what it has seen of this log ({type(answer).__name__}: {answer}). It may have"
                " seen more than the others, so all have to answer; take one that is gone for good out of the"
                " configuration"
            )
        if isinstance(answer, BaseException):
            raise answer
        if answer is not None:
            seen.append(Seen(name, *answer))
    for note in await context.db.read(store.all_evidence):
        seen.append(Seen("the evidence in the database", _signed(note, log_key), note))
    seen = [one for one in seen if one.size > 0]
    if not seen:
        raise NeverSeen(
            "no witness is configured that has seen this log, so nobody can say what is missing; if nobody else has"
            " seen it either, `privity serve` begins it"
        )
    return seen


def _signed(note: bytes, log_key: VerifierKey) -> Checkpoint:
    try:
        return verify_checkpoint(SignedNote.decode(note), log_key)
    except NoteError:
        raise KeysInvalid(f"{LOG} is not the key that signed the evidence in the database") from None


async def _forked(context: HubContext, who: str, known: Ours, other: Seen) -> None:
    """Keep both notes and raise LogForked."""
    now_ms = context.now_ms()
    await context.db.write(lambda tx: store.add_evidence(tx, [known.note, other.note], now_ms))
    raise LogForked(
        f"this log signed two histories: the checkpoint of size {other.size} of {other.who} does not go together with"
        f" that of {who}. Nothing explains it but two hubs with the same keys, or a log that went on from an old copy;"
        " both notes are kept as evidence"
    )


def _state(query: Query) -> tuple[AuditState, int]:
    """Where an auditor of the database would stand, and the size up to which the log is signed in it."""
    log = StoredLog.of(query)
    prepared = store.prepared(query)
    reach = log.size if prepared is None else prepared.size
    if log.size == 0:
        return EMPTY, reach
    newest = log.entry(log.size - 1)
    if not hmac.compare_digest(root_of(log.nodes), newest.prefix_root):
        raise LogDamaged("the map in the database is not the one of its newest entry")
    return AuditState(newest.prefix_root, newest.timestamp_ms, Frontier.at(log.node_at, log.size)), reach


async def _check_prepared(context: HubContext, spool: Spool, target: Seen) -> None:
    """Raise LogForked unless the epoch that was on its way in the old copy is the one that was published."""
    prepared = await context.db.read(store.prepared)
    if prepared is None:
        return
    update, _ = next(spool.epochs())
    if not hmac.compare_digest(update, prepared.audit_update):
        await _forked(
            context, "the epoch on its way in the database", Ours(prepared.prefix_root, prepared.note), target
        )


def _cosigned(context: HubContext, log_key: VerifierKey, target: Seen, seen: Sequence[Seen]) -> bytes:
    """The note of the checkpoint with our signature and the cosignature of every witness that has one on it."""
    text = target.checkpoint.text()
    same = [note for note in (SignedNote.decode(one.note) for one in seen) if note.text == text]
    found = [next(signature for signature in same[0].signatures if is_by(log_key, signature))]
    for at in context.config.witnesses:
        for signature in (signature for note in same for signature in note.signatures if is_by(at.key, signature)):
            try:
                verify_cosignature(text, signature, at.key)
            except BadCosignature:
                continue
            found.append(signature)
            break
    return SignedNote(text, tuple(found)).encode()


class _Writing:
    """The one transaction, in the writer's thread."""

    __slots__ = ("_context", "_fallen", "_log_key", "_lost", "_note", "_published", "_queued", "_target")

    def __init__(self, context: HubContext, log_key: VerifierKey, target: Checkpoint, note: bytes) -> None:
        self._context = context
        self._log_key = log_key
        self._target = target
        self._note = note
        self._queued: dict[bytes, Queued] = {}
        self._published: list[_Published] = []
        self._fallen: dict[str, int] = {}
        """The first queued version of each label that another one was published instead of."""
        self._lost = 0

    def write(self, tx: Tx, spool: Spool, told: Told) -> Continued:
        """All of it. Raises LogDamaged or KeysInvalid."""
        begun, copy_ms = store.size(tx), restoring.copied_ms(tx)
        vrf = self._context.keys.vrf
        for change in store.changes(tx, store.waiting(tx)):
            self._queued[vrf_output(vrf, vrf_input(change.label.encode(), change.version))] = change
        for batch in _batches(spool):
            self._put(tx, batch)
            told("writing", store.size(tx) - begun, self._target.size - begun)
        self._settle_queue(tx)
        store.remove_prepared(tx)
        store.add_checkpoint(tx, self._target.size, self._note)
        anew = restoring.begin_anew(tx, copy_ms, self._context.now_ms(), self._context.config.keys)
        self._explain(tx)
        self._check(tx)
        return Continued(self._target.size, self._target.size - begun, len(self._published), self._lost, anew)

    def _put(self, tx: Tx, batch: Sequence[tuple[bytes, Audited]]) -> None:
        """Entries, nodes and leaves of some epochs."""
        log = StoredLog.of(tx)
        try:
            made = rebuild(log.size, log.nodes, log.node_at, [epoch for _, epoch in batch])
        except KeylogError as err:
            raise LogDamaged(f"the database cannot take the audited epochs: {type(err).__name__}: {err}") from None
        store.put_nodes(tx, made.log_nodes, made.prefix_changes.items())
        for index, (update, epoch) in enumerate(batch, log.size):
            store.add_entry(tx, index, epoch.entry, update)
            leaves = [Lost(out, commitment, index) for out, commitment in epoch.update.added]
            lost = [leaf for leaf in leaves if not self._waited(leaf, epoch.update.timestamp_ms)]
            store.add_lost(tx, lost)
            self._lost += len(lost)

    def _waited(self, leaf: Lost, at_ms: int) -> bool:
        """Whether the leaf is of a change in the queue; one with another value falls."""
        change = self._queued.get(leaf.out)
        if change is None:
            return False
        if not hmac.compare_digest(_commitment(change), leaf.commitment):
            self._fallen[change.label] = min(change.version, self._fallen.get(change.label, change.version))
            return False
        self._published.append(_Published(change, leaf, at_ms))
        return True

    def _settle_queue(self, tx: Tx) -> None:
        """What was published takes effect, in the order and at the times of the epochs; what was overtaken falls."""
        overtaken = [one for one in self._published if self._falls(one.change)]
        store.add_lost(tx, [one.leaf for one in overtaken])
        self._lost += len(overtaken)
        store.remove_changes(tx, [change.id for change in self._queued.values() if self._falls(change)])
        self._published = [one for one in self._published if not self._falls(one.change)]
        self._published.sort(key=lambda one: (one.leaf.epoch, one.change.id))
        values: dict[tuple[int, int], list[tuple[str, bytes]]] = {}
        for one in self._published:
            leaf = Leaf(one.change.id, one.change.label, one.change.version, one.leaf.commitment)
            value = store.publish_change(tx, leaf, one.leaf.epoch)
            values.setdefault((one.leaf.epoch, one.at_ms), []).append((leaf.label, value))
        for (_, at_ms), of_epoch in values.items():
            publication.publish(tx, self._context, of_epoch, at_ms)

    def _falls(self, change: Queued) -> bool:
        """What follows a version that was never published follows nothing."""
        return change.version >= self._fallen.get(change.label, change.version + 1)

    def _explain(self, tx: Tx) -> None:
        """Evidence that the log has an answer to now is none any more."""
        for note in store.all_evidence(tx):
            checkpoint = _signed(note, self._log_key)
            known = ours(tx, checkpoint.size, self._log_key)
            if known is not None and known.agrees(checkpoint):
                store.remove_evidence(tx, note)

    def _check(self, tx: Tx) -> None:
        """What stands in the database now is what was signed, by these keys."""
        log = StoredLog.of(tx)
        if log.size != self._target.size or not hmac.compare_digest(root_at(log.node_at, log.size), self._target.root):
            raise LogDamaged("the database with the audited epochs does not lead to the checkpoint of this log")
        check_keys(tx, self._context.keys, self._log_key)


def _commitment(change: Queued) -> bytes:
    return commit(change.opening, change.label.encode(), change.version, change.value)


def _batches(spool: Spool) -> Iterator[list[tuple[bytes, Audited]]]:
    batch: list[tuple[bytes, Audited]] = []
    leaves = 0
    for update, epoch in spool.epochs():
        batch.append((update, epoch))
        leaves += len(epoch.update.added)
        if len(batch) >= BATCH_EPOCHS or leaves >= BATCH_LEAVES:
            yield batch
            batch, leaves = [], 0
    if batch:
        yield batch
