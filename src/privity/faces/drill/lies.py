# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the operator's wire says to one person instead of what the hub says."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from privity.faces.drill.forged import ForgedLog
from privity.faces.drill.wire import Asked, Honest, Lie, Reply
from privity.keylog.proof import LookupProof
from privity.tlog.verifier_key import VerifierKey
from privity.wire import keylog, rest, socket

Rewrite = Callable[[keylog.Lookup, keylog.Looked], keylog.Looked]


class OtherLog(Lie):
    """Everything about the key log comes out of the operator's own copy."""

    def __init__(self, log: ForgedLog) -> None:
        super().__init__()
        self._log = log

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        log = self._log
        if asked.path == "/v1/keylog/lookup":
            body = msgspec.json.decode(asked.body, type=keylog.Lookup)
            label = body.label.encode()
            proof = log.looked(label, body.from_size).encode()
            answer: rest.Answer = keylog.Looked(proof, log.values(label, body.from_version))
        elif asked.path.startswith("/v1/keylog/checkpoint"):
            answer = keylog.CheckpointAnswer(log.newest_proof(*_numbers(asked.path)))
        elif asked.path.startswith("/v1/keylog/consistency"):
            answer = keylog.Consistency(log.consistency(*_numbers(asked.path)))
        else:
            return await honest()
        self.told += 1
        return Reply(200, msgspec.json.encode(answer))


class OtherAnswers(Lie):
    """Answers about one label are bent after the hub has given them."""

    def __init__(self, label: bytes, rewrite: Rewrite) -> None:
        super().__init__()
        self._label = label
        self._rewrite = rewrite

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        if asked.path != "/v1/keylog/lookup":
            return await honest()
        body = msgspec.json.decode(asked.body, type=keylog.Lookup)
        reply = await honest()
        if body.label.encode() != self._label or reply.status != 200:
            return reply
        self.told += 1
        answer = self._rewrite(body, msgspec.json.decode(reply.body, type=keylog.Looked))
        return Reply(200, msgspec.json.encode(answer))


class OtherServer(Lie):
    """Who asks what the hub is hears of another log, and of one witness who watches it."""

    def __init__(self, log: VerifierKey, vrf_public: bytes, witness: VerifierKey) -> None:
        super().__init__()
        self._log = log
        self._vrf_public = vrf_public
        self._witness = witness

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        reply = await honest()
        if asked.path != "/v1/server":
            return reply
        self.told += 1
        info = msgspec.structs.replace(
            msgspec.json.decode(reply.body, type=rest.ServerInfo),
            keylog_key=self._log.encode(),
            vrf_public_key=self._vrf_public,
            witnesses=[rest.WitnessInfo(self._witness.encode(), True, "https://one.example")],
            quorum=1,
        )
        return Reply(200, msgspec.json.encode(info))


class MoreDevices(Lie):
    """Whoever asks for KeyPackages of a person gets one more."""

    def __init__(self, client_uri: str, key_package: bytes) -> None:
        super().__init__()
        self._more = rest.ClaimedDevice(client_uri, rest.ClaimStatus.SUCCESS, key_package)

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        reply = await honest()
        if not asked.path.endswith("/claim") or reply.status != 200:
            return reply
        claimed = msgspec.json.decode(reply.body, type=rest.Claimed)
        self.told += 1
        return Reply(200, msgspec.json.encode(rest.Claimed([*claimed.devices, self._more])))


class StillContacts(Lie):
    """The hub goes on saying of one person's contacts what it said first, whatever became of them, and hands out this
    KeyPackage. `also` is what else it lies about."""

    def __init__(self, client_uri: str, key_package: bytes) -> None:
        super().__init__()
        self.also = Lie()
        self._more = rest.ClaimedDevice(client_uri, rest.ClaimStatus.SUCCESS, key_package)
        self._contacts: Reply | None = None

    async def reply(self, asked: Asked, honest: Honest) -> Reply:
        if asked.path.endswith("/claim"):
            self.told += 1
            return Reply(200, msgspec.json.encode(rest.Claimed([self._more])))
        if asked.path != "/v1/contacts":
            return await self.also.reply(asked, honest)
        self._contacts = self._contacts or await honest()
        return self._contacts

    def frames(self, frame: socket.FromHub) -> list[socket.FromHub]:
        return self.also.frames(frame)


class OtherEvent(Lie):
    """The next message of a room is kept from one person, and another event put into its place."""

    def __init__(self, room_uri: str, kind: socket.EventKind, message: bytes) -> None:
        super().__init__()
        self._room_uri = room_uri
        self._kind = kind
        self._message = message
        self.seq = 0

    def frames(self, frame: socket.FromHub) -> list[socket.FromHub]:
        if self.told or not isinstance(frame, socket.Event) or frame.room_uri != self._room_uri:
            return [frame]
        self.told += 1
        self.seq = frame.seq
        return [msgspec.structs.replace(frame, kind=self._kind, message=self._message, frank=None)]


class Silence(Lie):
    """Frames of one sort never arrive."""

    def __init__(self, hides: Callable[[socket.FromHub], bool]) -> None:
        super().__init__()
        self._hides = hides

    def frames(self, frame: socket.FromHub) -> list[socket.FromHub]:
        if not self._hides(frame):
            return [frame]
        self.told += 1
        return []


def bent(answer: keylog.Looked, change: Callable[[LookupProof], LookupProof]) -> keylog.Looked:
    """The same answer with another proof."""
    return msgspec.structs.replace(answer, proof=change(LookupProof.decode(answer.proof)).encode())


def _numbers(path: str) -> list[int]:
    return [int(found) for found in re.findall(r"=(\d+)", path)]
