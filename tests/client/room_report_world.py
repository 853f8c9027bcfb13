# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A group with people who look after it, in memory, and reports that no honest device would make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from privity.client.engine import evidence, kept_room_reports
from privity.client.engine import inputs as i
from privity.client.engine.kept_room_reports import KeptRoomReport
from privity.client.engine.reports import reported
from privity.client.engine.safety_inputs import FindModerators, ReportToModerators
from privity.identity.report_key import ReportKey
from privity.message import compose, room_report
from privity.message.franking import Frank, tag
from privity.message.report import AbuseReport, Reason, ReportedMessage, Subject
from privity.message.room_report import ID_BYTES, RoomReport
from privity.message.safe_aad import encode_aad
from privity.mls.crypto import sign_with_label
from privity.mls.messages.codepoints import PRIVATE_MESSAGE
from privity.mls.messages.framing import LABEL, FramedContent, Sender, content_tbs
from privity.mls.messages.leaf_node import LeafNode
from privity.policy.members import find_client
from privity.policy.roles import Role
from privity.wire.socket import InboxKind
from tests.client.fake_hub import SUITE, Phone, World, plain


@dataclass
class Club:
    """`anna` is admin, `mona` moderator; `ben` reports, and `mal` is reported."""

    world: World
    room: str
    anna: Phone
    mona: Phone
    ben: Phone
    mal: Phone

    def give(self, whom: Phone, role: Role) -> None:
        self.anna.do(lambda n: i.GiveRole(n, self.room, whom.user, role))

    def report(self, by: Phone, *message_ids: bytes, accused: Phone | None = None, may_name: bool = False) -> str:
        user = "" if accused is None else accused.user
        make = ReportToModerators
        return str(by.do(lambda n: make(n, self.room, message_ids, user, Reason.SPAM, "a note", may_name)))

    def moderators(self, by: Phone, accused: Phone) -> object:
        return by.do(lambda n: FindModerators(n, self.room, accused.user))

    def public_of(self, phone: Phone) -> bytes:
        """The newest report key of a device, as the hub has it."""
        return ReportKey.decode(self.world.hub.report_keys[phone.client]).public

    def evidence_of(self, phone: Phone, message_id: bytes, *, authorship: bool = True) -> ReportedMessage:
        """A message as an honest report of this device would bring it."""
        record = evidence.find(phone.engine.device, self.room, message_id)
        assert record is not None
        return reported(phone.engine.device, record, authorship)

    def draft(self, by: Phone, *messages: ReportedMessage, to: tuple[Phone, ...] = ()) -> RoomReport:
        """An honest report, unsigned, to `to` or else to mona."""
        made = AbuseReport(by.user, self.mal.user, self.room, Reason.SPAM, "a note", messages)
        if not messages:
            made = replace(made, subject=Subject.PERSON)
        recipients = room_report.order([phone.client for phone in to or (self.mona,)])
        return RoomReport(self.world.random.randbytes(ID_BYTES), self.room, by.client, recipients, False, made)

    def post(self, report: RoomReport, to: Phone | None = None, room: str = "") -> None:
        """What a hub that helps a cheat puts into an inbox."""
        reader = to or self.mona
        keys = {each: self.public_of(self._phone(each)) for each in report.recipients}
        sealed = room_report.seal(report, keys, self.world.random.randbytes)
        wrapped = sealed.wrapped.get(reader.client) or min(sealed.wrapped.values())
        self.world.hub.post(reader.client, InboxKind.ROOM_REPORT, room or self.room, 0, wrapped + sealed.body)
        self.world.settle()

    def invented(self, text: str, frank: Frank, ts_ms: int) -> ReportedMessage:
        """Words that mal never said, beside a true mark of the hub."""
        author = compose.Author(self.mal.user, self.room)
        content = compose.message(author, plain(text), random=self.world.random.randbytes)
        return ReportedMessage(content.encode(), frank, ts_ms)

    def signed_as(self, true: ReportedMessage, text: str, leaf: LeafNode, private: bytes) -> ReportedMessage:
        """Words that mal never said, with a proof of authorship of which all holds but whose leaf it is."""
        proof = true.authorship
        assert proof is not None
        lie = self.invented(text, true.frank, true.ts_ms)
        aad = encode_aad(tag(lie.data))
        content = FramedContent(self.room.encode(), proof.epoch, Sender.member(proof.leaf_index), aad, lie.data)
        signature = sign_with_label(SUITE, private, LABEL, content_tbs(PRIVATE_MESSAGE, content, proof.group_context))
        forged = replace(proof, aad=aad, signature=signature, leaf_node=leaf.encode())
        return replace(lie, authorship=forged)

    def leaf_of(self, phone: Phone) -> LeafNode:
        """The true leaf of a device in the room."""
        found = find_client(self.anna.engine.rooms[self.room].require_group().tree, phone.client)
        assert found is not None
        return self.anna.engine.rooms[self.room].require_group().tree.leaf(found)

    def _phone(self, client_uri: str) -> Phone:
        return next(phone for phone in self.world.phones if phone.client == client_uri)


def club(seed: int = 1) -> Club:
    world = World(seed)
    anna, mona, ben, mal = (world.person() for _ in range(4))
    room = anna.create_group()
    made = Club(world, room, anna, mona, ben, mal)
    for phone in (mona, ben, mal):
        anna.invite(room, phone)
    made.give(mona, Role.MODERATOR)
    return made


def received(phone: Phone) -> list[KeptRoomReport]:
    """What is kept, the newest first."""
    return kept_room_reports.all_of(phone.view)


def proofs(phone: Phone) -> list[str]:
    """How the messages of the only report stand."""
    (kept,) = received(phone)
    return [message.proof.value for message in kept.messages]


def withheld(world: World) -> Callable[[], None]:
    """The hub keeps reports back from now on; what comes back brings them all."""
    honest, held = world.hub.post, list[tuple[str, InboxKind, str, int, bytes]]()

    def post(client: str, kind: InboxKind, room_uri: str, room_seq: int, body: bytes) -> None:
        if kind is InboxKind.ROOM_REPORT:
            held.append((client, kind, room_uri, room_seq, body))
        else:
            honest(client, kind, room_uri, room_seq, body)

    def release() -> None:
        for each in held:
            honest(*each)
        held.clear()
        world.settle()

    world.hub.post = post  # type: ignore[method-assign]  # the hub takes its time
    return release
