# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lost values, brought back by whoever still has them: what the log published is taken, and nothing else.

Nobody's word counts for a value, which opens the commitment in the map or is refused. Only the handle of an account
that is lost itself is a word, and takes the signature of a device that the account's newest list has in force.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from privity.identity.device_list import DeviceList
from privity.identity.errors import DeviceListError, RecordError
from privity.identity.server_record import ServerRecord
from privity.identity.trust import verify_chain
from privity.mls.crypto import verify_with_label
from privity.mls.errors import BadPublicKey, BadSignature
from privity.mls.suites import suite
from privity.server.accounts import closed
from privity.server.accounts import store as accounts
from privity.server.accounts.model import Account
from privity.server.accounts.service import checked_handle
from privity.server.ages import store as ages
from privity.server.ages.model import StoredAge
from privity.server.context import HubContext
from privity.server.db.database import Query, Tx
from privity.server.devices import publication
from privity.server.devices import service as devices
from privity.server.keylog import lost, record, store
from privity.server.keylog.service import check_label
from privity.server.keylog.stored import StoredLog
from privity.server.limits import address_key
from privity.wire.age import AgeBand
from privity.wire.errors import Code, Refusal
from privity.wire.keylog import BringBack, BringBackOwn
from privity.wire.returns import OWN_RETURNS_LABEL, own_returns_tbs


@dataclass(frozen=True, slots=True)
class _Given:
    """One of the values that came, and the epoch that published its version."""

    version: int
    value: bytes
    epoch: int
    held: bool


async def bring_back(context: HubContext, caller_uri: str, asked: BringBack) -> int:
    """Take what a device has of any label; returns how many values the hub had lost. Again is harmless."""
    context.limits.take("keylog.return", caller_uri)
    check_label(asked.label, context.config.host)

    def check(query: Query) -> list[_Given]:
        if not lost.any_lost(query):
            return []
        given = _placed(query, context, asked.label, asked.values)
        missing = [one for one in given if not one.held]
        if missing and asked.label != record.label_of(context):
            _check_account(query, context, asked.label.removeprefix("u:"))
        return missing

    missing = await context.db.read(check)
    return await context.db.write(lambda tx: _take(tx, context, asked.label, missing)) if missing else 0


async def bring_back_own(context: HubContext, asked: BringBackOwn, address: str | None) -> int:
    """Take all lists of an account, and the account with them if it is lost too. Again is harmless.

    Nobody else may do it: the handle would be of their choice. A device that a lost list has dropped cannot leave that
    list out.
    """
    context.limits.take("keylog.return_own", address_key(address))
    handle = checked_handle(asked.handle)
    if not await context.db.read(lost.any_lost):
        return 0
    first = devices.verify_first(asked.values[0], context.config.host)
    account = Account(first.user_uri, handle)
    label = devices.label_of(first.user_uri)

    def check(query: Query) -> list[_Given]:
        given = _placed(query, context, label, asked.values)
        lost.check_not_lost(query, context, label, given[-1].version + 1)
        missing = [one for one in given if not one.held]
        if missing:
            _check_signed(context, asked, _in_force(query, given, first.user_uri))
        return missing

    def write(tx: Tx, missing: Sequence[_Given]) -> int:
        known = accounts.find(tx, account.user_uri)
        if known is None:
            if accounts.find_handle(tx, handle) is not None:
                raise Refusal(Code.HANDLE_TAKEN, "another account has this handle now; bring yours back under another")
            closed.check_open(tx, context, account.user_uri)
            closed.check_handle_free(tx, context, handle)
            accounts.add(tx, account, context.now_ms())
            ages.put(tx, StoredAge(account.user_uri, AgeBand.UNKNOWN))
        elif known != account:
            raise Refusal(Code.CONFLICT, "the account is at this hub under another handle")
        return _take(tx, context, label, missing)

    missing = await context.db.read(check)
    return await context.db.write(lambda tx: write(tx, missing)) if missing else 0


def _take(tx: Tx, context: HubContext, label: str, missing: Sequence[_Given]) -> int:
    """Put them back as their epochs brought them, each at the time of its own, and then what is due by now."""
    taken = 0
    try:
        for one in missing:
            at_ms = lost.take_back(tx, context, label, one.version, one.value)
            if at_ms is not None:  # otherwise somebody else brought the same back meanwhile
                publication.publish(tx, context, [(label, one.value)], at_ms)
                taken += 1
        if taken:
            publication.publish(tx, context, [], _newest_ms(tx))
    except DeviceListError as err:
        raise devices.refused(err) from None
    if label == record.label_of(context):
        record.queue_in(tx, context)
    return taken


def _placed(query: Query, context: HubContext, label: str, values: Sequence[bytes]) -> list[_Given]:
    """Where each of consecutive versions was published.

    Raises a CONFLICT Refusal for one that was not, or that the hub holds with another value; KEYS_LOST when an older
    version is lost and not among them.
    """
    given: list[_Given] = []
    for value in values:
        version = _version(context, label, value)
        if not given:
            _check_no_gap(query, context, label, version)
        elif version != given[-1].version + 1:
            raise Refusal(Code.MALFORMED, f"versions follow each other, {version} came after {given[-1].version}")
        given.append(_place(query, context, label, version, value))
    return given


def _check_no_gap(query: Query, context: HubContext, label: str, first: int) -> None:
    newest = store.newest_version(query, label)
    following = 0 if newest is None else newest + 1
    if first > following:
        lost.check_not_lost(query, context, label, following)


def _place(query: Query, context: HubContext, label: str, version: int, value: bytes) -> _Given:
    held = store.held(query, label, version)
    if held is not None:
        if not hmac.compare_digest(held.value, value):
            raise Refusal(Code.CONFLICT, f"version {version} of this label is published with another value")
        return _Given(version, value, held.epoch, held=True)
    found = lost.find(query, context, label, version)
    if found is None:
        raise Refusal(Code.CONFLICT, f"version {version} of this label was never published")
    return _Given(version, value, found.epoch, held=False)


def _version(context: HubContext, label: str, value: bytes) -> int:
    """What a value of this label says it is, or a MALFORMED Refusal."""
    decode = ServerRecord.decode if label == record.label_of(context) else DeviceList.decode
    try:
        return decode(value).version
    except (DeviceListError, RecordError) as err:
        raise Refusal(Code.MALFORMED, f"not a value of this label: {type(err).__name__}: {err}") from None


def _check_account(query: Query, context: HubContext, user_uri: str) -> None:
    """Devices have no place without their account, and it has no handle that others could give it."""
    if accounts.find(query, user_uri) is None:
        closed.check_open(query, context, user_uri)
        raise Refusal(Code.KEYS_LOST, "this hub has lost the account itself; one of its own devices brings it back")


def _in_force(query: Query, given: Sequence[_Given], user_uri: str) -> DeviceList:
    """The list that decides who is a device of the account now, or a DEVICE_LIST_REFUSED Refusal."""
    log = StoredLog.of(query)
    dated = [(one.value, log.entry(one.epoch).timestamp_ms) for one in given]
    try:
        return verify_chain(dated, user_uri, _newest_ms(query))[-1].in_force
    except DeviceListError as err:
        raise devices.refused(err) from None


def _check_signed(context: HubContext, asked: BringBackOwn, in_force: DeviceList) -> None:
    keys = {device.client_uri: device.signature_key for device in devices.listed(in_force)}
    key = keys.get(asked.client_uri)
    if key is None:
        raise Refusal(Code.NOT_ALLOWED, "the account's newest list in force does not name this device")
    tbs = own_returns_tbs(context.config.host, asked.handle, asked.values)
    try:
        verify_with_label(suite(1), key, OWN_RETURNS_LABEL, tbs, asked.signature)
    except (BadSignature, BadPublicKey) as err:
        raise Refusal(Code.NOT_ALLOWED, f"the lists are not brought back by this device: {err}") from None


def _newest_ms(query: Query) -> int:
    """The time of the newest epoch, up to which every reader knows the log."""
    log = StoredLog.of(query)
    return log.entry(log.size - 1).timestamp_ms
