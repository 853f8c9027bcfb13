# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account: a random permanent URI, and the handle that points to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from privity.identity.uris import make_user_uri

_HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{1,30})[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Account:
    user_uri: str
    handle: str


def user_uri(host: str, user_id: str) -> str:
    """The user URI of an ID that matched `web.ID`."""
    return make_user_uri(host, user_id)


def is_handle(text: str) -> bool:
    """3 to 32 lower-case letters, digits, dots, hyphens and underscores, with a letter or digit at both ends."""
    return _HANDLE.fullmatch(text) is not None
