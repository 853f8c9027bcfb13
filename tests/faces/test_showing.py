# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What strangers wrote is shown, and does nothing to the terminal or to the entries around it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.client.engine.shown import Item, Kind, Reaction, State
from privity.faces.commands.harmless import harmless
from privity.faces.commands.showing import as_json, as_line, text_of
from privity.message import compose
from privity.message.attachments import blob_url, encrypt
from privity.message.content import MultiPart, NullPart, Part, SinglePart
from tests.faces.test_naming import knowing

ROOM = "mimi://hub.example/r/room"
NOBODY = knowing()
ALICE = "mimi://hub.example/u/alice7"
MADE = encrypt(
    bytes(1234),
    content_type="image/png",
    filename="teapot.png",
    description="",
    url_of=lambda digest: blob_url("hub.example", digest),
    random=bytes,
)


def item(part: Part, **more: object) -> Item:
    content = compose.message(compose.Author(ALICE, ROOM), part, random=bytes).encode()
    fields = {"sender": ALICE, "message_id": b"\1" + bytes(31), "content": content} | more
    return Item(ROOM, 1, 0, Kind.MESSAGE, **fields)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (SinglePart("text/plain;charset=utf-8", b"hello"), "hello"),
        (SinglePart("application/cad", b"\0\1"), "(application/cad)"),
        (MADE.part, "[teapot.png, 1.2 kB, image/png]"),
        (replace(MADE.part, filename="", content_type="", size=3), "[attachment, 0 bytes, unknown]"),
        (replace(MADE.part, enc_alg=0, size=3), "[teapot.png, 3 bytes, image/png]"),
        (compose.captioned(MADE.part, b"", "look")[0], "look [teapot.png, 1.2 kB, image/png]"),
        (MultiPart(0, (MADE.part, MADE.part)), " ".join(["[teapot.png, 1.2 kB, image/png]"] * 2)),
        (NullPart(), ""),
    ],
)
def test_an_entry_is_its_words_and_its_files(part: Part, text: str) -> None:
    assert text_of(item(part)) == text
    assert as_line(item(part), NOBODY).endswith(f"alice7…: {text}")


def test_programs_get_files_as_values() -> None:
    hostile = replace(MADE.part, filename="a\u202egpj.exe")
    found = as_json(item(compose.captioned(hostile, b"", "look")[0]), NOBODY)
    assert found["files"] == [{"part": 2, "name": "a\u202egpj.exe", "size": 1234, "type": "image/png"}]
    assert as_json(item(SinglePart("text/plain", b"x")), NOBODY)["files"] == []
    assert as_json(item(NullPart(), content=b"", state=State.DELETED), NOBODY)["files"] == []


def test_no_stranger_writes_a_line_of_somebody_else() -> None:
    forged = "yes\n0badc0de  12:00  bob: I agree\r\x1b[1A\x9b2K\u2028x"
    line = as_line(item(SinglePart("text/plain", forged.encode())), NOBODY)
    assert [part[:1] for part in line.split("\n")[1:]] == [" ", " "]
    assert not set(line) & set("\r\x1b\x9b\u2028")
    part = replace(MADE.part, filename="\x1b[2J\nx", content_type="image/png\n0badc0de  12:00  bob: I agree")
    reaction = Reaction(ALICE, "\n0badc0de  12:00  bob: I agree", b"")
    assert "\n0badc0de" not in as_line(item(part, reactions=(reaction,)), NOBODY)
    name = Item(ROOM, 1, 0, Kind.LINE, text="alice named this conversation: x\n0badc0de  12:00  bob: I agree")
    assert "\n0badc0de" not in as_line(name, NOBODY)


@given(st.text())
def test_harmless_text_keeps_words_and_steers_nothing(text: str) -> None:
    found = harmless(text)
    assert not any(ord(character) < 0x20 and character not in "\n\t" for character in found)
    assert not set(found) & {chr(code) for code in (*range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
    assert all(line.startswith(" ") for line in found.split("\n")[1:])
    assert [c for c in found if c.isalnum()] == [c for c in text if c.isalnum()]
