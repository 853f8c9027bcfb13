# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""PP-3: whoever has the request decides it once more, and a package that says another thing than the rules is found.

Most packages here are signed by everybody: both who sign, both who approve, log and authority. The rules are left.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import yaml

from privity.desk.legal import replaying
from privity.desk.legal.commands import app
from privity.desk.legal.releasing import composing
from privity.desk.legal.releasing.composing import NARROWED, NO_RECORDS
from privity.desk.legal.replaying import Given
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.rulebook import loading, profile, strict_yaml
from privity.desk.legal.rulebook.errors import DayInvalid, FactIllTyped, FactUnknown, RulebookError
from privity.desk.legal.rulebook.standing import REVIEW_DAYS
from privity.faces.drill.legal import rules as drilled
from privity.production import canonical
from privity.production.building import Contents, Package
from privity.production.classes import Never, Releasable
from privity.production.model import Kind, Operator
from privity.production.standalone import verify_package
from privity.production.statement import Manifest
from privity.production.writing import Check, Report
from tests.attacks.test_package_mutated import other
from tests.desk.legal.casework import Casework, written
from tests.desk.legal.rulebook.bases import TODAY
from tests.production.scene import SESSIONS, SUBSCRIBER, Scene, beside, saved

RULEBOOK: Final = drilled.rulebook(TODAY)
PROFILE: Final = json.dumps(drilled.PROFILE | {"holds": dict.fromkeys(Releasable, 30)}).encode()
ASKS: Final = ["subscriber", "session_ip", "delivery_metadata", "account_state", "content_e2ee"]
COVERED: Final = ("instrument", "authority", "request_sha256", "rulebook_sha256", "verdict_codes", "requested")
"""Members of a statement that follow from the request and the rules, whatever else is true."""
SUBPOENA: Final = "us.sca.subpoena"


@dataclass(frozen=True)
class Said:
    """What was made of a package."""

    package: bool
    lines: Mapping[str, Check]

    @property
    def failed(self) -> set[str]:
        return {name for name, one in self.lines.items() if one.status == "fail"}

    def of(self, name: str) -> tuple[str, str]:
        return self.lines[name].status, self.lines[name].detail


@dataclass
class House:
    """A desk with rules in force, an authority whose request it decided, and somebody who has all of its files."""

    work: Casework
    scene: Scene
    folder: Path
    count: int = 0

    def decided(self, outcome: Outcome = Outcome.ACCEPT, change: Mapping[str, Any] | None = None) -> tuple[int, bytes]:
        """A request that the desk took in, verified and decided; its number, and the file as it came."""
        change = {"classes": ASKS} if change is None else change
        number = self.work.ready(SUBPOENA, change)
        self.work.judged(number, outcome)
        return number, written(SUBPOENA, change)

    def statement(self, number: int, kind: Kind) -> dict[str, Any]:
        """What the desk states about it."""
        db, key, request = self.work.db, self.work.key, self.work.of(number)
        known, verdict = requests.facts_of(db, key, number), requests.verdict_of(db, key, number)
        lists = composing.refusal(known, verdict, ["overbroad_time"])
        if kind is Kind.PRODUCTION:
            held = frozenset({Releasable.SUBSCRIBER, Releasable.SESSION_IP})
            lists = composing.production(known, verdict, requests.scope_of(db, number), held)
        operator = Operator("Teapot House", "legal@teapot.example", hashlib.sha256(PROFILE).hexdigest())
        collected = f"{TODAY}T10:00:00Z"
        empty: dict[str, Any] = {"redactions": (), "notice": None, "released": (), "preserved": (), "denied": ()}
        return {
            **empty,
            "operator": operator,
            "collected_at": collected,
            **composing.common(request, known, verdict, kind),
            **lists,
        }

    def stated(self, number: int, kind: Kind = Kind.PRODUCTION) -> Any:
        """The same as the JSON that is signed."""
        return json.loads(canonical.encode(self.statement(number, kind)))

    def package(self, number: int, of: Kind = Kind.PRODUCTION, **changed: Any) -> Package:
        """As the desk makes it, or with other members of the statement, by which everybody stands."""
        tables = (SUBSCRIBER, SESSIONS) if of is Kind.PRODUCTION else ()
        stated = {name: value for name, value in self.statement(number, of).items() if name != "kind"}
        prepared = self.scene.prepared(of, Contents(tables=tables), **stated)
        if changed:
            said = prepared.manifest.statement
            forged = {**said, "predicate": {**said["predicate"], **changed}}
            prepared = replace(prepared, manifest=Manifest(forged))
        return self.scene.finished(prepared, approved_at=f"{TODAY}T11:00:00Z")

    @cached_property
    def arguments(self) -> list[str]:
        return beside(self.scene, self.folder)

    def place(self, package: Package) -> Path:
        self.count += 1
        return saved(package, self.folder / str(self.count))

    def report(self, place: Path) -> Report:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            verify_package.main([str(place), *self.arguments, "--json"])
        return msgspec.json.decode(out.getvalue(), type=Report)

    def replays(self, package: Package, given: Given | None) -> Said:
        place = self.place(package)
        report = self.report(place)
        return Said(report.verified, {one.check: one for one in replaying.replay(place, report, given)})

    def tells(self, package: Package, *options: str) -> tuple[int, dict[str, Any]]:
        """The command, as a program reads it."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                app(["verify", str(self.place(package)), *self.arguments, "--json", *options], exit_on_error=False)
            except SystemExit as end:
                return int(end.code or 0), json.loads(out.getvalue())
        return 0, json.loads(out.getvalue())


FOUND: Final = {
    "requester_verified": True,
    "received_on": TODAY.isoformat(),
    "channel": "agency_account",
    "flags": [],
    "language_ok": True,
    "sent_to_contact_point": True,
    "callback_done": True,
    "callback_number_source": "the register",
    "first_contact_agency": True,
}
"""What the desk found out and a clerk noticed, as an auditor of the house would write it down."""


def given(request: bytes, **changed: Any) -> Given:
    whole = {"rulebook": RULEBOOK, "profile": PROFILE, "found": yaml.safe_dump(FOUND).encode(), **changed}
    return Given(request, **whole)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("replayed")
    work = Casework.at(folder)
    work.rules = Rules(loading.load(RULEBOOK), profile.read(strict_yaml.load(PROFILE)))
    scene = Scene()
    scene.stamps.at = f"{TODAY:%Y%m%d}120000Z"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "load", cache(loading.load))  # the same bytes a hundred times
        yield House(work, scene, folder)
    work.db.close()


@pytest.fixture(scope="module")
def decided(house: House) -> tuple[int, bytes]:
    return house.decided()


@pytest.fixture(scope="module")
def production(house: House, decided: tuple[int, bytes]) -> Package:
    return house.package(decided[0])


def test_pp_3_what_the_desk_decided_is_decided_again_by_whoever_has_the_request(
    house: House, decided: tuple[int, bytes], production: Package
) -> None:
    found = house.replays(production, given(decided[1]))
    assert found.package
    assert [one.status for one in found.lines.values()] == ["pass"] * 5, found.lines
    assert found.of("released")[1] == "nothing but what may be: session_ip subscriber"
    assert found.of("codes")[1].startswith("narrow: ")


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({"asks": ["decrypt"]}, "reject"),
        ({"time_range": {"from": "2024-01-01", "to": "2026-10-31"}}, "clarify"),
        ({}, "proceed"),
    ],
    ids=["rejected", "clarified", "refused by a person"],
)
def test_pp_3_a_refusal_is_decided_again(house: House, change: dict[str, Any], action: str) -> None:
    number, request = house.decided(Outcome.REJECT, change)
    found = house.replays(house.package(number, Kind.REFUSAL), given(request))
    assert (found.package, found.failed) == (True, set()), found.lines
    assert found.of("codes")[1].startswith(f"{action}: ")


def test_without_the_request_nothing_is_replayed_and_that_is_said(house: House, production: Package) -> None:
    code, said = house.tells(production)
    assert (code, said["verified"]) == (0, True)
    assert said["replay"] == [{"check": "replay", "status": "absent", "detail": "not replayed: that takes the request"}]
    disclosed = house.scene.package(Kind.PARTICIPANT_DISCLOSURE)
    found = house.replays(disclosed, given(b"{}"))
    assert found.of("replay") == ("absent", "not replayed: no rulebook decided about it")


def written_to(house: House, **files: bytes) -> list[str]:
    """Options of the command, with these files."""
    for name, data in files.items():
        (house.folder / name).write_bytes(data)
    return [f"--{name}={house.folder / name}" for name in files]


def test_the_command_says_all_of_it(
    house: House, decided: tuple[int, bytes], production: Package, capsys: pytest.CaptureFixture[str]
) -> None:
    found = yaml.safe_dump(FOUND).encode()
    options = written_to(house, request=decided[1], rulebook=RULEBOOK, profile=PROFILE, facts=found)
    code, said = house.tells(production, *options)
    assert (code, said["verified"], {one["status"] for one in said["replay"]}) == (0, True, {"pass"})
    code, said = house.tells(production, *written_to(house, request=decided[1] + b"# more\n"), *options[1:])
    assert (code, said["verified"]) == (1, False)
    assert [one["check"] for one in said["replay"] if one["status"] == "fail"] == ["request"]
    options = written_to(house, request=decided[1], rulebook=RULEBOOK, profile=PROFILE, facts=found)
    with pytest.raises(SystemExit):
        app(["verify", str(house.place(production)), *house.arguments, *options], exit_on_error=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[-6:-1]] == [
        [name, "pass"] for name in ("rules", "request", "profile", "codes", "released")
    ]
    assert lines[-1] == "verified"
    late = [*options, f"--today={TODAY + timedelta(REVIEW_DAYS + 1)}"]
    code, said = house.tells(production, *late)
    assert code == 1
    assert [one["check"] for one in said["replay"] if one["status"] == "fail"] == ["codes", "released"]


def test_pp_3_another_request_is_not_the_one_that_was_decided(
    house: House, decided: tuple[int, bytes], production: Package
) -> None:
    _, request = decided
    assert house.replays(production, given(request + b"# more\n")).failed == {"request"}
    for change in (
        {"classes": ["subscriber"]},
        {"classes": ASKS, "time_range": {"from": "2026-10-01", "to": "2026-10-30"}},
        {"classes": ASKS, "authority_kind": "federal_agency"},
    ):
        found = house.replays(production, given(written(SUBPOENA, change)))
        assert "request" in found.failed, change
        assert len(found.of("request")[1].split("; ")) == 2, change
    for instrument in ("us.sca.warrant", "us.sca.2703d", "eu.epoc"):
        found = house.replays(production, given(written(instrument, {"classes": ASKS})))
        assert found.failed >= {"request", "codes"}, instrument


def test_pp_3_another_rulebook_or_profile_is_not_the_one_that_decided(
    house: House, decided: tuple[int, bytes], production: Package
) -> None:
    _, request = decided
    draft = json.loads(RULEBOOK) | {"status": "draft"}
    for rules in (None, RULEBOOK + b"\n", json.dumps(draft).encode()):
        assert "rules" in house.replays(production, given(request, rulebook=rules)).failed
    assert house.replays(production, given(request, rulebook=RULEBOOK + b"\n")).failed == {"rules"}
    poorer = json.loads(PROFILE)
    del poorer["holds"]["session_ip"]
    found = house.replays(production, given(request, profile=json.dumps(poorer).encode()))
    assert found.failed == {"profile", "released"}
    found = house.replays(production, given(request, profile=None))
    assert (found.of("profile")[0], found.failed) == ("absent", {"codes", "released"})


def test_pp_3_a_statement_that_everybody_signs_does_not_decide_in_place_of_the_rules(
    house: House, decided: tuple[int, bytes]
) -> None:
    """Every other value of everything that follows from the request and the rules."""
    number, request = decided
    said = house.stated(number)
    tried = 0
    for name in COVERED:
        for new in other(said[name]):
            if '"another":' in json.dumps(new):
                continue  # nobody reads a member that is not of the format, and the signatures cover it
            found = house.replays(house.package(number, **{name: new}), given(request))
            assert found.failed or not found.package, (name, new)
            tried += found.package
    assert tried > 15, "most of it must reach the rules, or nothing is tried"


@pytest.mark.parametrize("named", [one.value for one in Releasable if one.value not in ("subscriber", "session_ip")])
def test_pp_3_a_class_that_the_rules_do_not_release(house: House, decided: tuple[int, bytes], named: str) -> None:
    """It is released instead of denied, or although nobody asked; everybody signed."""
    number, request = decided
    said = house.stated(number)
    (like,) = [one for one in said["released"] if one["class"] == "session_ip"]
    released = [*said["released"], {**like, "class": named}]
    requested = said["requested"] + [{**one, "class": named} for one in said["requested"][:1] if named not in ASKS]
    denied = [one for one in said["denied"] if one["class"] != named]
    found = house.replays(house.package(number, released=released, denied=denied, requested=requested), given(request))
    assert found.package, "the verifier in the package cannot know"
    assert f"{named} is released, and these facts do not release it" in found.of("released")[1]


def test_pp_3_more_days_than_were_asked_for(house: House, decided: tuple[int, bytes]) -> None:
    number, request = decided
    said = house.stated(number)
    for n, one in enumerate(said["released"]):
        for wider in ({"from": "2026-09-30T00:00:00Z"}, {"to": "2026-11-01T00:00:01Z"}, {"from": None}, {"to": None}):
            if one["from"] is None:
                continue
            released = [*said["released"][:n], {**one, **wider}, *said["released"][n + 1 :]]
            found = house.replays(house.package(number, released=released), given(request))
            assert (found.package, found.failed) == (True, {"released"}), wider


def test_pp_3_what_is_denied_or_not_held_is_so_by_the_rules(house: House, decided: tuple[int, bytes]) -> None:
    number, request = decided
    said = house.stated(number)
    for n, one in enumerate(said["denied"]):
        denied = [*said["denied"][:n], {**one, "why": NARROWED}, *said["denied"][n + 1 :]]
        assert house.replays(house.package(number, denied=denied), given(request)).failed == {"codes"}, one
        others = [each for each in said["denied"] if each is not one]
        lied = [*said["not_held"], {**one, "why": "NOT_HELD"}]
        found = house.replays(house.package(number, denied=others, not_held=lied), given(request))
        assert found.failed == {"released"}, one
    (like, *_) = said["denied"]
    empty = [*said["not_held"], {**like, "why": NO_RECORDS}]
    left = [one for one in said["denied"] if one is not like]
    assert house.replays(house.package(number, denied=left, not_held=empty), given(request)).failed == set()
    assert {one["class"] for one in said["not_held"]} == {Never.CONTENT_E2EE}


def test_pp_3_nobody_is_named_whom_the_rules_do_not_let_name(house: House, decided: tuple[int, bytes]) -> None:
    number, request = decided
    for named in ("subscriber", "session_ip"):
        package = house.package(number, named_in=[named], third_parties="named_by_order")
        found = house.replays(package, given(request))
        assert (found.package, found.failed) == (True, {"released"})
        assert f"others are named in {named}" in found.of("released")[1]


def test_facts_that_nobody_gives_are_asked_for(house: House, decided: tuple[int, bytes], production: Package) -> None:
    """The request says itself that it was verified, and whoever replays knows that it was not."""
    _, request = decided
    for value in (None, False):
        found = house.replays(production, given(request, found=yaml.safe_dump({"requester_verified": value}).encode()))
        assert found.failed == {"request", "codes", "released"}
        assert "these facts do not say so" in found.of("codes")[1]
    found = house.replays(production, given(request, found=yaml.safe_dump(FOUND | {"gag_requested": None}).encode()))
    assert found.failed == {"codes", "released"}
    assert "not known: gag_requested" in found.of("codes")[1]


def test_text_that_no_rule_asks_for_does_not_hinder(house: House) -> None:
    change = {"classes": ASKS, "remarks": "an invented remark"}
    request = yaml.safe_dump(yaml.safe_load(written(SUBPOENA, {"classes": ASKS})) | change).encode()
    house.work.submit(request)
    (number,) = house.work.db.execute("SELECT max(n) FROM legal_request").fetchone()
    house.work.verified(number)
    house.work.confirmed(number)
    house.work.judged(number)
    assert house.replays(house.package(number), given(request)).failed == set()


def test_a_statement_that_does_not_hold_is_not_replayed(house: House, decided: tuple[int, bytes]) -> None:
    number, request = decided
    found = house.replays(house.package(number, kind="teapot"), given(request))
    assert found.of("replay") == ("fail", "not replayed: the statement does not hold")
    odd: Sequence[dict[str, Any]] = ({"instrument": 1}, {"verdict_codes": "US-S1"}, {"operator": None})
    for changed in (*odd, {"authority": "US"}, {"collected_at": "2026-00-00T00:00:00Z"}):
        found = house.replays(house.package(number, **changed), given(request))
        assert found.of("replay") == ("fail", "not replayed: the statement is written in another way than here")


def test_words_of_a_statement_cannot_move_the_readers_screen(house: House, decided: tuple[int, bytes]) -> None:
    number, request = decided
    found = house.replays(house.package(number, verdict_codes=["\x1b[2J\nverified"]), given(request))
    assert found.failed == {"codes"}
    assert found.of("codes")[1].isprintable()


def test_files_that_cannot_be_read_end_by_name(
    house: House, decided: tuple[int, bytes], production: Package, tmp_path: Path
) -> None:
    _, request = decided
    for changed, error in (
        ({"found": b"[]"}, FactIllTyped),
        ({"found": b"teapots: 3"}, FactUnknown),
        ({"found": b"a: &b c"}, RulebookError),
        ({"rulebook": b"{}"}, RulebookError),
        ({"profile": b"holds: {content_e2ee: 30}"}, RulebookError),
    ):
        with pytest.raises(error):
            house.replays(production, given(request, **changed))
    with pytest.raises(FactIllTyped):
        house.replays(production, given(b"[]"))
    with pytest.raises(SystemExit, match=r"^privity: FileUnreadable: nowhere\.yaml: "):
        app(["verify", str(house.place(production)), *house.arguments, "--request", str(tmp_path / "nowhere.yaml")])
    (file,) = written_to(house, request=request)
    with pytest.raises(SystemExit, match=f"^privity: {DayInvalid.__name__}: "):
        app(["verify", str(house.place(production)), *house.arguments, file, "--today", "soon"])


def test_the_day_is_that_of_the_collection_unless_it_is_told(
    house: House, decided: tuple[int, bytes], production: Package
) -> None:
    _, request = decided
    for today, code in ((TODAY, set()), (TODAY + timedelta(REVIEW_DAYS), set()), (date.max, {"codes", "released"})):
        assert house.replays(production, given(request, today=today)).failed == code
