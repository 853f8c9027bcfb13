# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person may show of themselves: the bounds of names, words and pictures, the same for hub and devices.

Text that hides, turns the direction of what follows or piles up on a line is refused where it is written; whoever
shows it guards itself all the same, since not every hub refuses.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Final

from privity.mls.errors import PolicyRefused

MAX_NAME: Final = 100
"""Characters of a name, as of a conversation's."""
MAX_BIO: Final = 500
MAX_MARKS: Final = 4
"""Marks on one letter: no language has more."""
MAX_PICTURE_BYTES: Final = 256 << 10
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_HIDDEN: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
_MARKS: Final = frozenset({"Mn", "Me"})


def check_text(name: str, bio: str) -> None:
    """Raise PolicyRefused unless these can stand in a profile. Both may be empty; lines may end in the bio alone."""
    for what, text, limit, ends in (("name", name, MAX_NAME, ""), ("bio", bio, MAX_BIO, "\n")):
        if len(text) > limit:
            raise PolicyRefused(f"the {what} has {len(text)} characters, at most {limit} are taken")
        if text != text.strip():
            raise PolicyRefused(f"the {what} begins or ends with space")
        for character in text:
            if character in _TURNING or (unicodedata.category(character) in _HIDDEN and character not in ends):
                raise PolicyRefused(f"the {what} has the character U+{ord(character):04X}, which does not show itself")
        runs = groupby(text, key=lambda character: unicodedata.category(character) in _MARKS)
        if any(mark and len(list(run)) > MAX_MARKS for mark, run in runs):
            raise PolicyRefused(f"the {what} has more than {MAX_MARKS} marks on one letter")


def check_picture(picture: bytes) -> None:
    """Raise PolicyRefused unless it is small and begins like a PNG, JPEG or WebP. Nothing is decoded here."""
    if len(picture) > MAX_PICTURE_BYTES:
        raise PolicyRefused(f"the picture has {len(picture)} bytes, at most {MAX_PICTURE_BYTES} are taken")
    webp = picture[:4] == b"RIFF" and picture[8:12] == b"WEBP"
    if not webp and not picture.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise PolicyRefused("the picture is no PNG, JPEG or WebP")
