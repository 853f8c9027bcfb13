# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of the key log's API: what a device, a witness or anybody may ask of the log.

Proofs travel as `keylog.proof` encodes them; what they prove is checked by `keylog.verify` and by nothing here.
`GET /v1/keylog/audit/INDEX` answers raw bytes (`keylog.audit.AuditUpdate`). Only the lookup and `returns` need a
session.
"""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from privity.wire.numbers import Count
from privity.wire.rest import Answer, Body

MAX_RETURNED: Final = 1_000
"""Values in one request: each costs the hub a VRF output, and a new list every week makes fewer in fifteen years."""

Values = Annotated[list[bytes], msgspec.Meta(min_length=1, max_length=MAX_RETURNED)]
"""Consecutive versions of one label, oldest first."""


class CheckpointAnswer(Answer, frozen=True):
    """`GET /v1/keylog/checkpoint?from=SIZE`: the newest checkpoint, proven to continue the one of that size."""

    proof: bytes


class Lookup(Body, frozen=True):
    """`POST /v1/keylog/lookup`: the newest version of a label, `u:USER-URI` or `s:HOST`.

    `from_version` is the first version whose value is wanted, `from_size` the size of the checkpoint that the caller
    remembers (0 for none). With `date_all` every version from `from_version` on is proven with its date; otherwise
    only resets and the versions after them.
    """

    label: str
    from_version: Count
    from_size: Count
    date_all: bool = False


class Looked(Answer, frozen=True):
    """The proof, and the published values from `from_version` on, contiguous up to the newest."""

    proof: bytes
    values: list[bytes]


class Consistency(Answer, frozen=True):
    """`GET /v1/keylog/consistency?from=A&to=B`: that the tree of size B begins with that of size A (RFC 6962)."""

    hashes: list[bytes]


class Evidence(Answer, frozen=True):
    """`GET /v1/keylog/evidence`: signed checkpoints of this log that cannot both be true, pair after pair."""

    notes: list[bytes]


class BringBack(Body, frozen=True):
    """`POST /v1/keylog/returns`: published values that the hub lost (KEYS_LOST), from any device, of any label.

    Only what the log published is taken. Versions that the hub holds are passed over when they are equal, so the same
    request again is harmless.
    """

    label: str
    values: Values


class BringBackOwn(Body, frozen=True):
    """`POST /v1/keylog/own-returns`: all lists of the caller's account from version 0 on, when the hub lost it.

    Needs no session: the hub may know nothing of the device. `signature` is SignWithLabel by the device key of
    `client_uri` (suite 1), label `wire.returns.OWN_RETURNS_LABEL`, over `wire.returns.own_returns_tbs`.
    """

    handle: str
    values: Values
    client_uri: str
    signature: bytes


class BroughtBack(Answer, frozen=True):
    """Answer of both: how many of the values the hub had lost."""

    taken: Count
