# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A clearinghouse on loopback: codes, files, expiry and credentials as the real one has them, and faults by a plan."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random as seeded
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from lxml import etree

from privity.desk.clearinghouse.transport import basic

USER, PASSWORD = "invented-user", "invented-password"
ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("PRIVITY_SHARED", ROOT.parent / "shared")) / "data" / "cybertip"
XSD = SHARED / "cyber_tipline.xsd"

FAULTS = (
    "answer_lost",
    "request_lost",
    "silence",
    "status_500",
    "code_1000",
    "busy",
    "wrong_md5",
    "huge",
    "evil",
    "nonsense",
    "expired",
)
"""What can go wrong with a call. `answer_lost` and `silence` do the work and say nothing."""

EVIL = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><reportResponse>&b;</reportResponse>'


@dataclass(slots=True)
class FakeFile:
    content: bytes
    details: bytes | None = None


@dataclass(slots=True)
class FakeReport:
    document: bytes
    opened_s: float
    touched_s: float
    files: dict[str, FakeFile] = field(default_factory=dict)
    state: str = "open"


class FakeClearinghouse:
    """In memory. `faults` is the share of calls that go wrong; `hold` makes a path wait before or after its work."""

    def __init__(self, *, faults: float = 0.0, seed: int = 1, silent_s: float = 0.6) -> None:
        self.reports: dict[int, FakeReport] = {}
        self.finished: list[int] = []
        self.faults = faults
        self.plan = seeded.Random(seed)
        self.silent_s = silent_s
        self.open_for_s = 86_400.0
        self.untouched_s = 3_600.0
        self.seen: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.invalid: list[str] = []
        self.unauthenticated = 0
        self.answers: dict[str, list[int]] = {}
        """Codes to answer with, by path, before anything is done."""
        self.once: list[str] = []
        """Faults for the next calls, in order; "" is none."""
        self.hold: set[tuple[str, str]] = set()
        self.arrived: asyncio.Queue[str] = asyncio.Queue()
        self.moved_to = ""
        self.hides_files = False
        self.url = ""
        self._next = 4_000_000
        self._expires = False
        self._order = self.plan.sample(FAULTS, len(FAULTS))
        self._schema = etree.XMLSchema(etree.parse(XSD)) if XSD.is_file() else None

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        app = web.Application(middlewares=[self._guard], client_max_size=1 << 28)
        app.add_routes(
            [
                web.get("/status", self._status),
                web.get("/xsd", self._xsd),
                web.post("/submit", self._submit),
                web.post("/upload", self._upload),
                web.post("/fileinfo", self._fileinfo),
                web.post("/finish", self._finish),
                web.post("/retract", self._retract),
            ]
        )
        runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=0.05)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        address = runner.addresses[0]
        self.url = f"http://{address[0]}:{address[1]}"
        try:
            yield self.url
        finally:
            self.hold.clear()
            await runner.cleanup()

    def subjects(self) -> Counter[str]:
        """How many finished reports there are of each account."""
        return Counter(self.said(number, ".//personOrUserReported/espIdentifier") or "?" for number in self.finished)

    def said(self, number: int, path: str) -> str | None:
        found: str | None = etree.fromstring(self.reports[number].document).findtext(path)
        return found

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        name = request.path.strip("/")
        self.seen[name] += 1
        self.arrived.put_nowait(name)
        if request.headers.get("Authorization") != basic(USER, PASSWORD):
            self.unauthenticated += 1
            return _answer(2000)
        if self.moved_to:
            raise web.HTTPFound(self.moved_to)
        fault = self._fault(name)
        if fault:
            self.made[fault] += 1
        if fault == "request_lost":
            return await self._cut(request)
        if (name, "before") in self.hold:
            await asyncio.Event().wait()
        planned = self.answers.get(name)
        if planned:
            return _answer(planned.pop(0))
        early = self._refused(fault)
        if early is not None:
            return early
        self._expires = fault == "expired"
        answer = await handler(request)
        if (name, "after") in self.hold:
            self.arrived.put_nowait(f"{name} done")
            await asyncio.Event().wait()
        return await self._spoiled(request, fault, name, answer)

    def _fault(self, name: str) -> str:
        if self.once:
            return self.once.pop(0)
        if self.plan.random() >= self.faults:
            return ""
        fault = self._order[self.made.total() % len(FAULTS)]
        return "answer_lost" if fault == "wrong_md5" and name != "upload" else fault

    def _refused(self, fault: str) -> web.Response | None:
        if fault == "status_500":
            return web.Response(status=500, text="<html>no</html>")
        if fault == "code_1000":
            return _answer(1000)
        if fault == "busy":
            return web.Response(status=self.plan.choice((429, 503)), headers={"Retry-After": "0"})
        return None

    async def _spoiled(
        self, request: web.Request, fault: str, name: str, answer: web.StreamResponse
    ) -> web.StreamResponse:
        if fault == "answer_lost":
            return await self._cut(request)
        if fault == "silence":
            await asyncio.sleep(self.silent_s)
        if fault == "huge":
            return web.Response(body=b"<reportResponse>" + b" " * (2 << 20))
        if fault == "evil":
            return web.Response(body=EVIL)
        if fault == "nonsense":
            return web.Response(body=b"\x00\xff no XML")
        if fault == "wrong_md5" and name == "upload" and isinstance(answer, web.Response):
            body = bytes(answer.body or b"")  # type: ignore[arg-type]  # it is bytes: _answer makes it
            start = body.index(b"<hash>") + len(b"<hash>")
            return web.Response(body=body[:start] + b"0" * 32 + body[start + 32 :])
        return answer

    async def _cut(self, request: web.Request) -> web.StreamResponse:
        """The connection ends without an answer."""
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=500)

    async def _number(self, request: web.Request, name: str) -> int:
        if name == "fileinfo":
            return int(etree.fromstring(await request.read()).findtext("reportId"))
        if name == "upload":
            body = await request.read()
            return int(body.split(b'name="id"\r\n\r\n', 1)[1].split(b"\r\n", 1)[0])
        return int((await request.post())["id"])  # type: ignore[arg-type]  # a field, no file

    def _open(self, number: int) -> FakeReport | int:
        """The report, or the code why not."""
        report = self.reports.get(number)
        now = time.monotonic()
        if report is not None and report.state == "open" and self._expires:
            report.state = "expired"
        if report is None or report.state == "expired":
            return 5001
        if report.state == "open" and now > max(report.opened_s + self.open_for_s, report.touched_s + self.untouched_s):
            report.state = "expired"
            return 5001
        if report.state == "retracted":
            return 5101
        if report.state == "finished":
            return 5102
        report.touched_s = now
        return report

    def _check(self, document: bytes) -> bool:
        if self._schema is not None and not self._schema.validate(etree.fromstring(document)):
            self.invalid.append(str(self._schema.error_log[0]))
            return False
        return True

    async def _status(self, request: web.Request) -> web.Response:
        return _answer(0)

    async def _xsd(self, request: web.Request) -> web.Response:
        return web.Response(body=XSD.read_bytes(), content_type="text/xml")

    async def _submit(self, request: web.Request) -> web.Response:
        document = await request.read()
        if not self._check(document):
            return _answer(4100)
        self._next += 1
        now = time.monotonic()
        self.reports[self._next] = FakeReport(document, now, now)
        return _answer(0, reportId=self._next)

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        found = self._open(int(form["id"]))  # type: ignore[arg-type]  # a field, no file
        if isinstance(found, int):
            return _answer(found)
        part = form["file"]
        assert isinstance(part, web.FileField)
        content = part.file.read()
        file_id = f"file{len(found.files) + 1}x{self.seen['upload']}"
        found.files[file_id] = FakeFile(content)
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return _answer(0, reportId=int(form["id"]), fileId=file_id, hash=md5)  # type: ignore[arg-type]  # a field

    async def _fileinfo(self, request: web.Request) -> web.Response:
        document = await request.read()
        if not self._check(document):
            return _answer(4100)
        said = etree.fromstring(document)
        found = self._open(int(said.findtext("reportId")))
        if isinstance(found, int):
            return _answer(found)
        file = found.files.get(said.findtext("fileId"))
        if file is None:
            return _answer(5002)
        file.details = document
        return _answer(0, reportId=int(said.findtext("reportId")), fileId=said.findtext("fileId"))

    async def _finish(self, request: web.Request) -> web.Response:
        number = await self._number(request, "finish")
        found = self._open(number)
        if isinstance(found, int):
            return _answer(found)
        found.state = "finished"
        self.finished.append(number)
        files = "".join(f"<fileId>{file_id}</fileId>" for file_id in found.files if not self.hides_files)
        body = f"<reportDoneResponse><responseCode>0</responseCode><reportId>{number}</reportId>"
        return web.Response(body=f"{body}<files>{files}</files></reportDoneResponse>".encode())

    async def _retract(self, request: web.Request) -> web.Response:
        number = await self._number(request, "retract")
        found = self._open(number)
        if isinstance(found, int):
            return _answer(found)
        found.state = "retracted"
        return _answer(0, reportId=number)


def _answer(code: int, **said: str | int | None) -> web.Response:
    """Status 200, whatever the code: the real one does so too."""
    fields = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
    body = f"<reportResponse><responseCode>{code}</responseCode><responseDescription>x</responseDescription>{fields}"
    return web.Response(body=f"{body}</reportResponse>".encode(), content_type="text/xml")
