# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Conversations as HTML that does nothing: no script, no form, nothing loaded, and every text escaped by construction.

A page is made of `element`s alone. What is no `Html` becomes text, whatever it is; the policy in the head forbids what
a mistake could still let in.
"""

from __future__ import annotations

import base64
import hashlib
import html
import unicodedata
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from privity.client.engine.from_desk import Line
from privity.client.export.entries import ExportedEntry, ExportedFile

STYLE: Final = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  background: #fff; color: #1a1a1a; }
article { margin: .75rem 0; padding: .5rem .75rem; border-left: 3px solid #8a8a8a; }
article.mine { border-color: #2f6f4f; }
.said { white-space: pre-wrap; overflow-wrap: anywhere; }
.note, time { color: #595959; font-size: .875rem; }
@media (prefers-color-scheme: dark) { body { background: #141414; color: #ededed; } a { color: #9ec5ff; }
  .note, time { color: #b3b3b3; } }
"""
POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    + "'"
)
_VOID: Final = frozenset({"meta"})


class Html(str):
    """Markup that `element` made."""

    __slots__ = ()


def element(name: str, /, *children: str, **attributes: str) -> Html:
    """An element with its children; a child that is no Html is text. A `_` at an attribute's end is left out."""
    named = "".join(f' {key.rstrip("_").replace("_", "-")}="{_text(value)}"' for key, value in attributes.items())
    inside = "".join(each if isinstance(each, Html) else _text(each) for each in children)
    return Html(f"<{name}{named}>" if name in _VOID else f"<{name}{named}>{inside}</{name}>")


def _text(value: str) -> str:
    """Escaped for text and quoted attributes alike. What has no shape, or turns the direction, is shown as such."""
    return html.escape("".join("\ufffd" if _is_unseen(each) else each for each in value), quote=True)


def _is_unseen(character: str) -> bool:
    return character not in "\n\t\u200d" and unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")


def head(title: str) -> Html:
    """The beginning of a page; `END` closes it."""
    inside = "".join(
        (
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=POLICY),
            element("meta", name="referrer", content="no-referrer"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
        )
    )
    style = f"<style>{STYLE}</style>"
    return Html(f'<!doctype html>\n<html lang="en"><head>{inside}{style}</head><body>{element("h1", bidi(title))}\n')


END: Final = Html("</body></html>\n")
_FROM_BACKUP: Final = element("p", "from a backup", class_="note")


def bidi(text: str) -> Html:
    """A text whose direction is its own affair."""
    return element("bdi", text)


def link(path: str, text: str) -> Html:
    """To a file of this export. Its path was made here; a name in it is quoted all the same."""
    return element("a", bidi(text), href=quote(path))


def entry(found: ExportedEntry) -> Html:
    """One entry of a conversation."""
    when = element("time", _when(found.ts_ms))
    if found.kind != "message":
        return element("p", when, " ", bidi(found.text), class_="note")
    said: list[Html] = [element("div", element("strong", bidi(found.name)), " ", when)]
    if found.state in ("deleted", "expired"):
        said.append(element("p", f"({found.state})", class_="note"))
    else:
        said.append(element("div", found.text, class_="said", dir="auto"))
    said += [
        element("p", f"before, {_when(each.ts_ms)}: ", bidi(each.text), class_="note said") for each in found.versions
    ]
    said += [_file(each) for each in found.files]
    if found.reactions:
        texts = ", ".join(f"{each.text} {each.name}" for each in found.reactions)
        said.append(element("p", bidi(texts), class_="note"))
    if found.from_backup:
        said.append(_FROM_BACKUP)
    return element("article", *said, class_="mine" if found.mine else "other")


def block(head: str, at_ms: int, text: str, lines: tuple[Line, ...] = (), *, from_backup: bool = False) -> Html:
    """What was said to the desk or by it, and what came back."""
    said = [element("div", element("strong", bidi(head)), " ", element("time", _when(at_ms)))]
    if text:
        said.append(element("div", text, class_="said", dir="auto"))
    said += [element("p", f"{_when(each.at_ms)}: ", bidi(each.text), class_="note said") for each in lines]
    if from_backup:
        said.append(_FROM_BACKUP)
    return element("article", *said, class_="other")


def _file(found: ExportedFile) -> Html:
    name = found.name or "a file without a name"
    if found.path is None:
        return element("p", bidi(name), f", {found.size} bytes, not on this device", class_="note")
    return element("p", link(found.path, name), f", {found.size} bytes", class_="note")


def _when(ts_ms: int) -> str:
    try:
        return datetime.fromtimestamp(ts_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return "at no time"
