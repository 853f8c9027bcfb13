# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever somebody types stays text, whatever is no form of ours is refused by name, and no other site sends one."""

from __future__ import annotations

import os
import random
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from privity.server.notices.forms import NOTICE
from privity.server.notices.model import Handed
from privity.wire.staff import Verb
from tests.attacks.open_hub import ENOUGH, OpenHub, open_hub, request, say
from tests.server.notices.visiting import FORM, INTAKE_PUBLIC, Visitor, relayed
from tests.server.staff.deciding import Desk

PROVE_FORMS = int(os.environ.get("PRIVITY_PROVE_FORMS", "20000"))
FORM_TYPE = ("Content-Type", "application/x-www-form-urlencoded")
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><form action=https://elsewhere.example>",
    "' onfocus='alert(1)' autofocus='",
    "{{7*7}} ${7*7} {host} {0.__class__} %s %(x)s",
    "javascript:alert(1)",
    "\u202etxt.exe\u2066\u200b\ufeff",
    "Z\u0301" + "\u0301" * 100,
    "&lt;script&gt; &amp; &#60;",
    "\x00\x01\x1b[31m\x7f\x85\u2028",
    "]]><!--<?php -->",
)
ALLOWED = {"html", "head", "meta", "link", "title", "body", "main", "h1", "h2", "p", "a", "form", "fieldset", "legend"}
ALLOWED |= {"label", "input", "select", "option", "textarea", "button", "div", "section", "ul", "ol", "li", "time"}
ALLOWED |= {"dl", "dt", "dd", "code"}


class Structure(HTMLParser):
    """The elements and attributes of a page, in order; what people typed is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, tag
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("style", "src", "srcdoc"), (tag, name)
            if name in ("href", "action"):
                assert value is not None and value.startswith(("/notice", "#")), value
        self.found.append((tag, tuple(name for name, _ in attrs)))


def structure(text: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Structure()
    parser.feed(text)
    parser.close()
    return parser.found


async def test_hostile_text_is_shown_as_text(hub: OpenHub, visitor: Visitor) -> None:
    plain = dict.fromkeys(("address", "words", "name", "email"), "x y")
    harmless = structure((await visitor.notify(**plain, good_faith="")).text)
    for words in HOSTILE:
        page = await visitor.notify(**dict.fromkeys(plain, words), good_faith="")
        assert page.status == 400
        assert [tag for tag, _ in structure(page.text)] == [tag for tag, _ in harmless], words
        assert "<" not in words or words not in page.text


async def test_hostile_words_of_the_desk_are_text_too(hub: OpenHub, visitor: Visitor) -> None:
    """Whoever took over the desk's console writes into no browser of a victim."""
    desk = Desk(hub.world)
    pages = []
    for words in ("plain", *HOSTILE):
        handed = await visitor.made()
        await desk.done(Verb.TELL, f"notice:{handed.receipt}", text=words.replace("\0", ""))
        pages.append(structure((await visitor.look_up(handed)).text))
        hub.world.clock.now += 600_000
    assert all(page == pages[0] for page in pages)


async def test_every_page_forbids_scripts_frames_and_caches(hub: OpenHub, visitor: Visitor) -> None:
    handed = await visitor.made()
    for page in (
        await visitor.get(),
        await visitor.get("/notice/status"),
        await visitor.get("/notice/style.css"),
        await visitor.notify(words=""),
        await visitor.look_up(handed),
        await visitor.look_up(Handed("0", "0")),
        await visitor.post("/notice", b"\xff"),
    ):
        policy = page.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'")
        assert "unsafe" not in policy and "script" not in policy
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert "<script" not in page.text and "style=" not in page.text
    assert 'name="robots" content="noindex"' in (await visitor.get()).text


ORIGINS: tuple[tuple[dict[str, str], int], ...] = (
    ({}, 200),
    ({"Origin": "{own}"}, 200),
    ({"Origin": "{own}", "Sec-Fetch-Site": "same-origin"}, 200),
    ({"Sec-Fetch-Site": "none"}, 200),
    ({"Origin": "https://elsewhere.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": ""}, 403),
    ({"Origin": "{own}.elsewhere.example"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Origin": "{own}", "Sec-Fetch-Site": "cross-site"}, 403),
)


async def test_a_page_of_another_site_sends_no_form_here(hub: OpenHub, visitor: Visitor) -> None:
    own = f"http://127.0.0.1:{hub.port}"
    for headers, status in ORIGINS:
        sent = {name: value.replace("{own}", own) for name, value in headers.items()}
        page = await visitor.post("/notice", FORM, **sent)
        assert page.status == status, (headers, page.text)
        hub.world.clock.now += 600_000
    assert len(await relayed(hub.world)) == sum(status == 200 for _, status in ORIGINS)


NO_FORMS = (
    b"",
    b"&",
    b"words",
    b"\xff\xfe",
    b"words=%ff",
    urlencode({**FORM, "more": "1"}).encode(),
    urlencode(FORM).encode() + b"&words=twice",
    b"&".join([b"words=1"] * 100_000)[: 60 * 1024],
    b"a" * (64 * 1024 + 1),
)


async def test_what_is_no_form_of_ours_is_refused_by_name(hub: OpenHub, visitor: Visitor) -> None:
    for body in NO_FORMS:
        page = await visitor.post("/notice", body)
        assert page.status in (400, 413), (body[:80], page)
        assert page.refused in ("malformed", "too_large") or not body
    for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
        page = await visitor.post("/notice", FORM, **{"Content-Type": kind})
        assert (page.status, page.refused) == (400, "malformed")
    assert await relayed(hub.world) == []


async def test_without_a_desk_nobody_is_asked_to_write(hub: OpenHub, visitor: Visitor) -> None:
    object.__setattr__(hub.world.context.config, "intake_public_key", None)
    for page in (await visitor.get(), await visitor.notify()):
        assert (page.status, page.refused) == (503, "unavailable")


def any_form(chosen: random.Random) -> bytes:
    fields: list[tuple[str, str]] = [(name, FORM.get(name, "")) for name in sorted(NOTICE)]
    for _ in range(chosen.randrange(4)):
        at = chosen.randrange(len(fields))
        name, value = fields[at]
        match chosen.randrange(4):
            case 0:
                del fields[at]
            case 1:
                fields[at] = (name, chosen.choice(HOSTILE))
            case 2:
                fields[at] = (chosen.choice(sorted(NOTICE)), value)
            case _:
                fields[at] = (name, str(chosen.choice((-1, 11, 256, 1 << 64, "٣", "０", 1.5))))
    data = bytearray(urlencode(fields).encode("utf-8"))
    if chosen.random() < 0.3:
        data[chosen.randrange(len(data))] = chosen.randrange(256)
    return bytes(data)


async def try_forms(hub: OpenHub, seed: int, count: int) -> None:
    chosen = random.Random(seed)
    taken = 0
    for _ in range(count):
        body = any_form(chosen)
        heard = await say(hub.port, request("POST", "/notice", [FORM_TYPE], body))
        assert heard.status in (200, 400, 503), (body, heard)
        taken += heard.status == 200
        structure(heard.body.decode())
    assert 0 < taken < count


async def test_any_form_is_a_page(tmp_path: Path) -> None:
    async with open_hub(tmp_path, ENOUGH, INTAKE_PUBLIC) as hub:
        await try_forms(hub, seed=1, count=150)
        assert hub.bugs() == []


@pytest.mark.prove
async def test_any_form_is_a_page_at_the_full_count(tmp_path: Path) -> None:
    async with open_hub(tmp_path, ENOUGH, INTAKE_PUBLIC) as hub:
        await try_forms(hub, seed=2, count=PROVE_FORMS)
        assert hub.bugs() == []
