# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whose keys are believed: the pinned device list of each user, and the check of every leaf against it.

The first verified list of a user is pinned; later ones must continue its chain. A hub that shows another chain is
refused, whatever it says. A leaf whose device is not in the list that is pinned raises `UnknownDevice`, upon which the
caller fetches newer lists once and tries again.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import TypeVar

from privity.client.engine import calls
from privity.client.engine.flow import Flow, ask
from privity.client.engine.records import Batch, Table
from privity.identity.device_list import DeviceList
from privity.identity.errors import DeviceListError, Rollback
from privity.identity.trust import pin_chain
from privity.mls.errors import CredentialRefused
from privity.wire.rest import DeviceLists

T = TypeVar("T")


MAX_VERSIONS = 1_000
"""Versions of one list in one answer: more than a person changes devices in a life."""
MAX_ASKED = 8
"""How often one refresh is asked for again when others were faster."""


class TooManyVersions(DeviceListError):
    """The hub shows more versions of a list than anybody has."""


class UnknownDevice(CredentialRefused):
    """The device is not in the verified list of its user with this key."""

    def __init__(self, user_uri: str, client_uri: str) -> None:
        super().__init__(f"{client_uri} with this key is not in the verified device list of {user_uri}")
        self.user_uri = user_uri


class Pins:
    """The newest verified device list of every user this device has met."""

    __slots__ = ("_batch", "_known", "version")

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._known: dict[str, DeviceList] = {}
        self.version = 0
        """Rises whenever a list changes."""

    def get(self, user_uri: str) -> DeviceList | None:
        known = self._known.get(user_uri)
        if known is None:
            value = self._batch.get(Table.PIN, "", user_uri.encode())
            if value is None:
                return None
            known = self._known[user_uri] = DeviceList.decode(value)
        return known

    def extend(self, user_uri: str, values: Sequence[bytes]) -> DeviceList:
        """Verify what the hub showed and pin the newest. The first value of a known user repeats the pinned one.

        Raises Rollback, Fork, AccountKeyChanged, or the error of a list that breaks a rule; then nothing changes.
        """
        if not values:
            raise Rollback(f"the hub shows no device list of {user_uri}")
        if len(values) > MAX_VERSIONS:
            raise TooManyVersions(f"the hub shows {len(values)} versions of a list, at most {MAX_VERSIONS} count")
        newest = pin_chain(self.get(user_uri), values, user_uri)
        self._batch.put(Table.PIN, "", user_uri.encode(), newest.encode())
        self._known[user_uri] = newest
        self.version += 1
        return newest

    def check_device(self, user_uri: str, client_uri: str, signature_key: bytes) -> None:
        """Raise UnknownDevice unless the pinned list names this device with this key. (`policy.CheckDevice`)"""
        pinned = self.get(user_uri)
        device = None if pinned is None else pinned.device(client_uri)
        if device is None or not hmac.compare_digest(device.mls_signature_key, signature_key):
            raise UnknownDevice(user_uri, client_uri)

    def refresh(self, user_uri: str) -> Flow[DeviceList]:
        """Fetch and verify the newest list of a user.

        Another flow may pin a newer list while this one waits; then what came continues an older chain, and is asked
        for again rather than taken for a rollback.
        """
        for _ in range(MAX_ASKED):
            pinned = self.get(user_uri)
            answer = yield from ask(calls.device_lists(user_uri, 0 if pinned is None else pinned.version), DeviceLists)
            if self.get(user_uri) == pinned:
                return self.extend(user_uri, answer.values)
        raise TooManyVersions(f"the device list of {user_uri} changed {MAX_ASKED} times while it was asked for")
