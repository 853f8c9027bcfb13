# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A real witness on loopback in this process, a hub's feed beside it, and what a log says to a witness."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from privity.tlog.add_checkpoint import PATH, AddCheckpoint
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from privity.tlog.cosignature import verify_cosignature
from privity.tlog.note import SignedNote, decode_signatures
from privity.tlog.tree import consistency_proof, root_at
from privity.tlog.verifier_key import VerifierKey
from privity.witness import config, key, main, setting_up
from privity.witness.config import WatchedLog
from privity.witness.state import StateFile, origin_hash
from tests.keylog.memory_log import MemoryLog

NAME = "ann.example/witness"
NOW_S = 1_800_000_000


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now_s: int = NOW_S

    def __call__(self) -> int:
        return self.now_s


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: bytes

    @property
    def name(self) -> str:
        """The name of a refusal."""
        return self.body.decode().partition(":")[0]


@dataclass
class Running:
    """A witness that answers at `url`; `key` is the line that others configure."""

    url: str
    key: VerifierKey
    folder: Path
    session: aiohttp.ClientSession

    async def post(self, body: bytes) -> Answer:
        async with self.session.post(self.url + PATH, data=body) as response:
            return Answer(response.status, response.headers["Content-Type"], await response.read())

    async def get(self, path: str) -> Answer:
        async with self.session.get(self.url + path) as response:
            return Answer(response.status, response.headers["Content-Type"], await response.read())

    async def add(self, log: MemoryLog, old_size: int, size: int | None = None) -> Answer:
        """What an honest log sends: its checkpoint of this size (the newest), and the proof from the older size."""
        return await self.post(asked(log, old_size, size).encode())

    async def checkpoint(self, log: MemoryLog) -> Answer:
        return await self.get(f"/{origin_hash(log.origin)}/checkpoint")

    async def evidence(self, log: MemoryLog) -> Answer:
        return await self.get(f"/{origin_hash(log.origin)}/evidence")

    def cosigned_s(self, answer: Answer, log: MemoryLog, size: int | None = None) -> int:
        """The time of the one cosignature in a 200, which must be by this witness over the log's own checkpoint."""
        assert answer.status == 200, answer
        (signature,) = decode_signatures(answer.body)
        return verify_cosignature(at_size(log, size).text(), signature, self.key)


def at_size(log: MemoryLog, size: int | None = None) -> Checkpoint:
    size = log.size if size is None else size
    return Checkpoint(log.origin, size, root_at(log.node_at, size))


def signed(log: MemoryLog, size: int | None = None) -> SignedNote:
    """The checkpoint with the log's signature alone."""
    return sign_checkpoint(log.private, at_size(log, size))


def asked(log: MemoryLog, old_size: int, size: int | None = None) -> AddCheckpoint:
    size = log.size if size is None else size
    proof = consistency_proof(log.node_at, min(old_size, size), size)
    return AddCheckpoint(old_size, tuple(proof), signed(log, size))


def log_key(log: MemoryLog) -> VerifierKey:
    return log.keys.policy.log


def grown(log: MemoryLog, epochs: int, now_s: int = NOW_S) -> MemoryLog:
    """The same log with so many more epochs, each of which adds two labels."""
    for _ in range(epochs):
        for which in (b"a", b"b"):
            log.put(b"u:%d%s" % (log.size, which), b"value of epoch %d" % log.size)
        log.cut(now_s * 1000 + log.size)
    return log


def set_up(folder: Path, *logs: WatchedLog, name: str = NAME) -> VerifierKey:
    """What `privity witness init` and `add` do; a log that is there already stays."""
    if not (folder / config.FILE).exists():
        made = config.write_fresh(folder, name, "127.0.0.1:0")
        key.write_fresh(made.key_file)
    own = setting_up.own_key(config.load(folder))
    known = {log.key for log in config.load(folder).logs}
    for log in logs:
        if log.key not in known:
            config.add(folder, log, StateFile(folder, log.key, own).create)
    return own


@asynccontextmanager
async def running_witness(
    folder: Path, *logs: WatchedLog, name: str = NAME, clock: Clock | None = None
) -> AsyncIterator[Running]:
    """A witness for these logs, with its folder in `folder`; the same folder again is the same witness restarted.

    Without a clock it goes by the real one. `WatchedLog(key, None)` is cosigned, with a hub's URL it is audited too.
    """
    own = set_up(folder, *logs, name=name)
    loaded = config.load(folder)
    async with (
        main.serving(loaded, clock or main.now_s) as port,
        aiohttp.ClientSession() as session,
    ):
        yield Running(f"http://127.0.0.1:{port}", own, folder, session)


@dataclass
class Feed:
    """Shows the epochs of a log; whatever is put into `instead` is shown for an epoch instead of the truth."""

    log: MemoryLog
    instead: dict[int, Callable[[], web.Response]] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.Response:
        index = int(request.match_info["index"])
        self.asked.append(index)
        if index in self.instead:
            return self.instead[index]()
        if index >= len(self.log.updates):
            return web.Response(status=404)
        return web.Response(body=self.log.updates[index].encode())


@asynccontextmanager
async def feeding(log: MemoryLog) -> AsyncIterator[Feed]:
    feed = Feed(log)
    app = web.Application()
    app.router.add_get("/v1/keylog/audit/{index:[0-9]+}", feed.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        feed.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield feed
    finally:
        await runner.cleanup()


def verified(note: bytes, log: MemoryLog, witness: VerifierKey) -> tuple[Checkpoint, Sequence[int]]:
    """The checkpoint of a note by this log, and the times at which this witness cosigned it."""
    opened = SignedNote.decode(note)
    checkpoint = verify_checkpoint(opened, log_key(log))
    times = [verify_cosignature(opened.text, s, witness) for s in opened.signatures if s.name == witness.name]
    return checkpoint, times
