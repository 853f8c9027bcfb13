# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Delivery reports (application/mimi-message-status): sent as ordinary messages, so that they look like any other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from privity.message import cbor
from privity.message.compose import Author, Random, message
from privity.message.content import UNSPECIFIED, MimiContent, SinglePart, check_message_id
from privity.message.errors import BadMessageId, BadReceipt, UsageError

MEDIA_TYPE = "application/mimi-message-status"
MAX_STATUSES = 1000
"""Statuses in one report: more than a screenful of messages goes into several."""


class Status(IntEnum):
    UNREAD = 0
    DELIVERED = 1
    READ = 2
    EXPIRED = 3
    DELETED = 4
    HIDDEN = 5
    ERROR = 6


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one message."""

    message_id: bytes
    status: Status


def encode(receipts: tuple[Receipt, ...]) -> bytes:
    if not 1 <= len(receipts) <= MAX_STATUSES:
        raise UsageError(f"a report has 1 to {MAX_STATUSES} statuses, got {len(receipts)}")
    return cbor.encode([[receipt.message_id, int(receipt.status)] for receipt in receipts])


def decode(data: bytes) -> tuple[Receipt, ...]:
    """Raises a CborError, or BadReceipt."""
    items = cbor.decode(data, max_depth=2)
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_STATUSES:
        raise BadReceipt(f"expected a list of 1 to {MAX_STATUSES} statuses")
    return tuple(_receipt(item) for item in items)


def compose(author: Author, receipts: tuple[Receipt, ...], *, random: Random) -> MimiContent:
    """A report as a message."""
    return message(author, SinglePart(MEDIA_TYPE, encode(receipts), UNSPECIFIED), random=random)


def receipts_in(content: MimiContent) -> tuple[Receipt, ...] | None:
    """The statuses that a message reports, or None if it is no report. Raises like `decode`."""
    if isinstance(content.part, SinglePart) and content.part.content_type == MEDIA_TYPE:
        return decode(content.part.content)
    return None


def _receipt(item: object) -> Receipt:
    if not isinstance(item, list) or len(item) != 2:
        raise BadReceipt("expected [message id, status]")
    message_id, status = item
    if not isinstance(message_id, bytes) or isinstance(status, bool) or not isinstance(status, int):
        raise BadReceipt("expected [bytes, unsigned]")
    try:
        check_message_id(message_id)
        return Receipt(message_id, Status(status))
    except (BadMessageId, ValueError) as err:
        raise BadReceipt(f"not a status of a message: {err}") from None
