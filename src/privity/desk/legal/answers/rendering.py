# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A letter as a page without scripts, and as plain text. What strangers wrote is one line of text in both."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from privity.desk.legal.answers.model import Letter, Section
from privity.desk.legal.quoting import quoted

WIDTH: Final = 78
MAX_LINE: Final = 4_000
"""Characters of one sentence or item: a reviewer's remark, at the longest."""

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("privity.desk.legal.answers"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_ENVIRONMENT.filters["quoted"] = lambda text: quoted(text, MAX_LINE)


def as_html(letter: Letter) -> bytes:
    return _ENVIRONMENT.get_template("letter.html").render(letter=letter).encode()


def as_text(letter: Letter) -> str:
    blocks = [letter.title.upper(), "\n".join(f"{name}: {quoted(value)}" for name, value in letter.facts)]
    blocks += [block for section in letter.sections for block in _blocks(section)]
    return "\n\n".join([*blocks, _wrapped(letter.closing)]) + "\n"


def _blocks(section: Section) -> Iterator[str]:
    if section.title:
        yield f"{section.title}\n{'-' * len(section.title)}"
    yield from map(_wrapped, section.paragraphs)
    if section.items:
        yield "\n".join(_wrapped(item, "- ", "  ") for item in section.items)


def _wrapped(text: str, first: str = "", rest: str = "") -> str:
    line = quoted(text, MAX_LINE)
    return textwrap.fill(
        line, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
