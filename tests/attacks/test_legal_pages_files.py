# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files and words of strangers on the pages of the legal desk: their names, what is in them, how much it is."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import Any, Final

import pytest

from privity.desk.console import agency_filing
from privity.desk.console.headers import HEADERS
from privity.desk.legal.requests import filing, service
from privity.desk.legal.requests.model import Document, State
from privity.desk.legal.requests.taking import ACKNOWLEDGEMENT
from privity.desk.staff.rights import Role
from tests.desk.console.legal_floor import House, house, release
from tests.desk.console.legal_scene import BOUNDARY, LegalPages, desk, fresh, multipart, send_files
from tests.desk.contents import contents
from tests.desk.legal.casework import CLERK, written

__all__ = ["desk", "fresh", "house"]

SCRIPT: Final = b"<script>alert(1)</script>"
ACTIVE: Final = {
    "a page": ("text/html", b"<!doctype html>" + SCRIPT),
    "a picture that runs": ("image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    "a page in disguise": ("image/png", b"<!doctype html>" + SCRIPT),
    "a feed": ("application/xhtml+xml", b'<html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>"),
    "a script": ("text/javascript", b"alert(1)"),
    "two types": ("text/plain, text/html", SCRIPT),
    "a type with a tail": ("text/plain;x=<b>", SCRIPT),
}
NAMES: Final = (
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/shadow",
    "invoice\u202egpj.exe",
    "a\x00b\x1b[2J.pdf",
    "<img src=x onerror=alert(1)>.pdf",
    "{{7*7}}{% raw %}",
    "e" + "\u0301" * 80,
    "x" * 900,
    "zero\u200bwidth\ufeff.pdf",
)
SAFE: Final = re.compile(r'attachment; filename="[A-Za-z0-9][A-Za-z0-9._-]*"')


def attached(desk: LegalPages, number: int) -> list[int]:
    return [each.number for each in service.papers(desk.db, CLERK, number) if each.kind is Document.ATTACHMENT]


def count(desk: LegalPages) -> int:
    (found,) = desk.db.execute("SELECT count(*) FROM legal_request").fetchone()
    return int(found)


async def test_what_strangers_attach_comes_back_as_a_file_and_never_as_a_page(desk: LegalPages) -> None:
    clerk, stranger = await desk.clerk(), desk.browser()
    files = [("attachment", "order.pdf", kind, content) for kind, content in ACTIVE.values()]
    answer = await send_files(stranger, "/agency/file", files, {"request": "YTogYg=="})
    assert answer.body == ACKNOWLEDGEMENT
    numbers = attached(desk, 1)
    assert len(numbers) == len(ACTIVE)
    for (what, (_, content)), number in zip(ACTIVE.items(), numbers, strict=True):
        given = await clerk.post(f"/legal/1/paper/{number}")
        if given.headers["Content-Type"].startswith("text/html"):
            assert "evidence-text" in given.text and SCRIPT.decode() not in given.text, what
            continue
        assert given.headers["Content-Type"].startswith("application/octet-stream"), what
        assert SAFE.fullmatch(given.headers["Content-Disposition"]), given.headers["Content-Disposition"]
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert given.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert given.headers["Cache-Control"] == "no-store"
        assert given.body == content, what
        assert (await clerk.get(f"/legal/1/paper/{number}")).status == 405, "no address shows it, to no <img> either"


async def test_a_name_of_a_file_is_words_and_leads_nowhere(desk: LegalPages) -> None:
    clerk, stranger = await desk.clerk(), desk.browser()
    files = [("attachment", name, "application/pdf", b"%PDF-1.7") for name in NAMES]
    assert (await send_files(stranger, "/agency/file", files, {"request": "YTogYg=="})).body == ACKNOWLEDGEMENT
    page = (await clerk.get("/legal/1")).text
    for hidden in ("\u202e", "\x00", "\x1b", "\u200b", "\ufeff", "\u0301" * 10):
        assert hidden not in page, repr(hidden)
    for named in ("U+202E right-to-left override", "U+0000", "U+001B", "U+200B zero width space", "more marks"):
        assert named in page, named
    assert "<img src=x" not in page and "{{7*7}}" in page
    assert "x" * (filing.MAX_NAME + 1) not in page, "and it is as long as a line"
    for number in attached(desk, 1):
        given = await clerk.post(f"/legal/1/paper/{number}")
        assert SAFE.fullmatch(given.headers["Content-Disposition"])
        assert given.headers["Content-Disposition"] == f'attachment; filename="legal-1-{number}.bin"'


async def test_no_name_that_comes_from_outside_breaks_out_of_a_head(desk: LegalPages) -> None:
    """Of a part of the form, and of an answer: a quotation mark or a line's end in a name is no further head."""
    clerk = await desk.clerk()
    desk.work.submitted()
    token = await clerk.token()
    for name in ('a"; filename="b', "a\r\nContent-Type: text/html\r\n\r\n<b>", "a\nb", 'a"\r\nX: y'):
        body = multipart({"csrf": token}, [("attachment", name, "text/plain", b"x")])
        answer = await clerk.send(
            "/legal/1/attach", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        )
        assert answer.status in (303, 400), (name, answer.text)
        for number in attached(desk, 1):
            given = await clerk.post(f"/legal/1/paper/{number}")
            assert "X" not in given.headers
            assert "Content-Disposition" not in given.headers or SAFE.fullmatch(given.headers["Content-Disposition"])


async def test_every_file_that_leaves_the_pages_has_a_name_of_this_house(house: House) -> None:
    made = await house.ready()
    clerk = await house.clerk()
    at = f"/legal/{made.request}"
    letter = await clerk.post(f"{at}/letter/write", sort="not_held", remarks='x"; filename="y')
    officer = house.outside()
    officer.passkey = house.floor.bureau.keys[house.floor.team().officer]
    package = await officer.submit(f"/agency/download/{made.name}", f"/agency/download/{made.name}")
    for given in (letter, package):
        assert given.status == 200, given.text
        assert given.headers["Content-Type"].startswith("application/octet-stream")
        assert SAFE.fullmatch(given.headers["Content-Disposition"]), given.headers
        assert given.headers["Cache-Control"] == "no-store" and given.headers["X-Content-Type-Options"] == "nosniff"
    shown = await clerk.post(f"{release(made.request)}/{made.number}/file", {"path": "data/index.html"})
    assert "<!doctype html>\n<html" in shown.text and shown.text.count("<html") == 1, "as words within a page of ours"


async def test_a_bomb_stays_as_small_as_it_came(desk: LegalPages) -> None:
    """Nothing is unpacked: neither an archive, nor a picture, nor a body that says that it is compressed."""
    clerk, stranger = await desk.clerk(), desk.browser()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(20 << 20))
    bomb = packed.getvalue()
    assert len(bomb) < 1 << 16
    files = [("attachment", "order.zip", "application/zip", bomb)]
    assert (await send_files(stranger, "/agency/file", files, {"request": "YTogYg=="})).body == ACKNOWLEDGEMENT
    (paper,) = [each for each in service.papers(desk.db, CLERK, 1) if each.kind is Document.ATTACHMENT]
    assert paper.size == len(bomb)
    assert (await clerk.post(f"/legal/1/paper/{paper.number}")).body == bomb
    assert len((await clerk.get("/legal/1")).text) < 1 << 18
    squeezed = zlib.compress(multipart({"csrf": await stranger.token(), "request": "0" * (20 << 20)}))
    answer = await stranger.send(
        "/agency/file",
        squeezed,
        {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Content-Encoding": "deflate"},
    )
    assert answer.status in (400, 413), answer.text
    assert count(desk) == 1


async def test_what_is_empty_or_too_much_is_refused_and_nothing_of_it_is_kept(
    desk: LegalPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, number = await desk.clerk(), desk.work.submitted()
    at = f"/legal/{number}/attach"
    before = contents(desk.db)["legal_document"]
    nothing = await send_files(clerk, at, [("attachment", "", "application/octet-stream", b"")])
    other = await send_files(clerk, at, [("elsewhere", "x.pdf", "application/pdf", b"x")])
    many = await send_files(clerk, at, [("attachment", f"{n}", "text/plain", b"x") for n in range(33)])
    assert (nothing.status, other.status) == (400, 400)
    assert many.status == 409 and "at most 32 attachments" in many.text
    monkeypatch.setattr(filing, "MAX_ATTACHED", 1000)
    large = await send_files(clerk, at, [("attachment", f"{n}", "text/plain", bytes(600)) for n in range(2)])
    assert large.status == 409
    assert contents(desk.db)["legal_document"] == before, "not the first of them either"
    monkeypatch.setattr(agency_filing, "MAX_OPEN", 1000)
    assert (await send_files(clerk, at, [("attachment", "empty", "text/plain", b"")])).status == 303
    (paper,) = [each for each in service.papers(desk.db, CLERK, number) if each.kind is Document.ATTACHMENT]
    assert (await clerk.post(f"/legal/{number}/paper/{paper.number}")).status == 200, "a file of no bytes is one"


async def test_a_request_that_is_no_request_is_kept_and_shown_and_breaks_no_page(desk: LegalPages) -> None:
    clerk, stranger = await desk.clerk(), desk.browser()
    for body in (b"\xff\xfe\x00", b"", b"[" * 3000, b"a: &a [*a]", b"targets: " + SCRIPT, written() + b"\x00"):
        await send_files(stranger, "/agency/file", [], {"request": body.decode("latin-1")})
    assert count(desk) == 6
    for number in range(1, 7):
        page = await clerk.get(f"/legal/{number}")
        assert page.status == 200 and SCRIPT.decode() not in page.text
        request = service.papers(desk.db, CLERK, number)[0].number
        assert (await clerk.post(f"/legal/{number}/paper/{request}")).status == 200
        assert (await clerk.submit(f"/legal/{number}", f"/legal/{number}/verify")).status == 303
        assert service.of(desk.db, number).state is State.VERIFYING
    assert (await clerk.get("/legal")).status == 200


async def test_what_a_request_cites_is_named_sign_by_sign_wherever_it_stands(house: House) -> None:
    """The basis of a bar is filled in from the request: what a stranger wrote stands on the page of a colleague."""
    hidden = "18 USC 2705(b)\u202e\u200b court of Example"
    secret: dict[str, Any] = {"gag_requested": True, "gag_basis": hidden, "gag_until": "2027-02-01"}
    number = house.post.collected(**secret)
    clerk = await house.clerk()
    at = f"/legal/{number}/notice"
    await clerk.submit(at, f"{at}/bar", kind="order")
    lines = (await clerk.get(at)).text.split("Bar 1</strong>")[1].split("</p>")[0]
    assert "U+202E right-to-left override" in lines and "\u202e" not in lines and "\u200b" not in lines
    somebody = await house.somebody(Role.LEGAL_CLERK)
    page = (await somebody.get(f"/legal/{number}")).text
    assert "\u202e" not in page and "right-to-left override" in page
