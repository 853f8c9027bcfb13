# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-22: nothing leaves by one person, whatever they hold: another passkey, an old answer, the database itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.releasing import looking, service, store
from privity.desk.legal.releasing.errors import NotApproved, NotReady, NotSecond, Superseded, TooLate
from privity.desk.legal.releasing.model import Production, Stage, Turn
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import AuthorityExpired, GuardUnmet
from privity.desk.legal.requests.model import State
from privity.desk.staff import service as staff
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole, PasskeyCopied, PasskeyRefused
from privity.desk.staff.rights import Right, Role
from privity.production.model import Kind, Notice, NoticeState
from tests.desk.legal.agencies.bureau import PLACE
from tests.desk.legal.releasing.floor import DAY_MS, OWNER, Floor
from tests.desk.staff.authenticator import Authenticator

ADMIN = Acting.command("end", Right.MANAGE_STAFF)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor.at(tmp_path)
    yield floor
    floor.db.close()


def nothing_left(floor: Floor, made: Production) -> None:
    """Whatever was tried: no release in the log, no package, and the request did not go on."""
    assert not floor.acts(Act.PRODUCTION_RELEASED)
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).package_sha256 is None
    assert floor.state(made.request) not in (State.NOTICE_DONE, State.RELEASED, State.DELIVERED)


def reviewed(floor: Floor) -> Production:
    return floor.review(floor.collected())


def test_lp_22_one_person_approves_once_and_releases_nothing(floor: Floor) -> None:
    made = reviewed(floor)
    floor.approve(floor.clerk, made.number)
    with pytest.raises(NotYourRole):
        floor.approve(floor.clerk, made.number)
    with pytest.raises(NotYourRole):
        floor.release(made, floor.clerk)
    with pytest.raises(NotReady, match="what is released has been approved"):
        floor.release(made)
    nothing_left(floor, made)


def test_lp_22_one_person_with_every_role_is_still_one(floor: Floor) -> None:
    """An admin gave them all roles. They filed nothing, reviewed nothing, and approve first: so never second."""
    everything = floor.comes(Role.LEGAL_CLERK, Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER)
    made = reviewed(floor)
    floor.approve(everything, made.number)
    with pytest.raises(NotSecond, match="already"):
        floor.approve(everything, made.number)
    nothing_left(floor, made)


@pytest.mark.parametrize("part", ["filed", "set_facts", "verified", "called", "judged", "collected", "reviewed"])
def test_lp_22_whoever_had_a_part_before_is_never_the_second(floor: Floor, part: str) -> None:
    both = floor.comes(Role.LEGAL_CLERK, Role.LEGAL_RELEASER)
    made = reviewed(floor)
    floor.db.execute("INSERT INTO legal_part (request, who, part) VALUES (?, ?, ?)", (made.request, both.who, part))
    floor.approve(floor.clerk, made.number)
    with pytest.raises(NotSecond, match="had a part"):
        floor.approve(both, made.number)
    nothing_left(floor, made)


def test_lp_22_whoever_reviewed_is_never_the_second(floor: Floor) -> None:
    one = floor.comes(Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER)
    number = floor.collected()
    made = looking.review(floor.db, floor.office, one, number, Kind.PRODUCTION, floor.later())
    floor.approve(floor.clerk, made.number)
    with pytest.raises(NotSecond):
        floor.approve(one, made.number)
    nothing_left(floor, made)


def test_lp_22_the_first_one_with_another_passkey_is_the_same_person(floor: Floor) -> None:
    both = floor.comes(Role.LEGAL_REVIEWER, Role.LEGAL_RELEASER)
    another = floor.another_passkey(both)
    made = reviewed(floor)
    floor.approve(both, made.number)
    with pytest.raises(NotSecond):
        floor.approve(both, made.number, another)
    nothing_left(floor, made)


def test_lp_22_one_passkey_serves_one_person(floor: Floor) -> None:
    """The second person signs with the first one's passkey, or hands in the first one's answer."""
    made = reviewed(floor)
    theirs = floor.answer(floor.clerk, made.number)
    service.approve(floor.db, floor.office, floor.clerk, made.number, theirs, floor.later())
    with pytest.raises(PasskeyRefused):
        service.approve(floor.db, floor.office, floor.releaser, made.number, theirs, floor.later())
    with pytest.raises(PasskeyRefused):
        floor.approve(floor.releaser, made.number, floor.passkeys[1])
    nothing_left(floor, made)


def test_lp_22_a_copied_passkey_is_noticed(floor: Floor) -> None:
    made = reviewed(floor)
    copy = floor.passkeys[1].copy()
    floor.approve(floor.clerk, made.number)
    floor.bureau.now_ms = floor.now_ms
    other = floor.review_again(made)
    with pytest.raises(PasskeyCopied):
        floor.approve(floor.clerk, other.number, copy)
    nothing_left(floor, other)


@pytest.mark.parametrize("bent", [{"verifies": False}, {"origin": "https://else.example"}, {"rp_id": "else.example"}])
def test_lp_22_a_passkey_that_verified_nobody_or_was_asked_elsewhere(floor: Floor, bent: dict[str, object]) -> None:
    made = reviewed(floor)
    for name, value in bent.items():
        setattr(floor.passkeys[1], name, value)
    with pytest.raises(PasskeyRefused):
        floor.approve(floor.clerk, made.number)
    nothing_left(floor, made)


def test_lp_22_an_answer_about_another_manifest_approves_nothing(floor: Floor) -> None:
    first, second = reviewed(floor), reviewed(floor)
    answer = floor.answer(floor.clerk, first.number)
    with pytest.raises(PasskeyRefused, match="something else"):
        service.approve(floor.db, floor.office, floor.clerk, second.number, answer, floor.later())
    nothing_left(floor, second)


def test_lp_22_the_same_facts_in_another_order_are_another_manifest(floor: Floor) -> None:
    """Written down differently they would hash differently, and nobody was asked about that."""
    made = reviewed(floor)
    manifest = json.loads(service_manifest(floor, made))
    turned = json.dumps(dict(reversed(manifest.items())), separators=(",", ":")).encode()
    options = signing_in.ask_over(floor.db, PLACE, 1, hashlib.sha256(turned).digest())
    answer = floor.passkeys[1].get(options, PLACE.origin)
    with pytest.raises(PasskeyRefused, match="something else"):
        service.approve(floor.db, floor.office, floor.clerk, made.number, answer, floor.later())
    nothing_left(floor, made)


def service_manifest(floor: Floor, made: Production) -> bytes:
    return looking.shown(floor.db, floor.office, floor.clerk, made.number).manifest


@pytest.mark.parametrize("late", [DAY_MS, DAY_MS + 1])
def test_lp_22_the_second_approval_comes_within_a_day(floor: Floor, late: int) -> None:
    made = reviewed(floor)
    first_ms = floor.later()
    service.approve(floor.db, floor.office, floor.clerk, made.number, floor.answer(floor.clerk, made.number), first_ms)
    answer = floor.answer(floor.releaser, made.number)
    if late == DAY_MS:
        done = service.approve(floor.db, floor.office, floor.releaser, made.number, answer, first_ms + late)
        assert done.stage is Stage.APPROVED
        return
    with pytest.raises(TooLate):
        service.approve(floor.db, floor.office, floor.releaser, made.number, answer, first_ms + late)
    nothing_left(floor, made)


@pytest.mark.parametrize("late", [DAY_MS, DAY_MS + 1])
def test_lp_22_a_release_comes_within_a_day_of_the_first_approval(floor: Floor, late: int) -> None:
    made = floor.approved()
    floor.noticed(made)
    first_ms = store.approvals(floor.db, made.number)[0].at_ms
    if late == DAY_MS:
        found = service.release(floor.db, floor.office, floor.releaser, made.number, first_ms + late)
        assert found.stage is Stage.LOGGED
        return
    with pytest.raises(TooLate):
        service.release(floor.db, floor.office, floor.releaser, made.number, first_ms + late)
    floor.now_ms = first_ms + late
    assert service.step(floor.db, floor.office, floor.now_ms) == 1
    nothing_left(floor, made)
    assert floor.state(made.request) is State.COLLECTED


def test_a_look_of_the_desk_that_began_before_the_approvals_takes_none_of_them_away(floor: Floor) -> None:
    """Its time is that of its beginning; people approve at their pages, and in other processes, while it goes on."""
    before = floor.now_ms
    made = floor.approved()
    assert service.step(floor.db, floor.office, before) == 0
    assert looking.of(floor.db, made.number).stage is Stage.APPROVED
    assert service.step(floor.db, floor.office, floor.now_ms) == 0
    assert service.step(floor.db, floor.office, floor.now_ms + 2 * DAY_MS) == 1


def test_lp_22_what_changed_after_an_approval_takes_it_away(floor: Floor) -> None:
    """Collection, notice, operator, the house's keys: each is another manifest, whoever approved the one before."""
    number = floor.collected()
    for change in ("snapshot", "rows", "notice", "contact", "key"):
        made = floor.review(number)
        floor.approve(floor.clerk, made.number)
        answer = floor.answer(floor.releaser, made.number)
        if change == "key":
            floor.change_service_key()
        elif change == "notice":
            floor.sources.notice = Notice(NoticeState.BARRED_UNTIL, "2027-03-01T00:00:00Z")
        elif change == "rows":
            floor.sources.rows += 1
        else:
            setattr(floor.sources, change, f"another {change}")
        with pytest.raises(Superseded):
            service.approve(floor.db, floor.office, floor.releaser, made.number, answer, floor.later())
        assert looking.of(floor.db, made.number).stage is Stage.VOID
        assert store.approvals(floor.db, made.number) == ()
        nothing_left(floor, made)
        assert floor.state(number) is State.COLLECTED
        floor.collect(number)


def test_lp_22_a_change_between_approvals_and_release_takes_both_away(floor: Floor) -> None:
    made = floor.approved()
    floor.noticed(made)
    floor.sources.snapshot = "another"
    with pytest.raises(Superseded):
        floor.release(made)
    assert not floor.acts(Act.PRODUCTION_RELEASED)
    assert floor.finish() == 0
    assert floor.state(made.request) is State.COLLECTED


def test_lp_22_an_authority_that_ended_releases_nothing(floor: Floor) -> None:
    """The order ends at midnight; both have approved in the evening."""
    made = floor.approved(floor.collected(expires_on="2026-11-26"))
    floor.noticed(made)
    floor.now_ms += 13 * 3_600_000
    with pytest.raises(AuthorityExpired):
        floor.release(made)
    assert not floor.acts(Act.PRODUCTION_RELEASED)
    assert floor.finish() == 0


def test_lp_22_an_authority_that_ends_before_the_second_approval(floor: Floor) -> None:
    made = floor.review(floor.collected(expires_on="2026-11-26"))
    floor.approve(floor.clerk, made.number)
    answer = floor.answer(floor.releaser, made.number)
    with pytest.raises(AuthorityExpired):
        service.approve(floor.db, floor.office, floor.releaser, made.number, answer, floor.now_ms + 13 * 3_600_000)


def test_lp_22_a_moderator_or_a_stranger_approves_nothing(floor: Floor) -> None:
    made = reviewed(floor)
    for who in (floor.moderator, Acting.command("legal"), floor.releaser):
        with pytest.raises(NotYourRole):
            service.ask(floor.db, floor.office, who, made.number, floor.later())
    machine = Acting.command("legal", Right.APPROVE_LEGAL, Right.RELEASE_LEGAL, Right.JUDGE_LEGAL)
    with pytest.raises(NotSecond, match="people approve"):
        service.ask(floor.db, floor.office, machine, made.number, floor.later())
    nothing_left(floor, made)


def test_lp_22_a_releaser_who_did_not_approve_presses_nothing(floor: Floor) -> None:
    made = floor.approved()
    floor.noticed(made)
    with pytest.raises(NotSecond, match="did not approve"):
        floor.release(made, floor.senior)
    assert not floor.acts(Act.PRODUCTION_RELEASED)


def test_lp_22_a_passkey_that_was_removed_in_between(floor: Floor) -> None:
    another = floor.another_passkey(floor.releaser)
    made = reviewed(floor)
    floor.approve(floor.clerk, made.number)
    floor.approve(floor.releaser, made.number, another)
    floor.noticed(made)
    me = floor.me(floor.releaser)
    signing_in.remove_passkey(floor.db, me, another.id, floor.later())
    with pytest.raises(NotApproved, match="removed since"):
        floor.release(made)
    assert service.step(floor.db, floor.office, floor.later()) == 1
    assert not floor.acts(Act.PRODUCTION_RELEASED)
    assert floor.state(made.request) is State.COLLECTED


@pytest.mark.parametrize("who", ["first", "second"])
def test_lp_22_somebody_who_approved_and_was_ended(floor: Floor, who: str) -> None:
    made = floor.approved()
    floor.noticed(made)
    gone = floor.clerk if who == "first" else floor.releaser
    assert gone.number is not None
    staff.end(floor.db, ADMIN, gone.number, "left the house", floor.later())
    with pytest.raises(NotApproved, match="may not approve any more"):
        floor.release(made)
    assert service.step(floor.db, floor.office, floor.later()) == 1
    assert not floor.acts(Act.PRODUCTION_RELEASED)


def test_lp_22_somebody_whose_role_was_taken_away(floor: Floor) -> None:
    made = floor.approved()
    floor.noticed(made)
    staff.change_roles(floor.db, OWNER, 1, [Role.LEGAL_CLERK], floor.later())
    with pytest.raises(NotApproved, match="may not approve any more"):
        floor.release(made)


def test_lp_22_a_passkey_that_came_after_the_review_is_none_of_the_manifest(floor: Floor) -> None:
    """Who approves later than the review brings a key that whoever looked at the manifest has seen in it."""
    made = reviewed(floor)
    late = floor.comes(Role.LEGAL_REVIEWER)
    with pytest.raises(NotApproved, match="not among the keys"):
        floor.approve(late, made.number)
    nothing_left(floor, made)


def approval_row(made: Production, turn: Turn, member: int, passkey: bytes, at_ms: int) -> tuple[object, ...]:
    return (made.number, turn.value, member, passkey, at_ms, f"key of {passkey!r}", b"a", b"c", b"s")


def put(floor: Floor, row: tuple[object, ...]) -> None:
    floor.db.execute(
        "INSERT INTO production_approval (production, part, member, passkey, at_ms, key, authenticator_data,"
        " client_data, signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )


def test_lp_7_the_database_alone_refuses_approvals_that_do_not_count(floor: Floor) -> None:
    """Raw SQL, without any of the code above it."""
    made = reviewed(floor)
    at = floor.later()
    put(floor, approval_row(made, Turn.FIRST, 1, b"one", at))
    for bad in (
        approval_row(made, Turn.SECOND, 1, b"two", at),
        approval_row(made, Turn.SECOND, 2, b"one", at),
        approval_row(made, Turn.FIRST, 2, b"two", at),
        approval_row(made, Turn.SECOND, 2, b"two", at + DAY_MS + 1),
        approval_row(made, Turn.SECOND, 2, b"two", at - DAY_MS - 1),
        approval_row(made, Turn.SECOND, 99, b"two", at),
        (*approval_row(made, Turn.SECOND, 2, b"two", at)[:5], "key of b'one'", b"a", b"c", b"s"),
    ):
        with pytest.raises(IntegrityError):
            put(floor, bad)
    floor.db.execute("INSERT INTO legal_part (request, who, part) VALUES (?, 'staff:3', 'filed')", (made.request,))
    with pytest.raises(IntegrityError, match="no other part"):
        put(floor, approval_row(made, Turn.SECOND, 3, b"two", at))
    for statement in (
        "UPDATE production_approval SET at_ms = at_ms + 1",
        "DELETE FROM production_approval",
        f"UPDATE production SET stage = 'approved', approved_ms = {at} WHERE n = {made.number}",
        f"UPDATE production SET stage = 'ready' WHERE n = {made.number}",
        "UPDATE production SET manifest_sha256 = zeroblob(32)",
        "UPDATE production SET reviewed_by = 'staff:9'",
        "UPDATE production SET senior = 1 - senior",
        "DELETE FROM production",
    ):
        with pytest.raises(IntegrityError):
            floor.db.execute(statement)


def test_lp_7_the_database_alone_keeps_a_request_where_it_is(floor: Floor) -> None:
    """Every state that rests on a production, asked for by the one function that moves requests, without one."""
    number = floor.collected()
    with pytest.raises(GuardUnmet, match="nobody has looked"):
        requests.move(floor.db, number, State.REVIEWED, "staff:1", floor.later())
    made = floor.review(number)
    with pytest.raises(GuardUnmet, match="not approved by those who have to"):
        requests.move(floor.db, number, State.APPROVED, "staff:1", floor.later())
    floor.approve(floor.clerk, made.number)
    with pytest.raises(GuardUnmet, match="not approved by those who have to"):
        requests.move(floor.db, number, State.APPROVED, "staff:1", floor.later())
    floor.approve(floor.releaser, made.number)
    floor.noticed(made)
    with pytest.raises(GuardUnmet, match="no package that verifies"):
        requests.move(floor.db, number, State.RELEASED, "staff:1", floor.later())
    floor.release(made)
    with pytest.raises(GuardUnmet, match="no package that verifies"):
        requests.move(floor.db, number, State.RELEASED, "staff:1", floor.later())
    assert floor.finish() == 1
    with pytest.raises(GuardUnmet, match="nobody has fetched"):
        requests.move(floor.db, number, State.DELIVERED, "staff:1", floor.later())


def test_lp_7_a_release_without_its_entry_is_none(floor: Floor) -> None:
    """The entry of another act, or of another manifest, does not do."""
    made = floor.approved()
    floor.noticed(made)
    at = floor.later()
    wrong = [
        log.add(floor.db, at_ms=at, who="desk", act=Act.CASE_OPENED, manifest_sha256=made.manifest_sha256.hex()),
        log.add(floor.db, at_ms=at, who="desk", act=Act.PRODUCTION_RELEASED, manifest_sha256="00" * 32),
        10_000,
    ]
    for entry in wrong:
        with pytest.raises(IntegrityError):
            store.logged(floor.db, made.number, entry, at)


def test_lp_22_the_log_that_cannot_be_written_releases_nothing(floor: Floor) -> None:
    made = floor.approved()
    floor.noticed(made)
    floor.db.execute(
        "CREATE TRIGGER shut BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'the log is shut'); END"
    )
    with pytest.raises(IntegrityError, match="the log is shut"):
        floor.release(made)
    assert looking.of(floor.db, made.number).stage is Stage.APPROVED
    assert floor.finish() == 0


def test_lp_22_an_answer_counts_once(floor: Floor) -> None:
    """Somebody has all answers of before. A manifest that is made anew has another name, and is another question."""
    made = reviewed(floor)
    answer = floor.answer(floor.clerk, made.number)
    service.approve(floor.db, floor.office, floor.clerk, made.number, answer, floor.later())
    service.withdraw(floor.db, floor.clerk, made.number, floor.later())
    again = floor.review(made.request)
    assert again.manifest_sha256 != made.manifest_sha256
    with pytest.raises(PasskeyRefused):
        service.approve(floor.db, floor.office, floor.clerk, again.number, answer, floor.later())
    nothing_left(floor, again)


def test_lp_22_a_passkey_of_another_kind_of_key_shows_nothing_in_a_package(floor: Floor) -> None:
    """Whatever a desk takes for signing in: a package shows ES256 and Ed25519; who has neither approves nothing."""
    assert Authenticator().algorithm == -7
    made = reviewed(floor)
    floor.db.execute("UPDATE staff_passkey SET public_key = x'a0' WHERE member = 2")
    again = floor.review_again(made)
    floor.approve(floor.clerk, again.number)
    with pytest.raises((NotApproved, PasskeyRefused)):
        floor.approve(floor.releaser, again.number)
    nothing_left(floor, again)
