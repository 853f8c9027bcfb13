# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The page's types are the port's types."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from privity.faces.app.port import (
    asked,
    contacts,
    continuing,
    devices,
    envelopes,
    errands,
    happened,
    imported,
    leaving,
    offices,
    opening,
    room_reports,
    safety,
    shape,
    shown,
    strangers,
    typescript,
    writing,
)
from privity.faces.app.port.asked import Request

ROOT = Path(__file__).parents[4]
TYPES = ROOT / "web" / "src" / "port" / "types.ts"
MODULES = (
    asked,
    contacts,
    continuing,
    devices,
    envelopes,
    errands,
    happened,
    imported,
    leaving,
    offices,
    opening,
    room_reports,
    safety,
    shown,
    strangers,
    writing,
)


def test_the_pages_types_are_what_the_port_says_today() -> None:
    assert TYPES.read_text() == typescript.written(), "run python -m privity.faces.app.port.typescript > " + str(TYPES)


def test_everything_that_travels_is_written() -> None:
    text = typescript.written()
    families = (shape.Shape, asked.Request, asked.Result, asked.AccountRequest, happened.Event)
    travels = {
        each.__name__
        for module in MODULES
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each not in families
    }
    assert travels == set(re.findall(r"export interface (\w+) ", text)) - {"Answers"}


def test_every_request_has_its_answer() -> None:
    tags = {str(each.__struct_config__.tag) for each in typescript.requests()}
    (answers,) = re.findall(r"export interface Answers \{\n(.*?)\}", typescript.written(), re.DOTALL)
    assert tags == set(re.findall(r"  (\w+): ", answers))
    assert typescript.answer_to(asked.SendText) is asked.Sent


def test_a_request_that_names_no_answer_is_refused() -> None:
    class Mumble(Request, frozen=True, kw_only=True):
        """Do something."""

    with pytest.raises(typescript.PortError, match="names none"):
        typescript.answer_to(Mumble)


def test_a_request_that_names_two_answers_is_refused() -> None:
    class Waver(Request, frozen=True, kw_only=True):
        """`Done` or `Sent`."""

    with pytest.raises(typescript.PortError, match="names \\['Done', 'Sent'\\]"):
        typescript.answer_to(Waver)


def test_only_a_request_may_leave_a_default_out() -> None:
    text = typescript.written()
    assert "  in_reply_to?: Bytes | null;\n" in text
    assert "?:" not in text[text.index("export interface Asked") : text.index("/** Everything the page can ask for")]


def test_a_type_without_words_is_refused() -> None:
    class Vague(shape.Shape, frozen=True, kw_only=True):
        ratio: float

    with pytest.raises(typescript.PortError, match="FloatType"):
        typescript.interface(Vague)
