# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk lists`: hash lists, as the owner of the machine keeps them. No hash is ever written out."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import Progress

from privity.desk.audit import beside
from privity.desk.audit.beside import DEFAULT, Beside, Config, now_ms
from privity.desk.db.transaction import Db
from privity.desk.matching import judging
from privity.desk.matching.errors import WrongSource
from privity.desk.matching.exchanges import opening, pulling
from privity.desk.matching.exchanges.library import client_of
from privity.desk.matching.importing.files import import_file, look
from privity.desk.matching.lists import service
from privity.desk.matching.lists.model import FILE, Category, HashList
from privity.desk.matching.looking import agreeing, ending
from privity.desk.matching.searching import search as search_lists
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

Name = Annotated[str, Parameter(help="Of the list.")]
Words = Annotated[str, Parameter(name="--words", help="Why; it stands in the audit log.")]

app = App(
    name="lists",
    usage="Usage: privity desk lists COMMAND [OPTIONS]",
    help="Keep lists of hashes of what is known.\n\nExample: privity desk lists show",
    help_format="plaintext",
)


@app.command
def add(
    name: Name,
    category: Annotated[Category, Parameter(help="What it holds: what follows from a match rests on it.")],
    /,
    *,
    exchange: Annotated[str, Parameter(help="Its exchange: threatexchange, ncmec, stopncii, tat.")] = FILE,
    set_: Annotated[list[str] | None, Parameter(name="--set", help="KEY=VALUE that the exchange is told.")] = None,
    seen_by_people: Annotated[
        bool, Parameter(help="People have seen all that is on it.", negative="", show_default=False)
    ] = False,
    config: Config = DEFAULT,
) -> None:
    """Add a list, empty at first: for files, or of an exchange.

    Example: privity desk lists add ncii ncii --exchange stopncii
    """
    settings = dict(text.partition("=")[::2] for text in set_ or ())
    with _here("lists", config) as here:
        if exchange != FILE:
            client_of(exchange)
        acting = _may()
        service.add(here.db, acting, name, exchange, category, settings, trusted=seen_by_people, now_ms=now_ms())
        watched = agreeing.can_act(service.named(here.db, name))
    sys.stdout.write(f"list {name} added; it is empty\n")
    if watched:
        sys.stdout.write(f"it is only watched until two people agree: privity desk lists ask {name} --words WHY\n")


@app.command(name="import")
def import_(
    name: Name,
    file: Annotated[Path, Parameter(help="CSV with a head, or one JSON object on each line (.jsonl).")],
    /,
    *,
    replace: Annotated[
        bool, Parameter(help="The file is all of the list: the rest goes.", negative="", show_default=False)
    ] = False,
    dry_run: Annotated[bool, Parameter(help="Read it and change nothing.", negative="", show_default=False)] = False,
    config: Config = DEFAULT,
) -> None:
    """Put a file into a list: all of it, or nothing where a line is wrong.

    Example: privity desk lists import own hashes.csv --replace
    """
    with _here("lists", config) as here, _bar("reading") as bar:

        def told(done: int, total: int) -> None:
            bar.update(bar.task_ids[0], completed=done, total=total)

        if dry_run:
            service.named(here.db, name)
            found = look(file, told)
            said = ", ".join(f"{count} {kind.value}" for kind, count in found.entries.items())
            sys.stdout.write(f"{file.name}: {said}; nothing was changed\n")
            return
        changed = import_file(here.db, _may(), name, file, replace=replace, now_ms=now_ms, random=os.urandom, told=told)
        watched = agreeing.can_act(service.named(here.db, name))
    sys.stdout.write(f"version {changed.version}: {changed.added} came, {changed.removed} went\n")
    if watched and (changed.added or changed.anew):
        sys.stdout.write(
            f"what came is only watched until two people agree: privity desk lists ask {name} --words WHY\n"
        )


@app.command
def pull(names: Annotated[list[str] | None, Parameter(help="Of lists; without them all of exchanges.")] = None,
    /, *, config: Config = DEFAULT) -> None:  # fmt: skip
    """Bring lists up to date from their exchanges, and tell those what people found. Run it every few hours.

    Example: privity desk lists pull
    """
    with _here("lists", config) as here, _bar("pulling") as bar:
        wanted = names or [one.name for one in service.lists(here.db) if one.source != FILE]
        for name in wanted:
            found = service.named(here.db, name)
            if found.source == FILE:
                raise WrongSource(f"list {name} is made of files; there is nobody to ask for it")
            exchange = opening.opened(found.source, found.name, found.settings)

            def told(count: int) -> None:
                bar.update(bar.task_ids[0], completed=count)

            pulled = pulling.pull(here.db, _may(), name, exchange, now_ms=now_ms, random=os.urandom, told=told)
            sys.stdout.write(
                f"{name}: version {pulled.version}, {pulled.added} came, {pulled.removed} went,"
                f" {pulled.left_out} of other kinds, {pulled.votes} votes told\n"
            )
    if not wanted:
        sys.stdout.write("no list is of an exchange\n")


@app.command
def show(*, config: Config = DEFAULT) -> None:
    """List the lists, how many entries they have, and the newest matches.

    Example: privity desk lists show
    """
    with _here("lists", config) as here:
        found = service.lists(here.db)
        for one in found:
            kinds = ", ".join(f"{count} {kind.value}" for kind, count in service.counts(here.db, one.number).items())
            sys.stdout.write(f"{one.name}  {one.category.value}  {one.source}  {_state(one)}  {kinds or 'empty'}\n")
            for line in _agreed(here.db, one):
                sys.stdout.write(f"  {line}\n")
        for match in judging.matches(here.db, Acting.command("lists", Right.SEE_CASE), 20):
            case = f"case {match.case}" if match.case is not None else "no case"
            sys.stdout.write(
                f"match {match.number}  {_day(match.at_ms)}  {match.surface.value}  {match.kind.value}"
                f" {match.distance}  {match.action.value}: {match.because}  {case}\n"
            )
    if not found:
        sys.stdout.write("no lists\n")


@app.command
def search(
    file: Annotated[Path, Parameter(help="A picture or a film; it is opened by a child that can do nothing else.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Say which lists a file is on. Nothing follows from it, and nothing is kept.

    Example: privity desk lists search picture.jpg
    """
    with _here("lists", config) as here:
        lines = asyncio.run(search_lists(here.db, file.read_bytes(), now_ms()))
    for line in lines or ("on no list",):
        sys.stdout.write(line + "\n")


@app.command
def feedback(
    match: Annotated[int, Parameter(help="The number of a match.", validator=Number(gte=1, lte=1 << 53))],
    said: Annotated[Literal["right", "wrong"], Parameter(help="Whether it is what the list says.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Say whether a match was right. From an entry that is found wrong nothing follows; its exchange is told.

    Example: privity desk lists feedback 12 wrong
    """
    with _here("lists", config) as here:
        acting = Acting.command("lists", Right.DECIDE)
        judging.judge(here.db, acting, match, right=said == "right", now_ms=now_ms())
    sys.stdout.write(f"match {match} is {said}\n")


@app.command
def ask(name: Name, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Ask that something is hidden by a list, as it is now; somebody else agrees on the desk's pages.

    Example: privity desk lists ask known --words "Their list, from them"
    """
    with _here("lists", config) as here:
        asked = agreeing.ask(here.db, _may(), name, words, now_ms())
    sys.stdout.write(f"agreement {asked.number}: version {asked.version} waits for a second person\n")


@app.command
def agree(
    number: Annotated[int, Parameter(help="Of the agreement, as show says.", validator=Number(gte=1, lte=1 << 53))],
    /,
    *,
    words: Words,
    config: Config = DEFAULT,
) -> None:
    """Agree, as the second person, to what somebody asked for on the desk's pages.

    Example: privity desk lists agree 3 --words "I spoke with them"
    """
    with _here("lists", config) as here:
        agreed = agreeing.agree(here.db, Acting.command("lists", Right.AGREE_LISTS), number, words, now_ms())
        name = service.numbered(here.db, agreed.list).name
    sys.stdout.write(f"list {name} acts, up to version {agreed.version}\n")


@app.command
def end(name: Name, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Let nothing be hidden by a list any more, at once: it is only watched.

    Example: privity desk lists end known --words "It errs"
    """
    with _here("lists", config) as here:
        agreeing.end(here.db, _may(), name, words, now_ms())
    sys.stdout.write(f"list {name} is only watched\n")


@app.command
def resume(name: Name, /, *, config: Config = DEFAULT) -> None:
    """Let follow again what follows from a list that paused itself.

    Example: privity desk lists resume ncii
    """
    with _here("lists", config) as here:
        service.resume(here.db, _may(), name, now_ms())
    sys.stdout.write(f"list {name} is resumed\n")


@app.command
def remove(name: Name, /, *, config: Config = DEFAULT) -> None:
    """Take a list out, with all that is on it.

    Example: privity desk lists remove own
    """
    with _here("lists", config) as here:
        removed = ending.remove(here.db, _may(), name, now_ms())
    sys.stdout.write(f"list {name} is gone, and {removed} entries with it\n")


def _may() -> Acting:
    return Acting.command("lists", Right.MANAGE_LISTS)


def _agreed(db: Db, one: HashList) -> list[str]:
    """Whether it acts, and what waits for a second person."""
    if not agreeing.can_act(one):
        return []
    found = agreeing.standing(db, Acting.command("lists", Right.SEE_CASE), one.number)
    lines = []
    if found.in_force is not None:
        now = found.in_force
        what = f"version {now.version}" if one.source == FILE else f"what {one.source} says"
        lines.append(f"acts: {what}, asked for by {now.asked_by}, agreed to by {now.agreed_by}")
    if found.watched:
        lines.append(f"only watched: {found.watched} entries")
    if found.waiting is not None:
        lines.append(f"agreement {found.waiting.number} waits for a second person: version {found.waiting.version}")
    return lines


def _state(one: HashList) -> str:
    if one.paused_why is not None:
        return f"version {one.version}, PAUSED: {one.paused_why}"
    stale = ", STALE" if one.stale(now_ms()) else ""
    fetched = "" if one.fetched_ms is None else f" of {_day(one.fetched_ms)}"
    return f"version {one.version}{fetched}{stale}"


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"


@contextmanager
def _here(name: str, config: Path) -> Iterator[Beside]:
    with beside.named(), beside.desk(config) as here:
        yield here


@contextmanager
def _bar(what: str) -> Iterator[Progress]:
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        bar.add_task(what, total=None)
        yield bar
