# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub that lies about contacts: it hands out KeyPackages to strangers, forges, swaps, replays. Devices decide."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import msgspec
import pytest

from privity.client.engine import contact_inputs
from privity.client.engine.contact_codes import KeptCode
from privity.client.engine.contact_list import MAX_REFUSED, MAX_WAITING
from privity.client.engine.contact_signing import sign
from privity.client.engine.engine import MAX_UNENTERED
from privity.client.engine.records import Table
from privity.client.errors import CommandRefused, NotAContact
from privity.identity.consent import ConsentEntry, Op, UnprovenEntry, code_hash, code_proof
from privity.mls.crypto import SigningKey
from privity.mls.suites import suite
from privity.wire.age import AgeBand
from privity.wire.contacts import (
    Age,
    Contact,
    ContactMade,
    Contacts,
    Guardian,
    Invitation,
    Invited,
    Profile,
    Purpose,
    Request,
    Ward,
)
from privity.wire.errors import Code, Refusal
from privity.wire.socket import InboxKind
from tests.client.fake_hub import START_MS, Phone, World, befriend
from tests.client.hostile_hub import Answers, notices

ADULT, MINOR = Age(AgeBand.ADULT, None, False), Age(AgeBand.MINOR, None, False)
NOTHING = Contacts(ADULT, [], [], [], [], [], [], [], [])


class Town:
    """Strangers, and a hub that says of contacts whatever a test likes."""

    def __init__(self) -> None:
        self.world = World()
        self.world.befriending = False
        self.told: dict[str, Contacts] = {}
        self.world.hub.contacts = lambda phone: self.told.get(phone.user, NOTHING)

    def person(self) -> Phone:
        return self.world.person()

    def tell(self, phone: Phone, **said: object) -> None:
        """The hub's word to one person, and that there is something new."""
        self.told[phone.user] = msgspec.structs.replace(self.told.get(phone.user, NOTHING), **said)
        phone.do(contact_inputs.RefreshContacts)

    def contact(self, phone: Phone, other: Phone, own: list[bytes], theirs: list[bytes], **more: object) -> None:
        said = Contact(other.user, "somebody", own, theirs, [], START_MS)
        self.tell(phone, contacts=[msgspec.structs.replace(said, **more)])

    def both_asked(self, one: Phone, other: Phone) -> None:
        """As an honest hub tells it."""
        words = entry(one, Op.REQUEST, other.user), entry(other, Op.REQUEST, one.user)
        self.contact(one, other, [words[0]], [words[1]])
        self.contact(other, one, [words[1]], [words[0]])


@pytest.fixture
def town() -> Town:
    return Town()


def entry(signer: Phone, op: Op, other: str, **more: object) -> bytes:
    return sign(signer.engine.device, op, other, **more)  # type: ignore[arg-type]  # test shorthand


def forged(by: Phone, said_by: Phone, op: Op, other: str, **more: object) -> bytes:
    """A word of one person under the key of another."""
    fields = {"room_uri": "", "ward_uri": "", "proof": b"", "at_ms": START_MS} | more
    made = ConsentEntry(op=op, user_uri=said_by.user, other=other, client_uri=said_by.client, **fields)  # type: ignore[arg-type]
    return made.sign(SigningKey(suite(1), by.own.signature_private))


def made_code(phone: Phone, purpose: Purpose) -> bytes:
    kept = phone.do(lambda n: contact_inputs.MakeCode(n, purpose))
    assert isinstance(kept, KeptCode) and kept.code.hex() not in repr(kept) and str(kept.code) not in repr(kept)
    return kept.code


def profile(phone: Phone) -> Profile:
    return Profile(phone.user, "somebody", "", "", None, START_MS)


def request(asker: Phone, value: bytes, vouches: list[bytes] | None = None) -> Request:
    return Request(profile(asker), value, vouches or [], 0, START_MS)


def is_contact(phone: Phone, other: Phone) -> bool:
    return phone.engine.device.contacts.is_contact(other.user)


def held(phone: Phone, room: str) -> bool:
    record = phone.engine.rooms[room].record
    return record.held is not None and not record.held.declined


def add_by_force(town: Town, stranger: Phone, victim: Phone, *, direct: bool = False) -> str:
    """A stranger whose own device does not mind, and a hub that gives them the KeyPackages."""
    befriend(stranger, victim)
    victim.view.rows.pop((Table.CONTACT, "", stranger.user.encode()))
    pair = Contact(victim.user, "somebody", [], [], [], START_MS)
    town.told[stranger.user] = msgspec.structs.replace(NOTHING, contacts=[pair])
    if direct:
        return stranger.direct(victim)
    room = stranger.create_group()
    stranger.invite(room, victim)
    return room


def test_a_hub_that_hands_out_key_packages_to_strangers_gains_nothing(town: Town) -> None:
    stranger, victim = town.person(), town.person()
    for direct in (False, True):
        room = add_by_force(town, stranger, victim, direct=direct)
        stranger.say(room, "psst")
        assert held(victim, room) and victim.texts(room) == [] and victim.items(room) == []
        assert victim.engine.rooms[room].group is None and not victim.view.scan(Table.MLS, room)
        found = victim.engine.rooms[room].record.held
        assert found is not None and (found.added_by, found.people) == (stranger.user, (stranger.user,))
        victim.disconnect()
        victim.restart()
        assert held(victim, room), "also when the hub lists the room, and after a crash"
        with pytest.raises(CommandRefused):
            victim.say(room, "hello")


def test_a_minor_leaves_at_once_what_a_stranger_added_them_to(town: Town) -> None:
    stranger, kid = town.person(), town.person()
    town.tell(kid, age=MINOR)
    left = Answers(town.world)
    room = add_by_force(town, stranger, kid)
    assert not held(kid, room) and kid.items(room) == []
    assert left.asked("/leave") == 1
    assert sum("left at once" in text for text in notices(kid)) == 1
    kid.restart()
    assert left.asked("/leave") == 1, "it is not entered again, nor said again"


def test_a_minor_is_asked_before_a_group_with_strangers(town: Town) -> None:
    friend, kid, stranger = town.person(), town.person(), town.person()
    town.both_asked(friend, kid)
    town.tell(kid, age=MINOR)
    befriend(friend, stranger)
    stranger.view.rows.pop((Table.CONTACT, "", friend.user.encode()))
    pairs = [*town.told[friend.user].contacts, Contact(stranger.user, "somebody", [], [], [], START_MS)]
    town.tell(friend, contacts=pairs)
    room = friend.create_group()
    friend.invite(room, stranger)
    friend.invite(room, kid)
    assert held(kid, room)
    kid.do(lambda n: contact_inputs.AcceptHeld(n, room))
    friend.say(room, "hello")
    assert kid.texts(room) == ["hello"] and not held_back(kid, room)


def held_back(phone: Phone, room: str) -> bool:
    return phone.engine.rooms[room].record.held is not None


def test_what_was_held_is_entered_or_left_by_the_persons_word_alone(town: Town) -> None:
    stranger, victim = town.person(), town.person()
    first, second = add_by_force(town, stranger, victim), add_by_force(town, stranger, victim)
    victim.do(lambda n: contact_inputs.AcceptHeld(n, first))
    stranger.say(first, "you came")
    assert victim.texts(first) == ["you came"]
    victim.do(lambda n: contact_inputs.LeaveHeld(n, second))
    assert held_back(victim, second) and not held(victim, second)
    for make in (contact_inputs.AcceptHeld, contact_inputs.LeaveHeld):
        with pytest.raises(CommandRefused, match="does not wait"):
            victim.do(lambda n, make=make: make(n, second))  # type: ignore[misc]  # a default in a lambda
    victim.restart()
    assert victim.items(second) == [] and not held(victim, second)


def test_rooms_of_strangers_that_the_hub_lists_are_not_entered(town: Town) -> None:
    """A room in which the account takes part by the list alone: its devices would enter from outside."""
    stranger, victim = town.person(), town.person()
    room = add_by_force(town, stranger, victim)
    newer = town.world.second_device(victim)
    assert held(newer, room) and newer.engine.rooms[room].group is None and newer.items(room) == []
    stranger.say(room, "psst")
    assert newer.texts(room) == []
    town.tell(newer, rooms=[entry(victim, Op.GRANT, stranger.user, room_uri=room)])
    newest = town.world.second_device(victim)
    stranger.say(room, "hello")
    assert newest.texts(room) == ["hello"], "what another device of the account agreed to is entered"


def test_a_room_word_that_the_account_did_not_sign_lets_nobody_in(town: Town) -> None:
    stranger, victim = town.person(), town.person()
    room = add_by_force(town, stranger, victim)
    word = forged(stranger, victim, Op.GRANT, stranger.user, room_uri=room)
    town.tell(victim, rooms=[word, entry(stranger, Op.GRANT, victim.user, room_uri=room), b"", b"\x00"])
    newer = town.world.second_device(victim)
    assert held(newer, room) and held(victim, room)


def test_no_flood_of_rooms_fills_a_list_without_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privity.client.engine.engine.MAX_UNENTERED", 2)
    assert MAX_UNENTERED >= 100
    stranger, victim = town.person(), town.person()
    rooms = [add_by_force(town, stranger, victim) for _ in range(4)]
    assert sum(room in victim.engine.rooms for room in rooms) == 2


Lie = Callable[[Phone, Phone, Phone], tuple[list[bytes], list[bytes]]]
ROOM = f"mimi://hub.example/r/{'a' * 26}"


def mine(anna: Phone, other: Phone) -> list[bytes]:
    return [entry(anna, Op.REQUEST, other.user)]


def theirs(anna: Phone, other: Phone) -> list[bytes]:
    return [entry(other, Op.REQUEST, anna.user)]


LIES: dict[str, Lie] = {
    "nothing": lambda anna, mal, ben: ([], []),
    "theirs alone": lambda anna, mal, ben: ([], theirs(anna, mal)),
    "mine alone": lambda anna, mal, ben: (mine(anna, mal), []),
    "forged by them": lambda anna, mal, ben: ([forged(mal, anna, Op.REQUEST, mal.user)], theirs(anna, mal)),
    "for somebody else": lambda anna, mal, ben: (mine(anna, ben), theirs(anna, mal)),
    "to somebody else": lambda anna, mal, ben: (mine(anna, mal), theirs(ben, mal)),
    "of somebody else": lambda anna, mal, ben: (mine(anna, mal), theirs(anna, ben)),
    "under their name": lambda anna, mal, ben: (mine(anna, mal), [forged(ben, mal, Op.REQUEST, anna.user)]),
    "a handle of another": lambda anna, mal, ben: ([entry(anna, Op.REQUEST, "ben_b")], theirs(anna, mal)),
    "to another handle": lambda anna, mal, ben: (mine(anna, mal), [entry(mal, Op.REQUEST, "not_anna")]),
    "about a room": lambda anna, mal, ben: (
        [entry(anna, Op.GRANT, mal.user, room_uri=ROOM)],
        [entry(mal, Op.GRANT, anna.user, room_uri=ROOM)],
    ),
    "no entries at all": lambda anna, mal, ben: ([b""], [b"\xff" * 2000]),
    "swapped": lambda anna, mal, ben: (theirs(anna, mal), mine(anna, mal)),
    "a meeting of one": lambda anna, mal, ben: ([], [entry(mal, Op.MEET, anna.user, proof=bytes(32))]),
    "a vouch": lambda anna, mal, ben: (
        [entry(anna, Op.VOUCH, mal.user, ward_uri=ben.user)],
        [entry(mal, Op.VOUCH, anna.user, ward_uri=ben.user)],
    ),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_stranger_is_no_contact_whatever_the_hub_says(town: Town, lie: str) -> None:
    anna, mallory, ben = town.person(), town.person(), town.person()
    town.contact(anna, mallory, *LIES[lie](anna, mallory, ben))
    town.contact(anna, mallory, *LIES[lie](anna, mallory, ben))
    assert not is_contact(anna, mallory)
    with pytest.raises(NotAContact):
        anna.direct(mallory)
    assert sum("does not prove it" in text for text in notices(anna)) <= 1, "said once"
    town.contact(anna, mallory, mine(anna, mallory), theirs(anna, mallory))
    assert is_contact(anna, mallory)


def test_a_handle_means_whom_this_device_knows_by_it(town: Town) -> None:
    """The account asked for `ben_b`; the hub says that this is Mallory, who asked too."""
    anna, mallory, ben = town.person(), town.person(), town.person()
    asked = [entry(anna, Op.REQUEST, "ben_b")]
    anna.view.save({(Table.PIN, "handle", ben.user.encode()): b"ben_b"})
    town.contact(anna, mallory, asked, theirs(anna, mallory), handle="ben_b")
    assert not is_contact(anna, mallory)
    assert any("this account did not sign" in text for text in notices(anna))
    town.contact(anna, ben, asked, theirs(anna, ben), handle="ben_b")
    assert is_contact(anna, ben)


@pytest.mark.parametrize("seed", range(4))
def test_no_flipped_byte_makes_a_contact(town: Town, seed: int) -> None:
    anna, ben = town.person(), town.person()
    rnd = Random(seed)
    words = entry(anna, Op.REQUEST, ben.user), entry(ben, Op.REQUEST, anna.user)
    side = seed % 2
    for _ in range(20):
        bent = [bytearray(word) for word in words]
        at = rnd.randrange(len(bent[side]))
        bent[side][at] ^= 1 << rnd.randrange(8)
        town.contact(anna, ben, [bytes(bent[0])], [bytes(bent[1])])
        assert not is_contact(anna, ben)


def test_an_ended_contact_does_not_come_back_by_what_was_signed_before(town: Town) -> None:
    anna, ben = town.person(), town.person()
    tablet = town.world.second_device(anna)
    town.both_asked(anna, ben)
    before = town.told[anna.user]
    town.world.pass_time(1000)
    late = entry(ben, Op.GRANT, anna.user)  # which the hub keeps for later
    tablet.do(contact_inputs.RefreshContacts)
    assert is_contact(anna, ben) and is_contact(tablet, ben)
    town.world.pass_time(1000)
    refuse(town, lambda path: path.startswith("/v1/contacts/"), Code.NOT_FOUND)
    anna.do(lambda n: contact_inputs.EndContact(n, ben.user))
    assert not is_contact(anna, ben), "whatever the hub says of it"
    for replay in (before, msgspec.structs.replace(before, contacts=[grown(before.contacts[0], late)])):
        town.told[anna.user] = replay
        anna.do(contact_inputs.RefreshContacts)
        anna.restart()
        assert not is_contact(anna, ben)
    town.told[anna.user] = NOTHING
    tablet.do(contact_inputs.RefreshContacts)
    town.told[anna.user] = before
    tablet.do(contact_inputs.RefreshContacts)
    assert not is_contact(tablet, ben), "another device of the account, which was told of the end"
    town.world.pass_time(1000)
    town.both_asked(anna, ben)
    assert is_contact(anna, ben), "they asked anew"


def grown(told: Contact, theirs: bytes) -> Contact:
    return msgspec.structs.replace(told, theirs=[*told.theirs, theirs])


def refuse(town: Town, which: Callable[[str], bool], code: Code) -> None:
    def raises(phone: Phone, call: object) -> None:
        if which(getattr(call, "path", "")):
            raise Refusal(code, "no such person, or none that you may know of")

    town.world.hub.refuse = raises


def test_a_hub_that_forgets_a_contact_and_remembers_it_brings_it_back_with_new_words_only(town: Town) -> None:
    anna, ben = town.person(), town.person()
    town.both_asked(anna, ben)
    before = town.told[anna.user]
    town.tell(anna, contacts=[])
    assert not is_contact(anna, ben)
    town.told[anna.user] = before
    anna.do(contact_inputs.RefreshContacts)
    assert not is_contact(anna, ben)


def test_an_age_that_the_hub_raises_is_said_aloud_and_makes_no_contact(town: Town) -> None:
    kid, stranger = town.person(), town.person()
    town.tell(kid, age=MINOR)
    yes, ask = entry(kid, Op.GRANT, stranger.user), entry(stranger, Op.REQUEST, kid.user)
    town.contact(kid, stranger, [yes], [ask])
    assert not is_contact(kid, stranger), "a minor's yes to who asked waits for a guardian"
    town.tell(kid, age=ADULT)
    assert sum("adult's from now on" in text for text in notices(kid)) == 1
    assert is_contact(kid, stranger), "the operator may decide that, and the person said yes themselves"
    other = town.person()
    town.contact(kid, other, [], [entry(other, Op.REQUEST, kid.user)])
    assert not is_contact(kid, other), "without a word of the person nobody is one"


def test_a_guardians_word_is_theirs_alone(town: Town) -> None:
    kid, parent, stranger, other = (town.person() for _ in range(4))
    guard = entry(kid, Op.GUARD, parent.user, proof=bytes(32))
    town.tell(kid, age=MINOR, guardians=[Guardian(parent.user, "somebody", guard, False)])
    ask = entry(stranger, Op.REQUEST, kid.user)
    lies = {
        "forged": forged(stranger, parent, Op.VOUCH, stranger.user, ward_uri=kid.user),
        "of somebody who is no guardian": entry(other, Op.VOUCH, stranger.user, ward_uri=kid.user),
        "for somebody else": entry(parent, Op.VOUCH, other.user, ward_uri=kid.user),
        "for another ward": entry(parent, Op.VOUCH, stranger.user, ward_uri=other.user),
        "another word": entry(parent, Op.GRANT, stranger.user),
        "nothing": b"",
    }
    for what, lie in lies.items():
        town.tell(kid, requests=[request(stranger, ask, [lie])])
        assert kid.engine.device.contacts.waiting.requests == (), what
        town.contact(kid, stranger, [entry(kid, Op.GRANT, stranger.user)], [ask], vouches=[lie])
        assert not is_contact(kid, stranger), what
    yes = entry(parent, Op.VOUCH, stranger.user, ward_uri=kid.user)
    town.tell(kid, requests=[request(stranger, ask, [yes])])
    assert len(kid.engine.device.contacts.waiting.requests) == 1
    town.contact(kid, stranger, [entry(kid, Op.GRANT, stranger.user)], [ask], vouches=[yes])
    assert is_contact(kid, stranger)


def test_a_guardian_whom_the_ward_did_not_take_vouches_for_nobody(town: Town) -> None:
    kid, mallory, stranger = (town.person() for _ in range(3))
    taken = forged(mallory, kid, Op.GUARD, mallory.user, proof=bytes(32))
    yes = entry(mallory, Op.VOUCH, stranger.user, ward_uri=kid.user)
    town.tell(kid, age=MINOR, guardians=[Guardian(mallory.user, "somebody", taken, False)])
    town.tell(kid, requests=[request(stranger, entry(stranger, Op.REQUEST, kid.user), [yes])])
    waiting = kid.engine.device.contacts.waiting
    assert waiting.guardians == () and waiting.requests == ()


def test_requests_and_invitations_that_nobody_made_are_not_shown(town: Town) -> None:
    anna, ben, mallory = (town.person() for _ in range(3))
    room = ROOM
    lies = [
        request(ben, forged(mallory, ben, Op.REQUEST, anna.user)),
        request(mallory, entry(ben, Op.REQUEST, anna.user)),
        request(ben, entry(ben, Op.REQUEST, mallory.user)),
        request(ben, entry(ben, Op.REQUEST, "not_anna")),
        request(ben, entry(ben, Op.REQUEST, anna.user, room_uri=room)),
        request(anna, entry(anna, Op.REQUEST, ben.user)),
        request(ben, b""),
    ]
    elsewhere = f"mimi://hub.example/r/{'b' * 25}a"
    invitations = [
        Invitation(room, profile(ben), value, 1, [])
        for value in (
            b"",
            entry(ben, Op.REQUEST, anna.user),
            entry(ben, Op.REQUEST, anna.user, room_uri=elsewhere),
            entry(ben, Op.REQUEST, mallory.user, room_uri=room),
            entry(ben, Op.GRANT, anna.user, room_uri=room),
            forged(mallory, ben, Op.REQUEST, anna.user, room_uri=room),
        )
    ]
    town.tell(anna, requests=lies * 100, invitations=invitations)
    assert len(lies * 100) > MAX_WAITING
    waiting = anna.engine.device.contacts.waiting
    assert waiting.requests == () and waiting.invitations == ()
    good = Invitation(room, profile(ben), entry(ben, Op.REQUEST, anna.user, room_uri=room), 3, [mallory.user])
    town.tell(anna, requests=[request(ben, entry(ben, Op.REQUEST, "somebody"))], invitations=[good])
    waiting = anna.engine.device.contacts.waiting
    assert len(waiting.requests) == 1
    assert [each.contacts for each in waiting.invitations] == [[]], "who is a contact this device knows better"


def test_nobody_is_added_who_did_not_say_yes(town: Town) -> None:
    anna, ben, mallory = (town.person() for _ in range(3))
    room = anna.create_group()
    asked = entry(anna, Op.REQUEST, ben.user, room_uri=room)
    for lie in (
        entry(ben, Op.GRANT, anna.user),
        entry(ben, Op.GRANT, mallory.user, room_uri=room),
        entry(ben, Op.REQUEST, anna.user, room_uri=room),
        forged(mallory, ben, Op.GRANT, anna.user, room_uri=room),
        b"",
    ):
        town.tell(anna, invited=[Invited(room, ben.user, asked, lie)])
        assert not ben.engine.rooms
    yes = entry(ben, Op.GRANT, anna.user, room_uri=room)
    ben.engine.device.contacts.note_room(room, [yes])
    town.tell(anna, invited=[Invited(room, ben.user, asked, yes)])
    anna.say(room, "welcome")
    assert ben.texts(room) == ["welcome"]


def test_a_code_of_a_device_is_proven_by_nobody_who_did_not_read_it(town: Town) -> None:
    anna, ben, mallory = (town.person() for _ in range(3))
    answers = Codes(town)
    code = made_code(anna, Purpose.CONTACT)
    assert answers.hashes == [code_hash(code)]
    guesses = [
        bytes(32),
        code_proof(bytes(10), Op.MEET, mallory.user, anna.user),
        code_proof(code, Op.GUARD, mallory.user, anna.user),
        code_proof(code, Op.MEET, ben.user, anna.user),
        code_proof(code, Op.MEET, anna.user, mallory.user),
    ]
    for guess in guesses:
        town.tell(anna, requests=[request(mallory, entry(mallory, Op.MEET, anna.user, proof=guess))])
    assert answers.granted == [] and not anna.engine.device.contacts.everybody()
    met = entry(ben, Op.MEET, anna.user, proof=code_proof(code, Op.MEET, ben.user, anna.user))
    town.tell(anna, requests=[request(ben, met)])
    town.tell(anna, requests=[request(ben, met)])
    assert len(set(answers.granted)) == 1 and len(answers.granted) == 2, "the same answer again where it was lost"
    again = entry(mallory, Op.MEET, anna.user, proof=code_proof(code, Op.MEET, mallory.user, anna.user))
    town.tell(anna, requests=[request(mallory, again)])
    assert len(set(answers.granted)) == 1, "a code counts once, whatever the hub lets pass"
    town.contact(anna, ben, [answers.granted[0]], [met])
    assert is_contact(anna, ben)


def test_a_code_leads_to_its_maker_and_to_nobody_whom_the_hub_names(town: Town) -> None:
    anna, ben, mallory = (town.person() for _ in range(3))
    answers = Codes(town)
    code = made_code(ben, Purpose.CONTACT)
    anna.do(lambda n: contact_inputs.UseCode(n, code, Purpose.CONTACT, mallory.user))
    (used,) = answers.used
    for proof in (bytes(32), code_proof(bytes(10), Op.MEET, mallory.user, anna.user)):
        town.contact(anna, mallory, [used], [entry(mallory, Op.MEET, anna.user, proof=proof)])
        assert not is_contact(anna, mallory)
    assert any("was not made with the code" in text for text in notices(anna))


def test_a_ward_that_knows_no_code_of_the_guardian_is_sent_away(town: Town) -> None:
    parent, kid = town.person(), town.person()
    answers = Codes(town)
    code = made_code(parent, Purpose.GUARDIAN)
    for proof in (bytes(32), code_proof(code, Op.MEET, kid.user, parent.user)):
        lie = Ward(kid.user, "somebody", entry(kid, Op.GUARD, parent.user, proof=proof), [], MINOR)
        town.tell(parent, wards=[lie])
        assert parent.engine.device.contacts.waiting.wards == ()
    assert answers.ended == 2
    good = entry(kid, Op.GUARD, parent.user, proof=code_proof(code, Op.GUARD, kid.user, parent.user))
    asks = [
        request(kid, forged(kid, parent, Op.REQUEST, kid.user)),
        request(parent, b""),
    ]
    for _ in range(2):
        town.tell(parent, wards=[Ward(kid.user, "somebody", good, asks, MINOR)])
        (ward,) = parent.engine.device.contacts.waiting.wards
        assert ward.asks == []


class Codes:
    """A hub that takes codes, and what it was told by them."""

    def __init__(self, town: Town) -> None:
        self.hashes: list[bytes] = []
        self.used: list[bytes] = []
        self.granted: list[bytes] = []
        self.ended = 0
        honest = town.world.hub.answer

        def answer(phone: Phone, call: object) -> object:
            path, body = getattr(call, "path", ""), getattr(call, "body", None)
            if path == "/v1/contacts/codes":
                self.hashes.append(body.code_hash)  # type: ignore[union-attr]  # a MakeCode
                return msgspec.convert({"expires_ms": 0}, call.answer)  # type: ignore[attr-defined]  # a Call
            if path == "/v1/contacts/codes/use":
                self.used.append(body.entry)  # type: ignore[union-attr]  # a UseCode
                return ContactMade(False)
            if path.startswith("/v1/contacts/"):
                self.granted.append(body.entry)  # type: ignore[union-attr]  # a Grant
                return ContactMade(True)
            if path.startswith("/v1/wards/"):
                self.ended += 1
                return msgspec.convert({}, call.answer)  # type: ignore[attr-defined]  # a Call
            return honest(phone, call)  # type: ignore[arg-type]  # a Call

        town.world.hub.answer = answer  # type: ignore[method-assign, assignment]  # the hub takes codes


def test_an_answer_that_is_overtaken_is_not_taken(town: Town) -> None:
    """Two rounds at once: the older answer comes last, and would end what was begun meanwhile."""
    anna, ben = town.person(), town.person()
    town.both_asked(anna, ben)
    book = anna.engine.device.contacts
    book.asked_rounds += 1
    book.taken_round = book.asked_rounds + 1
    town.told[anna.user] = NOTHING
    anna.do(contact_inputs.RefreshContacts)
    assert is_contact(anna, ben)


def test_a_hub_that_always_says_that_there_is_something_new_is_asked_once_at_a_time(town: Town) -> None:
    anna = town.person()
    answers = Answers(town.world)
    for _ in range(200):
        town.world.hub.post(anna.client, InboxKind.CONTACTS, "", 0, b"")
    town.world.settle()
    assert answers.asked("/v1/contacts") <= 201 and anna.engine.idle


def test_a_hub_that_knows_nothing_of_contacts_is_no_obstacle(town: Town) -> None:
    anna, ben = town.person(), town.person()
    refuse(town, lambda path: path.startswith("/v1/contacts"), Code.NOT_FOUND)
    anna.restart()
    assert notices(anna) == []
    with pytest.raises(Refusal):
        anna.direct(ben)
    room = anna.create_group()
    anna.say(room, "to myself")
    assert anna.texts(room) == ["to myself"]


def test_a_flood_of_forged_words_is_not_looked_through(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, mallory = town.person(), town.person()
    looked = 0
    check = UnprovenEntry.check

    def counted(unproven: UnprovenEntry, *lists: object) -> ConsentEntry:
        nonlocal looked
        looked += 1
        return check(unproven, *lists)  # type: ignore[arg-type]  # what the caller gave

    monkeypatch.setattr(UnprovenEntry, "check", counted)
    lie = forged(mallory, anna, Op.GRANT, mallory.user, room_uri=ROOM)
    town.tell(anna, rooms=[lie] * 9_000)
    assert looked == MAX_REFUSED and anna.engine.device.contacts.about(ROOM) == []
