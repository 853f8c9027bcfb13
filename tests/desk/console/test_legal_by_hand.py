# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A key for a request on paper, on pages: one writes it down, another hears it, and the package is taken once."""

from __future__ import annotations

import hashlib
import re

import pyrage
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.legal.releasing.model import Production, Stage
from privity.desk.legal.requests import recipients
from privity.desk.legal.requests.model import Came, State
from privity.desk.staff.rights import Role
from privity.production import archive
from tests.desk.console.legal_floor import House, fresh, house, release
from tests.desk.console.visitor import Answer, Visitor
from tests.desk.contents import contents

__all__ = ["fresh", "house"]


def place(number: int) -> str:
    return f"/legal/{number}/recipient"


async def named(house: House, number: int) -> x25519.Identity:
    identity = x25519.Identity.generate()
    clerk = await house.clerk()
    done = await clerk.submit(
        place(number), f"{place(number)}/name", recipient=str(identity.to_public()), came="letter"
    )
    assert done.location == place(number), done.text
    return identity


async def heard(house: House, visitor: Visitor, number: int, identity: x25519.Identity, **changes: str) -> Answer:
    said = {
        "dialled": house.floor.team().agency.switchboard,
        "read_back": recipients.spoken(str(identity.to_public())),
        "confirmed_by": "Sam Supervisor",
    }
    return await visitor.submit(place(number), f"{place(number)}/confirm", **(said | changes))


async def ready(house: House) -> tuple[Production, x25519.Identity]:
    number = house.floor.collected(by_officer=False)
    identity = await named(house, number)
    assert (await heard(house, await house.releaser(), number, identity)).location == place(number)
    house.floor.later()
    made = await house.approved(number)
    house.floor.noticed(made)
    page = release(number)
    assert (await (await house.releaser()).submit(page, f"{page}/{made.number}/leave")).status == 303
    house.floor.later()
    assert await house.floor.releasing.step() == 1
    return house.floor_made(number)[0], identity


async def test_two_people_a_call_and_then_the_package_once(house: House) -> None:
    made, identity = await ready(house)
    releaser, at = await house.releaser(), place(made.request)
    page = await releaser.get(at)
    assert f"Take package {made.number}, this once" in page.text
    form = page.form(f"{at}/{made.number}/hand-out")
    stolen = await releaser.post(form.action)
    assert stolen.status == 403 and "passkey" in stolen.text, "a session alone takes nothing"
    mine = (await house.clerk()).passkey.get(form.options, releaser.origin)
    assert (await releaser.fill(form, answer=mine)).status == 403
    assert house.floor.acts(Act.PRODUCTION_HANDED_OUT) == []
    form = (await releaser.get(at)).form(form.action)
    given = await releaser.fill(form)
    assert hashlib.sha256(given.body).digest() == made.package_sha256, given.text
    assert given.headers["Content-Disposition"] == f'attachment; filename="{made.name}.age"'
    assert "letter.pdf" in archive.unpack(bytes(pyrage.decrypt(given.body, [identity])))
    assert house.floor.state(made.request) is State.DELIVERED
    after = await releaser.get(at)
    assert "was handed out to" in after.text and f"{at}/{made.number}/hand-out" not in [e.action for e in after.forms]
    again = await releaser.fill(form)
    assert again.status in (403, 409) and again.headers["Content-Type"].startswith("text/html")
    assert len(house.floor.acts(Act.PRODUCTION_HANDED_OUT)) == 1


async def test_who_calls_sees_neither_the_key_nor_its_fingerprint_before(house: House) -> None:
    number = house.floor.collected(by_officer=False)
    identity = await named(house, number)
    key = str(identity.to_public())
    clerk, releaser = await house.clerk(), await house.releaser()
    mine, theirs = await clerk.get(place(number)), await releaser.get(place(number))
    assert key in mine.text and recipients.spoken(key) in mine.text
    assert f"{place(number)}/confirm" not in [each.action for each in mine.forms], "who wrote it down does not call"
    assert key not in theirs.text and recipients.spoken(key) not in theirs.text
    assert house.floor.team().agency.switchboard in theirs.text
    for path in (f"/legal/{number}", release(number), f"/legal/{number}/letter"):
        other = await releaser.get(path)
        assert key not in other.text and recipients.spoken(key)[:19] not in other.text, path
    wrong = await heard(house, releaser, number, identity, read_back="0" * 32)
    assert wrong.status == 409 and "NotReadBack" in wrong.text and recipients.spoken(key) not in wrong.text
    assert "wrong 1 times" in (await releaser.get(place(number))).text
    assert (await heard(house, releaser, number, identity)).location == place(number)
    assert key in (await releaser.get(place(number))).text


async def test_one_person_alone_gets_no_key_confirmed(house: House) -> None:
    number = house.floor.collected(by_officer=False)
    identity = await named(house, number)
    clerk = await house.clerk()
    said = {
        "dialled": house.floor.team().agency.switchboard,
        "read_back": recipients.spoken(str(identity.to_public())),
        "confirmed_by": "Sam",
    }
    asked = await clerk.post(f"{place(number)}/confirm", said)
    assert asked.status == 403 and "passkey" in asked.text
    refused = await clerk.fill(asked.form(f"{place(number)}/confirm"))
    assert refused.status == 409 and "TakesAnother" in refused.text
    releaser = await house.releaser()
    bare = await releaser.post(f"{place(number)}/confirm", said)
    assert bare.status == 403 and recipients.confirmed(house.db, number) is None, "a session alone confirms nothing"
    outsider = await house.somebody(Role.MODERATOR, Role.ADMIN)
    for path in ("name", "confirm", "end"):
        assert (await outsider.post(f"{place(number)}/{path}", said)).status == 403


async def test_a_key_that_is_swapped_after_the_approvals_lets_nothing_leave(house: House) -> None:
    number = house.floor.collected(by_officer=False)
    identity = await named(house, number)
    await heard(house, await house.releaser(), number, identity)
    house.floor.later()
    made = await house.approved(number)
    house.floor.noticed(made)
    await named(house, number)
    page = await (await house.releaser()).get(release(number))
    for form in (each for each in page.forms if each.action.endswith("/leave")):
        answer = await (await house.releaser()).fill(form)
        assert answer.status == 409, answer.text
    assert house.floor.acts(Act.PRODUCTION_RELEASED) == []
    assert house.floor_made(number)[0].stage is not Stage.LOGGED


async def test_without_a_key_the_review_says_what_to_do_and_a_letter_can_be_printed(house: House) -> None:
    number = house.floor.collected(by_officer=False)
    clerk = await house.clerk()
    refused = await clerk.submit(release(number), f"{release(number)}/review")
    assert refused.status == 409 and "NoRecipient" in refused.text and "handed over on paper" in refused.text
    at = f"/legal/{number}/letter"
    page = await clerk.submit(at, at, sort="not_held")
    assert "print the file that comes now" in page.text
    given = await clerk.fill(page.form(f"{at}/write"))
    assert b"no key with which they could be decrypted" in b" ".join(given.body.split())
    shown = await clerk.get(f"/legal/{number}")
    assert "it is handed over on paper" in shown.text
    listed = await clerk.get(at)
    (read,) = [each for each in listed.forms if each.action.endswith("/read")]
    assert (await clerk.fill(read)).body == given.body
    (handed,) = [each for each in listed.forms if each.action.endswith("/handed")]
    assert (await clerk.fill(handed)).location == at
    assert "handed over by" in (await clerk.get(at)).text
    assert house.floor.acts(Act.LEGAL_LETTER_GIVEN)[0].said["how"] == "handed_over"


async def test_numbers_of_another_request_open_nothing(house: House) -> None:
    made, _ = await ready(house)
    other = house.floor.judged(docket="another")
    releaser, clerk = await house.releaser(), await house.clerk()
    before = contents(house.db)["production_handed"]
    for path in (f"{place(other)}/{made.number}/hand-out", f"{place(made.request)}/4711/hand-out"):
        assert (await releaser.post(path)).status in (404, 409), path
    assert (await clerk.post(f"/legal/{other}/letter/1/read")).status == 404
    assert contents(house.db)["production_handed"] == before == []


async def test_a_request_of_an_officer_and_one_of_no_agency_say_that_there_is_nothing_to_write_down(
    house: House,
) -> None:
    number = house.floor.collected()
    page = await (await house.clerk()).get(place(number))
    assert "has enrolled a key here" in page.text and not re.findall(r'action="/legal/[^"]*/name"', page.text)
    key = str(x25519.Identity.generate().to_public())
    refused = await (await house.clerk()).post(f"{place(number)}/name", recipient=key, came=Came.LETTER.value)
    assert refused.status == 409 and "NotInThisState" in refused.text
