# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each check of a reader refuses by its own name: a valid answer with one thing broken (spec/keylog.md)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import pytest

from privity.keylog import errors as e
from privity.keylog import publish
from privity.keylog.commitment import commit, stamp
from privity.keylog.entry import Entry
from privity.keylog.labels import vrf_input
from privity.keylog.ladder import MAX_STEPS
from privity.keylog.prefix_proof import End, EndKind
from privity.keylog.prefix_tree import Leaf, insert
from privity.keylog.proof import MAX_DATED, CheckpointProof, LookupProof, Revealed
from privity.keylog.verify import (
    MAX_AHEAD_MS,
    MAX_BEHIND_MS,
    Found,
    LogKeys,
    View,
    verify_checkpoint_proof,
    verify_kept,
    verify_lookup,
)
from privity.keylog.vrf import vrf_output, vrf_public
from privity.tlog import errors as t
from privity.tlog.checkpoint import Checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.tree import EMPTY_ROOT, Frontier
from tests.keylog.memory_log import MemoryLog, TestWitness

START = 1_800_000_000_000
HOUR = 3_600_000
ANN, BEN, NOBODY = b"u:mimi://hub.example/u/ann", b"u:mimi://hub.example/u/ben", b"u:mimi://hub.example/u/nobody"


def make_log(versions: int = 4) -> MemoryLog:
    """One version of Ann's list an hour, Ben among others in between, and a last epoch that adds nothing."""
    log = MemoryLog()
    for number in range(versions):
        log.put(ANN, b"ann's list %d" % number)
        log.put(BEN if number == 1 else b"u:%d" % number, b"a list")
        log.cut(START + number * HOUR)
    log.cut(START + versions * HOUR)
    return log


LOG = make_log()
NOW = START + 4 * HOUR
KEYS = LOG.keys


def seen(log: MemoryLog, size: int) -> View:
    """What a reader remembers who looked when the log had this size."""
    frontier = Frontier(0, ())
    for at in range(size):
        frontier = frontier.append(log.node_at(0, at))
    return View(size, frontier.root(), log.entry(size - 1).timestamp_ms)


VIEW = seen(LOG, 2)
ANSWER = LOG.answer(ANN, VIEW, dated=[0, 2])


def judge(
    answer: LookupProof, label: bytes = ANN, keys: LogKeys = KEYS, view: View | None = VIEW, now_ms: int = NOW
) -> Found:
    return verify_lookup(answer.encode(), label, keys, view, now_ms)


def test_answer_says_version_value_and_when_it_appeared() -> None:
    found = judge(ANSWER)
    assert (found.version, found.value, found.epoch) == (3, b"ann's list 3", 3)
    assert found.view == View(5, found.opened.checkpoint.root, START + 4 * HOUR)
    assert {n: (d.value, d.epoch, d.timestamp_ms) for n, d in found.dated.items()} == {
        0: (b"ann's list 0", 0, START),
        2: (b"ann's list 2", 2, START + 2 * HOUR),
    }
    assert found.opened.audited and len(found.opened.cosigned) == 2


def test_label_that_is_not_there_is_proven_not_to_be() -> None:
    found = judge(LOG.answer(NOBODY, VIEW), NOBODY)
    assert (found.version, found.value, found.epoch, found.dated) == (None, None, None, {})


def test_first_reader_needs_no_view() -> None:
    assert judge(LOG.answer(ANN), view=None).view == judge(ANSWER).view


def test_encodings_are_read_back() -> None:
    assert LookupProof.decode(ANSWER.encode()) == ANSWER
    head = LOG.checkpoint_proof(VIEW)
    assert CheckpointProof.decode(head.encode()) == head
    assert View.decode(VIEW.encode()) == VIEW
    assert LogKeys.decode(KEYS.encode()) == KEYS
    assert Entry.decode(head.entry.encode()) == head.entry and len(head.entry.encode()) == 40
    for decode in (LookupProof.decode, CheckpointProof.decode, View.decode, LogKeys.decode, Entry.decode):
        for data in (b"", bytes(10), ANSWER.encode() + b"\0", b"\xff" * 200):
            with pytest.raises(e.Malformed):
                decode(data)


def test_answer_with_more_parts_than_any_needs_is_refused() -> None:
    first, second = ANSWER.dated
    for bent in (
        replace(ANSWER, steps=ANSWER.steps[:1] * (MAX_STEPS + 1)),
        replace(ANSWER, dated=(first,) * MAX_DATED + (second,)),
    ):
        with pytest.raises(e.Malformed, match="at most"):
            LookupProof.decode(bent.encode())


# 1. The checkpoint: signed by the log, cosigned by enough others lately, one of them an auditor


def signed_again(change: Callable[[SignedNote], SignedNote]) -> LookupProof:
    """The answer with another note over the same checkpoint."""
    note = change(SignedNote.decode(ANSWER.head.note))
    return replace(ANSWER, head=replace(ANSWER.head, note=note.encode()))


def test_checkpoint_that_the_log_did_not_sign_is_refused() -> None:
    for change, error in (
        (lambda note: SignedNote(note.text, note.signatures[1:]), t.LogSignatureMissing),
        (lambda note: SignedNote(note.text.replace(b"\n5\n", b"\n6\n"), note.signatures), t.BadLogSignature),
        (lambda note: SignedNote(note.text.replace(b"hub", b"hug"), note.signatures), t.WrongOrigin),
    ):
        with pytest.raises(error):
            judge(signed_again(change))


def test_checkpoint_of_another_log_with_another_key_is_refused() -> None:
    other = MemoryLog(seed=2)
    other.put(ANN, b"another list")
    other.cut(NOW)
    with pytest.raises(t.LogSignatureMissing):
        judge(other.answer(ANN), view=None)


def test_minority_of_colluding_witnesses_is_not_enough() -> None:
    with pytest.raises(t.QuorumMissing):
        judge(signed_again(lambda note: SignedNote(note.text, note.signatures[:-1])))


def test_witnesses_that_do_not_audit_are_not_enough() -> None:
    log = MemoryLog(witnesses=[TestWitness("one.example", bytes(32), audits=False)])
    log.cut(NOW)
    with pytest.raises(t.NoAuditor):
        judge(log.answer(ANN), keys=log.keys, view=None)


def test_unwatched_log_is_said_to_be_unaudited() -> None:
    log = MemoryLog(witnesses=[], quorum=0)
    log.put(ANN, b"list")
    log.cut(NOW)
    assert not judge(log.answer(ANN), keys=log.keys, view=None).opened.audited


def test_cosignatures_of_yesterday_are_stale() -> None:
    day = 24 * HOUR
    judge(ANSWER, now_ms=NOW + day)
    with pytest.raises(t.Stale):
        judge(ANSWER, now_ms=NOW + day + 1000)


def test_cosignatures_from_the_future_do_not_count() -> None:
    with pytest.raises(t.FromTheFuture):
        judge(ANSWER, now_ms=NOW - 301_000)


# 2. What was seen before


def test_smaller_log_than_seen_before_is_refused() -> None:
    """Rollback, also one that is freshly cosigned."""
    short = make_log(1)
    short.cosign_again(NOW // 1000)
    with pytest.raises(e.WentBack):
        judge(short.answer(ANN), view=judge(ANSWER).view)


def test_forked_log_is_refused() -> None:
    """The same keys and the same past, and then another epoch for this one reader."""
    fork = make_log(1).fork()
    fork.put(ANN, b"a list with a ghost")
    fork.cut(START + HOUR)
    view = verify_lookup(fork.lookup(ANN), ANN, fork.keys, None, START + HOUR).view
    with pytest.raises(t.BadConsistency):
        judge(LOG.answer(ANN, view), view=view)
    with pytest.raises(t.BadConsistency):
        judge(fork.answer(ANN), keys=fork.keys, view=replace(view, root=bytes(32)), now_ms=START + HOUR)


def test_link_to_another_view_than_the_readers_is_refused() -> None:
    with pytest.raises(t.BadConsistency):
        judge(ANSWER, view=seen(LOG, 4))
    with pytest.raises(t.BadConsistency):
        judge(LOG.answer(ANN), view=VIEW)
    with pytest.raises(e.Malformed):
        judge(ANSWER, view=None)


def test_time_that_goes_back_is_refused() -> None:
    log = make_log(1)
    view = verify_lookup(log.lookup(ANN), ANN, log.keys, None, START + HOUR).view
    log.cut(START)
    log.cosign_again((START + HOUR) // 1000)
    with pytest.raises(e.WentBack):
        judge(log.answer(ANN, view), view=view, now_ms=START + HOUR)


# 3. The last entry


def test_entry_that_is_not_the_last_is_refused() -> None:
    """An earlier tree, in which a version is still missing, under the newest checkpoint."""
    head = ANSWER.head
    for bent in (
        replace(head, entry=LOG.entry(3)),
        replace(head, entry=replace(head.entry, timestamp_ms=head.entry.timestamp_ms + 1)),
        replace(head, entry=replace(head.entry, prefix_root=bytes(32))),
        replace(head, inclusion=head.inclusion[1:]),
        replace(head, inclusion=(*head.inclusion, bytes(32))),
    ):
        with pytest.raises(e.WrongEntry):
            judge(replace(ANSWER, head=bent))


def test_log_without_entries_proves_nothing() -> None:
    log = make_log(1)
    note = log.signed(Checkpoint(log.origin, 0, EMPTY_ROOT), NOW // 1000).encode()
    answer = log.answer(ANN)
    with pytest.raises(e.EmptyLog):
        judge(replace(answer, head=CheckpointProof(note, answer.head.entry, (), ())), view=None)


def test_log_that_stands_still_is_refused() -> None:
    """Freshly cosigned every time, but without a new entry for a day: somebody holds the log back."""
    log = make_log(1)
    last = START + HOUR
    for now, error in ((last + MAX_BEHIND_MS, None), (last + MAX_BEHIND_MS + 1, e.EntryTooOld)):
        log.cosign_again(now // 1000)
        if error is None:
            judge(log.answer(ANN), view=None, now_ms=now)
        else:
            with pytest.raises(error):
                judge(log.answer(ANN), view=None, now_ms=now)


def test_entry_from_the_future_is_refused() -> None:
    log = make_log(1)
    last = START + HOUR
    now = last - MAX_AHEAD_MS
    log.cosign_again(now // 1000)
    judge(log.answer(ANN), view=None, now_ms=now)
    with pytest.raises(e.EntryFromTheFuture):
        judge(log.answer(ANN), view=None, now_ms=now - 1)


# 4. The versions


def test_another_vrf_key_is_refused() -> None:
    with pytest.raises(e.BadVrfProof):
        judge(ANSWER, keys=replace(KEYS, vrf_public=vrf_public(bytes(32))))
    with pytest.raises(e.BadVrfKey):
        judge(ANSWER, keys=replace(KEYS, vrf_public=bytes(32)))


def test_answer_about_another_label_is_refused() -> None:
    with pytest.raises(e.BadVrfProof):
        judge(ANSWER, BEN)
    with pytest.raises(e.BadVrfProof):
        judge(LOG.answer(NOBODY, VIEW))


def test_steps_in_another_order_are_refused() -> None:
    one, other, *rest = ANSWER.steps
    with pytest.raises(e.BadVrfProof):
        judge(replace(ANSWER, steps=(other, one, *rest)))


def test_ladder_with_a_rung_too_few_or_too_many_is_refused() -> None:
    for steps in (ANSWER.steps[:-1], (*ANSWER.steps, ANSWER.steps[-1]), ()):
        with pytest.raises(e.WrongLadder):
            judge(replace(ANSWER, steps=steps))


def test_version_below_the_greatest_that_is_missing_is_refused() -> None:
    """The log itself says that a version is not there, and claims a greater one."""
    steps = (replace(ANSWER.steps[0], found=None), *ANSWER.steps[1:])
    with pytest.raises(e.WrongLadder):
        judge(replace(ANSWER, steps=steps))


class Claiming:
    """A source that says of one label that its greatest version is another, over the same published log."""

    def __init__(self, log: MemoryLog, version: int | None) -> None:
        self._log = log
        self._version = version
        self.nodes, self.size, self.note = log.nodes, log.size, log.note
        self.node_at, self.entry = log.node_at, log.entry

    def newest(self, label: bytes) -> int | None:
        return self._version

    def held(self, label: bytes, version: int) -> publish.Held:
        greatest = self._log.newest(label)
        return self._log.held(label, min(version, greatest or 0))


LONG = make_log(9)


@pytest.mark.parametrize("claimed", [None, *range(8)])
def test_newest_version_cannot_be_hidden(claimed: int | None) -> None:
    """Rollback of one label: the device list from before a device was removed."""
    answer = publish.lookup(Claiming(LONG, claimed), LONG.vrf_private, ANN, 0)
    with pytest.raises(e.NotAbsent):
        judge(answer, view=None, now_ms=NOW + 5 * HOUR)


@pytest.mark.parametrize("claimed", [9, 10, 12, 15, 16, 31, 63, 1 << 20])
def test_version_that_is_not_there_cannot_be_claimed(claimed: int) -> None:
    answer = publish.lookup(Claiming(LONG, claimed), LONG.vrf_private, ANN, 0)
    with pytest.raises(e.NotIncluded):
        judge(answer, view=None, now_ms=NOW + 5 * HOUR)


class Made(Claiming):
    """A source whose versions are these."""

    def __init__(self, log: MemoryLog, held: list[publish.Held]) -> None:
        super().__init__(log, len(held) - 1)
        self._made = held

    def held(self, label: bytes, version: int) -> publish.Held:
        return self._made[version]


@pytest.mark.parametrize(("low", "high"), [*combinations((0, 2, 4, 8, 16), 2)])
def test_version_beyond_a_gap_cannot_be_shown(low: int, high: int) -> None:
    """A log that skips versions, for somebody who asks only for the last: the ladder finds the gap."""
    log = MemoryLog()
    changes = [publish.Change(ANN, version, bytes(16), b"%d" % version) for version in range(high + 1)]
    log.publish([change for change in changes if change.version <= low or change.version == high], NOW)
    made = [publish.Held(c.opening, c.value, 0, commit(c.opening, c.label, c.version, c.value)) for c in changes]
    with pytest.raises(e.NotIncluded):
        judge(publish.lookup(Made(log, made), log.vrf_private, ANN, 0), keys=log.keys, view=None)


def test_misplaced_leaf_cannot_hide_a_version() -> None:
    missing = LOG.answer(NOBODY, VIEW)
    (end,) = missing.prefix.ends
    far = End(end.depth, EndKind.OTHER, Leaf.of(b"\xff" * 32, bytes(32)))
    with pytest.raises(e.MisplacedLeaf):
        judge(replace(missing, prefix=replace(missing.prefix, ends=(far,))), NOBODY)


def test_prefix_proof_that_does_not_fit_is_refused() -> None:
    longer = replace(ANSWER.prefix, hashes=(*ANSWER.prefix.hashes, bytes(32)))
    other = replace(ANSWER.prefix, hashes=(bytes(32), *ANSWER.prefix.hashes[1:]))
    for prefix, error in ((longer, e.UnevenProof), (other, e.WrongPrefixRoot)):
        with pytest.raises(error):
            judge(replace(ANSWER, prefix=prefix))


# 5. The values


def test_value_that_was_not_committed_to_is_refused() -> None:
    newest = ANSWER.newest
    assert newest is not None
    for bent in (
        replace(newest, value=b"a list with a ghost"),
        replace(newest, opening=bytes(16)),
        replace(newest, value=newest.value + b"\0"),
    ):
        with pytest.raises(e.WrongCommitment):
            judge(replace(ANSWER, newest=bent))


def test_value_of_another_label_or_version_is_refused() -> None:
    """The log shows for Ann what it committed to for Ben, or what it committed to for an older version of hers."""
    for held in (LOG.held(BEN, 0), LOG.held(ANN, 0)):
        with pytest.raises(e.WrongCommitment):
            judge(replace(ANSWER, newest=Revealed(3, held.opening, held.value)))


def test_other_standing_of_a_version_is_refused() -> None:
    """Another commitment or epoch than the tree holds changes the stamp, and so the leaf."""
    plain = LOG.answer(ANN, VIEW)
    at = next(at for at, step in enumerate(plain.steps) if step.found)
    found = plain.steps[at].found
    assert found is not None
    for bent in (replace(found, epoch=found.epoch + 1), replace(found, commitment=bytes(32))):
        steps = list(plain.steps)
        steps[at] = replace(steps[at], found=bent)
        with pytest.raises(e.WrongPrefixRoot):
            judge(replace(plain, steps=tuple(steps)))


def test_versions_that_appeared_in_no_order_are_refused() -> None:
    """A log that nobody audits stamps as it likes; an epoch that it does not have, or an order that cannot be."""
    for epochs in ([1, 0], [2, 2], [0, 2]):
        log = MemoryLog(witnesses=[], quorum=0)
        values = [b"0", b"1"]
        held = [
            publish.Held(bytes(16), value, epoch, commit(bytes(16), ANN, number, value))
            for number, (value, epoch) in enumerate(zip(values, epochs, strict=True))
        ]
        outs = [vrf_output(log.vrf_private, vrf_input(ANN, number)) for number in range(2)]
        leaves = [(out, stamp(one.commitment, one.epoch)) for out, one in zip(outs, held, strict=True)]
        log.nodes.update(insert({}, sorted(leaves)).changes)
        log.cut(NOW)
        log.cut(NOW)
        with pytest.raises(e.WrongEpoch):
            judge(publish.lookup(Made(log, held), log.vrf_private, ANN, 0), keys=log.keys, view=None)


def test_date_of_another_epoch_is_refused() -> None:
    first, second = ANSWER.dated
    for bent in (
        replace(first, entry=second.entry),
        replace(first, entry=replace(first.entry, timestamp_ms=first.entry.timestamp_ms - 1)),
        replace(first, inclusion=second.inclusion),
        replace(first, inclusion=first.inclusion[1:]),
    ):
        with pytest.raises(e.WrongDate):
            judge(replace(ANSWER, dated=(bent, second)))


def test_dated_value_that_was_not_committed_to_is_refused() -> None:
    first, second = ANSWER.dated
    bent = replace(first, revealed=replace(first.revealed, value=b"another"))
    with pytest.raises(e.WrongCommitment):
        judge(replace(ANSWER, dated=(bent, second)))
    outside = LONG.answer(ANN, None, dated=[4])
    assert judge(outside, view=None, now_ms=NOW + 5 * HOUR).dated[4].value == b"ann's list 4"
    (dated,) = outside.dated
    bent = replace(dated, revealed=replace(dated.revealed, value=b"another"))
    with pytest.raises(e.WrongPrefixRoot):
        judge(replace(outside, dated=(bent,)), view=None, now_ms=NOW + 5 * HOUR)


def test_version_above_the_greatest_has_no_date() -> None:
    first, _ = ANSWER.dated
    bent = replace(first, revealed=replace(first.revealed, version=4))
    with pytest.raises(e.WrongVersion):
        judge(replace(ANSWER, dated=(bent,)))
    with pytest.raises(e.WrongVersion):
        judge(replace(LOG.answer(NOBODY, VIEW), dated=(first,)), NOBODY)


def test_dates_in_another_order_or_twice_are_refused() -> None:
    first, second = ANSWER.dated
    for dated in ((second, first), (first, first, second)):
        with pytest.raises(e.WrongVersion):
            judge(replace(ANSWER, dated=dated))


# The checkpoint alone, and evidence


def test_checkpoint_alone_is_checked_in_the_same_way() -> None:
    head = LOG.checkpoint_proof(VIEW)
    view, opened = verify_checkpoint_proof(head.encode(), KEYS, VIEW, NOW)
    assert view == judge(ANSWER).view and opened == judge(ANSWER).opened
    for bent, before, now, error in (
        (replace(head, entry=LOG.entry(0)), VIEW, NOW, e.WrongEntry),
        (head, seen(LOG, 4), NOW, t.BadConsistency),
        (head, replace(VIEW, size=6), NOW, e.WentBack),
        (head, VIEW, NOW + 25 * HOUR, t.Stale),
        (replace(head, note=head.note[:-1]), VIEW, NOW, t.MalformedNote),
    ):
        with pytest.raises(error):
            verify_checkpoint_proof(bent.encode(), KEYS, before, now)


def test_kept_answer_still_proves_what_was_newest_then() -> None:
    """Years later, for somebody who has no view of the log: everything but that it is the newest."""
    found = verify_kept(ANSWER.encode(), ANN, KEYS)
    assert (found.version, found.value) == (3, b"ann's list 3")
    assert dict(found.opened.cosigned) == dict.fromkeys(("auditor1.example", "auditor2.example"), NOW // 1000)


def test_kept_answer_that_does_not_hold_is_refused() -> None:
    newest = ANSWER.newest
    assert newest is not None
    for bent, label, keys, error in (
        (replace(ANSWER, newest=replace(newest, value=b"another")), ANN, KEYS, e.WrongCommitment),
        (ANSWER, BEN, KEYS, e.BadVrfProof),
        (replace(ANSWER, head=replace(ANSWER.head, entry=LOG.entry(0))), ANN, KEYS, e.WrongEntry),
        (signed_again(lambda n: SignedNote(n.text, n.signatures[:-1])), ANN, KEYS, t.QuorumMissing),
    ):
        with pytest.raises(error):
            verify_kept(bent.encode(), label, keys)
