# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The token in every form: made from the cookie of this browser, which no other site can read or send along."""

from __future__ import annotations

import hmac
from typing import Final

from privity.desk.console.errors import ForeignRequest

FIELD: Final = "csrf"
_LABEL: Final = b"Privity desk form 1"


def token_of(cookie: str) -> str:
    """What the forms shown to this browser carry."""
    return hmac.digest(cookie.encode("utf-8", "replace"), _LABEL, "sha256").hex()


def check(cookie: str, token: str) -> None:
    """Raise ForeignRequest unless the form was shown to this browser."""
    if not cookie or not hmac.compare_digest(token_of(cookie).encode(), token.encode("utf-8", "replace")):
        raise ForeignRequest(
            "this form was not shown to this browser, or was before you signed in; load its page again"
        )
