# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The functions of the language, as SQL for DuckDB. Operation for operation what stands in `python_functions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from privity.desk.signals.language.python_functions import Z2, Z


def real(value: float) -> str:
    """A literal that DuckDB reads as the very same double; one with a point would be a decimal to it."""
    return f"CAST('{value!r}' AS DOUBLE)"


def _share(k: str, n: str) -> str:
    return f"CASE WHEN {n} > 0 THEN CAST({k} AS DOUBLE) / CAST({n} AS DOUBLE) ELSE {real(0.0)} END"


def _wilson_low(k: str, n: str) -> str:
    return f"CASE WHEN {n} > 0 THEN greatest({real(0.0)}, {_bound(k, n, '-')}) ELSE {real(0.0)} END"


def _wilson_high(k: str, n: str) -> str:
    return f"CASE WHEN {n} > 0 THEN least({real(1.0)}, {_bound(k, n, '+')}) ELSE {real(1.0)} END"


def _bound(k: str, n: str, side: str) -> str:
    n = f"CAST({n} AS DOUBLE)"
    part = f"(least(CAST({k} AS DOUBLE), {n}) / {n})"
    spread = f"({real(Z)} * sqrt({part} * (1 - {part}) / {n} + {real(Z2)} / (4 * {n} * {n})))"
    return f"(({part} + {real(Z2)} / (2 * {n}) {side} {spread}) / (1 + {real(Z2)} / {n}))"


DUCKDB: Final[Mapping[str, Callable[..., str]]] = {
    "share": _share,
    "wilson_low": _wilson_low,
    "wilson_high": _wilson_high,
    "least": "least({}, {})".format,
    "most": "greatest({}, {})".format,
    "contains": "contains({}, {})".format,
    "starts": "starts_with({}, {})".format,
    "matches": "regexp_matches({}, {})".format,
}
"""By name."""
