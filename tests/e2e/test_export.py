# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An export is saved by the browser, comes back apart from everything else, and no word in it becomes markup."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from playwright.async_api import expect

from tests.e2e.person import Person
from tests.e2e.test_backup import under_way
from tests.e2e.town import Town

SCRIPT = '<img src=x onerror="document.title=1">'


async def written(person: Person, what_for: str, folder: Path) -> Path:
    """The export that the browser has saved."""
    await person.page.get_by_role("radio", name=what_for).check()
    return await person.saves("Write the export", folder)


async def test_an_export_is_chosen_saved_and_read_back_apart(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.x"), await town.person("bob.x")
    await alice.begin(bob)
    await alice.say("The ferry leaves at seven")
    await alice.sees("The ferry leaves at seven")
    await alice.to_list()
    await alice.conversations.get_by_role("button", name="New group").click()
    await alice.field("Name of the group").fill("Secret society")
    await alice.press("Create the group")
    await expect(alice.page.get_by_role("complementary", name="Details")).to_be_visible()
    await alice.to_list()
    await alice.settings("Export and import")
    page = await written(alice, "To look at", tmp_path)
    with zipfile.ZipFile(page) as found:
        names = found.namelist()
        assert "index.html" in names and "index.json" not in names
        assert sum(name.endswith("/index.html") for name in names) == 2
    await alice.page.get_by_role("radio", name="Those that I choose").check()
    await expect(alice.button("Write the export")).to_be_disabled()
    await alice.page.get_by_role("checkbox", name="bob.x").check()
    machine = await written(alice, "For programs", tmp_path)
    await under_way(alice, "The export is saved where your browser puts files")
    await expect(alice.page.get_by_role("region", name="Under way")).to_contain_text("not encrypted")
    with zipfile.ZipFile(machine) as found:
        (conversation,) = json.loads(found.read("index.json"))["conversations"]
        assert conversation["title"] == "bob.x"

    rows = await alice.conversations.get_by_role("listitem").count()
    await take_in(alice, page)
    await expect(alice.page.get_by_role("region", name="Under way")).to_contain_text("index.json is not in it")
    await take_in(alice, machine)
    await under_way(alice, "The export is here")
    imported = alice.page.get_by_role("region", name="Imported conversations").get_by_role("listitem")
    await expect(imported).to_have_count(1)
    assert await alice.conversations.get_by_role("listitem").count() == rows
    await imported.get_by_role("button").click()
    messages = alice.page.get_by_role("list", name="Imported messages")
    await expect(messages).to_contain_text("The ferry leaves at seven")
    await expect(alice.page.get_by_text("proven by nobody", exact=False)).to_be_visible()
    await expect(alice.composer).to_have_count(0)
    await expect(alice.button("What can be done")).to_have_count(0)
    await alice.press("Remove it from this device")
    await alice.press("Remove it")
    await expect(imported).to_have_count(0)


async def take_in(person: Person, file: Path) -> None:
    await person.press("Import an export")
    await person.choose("The export", file)
    await person.press("Import it")


async def test_an_export_by_a_stranger_is_text_to_its_last_character(town: Town, tmp_path: Path) -> None:
    alice = await town.person("alice.h")
    entry = {"seq": 1, "ts_ms": 9_007_199_254_740_991, "kind": "message", "state": "shown", "sender": SCRIPT}
    entry |= {"name": f"{SCRIPT}\u202eevil", "text": f"{SCRIPT}\n# no heading\n{'x' * 500}", "mine": True}
    entry |= {"files": [{"name": f"{SCRIPT}.exe", "content_type": "text/html", "size": 1, "path": "../../x"}]}
    conversation = {"folder": "00001", "room_uri": "r", "title": SCRIPT, "direct": False, "entries": 1}
    index = {"version": 1, "user_uri": "u", "handle": SCRIPT, "exported_ms": 1, "conversations": [conversation]}
    hostile = tmp_path / "hostile.zip"
    with zipfile.ZipFile(hostile, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("index.json", json.dumps(index))
        out.writestr("conversations/00001/messages.jsonl", json.dumps(entry) + "\n")
        out.writestr("../../../evil", "x")
    await alice.settings("Export and import")
    await take_in(alice, hostile)
    imported = alice.page.get_by_role("region", name="Imported conversations").get_by_role("listitem")
    await expect(imported).to_contain_text(SCRIPT)
    await imported.get_by_role("button").click()
    messages = alice.page.get_by_role("list", name="Imported messages")
    await expect(messages).to_contain_text(SCRIPT)
    await expect(messages.get_by_role("heading")).to_have_count(0)
    await expect(messages.locator("img, a, script")).to_have_count(0)
    assert "\u202e" not in await messages.inner_text()
    assert "Privity" in await alice.page.title()
    assert not list(tmp_path.rglob("evil"))
    assert await alice.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
