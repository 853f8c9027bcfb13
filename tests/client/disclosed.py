# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation about teapots that is over: its hub is gone, and Ann's store is there to hand some of it over."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from privity.client.disclosing.disclosures import Made
from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.sdk import Device
from privity.keylog.verify import LogKeys
from privity.production.standalone import verify_messages, verify_package
from privity.production.writing import Report, write
from tests.client.linked import world
from tests.client.town import shown

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
PICTURE = b"\x89PNG an invented picture"


@dataclass(frozen=True, slots=True)
class Past:
    """Ids of messages by what they are, and where Ann's store lies."""

    folder: Path
    room: str
    ids: dict[str, bytes]
    ben: str
    log: LogKeys


async def talked(folder: Path) -> Past:
    """Ann and Ben talk while there is a hub."""
    ids: dict[str, bytes] = {}
    async with world(folder) as town:
        ann, ben = town.ann, await town.person("ben_b")
        room = await ann.direct(ben.user_uri)

        async def said(by: Device, name: str, text: str) -> bytes:
            ids[name] = await by.send(room, text)
            await shown(ben if by is ann else ann, room, ids[name])
            return ids[name]

        await said(ann, "own", HOSTILE)
        await said(ben, "hot", "the teapot is hot")
        ids["picture"] = await ben.attach(room, PICTURE, filename="teapot.png")
        await shown(ann, room, ids["picture"])
        await ann.fetch(room, ids["picture"])
        ids["unfetched"] = await ben.attach(room, b"never fetched", filename="../../kettle.html")
        await shown(ann, room, ids["unfetched"])
        await said(ben, "edited", "the kettle is cold")
        ids["edit"] = await ben.edit(room, ids["edited"], "the kettle is warm")
        await shown(ann, room, ids["edit"])
        await said(ben, "deleted", "I never said this")
        await ben.delete(room, ids["deleted"])
        ids["own picture"] = await ann.attach(room, PICTURE, filename="mine.png")
        ids["reaction"] = await ben.react(room, ids["own"], "🫖")
        await said(ben, "forgotten", "not for Ann's eyes")
        await said(ben, "last", "good night")
        await ann.forget(room, ids["forgotten"])
        await ann.caught_up()
        await ben.close()
        return Past(folder / "ann", room, ids, ben.user_uri, ann.host.engine.device.log.keys)


@asynccontextmanager
async def alone(past: Past, folder: Path) -> AsyncIterator[Device]:
    """Ann's device, in a copy of its store, where nobody can be asked."""
    shutil.copytree(past.folder, folder / "store")
    device = Device.open(folder / "store", "one")
    try:
        yield device
    finally:
        await device.close()


def wanted(past: Past, *names: str, **said: Any) -> Wanted:
    """These messages, or the whole conversation."""
    return Wanted(Chosen(past.room, tuple(past.ids[name] for name in names)), "The teapot office", "advice", **said)


def read(made: Made, name: str) -> Any:
    """A file of JSON in a package."""
    return json.loads(made.package.files[f"bag/data/{name}"])


def messages(made: Made) -> list[dict[str, Any]]:
    return [read(made, f"messages/{n:05}.json") for n in range(1, made.messages + 1)]


def verify_here(folder: Path, keys: Path, *_: object) -> Report:
    """What `production.writing.verify` does, without a process for each."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        verify_package.main([str(folder), "--keys", str(keys), "--json"])
    return msgspec.json.decode(out.getvalue(), type=Report)


def checked(made: Made, log: LogKeys, folder: Path, *options: str) -> dict[str, Any]:
    """What the two standalone verifiers say, which have nothing but the package and the keys of the log."""
    place = folder / made.name
    if not place.exists():
        write(made.package, place)
    report = verify_here(place, place / "attest" / "keys.json")
    assert report.verified, report
    out = io.StringIO()
    keys = ("--log-key", log.policy.log.encode(), "--vrf-key", log.vrf_public.hex())
    with contextlib.redirect_stdout(out):
        verify_messages.main([str(place), *keys, "--json", *options])
    found: dict[str, Any] = json.loads(out.getvalue())
    return found
