# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The two pages for people: what was asked and answered, and what each field means. Nothing runs or is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from privity.production.classes import Never, Releasable
from privity.production.model import Facts, Kind
from privity.production.records import Table

NOT_HELD: Final = {
    "NOT_HELD_E2EE": "Conversations are encrypted from one device to another. The operator stores neither their text"
    " nor a key to it, and so can neither produce nor decrypt them. People who took part can hand over their own"
    " messages.",
    "NOT_HELD_KEYS": "The keys of conversations are made on people's devices and stay there. The operator has none.",
    "NO_RECORDS": "The operator holds this class of data, and has none for what was asked for.",
}
"""The statements about what is not held, by the id that the statement gives as `why`."""

_WORDS: Final[dict[str, str]] = {
    Releasable.SUBSCRIBER: "What is kept about the account",
    Releasable.SESSION_IP: "Addresses and times of connections",
    Releasable.ACCOUNT_STATE: "Devices and state of the account",
    Releasable.DELIVERY_METADATA: "Records of deliveries",
    Releasable.CONTENT_PROFILE: "Profile and what is public",
    Releasable.CONTENT_REPORTED: "Messages that somebody reported",
    Never.CONTENT_E2EE: "Content of encrypted conversations",
    Never.KEY_MATERIAL: "Keys",
}
_TITLES: Final = {
    Kind.PRODUCTION: ("Answer to a legal request", "These are the records that the request reaches and that are held."),
    Kind.PRESERVATION_RECEIPT: (
        "Receipt for a preservation",
        "What is named below is kept apart. Nothing of it is disclosed by this receipt.",
    ),
    Kind.REFUSAL: ("Refusal of a legal request", "Nothing is released. What is refused, and why, is named below."),
    Kind.PARTICIPANT_DISCLOSURE: (
        "Disclosure by a participant",
        "Somebody who took part in a conversation hands over messages that they chose. No operator had a part in it.",
    ),
}
_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("privity.production"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    rows: int | None
    sha256: str


def index(facts: Facts, files: Mapping[str, bytes], tables: Sequence[Table], published: str) -> bytes:
    """The summary that is read first. `files` are those it lists, by their names in `data/`."""
    title, means = _TITLES[facts.kind]
    rows = {f"records/{table.name}.{ending}": len(table.rows) for table in tables for ending in ("csv", "json")}
    listed = [_File(name, rows.get(name), hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())]
    page = _ENVIRONMENT.get_template("index.html")
    return page.render(
        facts=facts, title=title, means=means, words=_WORDS, reasons=NOT_HELD, files=listed, published=published
    ).encode()


def field_guide(facts: Facts, tables: Sequence[Table]) -> bytes:
    return _ENVIRONMENT.get_template("field_guide.html").render(facts=facts, tables=tables).encode()
