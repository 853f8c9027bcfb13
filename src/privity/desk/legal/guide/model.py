# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The guide as data: sections of sentences, lists and tables. How it looks is said elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from privity.desk.legal.requests.office import Rules
from privity.production.model import Key
from privity.wire.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The first cell of a row names it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is to be read letter by letter: a command, a key, an answer that is the same for everybody."""

    text: str


Block = Paragraph | Items | Table | Code


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    """For links to it."""
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Guide:
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """All that a guide is written from. The same sources give the same guide, on whatever day."""

    host: str
    operator: str
    contact: str
    languages: tuple[str, ...]
    version: str
    rules: Rules
    profile_sha256: str
    inventories: Mapping[str, Inventory]
    """By who keeps it: `hub` and `desk`."""
    capabilities_sha256: str
    published: str
    """Where the keys of packages are published; empty where nothing leaves this house."""
    keys: tuple[Key, ...]
    """Of the house, as they were published: whoever has a package checks it with these."""
    log_key: str
    """The verifier key of the audit log."""
