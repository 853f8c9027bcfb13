# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What leaves a post-quantum group over a real hub: reports, backups, history for a new device, a package for advice.

All of it is bound to the suite of the group by franks and leaf signatures.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.client.disclosing.wanted import Chosen, Wanted
from privity.client.sdk import Device
from privity.desk.intake.findings import Outcome
from privity.desk.intake.findings import Subject as Found
from privity.message.report import Reason
from privity.policy.room_suites import HYBRID
from tests.client import town as towns
from tests.client.disclosed import checked, messages, verify_here
from tests.client.linked import PHRASE, World, heard, world
from tests.client.test_backup import said
from tests.client.test_backup_history import linked
from tests.client.test_room_reports import found, group_of
from tests.client.town import run, shown, until
from tests.hub_effects import DAY_MS


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


async def talked(town: World) -> tuple[Device, str]:
    """Ben, and a post-quantum group that Ann made, in which both said something."""
    ben = await town.person("ben_b")
    room = await town.ann.create_group(post_quantum=True)
    await town.ann.invite(room, ben.user_uri)
    await town.ann.send(room, "from ann")
    await heard(ben, room, "from ann")
    await ben.send(room, "from ben")
    await heard(town.ann, room, "from ben")
    assert ben.is_post_quantum(room) and town.ann.is_post_quantum(room)
    return ben, room


async def test_a_new_device_comes_in_and_is_given_the_history(town: World) -> None:
    ben, room = await talked(town)
    new = await linked(town)
    await until(new, lambda: room in new.rooms())
    assert new.is_post_quantum(room)
    giving = asyncio.create_task(town.ann.backups.give_history(new.client_uri))
    done = await new.backups.ask_history()
    await giving
    assert done.unproven == 0
    assert said(new, room) == [("from ann", True), ("from ben", False)]
    await ben.send(room, "and after")
    await heard(new, room, "and after")
    await new.close()
    await ben.close()


async def test_a_backup_proves_what_others_said(town: World) -> None:
    ben, room = await talked(town)
    path = await town.ann.backups.make(town.folder / "b")
    await town.ann.close()
    async with await Device.recovered(town.new_folder, "four", town.hub, handle="ann_a", phrase=PHRASE) as ann:
        await ann.caught_up()
        await ben.send(room, "since")
        await heard(ann, room, "since")
        assert ann.is_post_quantum(room)
        done = await ann.backups.restore(path, PHRASE)
        assert done.unproven == 0 and done.differing == []
        assert said(ann, room) == [("from ann", True), ("from ben", False), ("since", False)]
    await ben.close()


async def test_a_package_of_messages_is_checked_by_who_has_nothing_else(
    town: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("privity.production.writing.verify", verify_here)
    ben, room = await talked(town)
    made = await ben.disclosures.make(Wanted(Chosen(room), "The teapot office", "advice", attestation=True))
    assert {each["frank"]["cipher_suite"] for each in messages(made) if each["frank"] is not None} == {HYBRID.id}
    verdict = checked(made, ben.host.engine.device.log.keys, tmp_path)
    assert verdict["verified"]
    assert [each["time"] for each in verdict["messages"]] == ["attested"] * 2
    await ben.close()


async def test_who_has_a_link_is_let_in(town: World) -> None:
    ben, room = await talked(town)
    cleo = await town.person("cleo_c")
    await cleo.room_links.knock(await town.ann.room_links.make(room, DAY_MS, ask=False))
    await until(cleo, lambda: room in cleo.rooms())
    assert cleo.is_post_quantum(room)
    await cleo.send(room, "hello")
    await heard(ben, room, "hello")
    await cleo.close()
    await ben.close()


def test_reports_reach_the_desk_and_who_looks_after_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = Device.create_group

    async def post_quantum(device: Device) -> str:
        return await ordinary(device, post_quantum=True)

    monkeypatch.setattr(Device, "create_group", post_quantum)

    async def work() -> None:
        async with towns.town(tmp_path) as here:
            group, (anna, ben, mal) = await group_of(here, "anna_a", "ben_b", "mal_m")
            assert anna.is_post_quantum(group)
            insult = await mal.send(group, "your teapot is ugly")
            for device in (anna, ben):
                await shown(device, group, insult)
            receipt = await ben.safety.report_messages(group, (insult,), Reason.HARASSMENT)
            report = await found(here, receipt)
            assert (report.subject, report.accused_uri, report.room_uri) == (Found.MESSAGES, mal.user_uri, group)
            (message,) = report.messages
            assert (message.outcome, message.authorship, message.message_id) == (
                Outcome.VERIFIED_AUTHORSHIP,
                "holds",
                insult.hex(),
            )
            await ben.room_reports.send(group, (insult,), Reason.HARASSMENT)
            await until(anna, lambda: anna.room_reports.waiting(group) == 1)
            (received,) = anna.room_reports.received(group)
            assert [(each.standing, each.text) for each in received.messages] == [("seen", "your teapot is ugly")]

    run(work())
