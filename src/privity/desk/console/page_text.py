# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A page that is to leave, as its words: nothing in it is drawn, loaded or followed where somebody looks at it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

_LINES: Final = frozenset({"p", "h1", "h2", "h3", "h4", "li", "tr", "table", "pre", "div", "dt", "dd", "caption", "br"})
_CELLS: Final = frozenset({"td", "th"})
_UNSEEN: Final = frozenset({"script", "style", "title", "template"})


def words_of(page: bytes) -> str:
    """Line by line: a row of a table is one, with a bar between its cells."""
    parser = _Words()
    parser.feed(page.decode("utf-8", "replace"))
    parser.close()
    return "\n".join(line for line in (" ".join(each.split()) for each in parser.lines) if line)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines = [""]
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _CELLS:
            if self.lines[-1].strip():
                self.lines[-1] += " | "
        elif tag in _LINES:
            self.lines.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _LINES:
            self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.lines[-1] += data
