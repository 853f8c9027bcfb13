# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""People who ask, agree, meet and watch over each other, against a hub with everything in it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

import msgspec

from privity.identity.consent import CODE_BYTES, ConsentEntry, Op, code_hash, code_proof
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite
from privity.server.db.database import Database
from privity.wire.age import AgeBand
from privity.wire.contacts import CodeFound, ContactMade, Contacts, Profile
from tests.server.core.people import Keys, Line, Person, connect, text
from tests.server.keylog.hubs import Hub


def signed_entry(
    person: Person,
    op: Op,
    other: str,
    *,
    at_ms: int,
    room: str = "",
    ward: str = "",
    proof: bytes = b"",
    device: Keys | None = None,
    signer: bytes | None = None,
) -> str:
    """A consent entry as it travels in JSON."""
    device = device or person.device
    made = ConsentEntry(op, person.user_uri, other, room, ward, proof, at_ms, device.client_uri)
    return text(made.sign(SigningKey(suite(1), signer or device.private)))


async def exact(line: Line, method: str, path: str, body: Any = None) -> tuple[int, list[tuple[str, str]], bytes]:
    """Everything that an answer says, but for when it was given."""
    line.count += 1
    sent = b"" if body is None else json.dumps(body).encode()
    headers = line.headers(method, f"/v1/{path}", line.count, sent)
    async with line.http.request(method, f"/v1/{path}", data=sent, headers=headers) as response:
        said = [(name, value) for name, value in response.headers.items() if name != "Date"]
        return response.status, said, await response.read()


@dataclass
class Somebody:
    """A person with one connected device."""

    hub: Hub
    person: Person
    line: Line

    @property
    def uri(self) -> str:
        return self.person.user_uri

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def handle(self) -> str:
        return self.person.handle

    def entry(self, op: Op, other: str, *, at_ms: int | None = None, **more: Any) -> str:
        return signed_entry(self.person, op, other, at_ms=self.hub.clock.now if at_ms is None else at_ms, **more)

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        status, answer = await self.line.request(method, f"/v1/{path}", body)
        return int(status), answer

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = await self.call(method, path, body)
        assert status == 200, answer
        return answer

    async def contacts(self) -> Contacts:
        return msgspec.convert(await self.done("GET", "contacts"), Contacts, strict=False)

    async def names(self) -> list[str]:
        return sorted(one.handle for one in (await self.contacts()).contacts)

    async def asked_by(self) -> list[str]:
        return [one.profile.handle for one in (await self.contacts()).requests]

    async def ask(self, target: str, **more: Any) -> tuple[int, Any]:
        return await self.call("POST", "contacts/requests", {"entry": self.entry(Op.REQUEST, target, **more)})

    async def grant(self, other: Somebody, **more: Any) -> tuple[int, Any]:
        return await self.call("PUT", f"contacts/{other.id}", {"entry": self.entry(Op.GRANT, other.uri, **more)})

    async def end(self, other: Somebody) -> None:
        assert await self.done("DELETE", f"contacts/{other.id}") == {"ok": True}

    async def profile(self, other: Somebody) -> Profile:
        return msgspec.convert(await self.done("GET", f"users/{other.id}/profile"), Profile)

    # One-time codes

    async def code(self, purpose: str = "contact") -> bytes:
        code = secrets.token_bytes(CODE_BYTES)
        await self.done("POST", "contacts/codes", {"code_hash": text(code_hash(code)), "purpose": purpose})
        return code

    async def look(self, code: bytes) -> CodeFound:
        found = await self.done("POST", "contacts/codes/find", {"code_hash": text(code_hash(code))})
        return msgspec.convert(found, CodeFound)

    async def use(self, code: bytes, maker: Somebody, op: Op = Op.MEET, **more: Any) -> tuple[int, Any]:
        entry = self.entry(op, maker.uri, proof=code_proof(code, op, self.uri, maker.uri), **more)
        return await self.call("POST", "contacts/codes/use", {"code_hash": text(code_hash(code)), "entry": entry})

    async def meet(self, other: Somebody) -> None:
        """The other stands before us and types our code."""
        code = await self.code()
        assert (await other.use(code, self))[0] == 200
        proof = code_proof(code, Op.MEET, self.uri, other.uri)
        entry = self.entry(Op.MEET, other.uri, proof=proof)
        assert await self.done("PUT", f"contacts/{other.id}", {"entry": entry}) == {"connected": True}

    # Guardians

    async def guard(self, ward: Somebody) -> bool:
        """The ward types our code; whether that stands at once."""
        code = await self.code("guardian")
        status, answer = await ward.use(code, self, Op.GUARD)
        assert status == 200, answer
        return msgspec.convert(answer, ContactMade).connected

    async def vouch(self, ward: Somebody, asker: Somebody, **more: Any) -> tuple[int, Any]:
        entry = self.entry(Op.VOUCH, asker.uri, ward=ward.uri, **more)
        return await self.call("PUT", f"wards/{ward.id}/asks/{asker.id}", {"entry": entry})

    async def asks_for(self, ward: Somebody) -> list[str]:
        (found,) = [one for one in (await self.contacts()).wards if one.user_uri == ward.uri]
        return [ask.profile.handle for ask in found.asks]


async def rows(db: Database, table: str) -> list[Any]:
    """All that the hub keeps in a table."""
    return await db.read(lambda reader: reader.all(f"SELECT * FROM {table}"))


async def join(hub: Hub, handle: str, age: AgeBand = AgeBand.ADULT, *, listed: bool = True) -> Somebody:
    person = Person(handle)
    status, answer = await hub.post("/v1/accounts", person.registration() | {"age": age, "listed": listed})
    assert status == 200, answer
    return Somebody(hub, person, await connect(hub.http, person.device))
