# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The guide for authorities: nothing that the house knows of itself is forgotten in it, and nothing is made up."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import msgspec
import pytest
from lxml import etree, html

from privity.desk.legal.collecting import capabilities
from privity.desk.legal.guide import words
from privity.desk.legal.guide.gathering import inventories
from privity.desk.legal.guide.model import Guide, Sources, Table
from privity.desk.legal.guide.rendering import as_html, as_markdown
from privity.desk.legal.guide.writing import guide
from privity.desk.legal.releasing import lines
from privity.desk.legal.requests.office import Rules
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.legal.rulebook.loading import shipped
from privity.desk.legal.rulebook.names import FACTS
from privity.desk.legal.rulebook.predicates import Op, Predicate
from privity.desk.legal.rulebook.profile import Profile
from privity.production.classes import Never, Permit, Releasable
from privity.production.model import Key, Use
from privity.wire.inventory import Of, Reader, Stored
from tests.desk.legal.releasing.floor import Floor
from tests.desk.legal.releasing.test_setting import run, written
from tests.desk.legal.rulebook.bases import ACTIVE, PROFILE, naming

KEY = Key(
    use=Use.SERVICE, id="ab" * 32, public_key="c2VydmljZQ==", valid_from="2026-01-01T00:00:00Z", valid_until="9999"
)
SOURCES = Sources(
    host="teapot.example",
    operator="Teapot House",
    contact="legal@teapot.example",
    languages=("en", "de"),
    version="0.1.0",
    rules=Rules(ACTIVE, PROFILE),
    profile_sha256="cd" * 32,
    inventories=inventories(),
    capabilities_sha256=capabilities.sha256(),
    published="https://teapot.example/keys.json",
    keys=(KEY,),
    log_key="teapot.example/desk-audit+12345678+AfwcB",
)
WHOLE = guide(SOURCES)
PAGE = as_html(WHOLE).decode()
MARKDOWN = as_markdown(WHOLE)


def tables(section: str, of: Guide = WHOLE) -> list[Table]:
    (found,) = [each for each in of.sections if each.id == section]
    return [block for block in found.blocks if isinstance(block, Table)]


def plain(markdown: str) -> str:
    return re.sub(r"\\(.)", r"\1", markdown)


def test_every_class_of_the_inventories_is_in_the_guide_with_each_of_its_tables_and_columns() -> None:
    held = {row[0]: row for table in tables("held") for row in table.rows}
    assert [row[0] for row in tables("held")[0].rows] == [*Releasable]
    told = set()
    for keeper, inventory in SOURCES.inventories.items():
        for name, about in inventory.tables.items():
            for data_class in Releasable:
                columns = about.reached_by(data_class)
                if columns:
                    (row,) = [
                        row
                        for table in tables("held")
                        if table.heads[0] == f"{data_class}: table"
                        for row in table.rows
                        if row[0] == f"{keeper}: {name}"
                    ]
                    assert row[1:] == (about.what, ", ".join(columns), about.kept)
                    told.add(f"{keeper}: {name}")
    assert len(told) > 20 and told < held.keys()


def test_whatever_a_collector_reads_stands_in_the_guide() -> None:
    """Against the manifest, which is made another way."""
    shown = {(row[0], cell) for table in tables("held")[1:] for row in table.rows for cell in row[2].split(", ")}
    for one in capabilities.made().collectors:
        beside = {
            column
            for about in SOURCES.inventories[one.store].tables.values()
            for each in about.beside.values()
            for column in each.columns
        }
        for column in one.columns:
            assert (f"{one.store}: {one.table}", column.name) in shown or column.name in beside, (
                one.table,
                column.name,
            )


def test_whatever_no_request_reaches_stands_there_with_the_reason() -> None:
    shown = {(table.heads[0], row[0]): row[2] for table in tables("unreached") for row in table.rows}
    for one in capabilities.made().not_read:
        name = f"{one.table}.{one.column}" if one.column else one.table
        assert shown.pop((one.store, name)) == one.why
    assert shown == {}


def test_a_new_table_is_told_without_anybody_writing_it_down() -> None:
    column = {"user_uri": msgspec.convert({"why": "whose"}, type(next(iter(_tables()[0].columns.values()))))}
    added = Stored(
        "Invented teapots.", [Reader.SELF], "a week", column, {"user_uri": Of.USER}, legal=Releasable.SUBSCRIBER
    )
    hub = SOURCES.inventories["hub"]
    changed = msgspec.structs.replace(hub, tables={**hub.tables, "teapot": added})
    made = guide(dataclasses.replace(SOURCES, inventories={**SOURCES.inventories, "hub": changed}))
    rows = [row for table in tables("held", made) for row in table.rows]
    assert ("hub: teapot", "Invented teapots.", "user_uri", "a week") in rows


def _tables() -> list[Stored]:
    return [*SOURCES.inventories["hub"].tables.values()]


def test_the_table_of_instruments_is_the_rulebooks() -> None:
    (matrix,) = tables("reach")
    assert matrix.heads[2:] == (*Releasable, *Never)
    for row, each in zip(matrix.rows, ACTIVE.instruments.values(), strict=True):
        assert row[0] == each.title
        assert row[2:8] == tuple(words.PERMITS[each.permits[name]] for name in Releasable)
        assert set(row[8:]) == {words.NOT_HELD}
    assert set(words.PERMITS) == set(Permit)


def test_each_instrument_says_whether_an_order_by_it_has_others_named() -> None:
    allowed = naming(
        "us.sca.2703d",
        Releasable.ACCOUNT_STATE,
        Releasable.DELIVERY_METADATA,
        when=Predicate("judicial_signature", Op.IS, True),
    )
    made = guide(dataclasses.replace(SOURCES, rules=Rules(allowed, PROFILE)))
    rows = [(table.heads[1], {each[0]: each[1] for each in table.rows}) for table in tables("instruments", made)]
    said = {instrument: told["other people are named"] for instrument, told in rows if "issued in" in told}
    assert said.keys() == ACTIVE.instruments.keys()
    by_order = said.pop("us.sca.2703d")
    assert by_order.startswith("in account_state, delivery_metadata under the condition") and "(a test)" in by_order
    assert set(said.values()) == {"never: they have pseudonyms"}


def test_every_instrument_rule_and_fact_is_told() -> None:
    text = plain(MARKDOWN)
    for each in ACTIVE.instruments.values():
        assert each.title in text and each.id in text
        for name in each.required:
            assert FACTS[name].says in text
        for value in each.deadlines.values():
            assert words.said(str(value)) in text
        assert words.notice(each) in text
    for rule in ACTIVE.rules():
        assert rule.code in text and rule.reason in text
        assert rule.instead in text
    for name, fact in FACTS.items():
        assert fact.worked_out or f"| {name} | {fact.says} |" in text
    for name in Never:
        assert ACTIVE.classes[name].statement in text
    assert ACKNOWLEDGEMENT.decode().strip() in MARKDOWN


def test_what_binds_and_what_is_held_is_the_profiles() -> None:
    made = guide(dataclasses.replace(SOURCES, rules=Rules(ACTIVE, Profile(holds={Releasable.SUBSCRIBER: 0}))))
    kept = {row[0]: row[2] for row in tables("held", made)[0].rows}
    assert kept.pop("subscriber") == "as long as the account"
    assert set(kept.values()) == {words.NOT_HELD}
    days = {row[0]: row[2] for row in tables("held")[0].rows}
    assert days.pop("session_ip") == words.NOT_HELD, "the profile says 30 days, and there is no table"
    assert set(days.values()) == {"30 days"}
    binds = {row[0]: row[1] for row in tables("reach", made)[0].rows}
    warrant = ACTIVE.instruments["us.sca.warrant"].title
    assert binds[warrant] == "not unless the operator is under the jurisdiction of the United States"
    assert {row[1] for row in tables("reach")[0].rows} == {"yes"}


def test_a_draft_says_that_nothing_leaves() -> None:
    made = as_markdown(guide(dataclasses.replace(SOURCES, rules=Rules(shipped(), PROFILE), published="", keys=())))
    assert "The rulebook is a draft" in made and "This house releases nothing so far" in made
    assert "The rulebook is a draft" not in MARKDOWN and "reviewed on 2026-11-26" in MARKDOWN


def test_the_same_sources_give_the_same_guide() -> None:
    again = guide(dataclasses.replace(SOURCES, inventories=inventories()))
    assert again == WHOLE
    assert (as_html(again).decode(), as_markdown(again)) == (PAGE, MARKDOWN)


def test_lp_24_nobody_is_promised_a_notice() -> None:
    text = plain(MARKDOWN).casefold()
    assert not re.search(
        r"\b(always|every time|in any case|without exception|never fail)\b[^.]*\b(told|tell|notif|inform)", text
    )
    assert "may rely on a notice in every case" in text


def test_page_and_markdown_say_the_same() -> None:
    tree = html.fromstring(PAGE)
    for table in (table for section in WHOLE.sections for table in tables(section.id)):
        for row in table.rows:
            assert all(cell in plain(MARKDOWN) for cell in row if "`" not in cell)
    cells = sum(len(row) for section in WHOLE.sections for table in tables(section.id) for row in table.rows)
    assert len(tree.xpath("//tbody//th | //tbody//td")) == cells


def test_the_page_runs_and_fetches_nothing_and_can_be_walked() -> None:
    tree = html.fromstring(PAGE)
    assert not tree.xpath("//script | //link | //img | //iframe | //object | //embed | //base | //form")
    assert not [name for element in tree.iter(etree.Element) for name in element.attrib if str(name).startswith("on")]
    assert all(str(link).startswith("#") for link in tree.xpath("//a/@href"))
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    identities = tree.xpath("//@id")
    assert len(identities) == len(set(identities)) == len(WHOLE.sections)
    assert {str(link)[1:] for link in tree.xpath("//a/@href")} == set(identities)


def test_hostile_words_stay_text() -> None:
    hostile = "<script>alert(1)</script>{{7*7}}|`[x](javascript:y)\n# no\u202eheading"
    made = guide(dataclasses.replace(SOURCES, operator=hostile, contact=hostile, languages=(hostile,)))
    shown, marked = as_html(made).decode(), as_markdown(made)
    assert "<script" not in shown and "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in shown
    assert not re.search(r"(?<!\\)<script|(?<!\\)\[x\]|^# no", marked, re.MULTILINE)
    assert "\u202e" not in shown + marked
    rows = [line for line in marked.splitlines() if line.startswith("|") and "alert" in line]
    assert len(rows) == 3, "operator, contact and languages are a row each"
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in rows} == {3}


def test_the_command_writes_both_once(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(floor.folder)
    assert run("make-release-keys", "--config", str(file)) == ""
    made = floor.review(floor.collected())
    assert made.number == 1
    page, markdown = floor.folder / "guide.html", floor.folder / "guide.md"
    capsys.readouterr()
    to = ("--html", str(page), "--markdown", str(markdown))
    assert run("guide", "--config", str(file), *to) == ""
    assert capsys.readouterr().out == ""
    told = plain(markdown.read_text())
    assert "The rulebook is a draft" in told, "as it is shipped"
    assert floor.office.service.key.id in told and floor.office.legal_team.key.id in told
    assert "https://teapot.example/keys.json" in told and capabilities.sha256() in told
    assert run("guide", "--config", str(file)) == ""
    assert capsys.readouterr().out == markdown.read_text()
    for option, path in (("--html", page), ("--markdown", markdown)):
        before = path.read_bytes()
        assert "GuideNotWritten" in run("guide", "--config", str(file), option, str(path))
        assert path.read_bytes() == before


def test_no_passkey_of_anybody_is_in_a_guide(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(floor.folder)
    floor.review(floor.collected())
    published = lines.published(floor.db, "https://teapot.example/keys.json").decode()
    assert '"use":"passkey"' in published.replace(" ", "")
    capsys.readouterr()
    assert run("guide", "--config", str(file)) == ""
    shown = plain(capsys.readouterr().out)
    for line in lines._published(floor.db):
        assert (line.id in shown) == (line.use is not Use.PASSKEY)
    assert "staff:" not in shown


def test_a_house_that_answers_nobody_has_no_guide(floor: Floor) -> None:
    file = floor.folder / "privity.toml"
    file.write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    assert "OfficeMissing" in run("guide", "--config", str(file))


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    return Floor.at(tmp_path)
