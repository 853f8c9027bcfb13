# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of a desk that answers legal requests, over the invented requests of `Casework` and at its time."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from aiohttp.test_utils import TestClient, TestServer

from privity.desk import config as desk_config
from privity.desk.console.app import build_app, console_of
from privity.desk.console.legal_desk import LegalDesk, made_of
from privity.desk.db.database import open_database
from privity.desk.keys import DeskKeys
from privity.desk.legal_office import LegalOffice
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Clock, Pages
from tests.desk.console.visitor import ORIGIN, Answer, Visitor
from tests.desk.legal.casework import RULES, T0, Casework
from tests.desk.legal.conftest import fresh

__all__ = ["Files", "LegalPages", "desk", "fresh", "send_files"]

OFFICE: Final = LegalOffice(
    profile=Path("profile.yaml"),
    contact="legal@hub.example",
    rulebook=None,
    languages=("en",),
    vault_officers=(),
    releasing=None,
)
Files = Sequence[tuple[str, str, str, bytes]]
"""Field, name, media type and content of each."""
BOUNDARY: Final = "----teapots17"


@dataclass
class LegalPages(Pages):
    """Pages, and the requests that are worked on behind them: both at one time."""

    work: Casework = field(kw_only=True)
    legal: LegalDesk = field(kw_only=True)

    def days(self, count: float) -> None:
        self.work.days(count)
        self.clock.now_ms = self.work.now_ms

    async def clerk(self) -> Visitor:
        return await self.visitor(Role.LEGAL_CLERK)

    async def reviewer(self) -> Visitor:
        return await self.visitor(Role.LEGAL_REVIEWER)

    async def releaser(self) -> Visitor:
        return await self.visitor(Role.LEGAL_RELEASER)


@pytest.fixture
async def desk(tmp_path: Path, fresh: tuple[Path, DeskKeys]) -> AsyncIterator[LegalPages]:
    file, keys = fresh
    section = desk_config.DeskSection(hub_url="http://127.0.0.1:1", listen="127.0.0.1:8441", console_url=ORIGIN)
    config = desk_config.check(section, tmp_path)
    shutil.copy(file, tmp_path / "desk.db")
    db, clock = open_database(tmp_path / "desk.db", keys), Clock(T0)
    legal = made_of(config, keys, OFFICE, RULES, os.urandom)
    shared = console_of(db, keys, config, clock, os.urandom, legal=legal)
    async with TestClient(TestServer(build_app(shared))) as client:
        yield LegalPages(db, keys, shared, client, clock, work=Casework(db, keys), legal=legal)
    db.close()


async def send_files(
    visitor: Visitor, path: str, files: Files, fields: Mapping[str, str | list[str]] | None = None, **more: Any
) -> Answer:
    """A form with files, as a browser sends it, with a token that fits."""
    given = {"csrf": await visitor.token(), **(fields or {}), **more}
    return await visitor.send(
        path, multipart(given, files), {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    )


def multipart(fields: Mapping[str, str | list[str]], files: Files = ()) -> bytes:
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode()
        for name, values in fields.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    parts += [
        f'Content-Disposition: form-data; name="{name}"; filename="{called}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        for name, called, kind, content in files
    ]
    return b"".join(f"--{BOUNDARY}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{BOUNDARY}--\r\n".encode()
