# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every bench prints: a table for people, then one line of JSON for machines. Nothing here measures."""

from __future__ import annotations

import json
import operator
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_BAR: Final = re.compile(r"(?P<what>ours|ratio) (?P<sign><=|>=|<|>) (?P<number>[0-9]+(?:\.[0-9]+)?)")
_SIGNS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
HEAD: Final = ("name", "ours", "unit", "peer", "peer's", "ratio", "bar", "")


class BadRow(ValueError):
    """A row that says nothing, or a bar that is not `ours` or `ratio`, an operator and a number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One measured number. `ours` is None exactly when `skipped` says why it could not be measured.

    `ends` and `peer_ends` are the ends of the interval of 95 % of a number that is a mean."""

    name: str
    ours: float | None
    unit: str
    bar: str | None = None
    peer: str | None = None
    peer_value: float | None = None
    skipped: str | None = None
    ends: tuple[float, float] | None = None
    peer_ends: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if (self.ours is None) != (self.skipped is not None):
            raise BadRow(f"{self.name}: a row has a number or the reason why it has none")
        if self.peer_value is not None and self.peer is None:
            raise BadRow(f"{self.name}: a peer's number without the peer's name")
        if self.bar is not None and _BAR.fullmatch(self.bar) is None:
            raise BadRow(f"{self.name}: a bar reads like 'ours <= 0.15', got {self.bar!r}")

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's; None without a peer's number, or when that is zero."""
        if self.ours is None or not self.peer_value:
            return None
        return self.ours / self.peer_value

    @property
    def met(self) -> bool | None:
        """Whether the bar holds; None without a bar, or without the number it is about."""
        found = None if self.bar is None else _BAR.fullmatch(self.bar)
        if found is None:
            return None
        value = self.ours if found["what"] == "ours" else self.ratio
        return None if value is None else _SIGNS[found["sign"]](value, float(found["number"]))

    def json(self) -> dict[str, Any]:
        """The row as it stands in the last line."""
        fields: dict[str, Any] = {
            "name": self.name,
            "ours": _rounded(self.ours),
            "unit": self.unit,
            "peer": self.peer,
            "peer_value": _rounded(self.peer_value),
            "ratio": _rounded(self.ratio),
            "bar": self.bar,
        }
        if self.skipped is not None:
            fields["skipped"] = self.skipped
        for name, ends in (("ends", self.ends), ("peer_ends", self.peer_ends)):
            if ends is not None:
                fields[name] = [_rounded(end) for end in ends]
        return fields

    @classmethod
    def of_json(cls, fields: Mapping[str, Any]) -> Row:
        """The row again, to four digits."""
        read: dict[str, Any] = {name: value for name, value in fields.items() if name != "ratio"}
        return cls(**(read | {name: tuple(read[name]) for name in ("ends", "peer_ends") if name in read}))


@dataclass(frozen=True, slots=True)
class Goal:
    """A row before it is measured."""

    name: str
    unit: str
    bar: str | None = None

    def row(self, value: float) -> Row:
        return Row(self.name, value, self.unit, self.bar)

    def skipped(self, reason: str) -> Row:
        return skipped(self.name, self.unit, reason, self.bar)


def skipped(name: str, unit: str, reason: str, bar: str | None = None) -> Row:
    """A row that could not run."""
    return Row(name, None, unit, bar, skipped=reason)


def table(rows: Sequence[Row]) -> str:
    """Columns for people, numbers to the right; below rows that could not run, why, once for each run of them."""
    filled = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in filled) for column in range(len(HEAD))]
    lines = [_line(HEAD, widths), "-" * (sum(widths) + 2 * (len(widths) - 1))]
    for row, line, below in zip(rows, filled[1:], (*rows[1:], None), strict=True):
        lines.append(_line(line, widths))
        if row.skipped is not None and (below is None or below.skipped != row.skipped):
            lines.append(f"    skipped: {row.skipped}")
    return "\n".join(lines)


def last_line(bench: str, commit: str, full: bool, rows: Sequence[Row]) -> str:
    """The one line of JSON."""
    found = {"bench": bench, "commit": commit, "full": full, "rows": [row.json() for row in rows]}
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def show(bench: str, commit: str, full: bool, rows: Sequence[Row]) -> None:
    """Print both."""
    print(table(rows))
    print(last_line(bench, commit, full, rows), flush=True)


def commit_of(folder: Path) -> str:
    """The commit that a checkout is at, with `-dirty` when files differ from it; `unknown` outside of one."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip() or "unknown"


def _rounded(value: float | None) -> float | None:
    """Four digits: no measurement here is better than that."""
    return None if value is None else float(f"{value:.4g}")


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    shown = _rounded(value) or 0.0
    return f"{shown:,.0f}" if abs(shown) >= 1000 else f"{shown:g}"


def _mean(value: float | None, ends: tuple[float, float] | None) -> str:
    return _number(value) if ends is None else f"{_number(value)} {between(*ends)}"


def between(low: float, high: float) -> str:
    """Between which ends, to three digits."""
    return f"[{_number(float(f'{low:.3g}'))}, {_number(float(f'{high:.3g}'))}]"


def cells(row: Row) -> tuple[str, ...]:
    """The columns of a row, as HEAD names them."""
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    numbers = _mean(row.ours, row.ends), _mean(row.peer_value, row.peer_ends), _number(row.ratio)
    return (row.name, numbers[0], row.unit, row.peer or "-", numbers[1], numbers[2], row.bar or "-", verdict)


def _line(values: Sequence[str], widths: Sequence[int]) -> str:
    right = {1, 4, 5}
    padded = [c.rjust(w) if i in right else c.ljust(w) for i, (c, w) in enumerate(zip(values, widths, strict=True))]
    return "  ".join(padded).rstrip()
