# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attachments of reported messages (V9): fetched by their hash from the hub's blob store, never from a URL.

A URL in a message is the sender's; asking it would tell the sender that a report is being looked at. Evidence goes by
message and part: one ciphertext may stand in two messages with two keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from privity.desk import limits
from privity.desk.db.transaction import Db
from privity.desk.errors import AnswerTooLarge
from privity.desk.evidence.records import Kind, Record
from privity.desk.hub_client import Hub
from privity.desk.intake.model import AssessedAttachment, AttachmentOutcome
from privity.desk.intake.store import attachment_kept_in
from privity.message.attachments import SHA_256
from privity.message.content import ExternalPart, walk
from privity.message.verify_report import Claimed, Verdict
from privity.wire.errors import Code, Refusal

GONE: Final = frozenset({Code.NOT_FOUND, Code.MALFORMED})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message ready to be judged. `settled` are parts whose outcome is known without looking at bytes."""

    position: int
    claimed: Claimed
    blobs: Mapping[bytes, bytes]
    settled: Mapping[int, AssessedAttachment]


class AttachmentDesk:
    """The attachments of one report, within the limits of one report."""

    def __init__(self, hub: Hub, db: Db) -> None:
        self._hub = hub
        self._db = db
        self._parts_left = limits.MAX_ATTACHMENTS_PER_REPORT
        self._bytes_left = limits.MAX_ATTACHMENT_BYTES_PER_REPORT
        self.records: list[Record] = []

    async def fetch(self, position: int, claimed: Claimed) -> Fetched:
        """Everything that `judge` needs. Raises HubError or Refusal when the hub does not answer."""
        if not claimed.message.attachments and not _external(claimed):
            return Fetched(position, claimed, {}, {})
        claimed = _without_foreign(claimed)
        settled: dict[int, AssessedAttachment] = {}
        blobs: dict[bytes, bytes] = {}
        for content_hash, indices in self._wanted(claimed, settled).items():
            problem = await self._into(blobs, content_hash, len(indices))
            if problem is not None:
                settled |= {index: AssessedAttachment(index, *problem) for index in indices}
        return Fetched(position, claimed, blobs, settled)

    def settle(self, fetched: Fetched, verdict: Verdict) -> tuple[AssessedAttachment, ...]:
        """The outcome of each part; what was fetched and looked at is kept as evidence."""
        outcomes = []
        for index, outcome in sorted(verdict.attachments.items()):
            known = fetched.settled.get(index)
            outcomes.append(known or AssessedAttachment(index, AttachmentOutcome[outcome.name], ""))
        for index, part in _external(fetched.claimed).items():
            ciphertext = fetched.blobs.get(part.content_hash)
            if ciphertext is not None and index not in fetched.settled:
                self.records.append(Record(Kind.ATTACHMENT, fetched.position, index, ciphertext))
        return tuple(outcomes)

    def _wanted(self, claimed: Claimed, settled: dict[int, AssessedAttachment]) -> dict[bytes, list[int]]:
        """Parts to fetch, by hash. What needs no fetching is settled or left to `judge`."""
        wanted: dict[bytes, list[int]] = {}
        for index, part in _external(claimed).items():
            if part.enc_alg == 0 or index in claimed.message.attachments:
                continue
            kept = attachment_kept_in(self._db, claimed.message_id, claimed.message.ts_ms, index)
            if kept is not None:
                settled[index] = AssessedAttachment(index, AttachmentOutcome.OK, f"kept with report {kept}")
            elif part.hash_alg != SHA_256 or len(part.content_hash) != 32:
                settled[index] = AssessedAttachment(index, AttachmentOutcome.NOT_CHECKED, "the hash is not SHA-256")
            else:
                wanted.setdefault(part.content_hash, []).append(index)
        return wanted

    async def _into(
        self, blobs: dict[bytes, bytes], content_hash: bytes, parts: int
    ) -> tuple[AttachmentOutcome, str] | None:
        """Fetch one blob, or say why not. A blob costs its size once for every part that it is opened for."""
        if parts > self._parts_left:
            return AttachmentOutcome.NOT_CHECKED, f"over {limits.MAX_ATTACHMENTS_PER_REPORT} attachments in one report"
        self._parts_left -= parts
        try:
            found = await self._hub.blob(content_hash)
        except AnswerTooLarge:
            return AttachmentOutcome.UNAVAILABLE, "larger than any attachment may be"
        except Refusal as err:
            if err.code not in GONE:
                raise
            return AttachmentOutcome.UNAVAILABLE, "the blob store no longer has it"
        if hashlib.sha256(found).digest() != content_hash:
            return AttachmentOutcome.UNAVAILABLE, "the blob store gave other bytes than asked for"
        if parts * len(found) > self._bytes_left:
            return AttachmentOutcome.NOT_CHECKED, "too many bytes of attachments in one report"
        self._bytes_left -= parts * len(found)
        blobs[content_hash] = found
        return None


def _external(claimed: Claimed) -> dict[int, ExternalPart]:
    return {index: part for index, part in walk(claimed.content.part) if isinstance(part, ExternalPart)}


def _without_foreign(claimed: Claimed) -> Claimed:
    """The message without ciphertexts that the reporter brought and that are not the named ones: a reporter's mistake
    must not look like a sender's trick."""
    parts = _external(claimed)
    fitting = {
        index: found
        for index, found in claimed.message.attachments.items()
        if index in parts and hashlib.sha256(found).digest() == parts[index].content_hash
    }
    return replace(claimed, message=replace(claimed.message, attachments=fitting))
