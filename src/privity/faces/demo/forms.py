# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The forms of a page with what they would send as they stand: what a browser without scripts makes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(slots=True)
class Form:
    """One form. `passkey` is `create` or `get` where it asks for one, with the `options` for it."""

    action: str
    method: str
    passkey: str | None
    options: str
    fields: list[tuple[str, str]] = field(default_factory=list)


def forms_of(page: str) -> list[Form]:
    """All forms of a page, in order."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms


class _Forms(HTMLParser):
    """Hidden and prefilled fields, ticked boxes, chosen options."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self._area: str | None = None
        self._words = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            form = Form(
                given.get("action", ""),
                given.get("method", "get"),
                given.get("data-passkey"),
                given.get("data-options", ""),
            )
            self.forms.append(form)
        if not self._inside:
            return
        fields, name = self.forms[-1].fields, given.get("name", "")
        ticks = given.get("type") in ("checkbox", "radio")
        if tag == "input" and name and (not ticks or "checked" in given):
            fields.append((name, given.get("value", "on" if ticks else "")))
        elif tag == "textarea":
            self._area, self._words = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            fields.append((self._select, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._inside and self._area:
            self.forms[-1].fields.append((self._area, self._words))
            self._area = None
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._inside = False
