# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A release in Chromium: two people with passkeys, an officer who fetches the package, opens it and has it verified."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pyrage
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.async_api import Browser, expect

from privity.desk.audit import log
from privity.desk.console.app import build_app
from privity.desk.console.serving import listening
from privity.desk.legal.releasing import lines, looking
from privity.desk.legal.releasing import service as releasing
from privity.desk.legal.requests.model import State
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.rights import Role
from privity.faces.demo.processes import free_port
from privity.identity.uris import new_user_uri
from privity.production import archive
from tests.desk.console.legal_floor import console_over
from tests.desk.fake_hub import HOST
from tests.desk.legal.agencies import bureau
from tests.desk.legal.notices.post import POT, Post
from tests.desk.legal.releasing import floor as floors
from tests.desk.legal.releasing.floor import Floor
from tests.desk.legal.vault.cellar import Cellar
from tests.desk.staff.authenticator import Authenticator
from tests.e2e.axe import need_axe
from tests.e2e.running import chromium
from tests.e2e.staff import Colleague, colleague, without_scripts
from tests.e2e.test_desk_cases import tab_to
from tests.e2e.test_desk_console import look_over

CITED: Final[dict[str, Any]] = {
    "gag_requested": True,
    "gag_basis": "18 USC 2705(b), order 17",
    "gag_until": "2027-02-01",
}


@asynccontextmanager
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Post, str]]:
    """A desk that releases, in this process, and the address at which browsers find it."""
    port = free_port()
    place = Place(f"http://localhost:{port}", "localhost")
    for module in (bureau, floors):
        monkeypatch.setattr(module, "PLACE", place)
    floor = Floor.at(tmp_path)
    post = Post(floor, {POT: new_user_uri(HOST, os.urandom)})
    room: dict[str, Any] = {"office": floor.office, "telling": post.telling}
    console = console_over(floor.db, floor.keys, tmp_path, lambda: floor.now_ms, place.origin, port, **room)
    async with listening(build_app(console), "127.0.0.1", port):
        yield post, place.origin
    floor.db.close()


@asynccontextmanager
async def somebody(browser: Browser, origin: str, key: Authenticator) -> AsyncIterator[Colleague]:
    """Whoever holds this passkey, in a browser that keeps it."""
    async with colleague(browser, origin) as found:
        secret = key._key
        assert secret is not None
        private = secret.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        credential = {
            "credentialId": b64encode(key.id).decode(),
            "isResidentCredential": True,
            "rpId": "localhost",
            "privateKey": b64encode(private).decode(),
            "userHandle": b64encode(os.urandom(16)).decode(),
            "signCount": key.count,
        }
        await found.session.send(
            "WebAuthn.addCredential", {"authenticatorId": found.authenticator, "credential": credential}
        )
        yield found
        assert found.complaints == [], f"a browser complains: {found.complaints}"


@asynccontextmanager
async def staff(browser: Browser, origin: str, floor: Floor, who: Acting) -> AsyncIterator[Colleague]:
    """Somebody of the floor, signed in."""
    assert who.number is not None
    async with somebody(browser, origin, floor.passkeys[who.number]) as found:
        await found.sign_in()
        yield found


async def test_two_people_release_and_the_officer_has_it_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_axe()
    wrong: list[str] = []
    async with desk(tmp_path, monkeypatch) as (post, origin), chromium() as browser:
        floor = post.floor
        number = floor.collected()
        page = f"/legal/{number}/release"
        async with (
            staff(browser, origin, floor, floor.clerk) as ada,
            staff(browser, origin, floor, floor.releaser) as bo,
        ):
            await ada.open(page)
            await look_over(ada, "release-nothing", wrong)
            await tab_to(ada, ada.page.get_by_role("button", name="Make the answer, with what was collected"))
            await ada.page.keyboard.press("Enter")
            await expect(ada.heading("Package 1: production")).to_be_visible()
            await look_over(ada, "release-looked-at", wrong)
            async with without_scripts(browser, ada) as plain:
                await plain.open(page)
                await expect(plain.page.get_by_text("this one step needs scripts")).to_be_visible()
                await expect(plain.page.get_by_role("region", name="The letter, as words")).to_contain_text(
                    "Answer to a legal request"
                )
            await ada.page.get_by_label("A file to read").select_option("data/records/subscriber.csv")
            await ada.press("Show it")
            await expect(ada.page.get_by_role("region", name="The file, as text")).to_contain_text("teapot-0")
            await look_over(ada, "release-file", wrong)
            await tab_to(ada, ada.page.get_by_role("link", name="Back", exact=True))
            await ada.page.keyboard.press("Enter")
            await tab_to(ada, ada.page.get_by_role("button", name="Approve as the first person"))
            await ada.page.keyboard.press("Enter")
            await expect(ada.page.get_by_text("you approved it already, and nobody does twice")).to_be_visible()

            await bo.open(page)
            await look_over(bo, "release-second", wrong)
            await tab_to(bo, bo.page.get_by_role("button", name="Approve as the second person"))
            await bo.page.keyboard.press("Enter")
            await expect(bo.heading("Release")).to_be_visible()
            (made,) = releasing.made_of(floor.db, floor.clerk, number)
            floor.noticed(made)
            await bo.open(page)
            await look_over(bo, "release-approved", wrong)
            await bo.press("Release package 1")
            await expect(bo.page.get_by_text("The desk makes the package by itself")).to_be_visible()
            floor.later()
            assert await floor.releasing.step() == 1, looking.of(floor.db, made.number).stuck
            await bo.open(page)
            await expect(bo.page.get_by_text("3 of 3 times left")).to_be_visible()

            async with somebody(browser, origin, floor.bureau.keys[floor.team().officer]) as officer:
                await officer.open(f"/agency/download/{made.name}")
                await look_over(officer, "agency-download", wrong)
                async with officer.page.expect_download() as waiting:
                    await tab_to(officer, officer.page.get_by_role("button", name="Fetch it with my passkey"))
                    await officer.page.keyboard.press("Enter")
                fetched = await waiting.value
                assert fetched.suggested_filename == f"{made.name}.age"
                await fetched.save_as(tmp_path / "fetched.age")
            assert floor.state(number) is State.DELIVERED

            await ada.open(page)
            await expect(ada.page.get_by_text("2 of 3 times left")).to_be_visible()
            await look_over(ada, "release-delivered", wrong)
        said = verified(floor, tmp_path)
        assert said.splitlines()[-1] == "verified", said
    assert wrong == []


async def test_what_is_due_kept_and_told_and_what_an_auditor_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    need_axe()
    wrong: list[str] = []
    async with desk(tmp_path, monkeypatch) as (post, origin), chromium() as browser:
        floor = post.floor
        number = post.collected(**CITED)
        objected = post.told()
        post.objects(post.notice(objected).reference, post.person, "I am <b>another</b> teapot collector.\u202e")
        kept = Cellar(floor.db, floor.keys, tmp_path)
        hold = kept.held()
        request = kept.scoped(classes=["subscriber", "session_ip"])
        kept.released(hold, request)
        log.sign(floor.db, "localhost/desk-audit", floor.keys.audit)
        async with staff(browser, origin, floor, floor.clerk) as ada:
            await ada.open("/legal/deadlines")
            await expect(ada.page.get_by_text("say whether people are told, or what bars it")).to_be_visible()
            await look_over(ada, "deadlines", wrong)
            await ada.open("/legal/vault")
            await look_over(ada, "vault", wrong)
            await tab_to(ada, ada.page.get_by_role("link", name=f"Hold {hold.number}", exact=True))
            await ada.page.keyboard.press("Enter")
            await expect(ada.heading(f"Hold {hold.number}")).to_be_visible()
            await look_over(ada, "vault-hold", wrong)
            await ada.page.get_by_role("combobox").select_option("subscriber/0001.json")
            await ada.page.get_by_label("What you read it for").fill("to see what the warrant reaches")
            await ada.press("Read this file")
            await expect(ada.page.get_by_role("region", name="The file, as text")).to_contain_text("pot.collector")
            await look_over(ada, "vault-file", wrong)

            await ada.open(f"/legal/{number}/notice")
            await expect(ada.page.get_by_label("Which law or order")).to_have_value(CITED["gag_basis"])
            await tab_to(ada, ada.page.get_by_role("button", name="Bar it until then"))
            await ada.page.keyboard.press("Enter")
            await expect(ada.page.get_by_text("Bar 1", exact=True)).to_be_visible()
            await look_over(ada, "notice-barred", wrong)
            await ada.open(f"/legal/{objected}/notice")
            await ada.press("Show words")
            words = ada.page.get_by_role("region", name="Words of objection 1")
            await expect(words).to_contain_text("I am <b>another</b> teapot collector.")
            await expect(words.locator(".sign")).to_have_text(["U+202E right-to-left override"])
            await look_over(ada, "notice-objection", wrong)
            async with without_scripts(browser, ada) as plain:
                await plain.open(f"/legal/{objected}/notice")
                await plain.page.get_by_label("it goes on: the objection changes nothing").check()
                await plain.page.get_by_label("Why, in words that the person will read").fill("It is your account.")
                await plain.press("Answer objection 1")
                await expect(plain.page.get_by_text("It is your account.")).to_be_visible()
        async with staff(browser, origin, floor, floor.comes(Role.AUDITOR)) as eve:
            await eve.open("/legal/audit")
            await expect(eve.page.get_by_role("main")).not_to_contain_text("pot.collector")
            await tab_to(eve, eve.page.get_by_role("button", name="Check it now"))
            await eve.page.keyboard.press("Enter")
            await expect(eve.page.get_by_role("status")).to_contain_text("The log holds:")
            await look_over(eve, "legal-audit", wrong)
        async with colleague(browser, origin) as stranger:
            await stranger.open("/agency/download/LP-2026-NOBODY")
            await look_over(stranger, "agency-nothing", wrong)
    assert wrong == []


def verified(floor: Floor, folder: Path) -> str:
    """What the verifier in the package says, run as its receiver would."""
    data = bytes(pyrage.decrypt((folder / "fetched.age").read_bytes(), [floor.team().identity]))
    place = folder / "package"
    for path, content in archive.unpack(data).items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    (folder / "keys.json").write_bytes(lines.published(floor.db, floor.office.published))
    (folder / "roots.pem").write_bytes(floor.office.roots)
    options = ["--keys", str(folder / "keys.json"), "--tsa", str(folder / "roots.pem")]
    command = [sys.executable, "-I", "bag/data/verify_package.py", ".", *options]
    ended = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout
