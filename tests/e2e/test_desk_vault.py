# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two officers open what they keep, in Chromium: each share on a machine of its own, by the command."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from playwright.async_api import expect
from pyrage import x25519

from privity.desk.console.app import build_app
from privity.desk.console.serving import listening
from privity.desk.legal.vault.custody import Holder
from privity.desk.staff.ceremony import Place
from privity.faces.demo.processes import free_port, privity
from tests.desk.console.legal_floor import console_over
from tests.desk.legal.agencies import bureau
from tests.desk.legal.releasing import floor as floors
from tests.desk.legal.releasing.floor import Floor
from tests.desk.legal.vault.cellar import Cellar
from tests.e2e.axe import need_axe
from tests.e2e.running import chromium
from tests.e2e.staff import Colleague, without_scripts
from tests.e2e.test_desk_cases import tab_to
from tests.e2e.test_desk_console import look_over
from tests.e2e.test_desk_releases import staff


async def handed_in(one: Colleague, folder: Path, holder: Holder, identity: x25519.Identity) -> str:
    """The file from the page, the command on the officer's own machine, and what it printed into the page."""
    async with one.page.expect_download() as waiting:
        await tab_to(one, one.page.get_by_role("button", name=f"Get the sealed share of the {holder.words}"))
        await one.page.keyboard.press("Enter")
    fetched = await waiting.value
    place = folder / holder.value
    place.mkdir()
    file, key = place / fetched.suggested_filename, place / "officer.key"
    await fetched.save_as(file)
    key.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    command = privity("legal", "open-share", str(file), "--identity", str(key))
    word = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    await one.page.get_by_label(f"What it printed, for the {holder.words}").fill(word)
    await one.press(f"Hand in the share of the {holder.words}")
    await expect(one.page.get_by_role("main")).to_contain_text("handed in by")
    assert word not in await one.page.content(), "nothing of it is shown again"
    return word


async def test_two_officers_bring_their_shares_and_a_file_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_axe()
    wrong: list[str] = []
    port = free_port()
    place = Place(f"http://localhost:{port}", "localhost")
    for module in (bureau, floors):
        monkeypatch.setattr(module, "PLACE", place)
    floor = Floor.at(tmp_path)
    kept = Cellar(floor.db, floor.keys, tmp_path)
    first, second = kept.officers()
    hold = kept.held()
    kept.released(hold, kept.scoped(classes=["subscriber", "session_ip"]))
    page = f"/legal/vault/{hold.number}"
    console = console_over(
        floor.db, floor.keys, tmp_path, lambda: floor.now_ms, place.origin, port, custody=kept.custody
    )
    async with (
        listening(build_app(console), "127.0.0.1", port),
        chromium() as browser,
        staff(browser, place.origin, floor, floor.clerk) as ada,
        staff(browser, place.origin, floor, floor.releaser) as bo,
    ):
        await ada.open(page)
        await look_over(ada, "vault-shares-none", wrong)
        await handed_in(ada, tmp_path, Holder.FIRST, first)
        await expect(ada.page.get_by_text("You have handed in the other one.")).to_be_visible()
        await look_over(ada, "vault-shares-one", wrong)
        async with without_scripts(browser, bo) as plain:
            await plain.open(page)
            await handed_in(plain, tmp_path, Holder.SECOND, second)
        await ada.open(page)
        await expect(ada.page.get_by_text("Both are here")).to_be_visible()
        await look_over(ada, "vault-shares-both", wrong)
        await ada.page.get_by_role("combobox").select_option("subscriber/0001.json")
        await ada.page.get_by_label("What you read it for").fill("to see what the warrant reaches")
        await ada.press("Read this file")
        await expect(ada.page.get_by_role("region", name="The file, as text")).to_contain_text("pot.collector")
        await ada.open(page)
        await expect(ada.page.get_by_text("Waits for the first officer and the second officer")).to_be_visible()
        await ada.open("/legal/collectors")
        await look_over(ada, "collectors", wrong)
    floor.db.close()
    assert wrong == []
