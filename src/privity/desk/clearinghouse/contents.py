# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a driver asks of a referral's sealed parts, opened one at a time and not held."""

from __future__ import annotations

import msgspec

from privity.desk.clearinghouse.model import Item, SealedKind
from privity.desk.clearinghouse.sealed import Vault
from privity.desk.clearinghouse.snapshot import FileFacts
from privity.desk.clearinghouse.viewed import was_viewed
from privity.desk.db.transaction import Db


class SealedContents:
    """Stands for `drivers.steps.Contents`."""

    def __init__(self, db: Db, vault: Vault, referral: int, items: tuple[Item, ...]) -> None:
        self._db = db
        self._vault = vault
        self._referral = referral
        self._evidence = {item.item: item.evidence for item in items}

    def document(self) -> bytes:
        """The one that was approved last."""
        newest = self._vault.next_position(self._referral, SealedKind.DOCUMENT) - 1
        return self._vault.at(self._referral, SealedKind.DOCUMENT, newest)

    def facts(self, item: int) -> bytes:
        return self._vault.at(self._referral, SealedKind.FACTS, item)

    def file(self, item: int) -> bytes:
        return self._vault.at(self._referral, SealedKind.FILE, item)

    def viewed(self, item: int) -> bool:
        """As the audit log says now, of any of the records that hold these very bytes."""
        facts = msgspec.json.decode(self.facts(item), type=FileFacts)
        records = {self._evidence[item], *(one.evidence for one in facts.of_profile)}
        return any(number is not None and was_viewed(self._db, number) for number in records)
