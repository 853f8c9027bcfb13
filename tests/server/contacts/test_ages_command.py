# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The operator decides about ages beside the running hub, and the people concerned are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from privity.server.ages import commands
from privity.wire.age import AgeBand
from privity.wire.socket import Inbox, InboxKind, decode_from_hub
from tests.server.contacts.people import Somebody, join
from tests.server.keylog.hubs import Hub


@pytest.fixture
def config(hub: Hub) -> Path:
    return hub.context.config.data.parent / "privity.toml"


async def band_of(one: Somebody) -> AgeBand:
    return (await one.contacts()).age.band


async def newest(hub: Hub, one: Somebody) -> InboxKind | None:
    row = await hub.context.db.read(
        lambda reader: reader.one(
            "SELECT frame FROM inbox WHERE client_uri = ? ORDER BY seq DESC LIMIT 1", (one.person.device.client_uri,)
        )
    )
    frame = None if row is None else decode_from_hub(bytes(row[0]))
    return frame.kind if isinstance(frame, Inbox) else None


async def test_a_review_is_listed_and_granted(hub: Hub, config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    child = await join(hub, "child", AgeBand.MINOR)
    commands.list_(config=config)
    assert capsys.readouterr().out == ""
    await child.done("PUT", "account/age", {"band": "adult"})
    commands.list_(config=config)
    assert capsys.readouterr().out == "child  minor  since 2027-01-15  0 guardians\n"
    commands.set_("child", commands.Decided.ADULT, config=config)
    assert await band_of(child) is AgeBand.ADULT
    assert await newest(hub, child) is InboxKind.CONTACTS
    capsys.readouterr()
    commands.list_(config=config)
    assert capsys.readouterr().out == ""


async def test_a_review_is_refused_and_can_be_asked_for_again(
    hub: Hub, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    child = await join(hub, "child", AgeBand.UNKNOWN)
    for _ in range(2):
        await child.done("PUT", "account/age", {"band": "adult"})
        assert (await child.contacts()).age.review
        commands.refuse("child", config=config)
        assert not (await child.contacts()).age.review
        assert await band_of(child) is AgeBand.UNKNOWN


async def test_the_operator_sets_back_a_minor_who_said_to_be_an_adult(hub: Hub, config: Path) -> None:
    child, stranger = await join(hub, "child"), await join(hub, "stranger")
    await stranger.ask("child")
    assert (await child.grant(stranger))[0] == 200
    commands.set_("child", commands.Decided.MINOR, config=config)
    assert await band_of(child) is AgeBand.MINOR
    assert await child.names() == await stranger.names() == []
    assert (await stranger.call("GET", "handles/child"))[0] == 404


async def test_the_operator_ends_a_guardianship(hub: Hub, config: Path) -> None:
    child, guardian, stranger = await join(hub, "child"), await join(hub, "guardian"), await join(hub, "stranger")
    assert await guardian.guard(child)
    assert not await stranger.guard(child)
    commands.unguard("child", config=config)
    found = await child.contacts()
    assert found.guardians == [] and found.age.band is AgeBand.MINOR
    assert (await guardian.contacts()).wards == []
    commands.set_("child", commands.Decided.ADULT, config=config)
    assert await band_of(child) is AgeBand.ADULT


@pytest.mark.parametrize("what", ["set", "refuse", "unguard"])
async def test_a_handle_that_nobody_has_is_refused_by_name(hub: Hub, config: Path, what: str) -> None:
    with pytest.raises(SystemExit, match="privity: UnknownHandle: "):
        if what == "set":
            commands.set_("nobody", commands.Decided.ADULT, config=config)
        elif what == "refuse":
            commands.refuse("nobody", config=config)
        else:
            commands.unguard("nobody", config=config)
