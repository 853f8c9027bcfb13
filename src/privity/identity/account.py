# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which device list of an account is in force: what a reset or a closing list may do, and when.

A reset needs none of the account's old keys, so it is also what an operator would forge. For 72 hours from the time at
which it appeared in the key log the list before it stays in force, and anything made under that list's authority, be it
by a device or by the phrase, cancels it. Only then do the old keys lose their power. A list that closes the account
waits and is cancelled in the same way, unless the recovery key signed it: a stolen device cannot end the account.

An `Account` is moved in this file and nowhere else. All times are timestamps of log entries, never this device's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from privity.identity.device_list import DeviceList, verify_first, verify_successor
from privity.identity.errors import Backdated, DeviceListError, MalformedAccount, UndatedReset, UsageError
from privity.mls.codec import Reader, decode, u32, u64, vec
from privity.mls.errors import CodecError

RESET_PENDING_MS = 72 * 3_600_000
"""Long enough that a person who looks at any device over a weekend still cancels what they did not ask for. A closing
list that only the account key signed waits as long."""


@dataclass(frozen=True, slots=True)
class Account:
    """A proven chain, folded. `in_force` is `newest` unless that is a list that waits and whose time has not come.

    `pending_since_ms` is when the list that waits appeared; `resets` counts the resets that took effect.
    """

    newest: DeviceList
    in_force: DeviceList
    pending_since_ms: int | None = None
    resets: int = 0

    def __post_init__(self) -> None:
        pending = self.pending_since_ms is not None
        if pending == (self.newest == self.in_force) or (pending and not self.newest.waits):
            raise UsageError("only a list that waits can be newer than the list in force, and it has a time")

    @classmethod
    def of(cls, devices: DeviceList) -> Account:
        """An account whose newest list, in force, is vouched for in another way than by its chain."""
        return cls(devices, devices)

    @property
    def in_force_at_ms(self) -> int | None:
        """When the list that waits takes effect, unless it is cancelled; None without one."""
        return None if self.pending_since_ms is None else self.pending_since_ms + RESET_PENDING_MS

    @property
    def closed(self) -> bool:
        """Whether the account has ended."""
        return self.in_force.closes

    def encode(self) -> bytes:
        """For a store: resets, the newest list, and of one that waits its time and the list in force."""
        head = u32(self.resets) + vec(self.newest.encode())
        if self.pending_since_ms is None:
            return head + vec(b"")
        return head + vec(self.in_force.encode()) + u64(self.pending_since_ms)

    @classmethod
    def decode(cls, data: bytes) -> Account:
        """What `encode` gave, from a store that is trusted. Raises MalformedAccount."""
        try:
            return decode(_read, data)
        except (CodecError, DeviceListError, UsageError) as err:
            raise MalformedAccount(f"not an account: {err}") from None


def first(value: bytes, user_uri: str) -> Account:
    """The account of a first list. Raises what `verify_first` raises."""
    return Account.of(verify_first(value, user_uri))


def advance(account: Account, value: bytes, appeared_ms: int | None) -> Account:
    """The account after the next version, which appeared in the log at this time.

    The time may be left out while no list that waits is concerned. Raises UndatedReset, Backdated and what
    `verify_successor` raises for a list that the authority in force at that time did not sign.
    """
    if appeared_ms is None:
        if account.pending_since_ms is not None or DeviceList.decode(value).waits:
            raise UndatedReset(
                "whether this list counts depends on when it appeared in the key log, which is not shown"
            )
    elif account.pending_since_ms is not None and appeared_ms < account.pending_since_ms:
        raise Backdated(f"a list of {appeared_ms} ms follows one of {account.pending_since_ms} ms")
    else:
        account = settle(account, appeared_ms)
    new = verify_successor(account.newest, value, account.in_force)
    if new.waits:
        return Account(new, account.in_force, appeared_ms, account.resets)
    return Account(new, new, None, account.resets)


def settle(account: Account, now_ms: int) -> Account:
    """The account at this time: a list that has waited for 72 hours is in force.

    `now_ms` is the timestamp of a log entry under which `account.newest` is proven to be the newest version. A clock
    that runs ahead of what was proven could take a cancelled list for one in force.
    """
    at_ms = account.in_force_at_ms
    if at_ms is None or now_ms < at_ms:
        return account
    resets = account.resets + account.newest.reset
    return replace(account, in_force=account.newest, pending_since_ms=None, resets=resets)


def _read(reader: Reader) -> Account:
    resets = reader.u32()
    newest = DeviceList.decode(reader.vec())
    in_force = reader.vec()
    if not in_force:
        return Account(newest, newest, None, resets)
    return Account(newest, DeviceList.decode(in_force), reader.u64(), resets)
