# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What readers are told of the log over HTTP, held against the verifier that devices use."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privity.identity.server_record import first_record, next_record
from privity.keylog import audit
from privity.keylog.audit import AuditUpdate
from privity.keylog.verify import verify_kept
from privity.server.keylog import store
from privity.server.limits import LIMITS, Limits
from privity.tlog.tree import verify_consistency
from tests.server.core.people import HOST, Person, connect, raw
from tests.server.keylog.hubs import Hub, found, fresh, look_up, put, running


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(fresh(tmp_path)) as made:
        await made.begun()
        yield made


async def test_a_registered_person_is_proven_at_once_with_the_list_and_its_epoch(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    proven, values = await found(hub, line, f"u:{alice.user_uri}")
    assert (proven.version, proven.value) == (0, alice.list.encode())
    assert values == [alice.list.encode()]
    assert proven.epoch == proven.view.size - 1


async def test_every_view_of_a_growing_log_continues_the_one_before(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    view = None
    for number in range(6):
        proven, values = await found(hub, line, f"u:{alice.user_uri}", view, from_version=number)
        assert (proven.version, values) == (number, [alice.list.encode()])
        view = await hub.newest_view(view=proven.view)
        second = alice.next_list([*alice.devices, alice.new_device()])
        assert (await put(line, second.encode()))[0] == 200
    assert view is not None and view.size == 7


async def test_a_person_nobody_has_heard_of_is_proven_absent(hub: Hub) -> None:
    _, line = await hub.join("alice")
    proven, values = await found(hub, line, f"u:{Person('nobody').user_uri}")
    assert (proven.version, proven.value, values) == (None, None, [])


async def test_the_hub_stands_in_its_own_log_with_the_keys_that_it_uses(hub: Hub) -> None:
    _, line = await hub.join("alice")
    proven, values = await found(hub, line, f"s:{HOST}")
    record = first_record(values[0], HOST)
    assert proven.value == values[0]
    assert record.franking_key == hub.context.keys.franking_public
    assert record.external_sender_key == hub.context.keys.external_sender_public


async def test_all_dates_are_proven_when_they_are_asked_for(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    for _ in range(3):
        hub.clock.now += 1000
        assert (await put(line, alice.next_list([*alice.devices, alice.new_device()]).encode()))[0] == 200
    proven, values = await found(hub, line, f"u:{alice.user_uri}", date_all=True)
    assert sorted(proven.dated) == [0, 1, 2, 3]
    assert [proven.dated[n].value for n in range(4)] == values
    times = [proven.dated[n].timestamp_ms for n in range(4)]
    assert times == sorted(set(times)) and times[-1] == hub.clock.now
    none, _ = await found(hub, line, f"u:{alice.user_uri}")
    assert none.dated == {}, "no reset, so no date is needed"


@pytest.mark.parametrize(
    ("label", "status"),
    [("", 400), ("u:", 400), ("x:hub.example", 400), ("s:other.example", 400), ("u:mimi://other.example/u/", 400)],
)
async def test_labels_that_this_log_cannot_have_are_refused(hub: Hub, label: str, status: int) -> None:
    _, line = await hub.join("alice")
    assert (await look_up(line, label))[0] == status
    assert (await look_up(line, f"u:{Person('x', 'other.example').user_uri}"))[0] == 400


async def test_a_reader_who_saw_more_than_there_is_is_told_so(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    assert (await look_up(line, f"u:{alice.user_uri}", from_size=99))[1]["code"] == "conflict"
    assert (await hub.get("/v1/keylog/checkpoint?from=99"))[0] == 409
    assert (await hub.get("/v1/keylog/consistency?from=1&to=99"))[0] == 409
    assert (await hub.get("/v1/keylog/consistency?from=2&to=1"))[0] == 409
    assert (await hub.get("/v1/keylog/audit/99"))[0] == 404


async def test_a_lookup_needs_a_session_and_the_feeds_need_none(hub: Hub) -> None:
    status, answer = await hub.post("/v1/keylog/lookup", {"label": f"s:{HOST}", "from_version": 0, "from_size": 0})
    assert (status, answer["code"]) == (401, "unauthenticated")
    for path in ("checkpoint", "consistency?from=0&to=1", "audit/0", "evidence"):
        assert (await hub.get(f"/v1/keylog/{path}"))[0] == 200, path


async def test_anybody_can_audit_every_epoch_and_comes_to_the_same_checkpoint(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    await hub.register("bobby")
    await put(line, alice.next_list([*alice.devices, alice.new_device()]).encode())
    await hub.heartbeat()
    view = await hub.newest_view()
    state = audit.EMPTY
    for index in range(view.size):
        state = audit.audit(state, AuditUpdate.decode((await hub.get(f"/v1/keylog/audit/{index}"))[1]))
    assert (state.frontier.root(), state.timestamp_ms) == (view.root, view.timestamp_ms)


async def test_consistency_is_proven_between_any_two_sizes(hub: Hub) -> None:
    views = [await hub.newest_view()]
    for number in range(4):
        await hub.register(f"person{number}")
        views.append(await hub.newest_view(view=views[-1]))
    for old in views:
        for new in views[views.index(old) :]:
            _, answer = await hub.get(f"/v1/keylog/consistency?from={old.size}&to={new.size}")
            verify_consistency(old.size, old.root, new.size, new.root, [raw(one) for one in answer["hashes"]])


async def test_a_heartbeat_shows_that_the_log_is_alive_and_changes_nobody(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    before, _ = await found(hub, line, f"u:{alice.user_uri}")
    await hub.heartbeat()
    after, _ = await found(hub, line, f"u:{alice.user_uri}", before.view)
    assert (after.version, after.value, after.epoch) == (before.version, before.value, before.epoch)
    assert after.view.timestamp_ms == before.view.timestamp_ms + 3_600_000


async def test_a_clock_that_jumps_back_does_not_take_the_log_with_it(hub: Hub) -> None:
    first = await hub.newest_view()
    hub.clock.now -= 200_000
    await hub.register("alice")
    assert (await hub.newest_view(view=first)).timestamp_ms == first.timestamp_ms


async def test_lookups_and_feeds_are_limited(hub: Hub) -> None:
    _, line = await hub.join("alice")
    limits = Limits(hub.clock, LIMITS)
    object.__setattr__(hub.context, "limits", limits)
    limits.take("keylog.lookup", line_user(hub, line), LIMITS["keylog.lookup"].burst)
    limits.take("keylog.read", "127.0.0.1", LIMITS["keylog.read"].burst)
    status, answer = await look_up(line, f"s:{HOST}")
    assert (status, answer["limit"]) == (429, "keylog.lookup")
    for path in ("checkpoint", "consistency?from=0&to=1", "audit/0", "evidence"):
        status, answer = await hub.get(f"/v1/keylog/{path}")
        assert (status, answer["limit"]) == (429, "keylog.read"), path


def line_user(hub: Hub, line: object) -> str:
    (session,) = hub.context.sessions._by_name.values()
    return session.user_uri


async def test_a_lookup_never_mixes_two_epochs(hub: Hub) -> None:
    """Readers ask all the time while lists and epochs come; every single answer must verify."""
    alice, line = await hub.join("alice")
    reader_line = await connect(hub.http, (await hub.register("reader")).device)
    label = f"u:{alice.user_uri}"
    writing = asyncio.create_task(_write(hub, alice, line, 25))
    seen = set()
    while not writing.done():
        proven, values = await found(hub, reader_line, label)
        assert proven.value == values[-1] and len(values) == (proven.version or 0) + 1
        seen.add(proven.view.size)
    await writing
    assert len(seen) > 5, "the readers met too few epochs to say anything"


async def _write(hub: Hub, person: Person, line: object, count: int) -> None:
    for _ in range(count):
        new = person.next_list([person.device, person.new_device()])
        assert (await put(line, new.encode()))[0] == 200  # type: ignore[arg-type]


async def test_a_kept_answer_still_proves_what_it_said(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    label = f"u:{alice.user_uri}"
    _, answer = await look_up(line, label)
    kept = raw(answer["proof"])
    await put(line, alice.next_list([*alice.devices, alice.new_device()]).encode())
    assert verify_kept(kept, label.encode(), hub.keys()).version == 0


async def test_a_key_that_changed_at_a_start_makes_the_next_version_of_the_record(tmp_path: Path) -> None:
    checked = fresh(tmp_path)
    async with running(checked) as hub:
        await hub.begun()
    async with running(checked, clock=hub.clock) as hub:
        assert await hub.context.db.read(store.waiting) == 0, "the same keys are no change"
    franking = checked.keys / "franking.key"
    franking.write_bytes(bytes(range(32)))
    async with running(checked, clock=hub.clock) as hub:
        await hub.begun()
        _, line = await hub.join("alice")
        proven, values = await found(hub, line, f"s:{HOST}")
        second = next_record(first_record(values[0], HOST), values[1])
        assert (proven.version, proven.value) == (1, values[1])
        assert second.franking_key == hub.context.keys.franking_public
