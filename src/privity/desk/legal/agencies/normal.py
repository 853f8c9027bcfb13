# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One way to write a domain, a telephone number and a mail address, so that the same is always the same."""

from __future__ import annotations

import re
from typing import Final

from privity.desk.legal.agencies.errors import AgencyInvalid
from privity.desk.legal.agencies.model import Mark

MAX_DOMAIN: Final = 253
MAX_LOCAL: Final = 64
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_BETWEEN: Final = str.maketrans("", "", " -/().\u00a0")
_LOCAL: Final = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.-]+")


def domain(given: str) -> str:
    """Raises AgencyInvalid. Letters beyond ASCII look alike too easily: such a name is written as `xn--`."""
    text = given.strip().lower().removesuffix(".")
    labels = text.split(".")
    if len(text) > MAX_DOMAIN or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)) or labels[-1].isdigit():
        raise AgencyInvalid(f"expected a domain such as police.example, got {given[:MAX_DOMAIN]!r}")
    return text


def number(given: str) -> str:
    """Raises AgencyInvalid."""
    text = given.strip().translate(_BETWEEN)
    if not _NUMBER.fullmatch(text):
        raise AgencyInvalid(f"expected a number such as +49 30 1234567, got {given[:40]!r}")
    return text


def mail(given: str) -> str:
    """Raises AgencyInvalid."""
    local, _, host = given.strip().lower().rpartition("@")
    if not (len(local) <= MAX_LOCAL and _LOCAL.fullmatch(local)):
        raise AgencyInvalid("expected an address such as desk@police.example")
    return f"{local}@{domain(host)}"


def within(one: str, of: str) -> bool:
    """Whether a domain is another one, or below it."""
    return one == of or one.endswith(f".{of}")


NORMAL: Final = {Mark.DOMAIN: domain, Mark.NUMBER: number, Mark.MAIL: mail}
"""How each kind is written before it is hashed."""
