# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account is closed by its person and by nobody else, once and for good; what is kept after that is forgotten."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from privity.identity.account import RESET_PENDING_MS
from privity.identity.device_list import LABEL, SUITE, DeviceList
from privity.identity.trust import follow
from privity.mls.crypto import sign_with_label
from privity.server.accounts import closed, deletion
from privity.server.blobs import store as blobs
from privity.server.blobs.model import path_of
from privity.server.context import HubContext
from privity.server.db.database import Tx
from privity.server.delivery.retention import maintain
from privity.server.devices import service as devices
from privity.server.invites import service as invites
from privity.server.keylog import store as log
from privity.server.limits import CLOSED_HANDLE_KEPT_MS, CLOSED_LISTS_KEPT_MS
from privity.wire.socket import Closed, decode_from_hub
from tests import stores
from tests.server.core.people import Line, Person, key_package, text
from tests.server.keylog.hubs import Hub, found, fresh, look_up, put, running
from tests.server.keylog.test_resets import begin_reset, code_for, exists

DAY_MS = 86_400_000


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with running(fresh(tmp_path)) as made:
        await made.begun()
        yield made


def last_list(person: Person, *, phrase: bool, in_force: DeviceList | None = None) -> DeviceList:
    """The list that closes the account: by the phrase, or by the account key alone."""
    return DeviceList.sign(
        person.user_uri,
        (),
        person.account_private,
        recovery_private=person.recovery_private if phrase else None,
        previous=person.list,
        in_force=in_force,
    )


async def close(hub: Hub, person: Person) -> DeviceList:
    made = last_list(person, phrase=True)
    assert await hub.post("/v1/recovery", {"device_list": text(made.encode())}) == (200, {"ok": True})
    return made


async def tombstones(hub: Hub) -> list[tuple[bytes | None, str | None]]:
    return await hub.context.db.read(lambda reader: reader.all("SELECT handle, label FROM closed_account"))


async def settled(hub: Hub) -> None:
    await maintain(hub.context, hub.parts.franker)


def traces(hub: Hub, *needles: str | bytes) -> list[tuple[str, str | bytes]]:
    """Which file of the hub's folder holds which of these, as they are or in base64 or hex."""
    files = stores.on_disk(hub.context.config)
    assert "hub.db" in files
    forms = {
        needle: [needle.encode()] if isinstance(needle, str) else [needle, text(needle).encode(), needle.hex().encode()]
        for needle in needles
    }
    return [
        (name, needle) for name, data in files.items() for needle in needles if any(f in data for f in forms[needle])
    ]


async def lived(hub: Hub, handle: str) -> tuple[Person, Line, list[str | bytes]]:
    """Somebody who did a little of everything; and all that names them."""
    person, line = await hub.join(handle)
    second = person.new_device()
    assert (await put(line, person.next_list([person.device, second]).encode()))[0] == 200
    assert (await put(line, person.next_list([person.device]).encode()))[0] == 200, "devices that were count too"
    body = {
        "key_packages": [text(key_package(person.device)) for _ in range(3)],
        "last_resort": text(key_package(person.device, last_resort=True)),
    }
    assert (await line.request("POST", "/v1/key-packages", body))[0] == 200
    await code_for(hub, handle)
    file = hashlib.sha256(handle.encode()).digest() * 100
    assert (await line.request("POST", "/v1/blobs", data=file))[0] == 200
    named: list[str | bytes] = [person.id, f'"{handle}"', handle, hashlib.sha256(file).digest(), file[:64]]
    for device in (person.device, second):
        named += [device.client_uri.rpartition("/")[2], device.public]
    return person, line, [*named, person.list.account_key, person.list.recovery_key]


async def test_nothing_of_a_closed_account_is_on_the_disk_once_contacts_had_their_time(hub: Hub) -> None:
    alice, _, named = await lived(hub, "alice.wonder")
    bob, line = await hub.join("bobby")
    assert (await line.request("PUT", f"/v1/blocks/{alice.id}"))[0] == 200
    assert traces(hub, *named), "the search finds what is there"
    await close(hub, alice)
    await settled(hub)
    kept = {needle for _, needle in traces(hub, *named)}
    lists = {needle for needle in named if any(_form(needle) in value for value in await _values(hub, alice))}
    assert kept == lists, "the signed lists in the key log alone, for the contacts"
    assert "alice.wonder" not in kept and named[3] not in kept and named[4] not in kept
    hub.clock.now += CLOSED_LISTS_KEPT_MS
    await settled(hub)
    assert traces(hub, *named) == []
    assert traces(hub, bob.id), "of others everything stays"
    assert len(await tombstones(hub)) == 1


def _form(needle: str | bytes) -> bytes:
    return needle.encode() if isinstance(needle, str) else needle


async def _values(hub: Hub, person: Person) -> list[bytes]:
    values = await hub.context.db.read(lambda reader: log.values_from(reader, f"u:{person.user_uri}", 0))
    return [value for _, value in values]


async def test_many_neighbours_leave_no_old_page_behind(hub: Hub) -> None:
    """Rows move between pages when others come and go: a copy that stayed behind would be found here."""
    alice, _, named = await lived(hub, "alice.wonder")
    for number in range(12):
        person, line = await hub.join(f"neighbour{number}")
        packages = [text(key_package(person.device)) for _ in range(10)]
        assert (await line.request("POST", "/v1/key-packages", {"key_packages": packages}))[0] == 200
        if number == 6:
            await close(hub, alice)
    hub.clock.now += CLOSED_LISTS_KEPT_MS
    await settled(hub)
    assert traces(hub, *named) == []


async def test_contacts_see_it_proven_and_follow_from_whatever_they_know(hub: Hub) -> None:
    alice, _, _ = await lived(hub, "alice")
    bob, line = await hub.join("bobby")
    made = await close(hub, alice)
    proven, values = await found(hub, line, f"u:{alice.user_uri}")
    assert proven.version == 3 and values[-1] == made.encode() and made.prev == alice.list.hash()
    account = follow(None, [(value, None) for value in values], alice.user_uri, hub.clock.now)
    assert account.closed and account.newest == made
    hub.clock.now += CLOSED_LISTS_KEPT_MS
    await settled(hub)
    status, answer = await look_up(line, f"u:{alice.user_uri}")
    assert (status, answer["code"]) == (410, "account_closed")
    await hub.heartbeat()
    assert (await found(hub, line, f"u:{bob.user_uri}"))[0].version == 0, "the log goes on over its leaves"


async def test_it_ends_every_session_and_nobody_finds_the_person(hub: Hub) -> None:
    alice, own = await hub.join("alice")
    _, line = await hub.join("bobby")
    await close(hub, alice)
    assert isinstance(decode_from_hub(await own.ws.receive_bytes(timeout=60)), Closed)
    assert (await own.request("GET", "/v1/account/stored"))[0] == 401
    assert not await exists(hub, alice.device)
    assert (await line.request("GET", "/v1/handles/alice"))[0] == 404
    assert (await line.request("GET", f"/v1/users/{alice.id}/handle"))[0] == 404
    assert (await line.request("POST", f"/v1/users/{alice.id}/claim", {"suites": [1]}))[0] == 404


async def test_twice_is_harmless_and_anything_after_it_is_refused(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    made = await close(hub, alice)
    assert (await hub.post("/v1/recovery", {"device_list": text(made.encode())}))[0] == 200
    assert (await hub.post("/v1/recovery/lists", {"handle": "alice"}))[1]["code"] == "account_closed"
    revived = alice.recovery([alice.new_device()], in_force=alice.list)
    status, answer = await hub.post("/v1/recovery", {"device_list": text(revived.encode())})
    assert (status, answer["code"]) == (410, "account_closed")
    hub.clock.now += CLOSED_LISTS_KEPT_MS
    await settled(hub)
    status, answer = await hub.post("/v1/recovery", {"device_list": text(made.encode())})
    assert (status, answer["code"]) == (410, "account_closed")


async def test_the_address_is_never_given_again_and_the_handle_not_for_a_while(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    registration = alice.registration()
    await close(hub, alice)
    for wait_ms in (0, CLOSED_LISTS_KEPT_MS, CLOSED_HANDLE_KEPT_MS):
        hub.clock.now += wait_ms
        await settled(hub)
        status, answer = await hub.post("/v1/accounts", registration | {"handle": "another"})
        assert (status, answer["code"]) == (410, "account_closed")
    assert await tombstones(hub) == [(None, None)]
    assert (await hub.post("/v1/accounts", Person("alice").registration()))[0] == 200


async def test_an_impostor_does_not_get_the_handle_while_people_look_for_it(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    await close(hub, alice)
    hub.clock.now += CLOSED_HANDLE_KEPT_MS - 1
    status, answer = await hub.post("/v1/accounts", Person("alice").registration())
    assert (status, answer["code"]) == (409, "handle_taken")


async def test_marks_name_nobody_without_the_key_of_the_hub(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    await close(hub, alice)
    ((handle, _),) = await tombstones(hub)
    assert handle == closed.mark(hub.context, "alice") != hashlib.sha256(b"alice").digest()


# Somebody else closes my account


async def test_a_session_is_not_enough_at_once(hub: Hub) -> None:
    """A stolen device holds the account key: it begins a closing that waits, and a device of the owner says no."""
    alice, line = await hub.join("alice")
    thief = last_list(alice, phrase=False)
    assert (await hub.post("/v1/recovery", {"device_list": text(thief.encode())}))[1]["code"] == "device_list_refused"
    assert (await put(line, thief.encode()))[0] == 200
    assert await exists(hub, alice.device)
    proven, values = await found(hub, line, f"u:{alice.user_uri}")
    assert proven.dated[1].timestamp_ms == hub.clock.now and values[1] == thief.encode(), "everybody can see it coming"
    await hub.heartbeat(RESET_PENDING_MS - 1)
    assert await exists(hub, alice.device)
    before, alice.list = alice.list, thief
    assert (await put(line, alice.next_list([alice.device], in_force=before).encode()))[0] == 200
    await hub.heartbeat(2 * RESET_PENDING_MS)
    assert await exists(hub, alice.device) and await tombstones(hub) == []


async def test_without_a_no_it_is_deleted_after_three_days(hub: Hub) -> None:
    alice, line = await hub.join("alice")
    assert (await put(line, last_list(alice, phrase=False).encode()))[0] == 200
    await hub.heartbeat(RESET_PENDING_MS)
    assert not await exists(hub, alice.device) and len(await tombstones(hub)) == 1
    assert isinstance(decode_from_hub(await line.ws.receive_bytes(timeout=60)), Closed)


async def test_who_has_neither_key_closes_nothing(hub: Hub) -> None:
    """Not with a session of another account, not with keys of one's own, not with a signature of a list before."""
    alice, _ = await hub.join("alice")
    mallory, line = await hub.join("mallory")
    mallory.user_uri, mallory.list = alice.user_uri, alice.list
    wanted = last_list(alice, phrase=True)
    own = replace(wanted, sig=mallory_signs(mallory, wanted), recovery_sig=mallory_signs(mallory, wanted))
    taken = replace(wanted, sig=alice.list.sig, recovery_sig=alice.list.recovery_sig)
    for value in (own.encode(), taken.encode(), wanted.tbs(), b""):
        status, answer = await hub.post("/v1/recovery", {"device_list": text(value)})
        assert (status, answer["code"]) == (422, "device_list_refused")
    waiting = last_list(alice, phrase=False)
    status, answer = await put(line, waiting.encode())
    assert (status, answer["code"]) == (422, "device_list_refused"), "a list of another account than the caller's"
    assert await exists(hub, alice.device)


def mallory_signs(mallory: Person, wanted: DeviceList) -> bytes:
    return sign_with_label(SUITE, mallory.account_private, LABEL, wanted.tbs())


async def test_while_a_reset_is_pending_the_phrase_still_closes(hub: Hub) -> None:
    alice, _ = await hub.join("alice")
    ghost, reset = await begin_reset(hub, alice)
    before, alice.list = alice.list, reset
    made = last_list(alice, phrase=True, in_force=before)
    assert (await hub.post("/v1/recovery", {"device_list": text(made.encode())}))[0] == 200
    await hub.heartbeat(2 * RESET_PENDING_MS)
    assert not await exists(hub, ghost) and not await exists(hub, alice.device), "whoever asked for it gets nothing"
    assert len(await tombstones(hub)) == 1


# The hub dies in the middle


@pytest.mark.parametrize("place", ["before anything", "in the middle", "at the end"])
async def test_a_hub_that_dies_has_deleted_all_or_nothing_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    config = fresh(tmp_path)
    async with running(config) as hub:
        await hub.begun()
        alice, _, named = await lived(hub, "alice")
        made = last_list(alice, phrase=True)
        honest = deletion.delete

        def dies(tx: Tx, context: HubContext, user_uri: str) -> None:
            if place == "in the middle":
                tx.execute("DELETE FROM account_state WHERE user_uri = ?", (user_uri,))
            if place == "at the end":
                honest(tx, context, user_uri)
            raise OSError("the power is gone")

        monkeypatch.setattr(deletion, "delete", dies)
        monkeypatch.setattr("privity.server.keylog.queue.PUBLISH_WAIT_S", 0.3)
        answer = await hub.post("/v1/recovery", {"device_list": text(made.encode())})
        assert answer[1]["code"] == "keylog_delayed"
        state = await hub.context.db.read(lambda reader: devices.standing(reader, alice.user_uri, hub.clock.now))
        assert state is not None and await tombstones(hub) == [], "nothing of it was done"
    monkeypatch.undo()
    async with running(config, clock=hub.clock) as hub:
        assert (await hub.post("/v1/recovery", {"device_list": text(made.encode())}))[0] == 200
        hub.clock.now += CLOSED_LISTS_KEPT_MS
        await settled(hub)
        assert traces(hub, *named) == [] and len(await tombstones(hub)) == 1


async def test_a_hub_that_dies_between_a_file_and_its_row_goes_on_with_the_next_sweep(hub: Hub) -> None:
    alice, _, named = await lived(hub, "alice")
    await close(hub, alice)
    (path,) = (path for path in hub.context.config.blobs.rglob("*") if path.is_file())
    path.unlink()
    await settled(hub)
    assert await hub.context.db.read(lambda reader: reader.all("SELECT * FROM blob")) == []
    assert not traces(hub, named[3])


async def test_a_file_that_somebody_else_put_too_stays(hub: Hub) -> None:
    (alice, own), (_, line) = await hub.join("alice"), await hub.join("bobby")
    file = b"the same picture" * 100
    for each in (own, line):
        assert (await each.request("POST", "/v1/blobs", data=file))[0] == 200
    await close(hub, alice)
    await settled(hub)
    assert (await line.request("GET", f"/v1/blobs/{hashlib.sha256(file).hexdigest()}"))[1] == file


async def test_a_file_that_is_put_again_while_it_is_swept_is_not_lost(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alice, own), (_, line) = await hub.join("alice"), await hub.join("bobby")
    file = b"the same picture" * 100
    assert (await own.request("POST", "/v1/blobs", data=file))[0] == 200
    await close(hub, alice)
    honest, swept = blobs.write_file, list[bytes]()

    def late(folder: Path, sha256: bytes, data: bytes, suffix: str) -> None:
        honest(folder, sha256, data, suffix)
        if not swept:  # the sweep comes between the file, which was there, and its row
            swept.append(sha256)
            path_of(folder, sha256).unlink()

    monkeypatch.setattr(blobs, "write_file", late)
    assert (await line.request("POST", "/v1/blobs", data=file))[0] == 200
    await settled(hub)
    assert swept and (await line.request("GET", f"/v1/blobs/{hashlib.sha256(file).hexdigest()}"))[1] == file


# What else is forgotten


async def test_codes_are_forgotten_a_month_after_they_worked(hub: Hub) -> None:
    await hub.register("alice")
    await code_for(hub, "alice")
    await hub.context.db.write(lambda tx: invites.create(tx, hub.context.random, hub.clock.now))

    async def left() -> tuple[int, int]:
        rows = await hub.context.db.read(
            lambda reader: [reader.one(f"SELECT COUNT(*) FROM {name}") for name in ("reset_code", "invite")]
        )
        return tuple(row[0] for row in rows if row is not None)

    hub.clock.now += 37 * DAY_MS
    await settled(hub)
    assert await left() == (1, 1)
    hub.clock.now += DAY_MS
    await settled(hub)
    assert await left() == (0, 1)
    hub.clock.now += 23 * DAY_MS
    await settled(hub)
    assert await left() == (0, 0)


@stores.about_sqlite
async def test_what_is_deleted_is_overwritten(hub: Hub) -> None:
    """Without that SQLite leaves rows readable in free pages and in its log."""
    secret = b"something that nobody must find again" * 300

    await hub.context.db.write(lambda tx: log.add_evidence(tx, [secret], 0))
    assert traces(hub, secret[:37])
    await hub.context.db.write(lambda tx: log.remove_evidence(tx, secret))
    assert await hub.context.db.scrub()
    assert not traces(hub, secret[:37])
    with closing(sqlite3.connect(hub.context.config.database)) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
