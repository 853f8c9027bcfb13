# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A checkpoint counts when enough known witnesses have cosigned it lately, one of them an auditor. Otherwise not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.tlog.checkpoint import sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.errors import (
    BadCosignature,
    BadLogPolicy,
    BadLogSignature,
    FromTheFuture,
    LogSignatureMissing,
    NoAuditor,
    QuorumMissing,
    Stale,
)
from privity.tlog.note import Signature
from privity.tlog.quorum import MAX_AHEAD_S, MAX_WITNESSES, LogPolicy, Witness, open_checkpoint
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.tlog.people import (
    LOG,
    NAMES,
    NOW_S,
    ORIGIN,
    WITNESSES,
    checkpoint,
    cosigned,
    policy,
    private,
    with_signatures,
)

DAY_S = 86_400


def test_enough_recent_cosignatures_open_a_checkpoint() -> None:
    opened = open_checkpoint(cosigned(NOW_S - 5, None, NOW_S), policy(2), NOW_S, DAY_S)
    assert opened.checkpoint == checkpoint()
    assert opened.cosigned == ((NAMES[0], NOW_S - 5), (NAMES[2], NOW_S))
    assert opened.audited


def test_too_few_cosignatures_are_refused() -> None:
    for note in (cosigned(), cosigned(NOW_S)):
        with pytest.raises(QuorumMissing):
            open_checkpoint(note, policy(2), NOW_S, DAY_S)


def test_one_witness_never_counts_twice() -> None:
    note = cosigned(NOW_S)
    again = cosign(private(NAMES[0]), NAMES[0], note.text, NOW_S - 1)
    with pytest.raises(QuorumMissing):
        open_checkpoint(with_signatures(note, again, again), policy(2), NOW_S, DAY_S)
    assert open_checkpoint(with_signatures(note, again), policy(1), NOW_S, DAY_S).cosigned == ((NAMES[0], NOW_S),)


def test_strangers_do_not_count() -> None:
    note = cosigned(NOW_S)
    strangers = [cosign(private(f"stranger {i}"), f"stranger.example/{i}", note.text, NOW_S) for i in range(5)]
    impostor = cosign(private("impostor"), NAMES[1], note.text, NOW_S)
    with pytest.raises(QuorumMissing):
        open_checkpoint(with_signatures(note, *strangers, impostor), policy(2), NOW_S, DAY_S)


def test_a_cosignature_that_only_claims_to_be_a_witnesss_spoils_the_note() -> None:
    note = cosigned(NOW_S, NOW_S)
    for wrong in (Signature(NAMES[2], WITNESSES[2].key_id, bytes(72)), replace(note.signatures[1], blob=bytes(72))):
        with pytest.raises(BadCosignature):
            open_checkpoint(with_signatures(note, wrong), policy(1), NOW_S, DAY_S)


def test_the_cosignatures_of_another_checkpoint_are_refused() -> None:
    other = cosigned(NOW_S, NOW_S, of=checkpoint(4))
    note = sign_checkpoint(private(ORIGIN), checkpoint())
    with pytest.raises(BadCosignature):
        open_checkpoint(with_signatures(note, *other.signatures[1:]), policy(2), NOW_S, DAY_S)


def test_without_the_logs_signature_cosignatures_are_worth_nothing() -> None:
    note = cosigned(NOW_S, NOW_S, NOW_S)
    with pytest.raises(LogSignatureMissing):
        open_checkpoint(replace(note, signatures=note.signatures[1:]), policy(2), NOW_S, DAY_S)
    forged = Signature(LOG.name, LOG.key_id, bytes(64))
    with pytest.raises(BadLogSignature):
        open_checkpoint(replace(note, signatures=(forged, *note.signatures[1:])), policy(2), NOW_S, DAY_S)


def test_old_cosignatures_do_not_count_unless_any_age_will_do() -> None:
    note = cosigned(NOW_S - DAY_S, NOW_S - DAY_S - 1)
    assert open_checkpoint(note, policy(1), NOW_S, DAY_S).cosigned == ((NAMES[0], NOW_S - DAY_S),)
    with pytest.raises(Stale):
        open_checkpoint(note, policy(2), NOW_S, DAY_S)
    assert len(open_checkpoint(note, policy(2), NOW_S, None).cosigned) == 2


def test_cosignatures_from_the_future_do_not_count_at_any_age() -> None:
    note = cosigned(NOW_S + MAX_AHEAD_S, NOW_S + MAX_AHEAD_S + 1)
    assert open_checkpoint(note, policy(1), NOW_S, DAY_S).cosigned == ((NAMES[0], NOW_S + MAX_AHEAD_S),)
    for max_age_s in (DAY_S, None):
        with pytest.raises(FromTheFuture):
            open_checkpoint(note, policy(2), NOW_S, max_age_s)


def test_a_quorum_without_an_auditor_is_refused() -> None:
    note = cosigned(None, NOW_S, NOW_S)
    with pytest.raises(NoAuditor):
        open_checkpoint(note, policy(2, auditors=1), NOW_S, DAY_S)
    assert open_checkpoint(note, policy(2, auditors=2), NOW_S, DAY_S).audited


def test_an_auditor_who_cosigned_too_long_ago_is_none() -> None:
    note = cosigned(NOW_S - DAY_S - 1, NOW_S, NOW_S)
    with pytest.raises(NoAuditor):
        open_checkpoint(note, policy(2, auditors=1), NOW_S, DAY_S)


def test_a_quorum_of_nobody_is_never_called_audited() -> None:
    assert not open_checkpoint(cosigned(), policy(0), NOW_S, DAY_S).audited
    opened = open_checkpoint(cosigned(NOW_S), policy(0), NOW_S, DAY_S)
    assert (opened.audited, opened.cosigned) == (False, ((NAMES[0], NOW_S),))


@given(st.lists(st.one_of(st.none(), st.integers(NOW_S - 2 * DAY_S, NOW_S + 1000)), min_size=3, max_size=3), st.data())
def test_a_checkpoint_opens_exactly_when_the_rules_say_so(times: list[int | None], data: st.DataObject) -> None:
    quorum, auditors = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 3))
    good = [at for at, time_s in enumerate(times) if time_s and NOW_S - DAY_S <= time_s <= NOW_S + MAX_AHEAD_S]
    allowed = len(good) >= quorum and (quorum == 0 or any(at < auditors for at in good))
    try:
        opened = open_checkpoint(cosigned(*times), policy(quorum, auditors=auditors), NOW_S, DAY_S)
    except (QuorumMissing, Stale, FromTheFuture, NoAuditor):
        assert not allowed
    else:
        assert allowed
        assert [name for name, _ in opened.cosigned] == [NAMES[at] for at in good]


@pytest.mark.parametrize(
    "make",
    [
        lambda: policy(4),
        lambda: policy(-1),
        lambda: LogPolicy(LOG, (Witness(WITNESSES[0], True), Witness(WITNESSES[0], False)), 1),
        lambda: LogPolicy(LOG, (Witness(WITNESSES[0], True), Witness(replace(WITNESSES[1], name=NAMES[0]), True)), 1),
        lambda: LogPolicy(LOG, (Witness(WITNESSES[0], True), Witness(replace(WITNESSES[0], name=NAMES[1]), True)), 1),
        lambda: LogPolicy(LOG, (Witness(VerifierKey("x.example", KeyKind.COSIGNATURE, LOG.public), True),), 1),
        lambda: LogPolicy(WITNESSES[0], (), 0),
        lambda: LogPolicy(LOG, (Witness(LOG, True),), 1),
        lambda: LogPolicy(LOG, many(MAX_WITNESSES + 1), 1),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(BadLogPolicy):
        make()


def test_policies_come_back_from_their_bytes() -> None:
    for kept in (policy(0), policy(2, auditors=1), LogPolicy(LOG, (), 0), LogPolicy(LOG, many(MAX_WITNESSES), 9)):
        assert LogPolicy.decode(kept.encode()) == kept


@given(st.data())
def test_a_policy_with_a_changed_byte_is_another_one_or_none(data: st.DataObject) -> None:
    whole = policy(2, auditors=1).encode()
    at, flip = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    damaged = whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :]
    try:
        read = LogPolicy.decode(damaged)
    except BadLogPolicy:
        return
    assert read.encode() == damaged
    assert read != policy(2, auditors=1)


def test_cut_or_lengthened_policies_are_refused() -> None:
    whole = policy(2).encode()
    for wrong in (whole[:-1], whole + b"\x00", b""):
        with pytest.raises(BadLogPolicy):
            LogPolicy.decode(wrong)


def many(count: int) -> tuple[Witness, ...]:
    """So many witnesses, each with a name and a key of its own."""
    names = [f"{number}.example/witness" for number in range(count)]
    return tuple(Witness(VerifierKey.of(name, KeyKind.COSIGNATURE, private(name)), False) for name in names)
