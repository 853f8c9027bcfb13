# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account: a random permanent URI, and the handle that points to it."""

from __future__ import annotations

from dataclasses import dataclass

from privity.identity.uris import make_user_uri


@dataclass(frozen=True, slots=True)
class Account:
    user_uri: str
    handle: str


def user_uri(host: str, user_id: str) -> str:
    """The user URI of an ID that matched `web.ID`."""
    return make_user_uri(host, user_id)
