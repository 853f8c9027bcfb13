# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that answers a legal request with more than was asked, or with somebody else: nothing of it is collected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.errors import HubMisbehaved
from privity.desk.legal.collecting import asking, capabilities
from privity.desk.legal.collecting.model import Line, Source
from privity.desk.legal.requests.model import State
from privity.identity.pseudonyms import pseudonym
from privity.production.classes import Releasable
from privity.wire.collect import MAX_ROWS, Collect, Collected, CollectedColumn, CollectedTable, IdentifierKind
from privity.wire.inventory import Of, Others
from tests.desk.legal.casework import Casework
from tests.desk.legal.collecting.collectors import Desk
from tests.desk.legal.collecting.manifest_hub import AT_MS, LID, POT, ManifestHub, device_of
from tests.desk.legal.conftest import fresh, work

__all__ = ["fresh", "work"]

KEY = bytes(32)
SINCE, UNTIL = AT_MS, AT_MS + 1_000
Table = CollectedTable
Lie = Callable[[Collected], Collected]


def asked(
    data_class: Releasable = Releasable.ACCOUNT_STATE,
    identifier: str = POT,
    kind: IdentifierKind = IdentifierKind.ACCOUNT,
    *,
    named: bool = False,
) -> Collect:
    return Collect(data_class, kind, identifier, KEY, SINCE, UNTIL, named)


def checked(question: Collect, lie: Lie = lambda answer: answer) -> None:
    asking.check(question, lie(ManifestHub().answer(question)), capabilities.shipped())


def table(name: str, change: Callable[[Table], Table]) -> Lie:
    """A lie about one table."""

    def lie(answer: Collected) -> Collected:
        assert any(one.name == name for one in answer.tables)
        return msgspec.structs.replace(
            answer, tables=[change(one) if one.name == name else one for one in answer.tables]
        )

    return lie


def cell(name: str, column: str, value: Any) -> Lie:
    def change(found: Table) -> Table:
        at = [one.name for one in found.columns].index(column)
        return msgspec.structs.replace(found, rows=[[value if n == at else v for n, v in enumerate(found.rows[0])]])

    return table(name, change)


def swap(**changed: Any) -> Lie:
    return lambda answer: msgspec.structs.replace(answer, **changed)


ANOTHER = [CollectedTable("room_group", [], [], False, 0, 0)]
LIES: dict[str, Lie] = {
    "another class": swap(data_class=Releasable.CONTENT_PROFILE),
    "another account": swap(account=LID),
    "no account at all": swap(account="somebody"),
    "rows of nobody": swap(account=None),
    "a table too many": lambda answer: msgspec.structs.replace(answer, tables=[*answer.tables, *ANOTHER]),
    "a table too few": lambda answer: msgspec.structs.replace(answer, tables=answer.tables[1:]),
    "a table twice": lambda answer: msgspec.structs.replace(answer, tables=[answer.tables[0], *answer.tables]),
    "tables in another order": lambda answer: msgspec.structs.replace(answer, tables=answer.tables[::-1]),
    "a column too many": table(
        "device",
        lambda one: msgspec.structs.replace(
            one, columns=[*one.columns, CollectedColumn("ip", one.columns[0].kind)], rows=[[*one.rows[0], "192.0.2.1"]]
        ),
    ),
    "a column of another name": table(
        "device",
        lambda one: msgspec.structs.replace(
            one, columns=[CollectedColumn("ip", one.columns[0].kind), *one.columns[1:]]
        ),
    ),
    "a value too many": table("device", lambda one: msgspec.structs.replace(one, rows=[[*one.rows[0], "more"]])),
    "a value too few": table("device", lambda one: msgspec.structs.replace(one, rows=[one.rows[0][1:]])),
    "more rows than an answer holds": table(
        "device", lambda one: msgspec.structs.replace(one, rows=one.rows * (MAX_ROWS + 1))
    ),
    "a text for a number": cell("block", "since_ms", "yesterday"),
    "a truth for a number": cell("block", "since_ms", True),
    "a number for a text": cell("restriction", "what", 17),
    "a row of somebody else": cell("warning", "user_uri", LID),
    "a row of somebody under a pseudonym": cell("warning", "user_uri", pseudonym(KEY, LID)),
    "a row of nobody": cell("warning", "user_uri", None),
    "a device of somebody else": cell("inbox", "client_uri", device_of(LID)),
    "a label of somebody else": cell("kl_value", "label", f"u:{LID}"),
    "a pair of others": cell("room", "direct_pair", f"{LID} {pseudonym(KEY, LID)}"),
    "an address in a pair": cell("room", "direct_pair", f"{POT} {LID}"),
    "another's address": cell("block", "blocked_uri", LID),
    "another's handle": cell("contact_ask", "target", "lid.collector"),
    "what holds another's address": cell("contact_side", "entry", "c2lnbmVk"),
    "a row from after the period": cell("block", "since_ms", UNTIL),
    "a row that was over before it": cell("participation", "until_ms", SINCE),
    "a moment before the period": cell("warning", "at_ms", SINCE - 1),
    "a moment with its end": cell("warning", "at_ms", UNTIL),
    "no moment at all": cell("warning", "at_ms", None),
    "no beginning at all": cell("block", "since_ms", None),
    "what is no base64": cell("kl_value", "value", "%%%"),
    "base64 in another way": cell("kl_value", "value", "QQ=" + "=\n"),
    "a number that no record holds": cell("kl_value", "version", 1 << 53),
    "a time after the year 9999": cell("block", "since_ms", 1 << 52),
    "a time before there were any": cell("warning", "at_ms", -1),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_to_another_question_is_refused(lie: str) -> None:
    checked(asked())
    with pytest.raises(HubMisbehaved):
        checked(asked(), LIES[lie])


@pytest.mark.parametrize(
    ("question", "lie"),
    [
        (asked(identifier="pot.collector", kind=IdentifierKind.HANDLE), swap(account="mimi://x/u/y")),
        (asked(identifier=device_of(POT), kind=IdentifierKind.DEVICE), swap(account=LID)),
        (
            asked(identifier=device_of(POT), kind=IdentifierKind.DEVICE),
            cell("inbox", "client_uri", device_of(POT)[:-26] + "e" * 25 + "a"),
        ),
        (asked(identifier="192.0.2.1", kind=IdentifierKind.IP_PORT_TIME), swap(account=POT)),
    ],
)
def test_whoever_was_named_in_another_way_is_answered_about_nobody_else(question: Collect, lie: Lie) -> None:
    checked(question)
    with pytest.raises(HubMisbehaved):
        checked(question, lie)


def test_every_column_that_may_name_somebody_is_looked_at() -> None:
    """For each collector of the manifest: an address in any such column is refused, and with it the answer."""
    tried = 0
    for one in capabilities.shipped().collectors:
        if one.store is not Source.HUB:
            continue
        question = asked(one.data_class)
        for column in one.columns:
            lied: Any = None
            if column.others is not None or column.of in (Of.USER, Of.UNTOLD):
                lied = LID
            elif column.of is Of.DEVICE:
                lied = device_of(LID)
            if lied is None:
                continue
            with pytest.raises(HubMisbehaved):
                checked(question, cell(one.table, column.name, lied))
            tried += 1
    assert tried > 30


def test_where_third_parties_are_to_be_named_their_addresses_are_no_lie() -> None:
    question = asked(named=True)
    checked(question, cell("block", "blocked_uri", LID))
    checked(question, cell("contact_side", "entry", "c2lnbmVk"))
    with pytest.raises(HubMisbehaved):
        checked(question, cell("warning", "user_uri", LID))


def test_a_mark_of_a_closed_account_names_nobody_and_needs_no_name() -> None:
    checked(asked(Releasable.SUBSCRIBER), cell("closed_account", "label", None))
    with pytest.raises(HubMisbehaved):
        checked(asked(Releasable.SUBSCRIBER), cell("closed_account", "label", f"u:{LID}"))


def test_no_line_becomes_a_question_about_a_name_a_word_or_an_area() -> None:
    for kind in ("name", "keyword", "area", "content_hash", "ip_range", "all_users", "group_members", "contact"):
        line = Line(Releasable.SUBSCRIBER, kind, "teapot", None, None)
        assert asking.question(line, KEY, named=False) is None


def test_what_may_name_others_is_marked_in_the_manifest() -> None:
    """Every text of the manifest that is called an address says how it names people, or is a room's."""
    for one in capabilities.shipped().collectors:
        for column in one.columns:
            if column.name.endswith("_uri") and column.name not in ("room_uri",):
                marked = column.of is not None or column.others is not None
                assert marked or one.collector == capabilities.SPECIFIED, f"{one.table}.{column.name}"
            assert column.others is not Others.INSIDE or one.store is Source.HUB


async def test_one_target_stands_for_one_account_in_all_lines(work: Casework) -> None:
    desk = Desk(work)
    number = work.scoped()

    def bend(question: Collect, answer: Collected) -> Collected:
        if question.data_class is Releasable.SUBSCRIBER:
            return answer
        return ManifestHub(known={"pot.collector": LID}).answer(question)

    desk.hub.bend = bend
    assert await desk.step() == 0
    assert work.of(number).state is State.SCOPED
    (refused,) = work.log(Act.LEGAL_NOT_COLLECTED)
    assert refused.said["why"] == "HubMisbehaved"


async def test_nothing_of_a_class_outside_of_the_scope_can_be_kept(work: Casework) -> None:
    """By raw SQL, too: not in this collection, not in another request's, not later."""
    desk = Desk(work)
    await desk.collected({"classes": ["subscriber"]})
    add = (
        "INSERT INTO legal_collected_file (collection, name, data_class, sha256, nonce, ciphertext)"
        " VALUES (1, 'x', ?, zeroblob(32), x'', x'')"
    )
    for data_class in ("account_state", "content_reported", "subscriber", None):
        with pytest.raises(IntegrityError):
            work.db.execute(add, (data_class,))
    with pytest.raises(IntegrityError):
        work.db.execute(add, ("content_e2ee",))


async def test_a_request_is_collected_by_no_row_of_another_decision(work: Casework) -> None:
    desk = Desk(work)
    number = work.scoped()
    collection = (
        "INSERT INTO legal_collection (request, decision, collected_ms, snapshot_sha256, capabilities_sha256,"
        " rows_found, withheld, capped, audit_n) VALUES (?, ?, ?, zeroblob(32), ?, 0, 0, 0, 0)"
    )
    decision = work.of(number).decision or 0
    for request, made, at_ms in (
        (number, decision + 1, work.now_ms),
        (number, decision, work.now_ms + 40 * 86_400_000),
        (number + 1, decision, work.now_ms),
    ):
        with pytest.raises(IntegrityError):
            work.db.execute(collection, (request, made, at_ms, capabilities.sha256()))
    assert await desk.step() == 1
    for change in (
        "UPDATE legal_collection SET rows_found = 0",
        "UPDATE legal_collection SET gone_ms = 1",
        "DELETE FROM legal_collection",
        "UPDATE legal_collected_file SET ciphertext = x''",
        "UPDATE legal_collected_file SET data_class = 'subscriber'",
        "DELETE FROM legal_collected_file",
        "UPDATE legal_collected_key SET wrapped_key = zeroblob(length(wrapped_key))",
        "UPDATE legal_collected_key SET wrapped_key = randomblob(length(wrapped_key))",
        "DELETE FROM legal_collected_key",
    ):
        with pytest.raises(IntegrityError):
            work.db.execute(change)


def test_the_manifest_of_the_hub_lies_with_the_desk() -> None:
    """What a hub may answer is in the desk's own package, and no hub is asked for it."""
    assert Path(str(capabilities.__file__)).with_name(capabilities.MANIFEST).is_file()
