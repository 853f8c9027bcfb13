# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub whose database was put back from a copy learns again what was decided since; one that was not, nothing new."""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.commands import app
from privity.desk.decisions import service as decisions
from privity.desk.decisions.actions import Action
from privity.desk.decisions.effects import Effects
from privity.desk.decisions.errors import TimeRefused
from privity.desk.decisions.outbox import EffectState
from privity.desk.decisions.resending import Outcome, Resending
from privity.desk.errors import HubMisbehaved, HubUnreachable
from privity.desk.hub_client import HttpHub
from privity.desk.intake.findings import Level
from privity.desk.limits import MAX_RESEND_MS
from privity.desk.main import now_ms
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right
from privity.faces.demo.processes import Process, free_port, privity, wait_for_hub
from privity.server.init import write_fresh
from privity.wire.errors import Code, Refusal
from privity.wire.staff import Effect, EffectDone, Verb
from tests.desk.fake_effects import EffectsAtHub
from tests.desk.house import MODERATOR, SENIOR, House
from tests.server.core.people import HOST, Person

OWNER = Acting.command("resend", Right.DECIDE)
PATIENCE_S = 60
PROVE_KILLS = int(os.environ.get("PRIVITY_PROVE_RESEND_KILLS", "10"))


def resending(house: House, since_ms: int, acting: Acting = OWNER) -> Resending:
    return Resending(house.db, acting, since_ms, lambda: house.clock, house.random)


async def sent(house: House, hub: EffectsAtHub) -> None:
    effects = Effects(house.db, hub, lambda: house.clock)
    while await effects.step():
        pass


# A real hub, as its own process.


@dataclass
class RealHub:
    """A hub that knows this desk, its database on the disk, and copies of it."""

    house: House
    folder: Path
    process: Process
    url: str
    http: ClientSession

    @property
    def desk(self) -> HttpHub:
        return HttpHub(self.http, self.url, self.house.keys.staff, now_ms, secrets.token_bytes)

    def start(self) -> None:
        self.process.start()
        wait_for_hub(self.url, self.process)

    async def join(self, handle: str) -> str:
        person = Person(handle)
        async with self.http.post(f"{self.url}/v1/accounts", json=person.registration()) as response:
            assert response.status == 200, await response.text()
        return person.user_uri

    async def settle(self) -> None:
        """Everything that waits is done by the hub."""
        effects = Effects(self.house.db, self.desk, lambda: self.house.clock)
        while await effects.step():
            pass
        assert {one.state for one in self.house.effects()} == {EffectState.APPLIED}

    def copy(self, name: str) -> Path:
        with closing(sqlite3.connect(self._database)) as db, closing(sqlite3.connect(self.folder / name)) as to:
            db.backup(to)
        return self.folder / name

    def put_back(self, copy: Path) -> None:
        """As an operator restores: the process is stopped, and the file is another one."""
        self.process.stop()
        for each in self._database.parent.glob("hub.db*"):
            each.unlink()
        self._database.write_bytes(copy.read_bytes())
        self.start()

    def stands(self) -> dict[str, list[tuple[Any, ...]]]:
        """What the hub holds of what was decided, but for the times at which it was asked."""
        asked = {
            "restriction": "SELECT subject, what, decision, until_ms FROM restriction ORDER BY 1, 2, 3",
            "warning": "SELECT user_uri, decision FROM warning ORDER BY 1, 2",
            "statement": "SELECT user_uri, effect, statement FROM statement ORDER BY 1, 2",
        }
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db:
            return {table: db.execute(sql).fetchall() for table, sql in asked.items()}

    def inbox(self) -> int:
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM inbox").fetchone()[0])

    @property
    def _database(self) -> Path:
        return self.folder / "hub" / "hub.db"


@pytest.fixture
async def real(house: House, tmp_path: Path) -> AsyncIterator[RealHub]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    url = f"http://127.0.0.1:{(port := free_port())}"
    section = write_fresh(folder, HOST, f"127.0.0.1:{port}").section.replace('"invite"', '"open"')
    config = folder / "privity.toml"
    config.write_text(f'{section}staff_public_key = "{house.keys.staff.public_key().hex()}"\n')
    (tmp_path / "privity.toml").write_text(f'[desk]\nhub_url = "{url}"\n')
    process = Process("hub", privity("serve", "--config", str(config)), folder / "hub.log")
    house.clock = now_ms() - 600_000
    async with ClientSession(
        connector=TCPConnector(force_close=True)
    ) as http:  # the hub is another one after a restart
        hub = RealHub(house, folder, process, url, http)
        hub.start()
        try:
            yield hub
        finally:
            process.kill()


async def a_busy_week(house: House, real: RealHub) -> tuple[Path, int]:
    """Decisions before a copy of the hub's database and after it; the copy, and when it was made."""
    anna, ben, cleo, dora, emil, rita = [
        await real.join(name) for name in ("anna", "ben", "cleo", "dora", "emil", "rita")
    ]
    before = house.decide(house.case(ben, Level.HUB, reporter=rita))
    await real.settle()
    house.clock += 1000
    copy, at_ms = real.copy("copy.db"), house.clock
    house.decide(house.case(anna, Level.HUB, reporter=rita), Action.LIMIT)
    house.decide(house.case(emil, Level.HUB, reporter=rita), Action.WARN)
    house.undo(before)
    house.confirm(house.decide(house.case(cleo, Level.AUTHORSHIP, reporter=rita), Action.BAN))
    undone = house.confirm(house.decide(house.case(dora, Level.AUTHORSHIP, reporter=rita), Action.BAN))
    await real.settle()
    house.undo(undone)
    await real.settle()
    return copy, at_ms


async def test_an_intact_hub_stays_as_it_is_and_a_restored_one_learns_again_what_is_in_force(
    house: House, real: RealHub
) -> None:
    copy, at_ms = await a_busy_week(house, real)
    stood, told, effects = real.stands(), real.inbox(), house.effects()
    done = await resending(house, at_ms - 1_000_000).run(real.desk, lambda: None)
    assert set(done.counts) == {Outcome.THERE, Outcome.OVER} and done.left == 0
    assert (real.stands(), real.inbox(), house.effects()) == (stood, told, effects)

    real.put_back(copy)
    assert real.stands() != stood
    done = await resending(house, at_ms).run(real.desk, lambda: None)
    assert (done.left, done.stopped) == (0, None)
    assert real.stands() == stood
    assert done.counts[Outcome.OVER] == 1, "the ban that was undone since"
    assert done.counts[Outcome.DONE] > 8 and not done.counts[Outcome.REFUSED]
    begun, ended = house.acts(Act.RESEND_BEGUN, Act.RESEND_ENDED)[-2:]
    assert (begun.who, begun.said) == ("command:resend", {"since_ms": at_ms, "effects": done.counts.total()})
    assert ended.said == {
        "since_ms": at_ms,
        "left": 0,
        "done": done.counts[Outcome.DONE],
        "there": done.counts[Outcome.THERE],
        "refused": 0,
        "over": 1,
        "later": 0,
    }

    told = real.inbox()
    again = await resending(house, at_ms).run(real.desk, lambda: None)
    assert set(again.counts) == {Outcome.THERE, Outcome.OVER}
    assert (real.stands(), real.inbox()) == (stood, told)


async def test_killed_in_the_middle_and_run_again_it_is_whole(house: House, real: RealHub, tmp_path: Path) -> None:
    """kill -9 of the command while the hub works on its requests."""
    await cut_off(house, real, tmp_path, ["command"])


@pytest.mark.prove
async def test_command_and_hub_are_killed_again_and_again(house: House, real: RealHub, tmp_path: Path) -> None:
    await cut_off(house, real, tmp_path, ["command", "hub"] * PROVE_KILLS)


async def cut_off(house: House, real: RealHub, folder: Path, killed: list[str]) -> None:
    copy, at_ms = await a_busy_week(house, real)
    stood = real.stands()
    for number, which in enumerate(killed):
        if number % 2 == 0:
            real.put_back(copy)
        behind = Behind(real, passes=2 + number % 3)
        async with TestServer(behind.app()) as server:
            (folder / "privity.toml").write_text(f'[desk]\nhub_url = "{server.make_url("")}"\n')
            command = await run_command(folder, at_ms)
            await asyncio.wait_for(behind.reached.wait(), PATIENCE_S)
            if which == "command":
                command.kill()
                await command.wait()
            else:
                real.process.kill()
                behind.opened.set()
                _, said = await asyncio.wait_for(command.communicate(), PATIENCE_S)
                assert command.returncode == 1
                assert "HubUnreachable" in said.decode() and "are left: run this again" in said.decode()
                real.start()
            behind.opened.set()
        assert real.stands() != stood
    (folder / "privity.toml").write_text(f'[desk]\nhub_url = "{real.url}"\n')
    command = await run_command(folder, at_ms)
    out, said = await asyncio.wait_for(command.communicate(), PATIENCE_S)
    assert command.returncode == 0, said.decode()
    assert "done anew" in out.decode() and "not sent: undone since, or over" in out.decode()
    assert real.stands() == stood
    entries = [Entry.decode(data).act for data in log.entries(house.db)]
    assert entries.count(Act.RESEND_BEGUN) == len(killed) + 1
    assert entries.count(Act.RESEND_ENDED) == killed.count("hub") + 1


@dataclass
class Behind:
    """Between a desk and its hub: lets so many requests through and holds the rest back."""

    real: RealHub
    passes: int

    def __post_init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/staff/v1/effects", self._pass_on)
        return app

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.passes -= 1
        if self.passes < 0:
            self.reached.set()
            await self.opened.wait()
            return _gone(request)
        headers = {name: value for name, value in request.headers.items() if name.startswith("Privity-")}
        try:
            async with self.real.http.post(f"{self.real.url}{request.path}", data=body, headers=headers) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")
        except ClientError:
            return _gone(request)


def _gone(request: web.Request) -> web.Response:
    """As a hub that dies: the connection breaks, and no answer comes."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def moment(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}"


async def run_command(folder: Path, since_ms: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *privity("desk", "resend", "--since", moment(since_ms), "--config", str(folder / "privity.toml")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )


async def test_a_dry_run_names_what_would_go_and_sends_nothing(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "privity.toml").write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    hub, accused = EffectsAtHub(), house.user()
    house.clock = now_ms() - 600_000
    since_ms = house.clock
    undone = house.decide(house.case(accused, Level.HUB))
    await sent(house, hub)
    house.undo(undone)
    await sent(house, hub)
    before = house.acts()
    capsys.readouterr()
    words = ["resend", "--since", moment(since_ms), "--dry-run", "--config", str(tmp_path / "privity.toml")]
    app(words, exit_on_error=False, result_action="return_value")
    out, said = capsys.readouterr()
    lines = out.splitlines()
    (kept_back,) = [line for line in lines if "not sent" in line]
    assert "suspend" in kept_back and accused in kept_back
    assert [line for line in lines if "reinstate" in line and "not sent" not in line]
    assert f"{len(lines) - 1} of {len(lines)} would be sent" in said
    assert house.acts() == before


@pytest.mark.parametrize("since", ["yesterday", "2999-01-01T00:00:00", "2001-01-01"])
async def test_a_time_that_is_none_is_refused_by_name(house: House, tmp_path: Path, since: str) -> None:
    (tmp_path / "privity.toml").write_text('[desk]\nhub_url = "http://127.0.0.1:1"\n')
    words = ("resend", "--since", since, "--config", str(tmp_path / "privity.toml"))
    with pytest.raises(SystemExit) as refused:
        app(list(words), result_action="return_value")
    assert refused.value.code not in (0, None)
    assert house.acts(Act.RESEND_BEGUN) == []


# A hub in memory.


async def test_what_ended_by_itself_meanwhile_is_not_sent(house: House) -> None:
    hub, since_ms = EffectsAtHub(), house.clock
    house.decide(house.case(house.user(), Level.HUB), Action.LIMIT, days=1)
    await sent(house, hub)
    house.clock += 86_400_000
    lost = EffectsAtHub()
    done = await resending(house, since_ms).run(lost, lambda: None)
    assert done.counts[Outcome.OVER] == 1
    assert Verb.LIMIT not in [effect.verb for effect in lost.done]


async def test_what_was_done_before_the_time_stays_as_it_is(house: House) -> None:
    hub, accused = EffectsAtHub(), house.user()
    house.decide(house.case(accused, Level.HUB))
    await sent(house, hub)
    house.clock += 1000
    lost = EffectsAtHub()
    done = await resending(house, house.clock).run(lost, lambda: None)
    assert (done.counts.total(), lost.asked) == (0, 0)


async def test_of_each_subject_everything_goes_in_the_order_in_which_it_was_made(house: House) -> None:
    hub, since_ms = EffectsAtHub(), house.clock
    people = [house.user() for _ in range(20)]
    for person in people:
        house.decide(house.case(person, Level.HUB), Action.WARN)
        house.undo(house.decide(house.case(person, Level.HUB)))
    await sent(house, hub)
    lost = EffectsAtHub()
    seen = []
    done = await resending(house, since_ms).run(lost, lambda: seen.append(1))
    assert len(seen) == done.counts.total() == len(hub.done)
    assert done.counts[Outcome.OVER] == len(people), "the suspensions that were undone"
    for person in people:
        verbs = [effect.verb for effect in lost.done if effect.subject == person]
        assert verbs == [
            effect.verb for effect in hub.done if effect.subject == person and effect.verb is not Verb.SUSPEND
        ]


async def test_what_the_hub_refuses_now_comes_to_a_person_and_is_not_asked_twice(house: House) -> None:
    """An account that came after the copy: the hub does not know it, until it comes back."""
    hub, since_ms = EffectsAtHub(), house.clock
    made = house.decide(house.case(house.user(), Level.HUB))
    await sent(house, hub)
    lost = EffectsAtHub(refuses={Verb.SUSPEND: "no account has this user URI"})
    done = await resending(house, since_ms).run(lost, lambda: None)
    assert done.counts[Outcome.REFUSED] == 1
    await sent(house, lost)
    (refused,) = decisions.refused_effects(house.db, SENIOR)
    assert (refused.effect.verb, refused.decision) == (Verb.SUSPEND, made.number)
    effects = len(house.effects())
    again = await resending(house, since_ms).run(lost, lambda: None)
    assert again.counts[Outcome.REFUSED] == 0 and len(house.effects()) == effects
    lost.refuses.clear()
    decisions.send_again(house.db, MODERATOR, refused.number, house.clock, house.random)
    await sent(house, lost)
    assert Verb.SUSPEND in [effect.verb for effect in lost.done]


async def test_a_refused_line_to_a_reporter_needs_nobody(house: House) -> None:
    hub, since_ms = EffectsAtHub(), house.clock
    house.decide(house.case(house.user(), Level.HUB))
    await sent(house, hub)
    effects = len(house.effects())
    done = await resending(house, since_ms).run(EffectsAtHub(refuses={Verb.TELL: "gone"}), lambda: None)
    assert done.counts[Outcome.REFUSED] > 0 and len(house.effects()) == effects


async def test_undone_between_the_answer_and_the_note_it_is_not_asked_anew(house: House) -> None:
    hub, since_ms = EffectsAtHub(), house.clock
    made = house.decide(house.case(house.user(), Level.HUB))
    await sent(house, hub)

    class Slow(EffectsAtHub):
        async def effect(self, effect: Effect) -> EffectDone:
            if effect.verb is Verb.SUSPEND:
                house.undo(made)
            return await super().effect(effect)

    done = await resending(house, since_ms).run(Slow(refuses={Verb.SUSPEND: "an error"}), lambda: None)
    assert (done.counts[Outcome.OVER], done.counts[Outcome.REFUSED]) == (1, 0)
    assert [one.effect.verb for one in house.effects()].count(Verb.SUSPEND) == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (HubUnreachable("gone"), None),
        (Refusal(Code.UNAVAILABLE, "busy"), None),
        (Refusal(Code.TOO_MANY, "too many", limit="staff"), None),
        (HubMisbehaved("not an answer"), Outcome.LATER),
        (Refusal(Code.INTERNAL, "a fault"), Outcome.LATER),
        (Refusal(Code.NOT_FOUND, "no such account"), Outcome.REFUSED),
    ],
)
async def test_each_fault_of_a_hub_ends_it_or_leaves_one_for_later(
    house: House, fault: Exception, outcome: Outcome | None
) -> None:
    hub, since_ms = EffectsAtHub(), house.clock
    for _ in range(3):
        house.decide(house.case(house.user(), Level.HUB))
    await sent(house, hub)
    done = await resending(house, since_ms).run(EffectsAtHub(fails=dict.fromkeys(Verb, fault)), lambda: None)
    if outcome is None:
        assert done.stopped is fault and done.left == len(hub.done) and not done.counts
    else:
        assert done.stopped is None and done.counts == {outcome: len(hub.done)}


async def test_what_follows_one_that_is_left_for_later_waits_for_it(house: House) -> None:
    hub, since_ms, accused = EffectsAtHub(), house.clock, house.user()
    house.decide(house.case(accused, Level.HUB))
    house.decide(house.case(accused, Level.HUB), Action.WARN)
    await sent(house, hub)
    lost = EffectsAtHub(fails={Verb.SUSPEND: HubMisbehaved("not an answer")})
    done = await resending(house, since_ms).run(lost, lambda: None)
    assert accused not in {effect.subject for effect in lost.done}
    assert done.counts[Outcome.LATER] == len([effect for effect in hub.done if effect.subject == accused])
    lost.fails.clear()
    again = await resending(house, since_ms).run(lost, lambda: None)
    assert again.counts[Outcome.REFUSED] == 0
    verbs = [effect.verb for effect in lost.done if effect.subject == accused]
    assert verbs == [effect.verb for effect in hub.done if effect.subject == accused]


async def test_only_who_may_decide_and_only_for_a_time_that_the_hub_remembers(house: House) -> None:
    with pytest.raises(NotYourRole):
        resending(house, house.clock, Acting.command("resend", Right.SEE_CASE))
    for wrong in (house.clock + 1, house.clock - MAX_RESEND_MS - 1):
        with pytest.raises(TimeRefused, match="350 days"):
            resending(house, wrong)
    assert resending(house, house.clock - MAX_RESEND_MS).total == 0
