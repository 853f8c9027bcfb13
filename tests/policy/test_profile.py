# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can stand in a profile: text that shows itself, and small pictures of three kinds."""

from __future__ import annotations

import pytest

from privity.mls.errors import PolicyRefused
from privity.policy.profile import MAX_BIO, MAX_MARKS, MAX_NAME, MAX_PICTURE_BYTES, check_picture, check_text

NAMES = (
    "",
    "Ann",
    "Zoë O'Hara-Nguyễn",
    "محمد",
    "می\u200cخواهم",
    "נועה",
    "ไม้เอก ปี่",
    "नमस्ते",
    "山田 太郎",
    "👩\u200d👩\u200d👧",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "x" * MAX_NAME,
)
HIDING = ("\0", "\x1b", "\x7f", "\x85", "\u061c", "\u200e", "\u200f", "\u2028", "\u2029", "\ud800", "\ue000")
TURNING = tuple(chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_scripts_are_names(name: str) -> None:
    check_text(name, name)


@pytest.mark.parametrize("character", [*HIDING, *TURNING])
def test_what_hides_or_turns_is_refused_wherever_it_stands(character: str) -> None:
    for name, bio in ((f"a{character}b", ""), ("", f"a{character}b")):
        with pytest.raises(PolicyRefused) as refused:
            check_text(name, bio)
        assert character not in str(refused.value)


def test_lines_end_in_the_bio_alone() -> None:
    check_text("", "one\ntwo")
    for text in ("one\ntwo", "tab\there", "one\r\ntwo"):
        with pytest.raises(PolicyRefused):
            check_text(text, "")
    for text in ("tab\there", "one\r\ntwo", "\none", "one\n", " "):
        with pytest.raises(PolicyRefused):
            check_text("", text)


def test_length_and_marks_are_bounded() -> None:
    check_text("o" + "\u0301" * MAX_MARKS, "x" * MAX_BIO)
    for name, bio in (
        ("x" * (MAX_NAME + 1), ""),
        ("x" * 10_000, ""),
        ("", "x" * (MAX_BIO + 1)),
        ("o" + "\u0301" * (MAX_MARKS + 1), ""),
        ("o" + "\u20dd\u0301" * MAX_MARKS, ""),
        ("\u0301" * (MAX_MARKS + 1), ""),
    ):
        with pytest.raises(PolicyRefused):
            check_text(name, bio)


@pytest.mark.parametrize("begin", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x10\0\0\0WEBP"])
def test_pictures_are_known_by_how_they_begin(begin: bytes) -> None:
    check_picture(begin)
    check_picture(begin + bytes(MAX_PICTURE_BYTES - len(begin)))
    with pytest.raises(PolicyRefused):
        check_picture(begin + bytes(MAX_PICTURE_BYTES - len(begin) + 1))
    for cut in range(len(begin)):
        with pytest.raises(PolicyRefused):
            check_picture(begin[:cut] if cut else b"x" + begin)


@pytest.mark.parametrize(
    "other", [b"", b"GIF89a", b"BM", b"<svg/>", b"RIFF\0\0\0\0WAVE", b"%PDF", b"\0\0\0\x1cftypavif"]
)
def test_other_files_are_no_pictures(other: bytes) -> None:
    with pytest.raises(PolicyRefused):
        check_picture(other)
