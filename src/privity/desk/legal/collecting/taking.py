# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Taking a snapshot: the hub is asked line by line, then the desk adds what it holds itself. Nothing is asked twice.

Whatever a target stands for is the hub's word, and one target stands for one account in all of its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from typing import Final, Protocol

import msgspec

from privity.desk.db.transaction import Db
from privity.desk.errors import HubMisbehaved
from privity.desk.legal.collecting import asking, capabilities, copies, store
from privity.desk.legal.collecting.apart import Apart, apart
from privity.desk.legal.collecting.errors import NoCaseToken
from privity.desk.legal.collecting.model import Answer, Asked, File, Line, Snapshot, Source
from privity.desk.legal.collecting.reported import Opening, Reported
from privity.desk.legal.collecting.reported_tables import ANSWERS, EVENTS
from privity.desk.legal.rulebook.facts import TargetKind
from privity.identity.errors import BadUri
from privity.identity.pseudonyms import Names
from privity.identity.uris import between_devices, parse_user_uri
from privity.keylog.labels import user_label
from privity.production import canonical
from privity.production.classes import CONTENT, Releasable
from privity.wire.collect import Collect, Collected, CollectedTable
from privity.wire.inventory import TIMED, Inventory
from privity.wire.numbers import MAX_COUNT
from privity.wire.reading import Asked as Reading
from privity.wire.reading import Period, collect
from privity.wire.rows_about import Whom

VERSION: Final = version("privity")
ASKED: Final = "asked.json"
PICTURE: Final = "picture"


class CollectHub(Protocol):
    """What this needs of a hub. Raises HubError or Refusal."""

    async def collect(self, asked: Collect) -> Collected: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be collected, and for what. Made by `service` alone, from a request that may have it."""

    about: str
    """`legal:12`, as the log names it."""
    request_sha256: str
    lines: tuple[Line, ...]
    named: frozenset[Releasable]
    """The classes in which other people are named by order."""
    key: bytes = field(repr=False)
    """Under which they have pseudonyms everywhere else."""

    def __post_init__(self) -> None:
        if self.named & CONTENT:
            raise NoCaseToken("in what people said, or show of themselves, nobody else is named by any order")


@dataclass(frozen=True, slots=True)
class _Had:
    """What the hub said to one line."""

    line: Line
    answer: Collected | None


async def take(
    db: Db,
    hub: CollectHub,
    evidence_key: bytes,
    order: Order,
    now_ms: Callable[[], int],
    still: Callable[[], None] = lambda: None,
) -> Snapshot:
    """`still` is asked before each question and before anything is opened; what it raises ends it there.

    Raises HubMisbehaved, HubUnreachable, a Refusal of the hub, or what opening evidence raises.
    """
    began_ms = now_ms()
    had = []
    for line in order.lines:
        still()
        had.append(_Had(line, await _ask(hub, order, line)))
    _check_targets(had)
    asked = Asked(
        order.about,
        order.request_sha256,
        capabilities.sha256(),
        began_ms,
        sorted(order.named),
        order.key,
        list(order.lines),
    )
    taking = _Taking(Opening(db, evidence_key, f"collected for {order.about}", now_ms()), order)
    for one in had:
        still()
        await taking.take(one)
    return Snapshot((File(ASKED, None, canonical.encode(asked)), *taking.files()))


async def _ask(hub: CollectHub, order: Order, line: Line) -> Collected | None:
    question = asking.question(line, order.key, named=line.data_class in order.named)
    if question is None:
        return None
    answer = await hub.collect(question)
    asking.check(question, answer, capabilities.shipped())
    return answer


def _check_targets(had: Sequence[_Had]) -> None:
    accounts: dict[tuple[str, str], str | None] = {}
    for one in had:
        if one.answer is not None:
            target = (one.line.kind, one.line.value)
            if accounts.setdefault(target, one.answer.account) != one.answer.account:
                raise HubMisbehaved("the hub says of one target in two lines that it is two accounts")


class _Taking:
    def __init__(self, opening: Opening, order: Order) -> None:
        self._opening = opening
        self._order = order
        self._answers: list[Answer] = []
        self._reported = Reported(opening)
        self._pictures: dict[str, bytes] = {}
        self._apart: dict[str, Apart] = {}

    async def take(self, had: _Had) -> None:
        line = had.line
        account = self._account(had)
        elsewhere = None if account is None else self._apart_of(account)
        if had.answer is not None:
            tables, left_out = had.answer.tables, 0
            if elsewhere is not None and elsewhere.profile:
                tables, left_out = _without_pictures(tables)
            answer = had.answer
            self._add(line, Source.HUB, answer.version, answer.account, answer.collected_ms, tables, left_out)
        if account is not None and elsewhere is not None:
            await self._own(line, account, elsewhere)
        elif had.answer is None:
            self._add(line, Source.DESK, VERSION, None, self._opening.now_ms, [], 0)

    def files(self) -> list[File]:
        found = [
            File(f"{one.line.data_class}/{at:05}.json", one.line.data_class, canonical.encode(one))
            for at, one in enumerate(self._answers, 1)
        ]
        for data_class, more in (
            (Releasable.CONTENT_PROFILE, self._pictures),
            (Releasable.CONTENT_REPORTED, self._reported.all_files()),
        ):
            found += [File(f"{data_class}/{name}", data_class, content) for name, content in sorted(more.items())]
        return found

    def _account(self, had: _Had) -> str | None:
        """Whom the desk looks for. It may hold what was reported about an account of which the hub has nothing left."""
        line = had.line
        if had.answer is not None and had.answer.account is not None:
            return had.answer.account
        if line.kind == TargetKind.ACCOUNT:
            try:
                return parse_user_uri(line.value)
            except BadUri:
                return None
        if line.kind == TargetKind.MESSAGE and line.data_class is Releasable.CONTENT_REPORTED:
            message_id = _message_id(line.value)
            return None if message_id is None else store.sender_of(self._opening.db, message_id)
        return None

    def _apart_of(self, account: str) -> Apart:
        if account not in self._apart:
            self._apart[account] = apart(self._opening.db, account)
        return self._apart[account]

    async def _own(self, line: Line, account: str, elsewhere: Apart) -> None:
        """What the desk holds of this class itself."""
        whom = Whom((account,), user_label(parse_user_uri(account)).decode(), between_devices(account))
        names = Names(whom, self._order.key, named=False)  # an order names correspondents, and nobody who reported them
        period = _period(line)
        tables = _rows(self._opening.db, line.data_class, names, period, elsewhere)
        left_out = unproven = 0
        if line.data_class is Releasable.ACCOUNT_STATE:
            left_out = len(elsewhere.reports)
            tables = [*tables, *_became(self._opening.db, account, period)]
        if line.data_class is Releasable.CONTENT_PROFILE:
            table, pictures, left_out = copies.collect(
                self._opening, account, period, len(self._pictures) + 1, apart=elsewhere.profile
            )
            self._pictures.update(pictures)
            tables = [*tables, table]
        if line.data_class is Releasable.CONTENT_REPORTED and period is not None:
            only = line.value.lower() if line.kind == TargetKind.MESSAGE else None
            found, left_out, unproven = await self._reported.collect(account, names, period, elsewhere, only)
            tables = [*tables, *found]
        if tables:
            at_ms = self._opening.now_ms
            self._add(line, Source.DESK, VERSION, account, at_ms, tables, left_out, unproven)

    def _add(
        self,
        line: Line,
        source: Source,
        version: str,
        account: str | None,
        at_ms: int,
        tables: list[CollectedTable],
        left_out: int,
        unproven: int = 0,
    ) -> None:
        self._answers.append(Answer(line, source, version, account, at_ms, tables, left_out, unproven))


def inventory() -> Inventory:
    """What the desk keeps."""
    return Inventory.decode(files("privity.desk.db").joinpath("inventory.toml").read_bytes())


def _rows(
    db: Db, data_class: Releasable, names: Names, period: Period | None, elsewhere: Apart
) -> list[CollectedTable]:
    question = Reading(
        data_class=data_class, names=names, period=period, unless=elsewhere.unless(), resolve=lambda text: None
    )
    return list(collect(db, inventory(), question))


def _became(db: Db, account: str, period: Period | None) -> list[CollectedTable]:
    """What came of decisions and appeals, whose own rows name neither account nor address."""
    since_ms, until_ms = (0, MAX_COUNT) if period is None else (period.since_ms, period.until_ms)
    return [
        ANSWERS.table([[*row] for row in store.appeal_answers(db, account, since_ms, until_ms)]),
        EVENTS.table([[*row] for row in store.decision_events(db, account, since_ms, until_ms)]),
    ]


def _period(line: Line) -> Period | None:
    if line.since_ms is None or line.until_ms is None:
        if line.data_class in TIMED:
            raise HubMisbehaved("a class of what happened was answered without a period")
        return None
    return Period(line.since_ms, line.until_ms)


def _without_pictures(tables: Sequence[CollectedTable]) -> tuple[list[CollectedTable], int]:
    """A profile that goes by another channel keeps its words; how many pictures are not here."""
    found, left_out = [], 0
    for table in tables:
        at = [place for place, column in enumerate(table.columns) if (table.name, column.name) == ("profile", PICTURE)]
        rows = []
        for row in table.rows:
            left_out += sum(row[place] is not None for place in at)
            rows.append([None if place in at else value for place, value in enumerate(row)])
        found.append(msgspec.structs.replace(table, rows=rows))
    return found, left_out


def _message_id(text: str) -> bytes | None:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None
