# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A page that brings files, waits for errands, and fetches what they made."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from privity.faces.app.port.envelopes import Answered, Failed
from privity.faces.app.port.errands import ErrandChanged, ErrandIs, ErrandState
from tests.faces.app.pages import Page

ENDED = (ErrandState.READY, ErrandState.DONE, ErrandState.FAILED, ErrandState.STOPPED)


def told(opened: Page) -> dict[str, str]:
    return {"Origin": opened.base, "Authorization": f"Privity {opened.session}"}


async def ended(opened: Page, request: Any) -> Any:
    """The errand that this request begins, once it has come to an end."""
    begun = await opened.ask(request)
    assert isinstance(begun, ErrandIs) and begun.errand is not None, begun
    number = begun.errand.number
    event = await opened.until(
        lambda e: (
            isinstance(e, ErrandChanged)
            and (e.account, e.errand.number) == (request.account, number)
            and e.errand.state in ENDED
        )
    )
    return event.errand


async def fetch(http: aiohttp.ClientSession, opened: Page, number: int, account: str = "ann") -> tuple[int, bytes]:
    async with http.get(f"{opened.base}/errands/{account}/{number}", headers=told(opened)) as answer:
        return answer.status, await answer.read()


async def bring(
    http: aiohttp.ClientSession, opened: Page, kind: str, data: bytes | AsyncIterator[bytes], account: str = "ann"
) -> Any:
    """The name of what was brought, or the problem."""
    query = {"kind": kind, "account": account, "token": "t"}
    async with http.post(f"{opened.base}/brought", params=query, data=data, headers=told(opened)) as answer:
        found = msgspec.json.decode(await answer.read(), type=Answered | Failed)
        assert answer.status == (200 if isinstance(found, Answered) else 409)
        return found.problem.name if isinstance(found, Failed) else found.result.name  # type: ignore[union-attr]


def unpacked(data: bytes) -> dict[str, bytes]:
    """What is in a ZIP file, every checksum looked at."""
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {each.filename: found.read(each) for each in found.infolist()}


def nameless(folder: Path) -> list[bytes]:
    """What the files without a name hold that this process has open below a folder."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(each)  # noqa: PTH115 - such a link leads nowhere
            if target.startswith(str(folder)) and target.endswith(" (deleted)"):
                found.append(each.read_bytes())
        except FileNotFoundError:
            continue  # that of this very look
    return found
