# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A member of the desk's staff as the demo sees one: a browser without scripts, with a passkey, at the desk's pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from privity.faces.demo.forms import Form, forms_of
from privity.faces.demo.home import Home
from privity.faces.demo.passkey import Passkey
from privity.faces.demo.steps import CheckFailed


@dataclass(slots=True)
class Colleague:
    """Signed in. `check` names the step that fails when a page is not what was expected."""

    check: str
    origin: str
    _http: aiohttp.ClientSession
    _passkey: Passkey = field(default_factory=Passkey, repr=False)
    _shown: str = field(default="", repr=False)
    """The page that came last."""

    @classmethod
    async def come(cls, home: Home, check: str, name: str, *roles: str) -> Self:
        """Invited at the command line, and here for the first time."""
        address = home.invite_staff(name, *roles)
        origin, _, code = address.partition("/join#")
        jar = aiohttp.CookieJar(unsafe=True)  # the desk is on loopback, by number or by name
        made = cls(check, origin, aiohttp.ClientSession(cookie_jar=jar))
        await made.submit("/join", "/join", code=code)
        await made.submit_last("/join/passkey")
        return made

    async def close(self) -> None:
        await self._http.close()

    async def get(self, path: str) -> str:
        return await self._ask("GET", path)

    async def submit(self, on: str, action: str, /, **given: str | list[str]) -> str:
        """Fill in the form of a page that goes to `action` and send it; the page that comes of it."""
        return await self.fill(self._form(await self.get(on), action), **given)

    async def submit_last(self, action: str, /, **given: str | list[str]) -> str:
        """Send a form of the page that came last."""
        return await self.fill(self._form(self._shown, action), **given)

    async def fill(self, form: Form, /, **given: str | list[str]) -> str:
        sent: list[tuple[str, str]] = [(name, value) for name, value in form.fields if name not in given]
        if form.passkey is not None:
            answer = self._passkey.create if form.passkey == "create" else self._passkey.get
            sent = [(name, value) for name, value in sent if name != "answer"]
            sent.append(("answer", answer(form.options, self.origin)))
        for name, value in given.items():
            sent += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        return await self._ask("POST", form.action, urlencode(sent))

    def _form(self, page: str, action: str) -> Form:
        """The first form that goes there: a case has one for the words of each report."""
        for form in forms_of(page):
            if form.action == action:
                return form
        raise CheckFailed(self.check, f"expected a form to {action} on the page, there is none")

    async def _ask(self, method: str, path: str, body: str | None = None) -> str:
        headers = {} if body is None else {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
        async with self._http.request(method, URL(self.origin + path), data=body, headers=headers) as response:
            text = await response.text()
            if response.status != 200:
                raise CheckFailed(self.check, f"the desk answered {method} {path} with status {response.status}")
            self._shown = text
            return text
