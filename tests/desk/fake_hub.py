# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A stand-in for the hub on loopback: the staff API with real signatures and real franks, and faults on demand."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from aiohttp import web

from privity.identity.device_list import DeviceList
from privity.message.errors import FrankMismatch, MessageError
from privity.message.franking import Frank, frank, period_of, verify_frank_mac, verify_frank_signature
from privity.mls.crypto import SigningKey, verify_with_label
from privity.mls.errors import BadSignature
from privity.mls.suites import suite
from privity.wire import staff
from privity.wire.errors import STATUS, Code, ErrorBody
from privity.wire.keylog import Looked, Lookup
from privity.wire.numbers import MAX_COUNT
from privity.wire.observed import Observed, ObservedPage
from privity.wire.rest import Body, Done
from tests.desk.fake_effects import EffectsAtHub
from tests.keylog.memory_log import MemoryLog

HOST = "hub.example"
T = TypeVar("T", bound=Body)


class FakeHub:
    """What a hub knows, in memory. `hold` makes a path wait forever; `refuse` makes it answer an error."""

    def __init__(self, staff_public_key: bytes) -> None:
        self.staff_public_key = staff_public_key
        self.franking_key = SigningKey(suite(1), b"\x42" * 32)
        self.relayed: list[staff.RelayedReport] = []
        self.sent = 0
        self.expired_periods: set[int] = set()
        self.participants: dict[tuple[str, str], tuple[int, int]] = {}
        self.log = MemoryLog(HOST)
        self.blobs: dict[bytes, bytes] = {}
        self.events: dict[str, list[int]] = {}
        self.nonces: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.hold: set[str] = set()
        self.refuse: dict[str, tuple[Code, int]] = {}
        self.garbage: set[str] = set()
        self.arrived: asyncio.Queue[str] = asyncio.Queue()
        self.forgotten = asyncio.Event()
        self.effects = EffectsAtHub()
        self.observed: list[Observed] = []
        self.page_of_observed = 5
        self.numbers_to = MAX_COUNT
        """The last number that it gave out, where its database is a copy."""
        self.profiles: dict[str, staff.ProfileFacts] = {}
        """By what is asked for: an address, or a handle."""
        self.url = ""
        self.stumbles: set[str] = set()
        """Senders about whom no page is answered that asks of them."""
        self.bend: Callable[[list[staff.ReportAnswer]], list[staff.ReportAnswer]] | None = None
        """What a lying hub makes of its answers."""
        self.shown_values: list[bytes] | None = None
        """Device lists that this hub shows instead of those in its key log."""

    def period_key(self, ts_ms: int) -> bytes:
        return hashlib.sha256(b"period" + str(period_of(ts_ms)).encode()).digest()

    def frank(self, tag: bytes, sender_uri: str, room_uri: str, ts_ms: int) -> Frank:
        """What the hub does when it takes a message."""
        return frank(self.period_key(ts_ms), self.franking_key, 1, tag, sender_uri, room_uri, ts_ms)

    def relay(self, reporter_uri: str, sealed: bytes, received_ms: int = 2_000_000_000_000) -> int:
        """What the hub does when a device uploads a sealed report."""
        self.sent += 1
        receipt = f"receipt-{self.sent}"
        self.relayed.append(staff.RelayedReport(reporter_uri, received_ms, sealed, receipt))
        return self.sent

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        app = web.Application(middlewares=[self._guard], client_max_size=1 << 26)
        app.add_routes(
            [
                web.get("/staff/v1/reports", self._reports),
                web.post("/staff/v1/reports/forget", self._forget),
                web.get("/staff/v1/observed", self._observed),
                web.post("/staff/v1/verify", self._verify),
                web.post("/staff/v1/keylog/lookup", self._lookup),
                web.get("/staff/v1/blobs/{sha256}", self._blob),
                web.post("/staff/v1/effects", self._effect),
                web.post("/staff/v1/profile", self._profile),
            ]
        )
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.05)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address = runner.addresses[0]
        self.url = f"http://{address[0]}:{address[1]}"
        try:
            yield self.url
        finally:
            self.hold.clear()
            await runner.cleanup()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        name = request.path.removeprefix("/staff/v1/").split("/")[0]
        if request.path.endswith("/forget"):
            name = "forget"
        body = await request.read()
        problem = self._check_signature(request, body)
        if problem:
            return _error(Code.UNAUTHENTICATED, problem)
        self.seen[name] += 1
        if name != "observed":
            self.arrived.put_nowait(name)
        if name in self.hold:
            await asyncio.Event().wait()
        if name in self.garbage:
            return web.Response(body=b"<html>no json</html>")
        code, left = self.refuse.get(name, (Code.INTERNAL, 0))
        if left:
            self.refuse[name] = (code, left - 1)
            return _error(code, "refused by the test")
        return await handler(request)

    def _check_signature(self, request: web.Request, body: bytes) -> str | None:
        nonce = request.headers[staff.NONCE_HEADER]
        time_ms = int(request.headers[staff.TIME_HEADER])
        if nonce in self.nonces or len(bytes.fromhex(nonce)) != 16:
            return "nonce used before, or not 16 bytes"
        self.nonces.add(nonce)
        signed = staff.staff_tbs(request.method, request.path_qs, time_ms, bytes.fromhex(nonce), body)
        signature = bytes.fromhex(request.headers[staff.SIGNATURE_HEADER])
        try:
            verify_with_label(suite(1), self.staff_public_key, staff.STAFF_LABEL.encode(), signed, signature)
        except BadSignature:
            return "the staff key did not sign this request"
        return None

    async def _reports(self, request: web.Request) -> web.Response:
        return _json(staff.RelayedReports(self.relayed[: staff.RELAYED]))

    async def _observed(self, request: web.Request) -> web.Response:
        after = int(request.query["after"])
        left = [one for one in self.observed if one.number > after][: self.page_of_observed]
        if not left:
            await asyncio.sleep(int(request.query.get("wait", "0")))
        return _json(ObservedPage(left, left[-1].number if left else min(after, self.numbers_to)))

    async def _forget(self, request: web.Request) -> web.Response:
        held = set((await _body(request, staff.ForgetReports)).receipts)
        self.relayed = [report for report in self.relayed if report.receipt not in held]
        if not self.relayed:
            self.forgotten.set()
        return _json(Done())

    async def _verify(self, request: web.Request) -> web.Response:
        asked = (await _body(request, staff.VerifyReports)).reports
        if any(one.sender_uri in self.stumbles for one in asked):
            return _error(Code.INTERNAL, "this hub fails on one of these reports")
        answers = [self.answer(at, one) for at, one in enumerate(asked)]
        return _json(staff.ReportsVerified(answers if self.bend is None else self.bend(answers)))

    def answer(self, at: int, q: staff.ReportQuestion) -> staff.ReportAnswer:
        """What a hub knows of one report."""
        outcomes = [self.decide(q.sender_uri, q.room_uri, one) for one in q.franks]
        first, last = self.participants.get((q.room_uri, q.reporter_uri), (1, 0))
        verified = {
            one.ts_ms for one, outcome in zip(q.franks, outcomes, strict=True) if outcome is staff.FrankOutcome.VERIFIED
        }
        there = [
            first <= one.ts_ms <= last if outcome is staff.FrankOutcome.VERIFIED else None
            for one, outcome in zip(q.franks, outcomes, strict=True)
        ]
        between = {ts for ts in self.events.get(q.room_uri, []) if verified and min(verified) < ts < max(verified)}
        return staff.ReportAnswer(at, outcomes, there, len(between - verified) if verified else None)

    def decide(self, sender_uri: str, room_uri: str, q: staff.FrankQuestion) -> staff.FrankOutcome:
        """The decision of a hub on one frank."""
        if period_of(q.ts_ms) in self.expired_periods:
            return staff.FrankOutcome.EXPIRED
        try:
            verify_frank_mac(self.period_key(q.ts_ms), q.tag, sender_uri, room_uri, q.ts_ms, q.server_frank)
        except FrankMismatch:
            return staff.FrankOutcome.MISMATCH
        issued = Frank(q.server_frank, q.ciphersuite, q.signature)
        try:
            verify_frank_signature(issued, self.franking_key.public_key(), sender_uri, room_uri, q.ts_ms)
        except MessageError:
            return staff.FrankOutcome.BAD_SIGNATURE
        return staff.FrankOutcome.VERIFIED

    async def _lookup(self, request: web.Request) -> web.Response:
        looked = looked_up(self.log, await _body(request, Lookup))
        return _json(looked if self.shown_values is None else Looked(looked.proof, self.shown_values))

    async def _effect(self, request: web.Request) -> web.Response:
        return _json(await self.effects.effect(await _body(request, staff.Effect)))

    async def _profile(self, request: web.Request) -> web.Response:
        found = self.profiles.get((await _body(request, staff.AskProfile)).address)
        return _error(Code.NOT_FOUND, "no such account") if found is None else _json(found)

    async def _blob(self, request: web.Request) -> web.Response:
        found = self.blobs.get(bytes.fromhex(request.match_info["sha256"]))
        return _error(Code.NOT_FOUND, "no such blob") if found is None else web.Response(body=found)


def looked_up(log: MemoryLog, asked: Lookup) -> Looked:
    """What a hub answers a desk under an entry of now: every version; what waits and what follows with dates."""
    log.cut(time.time_ns() // 1_000_000)
    label = asked.label.encode()
    newest = log.newest(label)
    values = [log.held(label, version).value for version in range(0 if newest is None else newest + 1)]
    waited = {version for version, value in enumerate(values) if DeviceList.decode(value).waits}
    dated = [version for version in range(len(values)) if version in waited or version - 1 in waited]
    return Looked(log.lookup(label, asked.from_size, dated), values)


async def _body(request: web.Request, kind: type[T]) -> T:
    return msgspec.json.decode(await request.read(), type=kind)


def _json(answer: msgspec.Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(answer), content_type="application/json")


def _error(code: Code, message: str) -> web.Response:
    return web.Response(status=STATUS[code], body=msgspec.json.encode(ErrorBody(code, message)))
