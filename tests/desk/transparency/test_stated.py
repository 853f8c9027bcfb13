# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What only the operator can say: taken as it is, marked as theirs, and named as missing where they said nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from lxml import html

from privity.desk.config import load
from privity.desk.errors import ConfigInvalid
from privity.desk.stated import LANGUAGES, MAX_TEXT, STATES, Stated, StatedSection, WordsSection, check_stated
from privity.desk.transparency import eu, said, template
from privity.desk.transparency.category_names import CATEGORY_NAMES, KEYWORD_NAMES
from privity.desk.transparency.page import html as page
from tests.desk.conftest import Home
from tests.desk.transparency.test_formats import COMMAND, HOST, REPORT, rows_of

ALL = StatedSection(
    provider="Teapots Ltd",
    previous_report="2026-02-27",
    external_moderators=1.5,
    recipients={"total": 1200, "DE": 700, "AT": 90},
    languages={"total": 3, "de": 2},
    words=WordsSection(**{name: f"about {name}" for name in template.WORDS}),
)
STATED = check_stated(ALL)


def sections(stated: Stated) -> dict[str, bytes]:
    return eu.sections(REPORT, stated, HOST, date(2027, 3, 9))


def values(data: bytes) -> dict[tuple[str, str], str]:
    return {(row["Indicator"], row.get("Scope", "")): row["Value"] for row in rows_of(data)}


def test_what_is_stated_stands_in_the_sections() -> None:
    made = sections(STATED)
    who = values(made[said.IDENTIFICATION])
    assert (who[template.PROVIDER, ""], who[template.PREVIOUS, ""]) == ("Teapots Ltd", "2026-02-27")
    people = values(made[said.HUMAN_RESOURCES])
    assert people == {
        (template.MODERATORS, "Total number"): "2",
        (template.EXTERNAL, "Total number"): "1.5",
        (template.LINGUISTS, "Total number"): "3",
        (template.LINGUISTS, "de"): "2",
    }
    reached = values(made[said.RECIPIENTS])
    assert reached == {
        (template.RECIPIENTS, "TOTAL"): "1200",
        (template.RECIPIENTS, "AT"): "90",
        (template.RECIPIENTS, "DE"): "700",
    }
    described = values(made[said.QUALITATIVE])
    assert described == {(what, ""): f"about {name}" for name, (_, what) in template.WORDS.items()}
    assert said.missing(STATED) == []


def test_what_is_not_stated_is_never_a_number_and_is_named() -> None:
    made = sections(Stated())
    assert [asked.name for asked in said.missing(Stated())] == [asked.name for asked in said.ASKED]
    assert values(made[said.IDENTIFICATION])[template.PROVIDER, ""] == ""
    assert set(values(made[said.RECIPIENTS]).values()) == {""}
    assert set(values(made[said.QUALITATIVE]).values()) == {said.MISSING}
    people = {row["Indicator"]: row for row in rows_of(made[said.HUMAN_RESOURCES])}
    assert (people[template.EXTERNAL]["Value"], people[template.EXTERNAL]["Contextual Information"]) == (
        "",
        said.MISSING,
    )


def test_a_zero_that_is_stated_is_a_zero() -> None:
    stated = check_stated(StatedSection(external_moderators=0, recipients={"total": 0}))
    made = sections(stated)
    assert values(made[said.HUMAN_RESOURCES])[template.EXTERNAL, "Total number"] == "0"
    assert values(made[said.RECIPIENTS])[template.RECIPIENTS, "TOTAL"] == "0"
    assert {"external_moderators", "recipients.total"} & {asked.name for asked in said.missing(stated)} == set()


def test_every_word_says_whose_it_is() -> None:
    people = {
        row["Indicator"]: row["Contextual Information"] for row in rows_of(sections(STATED)[said.HUMAN_RESOURCES])
    }
    assert people[template.MODERATORS] == said.PEOPLE_COUNTED
    assert people[template.EXTERNAL] == people[template.LINGUISTS] == said.OPERATOR
    table = {(row["file"], row["stated as"]): row["whose word"] for row in rows_of(sections(STATED)[said.WHOSE])}
    assert set(table.values()) == {said.OPERATOR}
    assert ("10_AMAR.csv", "[desk.transparency] recipients.DE") in table
    half = check_stated(StatedSection(provider="Teapots Ltd"))
    table = {(row["file"], row["stated as"]): row["whose word"] for row in rows_of(sections(half)[said.WHOSE])}
    assert [key[1] for key, word in table.items() if word == said.OPERATOR] == ["[desk.transparency] provider"]


def test_no_order_is_counted_and_none_looks_counted() -> None:
    rows = rows_of(sections(STATED)["3_member_states_orders.csv"])
    assert {row[heading] for row in rows for heading in template.ORDERS} == {""}
    said_so = [[value for value in row.values() if value == eu.NO_ORDERS] for row in rows]
    assert [len(found) for found in said_so] == [2] + [0] * 90, "beside both counts of the total"
    assert rows[-1]["Category of illegal content"] == "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"
    assert "Contextual information on number of orders to act against illegal content received" in rows[0]


def test_what_this_desk_can_never_do_is_blank_and_what_it_did_not_do_is_zero() -> None:
    for name in ("5_own_initiative_illegal.csv", "6_own_initiative_TC.csv"):
        for row in rows_of(sections(STATED)[name]):
            for measure in template.MEASURES[2:]:
                assert row[measure].isdigit() == (measure in eu.MEASURES.values()), (name, measure)


def test_the_categories_have_their_names_and_the_rules_that_belong_there() -> None:
    codes = [*template.CATEGORIES, template.BREACHES, template.NO_ORDER_SPECIFIED, template.NOT_SPECIFIED]
    assert list(CATEGORY_NAMES) == codes
    keywords = {keyword for of in (*template.CATEGORIES.values(), template.BREACH_KEYWORDS) for keyword in of}
    assert set(KEYWORD_NAMES) == keywords
    rows = {row["Category label"]: row for row in rows_of(sections(STATED)["2_categories_names.csv"])}
    code = template.NAMES[2]
    assert (rows["TOTAL"][code], rows["Category 1"][code]) == ("TOTAL", "STATEMENT_CATEGORY_ANIMAL_WELFARE")
    assert (rows["Category 3b"][code], rows["Category 3b"]["Contextual information"]) == (
        "KEYWORD_CYBER_HARASSMENT",
        "Harassment",
    )
    assert (rows["Category 15g"][code], rows["Category 17"][code]) == (
        "KEYWORD_OTHER",
        "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
    )


def test_each_notice_names_one_item() -> None:
    total = rows_of(sections(STATED)["4_notices.csv"])[0]
    items = "Number of specific items of information included in the total number of notices"
    assert total[items] == total["Number of notices received"] == "1"


def test_the_page_tells_the_operators_word_from_what_was_counted() -> None:
    tree = html.fromstring(page(REPORT, STATED, HOST, COMMAND))
    (section,) = [each for each in tree.xpath("//section") if each.xpath("h2")[0].text == "What the operator states"]
    text = section.text_content()
    assert "Nothing in this part is counted" in text and "about training" in text and "1200" in text
    assert "AT 90, DE 700" in text and "Not stated" not in text
    text = html.fromstring(page(REPORT, Stated(), HOST, COMMAND)).text_content()
    assert "Not stated:" in text and template.PROVIDER in text


@pytest.mark.parametrize(
    ("section", "says"),
    [
        (StatedSection(provider="x" * 201), "provider has 201"),
        (StatedSection(previous_report="last year"), "date such as"),
        (StatedSection(previous_report="2026-02-30"), "date such as"),
        (StatedSection(external_moderators=-1), "0 or more"),
        (StatedSection(external_moderators=float("nan")), "0 or more"),
        (StatedSection(recipients={"GR": 1}), "'GR' is neither"),
        (StatedSection(recipients={"total": 1, "AT": 2}), "more than the total"),
        (StatedSection(recipients={"total": -1}), "must be 0 to"),
        (StatedSection(languages={"DE": 1}), "'DE' is neither"),
        (StatedSection(words=WordsSection(training="x" * (MAX_TEXT + 1))), "words.training has 5001"),
        (StatedSection(words=WordsSection(support="a\u202eb")), "nobody sees"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_published_is_refused_by_name(section: StatedSection, says: str) -> None:
    with pytest.raises(ConfigInvalid, match=says):
        check_stated(section)


def test_a_word_that_the_template_does_not_ask_for_is_refused(home: Home, tmp_path: Path) -> None:
    home.configured("http://127.0.0.1:1")
    file = home.folder / "privity.toml"
    text = file.read_text()
    file.write_text(
        f'{text}\n[desk.transparency]\nprovider = "Teapots Ltd"\n[desk.transparency.words]\nsupport = "tea"\n'
    )
    assert load(file).stated.values == {"provider": "Teapots Ltd", "words.support": "tea"}
    file.write_text(f'{text}\n[desk.transparency]\nmottos = "tea"\n')
    with pytest.raises(ConfigInvalid, match="mottos"):
        load(file)


def test_there_are_27_member_states_and_24_languages() -> None:
    assert (len(set(STATES.split())), len(set(LANGUAGES.split()))) == (27, 24)
    assert set(template.WORDS) == set(WordsSection.__struct_fields__)
