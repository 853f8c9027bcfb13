# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The keys of packages: those that a package is checked with, and all that were ever in one, which the house publishes.

A line never changes once it was in a package: whoever has an old package compares it with what is published.
"""

from __future__ import annotations

import base64
import hmac
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.desk.db.transaction import Db
from privity.desk.legal.releasing import approvals, store, witnessing
from privity.desk.legal.releasing.errors import NotApproved
from privity.desk.legal.releasing.office import Office
from privity.desk.legal.releasing.rules import time_of
from privity.desk.staff import service as staff
from privity.desk.staff import signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.model import State
from privity.desk.staff.rights import Right, rights_of
from privity.mls.codec import u64
from privity.production import canonical
from privity.production.model import UNTIL_FURTHER, Key, Keys, Use
from privity.tlog.verifier_key import VerifierKey

_LABEL: Final = b"Privity approver of packages 1"
APPROVE = frozenset({Right.APPROVE_LEGAL, Right.RELEASE_LEGAL})


def of_the_house(db: Db, office: Office, now_ms: int) -> tuple[Key, ...]:
    """Those that sign every package, that of the log, and those of its witnesses. A line that was published before is
    taken as it is."""
    witnesses = (_of_the_log(Use.WITNESS, one, now_ms) for one in witnessing.heard(db, office))
    log = _of_the_log(Use.LOG, office.log, now_ms)
    wanted = (office.service.key, office.legal_team.key, log, *witnesses)
    known = {(line.use, line.id, line.public_key): line for line in _published(db)}
    return tuple(known.get((one.use, one.id, one.public_key), one) for one in wanted)


def of_people(db: Db, office: Office) -> tuple[Key, ...]:
    """The passkeys of everybody who may approve now, each under a name that says nothing of its owner."""
    found = []
    for member in staff.members(db, Acting.command("keys", Right.SEE_STAFF)):
        if member.state is State.ACTIVE and rights_of(member.roles) & APPROVE:
            for passkey in signing_in.passkeys_of(db, member.number):
                try:
                    since = time_of(passkey.added_ms)
                    line = approvals.passkey(
                        approver(office, member.number), passkey.id, passkey.public_key, office.place, since
                    )
                except NotApproved:
                    continue  # of a kind that packages cannot show: whoever has no other cannot approve
                found.append(line)
    return tuple(sorted(found, key=lambda line: (line.person, line.id)))


def approver(office: Office, member: int) -> str:
    """What a member of staff is called in packages: always the same, so that nobody counts as two."""
    tag = hmac.digest(office.evidence_key, _LABEL + u64(member), "sha256")
    return f"approver:{base64.b32encode(tag[:10]).decode().lower()}"


def keys(db: Db, office: Office, now_ms: int) -> Keys:
    """What a package that is prepared now is to be checked with."""
    return Keys((*of_the_house(db, office, now_ms), *of_people(db, office)), office.published)


def witnesses_in(encoded_keys: bytes) -> tuple[str, ...]:
    """The names of the witnesses among the keys of a package."""
    found = msgspec.json.decode(encoded_keys, type=Keys).keys
    return tuple(line.id for line in found if line.use is Use.WITNESS)


def publish(db: Db, wanted: Keys, now_ms: int) -> None:
    """From now on these are among those that the house publishes. The caller owns the transaction."""
    store.publish(db, map(encoded, wanted.keys), now_ms)


def published(db: Db, address: str) -> bytes:
    """`keys.json` as the house publishes it: every line that ever was in a package."""
    return canonical.encode(Keys(_published(db), address))


def encoded(line: Key) -> str:
    return canonical.encode(line).decode()


def decoded(line: str) -> Key:
    return msgspec.json.decode(line, type=Key)


def _published(db: Db) -> tuple[Key, ...]:
    return tuple(map(decoded, store.published(db)))


def _of_the_log(use: Use, key: VerifierKey, now_ms: int) -> Key:
    public = Ed25519PublicKey.from_public_bytes(key.public)
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Key(
        use=use,
        id=key.name,
        public_key=base64.b64encode(spki).decode(),
        valid_from=time_of(now_ms),
        valid_until=UNTIL_FURTHER,
    )
