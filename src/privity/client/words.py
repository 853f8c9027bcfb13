# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Texts as the words that a search compares: without case and accents, in every language.

Scripts that put no spaces between words, and emoji, give one word for each character; whoever looks for several of them
looks for them in a row. A text and what is looked for in it pass through the same function, so both agree.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_WORD = 64
"""Characters of a word that count: longer ones are keys and addresses, which nobody types out."""
MAX_QUERY = 200
"""Characters of a search that count."""
MAX_PHRASES = 16

_EMOJI = 0x1F000
"""From here on a code point that this Python does not know yet is an emoji of a later year."""
_WITHOUT_SPACES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),  # Han
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # narrow Katakana
    (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFF),  # rarer Han
)
_ACCENTS = ((10, 36), (202, 240))
"""Combining classes of marks that people leave out when they type: accents, Hebrew points, Arabic vowels. The marks of
Thai, of the scripts of India and of Kana change the letter and stay."""
_VARIATION = frozenset(chr(point) for point in range(0xFE00, 0xFE10))


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared, and where it stands in the text. `alone`: one character, by itself."""

    text: str
    start: int
    end: int
    alone: bool


def words(text: str) -> Iterator[Word]:
    """The words of a text in order."""
    start, alone = -1, False
    for at, char in enumerate(text):
        kind = _kind(char)
        if kind == "M" and start >= 0:
            continue  # a mark belongs to what it follows
        if kind == "L" and start >= 0 and not alone:
            continue
        if start >= 0:
            yield from _word(text, start, at, alone)
        start, alone = (at, kind == "A") if kind in "LA" else (-1, False)
    if start >= 0:
        yield from _word(text, start, len(text), alone)


def phrases(query: str) -> tuple[tuple[Word, ...], ...]:
    """What a search asks for: words that must stand in a row, once for each stretch between spaces."""
    found = (tuple(words(stretch)) for stretch in query[:MAX_QUERY].split())
    return tuple(phrase for phrase in found if phrase)[:MAX_PHRASES]


def first_match(text: str, query: str) -> tuple[int, int] | None:
    """Where the first phrase of a search stands in a text."""
    wanted = phrases(query)
    if not wanted:
        return None
    phrase, there = wanted[0], list(words(text))
    for at in range(len(there) - len(phrase) + 1):
        found = there[at : at + len(phrase)]
        if _is_match(phrase, found):
            return found[0].start, found[-1].end
    return None


def _is_match(phrase: tuple[Word, ...], found: list[Word]) -> bool:
    """The last word of a phrase may be the beginning of one."""
    *whole, last = zip(phrase, found, strict=True)
    return all(asked.text == has.text for asked, has in whole) and last[1].text.startswith(last[0].text)


def _word(text: str, start: int, end: int, alone: bool) -> Iterator[Word]:
    folded = _fold(text[start:end])[:MAX_WORD]
    if folded:
        yield Word(folded, start, end, alone)


def _kind(char: str) -> str:
    """L: part of a word; A: a word alone; M: a mark; otherwise it parts words."""
    point = ord(char)
    if point < 0x80:
        return "L" if char.isalnum() else "A" if char in "+$<=>^`|~" else " "
    category = unicodedata.category(char)
    if category[0] == "M":
        return "M"
    if any(first <= point <= last for first, last in _WITHOUT_SPACES):
        return "A" if category[0] in "LN" else " "
    if category[0] in "LN":
        return "L"
    return "A" if category[0] == "S" or (category == "Cn" and point >= _EMOJI) else " "


def _fold(word: str) -> str:
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(char for char in apart if char not in _VARIATION and not _is_accent(char))
    return "".join(unicodedata.normalize("NFKC", kept).casefold().split())


def _is_accent(char: str) -> bool:
    rank = unicodedata.combining(char)
    return any(first <= rank <= last for first, last in _ACCENTS)
