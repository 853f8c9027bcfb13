# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept apart, for whom, for how long; and what is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.requests.clocks import DAY_MS, HOUR_MS, Clock
from privity.desk.legal.requests.errors import NotInThisState
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault import taking
from privity.desk.legal.vault.errors import (
    HoldOver,
    HoldUnknown,
    NothingToPreserve,
    SamePerson,
    SnapshotRefused,
    WrongState,
)
from privity.desk.legal.vault.model import Hold, Kind, Snapshot, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.production.classes import Releasable
from tests.desk.legal.rulebook.bases import PROFILE, RULEBOOK
from tests.desk.legal.vault.cellar import ALICE, BOB, CLERK, EPOC_PR, FILES, NOON, PRESERVE, RELEASER, WARRANT, Cellar

EPOC = "eu.epoc"


def quarantined(cellar: Cellar, number: int) -> Hold:
    return vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random)


def test_a_judged_request_to_preserve_is_kept_for_its_term(cellar: Cellar) -> None:
    hold = cellar.ordered(cellar.request(PRESERVE))
    assert (hold.state, hold.kind, hold.days, hold.renew_days) == (State.ORDERED, Kind.TERM, 90, 90)
    assert hold.due_ms == NOON + 24 * HOUR_MS
    assert hold.until_ms == NOON - 12 * HOUR_MS + 91 * DAY_MS
    (ordered,) = cellar.said(Act.HOLD_ORDERED)
    assert (ordered.who, ordered.about) == ("desk", f"legal:{hold.request}")
    assert ordered.said == {
        "hold": hold.number,
        "kind": "term",
        "classes": [each.value for each in Releasable],
        "until_ms": hold.until_ms,
    }
    held = cellar.taken(hold)
    assert held.state is State.HELD
    (taken,) = cellar.said(Act.HOLD_TAKEN)
    assert taken.said["files"] == len(FILES)
    assert held.manifest_sha256 is not None
    assert taken.said["manifest_sha256"] == held.manifest_sha256.hex()
    assert held.taken_entry == taken.n


def test_its_clock_stops_when_it_is_taken(cellar: Cellar) -> None:
    def running() -> list[str]:
        rows = cellar.db.execute("SELECT clock FROM legal_clock WHERE stopped_ms IS NULL")
        return [clock for (clock,) in rows.fetchall()]

    hold = cellar.ordered(cellar.request(PRESERVE))
    assert Clock.TAKE in running()
    cellar.taken(hold)
    assert Clock.TAKE not in running()


def test_it_is_late_after_a_day_and_not_before(cellar: Cellar) -> None:
    hold = cellar.ordered(cellar.request(PRESERVE))
    assert vault.late(cellar.db, RELEASER, hold.due_ms - 1) == ()
    assert [one.number for one in vault.late(cellar.db, RELEASER, hold.due_ms)] == [hold.number]
    cellar.taken(hold)
    assert vault.late(cellar.db, RELEASER, hold.due_ms) == ()


def test_nothing_found_is_a_result_and_its_receipt_is_the_same(cellar: Cellar) -> None:
    """Whoever gets a receipt does not learn whether there is such an account."""
    full = cellar.held(PRESERVE)
    empty = cellar.taken(cellar.ordered(cellar.request(PRESERVE)), {})
    receipts = [vault.receipt_facts(cellar.db, hold.number) for hold in (full, empty)]
    assert [receipt.classes for receipt in receipts] == [tuple(sorted(Releasable))] * 2
    assert len({(receipt.taken_ms, receipt.until_ms, receipt.renewed) for receipt in receipts}) == 1
    again = cellar.taken(cellar.ordered(cellar.request(PRESERVE)), {})
    assert again.manifest_sha256 != empty.manifest_sha256, "an empty list cannot be known by its hash"


def test_a_request_that_nobody_judged_keeps_nothing(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    with pytest.raises(WrongState):
        cellar.ordered(number)
    cellar.verified(number, cellar.agency().agency)
    with pytest.raises(WrongState):
        cellar.ordered(number)
    with pytest.raises(HoldUnknown):
        cellar.hold(1)


def test_by_a_rulebook_that_nobody_reviewed_nothing_is_kept(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.REFER, Rules(RULEBOOK, PROFILE))
    with pytest.raises(NothingToPreserve):
        cellar.ordered(number)


def test_a_warrant_and_a_rejected_request_to_preserve_keep_nothing(cellar: Cellar) -> None:
    for number in (cellar.scoped(), cellar.request(PRESERVE, Outcome.REJECT)):
        with pytest.raises(NothingToPreserve):
            cellar.ordered(number)


def test_a_rejected_epoc_is_kept_until_two_people_say_that_it_was_withdrawn(cellar: Cellar) -> None:
    team = cellar.agency("AT")
    request = cellar.request(EPOC, Outcome.REJECT, team.agency)
    hold = cellar.taken(cellar.ordered(request))
    assert (hold.kind, hold.until_ms) == (Kind.UNTIL_WITHDRAWN, None)
    cellar.pass_days(1000)
    assert cellar.alive(hold.number)
    with pytest.raises(WrongState):
        vault.withdrawal_confirmed(cellar.db, RELEASER, hold.number, cellar.now_ms)
    vault.withdraw(cellar.db, CLERK, hold.number, "they wrote that it is withdrawn", cellar.now_ms)
    with pytest.raises(WrongState):
        vault.withdraw(cellar.db, CLERK, hold.number, "again", cellar.now_ms)
    cellar.pass_days(10)
    assert cellar.alive(hold.number), "one person alone ends nothing"
    alone = Acting.member(1, frozenset({Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER}))
    with pytest.raises(SamePerson):
        vault.withdrawal_confirmed(cellar.db, alone, hold.number, cellar.now_ms)
    vault.withdrawal_confirmed(cellar.db, RELEASER, hold.number, cellar.now_ms)
    assert not cellar.alive(hold.number)
    with pytest.raises(HoldOver):
        vault.withdraw(cellar.db, CLERK, hold.number, "again", cellar.now_ms)
    cellar.look()
    assert cellar.state(hold.number) == State.SHREDDED


def test_a_request_has_one_term(cellar: Cellar) -> None:
    """Not even after it ended: what was over does not begin anew with the same request."""
    request = cellar.request(EPOC_PR, agency=cellar.agency("AT").agency)
    hold = cellar.taken(cellar.ordered(request))
    for _ in range(2):
        with pytest.raises(WrongState):
            cellar.ordered(request)
        cellar.until_day(61)
    assert cellar.state(hold.number) == State.SHREDDED


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"content_e2ee/1.bin": b"x"}, id="a-class-that-nobody-holds"),
        pytest.param({"subscriber": b"x"}, id="no-folder"),
        pytest.param({"subscriber/../../x": b"x"}, id="out-of-the-folder"),
        pytest.param({"/subscriber/x": b"x"}, id="from-the-root"),
        pytest.param({"subscriber/" + "x" * 200: b"x"}, id="too-long"),
        pytest.param({"session_ip/1.json": b"x"}, id="a-class-that-was-not-ordered"),
    ],
)
def test_a_snapshot_holds_what_was_ordered_and_nothing_else(cellar: Cellar, files: Mapping[str, bytes]) -> None:
    hold = cellar.ordered(cellar.request(PRESERVE, classes=["subscriber"]))
    with pytest.raises(SnapshotRefused):
        taking.take(cellar.db, cellar.custody, hold.number, [(ALICE, Snapshot(files))], cellar.now_ms, cellar.random)
    assert cellar.state(hold.number) == State.ORDERED
    assert cellar.keys_of(hold.number) == []


def test_a_snapshot_is_of_all_targets_and_of_no_other(cellar: Cellar) -> None:
    hold = cellar.ordered(cellar.request(PRESERVE, targets=[{"kind": t.kind, "value": t.value} for t in (ALICE, BOB)]))
    for targets in ([ALICE], [ALICE, ALICE], [ALICE, BOB, BOB]):
        with pytest.raises(SnapshotRefused):
            found = [(target, Snapshot()) for target in targets]
            taking.take(cellar.db, cellar.custody, hold.number, found, cellar.now_ms, cellar.random)
    assert cellar.taken(hold).state is State.HELD
    with pytest.raises(WrongState):
        cellar.taken(hold)


def test_lp_12_a_quarantine_is_for_whom_nobody_has_verified_once_and_unread(cellar: Cellar) -> None:
    number = cellar.filed(WARRANT)
    hold = cellar.taken(quarantined(cellar, number))
    assert (hold.kind, hold.until_ms) == (Kind.QUARANTINE, NOON + 72 * HOUR_MS)
    with pytest.raises(WrongState):
        quarantined(cellar, number)
    with pytest.raises(WrongState):
        vault.receipt_facts(cellar.db, hold.number)
    cellar.verified(number, cellar.agency().agency)
    with pytest.raises(NotInThisState):
        quarantined(cellar, number)
    cellar.judged(number, Outcome.ACCEPT)
    with pytest.raises(WrongState):
        cellar.released(hold, number)


def test_who_names_no_account_gets_no_quarantine(cellar: Cellar) -> None:
    for change in ({"targets": [{"kind": "keyword", "value": "kettle"}]}, {"classes": ["content_e2ee"]}):
        number = cellar.filed(WARRANT, **change)
        with pytest.raises(NothingToPreserve):
            quarantined(cellar, number)
        assert vault.of_request(cellar.db, number) == ()


def test_a_quarantine_of_the_same_data_goes_on_as_the_hold(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    before = cellar.taken(quarantined(cellar, number))
    cellar.bureau.now_ms += HOUR_MS
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.PRESERVE)
    hold = cellar.ordered(number)
    assert (hold.number, hold.kind, hold.state) == (before.number, Kind.TERM, State.HELD)
    assert hold.until_ms == NOON - 12 * HOUR_MS + 91 * DAY_MS
    cellar.until_day(90)
    assert cellar.alive(hold.number)
    assert vault.receipt_facts(cellar.db, hold.number).taken_ms == NOON


def test_a_quarantine_that_was_not_taken_yet_goes_on_as_the_hold_too(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    before = quarantined(cellar, number)
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.PRESERVE)
    hold = cellar.ordered(number)
    assert (hold.number, hold.kind, hold.state) == (before.number, Kind.TERM, State.ORDERED)
    assert [entry.said["kind"] for entry in cellar.said(Act.HOLD_ORDERED)] == ["quarantine", "term"]
    assert cellar.taken(hold).state is State.HELD


def test_classes_that_the_verdict_does_not_keep_go_at_once(cellar: Cellar) -> None:
    number = cellar.filed(PRESERVE)
    cellar.taken(quarantined(cellar, number))
    cellar.corrected(number, classes=["subscriber", "session_ip"])
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.PRESERVE)
    hold = cellar.ordered(number)
    keys = cellar.db.execute("SELECT data_class FROM legal_hold_key WHERE wrapped <> zeroblob(length(wrapped))")
    assert sorted(one for (one,) in keys.fetchall()) == ["session_ip", "subscriber"]
    cellar.look()
    files = cellar.db.execute("SELECT DISTINCT data_class FROM legal_hold_file ORDER BY 1").fetchall()
    assert files == [("session_ip",), ("subscriber",)]
    assert vault.receipt_facts(cellar.db, hold.number).classes == (Releasable.SESSION_IP, Releasable.SUBSCRIBER)
    warrant = cellar.scoped()
    cellar.released(hold, warrant)
    assert cellar.read(warrant, hold.number, "subscriber/0001.json") == FILES["subscriber/0001.json"]


@pytest.mark.parametrize(
    "corrected",
    [
        pytest.param({"targets": [{"kind": "handle", "value": "somebody.else"}]}, id="another-account"),
        pytest.param({"time_range": {"from": "2026-01-01", "to": "2026-10-31"}}, id="a-longer-time"),
        pytest.param(
            {"targets": [{"kind": "handle", "value": "pot.collector"}, {"kind": "handle", "value": "x"}]}, id="more"
        ),
    ],
)
def test_a_quarantine_of_other_data_lapses_by_itself(cellar: Cellar, corrected: dict[str, object]) -> None:
    number = cellar.filed(PRESERVE)
    before = cellar.taken(quarantined(cellar, number))
    cellar.corrected(number, **corrected)
    cellar.verified(number, cellar.agency().agency)
    cellar.judged(number, Outcome.PRESERVE)
    hold = cellar.ordered(number)
    assert hold.number != before.number
    assert hold.state is State.ORDERED
    cellar.pass_days(4)
    assert cellar.state(before.number) == State.SHREDDED


def test_who_sees_and_who_does_what(cellar: Cellar) -> None:
    """Nobody outside of the legal desk sees that there is a hold; and to see it is not to change it."""
    hold = cellar.held()
    for role in Role:
        acting = Acting.member(9, frozenset({role}))
        if Right.SEE_LEGAL not in acting.rights:
            for look in (
                lambda acting: vault.hold(cellar.db, acting, hold.number),
                lambda acting: vault.holds(cellar.db, acting),
                lambda acting: vault.late(cellar.db, acting, NOON),
            ):
                with pytest.raises(NotYourRole):
                    look(acting)
        if Right.JUDGE_LEGAL not in acting.rights:
            with pytest.raises(NotYourRole):
                vault.withdraw(cellar.db, acting, hold.number, "a reason", NOON)
            with pytest.raises(NotYourRole):
                vault.release(cellar.db, cellar.custody, acting, hold.number, 1, NOON)
            with pytest.raises(NotYourRole):
                vault.renew(cellar.db, cellar.custody, acting, hold.number, 1, NOON)
        if Right.RELEASE_LEGAL not in acting.rights:
            with pytest.raises(NotYourRole):
                vault.withdrawal_confirmed(cellar.db, acting, hold.number, NOON)
        if Right.WORK_LEGAL not in acting.rights:
            with pytest.raises(NotYourRole):
                vault.quarantine(cellar.db, cellar.custody, acting, 1, NOON, cellar.random)
    assert [one.number for one in vault.holds(cellar.db, RELEASER)] == [hold.number]
