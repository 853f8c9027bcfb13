# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk resend`: tells a hub that was restored from a copy what the desk has decided since."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import Annotated

import aiohttp
from cyclopts import Parameter
from rich.console import Console
from rich.progress import Progress

from privity.desk import config as desk_config
from privity.desk.audit.beside import DEFAULT, Config, desk, named, now_ms
from privity.desk.decisions.resending import Outcome, Resending, Resent
from privity.desk.hub_client import HttpHub
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.mls.crypto import SigningKey

WORDS = {
    Outcome.DONE: "done anew",
    Outcome.THERE: "was there",
    Outcome.REFUSED: "refused, and asked anew: see Needs somebody on the desk's pages",
    Outcome.OVER: "not sent: undone since, or over",
    Outcome.LATER: "without an answer that counts: run this again",
}


def resend(
    *,
    since: Annotated[
        datetime, Parameter(help="From when on, in UTC: when the copy was made that the hub went back to.")
    ],
    dry_run: Annotated[
        bool, Parameter(help="Say what would be sent, and send nothing.", negative="", show_default=False)
    ] = False,
    config: Config = DEFAULT,
) -> None:
    """Send to the hub again what it had done for the desk, after it was restored.

    Each thing is done once: what the hub still knows, it leaves as it is.

    Example: privity desk resend --since 2026-11-25T03:00:00 --dry-run
    """
    with named(), desk(config) as beside:
        loaded = desk_config.load(config)
        since_ms = int((since if since.tzinfo else since.replace(tzinfo=UTC)).timestamp() * 1000)
        acting = Acting.command("resend", Right.DECIDE)
        resending = Resending(beside.db, acting, since_ms, now_ms, os.urandom)
        if dry_run:
            _show_plan(resending)
            return
        done = asyncio.run(_run(resending, loaded, beside.keys.staff))
    for outcome, words in WORDS.items():
        if done.counts[outcome]:
            sys.stdout.write(f"{done.counts[outcome]:8,}  {words}\n")
    if not done.counts and not done.left:
        sys.stdout.write("nothing was done since then\n")
    if done.stopped is not None:
        sys.exit(f"privity: {type(done.stopped).__name__}: {done.stopped}; {done.left:,} are left: run this again")
    if done.counts[Outcome.LATER]:
        sys.exit(1)


def _show_plan(resending: Resending) -> None:
    planned = resending.planned()
    for one, goes in planned:
        made = datetime.fromtimestamp(one.made_ms / 1000, UTC)
        decision = "" if one.decision is None else f"  decision {one.decision}"
        said = "" if goes else "  not sent: undone since, or over"
        sys.stdout.write(
            f"{one.number:8}  {made:%Y-%m-%d %H:%M}  {one.effect.verb.value:14}  {one.effect.subject}{decision}{said}\n"
        )
    sys.stderr.write(f"{sum(goes for _, goes in planned):,} of {len(planned):,} would be sent\n")


async def _run(resending: Resending, loaded: desk_config.DeskConfig, staff_key: SigningKey) -> Resent:
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("sending again", total=resending.total)
        async with aiohttp.ClientSession() as session:
            hub = HttpHub(session, loaded.hub_url, staff_key, now_ms, os.urandom)
            return await resending.run(hub, lambda: bar.advance(task))
