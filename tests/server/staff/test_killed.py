# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of a hub while the desk's effects are on their way: each is done once, whatever was answered before."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from privity.desk.errors import HubUnreachable
from privity.desk.hub_client import HttpHub
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.mls.crypto import SigningKey, generate_signature_key
from privity.mls.suites import suite
from privity.server.init import write_fresh
from privity.wire.socket import Inbox, InboxKind, decode_from_hub
from privity.wire.staff import Effect, EffectDone, EffectOutcome, EffectParams, Verb
from tests.server.core.people import HOST, Person

PROVE_KILLS = int(os.environ.get("PRIVITY_PROVE_EFFECT_KILLS", "40"))
AT_ONCE = 6
"""Effects that are on their way when the hub dies."""
A_LIFE = 24
"""Effects that are asked for in one life of the hub, if it lasts."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class House:
    """A hub process, its desk's key, and one account."""

    def __init__(self, folder: Path) -> None:
        self.url = f"http://127.0.0.1:{(port := free_port())}"
        private, public = generate_signature_key(suite(1), secrets.token_bytes)
        section = write_fresh(folder, HOST, f"127.0.0.1:{port}").section.replace('"invite"', '"open"')
        config = folder / "privity.toml"
        config.write_text(f'{section}epoch_min_ms = 10\nstaff_public_key = "{public.hex()}"\n')
        self.key = SigningKey(suite(1), private)
        self.database = folder / "hub" / "hub.db"
        self.hub = Process("hub", privity("serve", "--config", str(config)), folder / "hub.log")

    def start(self) -> None:
        self.hub.start()
        wait_for_hub(self.url, self.hub)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as db:
            return db.execute(sql).fetchall()


async def test_each_effect_is_done_once_when_the_hub_dies(tmp_path: Path) -> None:
    await die_and_ask_again(House(tmp_path), kills=2)


@pytest.mark.prove
async def test_each_effect_is_done_once_however_often_the_hub_dies(tmp_path: Path) -> None:
    await die_and_ask_again(House(tmp_path), PROVE_KILLS)


async def die_and_ask_again(house: House, kills: int) -> None:
    person = Person("mallory")
    house.start()
    try:
        async with ClientSession() as http:
            desk = HttpHub(http, house.url, house.key, now_ms, secrets.token_bytes)
            async with http.post(f"{house.url}/v1/accounts", json=person.registration()) as response:
                assert response.status == 200, await response.text()
            effects = [_effect(person.user_uri, number) for number in range(kills * A_LIFE)]
            answered: dict[str, EffectOutcome] = {}
            cut_off = 0
            for round_ in range(kills):
                batch = effects[round_ * A_LIFE : (round_ + 1) * A_LIFE]
                cut_off += await _killed_amid(house, desk, batch, answered, after=1 + round_ % (A_LIFE // 2))
                house.start()
                kept = {row[0] for row in house.rows("SELECT id FROM staff_effect")}
                assert answered.keys() <= kept, "what was answered is on the disk"
            for effect in effects:
                done = await desk.effect(effect)
                assert done.outcome is not EffectOutcome.REFUSED, done
                if answered.get(effect.id) is EffectOutcome.APPLIED:
                    assert done.outcome is EffectOutcome.ALREADY
    finally:
        house.hub.kill()
    assert cut_off >= kills, "each kill found something on its way"
    warned = house.rows("SELECT decision FROM warning")
    assert len(warned) == len(effects) // 2
    frames = [decode_from_hub(row[0]) for row in house.rows("SELECT frame FROM inbox")]
    told = [frame.body for frame in frames if isinstance(frame, Inbox) and frame.kind is InboxKind.REPORT_OUTCOME]
    assert sorted(told) == sorted(effect.params.text.encode() for effect in effects if effect.verb is Verb.TELL)
    assert len(house.rows("SELECT id FROM staff_effect")) == len(effects)


def _effect(subject: str, number: int) -> Effect:
    told = EffectParams(text=f"line {number}") if number % 2 else EffectParams(decision=f"D-{number}")
    return Effect(secrets.token_hex(16), number + 1, Verb.TELL if number % 2 else Verb.WARN, subject, told)


async def _killed_amid(
    house: House, desk: HttpHub, batch: list[Effect], answered: dict[str, EffectOutcome], *, after: int
) -> int:
    """Ask for one after the other, several at a time, until the hub is killed after so many answers; how many askers
    were cut off."""
    waiting = iter(batch)
    heard: list[EffectDone] = []

    async def ask() -> int:
        for effect in waiting:
            try:
                done = await desk.effect(effect)
            except HubUnreachable:
                return 1
            answered[effect.id] = done.outcome
            heard.append(done)
            if len(heard) == after:
                house.hub.kill()
        return 0

    cut_off = sum(await asyncio.gather(*(ask() for _ in range(AT_ONCE))))
    assert not house.hub.running
    return cut_off
