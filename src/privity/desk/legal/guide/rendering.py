# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The guide as one page without scripts, and as Markdown. What the operator wrote is text in both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from jinja2 import Environment, PackageLoader, StrictUndefined

from privity.desk.legal.guide.model import Block, Code, Guide, Items, Paragraph, Table
from privity.desk.legal.quoting import quoted

MAX_CELL: Final = 8_000
_SPECIAL: Final = re.compile(r"([\\`*_\[\]<>|#~&])")
_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("privity.desk.legal.guide"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
_ENVIRONMENT.filters["quoted"] = lambda text: quoted(text, MAX_CELL)
_ENVIRONMENT.filters["kind"] = lambda block: type(block).__name__


def as_html(guide: Guide) -> bytes:
    return _ENVIRONMENT.get_template("guide.html").render(guide=guide).encode()


def as_markdown(guide: Guide) -> str:
    blocks = [f"# {_text(guide.title)}"]
    for section in guide.sections:
        blocks.append(f'<a id="{section.id}"></a>\n\n## {_text(section.title)}')
        blocks += map(_block, section.blocks)
    return "\n\n".join(blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Paragraph(text):
            return _text(text)
        case Items(items):
            return "\n".join(f"- {_text(item)}" for item in items)
        case Code(text):
            return "\n".join(("```", *(quoted(line, MAX_CELL).replace("`", "'") for line in text.splitlines()), "```"))
        case Table(heads, rows):
            return "\n".join(_lines(heads, rows))
    assert_never(block)


def _lines(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    named = [_text(head) for head in heads]
    yield f"| {' | '.join(named)} |"
    yield f"|{'---|' * len(named)}"
    for row in rows:
        yield f"| {' | '.join(_text(cell) for cell in row)} |"


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", quoted(text, MAX_CELL))
