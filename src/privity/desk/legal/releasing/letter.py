# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The letter that goes with a package: what was asked, what is here, what is not and why, and how to check all of it.

It names the envelope by its SHA-256, in text and as a picture that a telephone reads. The same facts make the same
bytes; only its seal (`sealing`) differs each time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final
from xml.sax.saxutils import escape

import segno
from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from privity.production import pages
from privity.production.model import Answered, Facts, Kind, Released
from privity.production.statement import LETTER_SIGNATURE

_REGULAR: Final = "PrivityLetter"
_BOLD: Final = "PrivityLetterBold"
_MARGIN: Final = 22 * mm
_PADDING: Final = 6
"""On each side of what stands inside the margins."""
_WIDTH: Final = A4[0] - 2 * _MARGIN - 2 * _PADDING
_PICTURE: Final = 34 * mm
_TEXT: Final = ParagraphStyle("text", fontName=_REGULAR, fontSize=9.5, leading=13.5, spaceAfter=5)
_CELL: Final = ParagraphStyle("cell", parent=_TEXT, fontSize=8.5, leading=11.5, spaceAfter=0)
_HEAD: Final = ParagraphStyle("head", parent=_TEXT, fontName=_BOLD, fontSize=11, leading=15, spaceBefore=8)
_TITLE: Final = ParagraphStyle("title", parent=_TEXT, fontName=_BOLD, fontSize=15, leading=20, spaceAfter=8)


def letter(facts: Facts, words: Mapping[str, str], approved_at: str, published: str, dsse_sha256: str) -> bytes:
    """The letter as PDF, not sealed yet. `words` say what codes of the statement mean."""
    title, _ = pages.TITLES[facts.kind]
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=f"{title}, {facts.case}",
        author=facts.operator.name,
        lang="en",
        invariant=1,
    )
    picture = _square(segno.make_qr(f"sha256:{dsse_sha256}", error="m").matrix)
    parts = _parts(facts, words, approved_at, published, dsse_sha256, picture)
    document.build(parts, onFirstPage=_foot(facts.case), onLaterPages=_foot(facts.case))
    return out.getvalue()


def as_text(facts: Facts, words: Mapping[str, str], approved_at: str, published: str, dsse_sha256: str) -> str:
    """What the letter says, line by line, for somebody who looks at it before there is one."""
    parts = _parts(facts, words, approved_at, published, dsse_sha256, Spacer(0, 0))  # a picture says nothing in text
    return "\n".join(line for part in parts for line in _lines(part))


def _parts(
    facts: Facts, words: Mapping[str, str], approved_at: str, published: str, dsse_sha256: str, picture: Flowable
) -> list[Flowable]:
    _fonts()
    known = {**pages.WORDS, **words, **pages.NOT_HELD}
    title, means = pages.TITLES[facts.kind]
    return [
        _said(facts.operator.name, _HEAD),
        _said(facts.operator.contact),
        Spacer(0, 6 * mm),
        _said(title, _TITLE),
        _pairs(_head(facts, known, approved_at)),
        Spacer(0, 3 * mm),
        _said(means),
        *_answers(facts, known),
        *_left_out(facts, known),
        *([] if facts.notice is None else [_said("The people it is about", _HEAD), _said(pages.told(facts.notice))]),
        _said("How to check", _HEAD),
        *_check(facts, published, dsse_sha256, picture),
    ]


def _lines(part: Flowable) -> Iterator[str]:
    if isinstance(part, Paragraph):
        yield part.getPlainText()
    elif isinstance(part, Table):
        for row in part._cellvalues:
            yield ": ".join(cell.getPlainText() for cell in row if isinstance(cell, Paragraph))


def _head(facts: Facts, known: Mapping[str, str], approved_at: str) -> Iterator[tuple[str, str]]:
    yield "Our reference", facts.case
    if facts.authority is not None:
        yield "Who asked", f"{_meaning(facts.authority.kind, known)}, {facts.authority.country}"
    if facts.instrument is not None:
        yield "By", _meaning(facts.instrument, known)
    if facts.request_sha256 is not None:
        yield "SHA-256 of the request", facts.request_sha256
    yield "Collected", facts.collected_at
    yield "Approved", approved_at
    if facts.supersedes is not None:
        yield "Corrects", f"the package whose envelope has the SHA-256 {facts.supersedes}; use this one instead"


def _answers(facts: Facts, known: Mapping[str, str]) -> Iterator[Flowable]:
    """Only what is not empty: a letter is read from one end to the other."""
    lists: tuple[tuple[str, Sequence[Answered | Released]], ...] = (
        ("What was asked for", facts.requested),
        ("What is here", facts.released),
        ("What is kept apart, and is not here", facts.preserved),
        ("What is not here because it may not be released", facts.denied),
        ("What is not here because it is not held", facts.not_held),
    )
    for caption, answers in lists:
        if answers:
            yield _said(caption, _HEAD)
            yield _grid([_row(one, known) for one in answers])
    if facts.kind is Kind.PRODUCTION and not facts.released:
        yield _said("No data are in this package.")


def _left_out(facts: Facts, known: Mapping[str, str]) -> Iterator[Flowable]:
    lines = pages.left_out(facts, known)
    if lines:
        yield _said("What is left out of the records", _HEAD)
        yield from map(_said, lines)


def _row(one: Answered | Released, known: Mapping[str, str]) -> tuple[str, str, str]:
    why = one.why if isinstance(one, Answered) and one.why else ""
    return _meaning(one.named, known), pages.period(one), _meaning(why, known)


def _check(facts: Facts, published: str, dsse_sha256: str, picture: Flowable) -> Iterator[Flowable]:
    yield _said(
        "Open bag/data/index.html in a browser: it says the same, lists every file, and needs no network. To check"
        " that nothing was changed, run the verifier that lies beside it, with our keys as published at"
        f" {published} and the root certificate of the time-stamping authority."
    )
    text = _said(
        f"This letter is about the package whose file attest/production.dsse.json has the SHA-256 {dsse_sha256}."
        " The picture says the same. The envelope is signed by two keys and stamped with a time; at least two people"
        f" approved what it states. attest/{LETTER_SIGNATURE} says that this letter belongs to it."
    )
    yield Table([[text, picture]], colWidths=[_WIDTH - _PICTURE - 4 * mm, _PICTURE + 4 * mm], style=_PLAIN)
    yield _said(
        f"Made by {facts.software.name} {facts.software.version}."
        " It proves that these files were collected, approved and released, and not that a record is true."
    )


def _meaning(code: str, known: Mapping[str, str]) -> str:
    return f"{known[code]} ({code})" if code in known else code


_PLAIN: Final = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
_LINES: Final = [*_PLAIN, ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.grey)]


def _pairs(rows: Iterator[tuple[str, str]]) -> Table:
    cells = [[_said(name, _CELL), _said(value, _CELL)] for name, value in rows]
    return Table(cells, colWidths=[42 * mm, _WIDTH - 42 * mm], style=_LINES)


def _grid(rows: Sequence[tuple[str, str, str]]) -> Table:
    """With a third column only where a reason is given."""
    shares = (0.3, 0.25, 0.45) if any(why for *_, why in rows) else (0.5, 0.5)
    cells = [[_said(cell, _CELL) for cell in row[: len(shares)]] for row in rows]
    return Table(cells, colWidths=[_WIDTH * share for share in shares], style=_LINES)


def _said(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    """Whatever anybody wrote is text here; a letter that the fonts lack is a question mark and no black box."""
    known = _letters()
    return Paragraph(escape("".join(one if ord(one) in known else "?" for one in text)), style)


def _square(matrix: Sequence[Sequence[int]]) -> Drawing:
    quiet = 4
    count = len(matrix) + 2 * quiet
    side = _PICTURE / count
    drawing = Drawing(_PICTURE, _PICTURE)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                at = ((x + quiet) * side, _PICTURE - (y + quiet + 1) * side)
                drawing.add(Rect(*at, side, side, strokeWidth=0, strokeColor=None, fillColor=colors.black))
    return drawing


def _foot(case: str) -> Any:
    def draw(canvas: Any, document: Any) -> None:
        canvas.setFont(_REGULAR, 8)
        canvas.drawString(_MARGIN + _PADDING, 12 * mm, case)
        canvas.drawRightString(A4[0] - _MARGIN - _PADDING, 12 * mm, f"page {document.page}")

    return draw


@cache
def _fonts() -> None:
    """Embedded, so that the letter looks the same wherever it is opened."""
    for name, file in ((_REGULAR, "Vera.ttf"), (_BOLD, "VeraBd.ttf")):
        data = resources.files("reportlab").joinpath("fonts", file).read_bytes()
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))


@cache
def _letters() -> frozenset[int]:
    return frozenset(pdfmetrics.getFont(_REGULAR).face.charToGlyph)
