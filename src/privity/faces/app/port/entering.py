# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How a page comes in: it changes the token of its address for words of its own, and proves itself on each connection.

On a connection the page says `Hello`, the daemon proves itself by a `DaemonProof`, the page does by a `PageProof`, and
gets a fresh session by `Renewed`. A page that is not convinced says nothing more. `faces/app/tokens.py` has what is
proven.
"""

from __future__ import annotations

from privity.faces.app.port.shape import Shape


class Enter(Shape, frozen=True, kw_only=True):
    """The body of `POST /session`."""

    token: str


class Entered(Shape, frozen=True, kw_only=True):
    """Its answer, and that of `POST /session/again`, which a page asks that was loaded anew."""

    session: str
    """Goes with every fetch. It ends with the daemon, so that the browser's storage may keep it."""
    name: str
    lasting: str
    """Never sent again, and kept nowhere but in the page's memory."""

    def __repr__(self) -> str:
        return f"<Entered {self.name}>"


class Hello(Shape, frozen=True, kw_only=True):
    """The page's first frame."""

    name: str
    nonce: str


class DaemonProof(Shape, frozen=True, kw_only=True):
    """The daemon's first frame."""

    nonce: str
    proof: str


class PageProof(Shape, frozen=True, kw_only=True):
    """The page's second frame."""

    proof: str


class Renewed(Shape, frozen=True, kw_only=True):
    """The daemon's second frame: the session of this connection, in the place of the one before."""

    session: str

    def __repr__(self) -> str:
        return "<Renewed session>"
