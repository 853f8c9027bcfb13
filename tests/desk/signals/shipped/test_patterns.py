# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Each row of the table of patterns is found by the rules that come with the house, from what a hub observes."""

from __future__ import annotations

from privity.wire.age import AgeBand
from privity.wire.observed import ObservedKind
from tests.desk.signals.shipped.events import DAY, HOUR, MINUTE, NOW, RULES, SECOND, History

T0 = NOW - 2 * DAY
MADE_AT_T0 = 2.0
"""Days before NOW."""


def test_there_are_rules_for_every_pattern() -> None:
    assert len(RULES.rules) >= 20
    found = {rule.name for rule in RULES.rules}
    for pattern in ("Bulk", "Cascade", "Contact", "Minors", "Farm", "Reports", "Extortion"):
        assert any(name.startswith(pattern) for name in found), pattern
    assert all(rule.effects for rule in RULES.rules)


def test_fresh_mass_sender() -> None:
    world = History()
    flood = world.account("flood", days_old=MADE_AT_T0)
    world.sends(flood, T0 + 5 * MINUTE, 1, count=150, people=150, rooms=4)
    groups = world.account("groups", days_old=MADE_AT_T0)
    for number in range(15):
        world.did(groups, ObservedKind.CREATED, T0 + HOUR + number * MINUTE)
    adds = world.account("adds", days_old=MADE_AT_T0)
    for number in range(10):
        world.did(adds, ObservedKind.ADDED, T0 + HOUR + number * MINUTE, count=100)
    day = world.account("day", days_old=MADE_AT_T0)
    world.sends(day, T0 + 2 * HOUR, 120, count=10, people=10, rooms=2)
    assert world.held() == {
        "flood": {"BulkFlood"},
        "groups": {"BulkGroups"},
        "adds": {"BulkAdds"},
        "day": {"BulkFirstDay"},
    }


def test_mass_unsolicited_contact() -> None:
    world = History()
    spammer = world.account("spammer", days_old=60)
    world.asks(spammer, world.people(20, "a"), T0)
    world.asks(spammer, world.people(3, "b"), T0 + 7 * HOUR)
    fresh = world.account("fresh", days_old=MADE_AT_T0)
    asked = world.people(9, "c")
    world.asks(fresh, asked, T0 + HOUR)
    world.each(asked[:1], ObservedKind.BLOCKED, fresh, T0 + 2 * HOUR)
    world.asks(fresh, world.people(2, "d"), T0 + 3 * HOUR)
    blocked = world.account("blocked", days_old=90)
    people = world.people(10, "e")
    world.asks(blocked, people, T0)
    world.each(people[:5], ObservedKind.BLOCKED, blocked, T0 + 5 * MINUTE)
    world.asks(blocked, world.people(1, "f"), T0 + 2 * HOUR)
    assert world.held() == {
        "spammer": {"ContactUnwanted"},
        "fresh": {"ContactFresh"},
        "blocked": {"ContactBlocked", "ContactRefused"},
    }


def test_that_nobody_has_answered_yet_is_no_refusal() -> None:
    """As `spammer` and `fresh` above, only that five hours are missing to the one, and a block to the other."""
    world = History()
    soon = world.account("soon", days_old=60)
    world.asks(soon, world.people(20, "a"), T0)
    world.asks(soon, world.people(3, "b"), T0 + 2 * HOUR)
    fresh = world.account("fresh", days_old=MADE_AT_T0)
    world.asks(fresh, world.people(9, "c"), T0 + HOUR)
    world.asks(fresh, world.people(2, "d"), T0 + 3 * HOUR)
    assert world.held() == {}


def test_who_was_unwelcome_and_asks_on_is_slowed_down_at_the_third() -> None:
    world = History()
    again = world.account("again", days_old=6)
    world.asks(again, world.people(12, "a"), T0 - DAY)
    world.asks(again, world.people(3, "b"), T0 + HOUR)
    assert world.held() == {}
    world.known.label("again", "unwelcome", NOW)
    assert world.held() == {"again": {"ContactAgain"}}


def test_who_stays_below_the_daily_number_is_found_in_a_week() -> None:
    world = History()
    patient = world.account("patient", days_old=200)
    for day in range(6):
        world.asks(patient, world.people(8, f"d{day}-"), NOW - (7 - day) * DAY, HOUR)
    assert world.held() == {"patient": {"ContactPatient"}}


def test_cascade() -> None:
    world = History()
    wide = world.account("wide", days_old=300)
    world.sends(wide, T0, 4, count=20, people=90, rooms=20)
    assert world.held() == {"wide": {"CascadeWide"}}
    world.known.label("wide", "reviewed_benign", NOW)
    assert world.held() == {}
    milder = History()
    milder.sends(milder.account("some", days_old=300), T0, 3, count=16, people=30, rooms=16)
    assert milder.held() == {}
    milder.known.election = True
    assert milder.held() == {"some": {"CascadeElection"}}
    fresh = History()
    fresh.sends(fresh.account("fresh", days_old=MADE_AT_T0), T0 + HOUR, 3, count=16, people=16, rooms=16)
    assert fresh.held() == {"fresh": {"CascadeFresh"}}


def test_a_stranger_who_seeks_out_minors_whatever_age_is_declared() -> None:
    for age, rule in ((AgeBand.ADULT, "MinorsAsked"), (AgeBand.MINOR, "MinorsAskedByPeer")):
        world = History()
        groomer = world.account("groomer", age=age, days_old=20)
        children = world.people(22, "child", age=AgeBand.MINOR)
        world.asks(groomer, children, T0, 30 * MINUTE)
        assert rule in world.held()["groomer"], age


def test_it_goes_on_and_minors_say_no() -> None:
    world = History()
    groomer = world.account("groomer", days_old=20)
    world.known.label("groomer", "risky_to_minors", NOW)
    children = world.people(4, "child", age=AgeBand.MINOR)
    world.asks(groomer, children, T0)
    assert world.held()["groomer"] == {"MinorsAgain"}
    world.each(children[:2], ObservedKind.BLOCKED, groomer, T0 + 2 * HOUR)
    assert world.held()["groomer"] >= {"MinorsBlock"}
    assert "MinorsBlockAndRefuse" not in world.held()["groomer"], "they had two hours"
    world.each(children[2:3], ObservedKind.BLOCKED, groomer, T0 + 7 * HOUR)
    assert "MinorsBlockAndRefuse" in world.held()["groomer"]
    world.each(children[3:], ObservedKind.REPORTED, groomer, T0 + 3 * HOUR)
    assert "MinorsReport" in world.held()["groomer"]


def test_sock_puppet_farm() -> None:
    world = History()
    puppets = world.people(24, "puppet", days_old=MADE_AT_T0)
    for number, puppet in enumerate(puppets):
        world.did(puppet, ObservedKind.REGISTERED, T0 + number * SECOND, network="n1")
    for puppet in puppets[:3]:
        world.asks(puppet, world.people(8, f"{puppet}-"), T0 + HOUR)
        world.asks(puppet, world.people(2, f"{puppet}+"), T0 + 8 * HOUR)
    for number in range(12):
        world.did(puppets[3], ObservedKind.KNOCKED, T0 + HOUR + number * SECOND, room=f"r{number}")
        world.did(puppets[4], ObservedKind.SHOWED, T0 + HOUR + number * SECOND)
    for number in range(4):
        world.did(puppets[5], ObservedKind.REPORTED, T0 + HOUR + number * 20 * MINUTE, f"victim{number}")
    held = world.held(lambda account: account.startswith("puppet") and account[6:].isdigit())
    assert all("FarmAsks" in held[puppet] for puppet in puppets[:3])
    assert held[puppets[3]] == {"FarmKnocks"}
    assert held[puppets[4]] == {"FarmFaces"}
    assert "FarmReports" in held[puppets[5]]
    assert held.keys() == set(puppets[:6]), "being made there is no offence"


def test_brigading_by_report_protects_whom_it_is_about() -> None:
    world = History()
    victim = world.account("victim", days_old=100)
    brigade = world.people(8, "brigade", days_old=MADE_AT_T0)
    world.each(brigade, ObservedKind.REPORTED, victim, T0 + HOUR)
    held = world.held()
    assert held == {"victim": {"ReportsBrigade"}}
    (rule,) = (rule for rule in RULES.rules if rule.name == "ReportsBrigade")
    assert not rule.restricts
    assert rule.effects[0].given["word"] == "brigaded"


def test_reports_weigh_by_who_makes_them() -> None:
    world = History()
    spammer = world.account("spammer", days_old=10)
    trusted = world.people(4, "trusted")
    for reporter in trusted:
        world.known.agreed(reporter, 10, 10)
    world.asks(spammer, [*trusted, *world.people(4, "other")], T0)
    world.each(trusted, ObservedKind.REPORTED, spammer, T0 + 2 * HOUR)
    assert "ReportsTrusted" in world.held()["spammer"]
    for reporter in trusted:
        world.known.agreed(reporter, 0, 10)
    assert world.held() == {}
    abuser = world.account("abuser")
    world.known.agreed(abuser, 0, 12)
    for number in range(5):
        world.did(abuser, ObservedKind.REPORTED, T0 + number * HOUR, f"somebody{number}")
    assert world.held() == {"abuser": {"ReportsAbuser"}}


def test_scripted_extortion_as_far_as_it_shows() -> None:
    world = History()
    gang = world.account("gang", days_old=12)
    people = world.people(10, "p")
    world.asks(gang, people, T0, 20 * MINUTE)
    world.each(people[:4], ObservedKind.ACCEPTED, gang, T0 + 4 * HOUR)
    world.each(people[:3], ObservedKind.BLOCKED, gang, T0 + 9 * HOUR)
    world.each(people[:1], ObservedKind.REPORTED, gang, T0 + 9 * HOUR)
    for number in range(3):
        world.did(gang, ObservedKind.BLOCKED, T0 + 10 * HOUR + number, people[number])
    assert world.held()["gang"] >= {"ExtortionScript", "ExtortionBlocks"}
