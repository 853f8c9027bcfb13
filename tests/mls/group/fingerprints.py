# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A digest over everything that a group holds, secrets, queues and journal included; caches of what follows from it
are left out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from privity.mls.crypto import SigningKey
from privity.mls.group import Group
from privity.mls.tree.ratchet_tree import RatchetTree

NOT_STATE = {"rules", "suite"}
"""What the caller passed in, and tables."""


def fingerprint(group: Group) -> str:
    digest = hashlib.sha256()
    for part in _parts(group._state):
        digest.update(len(part).to_bytes(4, "big") + part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    match value:
        case None | bool() | int() | str():
            yield repr(value).encode()
        case bytes():
            yield value
        case SigningKey():
            yield value.public_key()
        case RatchetTree():
            yield value.encode()
        case Mapping():
            yield b"%d pairs" % len(value)
            for key, each in sorted(value.items()):
                yield from _parts(key)
                yield from _parts(each)
        case set() | frozenset():
            yield from _parts(sorted(value))
        case list() | tuple():
            yield b"%d items" % len(value)
            for each in value:
                yield from _parts(each)
        case _ if is_dataclass(value):
            yield type(value).__name__.encode()
            for field in fields(value):
                if field.name not in NOT_STATE and (field.compare or not field.name.startswith("_")):
                    yield from _parts(getattr(value, field.name))
        case _:
            raise TypeError(f"no digest of a {type(value).__name__} is known here")
