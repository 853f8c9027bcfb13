# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept apart, on the pages: for whom and until when, and read one file at a time, for a purpose."""

from __future__ import annotations

import base64
from pathlib import Path

import pyrage
import pytest

from privity.desk.audit.acts import Act
from privity.desk.keys import DeskKeys
from privity.desk.legal.vault.custody import Holder
from privity.desk.staff.rights import Role
from privity.production.classes import Releasable
from tests.desk.console.legal_floor import Vault, fresh, vault, vault_over
from tests.desk.contents import contents
from tests.desk.legal.vault.cellar import FILES, PRESERVE

__all__ = ["fresh", "vault"]

SUBSCRIBER = "subscriber/0001.json"


def released(vault: Vault) -> tuple[int, int]:
    """A hold that a warrant for two classes may read, and the warrant."""
    hold = vault.cellar.held()
    request = vault.cellar.scoped(classes=["subscriber", "session_ip"])
    return vault.cellar.released(hold, request).number, request


async def test_a_hold_says_for_whom_it_is_and_that_it_ends_by_itself(vault: Vault) -> None:
    assert "Nothing is kept apart now." in (await vault.clerk.get("/legal/vault")).text
    hold = vault.cellar.held()
    page = (await vault.clerk.get("/legal/vault")).text
    assert f"Hold {hold.number}" in page and f"request {hold.request}" in page and PRESERVE in page
    page = (await vault.clerk.get(f"/legal/vault/{hold.number}")).text
    assert "nobody has to press anything" in page and "kept by the desk" in page
    assert hold.manifest_sha256 is not None and hold.manifest_sha256.hex() in page
    assert "pot.collector" not in page, "whom it is about is shown to a case that may read, and not before"
    vault.cellar.until_day(91)
    page = (await (await vault.anew(vault.clerk)).get(f"/legal/vault/{hold.number}")).text
    assert "<strong>shredded</strong>" in page and "Receipt" not in page
    assert "Nothing is kept apart now." in (await vault.clerk.get("/legal/vault")).text
    assert f"Hold {hold.number}" in (await vault.clerk.get("/legal/vault?after=0")).text


async def test_what_should_have_been_taken_is_named_on_top(vault: Vault) -> None:
    hold = vault.cellar.ordered(vault.cellar.request())
    assert "Not taken in time" not in (await vault.clerk.get("/legal/vault")).text
    vault.cellar.bureau.days(1.01)
    page = (await (await vault.anew(vault.clerk)).get("/legal/vault")).text
    assert "Not taken in time" in page and f"/legal/vault/{hold.number}" in page


async def test_lp_18_only_another_request_makes_a_hold_longer_and_once(vault: Vault) -> None:
    hold, place = vault.cellar.held(), "/legal/vault/1"
    refused = await vault.clerk.submit(place, f"{place}/renew", request=str(hold.request))
    assert refused.status == 409 and "WrongState" in refused.text
    other = vault.cellar.request()
    assert (await vault.clerk.submit(place, f"{place}/renew", request=str(other))).status == 303
    page = await vault.clerk.get(place)
    assert f"request {other}" in page.text and f"{place}/renew" not in [each.action for each in page.forms]
    assert vault.cellar.hold(hold.number).renewed_by == other
    again = await vault.clerk.post(f"{place}/renew", request=str(vault.cellar.request()))
    assert again.status == 409 and "NotRenewable" in again.text


async def test_lp_19_one_file_is_read_for_a_case_and_a_purpose(vault: Vault) -> None:
    hold, request = released(vault)
    place = f"/legal/vault/{hold}"
    page = await vault.clerk.get(place)
    assert "pot.collector" in page.text and SUBSCRIBER in page.text
    assert (await vault.clerk.submit(place, f"{place}/read", name=SUBSCRIBER)).status == 409
    assert vault.cellar.said(Act.HOLD_READ) == []
    shown = await vault.clerk.submit(place, f"{place}/read", name=SUBSCRIBER, words="to see what the warrant reaches")
    assert "pot.collector" in shown.text and "since" in shown.text
    (entry,) = vault.cellar.said(Act.HOLD_READ)
    assert (entry.who, entry.about) == ("staff:1", f"legal:{request}")
    assert entry.said["purpose"] == "to see what the warrant reaches"


async def test_lp_20_what_the_scope_does_not_hold_is_neither_named_nor_read(vault: Vault) -> None:
    hold, _ = released(vault)
    place = f"/legal/vault/{hold}"
    page = await vault.clerk.get(place)
    form = page.form(f"{place}/read")
    for name in FILES:
        if name.partition("/")[0] not in ("subscriber", "session_ip"):
            assert name not in page.text
            answer = await vault.clerk.fill(form, name=name, words="to look")
            assert answer.status == 409 and "OutsideScope" in answer.text, name
    both = await vault.clerk.fill(form, name=[SUBSCRIBER, "session_ip/0001.json"], words="to look")
    assert both.status == 400, "no form reads two files"
    assert (await vault.clerk.fill(form, target="1", name=SUBSCRIBER, words="to look")).status == 400
    assert vault.cellar.said(Act.HOLD_READ) == []
    assert {entry.said["why"] for entry in vault.cellar.said(Act.HOLD_REFUSED)} == {"OutsideScope"}


async def test_nobody_reads_before_a_case_may_and_who_releases_never_does(vault: Vault) -> None:
    hold = vault.cellar.held()
    place = f"/legal/vault/{hold.number}"
    page = await vault.clerk.get(place)
    assert f"{place}/read" not in [each.action for each in page.forms]
    assert (await vault.clerk.post(f"{place}/read", target="0", name=SUBSCRIBER, words="to look")).status == 400
    request = vault.cellar.scoped()
    assert (await vault.clerk.submit(place, f"{place}/let-read", request=str(request))).status == 303
    page = await vault.releaser.get(place)
    assert f"{place}/read" not in [each.action for each in page.forms]
    assert (await vault.releaser.post(f"{place}/read", target="0", name=SUBSCRIBER, words="x")).status == 403


async def test_a_withdrawal_takes_two_people(vault: Vault) -> None:
    hold = vault.cellar.held()
    place = f"/legal/vault/{hold.number}"
    assert (await vault.clerk.submit(place, f"{place}/withdraw", words="a letter of the agency")).status == 303
    assert "a second person has to confirm it" in (await vault.clerk.get(place)).text
    assert vault.cellar.alive(hold.number)
    asked = await vault.releaser.post(f"{place}/withdrawn")
    assert asked.status == 403 and "Your passkey, please" in asked.text and vault.cellar.alive(hold.number)
    assert (await vault.releaser.submit(place, f"{place}/withdrawn")).status == 303
    assert not vault.cellar.alive(hold.number)
    assert "withdrawn" in (await vault.clerk.get(place)).text


async def test_two_officers_hand_in_their_shares_and_neither_opens_anything_alone(
    tmp_path: Path, fresh: tuple[Path, DeskKeys]
) -> None:
    async with vault_over(tmp_path, fresh, officers=True) as vault:
        hold, _ = released(vault)
        place = f"/legal/vault/{hold}"
        assert "kept by two officers" in (await vault.clerk.get(place)).text
        read = {"target": "0", "name": SUBSCRIBER, "words": "to look"}
        for holder, identity in zip((Holder.FIRST, Holder.SECOND), vault.officers, strict=True):
            assert "SharesWrong" in (await vault.clerk.post(f"{place}/read", read)).text
            part = {"target": "0", "data_class": "subscriber", "holder": holder.value}
            sealed = await vault.releaser.post(f"{place}/share", part)
            assert sealed.headers["Content-Type"].startswith("application/octet-stream")
            assert "attachment" in sealed.headers["Content-Disposition"]
            share = pyrage.decrypt(sealed.body, [identity])
            with pytest.raises(pyrage.DecryptError):
                pyrage.decrypt(sealed.body, [next(each for each in vault.officers if each is not identity)])
            wrong = await vault.releaser.post(f"{place}/hand-in", {**part, "share": share[:31].hex()})
            assert wrong.status in (400, 409)
            handed = await vault.releaser.post(f"{place}/hand-in", {**part, "share": base64.b64encode(share).decode()})
            assert handed.status == 303
        assert "since" in (await vault.clerk.post(f"{place}/read", read)).text
        assert len(vault.cellar.said(Act.HOLD_SHARE_HANDED_IN)) == 2
        rows = [row for table in contents(vault.cellar.db).values() for row in table]
        values = [value for row in rows for value in row if isinstance(value, bytes)]
        assert values and not any(share in value for value in values), "no share is ever on the disk"
        other = {"target": "0", "data_class": Releasable.CONTENT_PROFILE.value, "holder": Holder.FIRST.value}
        assert (await vault.clerk.post(f"{place}/share", other)).status == 409
        only_clerk = await vault.pages.visitor(Role.LEGAL_CLERK)
        assert (await only_clerk.post(f"{place}/share", part)).status == 403
        assert (await only_clerk.post(f"{place}/hand-in", {**part, "share": share.hex()})).status == 403


@pytest.mark.parametrize("path", ["/legal/vault/77", "/legal/vault?after=-1", "/legal/vault?after=x"])
async def test_what_is_not_there_is_refused_by_name(vault: Vault, path: str) -> None:
    assert (await vault.clerk.get(path)).status in (400, 409)
