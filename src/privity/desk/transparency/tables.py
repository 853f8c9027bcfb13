# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Rows as the EU's template has them: comma-separated, each of one service and one period."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from privity.desk.transparency import template
from privity.desk.transparency.template import Indicated


class Head(NamedTuple):
    """What stands in every row."""

    service: str
    period: str


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def indicated(
    rows: Iterable[Indicated],
    values: Mapping[tuple[str, str], object],
    head: Head,
    contexts: Mapping[tuple[str, str], str] | None = None,
) -> bytes:
    """A value for each indicator and scope, empty where there is none; times are in hours."""
    made: list[Sequence[str]] = [template.INDICATORS]
    for applies, section, indicator, scope in rows:
        value = values.get((indicator, scope), "")
        context = "hours" if scope == "Median time" and value != "" else (contexts or {}).get((indicator, scope), "")
        made.append((applies, *head, section, indicator, scope, str(value), context))
    return csv_of(made)
