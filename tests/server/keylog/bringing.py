# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that has lost what some epochs brought, and people who bring it back.

`lose` stands for what is left when an old database was put back and `privity continue-log` has taken the epochs since
then back from an auditor: log and map are whole, and of the leaves only place, commitment and epoch are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from privity.identity.trust import verify_chain
from privity.keylog.commitment import commit
from privity.keylog.labels import vrf_input
from privity.keylog.opening import opening_of
from privity.keylog.vrf import vrf_output
from privity.mls.crypto import sign_with_label
from privity.server.contacts import forgetting
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import service as devices
from privity.server.devices import store as device_store
from privity.server.keylog import store
from privity.server.keylog.model import Lost
from privity.server.keylog.stored import StoredLog
from privity.wire.errors import STATUS, Code
from privity.wire.returns import OWN_RETURNS_LABEL, own_returns_tbs
from tests.server.core.people import HOST, SUITE, Keys, Line, Person, text
from tests.server.keylog.hubs import Hub, put

RETURNS = "/v1/keylog/returns"
OWN_RETURNS = "/v1/keylog/own-returns"


def label_of(person: Person) -> str:
    return f"u:{person.user_uri}"


async def lose(hub: Hub, person: Person, from_version: int = 0) -> list[bytes]:
    """The lists from this version on, and what followed from them; returns all lists that were published."""
    lists = await published(hub, label_of(person))

    def change(tx: Tx) -> list[str]:
        lose_values(tx, label_of(person), from_version, hub.context)
        gone = [one.client_uri for one in device_store.of_user(tx, person.user_uri)]
        device_store.remove_devices(tx, gone)
        for table in ("account_reset", "account_state", "reset_code"):
            tx.execute(f"DELETE FROM {table} WHERE user_uri = ?", (person.user_uri,))
        if from_version == 0:
            forgetting.forget(tx, hub.context.hooks, person.user_uri)
            for table in ("age", "profile", "account"):
                tx.execute(f"DELETE FROM {table} WHERE user_uri = ?", (person.user_uri,))
            return gone
        log = StoredLog.of(tx)
        epochs = [log.held(label_of(person).encode(), version).epoch for version in range(from_version)]
        dated = [(value, log.entry(epoch).timestamp_ms) for value, epoch in zip(lists, epochs, strict=False)]
        account = verify_chain(dated, person.user_uri)[-1]
        device_store.put_state(tx, account)
        for device in devices.listed(account.in_force):
            device_store.add_device(tx, device)
        return gone

    gone = await hub.context.db.write(change)
    for client_uri in gone:  # the process that lost it was another one
        hub.context.sessions.drop(client_uri, "the hub was restored from a backup")
    return lists


def lose_values(tx: Tx, label: str, from_version: int, context: HubContext) -> None:
    """Move the published values from this version on to what is lost."""
    rows = tx.all("SELECT version FROM kl_value WHERE label = ? AND version >= ?", (label, from_version))
    for (version,) in rows:
        held = store.held(tx, label, version)
        assert held is not None and held.opening == opening_of(context.keys.vrf, label.encode(), version)
        out = vrf_output(context.keys.vrf, vrf_input(label.encode(), version))
        store.add_lost(tx, [Lost(out, held.commitment, held.epoch)])
    tx.execute("DELETE FROM kl_value WHERE label = ? AND version >= ?", (label, from_version))


def add_lost(tx: Tx, context: HubContext, label: str, values: Sequence[bytes], first: int = 0) -> None:
    """Lost leaves of versions that the hub itself would not have published, or not so many in a test; of epoch 0."""
    leaves = [
        Lost(
            vrf_output(context.keys.vrf, vrf_input(label.encode(), version)),
            commit(opening_of(context.keys.vrf, label.encode(), version), label.encode(), version, value),
            0,
        )
        for version, value in enumerate(values, first)
    ]
    store.add_lost(tx, leaves)


async def published(hub: Hub, label: str) -> list[bytes]:
    return [value for _, value in await hub.context.db.read(lambda reader: store.values_from(reader, label, 0))]


async def lost_count(hub: Hub) -> int:
    return await hub.context.db.read(store.count_lost)


async def everything(hub: Hub) -> list[Any]:
    """All that a return could change: whatever is refused must leave it as it was."""

    def read(query: Query) -> list[Any]:
        tables = ("kl_value", "kl_lost", "kl_change", "account", "account_state", "account_reset", "device")
        return [sorted(query.all(f"SELECT * FROM {table}")) for table in tables]

    return await hub.context.db.read(read)


async def bring(line: Line, label: str, values: Sequence[bytes]) -> tuple[int, Any]:
    status, answer = await line.request("POST", RETURNS, {"label": label, "values": [text(one) for one in values]})
    return int(status), answer


def own_returns(
    device: Keys, handle: str, values: Sequence[bytes], *, host: str = HOST, signed_handle: str | None = None
) -> dict[str, Any]:
    """The body by which this device brings all lists of its account back."""
    tbs = own_returns_tbs(host, handle if signed_handle is None else signed_handle, values)
    return {
        "handle": handle,
        "values": [text(one) for one in values],
        "client_uri": device.client_uri,
        "signature": text(sign_with_label(SUITE, device.private, OWN_RETURNS_LABEL, tbs)),
    }


async def bring_own(hub: Hub, device: Keys, handle: str, values: Sequence[bytes], **change: Any) -> tuple[int, Any]:
    return await hub.post(OWN_RETURNS, own_returns(device, handle, values, **change))


async def with_lists(hub: Hub, handle: str) -> tuple[Person, Keys]:
    """Three lists: the first device, a second one, and the second one dropped again."""
    person, line = await hub.join(handle)
    second = person.new_device()
    assert (await put(line, person.next_list([person.device, second]).encode()))[0] == 200
    assert (await put(line, person.next_list([person.device]).encode()))[0] == 200
    return person, second


def refused(answer: tuple[int, Any], code: Code, *words: str) -> None:
    assert (answer[0], answer[1].get("code")) == (STATUS[code], code), answer
    for word in words:
        assert word in answer[1]["message"], answer
