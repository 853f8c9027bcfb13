# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a message asks for, by the words of several languages that stand in `phrases.toml`.

One sentence proves nothing: people joke, shops ask for money, parents ask for the door code. So nothing here is shown
to anybody; `pressure` looks at what comes together.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

MAX_LOOKED_AT: Final = 2_000
"""Letters of a message that are looked at, half of them at its end: nobody hides a demand behind a long greeting."""
_HALF: Final = MAX_LOOKED_AT // 2
LANGUAGES: Final = ("en", "de", "es", "fr", "pt")
_UNSEEN: Final = frozenset({"Cf", "Mn", "Me"})
"""Categories of letters that show nothing by themselves: what joins, what marks, accents."""
_STRAIGHT: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "`": "'"})


class Ask(StrEnum):
    """What one message brings up."""

    PICTURE = "picture"
    """Asks for an intimate picture."""
    THREAT = "threat"
    """Says that something goes to those whom the person knows."""
    UNLESS = "unless"
    """Makes it depend on what the person does."""
    MONEY = "money"
    UNTRACEABLE = "untraceable"
    """Names a way to pay that nobody brings back: gift cards, coins."""
    HURRY = "hurry"
    CODE = "code"
    """Asks for a code that lets somebody in."""
    OFFICIAL = "official"
    """Says that they are of a bank, an authority or a support desk."""
    ACCOUNT = "account"
    """Says that something is wrong with an account."""
    ELSEWHERE = "elsewhere"
    SECRECY = "secrecy"
    AGE = "age"


def asks_in(text: str) -> frozenset[Ask]:
    """What this text brings up, in whichever language."""
    looked_at = plain(text if len(text) <= MAX_LOOKED_AT else f"{text[:_HALF]}\n{text[-_HALF:]}")
    return frozenset(ask for ask, pattern in _patterns().items() if pattern.search(looked_at))


def plain(text: str) -> str:
    """In small letters, without accents and without letters that nobody sees, each space one."""
    taken_apart = unicodedata.normalize("NFKD", text.translate(_STRAIGHT)).casefold()
    seen = "".join(letter for letter in taken_apart if unicodedata.category(letter) not in _UNSEEN)
    return " ".join(seen.split())


@cache
def by_language() -> Mapping[Ask, Mapping[str, tuple[str, ...]]]:
    """The expressions as they stand in the file."""
    read = _file()
    return {ask: {language: tuple(each) for language, each in read[ask.value].items()} for ask in Ask}


@cache
def _patterns() -> Mapping[Ask, re.Pattern[str]]:
    """One expression for each, of all languages: everybody's language may be written to them."""
    words = {f"{{{name}}}": f"(?:{'|'.join(each)})" for name, each in _file()["words"].items()}
    found = {}
    for ask, languages in by_language().items():
        expression = "|".join(each for expressions in languages.values() for each in expressions)
        for name, each in words.items():
            expression = expression.replace(name, each)
        found[ask] = re.compile(expression)
    return found


@cache
def _file() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files(__package__).joinpath("phrases.toml").read_text("utf-8"))
