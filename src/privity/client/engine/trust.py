# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whose keys are believed: the device list of each user as the key log proves it, and every leaf's check against it.

What is pinned of a user only moves along the user's own chain of lists, and only together with a proof under the
newest checkpoint of the log. A leaf whose device is not in the list in force, or whose list was not proven within a
day, raises `UnknownDevice`, upon which the caller looks the user up once and tries again.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import msgspec

from privity.client.engine.flow import Flow
from privity.client.engine.key_log import KeyLog
from privity.client.engine.own_lists import OwnLists
from privity.client.engine.records import Batch, Table
from privity.client.engine.returns import Returns
from privity.client.errors import AccountKeyChanged, LogNotFresh, LogRefused
from privity.identity.account import Account
from privity.identity.device_list import DeviceList
from privity.identity.errors import DeviceListError, Rollback
from privity.identity.trust import follow
from privity.identity.uris import parse_user_uri
from privity.keylog.labels import user_label
from privity.keylog.proof import LookupProof
from privity.keylog.verify import MAX_AHEAD_MS, Found
from privity.mls.errors import CredentialRefused

T = TypeVar("T")

Tell = Callable[[str, Account, Account], None]
"""(user URI, before, after): what is pinned of somebody who was known before goes on. A person hears of it here, since
nothing that is looked up later would show it once more."""

MAX_VERSIONS = 1_000
"""Versions of one list in one answer: more than a person changes devices in a life."""
MAX_ASKED = 8
"""How often one refresh is asked for again when others were faster."""
MAX_FORMER = 64
"""Dropped devices that are remembered for each person: their last ones, for what was said before they were dropped."""
FRESH_MS = 24 * 3_600_000
"""How old the log's newest entry may have been for a leaf to come in: the log shows itself once an hour at least."""


class TooManyVersions(DeviceListError):
    """The hub shows more versions of a list than anybody has."""


class UnknownDevice(CredentialRefused):
    """The device is not in the proven list of its user with this key."""

    def __init__(self, user_uri: str, client_uri: str, why: str = "") -> None:
        super().__init__(why or f"{client_uri} with this key is not in the proven device list of {user_uri}")
        self.user_uri = user_uri


class StaleList(UnknownDevice):
    """The list that names the device was not proven within a day."""

    def __init__(self, user_uri: str, client_uri: str) -> None:
        super().__init__(user_uri, client_uri, f"the list that names {client_uri} was not proven within a day")


class NotInLog(LogRefused):
    """The lists that the hub shows are not what its key log holds."""


Former = tuple[tuple[str, bytes], ...]


class Pin(msgspec.Struct, frozen=True):
    """What is known of one user: the account, and its proof. `accepted_resets` is what a person has agreed to."""

    account: bytes
    accepted_resets: int
    checked_ms: int
    """Time of the log's newest entry when this was proven."""
    version: int
    epoch: int
    """Entry of the log in which the newest version appeared."""
    proof: bytes
    former: Former = ()
    """Client URI and key of devices that a list in force named once and the newest does not, the latest first."""

    def __repr__(self) -> str:
        return f"<Pin version {self.version} epoch {self.epoch}>"


def unproven(account: Account) -> bytes:
    """What a store keeps of the own account before the key log has shown it: it was signed or confirmed here."""
    return msgspec.msgpack.encode(Pin(account.encode(), account.resets, 0, account.newest.version, 0, b""))


def pinned_account(value: bytes) -> Account:
    """The account in a kept pin."""
    return Account.decode(msgspec.msgpack.decode(value, type=Pin).account)


class Pins:
    """The proven account of every user this device has met."""

    __slots__ = ("_batch", "_known", "_log", "_now", "_returns", "_tell", "own_lists", "version")

    def __init__(
        self, batch: Batch, log: KeyLog, own_lists: OwnLists, returns: Returns, now: Callable[[], int], tell: Tell
    ) -> None:
        """`now` is this device's own clock in ms."""
        self._batch = batch
        self._log = log
        self.own_lists = own_lists
        self._returns = returns
        self._now = now
        self._tell = tell
        self._known: dict[str, tuple[Pin, Account]] = {}
        self.version = 0
        """Rises whenever a list changes, or a reset is agreed to."""

    def pin(self, user_uri: str) -> Pin | None:
        """What is known of a user, without the proof."""
        found = self._find(user_uri)
        return None if found is None else found[0]

    def proof(self, user_uri: str) -> bytes:
        """The proof under which a user is pinned. It stays on disk: a hub makes it as long as it likes."""
        kept = self._kept(user_uri)
        return b"" if kept is None else kept.proof

    def account(self, user_uri: str) -> Account | None:
        """The account as it was proven last; a reset that was pending then may be in force by now."""
        found = self._find(user_uri)
        return None if found is None else found[1]

    def get(self, user_uri: str) -> DeviceList | None:
        """The list in force."""
        account = self.account(user_uri)
        return None if account is None else account.in_force

    def is_closed(self, user_uri: str) -> bool:
        """Whether the account was ended by its own keys, as proven once: nothing can change that."""
        account = self.account(user_uri)
        return account is not None and account.closed

    def met(self) -> list[str]:
        """Everybody this device has met."""
        return [key.decode() for key, _ in self._batch.scan(Table.PIN, "")]

    def extend(self, user_uri: str, proof: bytes, values: Sequence[bytes]) -> DeviceList:
        """Verify what the hub showed, remember the checkpoint, pin the newest list; the list in force.

        The first value of a known user repeats the newest one pinned. Raises LogRefused and its kind, Rollback, Fork,
        or the error of a list that breaks a rule; then nothing changes.
        """
        if len(values) > MAX_VERSIONS:
            raise TooManyVersions(f"the hub shows {len(values)} versions of a list, at most {MAX_VERSIONS} count")
        found = self._log.check_lookup(proof, user_label(parse_user_uri(user_uri)))
        if found.version is None or found.epoch is None:
            raise Rollback(f"the key log holds no device list of {user_uri}")
        if not values or values[-1] != found.value:
            raise NotInLog(f"the newest list that the hub shows of {user_uri} is not the one in its key log")
        before = self._find(user_uri)
        account = _along(None if before is None else before[1], values, found, user_uri)
        if account.newest.version != found.version:
            raise NotInLog(f"version {account.newest.version} of {user_uri} stands in the key log as {found.version}")
        pin = Pin(
            account.encode(),
            account.resets if before is None else before[0].accepted_resets,
            found.view.timestamp_ms,
            found.version,
            found.epoch,
            proof,
            _former(before, values, account),
        )
        self._log.remember(found.view, found.opened, LookupProof.decode(proof).head.note)
        if user_uri == self.own_lists.user_uri:
            self.own_lists.keep(values)
        self._put(user_uri, pin, account)
        if before is None or before[1].in_force != account.in_force:
            self.version += 1
        if before is not None:
            self._tell(user_uri, before[1], account)
        return account.in_force

    def check_device(self, user_uri: str, client_uri: str, signature_key: bytes) -> None:
        """Raise UnknownDevice unless the list in force names this device with this key. (`policy.CheckDevice`)"""
        pinned = self.get(user_uri)
        device = None if pinned is None else pinned.device(client_uri)
        if device is None or not hmac.compare_digest(device.mls_signature_key, signature_key):
            raise UnknownDevice(user_uri, client_uri)

    def was_listed(self, user_uri: str, client_uri: str, signature_key: bytes) -> bool:
        """Whether a list in force named this device with this key once. It says nothing of today."""
        pin = self.pin(user_uri)
        return pin is not None and (client_uri, signature_key) in pin.former

    def check_fresh(self, user_uri: str, client_uri: str) -> None:
        """Raise StaleList unless the user's list was proven within a day."""
        if not self.is_fresh(user_uri):
            raise StaleList(user_uri, client_uri)

    def is_fresh(self, user_uri: str) -> bool:
        """Whether the user's list was proven within a day."""
        pin = self.pin(user_uri)
        return pin is not None and -MAX_AHEAD_MS <= self._now() - pin.checked_ms <= FRESH_MS

    def check_accepted(self, user_uri: str) -> None:
        """Raise AccountKeyChanged while a reset of this account is in force that nobody here has agreed to."""
        found = self._find(user_uri)
        if found is not None and found[1].resets > found[0].accepted_resets:
            raise AccountKeyChanged(
                f"the account of {user_uri} was reset: whoever has it now did not have the old keys. Ask the person,"
                " compare safety numbers, and then agree"
            )

    def accept_reset(self, user_uri: str) -> None:
        """A person has agreed to the resets of this account that are in force."""
        account, kept = self.account(user_uri), self._kept(user_uri)
        if account is not None and kept is not None:
            self._put(user_uri, msgspec.structs.replace(kept, accepted_resets=account.resets), account)
            self.version += 1

    def ask_again(self, user_uri: str) -> bool:
        """Another device of this person knew this account before its last reset: nobody here has agreed to that one.
        Whether there is one."""
        account, kept = self.account(user_uri), self._kept(user_uri)
        if account is None or kept is None or not 0 < account.resets <= kept.accepted_resets:
            return False
        self._put(user_uri, msgspec.structs.replace(kept, accepted_resets=account.resets - 1), account)
        self.version += 1
        return True

    def refresh(self, user_uri: str) -> Flow[DeviceList]:
        """Look a user up in the key log; the list in force.

        Another flow may pin a newer list, or see more of the log, while this one waits; then what came continues an
        older state, and is asked for again rather than taken for a rollback.
        """
        for _ in range(MAX_ASKED):
            known, size = self.account(user_uri), self._log.size
            version = 0 if known is None else known.newest.version
            answer = yield from self._returns.look_up(user_label(user_uri), version, size, self.to_bring(user_uri))
            if self.account(user_uri) == known and self._log.size == size:
                return self.extend(user_uri, answer.proof, answer.values)
        raise LogNotFresh(f"the key log changed {MAX_ASKED} times while {user_uri} was looked up")

    def to_bring(self, user_uri: str) -> Iterable[Sequence[bytes]]:
        """What this device has, should the hub have lost it: all lists of its own account, of others the newest."""
        if user_uri == self.own_lists.user_uri:
            return self.own_lists.to_bring()
        known = self.account(user_uri)
        return () if known is None else ((known.newest.encode(),),)

    def _find(self, user_uri: str) -> tuple[Pin, Account] | None:
        known = self._known.get(user_uri)
        if known is None:
            kept = self._kept(user_uri)
            if kept is None:
                return None
            known = self._known[user_uri] = _slim(kept), Account.decode(kept.account)
        return known

    def _kept(self, user_uri: str) -> Pin | None:
        value = self._batch.get(Table.PIN, "", user_uri.encode())
        return None if value is None else msgspec.msgpack.decode(value, type=Pin)

    def _put(self, user_uri: str, pin: Pin, account: Account) -> None:
        self._batch.put(Table.PIN, "", user_uri.encode(), msgspec.msgpack.encode(pin))
        self._known[user_uri] = _slim(pin), account


def _slim(pin: Pin) -> Pin:
    """What stays in memory."""
    return msgspec.structs.replace(pin, account=b"", proof=b"")


def _along(known: Account | None, values: Sequence[bytes], found: Found, user_uri: str) -> Account:
    """The account after these values. A value whose date the proof does not bring has none."""
    first = 0 if known is None else known.newest.version
    dated = [(value, _appeared(found, version, value)) for version, value in enumerate(values, first)]
    return follow(known, dated, user_uri, found.view.timestamp_ms)


def _former(
    before: tuple[Pin, Account] | None, values: Sequence[bytes], account: Account
) -> tuple[tuple[str, bytes], ...]:
    """Who was listed before. What only a reset named may never have been in force, and does not count."""
    lists = [found for value in values if not (found := DeviceList.decode(value)).waits]
    if before is not None:
        lists.insert(0, before[1].in_force)
    named = [(device.client_uri, device.mls_signature_key) for found in reversed(lists) for device in found.devices]
    listed = {(device.client_uri, device.mls_signature_key) for device in account.in_force.devices}
    known = () if before is None else before[0].former
    return tuple(dict.fromkeys(each for each in (*named, *known) if each not in listed))[:MAX_FORMER]


def _appeared(found: Found, version: int, value: bytes) -> int | None:
    dated = found.dated.get(version)
    if dated is None:
        return None
    if dated.value != value:
        raise NotInLog(f"version {version} that the hub shows is not the one in its key log")
    return dated.timestamp_ms
