# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device and the key log of its hub: who may come in, what is remembered, and how two histories are found out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from privity.client.engine import inputs as i
from privity.client.engine import verbs
from privity.client.engine.calls import Call
from privity.client.engine.evidence import find
from privity.client.engine.proven import accepted_under, proof_of
from privity.client.engine.shown import AccountReset, DevicesChanged, LogAlarm, ResetPending
from privity.client.engine.watch import OTHERS_EVERY_MS, OWN_EVERY_MS
from privity.client.errors import AccountKeyChanged, LogContradicts, LogNotFresh, LogRefused
from privity.identity.account import RESET_PENDING_MS
from privity.identity.device_list import Device as ListedDevice
from privity.identity.device_list import DeviceList
from privity.identity.uris import new_client_uri
from privity.keylog.labels import user_label
from privity.keylog.proof import CheckpointProof
from privity.keylog.verify import verify_kept
from privity.keylog.vrf import vrf_public
from privity.message.content import MimiContent
from privity.message.gossip import heard_in
from privity.mls.crypto import generate_signature_key
from privity.wire import keylog, rest
from tests.client.fake_hub import START_MS, SUITE, Phone, World
from tests.client.hostile_hub import Answers, notices
from tests.keylog.memory_log import MemoryLog

HOUR_MS = 3_600_000


@pytest.fixture
def world() -> World:
    return World()


def pair(world: World) -> tuple[str, Phone, Phone]:
    alice, bob = world.person(), world.person()
    room = alice.direct(bob)
    alice.say(room, "hello")
    return room, alice, bob


def ghost_list(world: World, victim: Phone, *, reset: bool, key: bytes | None = None) -> DeviceList:
    """What a hub can sign for an account whose keys it lacks: a reset, or a first list that nobody has seen."""
    account, _ = generate_signature_key(SUITE, world.random.randbytes)
    recovery, _ = generate_signature_key(SUITE, world.random.randbytes)
    key = key or generate_signature_key(SUITE, world.random.randbytes)[1]
    ghost = ListedDevice(new_client_uri(victim.user, world.random.randbytes), key, START_MS)
    previous = world.hub.account(victim.user) if reset else None
    return DeviceList.sign(
        victim.user,
        (ghost,),
        account,
        recovery_private=recovery,
        previous=None if previous is None else previous.newest,
        in_force=None if previous is None else previous.in_force,
        reset=reset,
    )


class OtherLog(Answers):
    """The hub answers these devices out of another log, signed with the same keys."""

    def __init__(self, world: World, log: MemoryLog, *victims: Phone) -> None:
        super().__init__(world)
        self._world, self._log, self._victims = world, log, victims

    def change(self, phone: Phone, call: Call, honest: rest.Answer) -> rest.Answer:
        if phone not in self._victims:
            return honest
        match call.body, honest:
            case keylog.Lookup() as body, keylog.Looked():
                label = body.label.encode()
                held = [self._log.held(label, version).value for version in range((self._log.newest(label) or 0) + 1)]
                size = min(body.from_size, self._log.size)
                return keylog.Looked(self._log.lookup(label, size), held[body.from_version :])
            case None, keylog.CheckpointAnswer():
                size = min(int(call.path.split("from=")[1]), self._log.size)
                return keylog.CheckpointAnswer(self._log.checkpoint_proof(size).encode())
            case _:
                return honest


# Who may come in


def test_nobody_comes_in_while_the_log_is_silent_and_everybody_who_is_there_talks_on(world: World) -> None:
    room, alice, bob = pair(world)
    group = alice.create_group()
    alice.invite(group, bob)
    carol = world.person()
    world.hub.heartbeat = lambda: None  # type: ignore[method-assign]  # the hub adds no entries any more
    world.pass_time(25 * HOUR_MS)
    with pytest.raises(LogNotFresh):
        alice.invite(group, carol)
    alice.say(room, "we are still here")
    bob.say(group, "so are we")
    assert bob.texts(room)[-1] == "we are still here"
    assert alice.texts(group) == ["so are we"]
    assert any("nobody can be added" in text for text in notices(alice))


def test_a_checkpoint_without_its_witnesses_proves_nothing(world: World) -> None:
    _, alice, _ = pair(world)
    carol = world.person()
    world.hub.log.witnesses = world.hub.log.witnesses[:1]
    world.hub.log.cut(world.hub.now_ms)
    with pytest.raises(LogNotFresh, match="QuorumMissing"):
        alice.direct(carol)


def test_a_log_that_others_watch_is_audited_and_one_that_nobody_watches_is_not(world: World) -> None:
    _, alice, _ = pair(world)
    assert alice.engine.device.log.audited
    assert {name for name, _ in alice.engine.device.log.watched_by} == {"auditor1.example", "auditor2.example"}
    alone = World(seed=2)
    alone.hub.log = MemoryLog("hub.example", seed=2, witnesses=[])
    _, ann, _ = pair(alone)
    assert ann.engine.device.log.size > 0
    assert not ann.engine.device.log.audited


def test_each_leaf_is_kept_with_the_proof_under_which_it_came(world: World) -> None:
    room, alice, bob = pair(world)
    bob.say(room, "proven")
    device = alice.engine.device
    item = alice.items(room)[-1]
    record = find(device, room, item.message_id)
    assert record is not None
    accepted = accepted_under(device.batch, room, record.epoch, record.leaf)
    assert accepted is not None
    assert (accepted.user_uri, accepted.version) == (bob.user, 0)
    proof = proof_of(device.batch, record.proof_hash)
    assert record.proof_hash == accepted.proof_hash
    assert proof is not None
    world.pass_time(400 * 24 * HOUR_MS)
    found = verify_kept(proof, user_label(bob.user), world.hub.log.keys)
    assert found.value == record.device_list


def test_what_a_leaf_was_accepted_under_outlives_a_restart_and_other_peoples_coming(world: World) -> None:
    _, alice, bob = pair(world)
    room = alice.create_group()
    alice.invite(room, bob)
    first = [
        accepted_under(alice.engine.device.batch, room, alice.engine.rooms[room].record.epoch, leaf) for leaf in (0, 1)
    ]
    alice.restart()
    alice.invite(room, world.person())
    epoch = alice.engine.rooms[room].record.epoch
    batch = alice.engine.device.batch
    assert [accepted_under(batch, room, epoch, leaf) for leaf in (0, 1)] == first
    assert accepted_under(batch, room, epoch, 2) is not None
    assert accepted_under(batch, room, epoch - 1, 2) is None


# What is remembered


def test_a_log_that_goes_back_is_refused_and_the_view_survives_a_restart(world: World) -> None:
    _, alice, bob = pair(world)
    old = world.hub.log.fork()
    world.hub.log.cut(world.hub.now_ms)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    alice.restart()
    OtherLog(world, old, alice)
    old.cosign_again(world.hub.now_ms // 1000)
    with pytest.raises(LogRefused, match="WentBack"):
        alice.do(lambda n: i.FetchDevices(n, bob.user))
    assert alice.engine.device.log.alarm is None, "a hub that shows an older state may show the newer one again"


def test_two_histories_are_an_alarm_that_stays(world: World) -> None:
    """The hub shows Alice another entry at a place where she has seen one."""
    _, alice, bob = pair(world)
    other = world.hub.log.fork()
    world.hub.log.cut(world.hub.now_ms)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    other.put(user_label(bob.user), ghost_list(world, bob, reset=False).encode())
    other.cut(world.hub.now_ms)
    lying = OtherLog(world, other, alice)
    with pytest.raises(LogContradicts):
        alice.do(lambda n: i.FetchDevices(n, bob.user))
    lying.change = lambda phone, call, honest: honest  # type: ignore[method-assign]  # the hub is honest again
    alice.restart()
    with pytest.raises(LogContradicts):
        alice.do(lambda n: i.FetchDevices(n, bob.user))
    alarm = alice.engine.device.log.alarm
    assert alarm is not None
    assert alarm.remembered != alarm.shown
    assert b"hub.example/keylog" in alarm.remembered
    alice.engine.device.log.start_over(world.hub.log.keys)
    assert alice.do(lambda n: i.FetchDevices(n, bob.user)) is not None


def test_a_value_beside_the_log_is_refused(world: World) -> None:
    """The hub shows a list that continues the chain, and that its log does not hold."""
    _, alice, bob = pair(world)
    honest = world.hub.lists[bob.user]
    world.hub.lists[bob.user] = [*honest, ghost_list(world, bob, reset=True).encode()]

    def beside(body: keylog.Lookup) -> keylog.Looked:
        """The proof of one list, the value of another."""
        proof = world.hub.log.lookup(body.label.encode(), body.from_size)
        return keylog.Looked(proof, world.hub.lists[bob.user][body.from_version :])

    world.hub.lookup = beside  # type: ignore[method-assign]  # the hub lies
    with pytest.raises(LogRefused, match="not the one in its key log"):
        alice.do(lambda n: i.FetchDevices(n, bob.user))


# Gossip


def forked_for(world: World, alice: Phone, *, ahead: int) -> Phone:
    """Alice is shown a log of its own in which somebody has the hub's keys; it is so many entries longer."""
    other = world.hub.log.fork()
    victim = world.person()
    other.put(user_label(victim.user), ghost_list(world, victim, reset=False).encode())
    while other.size < world.hub.log.size + ahead:
        other.cut(world.hub.now_ms)
    OtherLog(world, other, alice)
    alice.do(lambda n: i.FetchDevices(n, victim.user))
    assert alice.engine.device.log.alarm is None, "by itself the other log looks sound"
    return victim


def test_a_fork_shown_to_one_person_is_found_by_the_next_message(world: World) -> None:
    """Even all witnesses together cannot hide it: two people compare notes where the hub can neither read nor write."""
    room, alice, bob = pair(world)
    victim = forked_for(world, alice, ahead=0)
    bob.do(lambda n: i.FetchDevices(n, victim.user))
    bob.say(room, "good morning")
    alarm = alice.engine.device.log.alarm
    assert alarm is not None
    assert alarm.proven, "two roots of one size, both signed: anybody can check it"
    assert [what for what in alice.shown if isinstance(what, LogAlarm)]
    assert alice.texts(room)[-1] == "good morning", "what was said is shown all the same"
    with pytest.raises(LogContradicts):
        alice.do(lambda n: i.FetchDevices(n, bob.user))


def test_a_fork_of_another_length_is_said_aloud_too(world: World) -> None:
    """The hub cannot prove that what Bob saw and what Alice saw are one log; that proves nothing to others yet."""
    room, alice, bob = pair(world)
    victim = forked_for(world, alice, ahead=3)
    bob.do(lambda n: i.FetchDevices(n, victim.user))
    bob.say(room, "good morning")
    alarm = alice.engine.device.log.alarm
    assert alarm is not None
    assert not alarm.proven
    assert [what for what in alice.shown if isinstance(what, LogAlarm)]


def test_a_hub_that_blundered_can_still_show_that_it_has_one_history(world: World) -> None:
    room, alice, bob = pair(world)
    old = alice.engine.device.log.size
    world.hub.log.cut(world.hub.now_ms)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    blundering = Answers(world)
    blundering.change = lambda phone, call, honest: (  # type: ignore[method-assign]  # garbage, this once
        keylog.Consistency([bytes(32)]) if isinstance(honest, keylog.Consistency) else honest
    )
    assert bob.engine.device.log.size == old
    bob.say(room, "from an older view")
    assert alice.engine.device.log.alarm is not None
    blundering.change = lambda phone, call, honest: honest  # type: ignore[method-assign]  # honest again
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    bob.say(room, "from the same view")
    assert alice.engine.device.log.alarm is None


def test_a_member_who_invents_a_checkpoint_accuses_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    room, alice, bob = pair(world)
    before = notices(alice)
    seen = heard_in(MimiContent.decode(alice.items(room)[-1].content))
    assert seen is not None
    monkeypatch.setattr(verbs, "own_checkpoint", lambda log: replace(seen, size=seen.size + 7, root=bytes(32)))
    bob.say(room, "believe me")
    heard = heard_in(MimiContent.decode(alice.items(room)[-1].content))
    assert heard is not None
    assert heard.size == seen.size + 7
    assert alice.engine.device.log.alarm is None
    assert notices(alice) == before


@pytest.mark.parametrize(
    "value",
    [[], [0, bytes(32), bytes(64), bytes(32)], [1, bytes(31), bytes(64), bytes(32)], [1, bytes(32), bytes(64)], {}, 7],
)
def test_a_checkpoint_of_another_shape_hides_its_message(
    world: World, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    room, alice, bob = pair(world)
    monkeypatch.setattr(verbs, "own_checkpoint", lambda log: SimpleNamespace(to_extension=lambda: value))
    bob.say(room, "odd")
    assert alice.hidden(room) == 1
    assert "odd" not in alice.texts(room)


def test_two_people_who_were_told_two_logs_from_the_start_find_out(world: World) -> None:
    """The hub told Bob another VRF key when he registered, so that labels of its own stand where only he looks."""
    room, alice, bob = pair(world)
    told = bob.engine.device.log.keys
    bob.engine.device.log.keys = replace(told, vrf_public=vrf_public(bytes(range(32))))
    before = len(alice.shown)
    bob.say(room, "good morning")
    bob.say(room, "again")
    bob.engine.device.log.keys = told
    alarms = [what for what in alice.shown[before:] if isinstance(what, LogAlarm)]
    assert len(alarms) == 1, "it is said once for each person"
    assert bob.user in alarms[0].text
    assert alice.engine.device.log.differs_for == (bob.user,)
    assert alice.engine.device.log.alarm is None, "it is Bob's word: nothing is refused for it"
    assert alice.do(lambda n: i.FetchDevices(n, bob.user)) is not None


# Watching


def test_a_device_that_somebody_adds_to_the_own_account_is_said_aloud_without_the_hub(world: World) -> None:
    """A thief of the account key adds a device; the hub tells nobody. The own label is looked at every six hours."""
    alice = world.person()
    current = world.hub.account(alice.user).newest
    _, key = generate_signature_key(SUITE, world.random.randbytes)
    thief = ListedDevice(new_client_uri(alice.user, world.random.randbytes), key, START_MS)
    assert alice.own.account_private is not None
    longer = DeviceList.sign(alice.user, (*current.devices, thief), alice.own.account_private, previous=current)
    world.hub.publish(alice.user, longer.encode())
    world.pass_time(OWN_EVERY_MS)
    told = [what for what in alice.shown if isinstance(what, DevicesChanged)]
    assert [what.added for what in told] == [(thief.client_uri,)]


def test_others_are_looked_up_every_week(world: World) -> None:
    _, alice, bob = pair(world)
    tablet = new_client_uri(bob.user, world.random.randbytes)
    _, key = generate_signature_key(SUITE, world.random.randbytes)
    current = world.hub.account(bob.user).newest
    assert bob.own.account_private is not None
    longer = DeviceList.sign(
        bob.user, (*current.devices, ListedDevice(tablet, key, START_MS)), bob.own.account_private, previous=current
    )
    world.hub.publish(bob.user, longer.encode())
    for _ in range(OTHERS_EVERY_MS // HOUR_MS // 24):
        world.pass_time(24 * HOUR_MS)
    assert [what.added for what in alice.shown if isinstance(what, DevicesChanged)] == [(tablet,)]


def test_1000_honest_lookups_with_churn_raise_nothing(world: World) -> None:
    """People come, change their devices and are away for days; no alarm, no notice, whatever the order."""
    people = [world.person() for _ in range(4)]
    room = people[0].create_group()
    for other in people[1:]:
        people[0].invite(room, other)
    for number in range(60):
        world.pass_time(world.random.choice((1_000, HOUR_MS, 20 * HOUR_MS)))
        one, other = world.random.sample(people, 2)
        one.do(lambda n, other=other: i.FetchDevices(n, other.user))  # type: ignore[misc]  # a default in a lambda
        one.say(room, f"{number}")
        if number % 20 == 7:
            people.append(world.person())
            people[0].invite(room, people[-1])
    for phone in people:
        assert phone.engine.device.log.alarm is None
        assert notices(phone) == []
        assert phone.hidden(room) == 0


# Resets


def test_a_reset_is_told_waits_three_days_and_then_asks_for_consent(world: World) -> None:
    """A compelled operator resets Bob and waits: Alice hears of it, and sends nothing to the new keys unasked."""
    room, alice, bob = pair(world)
    group = alice.create_group()
    alice.invite(group, bob)
    bob.asleep = True
    world.hub.publish(bob.user, ghost_list(world, bob, reset=True).encode())
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    pinned = alice.engine.device.pins.account(bob.user)
    assert pinned is not None
    assert pinned.in_force.devices[0].client_uri == bob.client, "for three days nothing changes"
    world.pass_time(7 * 24 * HOUR_MS)
    assert [what.user_uri for what in alice.shown if isinstance(what, AccountReset)] == [bob.user]
    with pytest.raises(AccountKeyChanged):
        alice.do(lambda n: i.Invite(n, group, bob.user))
    alice.do(lambda n: i.AcceptReset(n, bob.user))
    alice.engine.device.pins.check_accepted(bob.user)
    assert room in alice.engine.rooms


def test_an_own_pending_reset_is_said_and_any_old_device_cancels_it(world: World) -> None:
    _, alice, bob = pair(world)
    world.hub.publish(bob.user, ghost_list(world, bob, reset=True).encode())
    world.pass_time(OWN_EVERY_MS)
    told = [what for what in bob.shown if isinstance(what, ResetPending)]
    assert [what.user_uri for what in told] == [bob.user]
    assert told[0].until_ms == START_MS + RESET_PENDING_MS
    bob.do(i.CancelReset)
    world.pass_time(RESET_PENDING_MS + HOUR_MS)
    alice.do(lambda n: i.FetchDevices(n, bob.user))
    account = alice.engine.device.pins.account(bob.user)
    assert account is not None
    assert account.resets == 0
    assert account.in_force.devices[0].client_uri == bob.client
    assert not [what for what in alice.shown if isinstance(what, AccountReset)]


def test_a_checkpoint_proof_is_what_the_log_answers(world: World) -> None:
    """The fake hub of these tests answers as a hub does."""
    alice = world.person()
    answer = world.hub.answer(alice, Call("GET", "/v1/keylog/checkpoint?from=0", keylog.CheckpointAnswer))
    assert isinstance(answer, keylog.CheckpointAnswer)
    assert CheckpointProof.decode(answer.proof).note == world.hub.log.note
