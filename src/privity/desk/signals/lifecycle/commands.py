# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk rules`: what whoever owns the desk's machine does with rules about behaviour.

It is one person: that a rule acts takes another one, who is signed in on the desk's pages.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter
from cyclopts.validators import Number

from privity.desk.audit.beside import DEFAULT, Config, desk, named, now_ms
from privity.desk.signals import shipped as shipped_rules
from privity.desk.signals.language.errors import RuleError
from privity.desk.signals.lifecycle import election, keeping_in, service, shown
from privity.desk.signals.lifecycle.checked import acts, checked
from privity.desk.signals.lifecycle.errors import LifecycleError
from privity.desk.signals.lifecycle.model import DAY_MS, Version
from privity.desk.signals.taking import service as taking
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right

WHO: Final = Acting.command("rules", Right.SEE_RULES, Right.WRITE_RULES, Right.AGREE_RULES)

Numbered = Annotated[int, Parameter(help="As `privity desk rules list` says.", validator=Number(gte=1, lte=1 << 53))]
Words = Annotated[str, Parameter(name="--words", help="Why; it stands in the audit log.")]
RuleName = Annotated[str, Parameter(help="As it is written in the text.")]

app = App(
    name="rules",
    help="Rules about behaviour, from a draft until they act.\n\nExample: privity desk rules list",
    help_format="plaintext",
)


@app.command
def check(
    file: Annotated[Path | None, Parameter(help="A text of rules. Without it, those that come with the house.")] = None,
    /,
) -> None:
    """Say whether a text of rules is one, and what its rules do. Nothing is kept.

    Example: privity desk rules check my.rules
    """
    texts = shipped_rules.texts() if file is None else {file.name: _text(file)}
    for name, text in texts.items():
        try:
            rules = checked(text)
        except (RuleError, LifecycleError) as err:
            sys.exit(f"privity: {name}: {type(err).__name__}: {err}")
        for rule in rules.rules:
            follows = ", ".join(
                f"{effect.kind}({', '.join(str(value) for value in effect.given.values())})" for effect in rule.effects
            )
            takes = "two people" if acts(rule) else "one person"
            sys.stdout.write(f"{name}: {rule.name}  {follows}  [{takes}]  {rule.digest.hex()[:16]}\n")


@app.command
def draft(
    name: Annotated[str, Parameter(help="What the set is called; a newer version takes the place of the older.")],
    file: Annotated[
        Path | None, Parameter(help="A text of rules. Without it, the one of the house's of that name.")
    ] = None,
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Hand in a text as a new version.

    Example: privity desk rules draft contact
    """
    with named(), desk(config) as here:
        if file is None and name not in shipped_rules.NAMES:
            sys.exit(f"privity: the house has {', '.join(shipped_rules.NAMES)}; got {name}")
        text = shipped_rules.texts()[name] if file is None else _text(file)
        made = service.draft(here.db, WHO, name, text, now_ms())
    _say(made)
    if made.error:
        sys.exit(f"privity: {made.error}")


@app.command(name="list")
def listed(*, config: Config = DEFAULT) -> None:
    """List all versions, the newest first.

    Example: privity desk rules list
    """
    with named(), desk(config) as here:
        versions = service.listed(here.db, WHO)
    for version in versions:
        _say(version)
    if not versions:
        sys.stdout.write("no rules yet: privity desk rules draft NAME\n")


@app.command
def show(number: Numbered, /, *, config: Config = DEFAULT) -> None:
    """Show a version: what happened to it, what a look back found, its text.

    Example: privity desk rules show 3
    """
    with named(), desk(config) as here:
        version = service.version(here.db, WHO, number)
        test = service.newest_test(here.db, WHO, number)
        budgets = {} if version.error else keeping_in.budgets(here.db, WHO, number)
        pauses = keeping_in.paused(here.db, WHO, number)
    _say(version)
    for step in version.steps:
        sys.stdout.write(f"  {_when(step.at_ms)}  {step.stage.value:9} {step.who}  {step.words}\n")
    for rule, most in budgets.items():
        sys.stdout.write(f"  budget: {rule} on {most:,} accounts a day\n")
    for pause in pauses:
        sys.stdout.write(f"  paused: {pause.rule} since {_when(pause.at_ms)} by {pause.who}: {pause.words}\n")
    if test is not None:
        shown.test(test)
    sys.stdout.write(f"\n{version.text}")


@app.command
def backtest(
    number: Numbered,
    /,
    *,
    days: Annotated[int, Parameter(help="How far to look back.", validator=Number(gte=1, lte=30))] = 7,
    config: Config = DEFAULT,
) -> None:
    """Say what a version would have done to what the desk has kept of the last days.

    Example: privity desk rules backtest 3 --days 7
    """
    with named(), desk(config) as here:
        began_ms = now_ms()
        from_ms = began_ms - days * DAY_MS
        looking = service.begin_test(here.db, WHO, number, taking.since(here.db, from_ms), began_ms)
        shown.until_through(looking, from_ms, began_ms)
        test = service.keep_test(here.db, WHO, looking, now_ms())
        version = service.version(here.db, WHO, number)
        budgets = keeping_in.budgets(here.db, WHO, number)
    shown.test(test)
    shown.days(version, test, (), budgets, days, began_ms)


@app.command
def shadow(number: Numbered, /, *, config: Config = DEFAULT) -> None:
    """Ask it about every event from now on, and do nothing.

    Example: privity desk rules shadow 3
    """
    with named(), desk(config) as here:
        _say(service.shadow(here.db, WHO, number, now_ms()))


@app.command
def propose(number: Numbered, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Ask that a version acts; somebody else agrees on the desk's pages.

    Example: privity desk rules propose 3 --words "A week without an error"
    """
    with named(), desk(config) as here:
        _say(service.propose(here.db, WHO, number, words, now_ms()))


@app.command
def agree(number: Numbered, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Agree, as the second person, to what somebody asked for on the desk's pages.

    Example: privity desk rules agree 3 --words "I looked at the hits"
    """
    with named(), desk(config) as here:
        _say(service.agree(here.db, WHO, number, words, now_ms()))


@app.command
def withdraw(number: Numbered, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Take back that it was asked for, or disagree; it stays in shadow.

    Example: privity desk rules withdraw 3 --words "Too wide"
    """
    with named(), desk(config) as here:
        _say(service.withdraw(here.db, WHO, number, words, now_ms()))


@app.command
def end(number: Numbered, /, *, words: Words, config: Config = DEFAULT) -> None:
    """End a version, at once. What it did stays as it is, and ends by itself.

    Example: privity desk rules end 3 --words "A newer one is in its place"
    """
    with named(), desk(config) as here:
        _say(service.end(here.db, WHO, number, words, now_ms()))


@app.command
def budget(
    number: Numbered,
    rule: RuleName,
    most: Annotated[int, Parameter(help="Accounts a day.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Say on how many accounts a rule may act in a day.

    Example: privity desk rules budget 3 ContactUnwanted 20
    """
    with named(), desk(config) as here:
        keeping_in.set_budget(here.db, WHO, number, rule, most, now_ms())


@app.command
def pause(number: Numbered, rule: RuleName, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Stop one rule of a version, at once.

    Example: privity desk rules pause 3 ContactUnwanted --words "It errs"
    """
    with named(), desk(config) as here:
        keeping_in.pause(here.db, WHO, number, rule, words, now_ms())


@app.command
def resume(number: Numbered, rule: RuleName, /, *, words: Words, config: Config = DEFAULT) -> None:
    """Let a rule go on that was stopped or stopped by itself.

    Example: privity desk rules resume 3 ContactUnwanted --words "A fair"
    """
    with named(), desk(config) as here:
        keeping_in.resume(here.db, WHO, number, rule, words, now_ms())


@app.command
def stats(
    number: Numbered,
    /,
    *,
    days: Annotated[int, Parameter(help="How many.", validator=Number(gte=1, lte=30))] = 7,
    config: Config = DEFAULT,
) -> None:
    """Count for each rule and day for how many accounts it held, and what came of it.

    Example: privity desk rules stats 3 --days 14
    """
    with named(), desk(config) as here:
        version = service.version(here.db, WHO, number)
        at_ms = now_ms()
        rows = service.days(here.db, WHO, number, days, at_ms)
        budgets = {} if version.error else keeping_in.budgets(here.db, WHO, number)
    for row in rows:
        day = _when(row.day * DAY_MS)[:10]
        sys.stdout.write(
            f"{day}  {row.rule:24} held {row.hits:7,}  acted {row.acted:7,}  kept back {row.held_back:7,}\n"
        )
    if not rows:
        sys.stdout.write("no rule of it has held\n")
    shown.days(version, None, rows, budgets, days, at_ms)


elections = App(
    name="election",
    help="Election mode: friction comes earlier.\n\nExample: privity desk rules election show",
    help_format="plaintext",
)
app.command(elections)


@elections.command(name="show")
def election_show(*, config: Config = DEFAULT) -> None:
    """Say whether it is on, or waits for somebody.

    Example: privity desk rules election show
    """
    with named(), desk(config) as here:
        found = election.shown(here.db, WHO, now_ms())
    for word, one in (("on", found.on), ("waits for a second person", found.waiting)):
        if one is not None:
            sys.stdout.write(f"{one.number}  {word}, until {_when(one.until_ms)}: {one.words}\n")
    if found.on is None and found.waiting is None:
        sys.stdout.write("off\n")


@elections.command(name="ask")
def election_ask(
    *,
    days: Annotated[int, Parameter(help="For how long.", validator=Number(gte=1, lte=60))],
    words: Words,
    config: Config = DEFAULT,
) -> None:
    """Ask for it; somebody else agrees on the desk's pages.

    Example: privity desk rules election ask --days 20 --words "The vote"
    """
    with named(), desk(config) as here:
        until = datetime.now(UTC) + timedelta(days=days)
        number = election.ask(here.db, WHO, int(until.timestamp() * 1000), words, now_ms())
    sys.stdout.write(f"{number}  waits for a second person\n")


@elections.command(name="agree")
def election_agree(number: Numbered, /, *, config: Config = DEFAULT) -> None:
    """Agree to what somebody asked for on the desk's pages.

    Example: privity desk rules election agree 1
    """
    with named(), desk(config) as here:
        election.agree(here.db, WHO, number, now_ms())


@elections.command(name="end")
def election_end(number: Numbered, /, *, words: Words, config: Config = DEFAULT) -> None:
    """End it earlier, or before anybody agreed.

    Example: privity desk rules election end 1 --words "It is over"
    """
    with named(), desk(config) as here:
        election.end(here.db, WHO, number, words, now_ms())


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as err:
        sys.exit(f"privity: {file.name} cannot be read: {err}")


def _say(version: Version) -> None:
    takes = "two people" if version.restricts else "one person"
    since = _when(version.stage_ms)
    sys.stdout.write(f"{version.number:5}  {version.name:16} {version.stage.value:9} since {since}  {takes}\n")


def _when(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M}"
