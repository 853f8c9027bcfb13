# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every secret that a device has at this moment: what the demo looks for in all that the hub has written."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from privity.client.engine.account_keys import OWN_WISH, OwnWish
from privity.client.engine.records import Table
from privity.client.engine.shown import decode_item
from privity.client.engine.state import OWN_KEY, Own
from privity.client.store.database import Store
from privity.message.content import ExternalPart, MimiContent, walk
from privity.mls import codec
from privity.mls.group.identity import KeyPackageBundle
from privity.mls.group.records import EpochHead, StoredPending, read_past, sort_records
from privity.mls.schedule.key_schedule import EpochSecrets, from_epoch_secret
from privity.mls.suites import suite

SHORTEST = 16
"""Bytes of the shortest secret, an AES-128 key. Shorter ones would be found by chance."""
RATCHET, GENERATION_BYTES = b"r", 8
"""A ratchet's record begins with its generation; the other records of a secret tree begin with a secret."""


def secrets_of(store: Store) -> set[bytes]:
    """Keys of account, device, KeyPackages, leaves and tree; secrets of epochs and messages; keys of files."""
    found = {*_own(store), *_key_packages(store)}
    for uri, _ in store.scan(Table.ROOM, ""):
        found |= {*_group(store, uri.decode()), *_files(store, uri.decode())}
    return {secret for secret in found if len(secret) >= SHORTEST}


def _own(store: Store) -> Iterator[bytes]:
    value = store.get(Table.OWN, "", OWN_KEY)
    if value is not None:
        own = Own.decode(value)
        yield own.signature_private
        yield own.account_private or b""
    wish = store.get(Table.OWN, "", OWN_WISH)
    if wish is not None:
        yield msgspec.msgpack.decode(wish, type=OwnWish).private


def _key_packages(store: Store) -> Iterator[bytes]:
    for _, value in store.scan(Table.KEY_PACKAGE, ""):
        bundle = KeyPackageBundle.decode(value)
        yield bundle.init_private
        yield bundle.leaf_private


def _group(store: Store, room_uri: str) -> Iterator[bytes]:
    records = dict(store.scan(Table.MLS, room_uri))
    if not records:
        return
    found = sort_records(records)
    head = EpochHead.decode(found.head)
    yield from _epoch(head.secrets)
    yield from found.keys.values()
    for epoch in found.messages.values():
        for name, value in epoch.items():
            yield value[GENERATION_BYTES:] if name.startswith(RATCHET) else value[:SHORTEST]
    yield from found.exports.values()
    for value in found.past.values():
        _, sender_data_secret, resumption_psk, *_ = codec.decode(read_past, value)
        yield sender_data_secret
        yield resumption_psk
    if found.pending:
        pending = codec.decode(StoredPending.read, found.pending)
        following = from_epoch_secret(suite(head.context.cipher_suite), pending.epoch_secret)
        yield following.epoch_secret
        yield following.encryption_secret
        yield following.application_export_secret
        yield from _epoch(following.secrets)
        yield from pending.keys.values()


def _epoch(secrets: EpochSecrets) -> Iterator[bytes]:
    for name in EpochSecrets.__slots__:
        yield getattr(secrets, name)


def _files(store: Store, room_uri: str) -> Iterator[bytes]:
    for _, value in store.scan(Table.TIMELINE, room_uri):
        item = decode_item(value)
        if not item.content:
            continue
        for _, part in walk(MimiContent.decode(item.content).part):
            if isinstance(part, ExternalPart):
                yield part.key
