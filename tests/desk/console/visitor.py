# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A browser without scripts but with a passkey: it follows forms as they stand on a page, and keeps cookies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from aiohttp.test_utils import TestClient

from privity.faces.demo.forms import Form, forms_of
from tests.desk.staff.authenticator import Authenticator

ORIGIN: Final = "https://desk.example"
SESSION: Final = "__Host-privity-desk"
DOOR: Final = "__Host-privity-desk-door"


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def forms(self) -> list[Form]:
        return forms_of(self.text)

    def form(self, action: str) -> Form:
        """The form with this action; a test that looks for one that is not there fails."""
        found = [each for each in self.forms if each.action == action]
        assert len(found) == 1, f"{len(found)} forms go to {action}; there are {[each.action for each in self.forms]}"
        return found[0]


@dataclass
class Visitor:
    """One browser at the desk. `passkey` is whoever uses it."""

    client: TestClient[web.Request, web.Application]
    origin: str = ORIGIN
    passkey: Authenticator = field(default_factory=Authenticator)
    number: int = 0
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def is_in(self) -> bool:
        """Whether the browser carries a session; whether it is worth anything only the desk knows."""
        return any(name.endswith("privity-desk") for name in self.cookies)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        return await self._send("GET", path, b"", headers or {})

    async def post(
        self, path: str, fields: Mapping[str, str | list[str]] | None = None, **more: str | list[str]
    ) -> Answer:
        """A form that this browser never saw, with a token that fits."""
        given = {"csrf": await self.token(), **(fields or {}), **more}
        return await self.send(path, urlencode(given, doseq=True).encode())

    async def send(self, path: str, body: bytes, headers: dict[str, str] | None = None) -> Answer:
        """Any bytes as a form."""
        usual = {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        return await self._send("POST", path, body, usual | (headers or {}))

    async def submit(self, on: str, action: str, /, **fields: str | list[str]) -> Answer:
        """Load the page `on`, fill in the form there that goes to `action`, and send it."""
        answer = await self.get(on)
        assert answer.status == 200, (answer.status, answer.text)
        return await self.fill(answer.form(action), **fields)

    async def fill(self, form: Form, /, **fields: str | list[str]) -> Answer:
        """Send a form of a page that was loaded, with the passkey's answer if it asks for one."""
        given = dict[str, str | list[str]]()
        for name, value in form.fields:
            before = given.get(name)
            given[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
        if form.passkey is not None:
            answer = self.passkey.create if form.passkey == "create" else self.passkey.get
            given["answer"] = answer(form.options, self.origin)
        given |= fields
        return await self.send(form.action, urlencode(given, doseq=True).encode())

    async def token(self) -> str:
        """A token for forms of this browser, read from the first form of a page that everybody has."""
        page = await self.get("/help" if self.is_in else "/join")
        found = [value for each in page.forms for name, value in each.fields if name == "csrf"]
        return found[0] if found else "0" * 64

    async def sign_in(self) -> Answer:
        return await self.submit("/sign-in", "/sign-in")

    async def join(self, code: str, label: str = "a key") -> Answer:
        """Come for the first time, with a code."""
        page = await self.submit("/join", "/join", code=code)
        if page.status != 200:
            return page
        return await self.fill(page.form("/join/passkey"), label=label)

    async def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        sent = {"Host": urlsplit(self.origin).netloc, **headers}
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        async with self.client.request(
            method, path, data=body or None, headers=sent, allow_redirects=False, skip_auto_headers=["Content-Type"]
        ) as response:
            raw = await response.read()
            for line in response.headers.getall("Set-Cookie", []):
                self._keep(SimpleCookie(line))
            return Answer(response.status, raw.decode("utf-8", "replace"), dict(response.headers), raw)

    def _keep(self, cookies: SimpleCookie) -> None:
        for name, morsel in cookies.items():
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
