# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A reported message laid out for staff: nothing of it is left out, and nothing of it acts."""

from __future__ import annotations

import random as seeded

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.desk.console.message_view import MAX_HEX, ShownMessage, shown
from privity.desk.console.plain import Run
from privity.identity.uris import new_room_uri, new_user_uri
from privity.message import compose
from privity.message.attachments import encrypt
from privity.message.content import CHOOSE_ONE, REACTION, Expiry, ExternalPart, MultiPart, NullPart, Part, SinglePart

random = seeded.Random(3).randbytes
AUTHOR = compose.Author(new_user_uri("hub.example", random), new_room_uri("hub.example", random))
ID = b"\x01" + bytes(31)


def of(part: Part, **named: object) -> ShownMessage:
    return shown(compose.message(AUTHOR, part, random=random, **named).encode())  # type: ignore[arg-type]  # by name


def text(body: str, content_type: str = "text/plain;charset=utf-8", disposition: int = 1) -> SinglePart:
    return SinglePart(content_type, body.encode(), disposition)


def test_markup_and_markdown_stay_as_they_were_typed() -> None:
    body = "<script>alert(1)</script> [teapot](javascript:alert(1)) {{7*7}} https://evil.example"
    (part,) = of(text(body, "text/markdown;variant=GFM-MIMI")).parts
    assert (part.kind, part.runs) == ("text", (Run(body),))
    (part,) = of(text(body, "text/html")).parts
    assert (part.kind, part.runs) == ("text", (Run(body),))


def test_every_alternative_is_listed() -> None:
    inner = MultiPart(CHOOSE_ONE, (text("a kind word"), text("an unkind word", "text/html")))
    several = of(MultiPart(CHOOSE_ONE, (inner, text("something else"), NullPart())))
    assert [(part.kind, part.depth) for part in several.parts] == [
        ("several", 0),
        ("several", 1),
        ("text", 2),
        ("text", 2),
        ("text", 1),
        ("nothing", 1),
    ]
    assert [part.index for part in several.parts] == list(range(6))
    assert several.parts[3].about == "alternative 2 of 2"
    assert "an app shows one of them" in several.parts[0].about


def test_what_is_unknown_stands_as_hex() -> None:
    found = of(
        SinglePart("application/x-teapot", b"\x01\x02" * MAX_HEX), extensions={"org.teapot": {"a": b"\xff"}, 77: 5}
    )
    (part,) = found.parts
    assert part.kind == "bytes"
    assert part.runs[0].text.startswith("01020102 01020102")
    assert part.runs[0].text.endswith(f"… {MAX_HEX} more bytes")
    assert dict(found.extensions) == {(Run("org.teapot"),): "a1 616141ff", (Run("77"),): "05"}


def test_a_file_shows_its_type_size_and_hash_and_no_key() -> None:
    file = encrypt(
        b"an invented picture",
        content_type="image/png",
        filename="teapot\u202egnp.exe",
        description="<b>look</b>",
        url_of=lambda digest: "https://elsewhere.example/x",
        random=random,
    )
    (part,) = of(file.part).parts
    assert (part.kind, part.picture, part.size) == ("file", True, len(file.ciphertext))
    assert part.digest == file.part.content_hash.hex()
    assert part.filename == (Run("teapot"), Run("U+202E right-to-left override", sign=True), Run("gnp.exe"))
    assert part.url == ()
    assert file.part.key.hex() not in repr(part)


def test_a_link_without_a_key_is_shown_as_words_only() -> None:
    link = ExternalPart("image/png", "https://evil.example/" + "x" * 2000, 0, 5, 0, b"", b"", b"", 0, b"", "", "")
    (part,) = of(link).parts
    assert not part.picture
    assert part.url[0].text.startswith("https://evil.example/")
    assert part.url[-1] == Run("1021 more characters", sign=True)


def test_what_a_message_says_of_itself() -> None:
    said = of(NullPart(), replaces=ID, expires=Expiry(True, 60), topic_id=b"tea").facts
    assert said == (f"deletes message {ID.hex()}", "disappears 60 s after reading", "belongs to topic 746561")
    assert of(text("👍", disposition=REACTION), in_reply_to=ID).facts == (f"answers message {ID.hex()}",)
    assert of(text("👍", disposition=REACTION)).parts[0].about == "reaction"
    assert of(text("x", disposition=200)).parts[0].about == "of an unknown kind"
    assert of(text("x"), extensions={-3: 2}).facts == ("says that it was passed on",)


def test_a_text_that_is_no_text_is_shown_with_signs() -> None:
    (part,) = of(SinglePart("text/plain", b"tea\xff\xfepot")).parts
    assert part.runs == (Run("tea\ufffd\ufffdpot"),)


@pytest.mark.parametrize("data", [b"", b"\x80", b"an invented insult"])
def test_what_cannot_be_read_says_so_and_shows_bytes(data: bytes) -> None:
    found = shown(data)
    assert found.parts == ()
    assert found.unreadable.endswith(f": {data.hex(' ', 4)}")


@given(st.binary(max_size=100))
def test_any_bytes_are_laid_out(data: bytes) -> None:
    assert shown(data).unreadable or shown(data).parts
