# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files go from the page to the other and back as they are, with word of how far they are; no browser runs them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import msgspec

from privity.faces.app import files
from privity.faces.app.limits import MAX_FILES_UNDER_WAY
from privity.faces.app.port.asked import Done
from privity.faces.app.port.envelopes import Answered, Failed
from privity.faces.app.port.happened import EntryChanged, Progress
from privity.faces.app.port.opening import LockNow, Unlock
from tests.client.town import run
from tests.faces.app.pages import PASSPHRASE, Page
from tests.faces.app.scenes import Scene, scene

CONTENT = bytes(range(256)) * 8192


def told(opened: Page) -> dict[str, str]:
    return {"Origin": opened.base, "Authorization": f"Privity {opened.session}"}


async def send(http: aiohttp.ClientSession, at: Scene, room: str, data: Any, **query: str) -> Any:
    url = f"{at.page.base}/files/ann/{quote(room, safe='')}"
    kind = {"Content-Type": query.pop("kind", "application/octet-stream")}
    async with http.post(url, params=query, data=data, headers={**told(at.page), **kind}) as answer:
        found = msgspec.json.decode(await answer.read(), type=Answered | Failed)
        assert answer.status == (200 if isinstance(found, Answered) else 409)
        return found


async def get(http: aiohttp.ClientSession, at: Scene, room: str, rest: str) -> tuple[int, bytes, dict[str, str]]:
    async with http.get(f"{at.page.base}/files/bob/{quote(room, safe='')}/{rest}", headers=told(at.page)) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


def test_a_file_arrives_as_it_was_with_its_name_made_harmless(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            name = "../näme\u202egnp.html"
            query = {"token": "f", "filename": name, "caption": "look", "kind": "text/html"}
            sent = await send(http, at, room, CONTENT, **query)
            again = await send(http, at, room, CONTENT, **query)
            assert sent.result == again.result  # the page lost its connection, and asked again
            entry = await at.shown("bob", sent.result.message_id)
            (shown,) = entry.files
            assert (shown.size, shown.content_type, shown.picture) == (len(CONTENT), "text/html", False)
            assert "\u202e" not in shown.filename
            progress = [e for e in at.page.events if isinstance(e, Progress) and e.token == "f"]
            assert progress[-1].done == progress[-1].total >= len(CONTENT)
            assert len(progress) > 2
            place = f"{sent.result.message_id.hex()}/{shown.part_index}"
            status, data, headers = await get(http, at, room, place)
            assert (status, data) == (200, CONTENT)
            assert headers["Content-Type"] == "application/octet-stream"
            assert headers["Content-Security-Policy"].startswith("sandbox")
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''n%C3%A4megnp.html"
            messages = [
                e for e in at.page.events if isinstance(e, EntryChanged) and e.entry.files and e.account == "bob"
            ]
            assert len({e.entry.message_id for e in messages}) == 1

    run(story())


def test_what_is_no_file_of_this_conversation_is_refused_by_name(tmp_path: Path, monkeypatch: Any) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            text = await at.say("ann", room, "no file")
            await at.shown("bob", text)
            for place, status, name in (
                (f"{text.hex()}/0", 409, "CommandRefused"),
                ("00/0", 409, "CommandRefused"),
                ("zz/0", 400, "Malformed"),
                (f"{text.hex()}/99999", 404, "Http"),
            ):
                found, data, _ = await get(http, at, room, place)
                assert (found, msgspec.json.decode(data)["name"]) == (status, name)
            found, data, _ = await get(http, at, "mimi://hub.example/r/x", "00/0")
            assert (found, msgspec.json.decode(data)["name"]) == (404, "NotThere")
            monkeypatch.setattr(files, "MAX_FILE", 1000)
            assert (await send(http, at, room, b"x" * 1001)).problem.name == "FileTooLarge"

            async def pieces() -> Any:
                for _ in range(2):
                    yield b"x" * 600

            assert (await send(http, at, room, pieces())).problem.name == "FileTooLarge"
            assert [each.files for each in (await at.entries("bob", room)).entries if each.files] == []

    run(story())


def test_a_lock_ends_a_file_on_its_way(tmp_path: Path) -> None:
    """Nothing of it is sent, no bug is told, and the same file goes out once when the account is open again."""

    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            half, go = asyncio.Event(), asyncio.Event()

            async def pieces() -> Any:
                yield CONTENT
                half.set()
                await go.wait()
                yield CONTENT

            sending = asyncio.ensure_future(send(http, at, room, pieces(), token="f", filename="walk.bin"))
            await half.wait()
            assert isinstance(await at.page.ask(LockNow(account="ann")), Done)
            go.set()
            assert (await sending).problem.name == "AccountLocked"
            assert isinstance(await at.page.ask(Unlock(account="ann", passphrase=PASSPHRASE)), Done)
            await at.door.house.opened("ann").device.caught_up()  # a file goes out only to a hub that is there
            assert [each.files for each in (await at.entries("ann", room)).entries if each.files] == []
            sent = await send(http, at, room, CONTENT + CONTENT, token="f", filename="walk.bin")
            await at.shown("bob", sent.result.message_id)
            assert len([each for each in (await at.entries("bob", room)).entries if each.files]) == 1

    run(story())


def test_many_at_once_come_one_after_another_and_whole(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            files = [bytes([number]) * 70_000 for number in range(3 * MAX_FILES_UNDER_WAY)]
            works = [send(http, at, room, data, token=str(data[0]), filename=f"{data[0]}.bin") for data in files]
            sent = await asyncio.gather(*works)
            shown = [await at.shown("bob", each.result.message_id) for each in sent]
            places = [f"{each.message_id.hex()}/{each.files[0].part_index}" for each in shown]
            got = await asyncio.gather(*(get(http, at, room, place) for place in places))
            assert [data for _, data, _ in got] == files
            url = f"{at.page.base}/files/bob/{quote(room, safe='')}/{places[0]}"
            async with http.head(url, headers=told(at.page)) as answer:
                assert (answer.status, await answer.read()) == (200, b"")
            async with http.head(url, headers={"Origin": at.page.base}) as answer:
                assert answer.status == 401
            async with http.get(url, headers={**told(at.page), "Range": "bytes=0-1,-1"}) as answer:
                assert (answer.status, await answer.read()) == (200, files[0])

    run(story())
