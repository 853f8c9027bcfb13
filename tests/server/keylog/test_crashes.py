# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that ends between any two steps of an epoch takes the same epoch up again: no size is ever signed twice.

The witness is a real one that audits, so it would keep evidence of anything else.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession

from privity.cosigners.at import WitnessAt
from privity.keylog import audit
from privity.keylog.audit import AuditUpdate
from privity.server.config import HubConfig
from privity.server.keylog import epochs, queue
from privity.server.keylog.model import Prepared, origin_of
from privity.server.keys import open_keys
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.note import SignedNote
from privity.tlog.quorum import Witness
from privity.witness.config import WatchedLog
from privity.witness.state import origin_hash
from tests import stores
from tests.server.core.conftest import Clock
from tests.server.core.people import HOST, Person, connect
from tests.server.keylog.hubs import Hub, found, fresh, running
from tests.witness.running import Clock as WitnessClock
from tests.witness.running import Running, running_witness

KILLS = int(os.environ.get("PRIVITY_PROVE_KEYLOG_KILLS", "100"))
RUN = "import sys; from pathlib import Path; from privity.server.main import run; run(Path(sys.argv[1]))"


class Crash(BaseException):
    """The process ends here."""


@asynccontextmanager
async def watched(
    folder: Path, port: int, *, clock: WitnessClock | None = None
) -> AsyncIterator[tuple[HubConfig, Any]]:
    """A fresh hub's configuration, and its witness, which audits."""
    checked = fresh(folder / "home", port)
    log = open_keys(checked.keys).log_verifier(origin_of(HOST))
    async with running_witness(folder / "witness", WatchedLog(log, f"http://127.0.0.1:{port}"), clock=clock) as witness:
        yield checked, witness


def at(witness: Running) -> WitnessAt:
    return WitnessAt(witness.key, True, witness.url)


class Signed:
    """Every checkpoint that the log's key ever signed, also those that nobody got."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.roots: dict[int, set[bytes]] = {}
        self.left: set[int] = set()

        def sign(private: bytes, checkpoint: Checkpoint) -> SignedNote:
            self.roots.setdefault(checkpoint.size, set()).add(checkpoint.root)
            return sign_checkpoint(private, checkpoint)

        monkeypatch.setattr(epochs, "sign_checkpoint", sign)


def before(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def crash(*args: Any, **more: Any) -> Any:
        raise Crash

    return crash


def after(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def crash(*args: Any, **more: Any) -> Any:
        await step(*args, **more)
        raise Crash

    return crash


def amid_publication(step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The second transaction has written everything and is not committed."""

    async def crash(context: Any, prepared: Prepared, note: bytes) -> Any:
        write = context.db.write

        class Half:
            async def write(self, fn: Callable[[Any], Any]) -> Any:
                def torn(tx: Any) -> None:
                    fn(tx)
                    raise sqlite3.OperationalError("the disk is gone")

                return await write(torn)

        try:
            await step(type("Context", (), {**_fields(context), "db": Half()})(), prepared, note)
        except sqlite3.OperationalError:
            raise Crash from None

    return crash


def _fields(context: Any) -> dict[str, Any]:
    return {name: getattr(context, name) for name in type(context).__dataclass_fields__}


POINTS = {
    "before the cut": ("epochs", "prepare", before),
    "after the cut": ("epochs", "prepare", after),
    "after the witness cosigned": ("epochs", "publish", before),
    "amid the publication": ("epochs", "publish", amid_publication),
    "after the publication": ("epochs", "publish", after),
}


@pytest.mark.parametrize("point", POINTS)
async def test_the_same_epoch_is_taken_up_again_wherever_the_hub_ends(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    _, step, breaks = POINTS[point]
    signed, clock = Signed(monkeypatch), Clock()
    alice = Person("alice")
    async with watched(tmp_path, unused_tcp_port, clock=WitnessClock()) as (checked, witness):
        async with running(checked, clock=clock, witnesses=[at(witness)], quorum=1) as hub:
            await hub.begun()
            honest = getattr(epochs, step)
            monkeypatch.setattr(epochs, step, breaks(honest))
            monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.4)
            status, answer = await hub.post("/v1/accounts", alice.registration())
            assert (status, answer.get("code")) in ((503, "keylog_delayed"), (200, None))
            assert status == 503 or point == "after the publication"
        clock.now += 12_345  # another cut now would have another time, and so another root
        monkeypatch.setattr(epochs, step, honest)
        monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 20.0)
        async with running(checked, clock=clock, witnesses=[at(witness)], quorum=1) as hub:
            status, answer = await hub.post("/v1/accounts", alice.registration())
            assert status == 200, answer
            await hub.register("bobby")
            keys = hub.keys([Witness(witness.key, True)], 1)
            line = await connect(hub.http, alice.device)
            proven, _ = await found(hub, line, f"u:{alice.user_uri}", keys=keys)
            assert proven.opened.audited and proven.value == alice.list.encode()
            await audited(hub)
            assert (await hub.get("/v1/keylog/evidence"))[1] == {"notes": []}
        assert (await witness.get(f"/{origin_hash(origin_of(HOST))}/evidence")).body == b"[]"
    assert all(len(roots) == 1 for roots in signed.roots.values()), signed.roots


async def audited(hub: Hub) -> None:
    """The whole feed leads to the newest checkpoint."""
    view = await hub.newest_view()
    state = audit.EMPTY
    for index in range(view.size):
        state = audit.audit(state, AuditUpdate.decode((await hub.get(f"/v1/keylog/audit/{index}"))[1]))
    assert state.frontier.root() == view.root


def test_the_tests_above_would_see_a_second_checkpoint_of_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    signed = Signed(monkeypatch)
    for root in (bytes(32), bytes([1]) * 32):
        vars(epochs)["sign_checkpoint"](b"k" * 32, Checkpoint("hub.example/keylog", 1, root))
    assert len(signed.roots[1]) == 2


async def test_changes_that_wait_are_not_lost_with_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checked, clock = fresh(tmp_path), Clock()
    people = [Person(f"person{number}") for number in range(5)]
    async with running(checked, clock=clock) as hub:
        await hub.begun()
        monkeypatch.setattr(epochs, "prepare", before(epochs.prepare))
        monkeypatch.setattr(queue, "PUBLISH_WAIT_S", 0.05)
        answers = await asyncio.gather(*(hub.post("/v1/accounts", one.registration()) for one in people))
        assert {answer["code"] for _, answer in answers} == {"keylog_delayed"}
    monkeypatch.undo()
    async with running(checked, clock=clock) as hub:
        before_size = (await hub.newest_view()).size
        for one in people:
            assert (await hub.post("/v1/accounts", one.registration()))[0] == 200
        assert (await hub.newest_view()).size <= before_size + 1, "they came with one epoch"


async def kill_rounds(folder: Path, port: int, kills: int, seed: int) -> dict[str, int]:
    """A hub process is killed while people register, `kills` times; everybody is registered in the end."""
    random = Random(seed)
    (folder / "home").mkdir()
    async with watched(folder, port) as (checked, witness):
        path = folder / "home" / "privity.toml"
        watcher = f'[[hub.witness]]\nkey = "{witness.key.encode()}"\nurl = "{witness.url}"\naudits = true\n'
        path.write_text(f"{path.read_text()}behind_proxy = true\nquorum = 1\n{watcher}")
        asked, amid, waiting = 0, 0, []
        async with ClientSession(f"http://127.0.0.1:{port}") as http:
            for number in range(kills):
                child = subprocess.Popen([sys.executable, "-c", RUN, str(path)])
                await listening(port, child)
                new = [Person(f"p{number}x{i}") for i in range(4)]
                waiting += new
                tasks = [asyncio.create_task(register(http, one)) for one in waiting]
                longest_s = (0.005, 0.04, 0.15)[number % 3]  # before, amid and after what an epoch takes here
                await asyncio.wait(tasks, timeout=random.uniform(0.0, longest_s))
                child.send_signal(signal.SIGKILL)
                await asyncio.to_thread(child.wait)
                done = await asyncio.gather(*tasks)
                amid += not all(done)
                asked += len(new)
                waiting = [one for one, ok in zip(waiting, done, strict=True) if not ok]
            child = subprocess.Popen([sys.executable, "-c", RUN, str(path)])
            try:
                await listening(port, child)
                assert all(await asyncio.gather(*(register(http, one) for one in waiting)))
            finally:
                child.send_signal(signal.SIGTERM)
                await asyncio.to_thread(child.wait)
        assert (await witness.get(f"/{origin_hash(origin_of(HOST))}/evidence")).body == b"[]"
        ((published,),) = stores.asked(checked, "SELECT COUNT(DISTINCT label) FROM kl_value WHERE label LIKE 'u:%'")
        (sizes,) = stores.asked(checked, "SELECT COUNT(*), MAX(size) FROM kl_checkpoint")
        ((left,),) = stores.asked(checked, "SELECT COUNT(*) FROM kl_change")
        state = audit.EMPTY
        for (update,) in stores.asked(checked, "SELECT audit_update FROM kl_entry ORDER BY idx"):
            state = audit.audit(state, AuditUpdate.decode(bytes(update)))
        ((note,),) = stores.asked(checked, "SELECT note FROM kl_checkpoint ORDER BY size DESC LIMIT 1")
    assert Checkpoint.decode(SignedNote.decode(bytes(note)).text).root == state.frontier.root()
    assert (published, left, sizes[0]) == (asked, 0, sizes[1])
    return {"kills": kills, "amid requests": amid, "registered": published, "epochs": sizes[0]}


async def register(http: ClientSession, person: Person) -> bool:
    try:
        address = {"X-Forwarded-For": f"2001:db8:{hash(person.handle) & 0xFFFF:x}::1"}  # a limit each
        async with http.post("/v1/accounts", json=person.registration(), headers=address) as response:
            return response.status == 200
    except (ClientError, OSError):
        return False


async def listening(port: int, child: subprocess.Popen[bytes]) -> None:
    while child.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise AssertionError("the hub did not start")


def test_kill_9_never_makes_the_log_fork(
    tmp_path: Path, unused_tcp_port: int, record_property: Callable[[str, object], None]
) -> None:
    figures = asyncio.run(kill_rounds(tmp_path, unused_tcp_port, 5, seed=1))
    record_property("figures", figures)
    assert figures["amid requests"] >= 1, "the kills found nothing on its way"


@pytest.mark.prove
def test_many_kills_never_make_the_log_fork(
    tmp_path: Path, unused_tcp_port: int, record_property: Callable[[str, object], None]
) -> None:
    figures = asyncio.run(kill_rounds(tmp_path, unused_tcp_port, KILLS, seed=2))
    record_property("figures", figures)
    assert figures["amid requests"] >= KILLS // 4
