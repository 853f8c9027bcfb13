# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity serve`, and what the hub's operator does beside it: `invite`, `reset-code`, `restored`, `continue-log`.

They live here and not with the other commands, so that the running process holds nothing of those.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich import progress
from rich.console import Console

from privity.server import init, main
from privity.server.errors import HubError
from privity.server.keylog.continuing import Continued
from privity.server.keylog.regained import Told
from privity.wire.errors import Refusal

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
DEFAULT = Path("privity.toml")


def serve(
    *,
    config: Config = DEFAULT,
    workers: Annotated[int, Parameter(help="Processes on this machine; more than one needs store and bus.")] = 1,
) -> None:
    """Run the hub until stopped.

    On PostgreSQL and NATS it may have several workers, on several machines too:
    run the same command with --workers on each of them.

    Example: privity serve --config home/privity.toml
    """
    try:
        if workers != 1:
            sys.exit(main.run_workers(config, workers))
        main.run(config)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")


def invite(*, config: Config = DEFAULT) -> None:
    """Make one more invite, also while the hub runs.

    Example: privity invite --config home/privity.toml
    """
    try:
        made = init.new_invite(config)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    sys.stdout.write(f"{made.code}\n")
    sys.stderr.write(f"one account, until {_day(made.expires_ms)}\n")


def reset_code(
    handle: Annotated[str, Parameter(help="The account whose person you have recognised.")],
    /,
    *,
    config: Config = DEFAULT,
) -> None:
    """Make a code for somebody who lost all devices and the recovery phrase, also while the hub runs.

    The reset waits for 72 hours, and any old device can cancel it meanwhile.
    Everybody who knows the account is told.

    Example: privity reset-code alice.b --config home/privity.toml
    """
    try:
        made = init.new_reset_code(config, handle)
    except HubError as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    sys.stdout.write(f"{made.code}\n")
    sys.stderr.write(f"one reset of {handle}, until {_day(made.expires_ms)}\n")


def continue_log(*, config: Config = DEFAULT) -> None:
    """Let the key log go on after its database was lost, or is an old backup.

    Run it while the hub is stopped. What was published since the backup is taken back from the witnesses that audit,
    and audited once more before anything is written.

    Example: privity continue-log --config home/privity.toml
    """
    try:
        with _shown() as told:
            done = main.continue_log(config, told)
    except (HubError, Refusal, OSError) as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    sys.stdout.write(f"{_said(done)}\n")
    sys.stderr.write(f"next: privity serve --config {shlex.quote(str(config))}\n")


def restored(*, config: Config = DEFAULT) -> None:
    """Go on after the hub's database was put back from a copy.

    Run it while the hub is stopped. Where witnesses have seen more of the key log
    than the copy has, it is taken back first, as by `privity continue-log`.
    Conversations go on behind a mark, and devices tell their people that messages
    since the copy may be missing.

    Example: privity restored --config home/privity.toml
    """
    try:
        with _shown() as told:
            done, anew = main.restored(config, told)
    except (HubError, Refusal, OSError) as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    log = "nobody has seen this hub's key log" if done is None else _said(done)
    knows = ""
    if anew.copied_ms:
        knows = f"; the copy ends at {datetime.fromtimestamp(anew.copied_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
    sys.stdout.write(f"{log}\n{_counted(anew.rooms, 'conversation')} marked{knows}\n")
    sys.stderr.write(f"next: privity serve --config {shlex.quote(str(config))}\n")


def _said(done: Continued) -> str:
    if not done.epochs:
        return f"nothing to take back: the database has all {done.size} entries that anybody has seen"
    said = f"{_counted(done.epochs, 'epoch')} taken back, {_counted(done.lost, 'leaf', 'leaves')} whose values are lost"
    if done.published:
        said += f", {_counted(done.published, 'value')} out of the queue"
    return f"{said}; the devices of their owners bring them back by themselves" if done.lost else said


def _counted(number: int, one: str, more: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


@contextmanager
def _shown() -> Iterator[Told]:
    """A bar on a terminal, gone when it is done; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("asking the witnesses", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)


def _day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"
