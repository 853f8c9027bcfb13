# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers that the world is made of, each with its range, its source, and how well the source carries it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec

from privity.lab.errors import OutsideOfRange, UnknownParameter

HEAD: Final = """<!-- SPDX-FileCopyrightText: 2026 The Privity authors -->
<!-- SPDX-License-Identifier: Apache-2.0 -->
# What the lab's world is made of

Written by `privity lab parameters`; a test fails where this page differs from `src/privity/lab/parameters.toml` and
`publications.toml`. No number here was measured on people of a host. Confidence is *high* where the very number is
published, *middle* where one about something near is, and *low* where it is assumed, whatever stands beside it."""

PUBLICATIONS: Final = """
## Publications

What each says of this, and how much of it we saw in November 2026: the *original* that says so, its *abstract* and no
more, or a *report* of somebody else that it says so. The address is that of the publication, or of the report."""


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row: `low` and `high` bound where the value may well lie."""

    says: str
    value: float
    low: float
    high: float
    source: str
    """What we take from what is published, or that it is assumed."""
    confidence: Literal["high", "middle", "low"]
    published: list[str] = []
    """Names of publications."""


class Publication(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody else found, in our words."""

    title: str
    figure: str
    seen: Literal["original", "abstract", "report"]
    address: str


class Parameters:
    """The table. A value is asked for by its name, such as `traffic.direct_share`."""

    def __init__(self, rows: Mapping[str, Parameter]) -> None:
        self.rows = rows
        self._values = {name: row.value for name, row in rows.items()}

    def __getitem__(self, name: str) -> float:
        try:
            return self._values[name]
        except KeyError:
            raise UnknownParameter(f"expected one of {', '.join(sorted(self._values))}; got {name}") from None

    def changed(self, **values: float) -> Parameters:
        """The table with other values, each within its range; the dot of a name is written as two underscores."""
        rows = dict(self.rows)
        for written, value in values.items():
            name = written.replace("__", ".")
            if name not in rows:
                raise UnknownParameter(f"expected one of {', '.join(sorted(rows))}; got {name}")
            row = rows[name]
            if not row.low <= value <= row.high:
                raise OutsideOfRange(f"{name} lies between {row.low:g} and {row.high:g}, got {value:g}")
            rows[name] = msgspec.structs.replace(row, value=value)
        return Parameters(rows)


def shipped() -> Parameters:
    """The table as it comes with the program."""
    return Parameters(
        {
            f"{section}.{name}": msgspec.convert(row, Parameter)
            for section, rows in _read("parameters.toml").items()
            for name, row in rows.items()
        }
    )


def publications() -> dict[str, Publication]:
    """What the sources of the table name."""
    return msgspec.convert(_read("publications.toml"), dict[str, Publication])


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("privity.lab").joinpath(name).read_text())


def page(parameters: Parameters) -> str:
    """The table as a page (Markdown), and the publications that it names."""
    lines = [HEAD, "", "| name | what | value | range | source | confidence |", "|---|---|---|---|---|---|"]
    for name, row in parameters.rows.items():
        bounds = f"{row.low:g} to {row.high:g}"
        source = f"{row.source} [{', '.join(row.published)}]" if row.published else row.source
        lines.append(f"| `{name}` | {row.says} | {row.value:g} | {bounds} | {source} | {row.confidence} |")
    lines += [PUBLICATIONS, "", "| name | publication | what it says | seen |", "|---|---|---|---|"]
    for name, one in sorted(publications().items()):
        lines.append(f"| {name} | [{one.title}]({one.address}) | {one.figure} | {one.seen} |")
    return "\n".join(lines) + "\n"
