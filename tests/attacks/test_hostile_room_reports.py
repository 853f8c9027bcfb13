# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports to those who look after a room, against a hub that lies and members who cheat.

Promise 2 holds here as for messages: a hub can withhold, and adds no reader. And no report is worth more than what the
reader's own device can check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from privity.client.engine import inputs as i
from privity.client.engine import kept_room_reports, moderation
from privity.client.engine.calls import Call
from privity.client.engine.kept_room_reports import How
from privity.client.engine.moderation import CAME
from privity.client.engine.records import Table
from privity.client.engine.report_keys import KEPT_MS, RENEW_MS, SCOPE, OwnReportKey
from privity.client.engine.safety_inputs import PassOnRoomReport, Report, SettleRoomReport
from privity.client.engine.shown import RoomReportArrived
from privity.client.engine.trust import Pins
from privity.client.errors import AccountKeyChanged, CommandRefused
from privity.identity.account import RESET_PENDING_MS
from privity.identity.credential import make_credential
from privity.identity.report_key import LABEL, ReportKey
from privity.identity.uris import new_client_uri
from privity.message.authorship import verify_authorship
from privity.message.franking import Frank, frank, tag
from privity.message.report import Reason
from privity.message.room_report import RoomReport
from privity.mls.crypto import generate_signature_key, sign_with_label
from privity.mls.messages.leaf_node import LeafNode, LeafSource, Lifetime
from privity.policy.roles import Role
from privity.wire import rest
from privity.wire.errors import Code, Refusal
from privity.wire.socket import Inbox, InboxKind
from tests.client.fake_hub import SUITE, Phone
from tests.client.hostile_hub import Answers, notices
from tests.client.room_report_world import Club, club, proofs, received, withheld
from tests.client.test_franking_agent import rotate
from tests.client.test_key_log import ghost_list

DAY_MS = 86_400_000


@pytest.fixture
def here() -> Club:
    return club()


def refusals(phone: Phone) -> list[str]:
    return [text for text in notices(phone) if "was refused" in text]


def check_refused(here: Club, reader: Phone) -> None:
    """Said once, with nobody's name, and nothing kept."""
    (said,) = refusals(reader)
    assert "mimi://" not in said
    assert received(reader) == [] and reader.view.scan(Table.OWN, CAME) == []
    assert not any(isinstance(what, RoomReportArrived) for what in reader.shown)


class Keys(Answers):
    """A hub that adds keys to those of who takes reports, before and after them, and may withhold the true ones. `to`
    are the devices that reports were sealed to."""

    def __init__(self, here: Club) -> None:
        super().__init__(here.world)
        self.added: list[bytes] = []
        self.withholds = False
        self.to: set[str] = set()

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        if isinstance(honest, rest.RoomModerators):
            return rest.RoomModerators([*self.added, *([] if self.withholds else honest.keys), *self.added])
        if isinstance(call.body, rest.RoomReport):
            self.to |= {each.client_uri for each in call.body.wrapped}
        return honest


# Readers that the hub would like


def its_own(here: Club) -> list[bytes]:
    """A key of the hub's under the name of a device that is there, and one under a name of its own."""
    rnd = here.world.random.randbytes
    names = (here.mona.client, here.anna.client, here.mona.client[:-26] + "a" * 26)
    return [ReportKey.sign(name, rnd(32), 1 << 50, rnd(32)).encode() for name in names]


def of(phone: Phone, number: int = 1 << 50) -> bytes:
    private = phone.world.random.randbytes(32)
    return ReportKey.sign(phone.client, phone.own.signature_private, number, private).encode()


def renamed(here: Club) -> list[bytes]:
    """The keys of two moderators, each under the other's name, or with another number."""
    anna, mona = (ReportKey.decode(here.world.hub.report_keys[each.client]) for each in (here.anna, here.mona))
    changed = (
        replace(anna, client_uri=mona.client_uri),
        replace(mona, client_uri=anna.client_uri),
        replace(anna, public=mona.public),
        replace(anna, number=anna.number + 1),
    )
    return [each.encode() for each in changed]


READERS: dict[str, Callable[[Club], list[bytes]]] = {
    "its own": its_own,
    "an outsider": lambda here: [of(here.world.person())],
    "an ordinary member": lambda here: [of(here.mal)],
    "the reporter": lambda here: [of(here.ben)],
    "renamed": renamed,
    "no keys": lambda here: [b"", bytes(64), of(here.mona)[:-1]],
    "unusable": lambda here: [unusable(here.mona)],
}


def unusable(phone: Phone) -> bytes:
    """A key that a moderator's device has signed and that nothing can be sealed to."""
    draft = replace(ReportKey.decode(of(phone)), public=bytes(32))
    return replace(draft, signature=sign_with_label(SUITE, phone.own.signature_private, LABEL, draft.tbs())).encode()


def test_no_reader_is_added_to_those_who_look_after_the_room(here: Club) -> None:
    said = here.mal.say(here.room, "an ugly teapot")
    hub = Keys(here)
    for name, make in READERS.items():
        hub.added, hub.withholds = make(here), False
        here.report(here.ben, said)
        assert hub.to == {here.anna.client, here.mona.client}, name
        hub.to, hub.withholds = set(), True
        with pytest.raises(CommandRefused, match="ask the desk"):
            here.report(here.ben, said)
        assert hub.to == set(), name
    assert proofs(here.anna) == proofs(here.mona) == ["seen"]


def test_who_is_reported_gets_nothing_though_they_look_after_the_room(here: Club) -> None:
    here.give(here.mal, Role.ADMIN)
    hub = Keys(here)
    assert set(here.world.hub.report_keys) == {each.client for each in (here.anna, here.mona, here.mal)}
    said = here.mal.say(here.room, "an ugly teapot")
    log, box = len(here.world.hub.rooms[here.room].log), len(here.world.hub.inboxes[here.mal.client])
    assert here.moderators(here.ben, here.mal) == tuple(sorted((here.anna.user, here.mona.user)))
    here.report(here.ben, said)
    here.report(here.ben, accused=here.mal)
    assert hub.to == {here.anna.client, here.mona.client}
    assert [len(received(phone)) for phone in (here.anna, here.mona, here.mal, here.ben)] == [2, 2, 0, 0]
    assert (len(here.world.hub.rooms[here.room].log), len(here.world.hub.inboxes[here.mal.client])) == (log, box)


def test_where_the_accused_alone_looks_after_the_room_the_desk_is_left(here: Club) -> None:
    here.give(here.mona, Role.MEMBER)
    said = here.anna.say(here.room, "an ugly teapot")
    assert here.moderators(here.ben, here.anna) == ()
    with pytest.raises(CommandRefused, match="ask the desk"):
        here.report(here.ben, said)
    here.ben.do(lambda n: Report(n, here.room, (said,), Reason.SPAM, ""))
    assert here.world.open_report(here.world.hub.reports[-1]).alleged_uri == here.anna.user


def test_an_older_key_of_the_same_device_does_not_come_back(here: Club) -> None:
    older = dict(here.world.hub.report_keys)
    here.world.pass_time(RENEW_MS + DAY_MS)
    said = here.mal.say(here.room, "an ugly teapot")
    here.report(here.ben, said)
    assert here.world.hub.report_keys[here.mona.client] != older[here.mona.client]
    replay = Keys(here)
    replay.added, replay.withholds = list(older.values()), True
    with pytest.raises(CommandRefused, match="ask the desk"):
        here.report(here.ben, said, accused=here.mal)
    assert replay.to == set()


def test_a_device_that_its_list_has_dropped_gets_nothing(here: Club) -> None:
    """Its leaf is still in the tree, for a hub that withholds the commit that takes it out."""
    second = here.world.second_device(here.mona)
    assert second.client in here.world.hub.report_keys
    here.anna.asleep = here.mona.asleep = True  # nobody commits what the hub proposes
    here.world.hub.publish(here.mona.user, dropping(here, second))
    here.world.hub.post(here.ben.client, InboxKind.DEVICE_LIST_CHANGED, "", 0, here.mona.user.encode())
    here.world.settle()
    hub = Keys(here)
    here.report(here.ben, accused=here.mal)
    assert hub.to == {here.anna.client, here.mona.client}


def test_an_account_that_was_taken_over_gets_nothing_before_somebody_agrees(here: Club) -> None:
    here.world.hub.publish(here.mona.user, ghost_list(here.world, here.mona, reset=True).encode())
    here.mona.asleep = True
    here.world.pass_time(RESET_PENDING_MS + DAY_MS)
    here.ben.do(lambda n: i.FetchDevices(n, here.mona.user))
    hub = Keys(here)
    here.report(here.ben, accused=here.mal)
    assert hub.to == {here.anna.client}


def test_a_moderator_whose_reset_somebody_else_agreed_to_gets_nothing_from_who_did_not(
    here: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anna has let mona's new devices in; ben was asked, and has said nothing yet."""

    def unasked(pins: Pins, user_uri: str) -> None:
        if user_uri == here.mona.user:
            raise AccountKeyChanged("the account was reset")

    monkeypatch.setattr(Pins, "check_accepted", unasked)
    hub = Keys(here)
    here.report(here.ben, accused=here.mal)
    assert hub.to == {here.anna.client}


def dropping(here: Club, gone: Phone) -> bytes:
    """The next list of mona's account without this device."""
    from privity.client.engine.own_devices import key_in_force
    from privity.identity.device_list import DeviceList

    in_force = here.world.hub.account(here.mona.user).in_force
    private = key_in_force(here.mona.engine.device)
    assert private is not None
    left = tuple(device for device in in_force.devices if device.client_uri != gone.client)
    fresh = here.world.random.randbytes(32)
    made = DeviceList.sign(here.mona.user, left, fresh, previous=in_force, previous_account_private=private)
    return made.encode()


# Reports that somebody else made, or of something else


def of_another(here: Club) -> RoomReport:
    """Made by mal, in the name of ben's device."""
    said = here.mal.say(here.room, "an ugly teapot")
    return here.draft(here.ben, here.evidence_of(here.ben, said)).signed_by(here.mal.own.signature_private)


def in_another_name(here: Club) -> RoomReport:
    """Made by ben's device, and says that anna reports."""
    draft = here.draft(here.ben)
    return by_ben(here, replace(draft, report=replace(draft.report, reporter_uri=here.anna.user)))


def by_a_stranger(here: Club) -> RoomReport:
    """Somebody whom the reader knows, and who was never in this room."""
    zoe = here.world.person()
    here.mona.do(lambda n: i.FetchDevices(n, zoe.user))
    return here.draft(zoe).signed_by(zoe.own.signature_private)


def by_a_ghost(here: Club) -> RoomReport:
    """A device of ben's that no list of his ever named."""
    random = here.world.random.randbytes
    return replace(here.draft(here.ben), client_uri=new_client_uri(here.ben.user, random)).signed_by(random(32))


def about_a_stranger(here: Club) -> RoomReport:
    draft = here.draft(here.ben)
    return by_ben(here, replace(draft, report=replace(draft.report, alleged_uri=here.world.person().user)))


def about_its_reader(here: Club) -> RoomReport:
    draft = here.draft(here.ben)
    return by_ben(here, replace(draft, report=replace(draft.report, alleged_uri=here.mona.user)))


def about_its_maker(here: Club) -> RoomReport:
    draft = here.draft(here.ben)
    return by_ben(here, replace(draft, report=replace(draft.report, alleged_uri=here.ben.user)))


def to_the_accused_too(here: Club) -> RoomReport:
    here.give(here.mal, Role.MODERATOR)
    return by_ben(here, here.draft(here.ben, to=(here.mona, here.mal)))


def by_ben(here: Club, report: RoomReport) -> RoomReport:
    return report.signed_by(here.ben.own.signature_private)


def test_a_report_that_no_honest_device_made_is_shown_to_nobody(here: Club) -> None:
    for make in (
        of_another,
        in_another_name,
        by_a_stranger,
        by_a_ghost,
        about_a_stranger,
        about_its_reader,
        about_its_maker,
        to_the_accused_too,
    ):
        here.mona.shown.clear()
        report = make(here)
        here.post(report)
        check_refused(here, here.mona)
    here.post(report, to=here.mal)
    check_refused(here, here.mal)
    here.post(by_ben(here, here.draft(here.ben)))
    assert len(received(here.mona)) == 1, "an honest one is kept"


def test_a_report_counts_in_its_room_and_for_its_devices_alone(here: Club) -> None:
    said = here.mal.say(here.room, "an ugly teapot")
    other = here.mona.create_group()
    signed = here.draft(here.ben, here.evidence_of(here.ben, said)).signed_by(here.ben.own.signature_private)
    here.post(signed, room=other)
    check_refused(here, here.mona)
    here.post(signed, to=here.anna)
    check_refused(here, here.anna)


def test_the_same_report_again_is_no_second_one(here: Club) -> None:
    said = here.mal.say(here.room, "an ugly teapot")
    signed = here.draft(here.ben, here.evidence_of(here.ben, said)).signed_by(here.ben.own.signature_private)
    for _ in range(3):
        here.post(signed)
    here.report(here.ben, said)
    assert len(received(here.mona)) == 1 == len(received(here.anna))
    here.report(here.anna, said)
    assert sorted(kept.reporter_uri for kept in received(here.mona)) == sorted([here.anna.user, here.ben.user])


# Messages that nobody sent


def late(here: Club) -> Phone:
    """A moderator who came after everything that is reported here was said."""
    nina = here.world.person()
    here.anna.invite(here.room, nina)
    here.give(nina, Role.MODERATOR)
    return nina


def test_what_the_reader_was_not_there_for_is_proven_by_the_hand_of_its_author(here: Club) -> None:
    said = here.mal.say(here.room, "an ugly teapot")
    nina = late(here)
    here.report(here.ben, said)
    assert (proofs(here.mona), proofs(nina)) == (["seen"], ["franked"])


def changed_frank(frank: Frank) -> Frank:
    return replace(frank, signature=bytes([frank.signature[0] ^ 1]) + frank.signature[1:])


def test_a_mark_under_the_key_that_the_hub_had_before_still_counts_and_one_of_no_record_does_not(here: Club) -> None:
    nina = here.world.person()
    before = here.mal.say(here.room, "an ugly teapot")
    rotate(here.world)
    after = here.mal.say(here.room, "an uglier one")
    here.anna.invite(here.room, nina)
    here.give(nina, Role.MODERATOR)
    here.report(here.ben, before, after)
    assert proofs(nina) == ["franked"] * 2
    here.world.hub.now_ms += 1
    true = here.evidence_of(here.ben, after)
    other, _ = generate_signature_key(SUITE, here.world.random.randbytes)
    period, made = here.world.hub.period_key, (tag(true.data), here.mal.user, here.room, true.ts_ms)
    lie = replace(true, frank=frank(period, other, 1, *made))
    here.post(here.draft(here.anna, lie, to=(nina,)).signed_by(here.anna.own.signature_private), to=nina)
    assert [message.proof.value for message in received(nina)[0].messages] == ["unproven"]


def test_words_without_one_of_their_proofs_are_unproven(here: Club) -> None:
    """A true mark of the hub beside other words, then with a true signature of their author's too; a true message with
    a broken mark, another time, or no signature."""
    said = [here.mal.say(here.room, f"a fine teapot {number}") for number in range(3)]
    nina = late(here)
    one, two, three = (here.evidence_of(here.ben, each) for each in said)
    lies = (
        here.invented("an ugly teapot", one.frank, one.ts_ms),
        replace(here.invented("an uglier teapot", one.frank, one.ts_ms), authorship=one.authorship),
        replace(one, frank=changed_frank(one.frank)),
        replace(two, ts_ms=two.ts_ms + 1),
        replace(three, authorship=None),
    )
    for lie in lies:
        here.world.hub.now_ms += 1
        here.post(by_ben(here, here.draft(here.ben, lie, to=(nina,))), to=nina)
        assert [message.proof.value for message in received(nina)[0].messages] == ["unproven"]
    assert len(received(nina)) == len(lies)


def test_a_proof_of_authorship_counts_for_who_owns_the_leaf_alone(here: Club) -> None:
    """The reporter signs words of mal with the own leaf, and with one that bears the name of mal's device."""
    said = here.mal.say(here.room, "a fine teapot")
    nina = late(here)
    true, private = here.evidence_of(here.ben, said), here.ben.own.signature_private
    assert true.authorship is not None
    own = LeafNode.decode(true.authorship.leaf_node)
    key, public = generate_signature_key(SUITE, here.world.random.randbytes)
    named = LeafNode.signed(
        SUITE,
        key,
        encryption_key=own.encryption_key,
        signature_key=public,
        credential=own.credential,
        capabilities=own.capabilities,
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(0, 1 << 40),
    )
    mine = LeafNode.signed(
        SUITE,
        private,
        encryption_key=own.encryption_key,
        signature_key=here.leaf_of(here.ben).signature_key,
        credential=make_credential(here.ben.client),
        capabilities=own.capabilities,
        source=LeafSource.KEY_PACKAGE,
        lifetime=Lifetime(0, 1 << 40),
    )
    for leaf, signer in ((mine, private), (named, key)):
        here.world.hub.now_ms += 1
        lie = here.signed_as(true, "an ugly teapot", leaf, signer)
        verify_authorship(lie, here.mal.user, here.room, lambda *_: None)  # all else of it holds
        here.post(by_ben(here, here.draft(here.ben, lie, to=(nina,))), to=nina)
        assert [message.proof.value for message in received(nina)[0].messages] == ["unproven"]
    assert len(received(nina)) == 2


def test_a_message_of_another_person_or_room_spoils_the_report(here: Club) -> None:
    mine, there = here.ben.say(here.room, "my own words"), here.anna.create_group()
    here.anna.invite(there, here.mal)
    elsewhere = here.mal.say(there, "an ugly teapot")
    for message in (
        here.evidence_of(here.anna, mine),
        Club(here.world, there, here.anna, here.mona, here.ben, here.mal).evidence_of(here.anna, elsewhere),
        replace(here.evidence_of(here.anna, mine), data=b"\x00"),
    ):
        here.mona.shown.clear()
        here.post(here.draft(here.ben, message).signed_by(here.ben.own.signature_private))
        check_refused(here, here.mona)


def test_what_is_too_long_for_one_report_is_said_and_what_fits_is_proven(here: Club) -> None:
    said = [here.mal.say(here.room, f"{number} teapots " * 6_000) for number in range(4)]
    nina = late(here)
    with pytest.raises(CommandRefused, match="too many or too long"):
        here.report(here.ben, *said)
    assert received(nina) == []
    here.report(here.ben, *said[:3])
    assert proofs(nina) == ["franked"] * 3


# What waits


def test_who_loses_the_office_just_then_is_left_out_and_the_others_get_it(here: Club) -> None:
    refused: list[Call] = []

    def once(phone: Phone, call: Call) -> None:
        if isinstance(call.body, rest.RoomReport) and not refused:
            refused.append(call)
            here.world.hub.refuse = lambda *_: None
            here.anna.command(lambda n: i.GiveRole(n, here.room, here.mona.user, Role.MEMBER))
            here.world.settle()
            raise Refusal(Code.CONFLICT, "not all of these devices are of somebody who looks after this room now")

    here.world.hub.refuse = once
    here.report(here.ben, accused=here.mal)
    assert len(refused) == 1
    assert [len(received(phone)) for phone in (here.anna, here.mona)] == [1, 0]


def test_who_lost_the_office_while_it_waited_reads_nothing(here: Club) -> None:
    said = here.mal.say(here.room, "an ugly teapot")
    release = withheld(here.world)
    here.report(here.ben, said)
    here.give(here.mona, Role.MEMBER)
    release()
    assert received(here.mona) == [] and here.mona.view.scan(Table.OWN, CAME) == []
    assert proofs(here.anna) == ["seen"]


@pytest.mark.parametrize("how", ["demoted", "left"])
def test_what_was_read_goes_with_the_office(here: Club, how: str) -> None:
    here.report(here.ben, here.mal.say(here.room, "an ugly teapot"))
    assert proofs(here.mona) == ["seen"]
    key = received(here.mona)[0].key
    if how == "demoted":
        here.give(here.mona, Role.MEMBER)
    else:
        here.mona.do(lambda n: i.Leave(n, here.room))
        here.world.pass_time(60_000)
    assert received(here.mona) == []
    assert here.mona.view.scan(Table.OWN, kept_room_reports.EVIDENCE) == []
    with pytest.raises(CommandRefused):
        here.mona.do(lambda n: SettleRoomReport(n, key, How.NOTHING))
    with pytest.raises(CommandRefused):
        here.mona.do(lambda n: PassOnRoomReport(n, key, ""))


def test_a_report_opens_for_thirty_days_after_its_key_was_replaced_and_no_longer(here: Club) -> None:
    first, second = (here.mal.say(here.room, text) for text in ("an ugly teapot", "an uglier one"))
    release = withheld(here.world)
    here.report(here.ben, first)
    before = here.world.hub.report_keys[here.mona.client]
    here.world.pass_time(RENEW_MS)
    assert here.world.hub.report_keys[here.mona.client] != before
    here.world.pass_time(KEPT_MS - DAY_MS)
    release()
    assert proofs(here.mona) == ["seen"]
    here.report(here.ben, second)
    here.world.pass_time(RENEW_MS)
    here.world.pass_time(KEPT_MS + DAY_MS)
    release()
    assert len(received(here.mona)) == 1
    assert any("key that this device does not have" in text for text in refusals(here.mona))
    now_ms = here.mona.engine.device.now_ms
    kept = [msgspec.msgpack.decode(value, type=OwnReportKey) for _, value in here.mona.view.scan(Table.OWN, SCOPE)]
    assert [each.replaced_ms for each in kept if not each.replaced_ms or each.replaced_ms < now_ms - KEPT_MS] == [0]


def test_a_conversation_that_is_stopped_for_a_while_keeps_its_reports(here: Club) -> None:
    here.report(here.ben, here.mal.say(here.room, "an ugly teapot"))
    room = here.mona.engine.rooms[here.room]
    room.record.stopped = "the hub shows something odd"
    said = here.mal.say(here.room, "an uglier one")
    here.mona.engine.device.note_epoch(here.room)
    here.report(here.ben, said)
    assert len(received(here.mona)) == 1 and len(here.mona.view.scan(Table.OWN, CAME)) == 1
    here.mona.disconnect()
    here.mona.connect()  # which enters it anew
    found = [message.proof.value for kept in received(here.mona) for message in kept.messages]
    assert sorted(found) == ["franked", "seen"] and here.mona.view.scan(Table.OWN, CAME) == []


def test_what_comes_before_the_log_was_read_is_opened_after_it(here: Club) -> None:
    """The reporter came in, and the message was sent, while the reader was away; the inbox is read first."""
    here.mona.disconnect()
    carl = here.world.person()
    here.anna.invite(here.room, carl)
    said = here.mal.say(here.room, "an ugly teapot")
    here.report(carl, said)
    here.mona.connect()
    assert proofs(here.mona) == ["seen"]
    assert [what for what in here.mona.shown if isinstance(what, RoomReportArrived)] == [
        RoomReportArrived(here.room, received(here.mona)[0].key.hex())
    ]


def test_what_waits_to_be_opened_outlives_the_process_and_has_an_end(
    here: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "MAX_CAME", 10)
    said = here.mal.say(here.room, "an ugly teapot")
    here.mona.disconnect()
    here.report(here.ben, said)
    here.mona.engine.device.caught_up = False
    (frame,) = [each for each in here.world.hub.inboxes[here.mona.client] if each.kind is InboxKind.ROOM_REPORT]
    for number in range(15):
        again = Inbox(frame.seq + number, frame.kind, frame.room_uri, 0, frame.body)
        here.mona.step(i.Received(again))
    assert len(here.mona.view.scan(Table.OWN, CAME)) == 10 and received(here.mona) == []
    here.mona.restart()
    assert proofs(here.mona) == ["seen"] and here.mona.view.scan(Table.OWN, CAME) == []


@pytest.mark.parametrize(("of_one", "of_all"), [(5, 500), (50, 6)], ids=["one", "all"])
def test_one_member_pushes_out_nothing_of_what_others_said(
    here: Club, monkeypatch: pytest.MonkeyPatch, of_one: int, of_all: int
) -> None:
    monkeypatch.setattr(kept_room_reports, "MAX_OF_ONE", of_one)
    monkeypatch.setattr(kept_room_reports, "MAX_KEPT", of_all)
    here.report(here.anna, here.mal.say(here.room, "an ugly teapot"))
    true = here.evidence_of(here.ben, here.mal.say(here.room, "a fine teapot"))
    for number in range(10):
        lie = here.invented(f"teapot {number}", true.frank, true.ts_ms)
        here.world.hub.now_ms += 1
        here.post(by_ben(here, here.draft(here.ben, lie)))
    kept = received(here.mona)
    assert [each.reporter_uri for each in kept] == [here.ben.user] * 5 + [here.anna.user]
    assert len(here.mona.view.scan(Table.OWN, kept_room_reports.EVIDENCE)) == 6
    (newest,) = kept_room_reports.report_of(here.mona.view, kept[0]).messages
    assert newest.data == lie.data


def test_whatever_bytes_come_nothing_breaks_and_nothing_is_kept(here: Club) -> None:
    random = here.world.random
    for size in (0, 1, 88, 89, 90, 4_400):
        here.world.hub.post(here.mona.client, InboxKind.ROOM_REPORT, here.room, 0, random.randbytes(size))
    here.world.hub.post(here.mona.client, InboxKind.ROOM_REPORT, "mimi://hub.example/r/none", 0, bytes(90))
    here.world.settle()
    assert received(here.mona) == [] and here.mona.view.scan(Table.OWN, CAME) == []
    here.report(here.ben, here.mal.say(here.room, "an ugly teapot"))
    assert proofs(here.mona) == ["seen"]
