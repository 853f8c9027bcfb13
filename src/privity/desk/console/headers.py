# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What every answer of the desk says to the browser about itself."""

from __future__ import annotations

from typing import Final

from aiohttp import web

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
"""Own scripts, styles and pictures only, nothing in line; forms go to this desk; nothing may frame a page."""
HEARING: Final = f"{POLICY}; media-src 'self'"
"""For the one page on which a sound of this desk's own making is heard."""

HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
    "Server": "privity",
    "Permissions-Policy": (
        "publickey-credentials-get=(self), publickey-credentials-create=(self),"
        " camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()"
    ),
}


def put_on(response: web.StreamResponse) -> None:
    """What every answer says; a page that asked for HEARING keeps it, and any other policy is this desk's."""
    heard = response.headers.get("Content-Security-Policy") == HEARING
    response.headers.update(HEADERS | ({"Content-Security-Policy": HEARING} if heard else {}))
