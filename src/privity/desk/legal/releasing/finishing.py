# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An operator's package: approved by two people, logged, signed twice, stamped, with a letter about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from privity.desk.audit.proof import EntryProof
from privity.desk.legal.releasing import approvals, log_entry
from privity.desk.legal.releasing.approvals import Approval
from privity.production import envelope, statement
from privity.production.building import Package, Prepared, packaged
from privity.production.envelope import Signer
from privity.production.errors import BadMoment
from privity.production.model import Use
from privity.production.timestamping import Stamping, stamp


def finish(
    prepared: Prepared,
    approved_at: str,
    approved: Sequence[Approval],
    release: EntryProof,
    signers: Sequence[Signer],
    ask: Stamping,
    roots: bytes,
    nonce: bytes,
    write_letter: Callable[[bytes], bytes],
) -> Package:
    """`write_letter` is given the envelope. Raises NotApproved, NotLogged, BadMoment, WrongSigners or BadTimeStamp."""
    encoded = approvals.encode(tuple(approved))
    challenge = prepared.manifest.digest()
    for each in approved:
        approvals.check(each, challenge)
    payload = statement.complete(prepared.manifest, approved_at, encoded, log_entry.stated(prepared.manifest, release))
    dsse = envelope.sign(prepared.facts.kind, payload, signers)
    token, at = stamp(ask, dsse, roots, nonce)
    if at < approved_at:
        raise BadMoment(f"the authority stamped at {at}, the approval is said to be of {approved_at}")
    letter = write_letter(dsse)
    (service,) = (signer for signer in signers if signer.key.use is Use.SERVICE)
    attest = {
        statement.APPROVALS: encoded,
        statement.CHECKPOINT: release.note.encode(),
        statement.KEYS: prepared.keys,
        statement.DSSE: dsse,
        statement.TOKEN: token,
        statement.LETTER_SIGNATURE: service.sign(envelope.letter_claim(dsse, letter)),
    }
    return packaged(prepared, attest, letter)
