# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Handing messages over from the page: what it would hold, the package, and that a lock leaves nothing of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aiohttp
import pyrage

from privity.faces.app.port.disclosing import Disclose, DisclosureShown, LookAtDisclosure
from privity.faces.app.port.errands import ErrandKind, ErrandState
from privity.faces.app.port.opening import LockNow
from privity.faces.app.verbs.table import BY_ITSELF
from privity.production import archive
from tests.client.town import run
from tests.faces.app.errands import ended, fetch, nameless, unpacked
from tests.faces.app.scenes import problem, scene

TO: dict[str, Any] = {"recipient": "The teapot office", "purpose": "advice"}


def test_a_package_is_looked_at_made_fetched_and_gone(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at, aiohttp.ClientSession() as http:
            room = await at.direct()
            ids = [await at.say("bob" if n % 2 else "ann", room, f"teapot {n}") for n in range(4)]
            await at.shown("ann", ids[3])
            ends = ids[2], ids[1]
            looked = LookAtDisclosure(account="ann", room_uri=room, message_ids=ends, range=True)
            found = await at.page.ask(looked)
            assert isinstance(found, DisclosureShown), found
            assert (found.messages, found.own, found.left_out) == (2, 1, 0)
            assert [each.user_uri for each in found.people] == [at.bob] and found.others == ()

            made = await ended(at.page, Disclose(account="ann", room_uri=room, message_ids=ends, range=True, **TO))
            assert (made.kind, made.state) == (ErrandKind.DISCLOSURE, ErrandState.READY)
            assert made.text.startswith("2 messages. It is given to nobody yet") and made.filename.endswith(".zip")
            _, data = await fetch(http, at.page, made.number)
            files = {name.partition("/")[2]: each for name, each in unpacked(data).items()}
            selection = json.loads(files["bag/data/selection.json"])
            assert selection["selected"] == [ids[1].hex(), ids[2].hex()]
            assert (selection["recipient"], selection["gaps"]) == (TO["recipient"], [{"after": 1, "unselected": 0}])
            assert nameless(tmp_path) == []

            identity = pyrage.x25519.Identity.generate()
            key = f" {identity.to_public()} "
            kept = await ended(at.page, Disclose(account="ann", room_uri=room, age_key=key, attestation=True, **TO))
            assert kept.filename.endswith(".tar.age")
            await at.page.ask(LockNow(account="ann"))
            assert (await fetch(http, at.page, kept.number))[0] == 409 and nameless(tmp_path) == []
            sealed = await ended(at.page, Disclose(account="bob", room_uri=room, age_key=key, **TO))
            opened = archive.unpack(pyrage.decrypt((await fetch(http, at.page, sealed.number, "bob"))[1], [identity]))
            assert sum("bag/data/messages/" in name for name in opened) == 4

    run(story())


def test_what_cannot_be_handed_over_is_refused_by_name(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            said = await at.say("ann", room, "teapot")

            async def refused(**changed: Any) -> str:
                request: dict[str, Any] = {"account": "ann", "room_uri": room, "message_ids": (said,), **TO, **changed}
                return await problem(at.page, Disclose(**request))

            assert await refused(recipient=" ") == "CommandRefused"
            assert await refused(purpose="") == "CommandRefused"
            nothing = LookAtDisclosure(account="ann", room_uri=room, message_ids=(bytes(32),))
            assert await problem(at.page, nothing) == "CommandRefused"
            failed = await ended(at.page, Disclose(account="ann", room_uri=room, message_ids=(bytes(32),), **TO))
            assert failed.state is ErrandState.FAILED and "no evidence" in failed.text
            assert await refused(message_ids=(bytes(32),), range=True) == "CommandRefused"
            assert await refused(message_ids=(), range=True) == "CommandRefused"
            assert await refused(room_uri="mimi://hub.example/r/x") == "NotThere"
            assert await refused(account="nobody") == "NoAccount"

    run(story())


def test_LP_27_a_page_that_nobody_sits_at_begins_none() -> None:
    """Neither is among the requests that a page makes by itself."""
    assert not {LookAtDisclosure, Disclose} & set(BY_ITSELF)
