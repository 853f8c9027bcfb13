# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A desk's staff without its pages: a fresh database, a clock of the test's own, and members with passkeys."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from privity.desk.audit import reading
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db
from privity.desk.staff import service, signing_in
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries
from privity.desk.staff.model import SignedIn
from privity.desk.staff.rights import Right, Role
from tests.desk.fresh_keys import fresh_keys
from tests.desk.staff.authenticator import Authenticator

PLACE = Place("https://desk.example", "desk.example")
OWNER = Acting.command("invite", Right.MANAGE_STAFF)
BROWSER = hashlib.sha256(b"a browser at the door").digest()
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


@dataclass
class Office:
    """The staff of one desk."""

    db: Db
    door: signing_in.Door
    now_ms: int = 1_790_000_000_000
    keys: dict[int, Authenticator] = field(default_factory=dict)

    def invited(self, *roles: Role, name: str = "Ada Example") -> tuple[int, str]:
        made = service.invite(self.db, OWNER, name, roles, self.now_ms, os.urandom)
        return made.member, made.code

    def come(self, code: str, key: Authenticator, label: str = "a key") -> str:
        """Use a code; the token of the session."""
        found = signing_in.whose_code(self.db, self.door, code, self.now_ms)
        options = signing_in.ask_first(self.db, self.door, found, BROWSER, self.now_ms)
        answer = key.create(options, PLACE.origin)
        self.keys[found.number] = key
        return signing_in.join(self.db, self.door, code, label, answer, BROWSER, self.now_ms)

    def member(self, *roles: Role, key: Authenticator | None = None) -> SignedIn:
        """Somebody who has come with a code, and is signed in."""
        _, code = self.invited(*roles)
        return self.me(self.come(code, key or Authenticator()))

    def me(self, token: str) -> SignedIn:
        return signing_in.signed_in(self.db, token, self.now_ms)

    def sign_in(self, key: Authenticator) -> str:
        options = signing_in.ask_sign_in(self.door, BROWSER, self.now_ms)
        return signing_in.sign_in(self.db, self.door, key.get(options, PLACE.origin), BROWSER, self.now_ms)

    def answer(self, me: SignedIn, purpose: str, key: Authenticator | None = None) -> str:
        """What somebody's browser answers when it is asked again."""
        options = signing_in.ask_fresh(self.db, self.door, me, purpose, self.now_ms)
        return (key or self.keys[me.number]).get(options, PLACE.origin)

    def log(self, act: Act | None = None) -> list[Entry]:
        entries = reading.page(self.db, limit=1000)
        return [entry for entry in entries if act in (None, entry.act)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    db = open_database(tmp_path / "desk" / "desk.db", fresh_keys(tmp_path))
    yield Office(db, signing_in.Door(PLACE, Challenges(os.urandom), Tries(), os.urandom))
    db.close()
