# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where people find help, as an operator names it: what such a line may hold, the same for hub and devices.

A device believes a hub that it helps people, and no further: a line is one sentence of visible letters and perhaps one
plain address, and an address that looks like one of those that every device knows, and is none of them, is refused.
"""

from __future__ import annotations

import re
from typing import Final

from privity.mls.errors import PolicyRefused
from privity.policy.alike import SHORT, one_apart

MAX_LINES: Final = 40
"""Of one hub: a few for each country that it serves."""
MAX_TEXT: Final = 200
"""Characters of a sentence."""
MAX_URL: Final = 200

KNOWN_HOSTS: Final = ("stopncii.org", "takeitdown.ncmec.org")
"""Of the services that are named in the program itself."""

_COUNTRY: Final = re.compile(r"[A-Z]{2}|")
_URL: Final = re.compile(r"https://([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z]{2,24})(?:/[A-Za-z0-9._~/-]*)?")
_TWINS: Final = str.maketrans("0135", "oles")
"""Digits that pass as letters."""


def check_help(text: str, url: str, country: str) -> None:
    """Raise PolicyRefused unless this may be shown to somebody who looks for help."""
    if not text or len(text) > MAX_TEXT or text != text.strip():
        raise PolicyRefused(f"a line of help has 1 to {MAX_TEXT} characters and no space around them, got {len(text)}")
    if not text.isprintable():
        raise PolicyRefused("a line of help is one line of visible characters")
    if _COUNTRY.fullmatch(country) is None:
        raise PolicyRefused("the country of a line of help is two capital letters, or nothing")
    if url:
        _check_url(url)


def _check_url(url: str) -> None:
    found = _URL.fullmatch(url) if len(url) <= MAX_URL else None
    if found is None:
        raise PolicyRefused(
            f"the address of a line of help is https://NAME/PATH in plain small letters, at most {MAX_URL} characters,"
            " without a port, a person or a question in it"
        )
    host = found[1]
    labels = host.split(".")
    if any(label.startswith(("xn--", "-")) or label.endswith("-") for label in labels):
        raise PolicyRefused("the name in the address of a line of help is written in plain letters")
    if host not in KNOWN_HOSTS and any(_passes_as(label, known) for label in labels for known in _KNOWN_LABELS):
        raise PolicyRefused("the address of a line of help looks like that of a service which it is not")


_KNOWN_LABELS: Final = sorted({label for host in KNOWN_HOSTS for label in host.split(".")[:-1]})


def _passes_as(label: str, known: str) -> bool:
    """Whether it holds the known name, or is a letter away from it, once what looks alike is written alike."""
    plain = label.translate(_TWINS).replace("rn", "m").replace("vv", "w").replace("-", "")
    alike = known.translate(_TWINS).replace("rn", "m").replace("vv", "w")
    return alike in plain or (len(alike) > SHORT and one_apart(plain, alike))
