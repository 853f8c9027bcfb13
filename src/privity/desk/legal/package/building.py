# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package from its records to its last byte: prepared, shown to two people, logged, signed, stamped.

Time comes from outside: the same records give the same bag, whenever and wherever it is made. The letter and the outer
encryption take a finished `Package`: the letter names its `dsse_sha256`, and what is encrypted is its `files`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

from privity.desk.audit.proof import EntryProof
from privity.desk.legal.package import approvals, bag, canonical, envelope, pages, statement
from privity.desk.legal.package.approvals import Approval
from privity.desk.legal.package.envelope import Signer
from privity.desk.legal.package.errors import BadMoment, BadName, ReleasesMore
from privity.desk.legal.package.model import Facts, Keys
from privity.desk.legal.package.records import Table
from privity.desk.legal.package.statement import Manifest
from privity.desk.legal.package.timestamping import Stamping, stamp
from privity.desk.legal.rulebook.classes import Releasable

VERIFIER: Final = "verify_package.py"


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a package. Files are named from `data/` on."""

    tables: tuple[Table, ...] = ()
    evidence: Mapping[Releasable, Mapping[str, bytes]] = field(default_factory=dict)
    """Files of a class that is released, such as reported messages."""
    others: Mapping[str, bytes] = field(default_factory=dict)
    """Files that hold no data of anybody's account: the instrument, what a participant discloses."""
    provenance: tuple[Mapping[str, Any], ...] = ()
    """What each collector says of its query: its version, the count of rows, their SHA-256."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A package that waits for approval: its bag, its keys, and the manifest over both."""

    facts: Facts
    bag: Mapping[str, bytes]
    keys: bytes
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Package:
    """A finished package."""

    case: str
    files: Mapping[str, bytes]
    """By path below the package's folder, sorted."""

    @property
    def dsse_sha256(self) -> str:
        """What names this package: a correction of it says this, and so does a letter."""
        return canonical.sha256(self.files[f"attest/{statement.DSSE}"])


def prepare(
    facts: Facts, contents: Contents, keys: Keys, permitted: Iterable[Releasable], *, stamped: bool = True
) -> Prepared:
    """The bag and the manifest. `permitted` are the classes that the verdict releases.

    Raises BadName, ReleasesMore, Unanswered or BadMoment.
    """
    statement.check_time(facts.collected_at)
    there = {*(table.named for table in contents.tables), *contents.evidence}
    if more := sorted(there - {one.named for one in facts.released}):
        raise ReleasesMore(f"there are files of {', '.join(more)}, which the statement does not release")
    files = _data(facts, contents, keys.published)
    laid = bag.lay_out(files, facts.case, facts.operator.name, facts.collected_at[:10])
    encoded = canonical.encode(keys)
    return Prepared(facts, laid, encoded, statement.manifest(facts, laid, encoded, permitted, stamped=stamped))


def finish(
    prepared: Prepared,
    approved_at: str,
    approved: Sequence[Approval],
    release: EntryProof,
    signers: Sequence[Signer],
    ask: Stamping,
    roots: bytes,
    nonce: bytes,
) -> Package:
    """An operator's package. Raises NotApproved, NotLogged, BadMoment, WrongSigners or BadTimeStamp."""
    encoded = approvals.encode(tuple(approved))
    challenge = prepared.manifest.digest()
    for each in approved:
        approvals.check(each, challenge)
    payload = statement.complete(prepared.manifest, approved_at, encoded, release)
    dsse = envelope.sign(prepared.facts.kind, payload, signers)
    token, at = stamp(ask, dsse, roots, nonce)
    if at < approved_at:
        raise BadMoment(f"the authority stamped at {at}, the approval is said to be of {approved_at}")
    attest = {
        statement.APPROVALS: encoded,
        statement.CHECKPOINT: release.note.encode(),
        statement.KEYS: prepared.keys,
        statement.DSSE: dsse,
        statement.TOKEN: token,
    }
    return _package(prepared, attest)


def disclose(prepared: Prepared, device: Signer) -> Package:
    """A participant's package: signed by their own device, approved by nobody, logged nowhere. Raises WrongSigners."""
    payload = statement.complete(prepared.manifest, prepared.facts.collected_at)
    dsse = envelope.sign(prepared.facts.kind, payload, (device,))
    return _package(prepared, {statement.KEYS: prepared.keys, statement.DSSE: dsse})


def _package(prepared: Prepared, attest: Mapping[str, bytes]) -> Package:
    files = {f"attest/{name}": data for name, data in attest.items()}
    files.update({f"bag/{path}": data for path, data in prepared.bag.items()})
    return Package(prepared.facts.case, dict(sorted(files.items())))


def _data(facts: Facts, contents: Contents, published: str) -> dict[str, bytes]:
    files = {
        "not_held.json": canonical.encode(
            {
                "capabilities_sha256": facts.software.capabilities_sha256,
                "not_held": [
                    {**canonical.builtins(one), "text": pages.NOT_HELD.get(one.why or "", "")} for one in facts.not_held
                ],
            }
        ),
        "provenance.json": canonical.encode({"collectors": [dict(one) for one in contents.provenance]}),
        **{f"records/{table.name}.csv": table.csv() for table in contents.tables},
        **{f"records/{table.name}.json": table.json() for table in contents.tables},
    }
    made = {"field_guide.html", "index.html", VERIFIER}
    for given in (contents.others, *contents.evidence.values()):
        for name, data in given.items():
            if name in made or name in files:
                raise BadName(f"{name} is in the package already")
            files[name] = data
    return {
        **files,
        "field_guide.html": pages.field_guide(facts, contents.tables),
        "index.html": pages.index(facts, files, contents.tables, published),
        VERIFIER: verifier(),
    }


def verifier() -> bytes:
    """The source of the verifier, as it lies in every package."""
    return resources.files("privity.desk.legal.package.standalone").joinpath(VERIFIER).read_bytes()
