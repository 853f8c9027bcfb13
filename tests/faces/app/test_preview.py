# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of strangers come to the page as small ones that we made."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from privity.faces.app.limits import KEPT_PREVIEWS
from privity.faces.app.previews import Previews
from privity.preview import sandbox
from privity.preview.making import PNG
from tests.client.town import run
from tests.faces.app.scenes import scene
from tests.faces.app.test_files import send, told
from tests.preview.pictures import picture

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")


def test_the_oldest_previews_give_way() -> None:
    previews = Previews()
    for number in range(5):
        previews.keep(("room", b"id", number), bytes(KEPT_PREVIEWS // 4))
    assert previews.find(("room", b"id", 0)) is None
    assert previews.find(("room", b"id", 4)) is not None


def test_a_picture_of_a_message_is_previewed_over_the_port(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            sent = await send(http, at, room, picture("JPEG"), filename="a.jpg", kind="image/jpeg")
            fake = await send(http, at, room, b"<script>", filename="b.png", kind="image/png")
            (shown,) = (await at.shown("bob", sent.result.message_id)).files
            assert shown.picture
            await at.shown("bob", fake.result.message_id)
            for _ in range(2):  # the second from memory
                answer = await http.get(place(at, room, sent.result.message_id), headers=told(at.page))
                assert (answer.status, answer.content_type) == (200, "image/png")
                assert (await answer.read()).startswith(PNG)
                assert answer.headers["Content-Security-Policy"].startswith("sandbox")
            answer = await http.get(place(at, room, fake.result.message_id), headers=told(at.page))
            assert (answer.status, (await answer.json())["name"]) == (409, "NotAPicture")
            answer = await http.get(place(at, room, sent.result.message_id), headers={"Origin": at.page.base})
            assert answer.status == 401

    run(story())


def place(at: Any, room: str, message_id: bytes) -> str:
    return f"{at.page.base}/previews/bob/{quote(room, safe='')}/{message_id.hex()}/0"
