# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The documents that are written from the code, and `make spec`, which writes them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from privity.wire import asyncapi, openapi
from tests.wire import limits_page

ROOT = Path(__file__).parents[2]


def as_json(document: Callable[[], dict[str, Any]]) -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "spec/openapi.json": lambda: as_json(openapi.document),
    "spec/asyncapi.json": lambda: as_json(asyncapi.document),
    "docs/operators/limits.md": limits_page.page,
}
"""Each by its place in the repository."""


def main() -> None:
    for name, written in DOCUMENTS.items():
        (ROOT / name).write_text(written(), "utf-8")
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
