# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Forms with files: every byte arrives, and what is no such form is refused by name."""

from __future__ import annotations

import random

import pytest

from privity.desk.console.errors import FormInvalid
from privity.desk.console.uploads import UNTYPED, parts_of
from privity.desk.staff.rights import Role
from tests.desk.console.conftest import Pages
from tests.desk.console.legal_scene import BOUNDARY, LegalPages, desk, fresh, multipart

__all__ = ["desk", "fresh"]

KNOWN = BOUNDARY.encode()


def test_every_byte_of_every_field_and_file_arrives() -> None:
    seeded = random.Random(17)
    files = [
        (f"field{at}", f"ünï {at}.bin", "image/png", seeded.randbytes(seeded.randrange(2000)) + b"\r\n" * (at % 3))
        for at in range(40)
    ]
    fields: dict[str, str | list[str]] = {"one": "a\r\nb", "two": ["x", "", "ü"], "three": ""}
    found, came = parts_of(multipart(fields, files), KNOWN)
    assert found == {"one": ["a\nb"], "two": ["x", "", "ü"], "three": [""]}
    assert [(each.field, each.name, each.media_type, each.content) for each in came] == files


def test_a_field_for_a_file_that_was_left_empty_brings_none() -> None:
    fields, files = parts_of(multipart({}, [("file", "", "application/octet-stream", b"")]), KNOWN)
    assert (fields, files) == ({}, ())


def test_a_type_that_is_none_is_no_type() -> None:
    (file,) = parts_of(multipart({}, [("file", "x", "text/html\x7f; <script>", b"x")]), KNOWN)[1]
    assert file.media_type == UNTYPED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--" + KNOWN,
        b"before" + multipart({"a": "b"}),
        multipart({"a": "b"})[:-4],
        multipart({"a": "b"}) + b"after",
        multipart({"a": "b"}).replace(b"form-data", b"attachment"),
        multipart({"a": "b"}).replace(b'name="a"', b"name=a"),
        multipart({"a": "b"}).replace(b"\r\n\r\n", b"\r\n"),
        multipart({"a": "b"}).replace(b"\r\n\r\nb", b"\r\n\r\n\xff"),
        multipart({"a": "b"}).replace(b'"a"', b'"\xff"'),
        multipart({str(at): "" for at in range(1001)}),
    ],
    ids=[
        "nothing",
        "a-beginning",
        "something-before",
        "cut-off",
        "something-after",
        "another-disposition",
        "no-quotes",
        "no-head",
        "no-text",
        "no-name",
        "too-many",
    ],
)
def test_what_is_no_such_form_is_refused(body: bytes) -> None:
    with pytest.raises(FormInvalid):
        parts_of(body, KNOWN)


async def test_a_form_that_names_no_boundary_is_refused(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    body = multipart({"csrf": await clerk.token()})
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=a b"):
        answer = await clerk.send("/legal/file", body, {"Content-Type": kind})
        assert answer.status == 400 and "FormInvalid" in answer.text, kind


async def test_a_page_that_takes_no_files_takes_no_such_form(console: Pages) -> None:
    visitor = await console.visitor(Role.ADMIN)
    body = multipart({"csrf": await visitor.token(), "name": "x", "role": "auditor"})
    answer = await visitor.send("/staff/invite", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    assert answer.status == 400 and "FormInvalid" in answer.text


async def test_a_form_with_files_is_bounded_and_carries_the_token(desk: LegalPages) -> None:
    clerk = await desk.clerk()
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    token = await clerk.token()
    too_much = multipart({"csrf": token}, [("file", "x", "text/yaml", bytes(1 << 20) * 2)])
    answer = await clerk.send("/agency/file/sign", too_much, kind)
    assert answer.status == 413 and "FormTooLarge" in answer.text
    foreign = await clerk.send("/legal/file", multipart({"csrf": "0" * 64, "request": "a: b"}), kind)
    assert foreign.status == 403 and "ForeignRequest" in foreign.text
    assert desk.db.execute("SELECT count(*) FROM legal_request").fetchone() == (0,)
