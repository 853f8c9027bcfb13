# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments: one key never cosigns two roots of one size, and never goes back behind what it said.

The witness is a process of its own. A log with two histories asks it for both at once, over and over; the process dies
in the middle and comes back. Each round has a log of its own, so that each kill meets the moment of choice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp
import pytest

from privity.faces.demo.processes import Process, free_port, privity
from privity.keylog.audit import EMPTY
from privity.tlog.add_checkpoint import PATH
from privity.tlog.checkpoint import verify_checkpoint
from privity.tlog.cosignature import cosign, verify_cosignature
from privity.tlog.note import SignedNote, decode_signatures
from privity.tlog.verifier_key import VerifierKey
from privity.witness import key
from privity.witness.config import FILE, WatchedLog, load
from privity.witness.state import LogState, StateFile, origin_hash
from tests.keylog.memory_log import MemoryLog
from tests.waiting import wait_until
from tests.witness.running import NOW_S, Clock, asked, at_size, grown, log_key, running_witness, set_up, signed

KILLS = int(os.environ.get("PRIVITY_PROVE_WITNESS_KILLS", "100"))
EPOCHS = 6
LIMIT_S = 60


@dataclass
class Siege:
    """One witness process, and what it has said of each log: (size, root) in the order in which answers came."""

    url: str
    own: VerifierKey
    process: Process
    random: Random
    said: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    broken_off: int = 0
    """Requests that a kill found on their way."""

    def start(self) -> None:
        self.process.start()
        wait_until(lambda: self.process.log.read_text().splitlines()[-1:] != [] and self.listening(), "the witness")

    def listening(self) -> bool:
        assert self.process.running, self.process.log.read_text()
        return '"started"' in self.process.log.read_text().rpartition("KILLED")[2]

    def kill(self) -> None:
        self.process.kill()
        with self.process.log.open("a") as out:
            out.write("KILLED\n")

    async def ask(self, session: aiohttp.ClientSession, log: MemoryLog, old: int, size: int) -> int:
        """The size at which the witness is, as far as it answers."""
        async with session.post(self.url + PATH, data=asked(log, old, size).encode()) as response:
            body = await response.read()
        if response.status == 409:
            return int(body)
        if response.status != 200:
            assert response.status in (400, 422, 503), body
            return old
        (signature,) = decode_signatures(body)
        verify_cosignature(at_size(log, size).text(), signature, self.own)
        self.said.setdefault(log.origin, []).append((size, at_size(log, size).root))
        return size

    async def press(self, histories: tuple[MemoryLog, MemoryLog], stop: asyncio.Event) -> None:
        """Ask for one history or the other, a little further each time, until stopped or the process is gone."""
        old = 0
        async with aiohttp.ClientSession() as session:
            try:
                while not stop.is_set():
                    log = self.random.choice(histories)
                    old = await self.ask(session, log, old, min(EPOCHS, old + self.random.randint(1, 2)))
            except (aiohttp.ClientError, OSError):
                self.broken_off += 1

    async def served(self, log: MemoryLog) -> tuple[int, bytes]:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.url}/{origin_hash(log.origin)}/checkpoint") as response,
        ):
            note = SignedNote.decode(await response.read())
        checkpoint = verify_checkpoint(note, log_key(log))
        return checkpoint.size, checkpoint.root


def histories(number: int) -> tuple[MemoryLog, MemoryLog]:
    """A log with two histories that part after the first epoch."""
    common = grown(MemoryLog(f"h{number}.example", seed=number), 1)
    return grown(common.fork(), EPOCHS - 1), grown(common, EPOCHS - 1, NOW_S + 9)


@contextmanager
def killed_in_the_end(siege: Siege) -> Iterator[None]:
    try:
        yield
    finally:
        siege.process.kill()


async def besiege(folder: Path, kills: int, seed: int) -> Siege:
    logs = [histories(number) for number in range(kills)]
    own = set_up(folder / "w", *(WatchedLog(log_key(one), None) for one, _ in logs))
    port, toml = free_port(), folder / "w" / FILE
    toml.write_text(toml.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
    process = Process("witness", privity("witness", "serve", str(folder / "w")), folder / "witness.out")
    siege = Siege(f"http://127.0.0.1:{port}", own, process, Random(seed))
    with killed_in_the_end(siege):
        await asyncio.to_thread(siege.start)
        for both in logs:
            stop = asyncio.Event()
            pressing = [asyncio.ensure_future(siege.press(both, stop)) for _ in range(4)]
            await asyncio.wait(pressing, timeout=siege.random.uniform(0.002, 0.06))
            siege.kill()
            await asyncio.wait_for(asyncio.gather(*pressing), LIMIT_S)
            before = siege.said.get(both[0].origin, [])[:]
            await asyncio.to_thread(siege.start)
            if before:
                served = await siege.served(both[0])
                assert served >= max(before), "the witness came back behind what it had said"
            pressing = [asyncio.ensure_future(siege.press(both, stop)) for _ in range(2)]
            await until_said(siege, both[0].origin, EPOCHS)
            stop.set()
            await asyncio.wait_for(asyncio.gather(*pressing), LIMIT_S)
            check(siege.said[both[0].origin], both)
    return siege


async def until_said(siege: Siege, origin: str, size: int) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not any(said == size for said, _ in siege.said.get(origin, [])):
            await asyncio.sleep(0.001)


def check(said: list[tuple[int, bytes]], both: tuple[MemoryLog, MemoryLog]) -> None:
    roots: dict[int, set[bytes]] = {}
    for size, root in said:
        roots.setdefault(size, set()).add(root)
    assert all(len(each) == 1 for each in roots.values()), "one key cosigned two roots of one size"
    histories = [{at_size(log, size).root for size in range(1, EPOCHS + 1)} for log in both]
    assert any(set().union(*roots.values()) <= history for history in histories), "the witness followed both histories"


async def test_a_killed_witness_never_says_two_things(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    siege = await besiege(tmp_path, kills=4, seed=1)
    record_property("figures", {"kills": 4, "amid requests": siege.broken_off})
    assert siege.broken_off >= 4, "the kills found nothing on its way"


@pytest.mark.prove
async def test_a_witness_killed_many_times_never_says_two_things(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    siege = await besiege(tmp_path, KILLS, seed=2)
    said = sum(len(each) for each in siege.said.values())
    record_property("figures", {"kills": KILLS, "amid requests": siege.broken_off, "cosigned": said})
    assert siege.broken_off >= KILLS, "the kills found nothing on its way"


class Crash(BaseException):
    """The process is gone at this point."""


@pytest.mark.parametrize(
    ("where", "nth", "survives"),
    [
        ("os.open", 1, "old"),
        ("os.fsync", 1, "old"),
        ("rename", 1, "old"),
        ("os.open", 2, "new"),
        ("os.fsync", 2, "new"),
    ],
)
def test_a_crash_at_any_step_leaves_the_old_state_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, nth: int, survives: str
) -> None:
    log = grown(MemoryLog(), 3)
    own = set_up(tmp_path, WatchedLog(log_key(log), None))
    file = StateFile(tmp_path, log_key(log), own)
    old, new = (cosigned_state(log, size, tmp_path) for size in (2, 3))
    file.write(old)
    with monkeypatch.context() as patched:
        place, name = (Path, "replace") if where == "rename" else (os, where.removeprefix("os."))
        patched.setattr(place, name, crashing(getattr(place, name), nth))
        with pytest.raises(Crash):
            file.write(new)
    assert file.read() == {"old": old, "new": new}[survives]
    file.write(new)
    assert file.read() == new


def crashing(real: Callable[..., object], nth: int) -> Callable[..., object]:
    calls = 0

    def called(*arguments: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise Crash
        return real(*arguments, **named)

    return called


def cosigned_state(log: MemoryLog, size: int, folder: Path) -> LogState:
    config = load(folder)
    note = signed(log, size)
    own = cosign(key.read(config.key_file), config.name, note.text, NOW_S)
    return LogState(SignedNote(note.text, (*note.signatures, own)), EMPTY)


async def test_the_disk_has_the_state_before_the_answer_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = grown(MemoryLog(), 1)
    steps: list[str] = []

    def noting(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **named: object) -> object:
            steps.append(name)
            return real(*arguments, **named)

        return called

    async with running_witness(tmp_path, WatchedLog(log_key(log), None), clock=Clock()) as witness:
        monkeypatch.setattr(os, "fsync", noting("sync", os.fsync))
        monkeypatch.setattr(Path, "replace", noting("rename", Path.replace))
        answer = await witness.add(log, 0)
        steps.append("answer")
    assert answer.status == 200
    assert steps[:4] == ["sync", "rename", "sync", "answer"]
