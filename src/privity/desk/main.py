# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk as a process: `run(config_path)` takes reports from the hub until SIGTERM or SIGINT."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final

import aiohttp

from privity.desk import config as desk_config
from privity.desk.appeals.lodging import lodge
from privity.desk.audit import cosigning
from privity.desk.audit.cosigning import Cosigning
from privity.desk.audit.signing import Signing, keep_signed
from privity.desk.cases.gathering import Gathering
from privity.desk.clearinghouse.sending import send_all
from privity.desk.clearinghouse.setting import desk_of, outbox_of
from privity.desk.console.app import build_app, console_of
from privity.desk.console.legal_desk import LegalDesk, legal_desk_of
from privity.desk.console.referrals import Referrals
from privity.desk.console.serving import listening
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, DbError
from privity.desk.decisions.effects import Effects
from privity.desk.errors import StorageFailed
from privity.desk.hub_client import HttpHub
from privity.desk.intake.again import Again
from privity.desk.intake.key_log import KeyLog
from privity.desk.intake.loop import serve
from privity.desk.intake.queue import Intake
from privity.desk.intake.recording import Lodge
from privity.desk.keys import DeskKeys, open_keys
from privity.desk.legal.agencies.lapsing import Expiry
from privity.desk.legal.answers import handing as letters
from privity.desk.legal.collecting import running
from privity.desk.legal.collecting import service as collections
from privity.desk.legal.collecting.loop import Collecting
from privity.desk.legal.collecting.taking import CollectHub
from privity.desk.legal.kept import WithWhatWasKept
from privity.desk.legal.living import LOOK_S, Living
from privity.desk.legal.notices import lodging as objections
from privity.desk.legal.notices import sending as notices
from privity.desk.legal.notices import service as noticed
from privity.desk.legal.releasing import delivering
from privity.desk.legal.releasing import service as releases
from privity.desk.legal.releasing.loop import Releasing
from privity.desk.legal.releasing.stamping_client import StampingClient
from privity.desk.legal.requests import service as requests
from privity.desk.legal.snapshots import HubSnapshots
from privity.desk.legal.vault import preserving, sharing
from privity.desk.legal.vault.preserving import Preserving
from privity.desk.legal.vault.sharing import Forgetting
from privity.desk.log_lines import log_to_stderr
from privity.desk.matching.lists.changes import ListChanges
from privity.desk.matching.running import Index, Matching, index_folder
from privity.desk.retention import clock
from privity.desk.retention.errors import ClockDoubted
from privity.desk.retention.sweep import HOURLY_S, Retention
from privity.desk.signals import closed_accounts
from privity.desk.signals.coordination.batch import LOOK_S as LOOK_EVERY_S
from privity.desk.signals.coordination.batch import Coordination
from privity.desk.signals.coordination.slowing import by_the_ladder
from privity.desk.signals.joined import counting
from privity.desk.signals.ladder import tending
from privity.desk.signals.ladder.tending import Tending
from privity.desk.signals.lifecycle import election
from privity.desk.signals.lifecycle.running import Compiled
from privity.desk.signals.taking.reported import and_note
from privity.desk.signals.taking.service import Taking, acts_since
from privity.desk.signals.taking.service import after as observed_after
from privity.desk.together import together
from privity.message.appeal import About, Appeal
from privity.wire.staff import MAX_WAIT_S, RelayedReport
from privity.wire.structs import settle_structs

GARBAGE: Final = 200_000
"""Objects more than before, after which cycles are looked for: a few dozen megabytes at the most."""


def run(config_path: Path) -> None:
    """Serve until SIGTERM. Raises ConfigInvalid, KeysInvalid or Migration... at the start, StorageFailed any time."""
    log_to_stderr()
    try:
        asyncio.run(_run(desk_config.load(config_path)))
    except DbError as err:
        raise StorageFailed(
            f"desk.db cannot be used ({type(err).__name__}: {err}); free the disk or restore it, then start again"
        ) from err


async def _run(config: desk_config.DeskConfig) -> None:
    settle_structs()
    collect_rarely()
    keys = open_keys(config)
    db = open_database(config.database, keys)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        signing = Signing(db, config.audit_name, keys.audit, config.audit_checkpoint)
        signing.begin()
        async with AsyncExitStack() as open_here:
            session = await open_here.enter_async_context(aiohttp.ClientSession())
            hub = HttpHub(session, config.hub_url, keys.staff, now_ms, os.urandom)
            referring = desk_of(config.destinations, keys.evidence, os.urandom)
            key_log = KeyLog(db, config.log, now_ms)
            gather, lodging = Gathering(config.deadline_hours), _lodging(keys.evidence)
            noted, taking = and_note(gather), Taking(db, hub, now_ms, wait_s=MAX_WAIT_S, heard=closed_accounts.heard)
            legal = legal_desk_of(config, keys, signing.key, now_ms(), os.urandom)
            if config.listen is not None:
                console = console_of(
                    db,
                    keys,
                    config,
                    now_ms,
                    os.urandom,
                    referrals=Referrals(referring, hub.account),
                    profile=hub.profile,
                    again=Again(db, hub, keys, key_log, os.urandom, gather.again, lodging),
                    legal=legal,
                )
                await open_here.enter_async_context(listening(build_app(console), *config.listen))
            intake = Intake(db, hub, keys, key_log, now_ms, os.urandom, gather=noted, lodge=lodging, wait_s=MAX_WAIT_S)
            matching = Matching(
                db,
                hub,
                keys.evidence,
                config.matching,
                index_folder(config.matching, config.database),
                _open_index,
                partial(observed_after, db),
                now_ms,
                os.urandom,
            )
            open_here.callback(matching.close)
            await together(
                stop,
                serve(intake, config.poll_interval_s, stop),
                serve(taking, config.poll_interval_s, stop),
                serve(
                    Coordination(db, acts_since, election.on, by_the_ladder(os.urandom), now_ms, os.urandom),
                    LOOK_EVERY_S,
                    stop,
                ),
                serve(Effects(db, hub, now_ms), config.poll_interval_s, stop),
                serve(matching, config.poll_interval_s, stop),
                send_all(outbox_of(db, referring, config.destinations, session, now_ms), stop),
                serve(
                    Retention(db, config.periods, now_ms, lambda: hub.apart_ms, config.matching.matches_ms),
                    HOURLY_S,
                    stop,
                ),
                keep_signed(signing, stop),
                *_rules(config, db, taking, stop),
                *_cosigning(db, signing, session, config, stop),
                *_legal(db, hub, keys, legal, stop),
                *_releasing(db, legal, signing, session, stop),
            )
        signing.step()
    finally:
        db.close()


def _open_index(folder: Path, changes: ListChanges) -> Index:
    """With NumPy, which a desk without lists never loads."""
    from privity.desk.matching.index import index

    return index.Index.open(folder, changes)


def _rules(
    config: desk_config.DeskConfig, db: Db, taking: Taking, stop: asyncio.Event
) -> list[Coroutine[None, None, None]]:
    """What rules about behaviour do, and what ends of it."""
    compiled, believed = Compiled(), partial(clock.believed_ms, db)
    return [
        serve(counting(config.signals, db, taking, compiled, now_ms, believed, os.urandom), tending.PAUSE_S, stop),
        serve(Tending(db, now_ms, os.urandom, compiled), tending.PAUSE_S, stop),
    ]


def _cosigning(
    db: Db, signing: Signing, session: aiohttp.ClientSession, config: desk_config.DeskConfig, stop: asyncio.Event
) -> list[Coroutine[None, None, None]]:
    """Nothing where the configuration names no witness."""
    if not config.audit_witnesses:
        return []
    asking = Cosigning(db, signing, session, config.audit_witnesses, config.audit_cosigned, now_ms)
    return [serve(asking, cosigning.PAUSE_S, stop)]


def _legal(
    db: Db, hub: HttpHub, keys: DeskKeys, legal: LegalDesk | None, stop: asyncio.Event
) -> list[Coroutine[None, None, None]]:
    """Nothing where the configuration says nothing of legal requests."""
    if legal is None:
        return []
    rules, custody, shares = legal.rules, legal.custody, legal.shares
    running.begin(db, now_ms())
    snapshots = HubSnapshots(db, hub, now_ms, os.urandom)

    def believed(at_ms: int) -> bool:
        try:
            clock.look(db, at_ms, hub.apart_ms)
        except ClockDoubted:
            return False
        return True

    def lapse(db: Db, at_ms: int) -> None:
        Expiry(db, lambda: at_ms).step()

    def tell(db: Db, at_ms: int) -> None:
        notices.step(db, legal.telling, at_ms)

    def end(db: Db, at_ms: int) -> None:
        requests.step(db, at_ms, (collections.purge, noticed.purge, delivering.purge, letters.purge))

    def leave(db: Db, at_ms: int) -> None:
        releases.step(db, legal.office, at_ms)
        delivering.step(db, at_ms)

    def with_kept(number: int, hub: CollectHub) -> CollectHub:
        return WithWhatWasKept(db, custody, hub, number, now_ms, shares)

    keeping = Preserving(db, custody, rules.rulebook, snapshots, now_ms, os.urandom)
    return [
        serve(Living(db, now_ms, believed, (lapse, end, tell, leave)), LOOK_S, stop),
        serve(keeping, preserving.PAUSE_S, stop),
        serve(Forgetting(db, shares, now_ms), sharing.LOOK_S, stop),
        serve(Collecting(db, hub, keys.evidence, now_ms, os.urandom, with_kept), LOOK_S, stop),
    ]


def _releasing(
    db: Db,
    legal: LegalDesk | None,
    signing: Signing,
    session: aiohttp.ClientSession,
    stop: asyncio.Event,
) -> list[Coroutine[None, None, None]]:
    """Nothing where the configuration says nothing of releases, or there are no pages on which people approve them."""
    if legal is None or legal.office is None:
        return []
    office = legal.office
    stamping = StampingClient(session, office.stamping_url)
    return [serve(Releasing(db, office, signing, stamping, now_ms), LOOK_S, stop)]


def _lodging(evidence_key: bytes) -> Lodge:
    def take(db: Db, appeal: Appeal, relayed: RelayedReport, at_ms: int) -> None:
        take_in = objections.lodge if appeal.about is About.OBJECTION else lodge
        take_in(db, evidence_key, os.urandom, appeal, relayed, at_ms)

    return take


def collect_rarely() -> None:
    """A page of reports makes tens of thousands of objects that are freed without a search for cycles: searching with
    every few hundred of them would take a tenth of the intake's time."""
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 50)


def now_ms() -> int:
    return time.time_ns() // 1_000_000
