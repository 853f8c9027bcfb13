# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package from its records to its last byte. An operator's waits for two people in between, a participant's does not.

Time comes from outside: the same records give the same bag, whenever and wherever it is made. The letter names the
envelope, and so is written last. What is encrypted for those who asked is the package as one archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any, Final

from privity.production import bag, canonical, disclosure_page, envelope, pages, statement
from privity.production.classes import Releasable
from privity.production.disclosed import MESSAGES, Conversation
from privity.production.envelope import Signer
from privity.production.errors import BadName, ReleasesMore
from privity.production.model import Facts, Keys
from privity.production.records import Table
from privity.production.statement import Manifest

VERIFIER: Final = "verify_package.py"
MESSAGES_VERIFIER: Final = "verify_messages.py"
"""Lies beside it where there are messages."""
REPORTED: Final = "reported"
"""Below which an operator's package has them."""


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
    words: Mapping[str, str] = field(default_factory=dict)
    """What codes, kinds and instruments of the statement mean, as sentences for whoever reads the summary."""
    conversation: Conversation | None = None
    """What a participant discloses: its page takes the place of the summary."""


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


def disclose(prepared: Prepared, device: Signer, stamp: Callable[[bytes], bytes] | None = None) -> Package:
    """A participant's package: signed by their own device, approved by nobody, logged nowhere. Raises WrongSigners.

    `stamp` has the envelope stamped, where they want that and prepared for it.
    """
    payload = statement.complete(prepared.manifest, prepared.facts.collected_at)
    dsse = envelope.sign(prepared.facts.kind, payload, (device,))
    token = {} if stamp is None else {statement.TOKEN: stamp(dsse)}
    return packaged(prepared, {statement.KEYS: prepared.keys, statement.DSSE: dsse, **token})


def packaged(prepared: Prepared, attest: Mapping[str, bytes], letter: bytes | None = None) -> Package:
    """The bag, and beside it what attests it: files of `attest/` by name. An operator's package has a letter, too."""
    files = {f"attest/{name}": data for name, data in attest.items()}
    if letter is not None:
        files[statement.LETTER] = letter
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
    made = {"field_guide.html", "index.html", VERIFIER, MESSAGES_VERIFIER}
    conversation = contents.conversation
    messages = {} if conversation is None else conversation.files()
    for given in (contents.others, messages, *contents.evidence.values()):
        for name, data in given.items():
            if name in made or name in files:
                raise BadName(f"{name} is in the package already")
            files[name] = data
    if conversation is None:
        summary = pages.index(facts, files, contents.tables, published, contents.words)
    else:
        summary = disclosure_page.index(facts, conversation, files)
    if any(name.startswith((f"{MESSAGES}/", f"{REPORTED}/{MESSAGES}/")) for name in files):
        files[MESSAGES_VERIFIER] = verifier(MESSAGES_VERIFIER)
    return {
        **files,
        "field_guide.html": pages.field_guide(facts, contents.tables),
        "index.html": summary,
        VERIFIER: verifier(),
    }


def verifier(name: str = VERIFIER) -> bytes:
    """The source of a verifier, as it lies in packages."""
    return resources.files("privity.production.standalone").joinpath(name).read_bytes()
