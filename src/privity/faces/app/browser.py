# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Showing the page in the person's browser.

The address goes into a file that only this user can read, and the browser gets the name of that file: what stands on
the command line of a program is seen by every user of the machine, who could be faster with the token.
"""

from __future__ import annotations

import os
import webbrowser
from html import escape
from pathlib import Path
from typing import Final

_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url={url}"><title>Privity</title><p><a href="{url}">Open Privity</a></p></html>
"""


def show(url: str, file: Path) -> bool:
    """Open an address in a browser; whether one was found."""
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as draft:  # noqa: PTH123 - a descriptor, not a path
        draft.write(_PAGE.format(url=escape(url)))
    return webbrowser.open(file.as_uri())
