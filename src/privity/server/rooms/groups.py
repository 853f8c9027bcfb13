# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Public groups in memory: the stored state is the truth, and a few are kept decoded."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from privity.mls.errors import CredentialRefused, PolicyRefused
from privity.mls.public_group import PublicGroup
from privity.policy.room_rules import CheckDevice, RoomRules
from privity.server.db.database import Query, Tx
from privity.server.devices import service as devices
from privity.server.rooms import store
from privity.server.rooms.model import Room, StoredGroup

MAX_CACHED: Final = 256
"""Decoded groups kept. One of 1,000 members takes a few MiB, one of ten a few KiB."""


class KnownDevices:
    """The devices that were looked up beforehand; every other one is refused."""

    __slots__ = ("_keys",)

    def __init__(self, query: Query, client_uris: Iterable[str] = ()) -> None:
        self._keys: dict[str, tuple[str, bytes]] = {}
        for client_uri in client_uris:
            found = devices.find(query, client_uri)
            if found is not None:
                self._keys[client_uri] = (found.user_uri, found.signature_key)

    def check(self, user_uri: str, client_uri: str, signature_key: bytes) -> None:
        """Raise CredentialRefused unless the user's newest device list names this device with this key."""
        known = self._keys.get(client_uri)
        if known is None or known[0] != user_uri or not hmac.compare_digest(known[1], signature_key):
            raise CredentialRefused("the user's device list does not name this device with this key")

    def unchanged(self, query: Query) -> bool:
        """Whether all of them are still what they were."""
        again = KnownDevices(query, self._keys)
        return self._keys == again._keys


def no_device(user_uri: str, client_uri: str, signature_key: bytes) -> None:
    """For changes that bring no leaf."""
    raise CredentialRefused("no device can enter with this change")


class GroupCache:
    """Least recently used groups by room, each with the version it was read at. Used from several threads."""

    __slots__ = ("_entries", "_franking_key", "_lock")

    def __init__(self, franking_key: bytes) -> None:
        """`franking_key` is the public key that the hub signs franks with, and the only one it proposes to rooms."""
        self._franking_key = franking_key
        self._entries: OrderedDict[str, tuple[int, PublicGroup]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def rules(self, check_device: CheckDevice = no_device) -> RoomRules:
        """The rules that a group of this hub follows."""
        return RoomRules(check_device, self._check_franking_key)

    def _check_franking_key(self, key: bytes) -> None:
        if not hmac.compare_digest(key, self._franking_key):
            raise PolicyRefused("this is not the key that the hub signs franks with")

    def get(self, room_uri: str, version: int) -> PublicGroup | None:
        with self._lock:
            entry = self._entries.get(room_uri)
            if entry is None or entry[0] != version:
                return None
            self._entries.move_to_end(room_uri)
            return entry[1]

    def put(self, room_uri: str, version: int, group: PublicGroup) -> None:
        """Keep a group of a version that is on the disk. The group must not be changed afterwards."""
        with self._lock:
            self._entries[room_uri] = (version, group)
            self._entries.move_to_end(room_uri)
            while len(self._entries) > MAX_CACHED:
                self._entries.popitem(last=False)


def load(
    cache: GroupCache, query: Query, room: Room, known: KnownDevices | None = None
) -> tuple[StoredGroup, PublicGroup]:
    """The room's group as stored, as an own object that may be changed."""
    stored = store.group(query, room.id)
    if stored is None:
        raise LookupError(f"room {room.id} has no group")
    rules = cache.rules(no_device if known is None else known.check)
    cached = cache.get(room.room_uri, stored.version)
    if cached is None:
        return stored, PublicGroup.decode(stored.state, rules)
    return stored, PublicGroup(cached.state, cached.confirmation_tag, rules, cached.proposals, cached.closed)


def save(cache: GroupCache, tx: Tx, room: Room, version: int, group: PublicGroup, group_info: bytes) -> None:
    """Store the group under a new version, and keep it decoded once that is on the disk."""
    store.put_group(tx, room.id, StoredGroup(version, group.encode(), group_info))
    tx.after_commit(lambda: cache.put(room.room_uri, version, group))
