# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The fields of the public forms, read strictly, and what is missing in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final
from urllib.parse import parse_qsl

from privity.message.appeal import MAX_TEXT
from privity.message.errors import BadReport
from privity.message.notice import MAX_EMAIL, MAX_NAME, MAX_TARGET, MAX_WORDS, NAMELESS, PublicNotice, Target
from privity.message.report import Reason
from privity.server.notices.model import Handed
from privity.server.nul import NUL
from privity.wire.errors import Code, Refusal

Fields = Mapping[str, str]

NOTICE: Final = frozenset({"about", "address", "reason", "words", "name", "email", "formal", "good_faith"})
STATUS: Final = frozenset({"receipt", "code"})
APPEAL: Final = frozenset({"receipt", "code", "appeal"})
_LIMITS: Final = {"address": MAX_TARGET, "words": MAX_WORDS, "name": MAX_NAME, "email": MAX_EMAIL, "appeal": MAX_TEXT}
_ABOUT: Final = {str(target.value): target for target in Target}
_REASONS: Final = {str(reason.value): reason for reason in Reason}


class Incomplete(Exception):
    """A form that a person has to look at again: by field, the name of the sentence that says why."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(f"{len(problems)} fields of the form need another look")
        self.problems = problems


def read(data: bytes, names: Collection[str]) -> Fields:
    """The fields of a body, or a MALFORMED Refusal for bytes that none of our pages sends."""
    try:
        pairs = parse_qsl(
            data.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(data),
            errors="strict",
            max_num_fields=len(names),
        )
    except ValueError:
        raise Refusal(Code.MALFORMED, "the form is not one of this page") from None
    fields = dict(pairs)
    if len(fields) != len(pairs) or not fields.keys() <= set(names):
        raise Refusal(Code.MALFORMED, "the form has a field that is not of this page, or has one twice")
    if NUL in fields.get("receipt", ""):
        raise Refusal(Code.MALFORMED, "the receipt has the character NUL in it")
    return {name: value.replace("\r\n", "\n").strip() for name, value in fields.items()}


def notice(fields: Fields, language: str) -> PublicNotice:
    """What was said, or Incomplete."""
    problems = {name: name for name in ("address", "words") if not fields.get(name)}
    problems |= _too_long(fields)
    target, reason = _ABOUT.get(fields.get("about", "")), _REASONS.get(fields.get("reason", ""))
    problems |= {name: name for name, found in (("about", target), ("reason", reason)) if found is None}
    if fields.get("good_faith") != "yes":
        problems["good_faith"] = "good_faith"
    name, email, formal = fields.get("name", ""), fields.get("email", ""), fields.get("formal") == "yes"
    if formal and reason not in NAMELESS:
        problems |= {field: field for field, value in (("name", name), ("email", email)) if not value}
    if problems or target is None or reason is None:
        raise Incomplete(problems)
    made = PublicNotice(target, fields["address"], "", reason, fields["words"], name, email, formal, language)
    try:
        made.check()
    except BadReport:  # all else was looked at
        raise Incomplete({"email": "no_email"}) from None
    return made


def handed(fields: Fields) -> Handed:
    """The number and the code that somebody typed: without the spaces that they may have written them down with."""
    receipt, code = ("".join(fields.get(name, "").split()).lower() for name in ("receipt", "code"))
    return Handed(receipt, code)


def appeal(fields: Fields) -> str:
    """The text of an appeal, or Incomplete."""
    if not fields.get("appeal"):
        raise Incomplete({"appeal": "appeal"})
    problems = _too_long(fields)
    if problems:
        raise Incomplete(problems)
    return fields["appeal"]


def _too_long(fields: Fields) -> dict[str, str]:
    return {name: "long" for name, most in _LIMITS.items() if len(fields.get(name, "").encode()) > most}
