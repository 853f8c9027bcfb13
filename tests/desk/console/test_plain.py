# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Hostile text of evidence stays text, and every sign in it that would steer is named."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.desk.console.plain import MAX_MARKS, MAX_SIGNS, Run, line, runs


def drawn(text: str) -> str:
    return "".join(run.text for run in runs(text) if not run.sign)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("invoice\u202egpj.exe", "U+202E right-to-left override"),
        ("tea\u200bpot", "U+200B zero width space"),
        ("tea\x1b[2Jpot", "U+001B"),
        ("tea\x00pot", "U+0000"),
        ("tea\u2066pot\u2069", "U+2066 left-to-right isolate"),
        ("tea\ufeffpot", "U+FEFF zero width no-break space"),
        ("tea\u3164pot", "U+3164 hangul filler"),
        ("tea\U000e0041pot", "U+E0041 tag latin capital letter a"),
        ("tea\ue000pot", "U+E000"),
    ],
)
def test_what_would_steer_or_hide_is_named(text: str, named: str) -> None:
    assert Run(named, sign=True) in runs(text)


def test_marks_do_not_pile_up() -> None:
    (first, sign, last) = runs("a" + "\u0301" * 40 + "b")
    assert first == Run("a" + "\u0301" * MAX_MARKS)
    assert sign == Run("34 more marks", sign=True)
    assert last == Run("b")
    assert runs("a" + "\u0301" * 8)[-1] == Run("2 more marks", sign=True)


def test_writing_that_needs_joiners_and_marks_stays_whole() -> None:
    for text in ("می\u200cخواهم", "\U0001f469\u200d\U0001f52c", "Việt Nam", "क्षत्रिय", "❤️"):
        assert runs(text) == (Run(text),)


def test_many_of_one_sign_are_counted_and_many_kinds_are_bounded() -> None:
    assert runs("\u202e" * 1000) == (Run("1000 × U+202E right-to-left override", sign=True),)
    assert sum(run.sign for run in runs("\u202e\u202d" * 5000)) == MAX_SIGNS


def test_lines_of_one_line_and_of_many() -> None:
    assert runs("a\r\nb\u2028c") == (Run("a\nb\nc"),)
    assert line("a\r\nb\u2028c") == (Run("a"), Run("U+000D", sign=True), Run(" b c"))
    assert runs("x" * 20, limit=5) == (Run("xxxxx"), Run("15 more characters", sign=True))


@given(st.text(max_size=200))
def test_nothing_that_is_drawn_steers(text: str) -> None:
    kinds = {unicodedata.category(character) for character in drawn(text) if character not in "\n\t\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn"}
