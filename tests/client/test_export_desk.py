# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Own reports, appeals and decisions in an export: all of them, harmless to open, and nothing of what was reported."""

from __future__ import annotations

import io
import json
from pathlib import Path
from zipfile import ZipFile

import msgspec

from privity.client.engine.from_desk import Line
from privity.client.engine.inputs import TakeFromDesk
from privity.client.export import with_the_desk
from privity.client.export.archive import Archive
from privity.client.export.writing import Form, Wanted
from privity.client.sdk import Device
from tests.client.linked import world
from tests.client.test_desk_restored import APPEAL, REPORT, STATEMENT
from tests.client.test_export import HOSTILE, check_harmless

BAD = "\n".join(HOSTILE)
RECORDS = (
    msgspec.structs.replace(REPORT, lines=(Line(5, BAD),), receipt=BAD),
    msgspec.structs.replace(REPORT, subject=None, receipt="heard of"),
    msgspec.structs.replace(APPEAL, text=BAD, reference=BAD, lines=(Line(5, BAD),)),
    msgspec.structs.replace(STATEMENT, text=BAD, action=BAD, reference=BAD),
)
FILES = {with_the_desk.JSON, with_the_desk.HTML}


async def packed(device: Device, wanted: Wanted) -> dict[str, bytes]:
    out = io.BytesIO()
    await device.exports.pack(out, wanted, fetch=False)
    with ZipFile(out) as found:
        return {name: found.read(name) for name in found.namelist()}


async def test_what_was_said_to_the_desk_is_exported_and_harmless(tmp_path: Path) -> None:
    async with world(tmp_path) as town:
        device = town.ann
        assert FILES & set(await packed(device, Wanted())) == set(), "there is nothing yet"
        await device.host.do(lambda n: TakeFromDesk(n, RECORDS))
        files = await packed(device, Wanted())
        page = check_harmless(files[with_the_desk.HTML].decode())
        check_harmless(files["index.html"].decode())
        assert with_the_desk.HTML in files["index.html"].decode()
        for text in HOSTILE[:5]:
            assert page.text.count(text) >= len(RECORDS), text
        assert "\u202e" not in page.text and "\x00" not in page.text
        found = json.loads(files[with_the_desk.JSON])
        by_receipt = {each["receipt"]: each for each in found["reports"]}
        assert by_receipt[BAD]["reason"] == "fraud" and by_receipt[BAD]["lines"] == [{"at_ms": 5, "text": BAD}]
        assert by_receipt["heard of"]["subject"] == by_receipt["heard of"]["reason"] == ""
        assert [(each["about"], each["text"], each["from_backup"]) for each in found["appeals"]] == [
            ("decision", BAD, True)
        ]
        assert [each["text"] for each in found["statements"]] == [BAD]
        assert FILES & set(await packed(device, Wanted(rooms=()))) == set(), "of some conversations alone"
        assert FILES & set(await packed(device, Wanted((Form.JSON,)))) == {with_the_desk.JSON}
        folder = await device.exports.export(tmp_path / "out")
        assert await Archive(device.host.store).take_in(folder, 1) == [], "whoever reads an export opens none of it"
