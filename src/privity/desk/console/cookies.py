# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two cookies: one at the door, of somebody who is nobody yet, and one of a session. Scripts read neither.

Coming in always makes a new session token, and leaves the door's cookie behind: what somebody else may have put into
a browser before is worth nothing afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

_TOKEN: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Cookies:
    """How the cookies are called and kept at this origin."""

    secure: bool
    """Whether the origin is https; then the browser holds them to this host alone (`__Host-`)."""

    @property
    def session(self) -> str:
        return self._name("privity-desk")

    @property
    def door(self) -> str:
        return self._name("privity-desk-door")

    def read(self, request: web.Request, name: str) -> str:
        """The cookie, or nothing where it is not one of ours."""
        value = request.cookies.get(name, "")
        return value if _TOKEN.fullmatch(value) else ""

    def set(self, response: web.Response, name: str, value: str) -> None:
        response.set_cookie(name, value, httponly=True, samesite="Strict", secure=self.secure, path="/")

    def drop(self, response: web.Response, name: str) -> None:
        response.del_cookie(name, httponly=True, samesite="Strict", secure=self.secure, path="/")

    def fresh(self, random: Callable[[int], bytes]) -> str:
        return random(32).hex()

    def _name(self, name: str) -> str:
        return f"__Host-{name}" if self.secure else name
