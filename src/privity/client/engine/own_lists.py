# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every list of this device's own account that was proven to it or signed here: a hub that lost them gets them back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from privity.client.engine.records import Batch, Change, Table
from privity.identity.device_list import DeviceList
from privity.mls.codec import u64
from privity.wire.keylog import MAX_RETURNED

SCOPE = "own"
DRAFT_KEY = b"device-list-draft"


class Draft(msgspec.Struct, frozen=True):
    """A list that this device signed and has not seen published, and the account key that it brings, if a new one."""

    value: bytes
    account_private: bytes | None

    def __repr__(self) -> str:
        return f"<Draft of {len(self.value)} bytes>"


def kept_draft(batch: Batch) -> Draft | None:
    """The list that is on its way, or was when this device stopped."""
    kept = batch.get(Table.OWN, "", DRAFT_KEY)
    return None if kept is None else msgspec.msgpack.decode(kept, type=Draft)


def fresh_rows(lists: Iterable[DeviceList]) -> Mapping[Change, bytes]:
    """What a new device puts into its store of the lists that it begins with."""
    return {(Table.PIN, SCOPE, u64(each.version)): each.encode() for each in lists}


class OwnLists:
    """The kept lists of one account, by version."""

    __slots__ = ("_batch", "user_uri")

    def __init__(self, batch: Batch, user_uri: str) -> None:
        self._batch = batch
        self.user_uri = user_uri

    def keep(self, values: Iterable[bytes]) -> None:
        """Keep lists that were verified before."""
        for (table, scope, key), value in fresh_rows(map(DeviceList.decode, values)).items():
            if self._batch.get(table, scope, key) != value:
                self._batch.put(table, scope, key, value)

    def newest_run(self) -> tuple[int, list[bytes]]:
        """The newest lists without a gap between them, and the version of the first."""
        rows = self._batch.scan(Table.PIN, SCOPE)
        versions = [int.from_bytes(key, "big") for key, _ in rows]
        begin = max((at for at in range(1, len(rows)) if versions[at] != versions[at - 1] + 1), default=0)
        return (versions[begin] if rows else 0), [value for _, value in rows[begin:]]

    def all(self) -> list[DeviceList]:
        """Every list that is kept."""
        return [DeviceList.decode(value) for _, value in self._batch.scan(Table.PIN, SCOPE)]

    @property
    def is_whole(self) -> bool:
        """Whether all lists are here, from version 0 to the newest that was proven."""
        first, values = self.newest_run()
        return first == 0 and len(values) > 0

    def to_bring(self) -> Iterator[list[bytes]]:
        """What to bring back, one attempt after the other.

        A draft may have been published before its device saw that: it comes second, since a hub that knows another list
        of its version takes nothing of what stands beside it.
        """
        first, values = self.newest_run()
        if values:
            yield values[-MAX_RETURNED:]
        draft = kept_draft(self._batch)
        if draft is not None and DeviceList.decode(draft.value).version == first + len(values):
            yield [*values, draft.value][-MAX_RETURNED:]
