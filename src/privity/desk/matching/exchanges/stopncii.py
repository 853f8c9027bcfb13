# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""StopNCII's pages, read by the library's client and understood here: what a person has withdrawn must go.

The library (1.2.17) looks for the word for that in the hash and never finds it, and takes the time of each page for one
to go on from, which only that of the last page is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from privity.desk.matching.errors import EntryRefused
from privity.desk.matching.exchanges.library import LibraryExchange, quietly
from privity.desk.matching.exchanges.model import Delta
from privity.desk.matching.lists.model import HashKind, Incoming, incoming

GONE: Final = ("Withdrawn", "Deleted")
_KINDS: Final = {"ImagePDQ": HashKind.PDQ, "VideoMD5": HashKind.MD5}
_SEEN: Final = "Blocked"
"""What a service says that has looked at it and found it to be what it was said to be."""
_NOT_SEEN: Final = "NotBlocked"


class StopNcii(LibraryExchange):
    """Its client as an exchange of ours."""

    def fetch(self, checkpoint: bytes | None) -> Iterator[Delta]:
        """Page by page; the library itself would hand over the whole list at once."""
        start = self.client.DEFAULT_START_TIME if checkpoint is None else self.checkpoint(checkpoint).update_time
        for page in quietly(self.client.fetch_hashes_iter(start_timestamp=start)):
            last = None if page.hasMoreRecords else self.encoded(self.checkpoint_class.from_stopncii_fetch(page))
            entries, sources, left_out = [], [], 0
            for record in page.hashRecords:
                source = f"{record.signalType.value}|{record.hashValue}"
                sources.append(source)
                if record.hashStatus.value in GONE:
                    continue
                try:
                    entries.append(_entry(record, source))
                except EntryRefused:
                    left_out += 1
            yield Delta(tuple(entries), tuple(sources), last, left_out)


def _entry(record: Any, source: str) -> Incoming:
    """Raises EntryRefused."""
    kind = _KINDS.get(record.signalType.value)
    if kind is None:
        raise EntryRefused("a kind that is not compared here")
    said = {one.feedbackValue.value for one in record.CSPFeedbacks}
    return incoming(kind.value, record.hashValue, source, verified=_SEEN in said and _NOT_SEEN not in said)
