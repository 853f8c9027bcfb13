# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The report as tables and as a page: the template's shape, sums that add up, no script, and nothing of anybody."""

from __future__ import annotations

import csv
import io
import re
from datetime import date

import msgspec
import pytest
from lxml import etree, html

from privity.desk.decisions.actions import ACTIONS
from privity.desk.decisions.policies import PolicyName
from privity.desk.stated import Stated, StatedSection, WordsSection, check_stated
from privity.desk.transparency import eu, template, words
from privity.desk.transparency.compute import compute
from privity.desk.transparency.flat import COLUMNS, table
from privity.desk.transparency.model import AppealsRow, ReferralsRow, TransparencyReport
from privity.desk.transparency.page import html as page
from privity.desk.transparency.period import Period
from privity.desk.transparency.plots import Bar, Span, bars, spans
from tests.desk.transparency.acts import two_months

REPORT = compute(two_months().entries, Period("2027-01", "2027-02"))
HOST = "teapots.example"
SECTIONS = eu.sections(REPORT, Stated(), HOST, date(2027, 3, 9))
COMMAND = "privity desk transparency --from 2027-01 --to 2027-02"


def rows_of(data: bytes) -> list[dict[str, str]]:
    assert data.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(data.decode(), newline=""), strict=True))


def named(section: str, name: str) -> dict[str, str]:
    column = next(head for head in rows_of(SECTIONS[section])[0] if head.startswith("Category of"))
    (row,) = [row for row in rows_of(SECTIONS[section]) if row[column] == name]
    return row


def indicated(section: str) -> dict[tuple[str, str], str]:
    return {(row["Indicator"], row["Scope"]): row["Value"] for row in rows_of(SECTIONS[section])}


def test_the_sections_have_the_rows_and_columns_of_the_template() -> None:
    shapes = {name: (len(rows_of(data)), len(rows_of(data)[0])) for name, data in SECTIONS.items()}
    assert shapes == {
        "1_report_identification.csv": (5, 4),
        "2_categories_names.csv": (100, 4),
        "3_member_states_orders.csv": (91, 20),
        "4_notices.csv": (91, 25),
        "5_own_initiative_illegal.csv": (90, 37),
        "6_own_initiative_TC.csv": (98, 37),
        "7_appeals_and_recidivism.csv": (47, 8),
        "8_automated_means.csv": (20, 8),
        "9_human_resources.csv": (3, 8),
        "10_AMAR.csv": (1, 7),
        "11_qualitative.csv": (11, 5),
        "whose_word.csv": (16, 5),
    }
    assert len(template.CATEGORIES) == 14


def test_who_reports_about_when() -> None:
    values = {row["Indicator"]: row["Value"] for row in rows_of(SECTIONS["1_report_identification.csv"])}
    assert values["Date of the publication of the report"] == "2027-03-09"
    assert values["Starting date of reporting period"] == "2027-01-01"
    assert values["Ending date of reporting period"] == "2027-02-28"
    for name, data in SECTIONS.items():
        if name in ("2_categories_names.csv", "whose_word.csv"):
            continue
        assert {row["Service"] for row in rows_of(data)} == {HOST}
        if name != "1_report_identification.csv":
            assert {row["Reporting period"] for row in rows_of(data)} == {"2027-01-01/2027-02-28"}


def test_notices_are_what_came_by_the_public_form() -> None:
    total = named("4_notices.csv", "TOTAL")
    assert total["Number of notices received"] == "1"
    assert total["Median time to take action"] == "2.0"
    assert total["Contextual information on Median time to take action"] == "hours"
    assert total["Number of actions taken on the basis of the terms and conditions of the service"] == "1"
    assert total["Number of actions taken on the basis of the law"] == "0"
    assert named("4_notices.csv", "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE")["Number of notices received"] == "1"
    fraud = named("4_notices.csv", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD")
    assert fraud["Number of actions taken on the basis of the terms and conditions of the service"] == "1"


def test_what_follows_from_reports_in_conversations_is_own_initiative() -> None:
    total = named("6_own_initiative_TC.csv", "TOTAL")
    assert total["Number of measures taken at the provider's own initiative"] == "3"
    assert total["Number of measures taken after detection with solely automated means"] == "0"
    assert (total["Account restriction Suspension"], total["Account restriction Termination"]) == ("2", "1")
    assert named("6_own_initiative_TC.csv", "KEYWORD_CYBER_HARASSMENT")["Account restriction Termination"] == "1"
    illegal = named("5_own_initiative_illegal.csv", "TOTAL")
    assert illegal["Number of measures taken at the provider's own initiative"] == "0"


@pytest.mark.parametrize("section", ["4_notices.csv", "5_own_initiative_illegal.csv", "6_own_initiative_TC.csv"])
def test_categories_add_up_to_the_total_and_keywords_to_their_category(section: str) -> None:
    rows = rows_of(SECTIONS[section])
    counts = [head for head in rows[0] if head.startswith(("Number", "Visib", "Monet", "Provision", "Account"))]
    column = next(head for head in rows[0] if head.startswith("Category of"))
    for head in counts:
        of_categories, category, of_keywords = 0, None, 0
        for row in [*rows[1:], {column: "STATEMENT_CATEGORY_END", head: "0"}]:
            value = int(row[head] or 0)
            if row[column].startswith("STATEMENT_CATEGORY_"):
                assert category is None or of_keywords == category or of_keywords == 0, (head, row[column])
                of_categories, category, of_keywords = of_categories + value, value, 0
            else:
                of_keywords += value
        assert of_categories == int(rows[0][head] or 0), head


def test_complaints_and_who_decided() -> None:
    complaints = indicated("7_appeals_and_recidivism.csv")
    assert complaints[template.ALL_COMPLAINTS, "Total number"] == "2"
    assert complaints[template.ALL_COMPLAINTS, "Decisions upheld"] == "1"
    assert complaints[template.ALL_COMPLAINTS, "Decisions reversed"] == "1"
    assert complaints[template.ALL_COMPLAINTS, "Median time"] == "24.0"
    assert complaints[template.AGAINST["account"], "Decisions reversed"] == "1"
    assert complaints[template.AGAINST["notice"], "Decisions upheld"] == "1"
    for never in ("flagger", "money"):
        assert complaints[template.AGAINST[never], "Total number"] == "", "nobody could have complained of it"
    assert complaints[template.ALL_COMPLAINTS, "Decisions partially reversed"] == "", "an answer is yes or no"
    assert complaints[template.ALL_DISPUTES, "Total number"] == ""
    machines = indicated("8_automated_means.csv")
    assert machines[template.BY_MACHINES, "Total number"] == "0"
    assert machines[template.BY_PEOPLE, "Total number"] == "4"
    assert machines[template.BY_PEOPLE, "Own-initiative"] == "3"
    assert machines[template.NOTICES_BY_PEOPLE, "NAM Total"] == "2"
    assert indicated("9_human_resources.csv")[template.MODERATORS, "Total number"] == "2"


def test_too_little_is_a_complaint_about_what_was_done() -> None:
    appeals = [AppealsRow("notifier", "limit", 3, 1, 1, 5.0), AppealsRow("notifier", "dismiss", 2, 0, 2, 6.0)]
    sections = eu.sections(msgspec.structs.replace(REPORT, appeals=appeals), Stated(), HOST, date(2027, 3, 9))
    rows = rows_of(sections["7_appeals_and_recidivism.csv"])
    values = {(row["Indicator"], row["Scope"]): row["Value"] for row in rows}
    assert values[template.AGAINST["visibility"], "Total number"] == "3"
    assert values[template.AGAINST["notice"], "Total number"] == "2"


def test_a_decision_by_a_machine_would_show() -> None:
    rows = [msgspec.structs.replace(row, automated=True) for row in REPORT.decisions]
    sections = eu.sections(msgspec.structs.replace(REPORT, decisions=rows), Stated(), HOST, date(2027, 3, 9))
    values = {(row["Indicator"], row["Scope"]): row["Value"] for row in rows_of(sections["8_automated_means.csv"])}
    assert (values[template.BY_MACHINES, "Total number"], values[template.BY_PEOPLE, "Total number"]) == ("4", "0")
    shown = page(msgspec.structs.replace(REPORT, decisions=rows), Stated(), HOST, COMMAND).decode()
    assert "6 of 6 decisions were" in shown
    assert "none by a machine" not in shown


def test_every_rule_and_action_has_its_place_and_its_word() -> None:
    assert set(eu.PLACES) == set(PolicyName)
    for category, keyword in eu.PLACES.values():
        assert keyword in (template.BREACH_KEYWORDS if category == template.BREACHES else template.CATEGORIES[category])
    restricting = {action for action, rule in ACTIONS.items() if rule.told and action != "warn"}
    assert set(eu.MEASURES) == restricting
    assert set(eu.MEASURES.values()) < set(template.MEASURES)
    assert set(words.ACTIONS) == {action.value for action in ACTIONS}


def test_our_own_table_has_every_count() -> None:
    rows = rows_of(table(REPORT))
    assert tuple(rows[0]) == COLUMNS
    received = sum(int(row["value"]) for row in rows if row["section"] == "reports")
    decided = sum(int(row["value"]) for row in rows if row["section"] == "decisions" and row["what"] == "in effect")
    assert (received, decided) == (5, 6)
    assert {row["unit"] for row in rows if row["section"] == "times"} == {"hours"}
    assert [row["value"] for row in rows if (row["section"], row["what"]) == ("staff", "moderators")] == ["2"]


def test_the_json_is_the_whole_report() -> None:
    assert msgspec.json.decode(msgspec.json.encode(REPORT), type=TransparencyReport) == REPORT


def test_the_page_runs_and_fetches_nothing() -> None:
    shown = page(REPORT, Stated(), HOST, COMMAND).decode()
    tree = html.fromstring(shown)
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //embed | //base | //form | //a")
    assert not [name for element in tree.iter(etree.Element) for name in element.attrib if str(name).startswith("on")]
    assert not re.search(r"url\(|@import|javascript:|data:", shown)
    addresses = set(re.findall(r"https?://[^\s\"<]+", shown))
    assert addresses == {"http://www.w3.org/2000/svg"}
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert COMMAND in tree.xpath("//code")[0].text


def test_every_picture_has_a_name_and_its_numbers_beneath() -> None:
    tree = html.fromstring(page(REPORT, Stated(), HOST, COMMAND))
    figures = tree.xpath("//figure")
    assert len(figures) == 6
    for figure in figures:
        (picture,) = figure.xpath(".//svg")
        assert picture.get("role") == "img"
        assert tree.get_element_by_id(picture.get("aria-labelledby")).text == figure.xpath(".//h2")[0].text
        assert figure.xpath(".//table/tbody/tr")
    identities = tree.xpath("//@id")
    assert len(identities) == len(set(identities))


def test_hostile_names_stay_text() -> None:
    hostile = "<script>alert(1)</script>{{7*7}}"
    report = msgspec.structs.replace(
        REPORT,
        referrals=[ReferralsRow(hostile, 1, 1, 1, 1)],
        decisions=[msgspec.structs.replace(row, policy=hostile, action=hostile) for row in REPORT.decisions],
        times=[msgspec.structs.replace(row, policy=hostile) for row in REPORT.times],
    )
    stated = check_stated(StatedSection(provider=hostile, words=WordsSection(training=hostile)))
    shown = page(report, stated, hostile, hostile).decode()
    assert "<script" not in shown
    assert ">49<" not in shown
    assert shown.count("&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}") > 5
    drawn = bars("a", hostile, hostile, [Bar(hostile, (1,))], [hostile])
    for picture in (drawn, spans("b", hostile, hostile, [Span(hostile, 1, 2, 3)])):
        assert "<script" not in picture
        etree.fromstring(picture.encode())


def test_a_month_without_anything_is_a_page_too() -> None:
    empty = compute([], Period("2027-01", "2027-01"))
    shown = page(empty, Stated(), HOST, COMMAND).decode()
    assert not html.fromstring(shown).xpath("//figure")
    assert all(rows_of(data) for data in eu.sections(empty, Stated(), HOST, date(2027, 3, 9)).values())
    assert rows_of(table(empty))


@pytest.mark.parametrize("most", [0.0, 0.4, 1, 3, 7, 10, 99, 101, 12_345, 16_800_000])
def test_axes_end_at_round_numbers_and_hold_the_longest_bar(most: float) -> None:
    picture = etree.fromstring(bars("key", "title", "unit", [Bar("a", (most,)), Bar("b", (most / 3,))]).encode())
    space = "{http://www.w3.org/2000/svg}"
    marks = [mark.text for mark in picture.iter(f"{space}text") if mark.get("class") == "mark"][:-1]
    numbers = [float(str(mark).replace(",", "")) for mark in marks]
    assert numbers == sorted(set(numbers))
    assert len(numbers) <= 6
    assert numbers[0] == 0 and numbers[-1] >= most
    widths = [float(str(bar.get("width"))) for bar in picture.iter(f"{space}rect")]
    right = max(float(str(line.get("x1"))) for line in picture.iter(f"{space}line"))
    left = min(float(str(line.get("x1"))) for line in picture.iter(f"{space}line"))
    assert all(0 <= width <= right - left + 0.1 for width in widths)
    if most:
        assert widths[1] == pytest.approx(widths[0] / 3, abs=0.1)
