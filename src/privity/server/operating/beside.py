# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the commands of `privity admin` speak: refusals by name, one JSON object for programs, days for people."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from privity.server.errors import HubError
from privity.wire.errors import Refusal

Config = Annotated[Path, Parameter(name="--config", help="The file that `privity init` wrote.")]
Json = Annotated[bool, Parameter(name="--json", help="One JSON object, for programs.", negative="", show_default=False)]
DEFAULT = Path("privity.toml")


@contextmanager
def named() -> Iterator[None]:
    """What is refused ends the command with its name and status 1."""
    try:
        yield
    except (HubError, Refusal) as err:
        sys.exit(f"privity: {type(err).__name__}: {err}")
    except OSError as err:
        sys.exit(f"privity: {type(err).__name__}: {err.strerror}: {err.filename}")


def as_json(found: msgspec.Struct) -> None:
    sys.stdout.write(msgspec.json.encode(found).decode() + "\n")


def day(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d}"


def span(ms: int) -> str:
    """In the largest unit that leaves at least one."""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000)):
        if ms >= size:
            return f"{ms / size:g} {unit}"
    return f"{ms} ms"
