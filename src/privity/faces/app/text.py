# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The text of a message as blocks and runs: a subset of Markdown, parsed here so that no page ever sees markup.

Out of Markdown come paragraphs, headings, quotes, lists, code, emphasis and links. There is no HTML, no picture and
nothing that is fetched. What is not of the subset is shown as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from privity.faces.app.limits import MAX_DEPTH, MAX_SHOWN, MAX_SIGNS
from privity.faces.app.plain import visible
from privity.faces.app.port.shown import Block, BlockKind, Emphasis, Run
from privity.identity.errors import BadUri
from privity.identity.uris import parse_user_uri

SCHEMES: Final = ("https", "http", "mailto")
"""What a link may lead to. Anything else could start a program."""
_SIGNS: Final = "[]*_`<~\\!"
"""What a parser has to look back for."""
_MARKS: Final = {"strong": Emphasis.STRONG, "em": Emphasis.EMPHASIS, "s": Emphasis.STRIKE}
_SITE: Final = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,61}")
"""What looks like the name of a site among the words of a link."""

NESTING: Final = 20
"""Blocks within each other that are parsed."""

_parser: Final = (
    MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": NESTING})
    .disable(["image", "html_block", "html_inline", "autolink", "reference", "hr"])
    .enable("strikethrough")
)


@dataclass(frozen=True, slots=True)
class LaidOut:
    """`cut` is how many characters are left out."""

    blocks: tuple[Block, ...]
    cut: int


def markdown(text: str) -> LaidOut:
    """A text of a message as it is shown; one that is mostly signs, or made of layers, as it was typed."""
    shown = text[:MAX_SHOWN]
    if any(shown.count(sign) > MAX_SIGNS for sign in _SIGNS):
        return plain(text)
    tokens = _parser.parse(visible(shown))
    if any(token.level >= NESTING - 1 for token in tokens):
        return plain(text)  # the parser lets what is within fall away
    return LaidOut(_Layout().of(tokens), len(text) - len(shown))


def plain(text: str) -> LaidOut:
    """A text without markup."""
    shown = text[:MAX_SHOWN]
    return LaidOut((Block(kind=BlockKind.PARAGRAPH, runs=(Run(text=visible(shown)),)),), len(text) - len(shown))


@dataclass(slots=True)
class _Layout:
    """Walks over the tokens of one message, and remembers which quotes and lists it is in."""

    _blocks: list[Block] = field(default_factory=list)
    _within: list[BlockKind] = field(default_factory=list)
    _numbers: list[int | None] = field(default_factory=list)
    """For each open list the number of its next item, None for bullets."""
    _item: int | None = None
    """The number of the item whose first paragraph is still to come, 0 for a bullet."""
    _heading: bool = False

    def of(self, tokens: list[Token]) -> tuple[Block, ...]:
        for token in tokens:
            match token.type:
                case "blockquote_open":
                    self._within.append(BlockKind.QUOTE)
                case "bullet_list_open" | "ordered_list_open":
                    self._within.append(BlockKind.ITEM)
                    start = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
                    self._numbers.append(start)
                case "list_item_open":
                    self._begin_item()
                case "blockquote_close":
                    self._within.pop()
                case "bullet_list_close" | "ordered_list_close":
                    self._within.pop()
                    self._numbers.pop()
                    self._item = None
                case "heading_open":
                    self._heading = True
                case "heading_close":
                    self._heading = False
                case "fence" | "code_block":
                    self._add(BlockKind.CODE, (Run(text=token.content.rstrip("\n")),))
                case "inline":
                    self._paragraph(_runs(token.children or []))
                case _:
                    pass  # ends of paragraphs and items: the next token begins something
        return tuple(self._blocks)

    def _begin_item(self) -> None:
        number = self._numbers[-1]
        self._item = number or 0
        if number is not None:
            self._numbers[-1] = number + 1

    def _paragraph(self, runs: tuple[Run, ...]) -> None:
        if self._item is not None:
            self._add(BlockKind.ITEM, runs, number=min(self._item, 999_999_999))
            self._item = None
        elif self._heading:
            self._add(BlockKind.HEADING, runs)
        elif self._within and self._within[-1] is BlockKind.QUOTE:
            self._add(BlockKind.QUOTE, runs)
        else:
            self._add(BlockKind.PARAGRAPH, runs)

    def _add(self, kind: BlockKind, runs: tuple[Run, ...], number: int = 0) -> None:
        self._blocks.append(Block(kind=kind, runs=runs, depth=min(len(self._within), MAX_DEPTH), number=number))


def _runs(tokens: list[Token]) -> tuple[Run, ...]:
    """Neighbours that look the same become one."""
    found: list[Run] = []
    for run in _each_run(tokens):
        before = found[-1] if found else None
        if before is not None and _is_plain(run) and _is_plain(before) and before.marks == run.marks:
            found[-1] = Run(text=before.text + run.text, marks=run.marks)
        elif run.text:
            found.append(run)
    return tuple(found)


def _is_plain(run: Run) -> bool:
    return not run.url and not run.user_uri


def _each_run(tokens: list[Token]) -> Iterator[Run]:
    marks: list[Emphasis] = []
    link: str | None = None
    words: list[str] = []
    for token in tokens:
        kind, _, edge = token.type.rpartition("_")
        if kind in _MARKS:
            if edge == "open":
                marks.append(_MARKS[kind])
            elif _MARKS[kind] in marks:
                marks.remove(_MARKS[kind])
        elif token.type == "link_open":
            link, words = str(token.attrs.get("href", "")), []
        elif token.type == "link_close":
            if link is not None:
                yield _link("".join(words), link, tuple(dict.fromkeys(marks)))
            link = None
        else:
            text = "\n" if token.type in ("softbreak", "hardbreak") else token.content
            if link is not None:
                words.append(text)
            else:
                own = (*marks, Emphasis.CODE) if token.type == "code_inline" else tuple(marks)
                yield Run(text=text, marks=tuple(dict.fromkeys(own)))


def _link(words: str, url: str, marks: tuple[Emphasis, ...]) -> Run:
    """A link, or its words and its address where it leads to nothing that a browser should open.

    One to a person is a mention. Its words are its sender's, whoever it names.
    """
    if url.startswith("mimi:"):
        try:
            return Run(text=words, marks=marks, user_uri=parse_user_uri(url))
        except BadUri:
            return Run(text=f"{words} ({url})", marks=marks)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    whole = parts.scheme in SCHEMES and (parts.scheme == "mailto" or bool(host)) and port != 0
    if not whole or not url.isprintable():
        return Run(text=f"{words} ({url})" if words != url else words, marks=marks)
    return Run(text=words or url, marks=marks, url=url, warning=_warning(words, parts.scheme, host, url))


def _warning(words: str, scheme: str, host: str, url: str) -> str:
    """What to say where somebody who reads only the words would think of another place."""
    if scheme == "mailto":
        address = url.removeprefix("mailto:").partition("?")[0]
        return f"This writes to {address}." if "@" in words and words.strip().lower() != address.lower() else ""
    said = [_site(found) for found in _SITE.findall(words)]
    if "@" in urlsplit(url).netloc or any(site != _site(host) for site in said):
        return f"This link leads to {host}, whatever its words say."
    if any(label.startswith("xn--") for label in host.split(".")):  # the parser writes every other alphabet so
        return f"This link leads to {host}: its letters may look like others."
    return ""


def _site(name: str) -> str:
    return name.lower().rstrip(".").removeprefix("www.")
