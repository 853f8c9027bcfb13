# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An officer fetches a package: their own passkey, three times, two weeks; whoever else comes sees one page."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pyrage
import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.releasing import parts
from privity.desk.legal.releasing.model import Stage
from privity.desk.legal.requests.model import State
from privity.production import archive
from tests.desk.console.legal_floor import House, fresh, house
from tests.desk.console.visitor import Visitor
from tests.desk.contents import contents
from tests.desk.legal.releasing.floor import DAY_MS

__all__ = ["fresh", "house"]

UNKNOWN = "LP-2026-NOBODY"


def place(name: str) -> str:
    return f"/agency/download/{name}"


def officer(house: House) -> Visitor:
    """The officer's own browser, at the door."""
    browser = house.outside()
    return replace(browser, passkey=house.floor.bureau.keys[house.floor.team().officer])


async def test_an_officer_fetches_one_sealed_file_and_opens_it_with_their_key(house: House) -> None:
    made = await house.ready()
    browser = officer(house)
    answer = await browser.submit(place(made.name), place(made.name))
    assert answer.headers["Content-Type"].startswith("application/octet-stream")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{made.name}.age"'
    assert hashlib.sha256(answer.body).digest() == made.package_sha256
    files = archive.unpack(bytes(pyrage.decrypt(answer.body, [house.floor.team().identity])))
    assert {"attest/approvals.json", "bag/data/index.html", "letter.pdf"} <= set(files)
    (entry,) = house.floor.acts(Act.PRODUCTION_FETCHED)
    assert entry.who == f"officer:{house.floor.team().officer}"
    assert house.floor.state(made.request) is State.DELIVERED


async def refusal(house: House, name: str) -> str:
    """What the officer's passkey gets under a name, where that is nothing."""
    answer = await officer(house).submit(place(name), place(name))
    assert answer.status == 403, answer.text
    return answer.text.replace(name, "NAME")


async def test_lp_12_whatever_is_not_there_for_an_officer_is_one_refusal(house: House) -> None:
    nothing = await refusal(house, UNKNOWN)
    waiting = await house.approved()
    assert await refusal(house, waiting.name) == nothing, "approved is not yet there"
    house.floor.noticed(waiting)
    house.floor.release(waiting)
    house.floor.later()
    assert await house.floor.releasing.step() == 1
    house.floor.later(15 * DAY_MS)
    assert await refusal(house, waiting.name) == nothing, "two weeks are over"
    assert (await officer(house).post(place(waiting.name))).status == 403


async def test_three_times_and_then_no_more(house: House) -> None:
    made = await house.ready()
    for _ in range(3):
        answer = await officer(house).submit(place(made.name), place(made.name))
        assert answer.status == 200
        house.floor.later()
    assert await refusal(house, made.name) == await refusal(house, UNKNOWN)
    assert len(house.floor.acts(Act.PRODUCTION_FETCHED)) == 3


async def test_an_answer_serves_once(house: House) -> None:
    made = await house.ready()
    browser = officer(house)
    form = (await browser.get(place(made.name))).form(place(made.name))
    answer = browser.passkey.get(form.options, browser.origin)
    assert (await browser.fill(form, answer=answer)).status == 200
    before = contents(house.db)["production_download"]
    assert (await browser.fill(form, answer=answer)).status in (403, 409)
    assert contents(house.db)["production_download"] == before


async def test_nobody_elses_passkey_fetches_anything_and_nothing_is_opened_for_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await house.ready()
    monkeypatch.setattr(parts, "read", lambda *_: pytest.fail("a package was opened for somebody else"))
    other, _ = house.floor.bureau.officer(house.floor.team().supervisor, "Otto Other")
    supervisor = house.floor.bureau.keys[house.floor.team().supervisor]
    keys = [house.floor.bureau.keys[other], supervisor, house.floor.passkeys[1]]
    before = contents(house.db)["production_download"]
    for key in keys:
        browser = replace(house.outside(), passkey=key)
        answer = await browser.submit(place(made.name), place(made.name))
        assert answer.status in (403, 409), answer.text
        assert answer.headers["Content-Type"].startswith("text/html")
    bare = await officer(house).post(place(made.name))
    assert bare.status == 403
    assert contents(house.db)["production_download"] == before
    assert house.floor_made(made.request)[0].stage is Stage.READY


async def test_a_form_of_another_site_fetches_nothing(house: House) -> None:
    made = await house.ready()
    browser = officer(house)
    form = (await browser.get(place(made.name))).form(place(made.name))
    assert (await browser.fill(form, csrf="0" * 64)).status == 403
    assert house.floor.acts(Act.PRODUCTION_FETCHED) == []


async def test_an_officer_whose_agency_was_revoked_gets_the_refusal_of_everybody(house: House) -> None:
    made = await house.ready()
    house.floor.revoke()
    assert await refusal(house, made.name) == await refusal(house, UNKNOWN)


async def test_what_no_package_is_called_is_no_page(house: House) -> None:
    await house.ready()
    pages = set()
    for name in ("x" * 500, "..%2f..%2fetc", "%00", "%E2%80%AE", "%3Cscript%3E", "LP-2026-nobody", "LP-2026-A%0A"):
        for answer in (await house.outside().get(place(name)), await house.outside().post(place(name))):
            assert answer.status == 404, name
            pages.add(answer.text)
    assert len(pages) == 1
