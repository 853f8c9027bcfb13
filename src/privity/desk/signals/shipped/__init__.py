# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The rules that come with the house, one file for each pattern. They are drafts like any other: each host tries them
on what it sees itself, watches them in shadow, and two of its people agree, before they do anything to anybody.

They were written from the table of patterns and from how harmless people behave, and never from the attackers of the
lab, which their authors do not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Final

NAMES: Final = ("bulk", "cascade", "contact", "minors", "farm", "reports", "extortion")
"""In the order in which they are shown."""


def texts() -> Mapping[str, str]:
    """Each text by its name."""
    folder = files("privity.desk.signals.shipped")
    return {name: folder.joinpath(f"{name}.rules").read_text("utf-8") for name in NAMES}


def everything() -> str:
    """All of them as one set: names are the set's own in no two files."""
    return "\n".join(texts().values())
