# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of people who are not who they say: one answer, the same work, and nothing that they could learn from it.

Time is compared by what is done, call by call and statement by statement, and not by a clock that other work disturbs.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import privity
import privity.desk.legal.requests as room
from privity.desk.db.transaction import DbError
from privity.desk.intake.findings import Level
from privity.desk.legal.agencies import proving
from privity.desk.legal.agencies.errors import AgenciesError
from privity.desk.legal.requests import checking, filing, judging, service
from privity.desk.legal.requests.errors import GuardUnmet, NotInThisState, NotTheRegistersNumber
from privity.desk.legal.requests.judging import Ruling
from privity.desk.legal.requests.model import Attachment, Filing, Outcome, State
from privity.desk.legal.requests.moves import MOVES, UNVERIFIED
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT, FOUND_OUT, NOTICED
from privity.desk.legal.rulebook.strict_yaml import MAX_BYTES
from privity.desk.staff.errors import PasskeyRefused
from tests.desk.house import House
from tests.desk.legal.agencies.bureau import HOME, PLACE
from tests.desk.legal.casework import CLERK, REVIEWER, RULES, Casework, written
from tests.desk.staff.authenticator import ES256, Authenticator

EMERGENCY = "us.sca.emergency"
OURS = str(Path(privity.__file__).parent)
OF_ITS_KIND = [{"type": "public-key", "alg": ES256}]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.at(tmp_path)
    yield house
    house.db.close()


@pytest.fixture
def work(house: House) -> Casework:
    return Casework(house.db, house.keys)


def about(account: str, **more: Any) -> bytes:
    """A request about one account, by its address."""
    return written(change={"targets": [{"kind": "account", "value": account}], **more})


FORGED: Mapping[str, bytes] = {
    "a warrant": written(),
    "an emergency": written(EMERGENCY),
    "verified by itself": written(change={"requester_verified": True, "callback_done": True}),
    "dragnet": written(change={"targets": [{"kind": "keyword", "value": "teapot"}]}),
    "everybody": written(change={"targets": [{"kind": "all_users", "value": "all"}]}),
    "keys": written(change={"classes": ["key_material", "content_e2ee"], "asks": ["keys", "decrypt"]}),
    "a word of nobody": written(change={"instrument": "any.thing", "authority_kind": "wizard"}),
    "no type": written(change={"issue_date": "yesterday"}),
    "no fact": b"mood: {a: b}",
    "a bomb": b"a: &a [*a, *a]\n" * 100,
    "a tag": b"!!python/object/apply:os.system ['true']",
    "nothing": b"",
    "noise": bytes(range(256)) * 4,
    "too much": b"#" * (MAX_BYTES + 1),
    "deep": b"[" * 2000,
}


def test_lp_12_whatever_comes_is_answered_with_the_same_bytes(work: Casework) -> None:
    for what, request_bytes in FORGED.items():
        for attachments in ((), (Attachment("a\x00b/../c", "x" * 300, b"x"),), (Attachment("a", "b", b""),) * 40):
            filed = Filing(request_bytes, attachments, agency=99, officer=1 << 60)
            answer = filing.submit(work.db, work.key, RULES, filed, work.now_ms, work.random)
            assert answer == ACKNOWLEDGEMENT, what
    states = work.db.execute("SELECT state, count(*) FROM legal_request GROUP BY state").fetchall()
    assert states == [("submitted", 3 * len(FORGED))]


def counted(work: Casework, request: bytes) -> tuple[Counter[str], list[str]]:
    """The calls of functions while a request is taken in, and the statements that the database executes."""
    calls: Counter[str] = Counter()
    statements: list[str] = []

    def profile(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and OURS in frame.f_code.co_filename:
            calls[f"{frame.f_code.co_filename}:{frame.f_code.co_qualname}"] += 1

    work.db.set_trace_callback(lambda said: statements.append(re.sub(r"'[^']*'|x'[^']*'|\b\d+\b", "?", said)))
    sys.setprofile(profile)
    try:
        answer = work.submit(request)
    finally:
        sys.setprofile(None)
        work.db.set_trace_callback(None)
    assert answer == ACKNOWLEDGEMENT
    return calls, statements


def test_lp_12_the_work_is_the_same_whether_the_account_exists_or_not(house: House, work: Casework) -> None:
    """One account has reports, a case and a decision here, the other was never heard of."""
    known, unknown = house.user(), house.user()
    house.case(known, Level.AUTHORSHIP)
    assert house.db.execute("SELECT count(*) FROM safety_case WHERE subject = ?", (known,)).fetchone() == (1,)
    for one in (known, unknown):  # whatever is made once is made
        work.submit(about(one))
    work.db.execute("SAVEPOINT before")  # each is the first after the same: the tree of the log is as deep
    first = counted(work, about(known))
    work.db.execute("ROLLBACK TO before")
    second = counted(work, about(unknown))
    assert first[0] == second[0]
    assert first[1] == second[1]
    assert sum(first[0].values()) > 100
    assert len(first[1]) > 10
    work.db.execute("ROLLBACK TO before")
    assert (
        counted(work, about(known, classes=["subscriber"], asks=["disclose", "keys"]))[0] != first[0]
    )  # it can differ


def test_lp_12_nothing_is_asked_of_any_other_table_before_it_is_known_who_asks(house: House, work: Casework) -> None:
    """The tables that are read and written are those of requests and of the log; none that tells of an account."""
    statements: list[str] = []
    work.db.set_trace_callback(statements.append)
    number = work.submitted(EMERGENCY)
    work.verifying(number)
    work.db.set_trace_callback(None)
    named = set(re.findall(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+([a-z_]+)", " ".join(statements)))
    assert named
    assert {name for name in named if not name.startswith(("legal_", "audit_"))} <= {"sqlite_sequence"}


def test_lp_12_the_room_cannot_reach_the_hub() -> None:
    """No module of it imports what asks a hub, so that nobody can be looked up by it."""
    for file in Path(str(room.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not re.search(r"hub_client|wire\.collect|wire\.staff|aiohttp|asyncio|intake|cases", name), file


def test_lp_12_nothing_is_judged_or_moved_for_whom_nobody_verified(work: Casework) -> None:
    number = work.submitted(EMERGENCY)
    for state in (State.SUBMITTED, State.VERIFYING):
        if state is State.VERIFYING:
            work.verifying(number)
        with pytest.raises(NotInThisState):
            work.triaged(number)
        with pytest.raises(NotInThisState):
            ruling = Ruling(1, Outcome.ACCEPT)
            judging.judge(work.db, work.key, REVIEWER, number, ruling, work.now_ms, work.random)
        assert MOVES[state] <= UNVERIFIED | {State.VERIFIED, State.CLOSED}
        for to in State:
            with pytest.raises(DbError):
                work.db.execute("UPDATE legal_request SET state = ? WHERE n = ? AND state <> ?1", (to.value, number))
                raise DbError("that is where it is")
    assert service.facts_of(work.db, work.key, number).get("requester_verified") is False


def test_lp_13_a_forged_emergency_from_a_valid_domain_gets_nothing(work: Casework) -> None:
    """Somebody has the mailbox of an officer: they know the agency, its domain, and how requests look. No passkey."""
    officer = work.team.officer
    number = work.submitted(
        EMERGENCY,
        {
            "agency": work.team.agency.name,
            "contact": f"desk@{work.team.agency.domain}",
            "callback_number_source": "our own letterhead: +49 171 5550100",
            "callback_done": True,
        },
    )
    work.verifying(number)
    options = checking.ask(work.db, PLACE, officer, number)
    own = Authenticator()
    own.create(json.dumps({"challenge": "", "pubKeyCredParams": OF_ITS_KIND, "rp": {"id": PLACE.host}}), PLACE.origin)
    for passkey in (own.id, work.bureau.keys[officer].id):  # one that nobody enrolled, and one that is somebody else's
        own.id = passkey
        answer = own.get(options, PLACE.origin)
        with pytest.raises(PasskeyRefused):
            checking.by_assertion(work.db, work.key, PLACE, CLERK, number, answer, HOME, work.now_ms, work.random)
    with pytest.raises(GuardUnmet):
        checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    # a clerk who believes the letter is still stopped by the telephone
    checking.on_paper(work.db, work.key, CLERK, number, work.team.agency.number, None, "x", work.now_ms, work.random)
    with pytest.raises(GuardUnmet, match="called back first"):
        checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    with pytest.raises(NotTheRegistersNumber):
        work.called(number, dialled="+49 171 5550100")
    with pytest.raises(GuardUnmet, match="called back first"):
        checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    with pytest.raises(DbError):
        work.db.execute("UPDATE legal_request SET state = 'verified', emergency = 0 WHERE n = ?", (number,))
    assert work.of(number).state is State.VERIFYING


def test_lp_13_an_emergency_is_not_taken_back_to_skip_the_call_and_claimed_again(work: Casework) -> None:
    number = work.submitted("eu.epoc", {"emergency": True})
    work.verifying(number)
    checking.on_paper(work.db, work.key, CLERK, number, work.team.agency.number, None, "x", work.now_ms, work.random)

    def says(emergency: bool) -> None:
        values = {"emergency": emergency}
        filing.correct(work.db, work.key, RULES, CLERK, number, values, "they say", work.now_ms, work.random)

    says(False)
    checking.verified(work.db, work.key, RULES, CLERK, number, work.now_ms)
    with pytest.raises(GuardUnmet):
        says(True)
    assert not work.of(number).emergency
    assert service.facts_of(work.db, work.key, number).get("emergency") is False


def test_what_a_request_says_of_itself_counts_for_nothing(work: Casework) -> None:
    """What only the house can know, and every signature that nobody has looked at, is absent to the rulebook."""
    lies: dict[str, Any] = dict.fromkeys(NOTICED | FOUND_OUT, True)
    number = work.submitted(change={**lies, "flags": [], "channel": "agency_account", "received_on": "2020-01-01"})
    known = service.facts_of(work.db, work.key, number)
    for name in (NOTICED | FOUND_OUT) - {"requester_verified", "received_on"}:
        assert known.get(name) is None, name
    for name in ("signature", "judicial_signature", "probable_cause_finding"):
        assert not known.shown(name)
    work.verified(number)
    made = work.triaged(number)
    assert made.verdict.release == ()


def test_a_request_is_not_signed_for_by_another_ones_assertion(work: Casework) -> None:
    """Neither a deed of an agency nor a request that was signed before opens this one."""
    request = written("eu.epoc")
    number = work.submitted("eu.epoc")
    work.verifying(number)
    answer = work.bureau.answer(work.team.officer, request)
    proving.verify_request(work.db, PLACE, request, answer, HOME, work.now_ms)
    with pytest.raises((AgenciesError, PasskeyRefused)):
        checking.by_assertion(work.db, work.key, PLACE, CLERK, number, answer, HOME, work.now_ms, work.random)
    assert work.of(number).agency is None
