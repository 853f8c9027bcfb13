# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Everybody whom a package needs: signers, people with passkeys, a log, an authority; and packages about teapots."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import cbor2
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.audit.proof import EntryProof
from privity.desk.legal.releasing import approvals, finishing
from privity.desk.legal.releasing.approvals import Approval
from privity.desk.staff.ceremony import Place
from privity.production import building, canonical
from privity.production.building import Contents, Package, Prepared
from privity.production.classes import Never, Releasable
from privity.production.envelope import KeySigner
from privity.production.model import (
    UNTIL_FURTHER,
    Answered,
    Authority,
    Facts,
    Key,
    Keys,
    Kind,
    Notice,
    NoticeState,
    Operator,
    Redaction,
    Released,
    Software,
    Use,
)
from privity.production.records import Column, ColumnKind, Table
from privity.production.standalone import verify_package
from privity.production.writing import write
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.tree import inclusion_proof, leaf_hash, node_hash, root_at
from tests.desk.staff.authenticator import ED25519, Authenticator, data
from tests.production import authority

SINCE = "2026-01-01T00:00:00Z"
COLLECTED, APPROVED = "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"
PLACE = Place("https://desk.teapot.example", "desk.teapot.example")
LOG = "teapot.example/desk-audit"
HASH = hashlib.sha256(b"an invented request").hexdigest()
PERMITTED = frozenset({Releasable.SUBSCRIBER, Releasable.SESSION_IP})
SCRIPT = Path(verify_package.__file__)

SUBSCRIBER = Table(
    "subscriber",
    Releasable.SUBSCRIBER,
    (
        Column("handle", ColumnKind.TEXT, "The name of the account", "account", "exact"),
        Column("last_seen", ColumnKind.TIME, "The last connection", "account", "a day, by the server's clock"),
    ),
    (("teapot", 1_795_000_000_000), ("=kettle()", None)),
)
SESSIONS = Table(
    "sessions",
    Releasable.SESSION_IP,
    (
        Column("at", ColumnKind.TIME, "When a connection began", "session", "a millisecond, by the server's clock"),
        Column("address", ColumnKind.TEXT, "From where", "session", "as the server saw it"),
        Column("port", ColumnKind.INTEGER, "From which port", "session", "as the server saw it"),
    ),
    tuple((1_795_000_000_000 + n, f"192.0.2.{n}", 1024 + n) for n in range(5)),
)


@dataclass
class Person:
    """Somebody who approves, with a passkey in software."""

    name: str
    passkey: Authenticator
    cose: bytes = b""

    def __post_init__(self) -> None:
        parameters = [{"type": "public-key", "alg": self.passkey.algorithm}]
        options = {"rp": {"id": PLACE.host}, "challenge": "AAAA", "pubKeyCredParams": parameters}
        made = json.loads(self.passkey.create(json.dumps(options), PLACE.origin))
        attested = cbor2.loads(data(made["response"]["attestationObject"]))["authData"]
        self.cose = attested[37 + 18 + len(self.passkey.id) :]

    @property
    def key(self) -> Key:
        return approvals.passkey(self.name, self.passkey.id, self.cose, PLACE, SINCE)

    def approves(self, prepared: Prepared) -> Approval:
        challenge = base64.urlsafe_b64encode(prepared.manifest.digest()).decode().rstrip("=")
        asked = json.dumps({"rpId": PLACE.host, "challenge": challenge})
        return approvals.approval(self.passkey.get(asked, PLACE.origin), self.key)


def signer(use: Use) -> KeySigner:
    return KeySigner(use, Ed25519PrivateKey.generate(), SINCE)


@dataclass
class Scene:
    """One operator. Each field is what a test may exchange."""

    service: KeySigner = field(default_factory=lambda: signer(Use.SERVICE))
    legal: KeySigner = field(default_factory=lambda: signer(Use.LEGAL_TEAM))
    device: KeySigner = field(default_factory=lambda: signer(Use.DEVICE))
    one: Person = field(default_factory=lambda: Person("staff:1", Authenticator()))
    two: Person = field(default_factory=lambda: Person("staff:2", Authenticator(ED25519)))
    log_key: bytes = field(default_factory=lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    stamps: authority.Authority = field(default_factory=authority.Authority)

    def keys(self, kind: Kind = Kind.PRODUCTION) -> Keys:
        if kind is Kind.PARTICIPANT_DISCLOSURE:
            return Keys((self.device.key,), "https://teapot.example/keys.json")
        return Keys(
            (self.service.key, self.legal.key, self.one.key, self.two.key, self._log()),
            "https://teapot.example/keys.json",
        )

    def trusted(self) -> bytes:
        everybody = (*self.keys().keys, self.device.key)
        return canonical.encode(Keys(everybody, "https://teapot.example/keys.json"))

    def prepared(self, kind: Kind = Kind.PRODUCTION, contents: Contents | None = None, **changed: Any) -> Prepared:
        there = CONTENTS if contents is None and kind is Kind.PRODUCTION else contents or Contents()
        facts = msgspec.structs.replace(FACTS[kind], **changed)
        stamped = kind is not Kind.PARTICIPANT_DISCLOSURE
        return building.prepare(facts, there, self.keys(kind), PERMITTED, stamped=stamped)

    def released(
        self,
        prepared: Prepared,
        act: Act = Act.PRODUCTION_RELEASED,
        entries: int = 13,
        at: int | None = None,
        **changed: Any,
    ) -> EntryProof:
        """The release in a log of other acts, in the middle where no place is named; `changed` are members of it."""
        made = [self._entry(n, Act.CASE_OPENED, "") for n in range(entries)]
        at = entries // 2 if at is None else at
        made[at] = self._entry(at, act, prepared.manifest.digest().hex(), **{"about": prepared.facts.case, **changed})
        leaves = [leaf_hash(entry) for entry in made]
        checkpoint = Checkpoint(LOG, entries, root_at(over(leaves), entries))
        path = inclusion_proof(over(leaves), at, entries)
        return EntryProof(made[at], at, tuple(path), sign_checkpoint(self.log_key, checkpoint))

    def finished(self, prepared: Prepared, **changed: Any) -> Package:
        given: dict[str, Any] = {
            "approved_at": APPROVED,
            "approved": (self.one.approves(prepared), self.two.approves(prepared)),
            "release": self.released(prepared),
            "signers": (self.service, self.legal),
            "ask": self.stamps,
            "roots": self.stamps.roots,
            "nonce": b"\x81" + bytes(15),
            "write_letter": lambda dsse: b"An invented letter about " + hashlib.sha256(dsse).hexdigest().encode(),
        }
        return finishing.finish(prepared, **{**given, **changed})

    def package(self, kind: Kind = Kind.PRODUCTION, **changed: Any) -> Package:
        prepared = self.prepared(kind, **changed)
        if kind is Kind.PARTICIPANT_DISCLOSURE:
            return building.disclose(prepared, self.device)
        return self.finished(prepared)

    def _log(self) -> Key:
        public = Ed25519PrivateKey.from_private_bytes(self.log_key).public_key()
        encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return Key(
            use=Use.LOG,
            id=LOG,
            public_key=base64.b64encode(encoded).decode(),
            valid_from=SINCE,
            valid_until=UNTIL_FURTHER,
        )

    def _entry(self, n: int, act: Act, digest: str, **changed: Any) -> bytes:
        members: dict[str, Any] = {"who": "desk", "about": "", "said": {"manifest_sha256": digest}}
        return Entry(n=n, at_ms=1_795_000_000_000 + n, act=act, **{**members, **changed}).encode()


def over(leaves: Sequence[bytes]) -> Any:
    """Complete subtrees over these leaf hashes."""

    def node_at(level: int, index: int) -> bytes:
        if level == 0:
            return leaves[index]
        return node_hash(node_at(level - 1, 2 * index), node_at(level - 1, 2 * index + 1))

    return node_at


@dataclass(frozen=True)
class Verdict:
    """What the verifier said."""

    code: int
    checks: dict[str, tuple[str, str]]
    text: str

    @property
    def failed(self) -> set[str]:
        return {name for name, (status, _) in self.checks.items() if status == "fail"}


def beside(scene: Scene, folder: Path) -> list[str]:
    """What the receiver has from elsewhere, as arguments."""
    keys, roots = folder / "keys.json", folder / "roots.pem"
    keys.write_bytes(scene.trusted())
    roots.write_bytes(scene.stamps.roots)
    return ["--keys", str(keys), "--tsa", str(roots)]


def run(folder: Path, arguments: Sequence[str]) -> Verdict:
    """In a process of its own, with nothing of the house in it."""
    command = [sys.executable, "-I", str(SCRIPT), str(folder), *arguments, "--json"]
    ended = subprocess.run(command, capture_output=True, timeout=60, check=False, cwd=folder.parent)
    assert ended.stderr == b"", ended.stderr.decode()
    return verdict(ended.returncode, ended.stdout.decode())


def verdict(code: int, text: str) -> Verdict:
    said = json.loads(text)
    assert said["verified"] == (code == 0)
    return Verdict(code, {one["check"]: (one["status"], one["detail"]) for one in said["checks"]}, text)


def saved(package: Package, folder: Path) -> Path:
    write(package, folder)
    return folder


def changed(package: Package, files: Mapping[str, bytes | None]) -> Package:
    """With other bytes in some files, and some files gone."""
    new = {**package.files, **files}
    return replace(package, files={path: found for path, found in sorted(new.items()) if found is not None})


CONTENTS = Contents(
    tables=(SUBSCRIBER, SESSIONS),
    others={"request/instrument.txt": b"An invented order about a teapot.\n"},
    provenance=({"collector": "subscriber", "rows": 2, "version": "1"},),
)
_ASKED = (
    Answered(named=Releasable.SUBSCRIBER),
    Answered(named=Releasable.SESSION_IP, since="2026-10-01T00:00:00Z", until="2026-11-01T00:00:00Z"),
    Answered(named=Releasable.DELIVERY_METADATA),
    Answered(named=Never.CONTENT_E2EE),
)
_COMMON: dict[str, Any] = {
    "case": "LP-2026-0001",
    "operator": Operator("Teapot House", "legal@teapot.example", HASH),
    "software": Software("privity", "0.1.0", None, HASH),
    "collected_at": COLLECTED,
}
_ANSWER: dict[str, Any] = {
    **_COMMON,
    "authority": Authority("US", "federal_agency"),
    "instrument": "us.sca.subpoena",
    "request_sha256": HASH,
    "rulebook_sha256": hashlib.sha256(b"an invented rulebook").hexdigest(),
    "requested": _ASKED,
    "not_held": (Answered(named=Never.CONTENT_E2EE, why="NOT_HELD_E2EE"),),
}
FACTS = {
    Kind.PRODUCTION: Facts(
        kind=Kind.PRODUCTION,
        verdict_codes=("US-S1",),
        released=(
            Released(named=Releasable.SUBSCRIBER),
            Released(named=Releasable.SESSION_IP, since="2026-10-01T00:00:00Z", until="2026-10-31T00:00:00Z"),
        ),
        denied=(Answered(named=Releasable.DELIVERY_METADATA, why="US-S1"),),
        redactions=(Redaction("records/sessions.csv", "third_party", 0),),
        notice=Notice(NoticeState.BARRED_UNTIL, "2027-02-20T00:00:00Z"),
        **_ANSWER,
    ),
    Kind.REFUSAL: Facts(
        kind=Kind.REFUSAL,
        verdict_codes=("G06",),
        denied=tuple(Answered(named=one.named, why="G06") for one in _ASKED[:3]),
        **_ANSWER,
    ),
    Kind.PRESERVATION_RECEIPT: Facts(kind=Kind.PRESERVATION_RECEIPT, preserved=_ASKED[:3], **_ANSWER),
    Kind.PARTICIPANT_DISCLOSURE: Facts(kind=Kind.PARTICIPANT_DISCLOSURE, **_COMMON),
}
