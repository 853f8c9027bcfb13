# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package from its logged release to the file that is fetched. It sees no database, and may run in a thread.

Whatever does not hold ends it before anything is kept: there is no package that was not verified by a process of its
own, and none that is not encrypted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyrage

from privity.desk.audit.proof import EntryProof
from privity.desk.legal.releasing import recipients
from privity.desk.legal.releasing.approvals import Approval
from privity.desk.legal.releasing.finishing import finish
from privity.desk.legal.releasing.parts import check_size
from privity.desk.legal.releasing.sealing import Seal
from privity.production import age_key, archive, writing
from privity.production.building import Package, Prepared
from privity.production.envelope import Signer
from privity.production.timestamping import NONCE_BYTES, Stamping


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that it takes."""

    prepared: Prepared = field(repr=False)
    words: Mapping[str, str] = field(repr=False)
    approved_at: str
    approved: tuple[Approval, ...] = field(repr=False)
    release: EntryProof = field(repr=False)
    signers: tuple[Signer, ...] = field(repr=False)
    seal: Seal
    roots: bytes = field(repr=False)
    published: str
    trusted: bytes = field(repr=False)
    """The keys as the house publishes them: what its receiver will check with."""
    recipients: tuple[str, ...]
    nonce: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept of a package."""

    dsse_sha256: bytes
    package: bytes = field(repr=False)
    proof: bytes = field(repr=False)

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.package).digest()


def make(job: Job, ask: Stamping) -> Made:
    """Raises NotApproved, NotLogged, NotStamped, NotSealed, TooLarge, or what makes no package."""
    assert len(job.nonce) == NONCE_BYTES
    recipients.must_be_approved(job.prepared.facts, job.recipients)

    def write_letter(dsse: bytes) -> bytes:
        # What sets letters is loaded where one is written: a desk starts without it.
        from privity.desk.legal.releasing.letter import letter

        facts, named = job.prepared.facts, hashlib.sha256(dsse).hexdigest()
        text = letter(facts, job.words, job.approved_at, job.published, named)
        return job.seal.put_on(text, facts.operator.name, ask)

    package = finish(
        job.prepared,
        job.approved_at,
        job.approved,
        job.release,
        job.signers,
        ask,
        job.roots,
        job.nonce,
        write_letter,
    )
    writing.must_verify(package, job.trusted, job.roots)
    return Made(bytes.fromhex(package.dsse_sha256), encrypted(package, job.recipients), _proof(package))


def encrypted(package: Package, keys: tuple[str, ...]) -> bytes:
    """The package as one archive, for nobody but these. Raises BadRecipient or TooLarge."""
    packed = archive.pack(package.case, package.files)
    check_size(packed)
    checked = [pyrage.x25519.Recipient.from_str(age_key.checked(one)) for one in keys]
    return bytes(pyrage.encrypt(packed, checked))


def _proof(package: Package) -> bytes:
    """What shows later which package it was: hashes, signatures and times, and no record of anybody."""
    files = {path: data for path, data in package.files.items() if path.startswith("attest/")}
    return archive.pack(package.case, files)
