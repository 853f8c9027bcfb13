# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The devices of an account, who watches the hub's keys, and what the hub keeps about the account."""

from __future__ import annotations

from privity.faces.app.port.asked import AccountRequest, Result
from privity.faces.app.port.shown import DeviceShown, KeptTable, WitnessShown


class Devices(AccountRequest, frozen=True, kw_only=True):
    """`DeviceList`."""


class DeviceList(Result, frozen=True, kw_only=True):
    """`closing_until_ms` is when the account is closed, as one of its devices asked; `CancelReset` says no to it."""

    devices: tuple[DeviceShown, ...]
    reset_until_ms: int | None
    closing_until_ms: int | None


class OfferDevice(AccountRequest, frozen=True, kw_only=True):
    """The code that a new device shows: `DeviceOffered`, with the digits to compare."""

    code: str


class DeviceOffered(Result, frozen=True, kw_only=True):
    check: str
    client_uri: str


class AnswerOffer(AccountRequest, frozen=True, kw_only=True):
    """The digits are the same, or not: `Done` once the device is published."""

    same: bool


class RemoveDevice(AccountRequest, frozen=True, kw_only=True):
    """`Done`."""

    client_uri: str


class CancelReset(AccountRequest, frozen=True, kw_only=True):
    """Say no to a reset of the own account: `Done`."""


class KeyLog(AccountRequest, frozen=True, kw_only=True):
    """Who watches the hub's keys: `KeyLogShown`."""


class KeyLogShown(Result, frozen=True, kw_only=True):
    origin: str
    size: int
    newest_ms: int | None
    audited: bool
    witnesses: tuple[WitnessShown, ...]
    quorum: int
    alarm: str


class Kept(AccountRequest, frozen=True, kw_only=True):
    """What the hub says that it keeps about this account: `KeptTables`. It is the hub's word."""


class KeptTables(Result, frozen=True, kw_only=True):
    tables: tuple[KeptTable, ...]


class KeptRows(AccountRequest, frozen=True, kw_only=True):
    """Everything that stands in these tables about this account, as JSON to save: `Text`."""
