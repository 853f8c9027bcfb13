# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-3, on the page: what the collectors read, what is another than before, and who has looked at it."""

from __future__ import annotations

import pytest

from privity.desk.audit.acts import Act
from privity.desk.legal.collecting import capabilities, running
from privity.desk.staff.rights import Role
from tests.desk.console.legal_floor import Vault, fresh, vault
from tests.desk.legal.collecting.test_running import another_version

__all__ = ["fresh", "vault"]
PLACE = "/legal/collectors"


async def test_a_reviewer_sees_what_is_another_and_says_that_they_have_looked(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Look at the collectors" not in (await vault.clerk.get("/legal/vault")).text
    page = await vault.clerk.get(PLACE)
    assert capabilities.sha256() in page.text and PLACE not in [one.action for one in page.forms]
    another_version(monkeypatch)
    assert "not begun with this manifest" in (await vault.clerk.get("/legal/vault")).text
    running.begin(vault.cellar.db, vault.cellar.now_ms)
    for waits in ("/legal/vault", "/legal"):
        assert "Nothing is collected and nothing kept apart now" in (await vault.clerk.get(waits)).text
    page = await vault.clerk.get(PLACE)
    assert "reads other columns: mood" in page.text and "by nobody yet" in page.text
    other = await vault.releaser.get(PLACE)
    assert "A reviewer looks at it here" in other.text and PLACE not in [one.action for one in other.forms]
    assert (await vault.releaser.post(PLACE, sha256=capabilities.sha256())).status == 403
    assert (await vault.clerk.fill(page.form(PLACE), sha256="0" * 64)).status == 409
    assert (await vault.clerk.fill(page.form(PLACE), sha256="x")).status == 400
    assert (await vault.clerk.submit(PLACE, PLACE)).status == 303
    assert vault.cellar.said(Act.COLLECTORS_SEEN)[-1].who == "staff:1"
    assert "by nobody yet" not in (await vault.clerk.get(PLACE)).text
    assert "Look at the collectors" not in (await vault.clerk.get("/legal/vault")).text


async def test_what_was_looked_at_is_what_the_page_showed(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another version begins between the look and the button."""
    another_version(monkeypatch)
    running.begin(vault.cellar.db, vault.cellar.now_ms)
    form = (await vault.clerk.get(PLACE)).form(PLACE)
    monkeypatch.undo()
    running.begin(vault.cellar.db, vault.cellar.now_ms)
    refused = await vault.clerk.fill(form)
    assert refused.status == 409 and "what was looked at is another one" in refused.text
    with pytest.raises(Exception, match="nobody"):
        running.must_be_seen(vault.cellar.db)


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.ADMIN])
async def test_who_sees_no_requests_sees_no_collectors(vault: Vault, role: Role) -> None:
    visitor = await vault.pages.visitor(role)
    assert (await visitor.get(PLACE)).status == 403
