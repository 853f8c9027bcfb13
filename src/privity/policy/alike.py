# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether one name passes for another: written with letters that look the same, or one letter apart."""

from __future__ import annotations

import unicodedata
from typing import Final

SHORT: Final = 5
"""Letters of a name up to which one other letter makes another name."""
_TWINS: Final = str.maketrans(
    {
        **dict(zip("0135", "oles", strict=True)),
        **dict(
            zip(
                "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u04bb\u0501\u051b",
                "aceopxyijshdq",
                strict=True,
            )
        ),
        **dict(zip("\u043a\u043c\u0442\u043d\u0432\u0433", "kmthbr", strict=True)),
        **dict(
            zip("\u03b1\u03bf\u03c1\u03c5\u03bd\u03b9\u03ba\u03c4\u03c7\u03b3\u03b5\u03b7", "aopuviktxyen", strict=True)
        ),
        **dict(zip("\u0131\u0269\u0142\u00f8\u0111\u0127|", "iilodhl", strict=True)),
    }
)
"""Letters that pass as others: digits, Cyrillic (two rows), Greek, and Latin letters with a stroke."""


def skeleton(name: str) -> str:
    """What is left of a name for an eye that does not look twice: two names with the same one look alike.

    >>> skeleton("B\u043eb.T") == skeleton("b0bt")
    True
    """
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    letters = "".join(letter for letter in apart.translate(_TWINS) if letter.isalnum())
    return letters.replace("rn", "m").replace("vv", "w").replace("i", "l")


def looks_like(one: str, other: str) -> bool:
    """Whether two names that are not empty pass for each other."""
    left, right = skeleton(one), skeleton(other)
    if not left or not right:
        return False
    return left == right or (min(len(left), len(right)) > SHORT and one_apart(left, right))


def one_apart(one: str, other: str) -> bool:
    """One letter more, less, another, or two that changed places."""
    if len(one) == len(other):
        differ = [at for at in range(len(one)) if one[at] != other[at]]
        if len(differ) == 2:
            first, second = differ
            return second == first + 1 and one[first] == other[second] and one[second] == other[first]
        return len(differ) <= 1
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )
