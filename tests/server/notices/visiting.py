# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody without an account at the public form, and the desk that reads what they wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from privity.message import sealed_report
from privity.server.notices.model import Handed
from privity.wire import staff
from tests.server.rooms.world import World

INTAKE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
INTAKE_PUBLIC = INTAKE.public_key().public_bytes_raw()
FORM = {
    "about": "0",
    "address": "mallory",
    "reason": "8",
    "words": "They write that teapots are no pots.",
    "name": "",
    "email": "",
    "good_faith": "yes",
}


@dataclass(frozen=True)
class Page:
    """One answer to a browser."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text)
        assert found, self.text
        return unescape(found[1])

    @property
    def refused(self) -> str | None:
        found = re.search(r'data-refused="([a-z_]+)"', self.text)
        return None if found is None else found[1]

    @property
    def handed(self) -> Handed:
        receipt, code = re.findall(r"<code>([^<]*)</code>", self.text)
        return Handed(receipt.replace(" ", ""), code.replace(" ", ""))

    def without_codes(self) -> str:
        """What is the same for everybody."""
        return re.sub(r'<code>[^<]*</code>|value="[0-9a-z]{32}"', "", self.text)


@dataclass
class Visitor:
    """A browser that runs no scripts and keeps no cookies."""

    world: World

    async def get(self, path: str = "/notice", **headers: str) -> Page:
        async with self.world.http.get(path, headers=headers) as response:
            return Page(response.status, response.headers, await response.text())

    async def post(self, path: str, fields: Mapping[str, str] | bytes, **headers: str) -> Page:
        data = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        sent = {"Content-Type": "application/x-www-form-urlencoded"} | headers
        async with self.world.http.post(path, data=data, headers=sent) as response:
            assert "Set-Cookie" not in response.headers
            return Page(response.status, response.headers, await response.text())

    async def notify(self, **changed: str) -> Page:
        return await self.post("/notice", FORM | changed)

    async def made(self, **changed: str) -> Handed:
        page = await self.notify(**changed)
        assert page.status == 200, page.text
        return page.handed

    async def look_up(self, handed: Handed) -> Page:
        return await self.post("/notice/status", {"receipt": handed.receipt, "code": handed.code})

    async def appeal(self, handed: Handed, text: str = "Please look again.") -> Page:
        fields = {"receipt": handed.receipt, "code": handed.code, "appeal": text}
        return await self.post("/notice/appeal", fields)


async def relayed(world: World) -> list[staff.RelayedReport]:
    status, answer = await world.staff("GET", "/staff/v1/reports")
    assert status == 200
    return msgspec.convert(answer, staff.RelayedReports).reports


def opened(report: staff.RelayedReport) -> Any:
    return sealed_report.open(INTAKE.private_bytes_raw(), report.sealed)
