# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the publication of an epoch means for devices: new ones come, what waited takes effect, accounts are deleted.

All of it happens in the transaction that publishes, under the timestamp of the epoch's entry: every reader of the log
comes to the same lists in force from the same values and dates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privity.identity import account as accounts
from privity.identity.account import Account
from privity.identity.errors import DeviceListError
from privity.mls.errors import ProtocolError
from privity.server.accounts import deletion
from privity.server.contacts import forgetting
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import service, store
from privity.server.keylog import lost
from privity.server.keylog.model import Queued
from privity.server.web import log_bug
from privity.wire.errors import Refusal

_PREFIX = "u:"


def overtaken(query: Query, queued: Sequence[Queued], at_ms: int) -> list[int]:
    """Which of these changes must not enter an epoch of this time, because another list took effect since.

    In the log they would stand for ever as lists that nobody can accept. What follows one falls with it.
    """
    states: dict[str, Account | None] = {}
    fallen: set[str] = set()
    gone = []
    for change in queued:
        if not change.label.startswith(_PREFIX):
            continue
        user_uri = change.label.removeprefix(_PREFIX)
        if user_uri not in states:
            states[user_uri] = store.state(query, user_uri)
        try:
            if user_uri not in fallen:
                states[user_uri] = service.after(states[user_uri], change.value, user_uri, at_ms)
                continue
        except DeviceListError:
            fallen.add(user_uri)
        gone.append(change.id)
    return gone


def publish(tx: Tx, context: HubContext, values: Sequence[tuple[str, bytes]], at_ms: int) -> None:
    """What is due, and the lists of this epoch: (label, value), those of one label in their order."""
    before: dict[str, Account | None] = {user_uri: store.state(tx, user_uri) for user_uri in store.due(tx, at_ms)}
    now = {
        user_uri: accounts.settle(known, at_ms)
        for user_uri, known in before.items()
        if known is not None and not _more_lost(tx, context, known)
    }
    for label, value in values:
        if label.startswith(_PREFIX):
            user_uri = label.removeprefix(_PREFIX)
            if user_uri not in before:
                before[user_uri] = store.state(tx, user_uri)
            now[user_uri] = service.after(now.get(user_uri) or before[user_uri], value, user_uri, at_ms)
    for user_uri, account in now.items():
        _move(tx, context, before[user_uri], account)


def _move(tx: Tx, context: HubContext, before: Account | None, after: Account) -> None:
    if after.closed:
        _close(tx, context, after)
        return
    store.put_state(tx, after)
    user_uri = after.newest.user_uri
    reset = before is not None and after.resets > before.resets
    old = [device.client_uri for device in store.of_user(tx, user_uri)]
    gone = old if reset else service.gone_from(tx, after.in_force)
    store.remove_devices(tx, gone)
    if reset:
        store.add_reset(tx, user_uri, context.now_ms())
        forgetting.forget_agreed(tx, context.hooks, user_uri)
        _tell_rooms(tx, lambda: context.hooks.account_reset(tx, user_uri, gone))
    elif gone:
        _tell_rooms(tx, lambda: context.hooks.devices_removed(tx, user_uri, gone))
    _bring(tx, context, after)
    if before is not None:
        context.hooks.device_list_changed(tx, user_uri)
    tx.after_commit(lambda: service.end_sessions(context, gone))


def _close(tx: Tx, context: HubContext, account: Account) -> None:
    user_uri = account.newest.user_uri
    gone = [device.client_uri for device in store.of_user(tx, user_uri)]
    _tell_rooms(tx, lambda: context.hooks.account_closed(tx, user_uri, gone))
    deletion.delete(tx, context, user_uri)
    tx.after_commit(lambda: service.end_sessions(context, gone))


def _bring(tx: Tx, context: HubContext, account: Account) -> None:
    """The devices in force, but for those that a list which still waits has dropped already.

    What a list that is lost has dropped is not known, so nobody comes in before it is back.
    """
    if _more_lost(tx, context, account):
        return
    known = {device.client_uri for device in store.of_user(tx, account.newest.user_uri)}
    kept = service.listed(service.standing_after(tx, account, context.now_ms()).in_force)
    keys = {device.client_uri: device.signature_key for device in kept}
    for device in service.listed(account.in_force):
        if device.client_uri not in known and keys.get(device.client_uri) == device.signature_key:
            store.add_device(tx, device)


def _more_lost(tx: Tx, context: HubContext, account: Account) -> bool:
    """Whether the log holds a newer list of this account than the hub does: it may cancel what this one began."""
    following = account.newest.version + 1
    return lost.find(tx, context, service.label_of(account.newest.user_uri), following) is not None


def _tell_rooms(tx: Tx, tell: Callable[[], None]) -> None:
    """A room that cannot be changed must not hold up the log of everybody."""
    err = tx.attempt(tell, ProtocolError, LookupError, Refusal)
    if err is not None:
        tx.after_commit(lambda: log_bug(err))
