# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One JSON object per line in, one per line out, in order: how the processes of `ours.py` and `mlsrs.py` answer.

Bytes travel as base64. Every answer says how much CPU time its verb took, so that a bench can ask the same processes.
It imports nothing of the house: mls-rs may live in an environment of its own.
"""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

Asked = dict[str, Any]
Verbs = Mapping[str, Callable[[Asked], dict[str, Any] | None]]


def data(text: str) -> bytes:
    return base64.b64decode(text)


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def maybe(value: bytes | None) -> str | None:
    return None if value is None else text(value)


def serve(verbs: Verbs) -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        asked = json.loads(line)
        verb = verbs.get(asked.pop("verb"))
        before = time.process_time_ns()
        try:
            if verb is None:
                raise LookupError("no such verb")
            answer: dict[str, Any] = {"ok": verb(asked) or {}}
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is its answer
            answer = {"error": {"kind": type(error).__name__, "says": str(error)[:500]}}
        answer["cpu_us"] = (time.process_time_ns() - before) // 1000
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
