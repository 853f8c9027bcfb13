# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of a hub: the value of `s:HOST` in the key log.

Nothing signs a record but the log that holds it: which key is the hub's is whatever everybody sees. Each version names
the hash of the one before it, so that the newest one proves all.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from privity.identity.errors import BadUri, BrokenRecordChain, MalformedRecord, OtherHost
from privity.identity.uris import check_host
from privity.message import cbor
from privity.message.errors import CborError

MAX_VALUE = 1 << 10
MAX_VERSION = (1 << 32) - 1
KEY_BYTES = 32
_FIELDS = {"host", "version", "franking_key", "external_sender_key", "intake_key", "prev"}


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """One version. `intake_key` is None while the hub has no desk; `prev` is SHA-256 of the value before it."""

    host: str
    version: int
    franking_key: bytes
    external_sender_key: bytes
    intake_key: bytes | None
    prev: bytes | None

    def encode(self) -> bytes:
        """The value, as the key log holds it."""
        return cbor.encode({name: getattr(self, name) for name in _FIELDS})

    def hash(self) -> bytes:
        """What the next version names as `prev`."""
        return hashlib.sha256(self.encode()).digest()

    @classmethod
    def decode(cls, value: bytes) -> ServerRecord:
        """Raises MalformedRecord."""
        try:
            found = cbor.decode(value, max_bytes=MAX_VALUE, max_depth=1)
        except CborError as err:
            raise MalformedRecord(f"not a server record: {err}") from None
        if not isinstance(found, dict) or set(found) != _FIELDS:
            raise MalformedRecord(f"a server record has exactly the fields {', '.join(sorted(_FIELDS))}")
        version = found["version"]
        if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version <= MAX_VERSION:
            raise MalformedRecord(f"version: expected a number from 0 to {MAX_VERSION}")
        return cls(
            _host(found["host"]),
            version,
            _key(found["franking_key"], "franking_key"),
            _key(found["external_sender_key"], "external_sender_key"),
            None if found["intake_key"] is None else _key(found["intake_key"], "intake_key"),
            None if found["prev"] is None else _key(found["prev"], "prev"),
        )


def first_record(value: bytes, host: str) -> ServerRecord:
    """Version 0 of this host. Raises MalformedRecord, OtherHost or BrokenRecordChain."""
    found = ServerRecord.decode(value)
    if found.host != host:
        raise OtherHost(f"the record is of {found.host}, expected {host}")
    if found.version != 0 or found.prev is not None:
        raise BrokenRecordChain(f"expected version 0 without predecessor, got version {found.version}")
    return found


def next_record(old: ServerRecord, value: bytes) -> ServerRecord:
    """The version right after `old`, which is proven. Raises MalformedRecord, OtherHost or BrokenRecordChain."""
    found = ServerRecord.decode(value)
    if found.host != old.host:
        raise OtherHost(f"the record is of {found.host}, expected {old.host}")
    if found.version != old.version + 1:
        raise BrokenRecordChain(f"expected version {old.version + 1}, got {found.version}")
    if found.prev is None or not hmac.compare_digest(found.prev, old.hash()):
        raise BrokenRecordChain("the record does not follow the one that is known")
    return found


def _host(value: object) -> str:
    try:
        return check_host(value if isinstance(value, str) else "")
    except BadUri as err:
        raise MalformedRecord(f"host: {err}") from None


def _key(value: object, name: str) -> bytes:
    if not isinstance(value, bytes) or len(value) != KEY_BYTES:
        raise MalformedRecord(f"{name}: expected {KEY_BYTES} bytes")
    return value
