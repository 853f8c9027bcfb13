# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person may want to think of before doing what somebody new asks of them.

This device alone looks at its own messages for it; nothing of it is kept, and nobody else is told, the sender and the
hub included. A caution hides nothing and stops nothing. Words are looked for in English alone: a hint, and no verdict.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from privity.client.engine.contact_book import Known
from privity.client.sdk import Device
from privity.identity.consent import Op, decode_entry

NEW_MS: Final = 14 * 86_400_000
"""Who has been a contact for less than two weeks is new: long enough for most attempts to show what they are."""
MAX_LOOKED_AT: Final = 4_000
"""Letters of a text that are looked at."""


class Caution(StrEnum):
    """What a message of somebody new brings or asks for."""

    LINK = "link"
    FILE = "file"
    MONEY = "money"
    ELSEWHERE = "elsewhere"
    """To go on talking in another program."""


_LINK: Final = re.compile(r"\b(?:https?://|www\.)\S", re.IGNORECASE)
_MONEY: Final = re.compile(
    r"\b(?:gift ?cards?|bitcoins?|crypto(?:currency)?|usdt|western union|moneygram|paypal|venmo|cash ?app|zelle|iban"
    r"|bank (?:account|details|transfer)|wire (?:me|the money|transfer)|lend me|(?:send|transfer|pay) (?:me|us)\b"
    r"|processing fee|(?:invest|investment) (?:in|with|opportunity)|your (?:card|pin|password|verification code))",
    re.IGNORECASE,
)
PROGRAMS: Final = (
    "whatsapp",
    "telegram",
    "signal",
    "snapchat",
    "instagram",
    "discord",
    "wechat",
    "kik",
    "viber",
    "messenger",
    "skype",
)
"""Where people are asked to go on."""
_ELSEWHERE: Final = re.compile(
    r"\b(?:(?:add|text|message|write(?: to)?|contact|find|reach|dm) me (?:on|at|via|in)"
    r"|(?:talk|chat|move|switch|continue|go(?: on)?) (?:over )?(?:to|on|in)) (?:my )?"
    rf"(?:(?:an)?other (?:app|program|messenger|chat)|{'|'.join(PROGRAMS)})\b",
    re.IGNORECASE,
)


def is_new(device: Device, user_uri: str) -> bool:
    """Whether somebody is no contact, or one of late whom this person neither met nor compared a safety number with."""
    compared = device.checked.since_ms(user_uri) is not None and not device.checked.changed(user_uri)
    if user_uri == device.user_uri or compared:
        return False
    book = device.host.engine.device.contacts
    known = book.known(user_uri)
    if known is None or not book.is_contact(user_uri):
        return True
    return not known.before and not _signed(known, Op.MEET) and device.host.now_ms() < _since_ms(known) + NEW_MS


def is_stranger(device: Device, user_uri: str) -> bool:
    """Whether somebody new came to this person, who did not ask for them."""
    known = device.host.engine.device.contacts.known(user_uri)
    return is_new(device, user_uri) and (known is None or not _signed(known, Op.REQUEST))


def cautions_in(text: str, *, files: bool) -> tuple[Caution, ...]:
    """What stands out in a message of somebody new."""
    looked_at = text[:MAX_LOOKED_AT]
    found = {
        Caution.LINK: _LINK.search(looked_at) is not None,
        Caution.FILE: files,
        Caution.MONEY: _MONEY.search(looked_at) is not None,
        Caution.ELSEWHERE: _ELSEWHERE.search(looked_at) is not None,
    }
    return tuple(caution for caution, there in found.items() if there)


def _since_ms(known: Known) -> int:
    """Since when somebody is a contact: not before this account itself signed so, whatever the hub says."""
    return max(known.since_ms, *(decode_entry(value).claimed.at_ms for value in known.own), 0)


def _signed(known: Known, op: Op) -> bool:
    """Whether this account signed such an entry about somebody."""
    return any(decode_entry(value).claimed.op is op for value in known.own)
