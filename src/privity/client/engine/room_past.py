# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is or was in a room, and by which keys their devices are known: for what comes later than it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from privity.client.engine.proven import AcceptedLeaf
from privity.client.engine.records import Table
from privity.identity.credential import parse_identity
from privity.identity.errors import IdentityError
from privity.identity.uris import user_of
from privity.message.errors import LeafNotBound
from privity.mls.messages.credential import Credential
from privity.policy.members import find_client
from privity.policy.roles import Role

if TYPE_CHECKING:
    from privity.client.engine.room import Room


def was_here(room: Room, user_uri: str) -> bool:
    """Whether somebody is in the room's list, banned included, or once had a device that this one saw come in."""
    if room.state.participants.role(user_uri) != Role.NONE:
        return True
    rows = room.device.batch.scan(Table.PROOF, room.uri)
    return any(msgspec.msgpack.decode(value, type=AcceptedLeaf).user_uri == user_uri for _, value in rows)


def keys_of(room: Room, client_uri: str) -> set[bytes]:
    """The signature keys of a device: of its leaf here, and of every proven list of its user that named it."""
    tree, pins, user_uri = room.require_group().tree, room.device.pins, user_of(client_uri)
    found: set[bytes] = set()
    leaf = find_client(tree, client_uri)
    if leaf is not None:
        found.add(tree.leaf(leaf).signature_key)
    pinned, pin = pins.get(user_uri), pins.pin(user_uri)
    listed = None if pinned is None else pinned.device(client_uri)
    if listed is not None:
        found.add(listed.mls_signature_key)
    if pin is not None:
        found.update(key for named, key in pin.former if named == client_uri)
    return found


class KnownHere:
    """Ties the leaf in a piece of evidence to its user by what this device itself knows (`authorship.LeafBinding`)."""

    __slots__ = ("_room",)

    def __init__(self, room: Room) -> None:
        self._room = room

    def __call__(self, sender_uri: str, credential: Credential, signature_key: bytes, device_list: bytes) -> None:
        """Raise LeafNotBound unless this is a key of a device of this person. The list that came along is not asked."""
        try:
            client_uri = parse_identity(credential.identity)
            bound = user_of(client_uri) == sender_uri and signature_key in keys_of(self._room, client_uri)
        except IdentityError as err:
            raise LeafNotBound(f"{type(err).__name__}: {err}") from None
        if not bound:
            raise LeafNotBound("the leaf is of no device that this one knows as the sender's")
