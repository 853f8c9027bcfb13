# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept apart, on the pages: for whom and until when, and read one file at a time, for a purpose."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.desk.audit.acts import Act
from privity.desk.keys import DeskKeys
from privity.desk.legal.vault import opening
from privity.desk.legal.vault.custody import Holder
from privity.desk.legal.vault.shares import OFFICERS
from privity.desk.staff.rights import Role
from tests.desk.console.legal_floor import Vault, fresh, vault, vault_over
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
        page = await vault.clerk.get(place)
        assert "kept by two officers" in page.text and "Waits for the first officer and the second officer" in page.text
        assert 'name="opened" rows="3" maxlength="8192" autocomplete="off"' in page.text
        read = {"target": "0", "name": SUBSCRIBER, "words": "to look"}
        who = (vault.clerk, vault.releaser)
        for holder, identity, visitor in zip(OFFICERS, vault.officers, who, strict=True):
            assert "SharesWrong" in (await vault.clerk.post(f"{place}/read", read)).text
            sealed = await visitor.post(f"{place}/share", {"holder": holder.value})
            assert sealed.headers["Content-Type"].startswith("application/octet-stream")
            assert f"hold-{hold}-{holder.value}.share" in sealed.headers["Content-Disposition"]
            file = opening.decoded(sealed.body)
            assert {part.data_class.value for part in file.parts} == {"subscriber", "session_ip"}
            word = opening.opened(file, [identity])
            wrong = await visitor.post(f"{place}/hand-in", {"holder": holder.value, "opened": word[:-8]})
            assert wrong.status == 409 and "SharesWrong" in wrong.text and word[:-8] not in wrong.text
            handed = await visitor.post(f"{place}/hand-in", {"holder": holder.value, "opened": word})
            assert handed.status == 303 and word not in handed.text
            page = await visitor.get(place)
            assert "handed in by" in page.text and "30 min left" in page.text and word not in page.text
        assert "Both are here" in page.text and f"{place}/hand-in" not in [each.action for each in page.forms]
        assert "since" in (await vault.clerk.post(f"{place}/read", read)).text
        assert "SharesWrong" in (await vault.clerk.post(f"{place}/read", read)).text, "they are used up"
        assert len(vault.cellar.said(Act.HOLD_SHARE_HANDED_IN)) == 2


async def test_who_handed_in_one_share_is_offered_no_other(tmp_path: Path, fresh: tuple[Path, DeskKeys]) -> None:
    async with vault_over(tmp_path, fresh, officers=True) as vault:
        hold, _ = released(vault)
        place = f"/legal/vault/{hold}"
        second = {"holder": Holder.SECOND.value}
        file = opening.decoded((await vault.clerk.post(f"{place}/share", second)).body)
        other = opening.opened(file, [vault.officers[1]])
        sealed = await vault.clerk.post(f"{place}/share", {"holder": Holder.FIRST.value})
        word = opening.opened(opening.decoded(sealed.body), [vault.officers[0]])
        assert (
            await vault.clerk.post(f"{place}/hand-in", {"holder": Holder.FIRST.value, "opened": word})
        ).status == 303
        page = await vault.clerk.get(place)
        assert "Somebody else brings this one" in page.text
        assert f"{place}/share" not in [each.action for each in page.forms]
        for answer in (
            await vault.clerk.post(f"{place}/share", second),
            await vault.clerk.post(f"{place}/hand-in", {**second, "opened": other}),
        ):
            assert answer.status == 409 and "SamePerson" in answer.text
        assert f"{place}/share" in [each.action for each in (await vault.releaser.get(place)).forms]
        vault.cellar.bureau.now_ms += 31 * 60_000
        page = await (await vault.anew(vault.clerk)).get(place)
        assert "Waits for the first officer and the second officer" in page.text


async def test_who_only_takes_requests_in_sees_no_form_for_shares(tmp_path: Path, fresh: tuple[Path, DeskKeys]) -> None:
    async with vault_over(tmp_path, fresh, officers=True) as vault:
        hold, _ = released(vault)
        place = f"/legal/vault/{hold}"
        only_clerk = await vault.pages.visitor(Role.LEGAL_CLERK)
        page = await only_clerk.get(place)
        assert "Reviewers and releasers hand shares in here" in page.text
        for act, form in (("share", {}), ("hand-in", {"opened": "QUFB"})):
            answer = await only_clerk.post(f"{place}/{act}", {"holder": Holder.FIRST.value, **form})
            assert answer.status == 403
        for holder in ("desk", "third_officer", ""):
            assert (await vault.clerk.post(f"{place}/share", {"holder": holder})).status in (400, 409)


async def test_a_hold_that_the_desk_keeps_asks_nobody_for_shares(vault: Vault) -> None:
    hold, _ = released(vault)
    assert "The shares of two officers" not in (await vault.clerk.get(f"/legal/vault/{hold}")).text
    refused = await vault.clerk.post(f"/legal/vault/{hold}/share", {"holder": Holder.FIRST.value})
    assert refused.status == 409 and "SharesWrong" in refused.text


@pytest.mark.parametrize("path", ["/legal/vault/77", "/legal/vault?after=-1", "/legal/vault?after=x"])
async def test_what_is_not_there_is_refused_by_name(vault: Vault, path: str) -> None:
    assert (await vault.clerk.get(path)).status in (400, 409)
