# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A conversation about teapots with all that proves it: people, devices, a hub, its key log; and packages of it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.identity.credential import make_credential
from privity.identity.device_list import Device, DeviceList
from privity.identity.server_record import ServerRecord
from privity.identity.uris import ClientUri, new_client_uri, new_room_uri, new_user_uri
from privity.keylog.labels import server_label, user_label
from privity.message import attachments, compose, described
from privity.message.compose import Author
from privity.message.content import ExternalPart, MimiContent, walk
from privity.message.franking import attest, frank, make_tag
from privity.message.message_id import message_id
from privity.message.safe_aad import encode_aad
from privity.mls import suites
from privity.mls.crypto import sign_with_label, signature_public_key
from privity.mls.messages.app_data import AppDataDictionary
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.codepoints import MLS10, PRIVATE_MESSAGE
from privity.mls.messages.credential import Credential
from privity.mls.messages.framing import LABEL, FramedContent, Sender, content_tbs
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.policy.room_components import FRANKING_AGENT, FrankingAgent
from privity.production import building, canonical, envelope
from privity.production.building import Contents, Package
from privity.production.disclosed import (
    CONTEXTS,
    LISTS,
    Asked,
    AsShown,
    Attachment,
    Attestation,
    Authorship,
    Blobs,
    Conversation,
    Frank,
    Gap,
    LogKeys,
    LogProof,
    Message,
    MessageKind,
    Role,
    Selection,
    Status,
)
from privity.production.envelope import KeySigner
from privity.production.model import Facts, Keys, Kind, Operator, Software, Use
from privity.production.standalone import verify_messages
from privity.production.writing import write
from tests.keylog.memory_log import MemoryLog

HOST = "hub.example"
SUITE = suites.suite(1)
START = 1_795_000_000_000
HOUR = 3_600_000
EPOCH = 7
SCRIPT = Path(verify_messages.__file__)
DSSE = "attest/production.dsse.json"
PICTURE = b"an invented picture of a teapot"


@dataclass
class Person:
    """An account with one device after another, and the lists that say so."""

    uri: str
    account: bytes
    paper: bytes
    devices: list[tuple[ClientUri, bytes]]
    lists: list[DeviceList] = field(default_factory=list)

    @property
    def label(self) -> bytes:
        return user_label(self.uri)

    def listed(self, *which: int) -> tuple[Device, ...]:
        found = [(n, *self.devices[n]) for n in which]
        return tuple(Device(uri, signature_public_key(SUITE, key), START + n) for n, uri, key in found)


class Talk:
    """Ann hands over what Ben and she said. Ben linked a second device, and dropped his first one in the end.

    The log: epoch 0 the hub and both first lists, 1 Ben's second device, 2 nothing, 3 Ben's first device is dropped,
    an hour each. Messages are of the time after epoch 2.
    """

    def __init__(self, seed: int = 1, *, dropped: bool = True) -> None:
        self.random = random.Random(seed)
        rnd = self.random.randbytes
        self.log = MemoryLog(HOST, seed)
        self.room = new_room_uri(HOST, rnd)
        self.hub, self.period, self.old_hub = rnd(32), rnd(32), rnd(32)
        self.ann, self.ben = self.person(1), self.person(2)
        self.records = [ServerRecord(HOST, 0, signature_public_key(SUITE, self.old_hub), rnd(32), None, None)]
        key = signature_public_key(SUITE, self.hub)
        self.records.append(ServerRecord(HOST, 1, key, rnd(32), rnd(32), self.records[0].hash()))
        agent = FrankingAgent(key, Credential.basic(HOST.encode()))
        components = AppDataDictionary().with_component(FRANKING_AGENT, agent.encode())
        self.context = GroupContext(MLS10, 1, self.room.encode(), EPOCH, rnd(32), rnd(32), (components.extension(),))
        self.start_log(dropped)
        self.contexts, self.lists = Blobs(CONTEXTS), Blobs(LISTS)
        self.files: dict[str, bytes] = {}

    def person(self, devices: int) -> Person:
        rnd = self.random.randbytes
        uri = new_user_uri(HOST, rnd)
        return Person(uri, rnd(32), rnd(32), [(new_client_uri(uri, rnd), rnd(32)) for _ in range(devices)])

    def start_log(self, dropped: bool) -> None:
        ben, log = self.ben, self.log
        for one in (self.ann, ben):
            one.lists.append(DeviceList.sign(one.uri, one.listed(0), one.account, recovery_private=one.paper))
            log.put(one.label, one.lists[0].encode())
        log.put(server_label(HOST), self.records[0].encode())
        log.cut(START)
        ben.lists.append(DeviceList.sign(ben.uri, ben.listed(0, 1), ben.account, previous=ben.lists[0]))
        log.put(ben.label, ben.lists[1].encode())
        log.put(server_label(HOST), self.records[1].encode())
        log.cut(START + HOUR)
        log.cut(START + 2 * HOUR)
        if dropped:
            new = self.random.randbytes(32)
            ben.lists.append(
                DeviceList.sign(
                    ben.uri, ben.listed(1), new, previous=ben.lists[1], previous_account_private=ben.account
                )
            )
            log.put(ben.label, ben.lists[2].encode())
            log.cut(START + 3 * HOUR)

    def leaf(self, person: Person, device: int, index: int, source: LeafSource = LeafSource.COMMIT) -> LeafNode:
        uri, key = person.devices[device]
        from_package = source is LeafSource.KEY_PACKAGE
        return LeafNode.signed(
            SUITE,
            key,
            encryption_key=self.random.randbytes(32),
            signature_key=signature_public_key(SUITE, key),
            credential=make_credential(uri),
            capabilities=Capabilities((MLS10,), (1,), (), (), (1,)),
            source=source,
            lifetime=Lifetime(0, 1 << 40) if from_package else None,
            parent_hash=self.random.randbytes(32) if source is LeafSource.COMMIT else None,
            group_id=None if from_package else self.context.group_id,
            leaf_index=None if from_package else index,
        )

    def author(self, person: Person) -> Author:
        return Author(person.uri, self.room)

    def text(self, person: Person, body: str) -> MimiContent:
        return compose.text(self.author(person), body, random=self.random.randbytes)

    def picture(self, person: Person) -> tuple[MimiContent, bytes]:
        """A message with a file, and the ciphertext."""
        rnd = self.random.randbytes
        made = attachments.encrypt(
            PICTURE,
            content_type="image/png",
            filename="teapot.png",
            description="",
            url_of=lambda digest: attachments.blob_url(HOST, digest),
            random=rnd,
        )
        content = compose.attachment(self.author(person), made.part, made.plaintext_hash, random=rnd, caption="look")
        return content, made.ciphertext

    def said(
        self,
        n: int,
        person: Person,
        content: MimiContent,
        *,
        device: int = 0,
        source: LeafSource = LeafSource.COMMIT,
        attested: bool = False,
        listed: int | None = None,
        at_ms: int = START + 2 * HOUR + 1000,
        aad: bytes | None = None,
    ) -> Message:
        """Somebody else's message with its evidence. `listed` is the version of the list that the evidence brings,
        `aad` what was signed with it instead of its tag."""
        data, index = content.encode(), 3 + device
        tag, context = make_tag(data, content.salt), self.context.encode()
        _, key = person.devices[device]
        aad = encode_aad(tag) if aad is None else aad
        sender = Sender.member(index)
        framed = FramedContent(self.context.group_id, self.context.epoch, sender, aad, data)
        signature = sign_with_label(SUITE, key, LABEL, content_tbs(PRIVATE_MESSAGE, framed, context))
        evidence = None if listed is None else self.lists.add(person.lists[listed].encode())
        leaf = self.leaf(person, device, index, source).encode()
        authorship = Authorship(index, aad, signature, leaf, self.contexts.add(context), evidence)
        return self.message(n, person, data, authorship, attested=attested, at_ms=at_ms)

    def own(self, n: int, content: MimiContent, *, attested: bool = False) -> Message:
        return self.message(n, self.ann, content.encode(), None, attested=attested, at_ms=START + 2 * HOUR + 2000)

    def message(
        self, n: int, person: Person, data: bytes, authorship: Authorship | None, *, attested: bool, at_ms: int
    ) -> Message:
        content = MimiContent.decode(data)
        tag = make_tag(data, content.salt)
        stamped = frank(self.period, self.hub, 1, tag, person.uri, self.room, at_ms)
        when = at_ms + 5000
        made = attest(stamped, self.hub, tag, person.uri, self.room, at_ms, when) if attested else b""
        content_type, words = described.readable(content)
        return Message(
            n=n,
            id=message_id(data).hex(),
            content=data,
            kind=MessageKind(described.kind_of(content)),
            content_type=content_type,
            text=words,
            sender=person.uri,
            handle="ben",
            room=self.room,
            epoch=EPOCH,
            generation=None,
            authorship=authorship,
            frank=Frank(stamped.server_frank, 1, stamped.signature, tag),
            server_time_ms=at_ms,
            attestation=Attestation(when, made) if attested else None,
            attachments=(),
        )

    def with_file(self, message: Message, status: Status, ciphertext: bytes = b"") -> Message:
        (index, part), *_ = [
            (index, part)
            for index, part in walk(MimiContent.decode(message.content).part)
            if isinstance(part, ExternalPart)
        ]
        told = Attachment(part=index, name=part.filename, content_type=part.content_type, status=status)
        path = f"attachments/{message.n:05}-{index}"
        if status is Status.HERE:
            self.files[f"{path}.png"] = PICTURE
            digest = hashlib.sha256(PICTURE).hexdigest()
            told = msgspec.structs.replace(told, plaintext=f"{path}.png", plaintext_sha256=digest)
        if status is Status.REFUSED:
            self.files[f"{path}.sealed"] = ciphertext
            told = msgspec.structs.replace(told, ciphertext=f"{path}.sealed")
        return msgspec.structs.replace(message, attachments=(told,))

    def proof(self, label: bytes, *, values: Sequence[bytes] = (), dated: bool = True) -> LogProof:
        newest = self.log.newest(label)
        found = self.log.lookup(label, None, range(0 if newest is None else newest + 1) if dated else ())
        return LogProof(label.decode(), found, 0, tuple(values))

    def proofs(self, *, dated: bool = True) -> tuple[LogProof, ...]:
        labels = (self.ann.label, self.ben.label, server_label(HOST))
        return tuple(self.proof(label, dated=dated) for label in labels)

    def messages(self) -> tuple[Message, ...]:
        """One of each kind: from the dropped device, from the second one with a file, and an own one."""
        content, _ = self.picture(self.ben)
        return (
            self.said(1, self.ben, self.text(self.ben, "A teapot is on fire."), attested=True, listed=1),
            self.with_file(self.said(2, self.ben, content, device=1, source=LeafSource.KEY_PACKAGE), Status.HERE),
            self.own(3, self.text(self.ann, "Then put a lid on it.")),
        )

    def selection(self, messages: Sequence[Message], **changed: Any) -> Selection:
        told: dict[str, Any] = {
            "exporter": self.ann.uri,
            "device": self.ann.devices[0][0],
            "handle": "ann",
            "role": Role.MEMBER,
            "room": self.room,
            "recipient": "an invented office",
            "purpose": "a quarrel about a teapot",
            "statement": "I chose what is about the fire.",
            "made_at": "2026-11-22T10:00:00Z",
            "selected": tuple(one.id for one in messages),
            "gaps": tuple(Gap(n, None if n == 2 else n) for n in range(1, len(messages))),
            "shown": (AsShown(1, "shown", None, ()),),
            "left_out": (),
            "asked": Asked(True, True, True),
        }
        return Selection(**{**told, **changed})

    def conversation(
        self,
        messages: Sequence[Message] | None = None,
        proofs: Sequence[LogProof] | None = None,
        selection: Selection | None = None,
    ) -> Conversation:
        found = self.messages() if messages is None else tuple(messages)
        keys = self.log.keys
        policy = keys.policy
        witnesses = tuple(one.key.encode() for one in policy.witnesses)
        return Conversation(
            found,
            LogKeys(policy.log.encode(), keys.vrf_public, witnesses, policy.quorum),
            self.proofs() if proofs is None else tuple(proofs),
            self.contexts,
            self.lists,
            self.files,
            self.selection(found) if selection is None else selection,
        )

    def signer(self, private: bytes | None = None) -> KeySigner:
        key = self.ann.devices[0][1] if private is None else private
        return KeySigner(Use.DEVICE, Ed25519PrivateKey.from_private_bytes(key), "2026-01-01T00:00:00Z")

    def package(self, conversation: Conversation | None = None, private: bytes | None = None) -> Package:
        given = self.conversation() if conversation is None else conversation
        signer = self.signer(private)
        contents = Contents(conversation=given)
        prepared = building.prepare(FACTS, contents, Keys((signer.key,), "nowhere"), (), stamped=False)
        return building.disclose(prepared, signer)

    @property
    def trust(self) -> list[str]:
        """What a receiver gives, as arguments."""
        keys = self.log.keys
        witnesses = [["--witness", one.key.encode()] for one in keys.policy.witnesses]
        given = ["--log-key", keys.policy.log.encode(), "--vrf-key", keys.vrf_public.hex()]
        return [*given, *(word for each in witnesses for word in each)]


FACTS = Facts(
    kind=Kind.PARTICIPANT_DISCLOSURE,
    case="PD-ABCDEFGH",
    operator=Operator("ann", "mimi://hub.example", ""),
    software=Software("privity", "0.1.0", None, None),
    collected_at="2026-11-22T10:00:00Z",
)


@dataclass(frozen=True)
class Told:
    """What the verifier said."""

    code: int
    checks: dict[str, tuple[str, str]]
    messages: list[dict[str, Any]]
    text: str

    @property
    def failed(self) -> set[str]:
        """Checks that fail, those of messages with their number."""
        own = {name for name, (status, _) in self.checks.items() if status == "fail"}
        return own | {
            f"{line['check']} {n}"
            for n, one in enumerate(self.messages, 1)
            for line in one["lines"]
            if line["status"] == "fail"
        }

    def results(self, name: str) -> list[str]:
        return [one[name] for one in self.messages]


def look(place: Path, arguments: Sequence[str]) -> Told:
    """In this process: what runs is the file that lies in packages."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = verify_messages.main([str(place), *arguments, "--json"])
    return understood(code, out.getvalue())


def understood(code: int, text: str) -> Told:
    said = json.loads(text)
    assert said["verified"] == (code == 0)
    return Told(code, {one["check"]: (one["status"], one["detail"]) for one in said["checks"]}, said["messages"], text)


def saved(package: Package, folder: Path) -> Path:
    write(package, folder)
    return folder


class Exporter:
    """A package in a folder, and whoever signed it: they can change every file of data and sign again."""

    def __init__(self, talk: Talk, place: Path) -> None:
        self.talk = talk
        self.place = saved(talk.package(), place)
        self.before = {
            path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
        }
        self.statement = json.loads(base64.b64decode(json.loads(self.before[DSSE])["payload"]))

    def names(self, folder: str = "") -> list[str]:
        """Files of data that verify_messages.py reads."""
        made = ("messages/", "keylog/", "contexts/", "lists/", "attachments/", "selection.json")
        data = [path.removeprefix("bag/data/") for path in self.before if path.startswith("bag/data/")]
        return sorted(name for name in data if name.startswith(made) and name.startswith(folder))

    def read(self, name: str) -> bytes:
        return self.before[f"bag/data/{name}"]

    def json(self, name: str) -> Any:
        return json.loads(self.read(name))

    def look(self, files: Mapping[str, bytes | None], arguments: Sequence[str] | None = None) -> Told:
        """With these files in place of others, or without those that are None, signed again; all is put back."""
        changed = {f"bag/data/{name}": data for name, data in files.items()}
        now = {**self.before, **changed}
        subject = [
            {"digest": {"sha256": hashlib.sha256(data).hexdigest()}, "name": path}
            for path, data in sorted(now.items())
            if path.startswith("bag/") and data is not None
        ]
        payload = canonical.encode({**self.statement, "subject": subject})
        changed[DSSE] = envelope.sign(Kind.PARTICIPANT_DISCLOSURE, payload, (self.talk.signer(),))
        try:
            self._put(changed)
            return look(self.place, self.talk.trust if arguments is None else arguments)
        finally:
            self._put({path: self.before.get(path) for path in changed})

    def _put(self, files: Mapping[str, bytes | None]) -> None:
        for path, data in files.items():
            file = self.place / path
            if data is None:
                file.unlink()
            else:
                file.parent.mkdir(exist_ok=True)
                file.write_bytes(data)
