# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Bodies of the key log's API: what a device, a witness or anybody may ask of the log.

Proofs travel as `keylog.proof` encodes them; what they prove is checked by `keylog.verify` and by nothing here.
`GET /v1/keylog/audit/INDEX` answers raw bytes (`keylog.audit.AuditUpdate`). Only the lookup needs a session.
"""

from __future__ import annotations

from privity.wire.numbers import Count
from privity.wire.rest import Answer, Body


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
