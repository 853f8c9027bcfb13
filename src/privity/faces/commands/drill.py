# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity drill ghost`: a hub that turns on its people, attack by attack, and who notices."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from privity.faces.commands.known import check_known
from privity.faces.demo.steps import CheckFailed
from privity.faces.drill.attack import NAMED, Attack
from privity.faces.drill.attacks import ATTACKS
from privity.faces.drill.launch import BREAKS, without
from privity.faces.drill.showing import Telling
from privity.faces.drill.stage import Stage

LIMIT_S, BROKEN_LIMIT_S = 180.0, 40.0
"""An attack takes a few seconds, the days that pass in it included."""

app = App(
    name="drill",
    help="Play what nobody hopes for, with real processes and invented people, and see what holds.\n\n"
    "Example: privity drill ghost",
    help_format="plaintext",
)
app.command(
    "privity.faces.commands.drill_legal:legal",
    name="legal",
    help="Twelve requests of invented authorities at a real hub and desk, and what leaves the house."
    " At most a minute.\n\nExample: privity drill legal --only warrant --only gag",
)


@app.command
def ghost(
    *,
    only: Annotated[
        tuple[str, ...],
        Parameter(help="One attack, by name; may be given again. `list` names them.", negative="", show_default=False),
    ] = (),
    broken: Annotated[
        tuple[str, ...],
        Parameter(
            name="--break", help="Run with one defence disabled; `list` names them.", negative="", show_default=False
        ),
    ] = (),
    keep: Annotated[
        bool,
        Parameter(help="Leave hub and witnesses running and say where they lie.", negative="", show_default=False),
    ] = False,
) -> None:
    """Run a real hub, three real witnesses and people; then the hub turns malicious. At most a minute.

    Example: privity drill ghost --only fork --only rollback
    """
    if "list" in only:
        for attack in ATTACKS:
            print(f"{attack.name:20} {attack.tries}")
        return
    if "list" in broken:
        for name, one in BREAKS.items():
            print(f"{name:20} {one.what}; the attack {one.check!r} must succeed")
        return
    check_known(only, [attack.name for attack in ATTACKS], "attack", "drill ghost --only list")
    check_known(broken, list(BREAKS), "defence", "drill ghost --break list")
    chosen = [attack for attack in ATTACKS if not only or attack.name in only]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # no process may outlive the drill
    telling = Telling(Console())
    asyncio.run(_run(chosen, broken, telling, keep=keep))
    telling.end(len(chosen))
    if telling.passed < len(chosen):
        sys.exit(1)


async def _run(chosen: Sequence[Attack], broken: Sequence[str], telling: Telling, *, keep: bool) -> None:
    folder = Path(tempfile.mkdtemp(prefix="privity-drill-"))
    stage: Stage | None = None
    try:
        with telling.console.status("a hub and three witnesses start"):
            stage = await Stage.build(folder, broken)
        for attack in chosen:
            await _play(stage, attack, broken, telling)
    except CheckFailed as err:  # the stage itself: no attack was tried
        telling.failures.append(err)
    finally:
        if stage is not None:
            await stage.close()
        if stage is not None and keep:
            _tell_what_is_kept(stage, telling.console)
        else:
            if stage is not None:
                await asyncio.to_thread(stage.installation.stop)
            shutil.rmtree(folder, ignore_errors=True)


async def _play(stage: Stage, attack: Attack, broken: Sequence[str], telling: Telling) -> None:
    """One attack, with fresh people, without the defences of it that were named."""
    began, limit_s = time.monotonic(), BROKEN_LIMIT_S if broken else LIMIT_S
    try:
        with (
            telling.console.status(attack.tries),
            without(name for name in broken if BREAKS[name].check == attack.name),
        ):
            async with asyncio.timeout(limit_s):
                found = await attack.play(stage)
    except TimeoutError:
        endless = CheckFailed(attack.name, f"nobody noticed anything within {limit_s:g} s")
        telling.failed(endless, attack, time.monotonic() - began)
    except CheckFailed as err:
        telling.failed(CheckFailed(attack.name, str(err)), attack, time.monotonic() - began)
    except NAMED as err:
        wrong = CheckFailed(attack.name, f"a device refused what it should do: {type(err).__name__}: {err}")
        telling.failed(wrong, attack, time.monotonic() - began)
    else:
        telling.noticed(attack, found, stage.names, time.monotonic() - began)
    finally:
        await stage.leave()


def _tell_what_is_kept(stage: Stage, console: Console) -> None:
    home = stage.installation
    pids = " ".join(str(process.pid) for process in (home.hub, *(each.process for each in home.witnesses)))
    for line in (
        f"kept: {stage.folder}",
        f"hub {home.url} with its data in {home.data}",
        *(f"witness {each.name} {each.url} with its state in {each.folder}" for each in home.witnesses),
        "nothing new is published there: the auditors looked at the hub over the drill's wire, which is gone",
        f"stop and remove: kill {pids}; rm -r {stage.folder}",
    ):
        console.print(line, highlight=False, soft_wrap=True)
