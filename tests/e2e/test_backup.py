# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A backup made in one browser is read on another machine, with the twelve words and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.async_api import expect

from privity.client.backup.format import MAGIC
from tests.e2e.person import Person
from tests.e2e.town import Town


async def under_way(person: Person, text: str) -> None:
    """Wait until an errand says this."""
    await expect(person.page.get_by_role("region", name="Under way").get_by_text(text, exact=True)).to_be_visible()


async def come_back(new: Person, old: Person, hub: str, words: str, backup: Path) -> None:
    """The form of a person who lost their devices, sent."""
    await new.field("Address of the hub").fill(hub)
    await new.field("Handle").fill(old.handle)
    await new.field("The twelve words").fill(words)
    await new.choose("A backup, if you have one", backup)
    await new.fill_passphrase()
    await new.press("Come back")


async def test_a_backup_brings_back_what_was_said(town: Town, tmp_path: Path) -> None:
    alice, bob = await town.person("alice.b"), await town.person("bob.b")
    await alice.begin(bob)
    await alice.say("The key is under the third pot")
    await bob.open("alice.b")
    await bob.say("And the cat is fed at six")
    await alice.sees("And the cat is fed at six")
    await alice.sees("The key is under the third pot")
    await alice.settings("Backup")
    backup = await alice.saves("Make a backup", tmp_path)
    await under_way(alice, "The backup is saved where your browser puts files")
    assert re.fullmatch(r"alice\.b-\d{4}-\d\d-\d\d\.privity-backup", backup.name)
    data = backup.read_bytes()
    assert data.startswith(MAGIC) and b"third pot" not in data

    await alice.app.stop()
    phone = await town.visitor("alice.b", width=360, height=740)
    await phone.press(re.compile("^Come back with the recovery phrase"))
    words, alert = " ".join(alice.words), phone.page.get_by_role("main").get_by_role("alert")
    zeros, cut = tmp_path / "zeros", tmp_path / "cut"
    with zeros.open("wb") as file:
        file.truncate(2 << 30)
    cut.write_bytes(data[:-40])
    for wrong, said in ((zeros, "no backup of a Privity account"), (cut, "was changed, moved")):
        await come_back(phone, alice, town.hub.url, words, wrong)
        await expect(alert).to_contain_text(said)
    await come_back(phone, alice, town.hub.url, " ".join(bob.words), backup)
    await expect(alert).to_contain_text("these words lead to")
    await come_back(phone, alice, town.hub.url, words, backup)
    await under_way(phone, "The backup is here")
    await phone.open("bob.b")
    await phone.sees("The key is under the third pot")
    await phone.sees("And the cat is fed at six")
    town.hush()  # alice's daemon is gone


async def test_a_backup_is_brought_into_a_device_that_is_open_and_a_wrong_word_changes_nothing(
    town: Town, tmp_path: Path
) -> None:
    alice = await town.person("alice.i")
    await alice.settings("Backup")
    backup = await alice.saves("Make a backup", tmp_path)
    await alice.press("Bring a backup in")
    sheet = alice.sheet("Bring a backup in")
    await alice.choose("The backup", backup)
    await sheet.get_by_label("The twelve words").fill("twelve words that are none")
    await alice.press("Bring it in")
    await expect(sheet.get_by_role("alert")).to_be_visible()
    await sheet.get_by_label("The twelve words").fill(" ".join(alice.words).upper())
    await alice.press("Bring it in")
    await under_way(alice, "The backup is here")
    await alice.press("All right")
    await expect(alice.page.get_by_role("region", name="Under way")).to_have_count(0)
