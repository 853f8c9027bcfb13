# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Requests of authorities as they are published: what counts where, what is grouped, and what is never told."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.legal.requests.counted import NATIONAL_SECURITY, NOT_TO_BE_TOLD
from privity.desk.legal.rulebook.loading import shipped
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.predicates import predicates
from privity.desk.stated import Stated
from privity.desk.transparency import eu, template
from privity.desk.transparency.authorities import counting, grouping, published, reading
from privity.desk.transparency.authorities.model import AskedRow, EpocRow, Exact, Line
from privity.desk.transparency.compute import compute, compute_exactly
from privity.desk.transparency.errors import EntryUnreadable
from privity.desk.transparency.flat import COLUMNS, table
from privity.desk.transparency.page import html as page
from privity.desk.transparency.period import Period
from privity.production.classes import Never, Releasable
from tests.desk.transparency.acts import HOUR, Diary, at

HALF = Period("2027-01", "2027-06")
QUARTER = Period("2027-01", "2027-03")
HOST = "chat.example.org"


@dataclass(slots=True)
class Desk:
    """A diary of requests, each written as the rooms of the legal desk write it."""

    diary: Diary = field(default_factory=Diary)
    count: int = 0

    @property
    def entries(self) -> list[Entry]:
        return self.diary.entries

    def say(self, at_ms: int, act: Act, number: int, who: str = "staff:1", **said: Any) -> None:
        self.entries.append(Entry(len(self.entries), at_ms, who, act, f"legal:{number}", said))

    def filed(self, at_ms: int, *, by: str = "desk") -> int:
        self.count += 1
        self.say(at_ms, Act.LEGAL_FILED, self.count, by, size=17)
        return self.count

    def move(self, at_ms: int, number: int, to: str, **said: Any) -> None:
        self.say(at_ms, Act.LEGAL_MOVED, number, **{"from": "x", "to": to, **said})

    def asked(self, at_ms: int, instrument: str = "us.sca.warrant", country: str = "US", **more: Any) -> int:
        """Filed, and an hour later it is known who asks."""
        by = str(more.pop("by", "desk"))
        number = self.filed(at_ms, by=by)
        said: dict[str, Any] = {
            "emergency": False,
            "instrument": instrument,
            "country": country,
            "classes": ["subscriber", "session_ip"],
            "asks": ["disclose"],
            "targets": 2,
            **more,
        }
        self.move(at_ms + HOUR, number, "verified", **said)
        self.say(
            at_ms + HOUR, Act.LEGAL_EVALUATED, number, action="proceed", codes=["US-W3"], release=["subscriber"], **said
        )
        return number

    def judged(self, at_ms: int, number: int, outcome: str, *grounds: str) -> None:
        self.say(at_ms, Act.LEGAL_JUDGED, number, outcome=outcome, grounds=[*grounds] or ["rulebook"], classes=[])

    def rejected(self, at_ms: int, number: int, *grounds: str) -> None:
        self.judged(at_ms, number, "reject", *grounds)
        self.move(at_ms, number, "rejected")

    def produced(self, at_ms: int, number: int, **classes: Sequence[str]) -> None:
        lists: dict[str, Any] = {
            what: [*classes.get(what, ())] for what in ("released", "denied", "not_held", "preserved")
        }
        self.say(at_ms, Act.PRODUCTION_REVIEWED, number, production=number, kind="production", accounts=1, **lists)
        self.diary.add(at_ms, Act.PRODUCTION_RELEASED, "LP-2027-TEAPOT", manifest_sha256="ab" * 32)
        self.say(at_ms, Act.PRODUCTION_RELEASED_BY, number, production=number, kind="production")
        self.say(at_ms, Act.PRODUCTION_READY, number, production=number, kind="production")
        self.move(at_ms, number, "released", production=number)

    def kept(self, at_ms: int, number: int, kind: str = "term", classes: Sequence[str] = ("subscriber",)) -> None:
        self.say(at_ms, Act.HOLD_ORDERED, number, hold=number, kind=kind, classes=[*classes])
        self.say(at_ms, Act.HOLD_TAKEN, number, hold=number)

    def exact(self, period: Period = HALF) -> Exact:
        return compute_exactly(self.entries, period).exact

    def lines(self, period: Period = HALF) -> list[Line]:
        return compute(self.entries, period).authorities


def busy() -> Desk:
    """Half a year in which most things happened several times."""
    desk = Desk()
    for day in range(1, 8):
        number = desk.asked(at(f"2027-01-0{day}"))
        desk.judged(at(f"2027-01-1{day}"), number, "accept")
        desk.produced(at(f"2027-01-1{day}"), number, released=["subscriber"], not_held=["session_ip"])
    for day in range(1, 5):
        number = desk.asked(at(f"2027-02-0{day}"), "any.foreign_direct", "NO")
        desk.rejected(at(f"2027-02-0{day + 1}"), number, "improper_channel")
    desk.rejected(at("2027-03-02"), desk.asked(at("2027-03-01"), "fr.cpp", "FR"), "wrong_class")
    desk.asked(at("2027-03-03"), "ukus.opo", "GB")
    return desk


def valued(lines: Sequence[Line], section: str, what: str, **of: str) -> list[int | float | str]:
    return [
        line.value
        for line in lines
        if (line.section, line.what) == (section, what) and all(getattr(line, key) == of[key] for key in of)
    ]


def test_a_request_counts_when_it_is_known_who_asks_and_by_what_it_was_last_understood_to_be() -> None:
    desk = Desk()
    late = desk.filed(at("2027-01-01"))
    assert desk.exact().asked == [] and desk.exact().filed == 1
    desk.move(at("2027-02-01"), late, "verified", emergency=True, instrument="", country="DE", targets=1, classes=[])
    assert desk.exact(Period("2027-01", "2027-01")).asked == []
    (row,) = desk.exact(Period("2027-02", "2027-02")).asked
    assert (row.country, row.instrument, row.emergency, row.received) == ("DE", "", True, 1)
    desk.say(
        at("2027-02-02"),
        Act.LEGAL_EVALUATED,
        late,
        action="refer",
        codes=[],
        release=[],
        emergency=False,
        instrument="de.stpo",
        country="DE",
        targets=3,
    )
    desk.move(at("2027-03-01"), late, "verified", emergency=False, instrument="de.stpo", country="DE", targets=3)
    (row,) = desk.exact().asked
    assert (row.instrument, row.emergency, row.received, row.targets) == ("de.stpo", False, 1, 3)
    assert desk.exact(Period("2027-03", "2027-03")).asked == [], "verified anew, it is received once"


@pytest.mark.parametrize(
    ("outcome", "classes", "counts"),
    [
        ("accept", {"released": ["subscriber"], "not_held": ["content_e2ee"]}, (1, 0, 0, 1)),
        ("accept", {"released": ["subscriber"], "denied": ["session_ip"]}, (0, 1, 0, 1)),
        ("accept", {"released": ["subscriber"], "preserved": ["session_ip"]}, (0, 1, 0, 1)),
        ("narrow", {"released": ["subscriber"]}, (0, 1, 0, 1)),
        ("accept", {"not_held": ["subscriber", "session_ip"]}, (0, 0, 1, 0)),
    ],
)
def test_how_much_was_produced(outcome: str, classes: dict[str, list[str]], counts: tuple[int, ...]) -> None:
    desk = Desk()
    number = desk.asked(at("2027-01-01"))
    desk.judged(at("2027-01-02"), number, outcome)
    desk.produced(at("2027-01-03"), number, **classes)
    (row,) = desk.exact().asked
    assert (row.produced_in_full, row.produced_in_part, row.nothing_held, row.accounts) == counts
    assert row.narrowed == (outcome == "narrow")


def test_times_run_from_when_it_came() -> None:
    desk = Desk()
    for hours in (2, 4, 30):
        number = desk.asked(at("2027-01-01"))
        desk.produced(at("2027-01-01") + hours * HOUR, number, released=["subscriber"])
    (row,) = [row for row in desk.exact().waited if row.instrument == ""]
    assert (row.what, row.count, row.median_h, row.max_h) == ("produced", 3, 4.0, 30.0)
    assert valued(desk.lines(), "authorities: times", "produced, median") == [4.0, 4.0]


def test_a_quarantine_preserves_nothing_until_it_becomes_a_hold() -> None:
    desk = Desk()
    number = desk.asked(at("2027-01-01"))
    desk.kept(at("2027-01-02"), number, "quarantine")
    (row,) = desk.exact().asked
    assert row.preserved == 0
    desk.say(at("2027-01-03"), Act.HOLD_ORDERED, number, hold=number, kind="term", classes=["subscriber"])
    desk.say(at("2027-03-03"), Act.HOLD_EXPIRED, number, hold=number, because="time")
    (row,) = desk.exact().asked
    assert row.preserved == 1
    assert {(each.kind, each.ordered, each.taken, each.ended_by_time) for each in desk.exact().holds} == {
        ("quarantine", 1, 1, 0),
        ("term", 1, 0, 1),
    }


def test_gags_last_from_the_first_bar_to_the_end_of_the_last() -> None:
    desk = Desk()
    for days in (10, 20, 90):
        number = desk.asked(at("2027-01-01"))
        until = at("2027-01-02") + days * 24 * HOUR
        desk.say(at("2027-01-02"), Act.LEGAL_BARRED, number, bar=number, kind="order", until_ms=until - HOUR)
        desk.say(at("2027-01-03"), Act.LEGAL_BARRED, number, bar=number + 9, kind="order", until_ms=until)
    notices = desk.exact().notices
    assert (notices.gagged, notices.gag_days) == (3, 20.0)
    assert valued(desk.lines(), "authorities: notices", "gagged, median") == [20.0]
    assert desk.exact(Period("2027-02", "2027-02")).notices.gagged == 0


def test_who_asks_for_an_ability_is_counted_and_so_is_the_refusal() -> None:
    desk = Desk()
    for asks in (["disclose", "decrypt"], ["keys"], ["realtime"], ["disclose"], ["ciphertext_held"]):
        number = desk.asked(at("2027-01-01"), asks=asks)
        if asks != ["keys"]:
            desk.rejected(at("2027-01-02"), number, "asks_for_capability")
    exact = desk.exact()
    assert (exact.capability_asked, exact.capability_refused) == (3, 2)


def test_european_orders_by_type_of_data_state_and_situation() -> None:
    desk = Desk()
    for hours in (10, 20, 60):
        number = desk.asked(at("2027-01-01"), "eu.epoc", "AT", classes=["subscriber", "account_state"])
        desk.produced(at("2027-01-01") + hours * HOUR, number, released=["subscriber"], denied=["account_state"])
    desk.rejected(at("2027-01-02"), desk.asked(at("2027-01-01"), "eu.epoc", "AT", classes=["account_state"]))
    first = desk.asked(at("2027-02-01"), "eu.epoc_pr", "DE", classes=["content_reported"])
    desk.kept(at("2027-02-02"), first, classes=["content_reported"])
    later = desk.asked(at("2027-02-11"), "eu.epoc", "DE", classes=["content_reported"])
    desk.say(at("2027-02-12"), Act.HOLD_RELEASED, first, hold=first, to=f"legal:{later}", classes=[])
    assert desk.exact().epoc == [
        EpocRow("eu.epoc", "AT", False, "subscriber", 3, 3, 0, 30.0, 3),
        EpocRow("eu.epoc", "AT", False, "traffic", 4, 0, 4, None, 0),
        EpocRow("eu.epoc", "DE", False, "content", 1, 0, 0, None, 0),
        EpocRow("eu.epoc_pr", "DE", False, "content", 1, 1, 0, 240.0, 1),
    ]


def test_orders_of_member_states_are_exact_because_the_law_asks() -> None:
    desk = Desk()
    desk.produced(at("2027-01-04"), desk.asked(at("2027-01-03"), "de.stpo", "DE"), released=["subscriber"])
    desk.asked(at("2027-01-05"), "eu.dsa.art10", "GR", by="staff:1")
    for instrument, country in (("eu.epoc_pr", "DE"), ("any.foreign_direct", "AT"), ("us.sca.warrant", "US")):
        desk.asked(at("2027-01-06"), instrument, country)
    report = compute(desk.entries, HALF)
    rows = rows_of(eu.sections(report, Stated(), HOST, date(2027, 7, 9))["3_member_states_orders.csv"])
    found = {
        (row["Category of illegal content"], row["Scope"]): row
        for row in rows
        if row["Number of orders to provide information"] not in ("", "0")
    }
    unspecified = "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"
    assert {key: row["Number of orders to provide information"] for key, row in found.items()} == {
        ("TOTAL", "TOTAL"): "2",
        ("TOTAL", "DE"): "1",
        ("TOTAL", "EL"): "1",
        (unspecified, "TOTAL"): "2",
        (unspecified, "DE"): "1",
        (unspecified, "EL"): "1",
    }
    informed = "Median time to inform the authority of the receipt of the order to provide information"
    effect = "Median time to give effect to the order to provide information"
    assert [found["TOTAL", scope][informed] for scope in ("TOTAL", "DE", "EL")] == ["", "0.0", ""]
    assert [found["TOTAL", scope][effect] for scope in ("TOTAL", "DE", "EL")] == ["24.0", "24.0", ""]
    for row in rows:
        for heading in orders_to_act():
            assert row[heading] == "", "nobody counts orders to act"
    assert any(value == eu.NO_ORDERS_TO_ACT for value in found["TOTAL", "TOTAL"].values())
    assert not any(value == eu.NO_ORDERS for row in rows for value in row.values())


def orders_to_act() -> list[str]:
    return [heading for heading in template.ORDERS if "to act against" in heading]


def test_nothing_small_tells_who_it_was() -> None:
    lines = busy().lines()
    askers = {published.asker(line) for line in lines if line.section == published.REQUESTS}
    assert askers == {"US, us.sca.warrant", grouping.OTHERS}, (
        "the two that stand alone take the next smallest with them"
    )
    assert valued(lines, published.REQUESTS, "received", instrument="us.sca.warrant") == [7]
    assert valued(lines, published.REQUESTS, "received", instrument=grouping.OTHERS) == [6]
    assert valued(lines, "authorities: rejected by ground", "rejected", code="improper_channel") == [4]
    assert valued(lines, "authorities: rejected by ground", "rejected", code=grouping.OTHERS) == [grouping.FEW]
    assert "wrong_class" not in {line.code for line in lines}
    assert not valued(lines, "authorities: times", "rejected, median", instrument="fr.cpp")


rows_made = st.lists(
    st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("xyz"), st.booleans(), st.integers(0, 5), st.integers(0, 5)),
    unique_by=lambda row: row[:3],
    max_size=12,
)


@given(rows_made)
def test_no_row_stands_alone_and_none_can_be_had_by_subtracting(made: list[tuple[str, str, bool, int, int]]) -> None:
    rows = [
        AskedRow(country, instrument, emergency, received, received, rejected, 0, 0, 0, 0, 0, 0, 0, 0, received)
        for country, instrument, emergency, received, rejected in made
    ]
    keys, counts = AskedRow.__struct_fields__[:3], AskedRow.__struct_fields__[3:]
    found = grouping.together(rows, keys, counts)
    for what in counts:
        assert sum(row[what] for _, row in found) == sum(getattr(row, what) for row in rows)
    alone = [max(row["received"], row["rejected"]) for key, row in found if key[0] != grouping.OTHERS]
    assert all(size >= grouping.FEWEST for size in alone)
    others = [row for key, row in found if key[0] == grouping.OTHERS]
    if others and alone:
        assert max(others[0]["received"], others[0]["rejected"]) >= grouping.FEWEST


def test_no_count_of_one_or_two_is_published() -> None:
    desk = busy()
    number = desk.asked(at("2027-04-01"), "eu.epoc", "AT", asks=["decrypt"])
    desk.kept(at("2027-04-02"), number)
    desk.say(at("2027-04-02"), Act.LEGAL_BARRED, number, bar=1, kind="order", until_ms=at("2027-05-01"))
    desk.say(at("2027-04-02"), Act.LEGAL_NOTICES_PLANNED, number, people=2)
    desk.move(at("2027-04-03"), desk.filed(at("2027-04-03")), "closed", why="forged")
    desk.entries.append(Entry(len(desk.entries), at("2027-04-04"), "staff:1", Act.FRAUD_MARKED, "", {"kind": "mail"}))
    lines = desk.lines()
    assert not [line for line in lines if line.value in (1, 2)]
    assert sum(line.value == grouping.FEW for line in lines) > 10
    assert "gagged, median" not in {line.what for line in lines}
    report = compute(desk.entries, HALF)
    shown = page(report, Stated(), HOST, "a command").decode()
    assert "Requests of authorities" in shown and grouping.FEW in shown
    assert [row["value"] for row in rows_of(table(report)) if row["section"].startswith("authorities")] == [
        str(line.value) for line in lines
    ]


SECRETS = [NOT_TO_BE_TOLD, NATIONAL_SECURITY]


@pytest.mark.parametrize("instrument", SECRETS)
def test_what_nobody_may_tell_changes_no_byte_of_what_is_published(instrument: str) -> None:
    """With it and without it; whatever happens to it."""
    desk, without = busy(), busy()
    for day in (1, 2, 3, 4):
        number = desk.asked(at(f"2027-04-0{day}"), instrument, "US", classes=["content_reported"], asks=["keys"])
        desk.judged(at("2027-04-05"), number, "refer")
        desk.move(at("2027-04-05"), number, "referred")
        desk.kept(at("2027-04-06"), number)
        desk.say(at("2027-04-06"), Act.LEGAL_BARRED, number, bar=1, kind="law", until_ms=at("2027-05-06"))
        desk.say(at("2027-04-06"), Act.LEGAL_NOTICES_PLANNED, number, people=3)
        desk.say(at("2027-04-07"), Act.LEGAL_NOTICE_TOLD, number, notice=1, told_ms=at("2027-04-07"))
        desk.say(at("2027-04-07"), Act.LEGAL_OBJECTED, number, objection=number, late=False)
        desk.say(at("2027-04-07"), Act.LEGAL_OBJECTION_ANSWERED, number, answer="stopped")
        desk.produced(at("2027-04-08"), number, released=["subscriber"])
        desk.say(at("2027-04-09"), Act.PRODUCTION_FETCHED, number, production=number, count=1)
        desk.move(at("2027-05-09"), number, "closed", why="forged")
        desk.rejected(at("2027-05-10"), number)
    one, other = (msgspec.structs.replace(compute(each.entries, HALF), entries=0) for each in (desk, without))
    assert one == other
    assert desk.exact().counted != without.exact().counted, "it is compared with the tables all the same"


def test_national_security_stands_in_bands_whatever_there_was() -> None:
    section = "authorities: national security of the United States"
    counts = {}
    for count in (0, 1, 249, 250):
        desk = busy()
        for _ in range(count):
            desk.asked(at("2027-02-01"), NATIONAL_SECURITY, "US", targets=1)
        counts[count] = valued(desk.lines(), section, "process received")
        assert valued(desk.lines(QUARTER), section, "process received") == [], "bands are for half-years"
    assert counts == {0: ["0 to 249"], 1: ["0 to 249"], 249: ["0 to 249"], 250: ["250 to 499"]}


def test_a_desk_that_never_got_any_says_that_nothing_was_counted() -> None:
    report = compute(Diary().entries, HALF)
    assert (report.authorities, report.orders_counted) == ([], False)
    assert "nothing was ever filed" in page(report, Stated(), HOST, "a command").decode()


def test_the_page_shows_every_line_and_draws_what_is_a_number() -> None:
    report = compute(busy().entries, HALF)
    tree = html.fromstring(page(report, Stated(), HOST, "a command"))
    cells = [cell.text_content() for cell in tree.xpath("//section[h2='Requests of authorities']//td")]
    assert len([cell for cell in cells if cell]) == len(report.authorities)
    titles = [title.text for title in tree.xpath("//figure//svg/title")]
    assert titles == [
        "Requests of authorities that were answered, by who asked",
        "What authorities asked for, and what became of it",
    ]


def test_words_and_lists_are_those_of_the_rulebook() -> None:
    rulebook = shipped()
    names = [*Releasable, *Never]
    for name in names:
        assert counting.DATA_TYPES.get(name, "") == rulebook.classes[name].eu, name
    epoc = rulebook.instruments["eu.epoc"].issued_by
    assert epoc is not None and epoc <= counting.MEMBER_STATES and len(counting.MEMBER_STATES) == 27
    assert FACTS["asks"].words - counting.CAPABILITIES == {"disclose", "preserve", "ciphertext_held"}
    g01 = next(rule for rule in rulebook.global_rules if rule.code == "G01")
    refused = [one.against for one, _ in predicates(g01.when)]
    assert refused and all(isinstance(words, frozenset) and words <= counting.CAPABILITIES for words in refused)
    assert {"eu.epoc", "eu.epoc_pr"} <= rulebook.instruments.keys()
    assert set(AskedRow.__struct_fields__[3:]) <= published.WORDS.keys()


@pytest.mark.parametrize("act", [Act.LEGAL_JUDGED, Act.LEGAL_BARRED])
def test_an_act_on_what_was_never_filed_ends_the_report(act: Act) -> None:
    desk = busy()
    said: dict[str, Any] = {"outcome": "accept", "grounds": [], "classes": [], "kind": "law", "until_ms": 1}
    desk.say(at("2027-05-01"), act, 99, **said)
    with pytest.raises(EntryUnreadable, match="legal:99, which was never filed"):
        compute(desk.entries, HALF)


def test_a_release_of_what_nobody_looked_at_ends_the_report() -> None:
    desk = busy()
    desk.move(at("2027-05-01"), 1, "released", production=77)
    with pytest.raises(EntryUnreadable, match="releases what nobody looked at"):
        compute(desk.entries, HALF)


def test_a_hold_that_nobody_ordered_ends_the_report() -> None:
    desk = busy()
    desk.say(at("2027-05-01"), Act.HOLD_TAKEN, 1, hold=77)
    with pytest.raises(EntryUnreadable, match="hold 77, which nobody ordered"):
        compute(desk.entries, HALF)


def test_acts_that_name_no_request_are_read_without_one() -> None:
    for act in set(reading._READ) - reading.OF_REQUESTS:
        assert reading.read(Entry(0, 1, "desk", act, "", {})) is not None
    assert reading.read(Entry(0, 1, "desk", Act.CASE_OPENED, "case:1", {})) is None


def test_the_columns_of_our_table_hold_a_line() -> None:
    assert set(Line.__struct_fields__) <= set(COLUMNS)


def rows_of(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))
