# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Application state and authenticated data in components (draft-ietf-mls-extensions): dictionary, updates, safe AAD."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Self

from privity.mls import codec
from privity.mls.codec import Reader
from privity.mls.errors import CodecError, NotCanonical, UsageError
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY
from privity.mls.messages.extensions import Extension, Extensions, find

APP_COMPONENTS = 0x0001
SAFE_AAD = 0x0002
CONTENT_MEDIA_TYPES = 0x0003
LAST_RESORT_KEY_PACKAGE = 0x0004


class AppDataOp(IntEnum):
    """What an AppDataUpdate does to its component."""

    UPDATE = 1
    REMOVE = 2


@dataclass(frozen=True, slots=True)
class ComponentData:
    """Bytes that belong to one component; as an item of safe AAD or of a dictionary."""

    component_id: int
    data: bytes

    def encode(self) -> bytes:
        return codec.u16(self.component_id) + codec.vec(self.data)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(r.u16(), r.vec())

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def _read_sorted(r: Reader) -> tuple[ComponentData, ...]:
    items = r.vector_of(ComponentData.read)
    for before, after in pairwise(items):
        if before.component_id >= after.component_id:
            raise NotCanonical(f"component {after.component_id:#06x} follows {before.component_id:#06x}")
    return items


@dataclass(frozen=True, slots=True)
class AppDataDictionary:
    """The app_data_dictionary extension: components in rising order, each once."""

    items: tuple[ComponentData, ...] = ()

    def get(self, component_id: int) -> bytes | None:
        for item in self.items:
            if item.component_id == component_id:
                return item.data
        return None

    def with_component(self, component_id: int, data: bytes) -> AppDataDictionary:
        kept = [item for item in self.items if item.component_id != component_id]
        kept.append(ComponentData(component_id, data))
        return AppDataDictionary(tuple(sorted(kept, key=lambda item: item.component_id)))

    def without_component(self, component_id: int) -> AppDataDictionary:
        return AppDataDictionary(tuple(item for item in self.items if item.component_id != component_id))

    def encode(self) -> bytes:
        return codec.vector_of(self.items)

    def extension(self) -> Extension:
        return Extension(APP_DATA_DICTIONARY, self.encode())

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(_read_sorted(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)

    @classmethod
    def of(cls, extensions: Extensions) -> AppDataDictionary:
        """The dictionary among these extensions; an empty one if there is none."""
        data = find(extensions, APP_DATA_DICTIONARY)
        return cls() if data is None else cls.decode(data)


@dataclass(frozen=True, slots=True)
class SafeAAD:
    """The authenticated data of a message when the group uses the safe_aad component."""

    items: tuple[ComponentData, ...] = ()

    def get(self, component_id: int) -> bytes | None:
        return AppDataDictionary(self.items).get(component_id)

    def encode(self) -> bytes:
        return codec.vector_of(self.items)

    @classmethod
    def read(cls, r: Reader) -> Self:
        return cls(_read_sorted(r))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        return codec.decode(cls.read, data)


def no_aad(extensions: Extensions) -> bytes:
    """The authenticated data of who has none to send, in a group with these extensions."""
    return b"" if AppDataDictionary.of(extensions).get(SAFE_AAD) is None else SafeAAD().encode()


def check_own_aad(extensions: Extensions, aad: bytes) -> None:
    """Raise UsageError if we are about to send authenticated data that a group with these extensions cannot take."""
    if AppDataDictionary.of(extensions).get(SAFE_AAD) is None:
        return
    try:
        SafeAAD.decode(aad)
    except CodecError as error:
        raise UsageError("in this group authenticated data must be an encoded SafeAAD") from error
