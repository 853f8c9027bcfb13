# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reading a page of observations that a newer hub may have written.

What comes before the first kind that this version does not know is taken; there the desk stands still. Nothing is
passed over: the hub keeps what follows for a week (`wire.observed.KEPT_MS`), and an observation that is counted late or
after others says something else.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from privity.desk.errors import HubMisbehaved, HubNewer
from privity.wire.numbers import Count
from privity.wire.observed import Observed, ObservedKind, ObservedPage
from privity.wire.rest import Answer

_KNOWN: Final = frozenset(ObservedKind)
_NAME: Final = re.compile(r"[a-z_]{1,32}")
"""What may be a kind's name: an error goes into a log, and whatever else stands there stays out of it."""


class _Unread(Answer, frozen=True):
    """An `ObservedPage` whose observations were not read yet."""

    observed: list[msgspec.Raw]
    next: Count


class _Begins(msgspec.Struct, frozen=True, array_like=True):
    """How an observation of any version begins."""

    number: Count
    at_ms: Count
    kind: str


def page_of(raw: bytes) -> ObservedPage:
    """What this version can read of it, in order.

    Raises HubNewer where it can read nothing of what waits, or HubMisbehaved.
    """
    try:
        return msgspec.json.decode(raw, type=ObservedPage)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _begun(raw)


def _begun(raw: bytes) -> ObservedPage:
    observed: list[Observed] = []
    try:
        for each in msgspec.json.decode(raw, type=_Unread).observed:
            kind = msgspec.json.decode(each, type=_Begins).kind
            if kind not in _KNOWN and _NAME.fullmatch(kind):
                return _up_to(observed, kind)
            observed.append(msgspec.json.decode(each, type=Observed))
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    raise HubMisbehaved("the answer to GET /observed is not a page of observations")


def _up_to(observed: list[Observed], kind: str) -> ObservedPage:
    if observed:
        return ObservedPage(observed, observed[-1].number)
    raise HubNewer(
        f"the hub observes {kind!r}, which this version of the desk does not know: update the desk. It takes no"
        " observation until then, and rules stand still; the hub keeps for a week what the desk did not take"
    )
