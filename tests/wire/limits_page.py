# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""docs/operators/limits.md, from the tables and from constants with the sentence that stands below each."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from privity.server import limits
from privity.server.shedding import RANKS, RETRY_MS, WAITING, Rank

SRC = Path(limits.__file__).parents[2]
ELSEWHERE = (
    "server/http.py",
    "server/sessions/handshake.py",
    "server/sessions/requests.py",
    "server/delivery/service.py",
    "server/delivery/routes.py",
    "server/delivery/connection.py",
    "server/rooms/commits.py",
    "wire/socket.py",
)
"""Whose upper-case constants with a sentence are limits of the surface too."""
LIMITING = re.compile(r"MAX_[A-Z_]+|[A-Z_]+_S|ROOMS_A_TOKEN")
PREVIEW = "preview/limits.py"

HEAD = """\
# Limits of a hub

Written by `make spec` from the code; a test holds it to what the hub does. Whoever meets a limit is told by name: on
REST an `ErrorBody` with `too_many` (429), `too_large` (413) or `unavailable` (503), `limit` and `retry_after_ms`; on
the socket `Refused`, or `Closed` with the same code. Nothing that was acknowledged is undone by a limit.

`privity admin limits` prints the first table on the machine itself.

## How often

A bucket holds so many tokens *at once* and wins one back *every* so often. Buckets are in memory: a restart forgives.
"An address" is an IPv4 address or an IPv6 /64; behind a proxy of yours (`behind_proxy = true`) what it says in
`X-Forwarded-For`. Workers of one hub tell each other what they give, in eighths of a burst: together they give one
burst and an eighth for each of them, and in the long run what one gives. While the bus is away each counts alone.
Connections, bodies and downloads that are under way are counted by each worker for itself.

`contact.ask_first_day` and `contact.ask_first_week` are one bucket, beside `contact.ask`, and stand in the row of the
account: a restart forgives nothing, and all workers count in the same place. Nothing is taken from it by who came with
an invite of the operator's, on a hub of few accounts (`FEW_ACCOUNTS`), and for requests that answer one, or go to
somebody of a common conversation ([ADR 51](../adr/051-a-new-account-asks-few.md)).
"""

WAY = """\
## What makes way where there is no more room

- A socket that has not proven itself: the one that has been silent for the longest, so that a crowd of silent ones
  keeps no device out. It is told `unavailable`.
- A body that is still being read, once it had `BODY_UNDISTURBED_S`: of the account that holds the most, the oldest. It
  is told `unavailable`; uploads are repeated by devices.
- A file that is fetched and not read, the same; it also ends after as long as a body of its size may take.
- A reader for whom more than `MAX_BUFFER` waits: its connection ends, and it comes back by its cursor.
- The inbox of a device that is away: nothing that is in it goes. When it is full, whoever adds the device to a room,
  writes a letter to it or reports to it as a moderator is refused (`too_many`, `inbox`; a report goes to the others in
  charge), claims have no KeyPackage of it, and what only says "look again" is left out, because the device looks at its
  contacts whenever it connects and at the lists of others weekly. Removals and the desk's words always come.
- Connections: one address has so many, all together so many as files allow. With TLS in the process they are counted
  as they are accepted; a handshake has ten seconds, and whom one is refused before it is let go without a word.
- Downloads: `download.account` and `download.address` count the bytes of files, of every other answer to a GET, and
  (for the account) of what a device is brought from the log when it comes back or falls behind. Who meets one of them
  is told when there is room for what was asked; on the socket the connection is closed with `too_many`. What passes
  while a device is connected and keeps up counts for nobody: there `room.bytes` is the bound.

"""

SHED = """\
## What is refused first when the disk cannot keep up

By how many changes wait to be stored (ten messages count as one). Messages have a queue of their own with the bounds
above; what was acknowledged is on the disk and is never part of this.
"""

NEVER = (
    "| never | messages, acknowledgements, commits, the state of rooms, leaving, blocking, reports, device lists (to"
    " take away a stolen device), recovery, the key log's lookups, and the desk | |"
)

SOCKET = """\
## What is not taken at all

- Compression: `permessage-deflate` is never agreed to, a frame with a reserved bit ends the connection (1002); a body
  with any `Content-Encoding` is refused. So nothing small becomes large (`tests/attacks/test_flood_bombs.py`).
- A body without `Content-Length`, or longer than it says its kind may be: refused before it is read.
- Metrics have one label, the code of a refusal: paths, rooms and people in requests make no new series
  (`tests/attacks/test_flood_requests.py`).
"""

MEDIA = """\
## Pictures, films and sounds

The hub never decodes any: they are ciphertext to it, and an import contract keeps every decoder out of its process
(`make check`, `tests/attacks/test_running_processes.py`). Devices and the desk decode in a child that has no network,
no files, and the limits below; tests/preview (`test_preview.py`, `test_recordings.py`, `test_mangled_recordings.py`)
holds them with bombs of each kind.
"""


def page() -> str:
    parts = [
        HEAD,
        *_table(("limit", "whose", "at once", "then one every", "why"), map(_row, sorted(limits.LIMITS.items()))),
        "## How much\n",
        *_table(("what", "how much", "why"), _constants("server/limits.py", limits)),
        "## On the wire and in queues\n",
        *_table(("what", "how much", "why"), (row for path in ELSEWHERE for row in _constants(path))),
        WAY,
        SHED,
        *_table(("refused from", "what", "come back after"), _ranks(), end=NEVER),
        SOCKET,
        MEDIA,
        *_table(("what", "how much", "why"), _constants(PREVIEW)),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _row(item: tuple[str, limits.Limit]) -> tuple[str, ...]:
    name, one = item
    return f"`{name}`", one.per, f"{one.burst:,}", _time(one.refill_ms), one.why


def _ranks() -> Iterator[tuple[str, ...]]:
    for rank in Rank:
        if rank in WAITING:
            named = ", ".join(f"`{method} {path}`" for (method, path), of in RANKS.items() if of is rank)
            yield f"{WAITING[rank]:,} waiting", named, _time(RETRY_MS[rank])


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]], end: str = "") -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    written = ["| " + " | ".join(line) + " |" for line in lines]
    return [*written, *([end] if end else []), ""]


def _constants(path: str, module: Any = None) -> Iterator[tuple[str, ...]]:
    """Name, value and sentence of each constant that is followed by a sentence."""
    file = SRC / "privity" / path
    known: Mapping[str, Any] = vars(module) if module is not None else _values(file)
    for name, why in _said(file):
        if module is not None or path == PREVIEW or LIMITING.fullmatch(name):
            value = known[name]
            if isinstance(value, int | float):
                yield f"`{name}`", _amount(name, value), why


def _said(file: Path) -> Iterator[tuple[str, str]]:
    body = ast.parse(file.read_text("utf-8")).body
    for at, after in pairwise(body):
        if isinstance(at, ast.AnnAssign):
            target: ast.expr = at.target
        elif isinstance(at, ast.Assign):
            target = at.targets[0]
        else:
            continue
        if (
            isinstance(target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            yield target.id, " ".join(after.value.value.split())


def _values(file: Path) -> dict[str, Any]:
    """By importing it under its name."""
    name = ".".join(file.relative_to(SRC).with_suffix("").parts)
    module = __import__(name, fromlist=["_"])
    return vars(module)


def _amount(name: str, value: float) -> str:
    if name.endswith("_MS"):
        return _time(int(value))
    if name.endswith("_S"):
        return _time(int(value * 1000))
    if "PIXELS" not in name and (name.endswith(("_BYTES", "_PACE")) or (value >= 1 << 14 and value % 1024 == 0)):
        return _bytes(int(value))
    return f"{value:,}"


def _bytes(value: int) -> str:
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if value >= size and value % size == 0:
            return f"{value // size:,} {unit}"
    return f"{value:,} bytes"


def _time(ms: int) -> str:
    for unit, size in (("days", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)):
        if ms >= size and ms % size == 0:
            return f"{ms // size:,} {unit}"
    return f"{ms:,} ms"
