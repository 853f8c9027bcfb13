# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reporting at the command line: people, profiles, conversations; what became of it; decisions and appeals."""

from __future__ import annotations

import asyncio
import json

from privity.desk.main import now_ms
from privity.wire.staff import EffectParams, Verb
from tests.faces.shell import Shell, Town, befriend
from tests.hub_effects import DECISION, NOTICE, asked_for, home_does, limited


def desk_does(town: Town, order: int, verb: Verb, subject: str, params: EffectParams) -> None:
    asyncio.run(home_does(town.home.config, order, verb, subject, params))


def receipt_of(said: str) -> str:
    return said.splitlines()[0].removeprefix("reported; receipt ")


def reports(shell: Shell) -> list[dict[str, object]]:
    return list(json.loads(shell.ok("reports", "list", "--json"))["reports"])


def test_a_person_a_profile_and_a_conversation_are_reported_and_listed(town: Town) -> None:
    alice = town.alice
    assert "you have reported nothing" in alice.ok("reports", "list")
    room = alice.ok("room", "create").split()[0]
    said = alice.ok("report", "--person", "bob.c", "--reason", "fraud", "--note", "teapots")
    assert "tell your bank" in said and "privity reports list" in said
    alice.ok("report", "--profile", "bob.c", "--reason", "impersonation")
    gone = alice.ok("report", "--room", room, "--reason", "other", "--leave")
    assert "left the conversation" in gone
    listed = alice.ok("reports", "list")
    assert "a person, bob.c: fraud" in listed and "a profile, bob.c: impersonation" in listed
    assert listed.count("has said nothing yet") == 3 and listed.index("a conversation") < listed.index("a person")
    assert [row["subject"] for row in reports(alice)] == [2, 3, 1]
    assert "CommandRefused" in alice.refused("report", "--person", "alice.b", "--reason", "fraud")


def test_messages_are_reported_and_their_sender_blocked_in_one_act(town: Town) -> None:
    carol, bob = town.carol, town.bob
    room = bob.ok("room", "direct", "carol.d").strip()
    sent = [bob.ok("send", room, f"teapot number {n}").split()[-1] for n in range(2)]
    carol.ok("read", room)
    said = carol.ok("report", "@bob.c", *sent, sent[0], "--reason", "spam", "--block")
    assert "blocked" in said.splitlines()
    assert reports(carol)[0]["messages"] == 2, "named twice is there once"
    assert "no_consent" in bob.refused("send", room, "and a third")
    carol.ok("unblock", "bob.c")
    befriend((bob, carol), ("bob.c", "carol.d"))


def test_who_asks_is_reported_and_declined(town: Town) -> None:
    stranger, listed = Shell(town.home.folder / "dave"), Shell(town.home.folder / "erin")
    for shell, handle, more in ((stranger, "dave.e", []), (listed, "erin.f", ["--listed"])):
        shell.ok("register", town.home.url, handle, "--invite", town.home.invite(), "--age", "adult", *more)
    stranger.ok("contacts", "ask", "erin.f")
    assert "asks for you: dave.e" in listed.ok("contacts", "list")
    listed.ok("contacts", "decline", "dave.e", "--report", "spam", "--note", "whoever that is")
    (made,) = reports(listed)
    assert (made["subject"], made["user_uri"]) == (4, stranger.ok("devices").split("\n")[0].split(", ")[1])
    assert "dave.e" not in listed.ok("contacts", "list")


def test_what_became_of_it_is_read_and_disagreed_with_once(town: Town) -> None:
    bob = town.bob
    receipt = receipt_of(bob.ok("report", "--person", "alice.b", "--reason", "harassment"))
    (uri,) = town.words("bob")
    desk_does(town, 1, Verb.TELL, uri, EffectParams(text="nothing \x1b[2J was found", receipt=receipt))
    listed = bob.run("reports", "list")
    assert "nothing" in listed.stdout and "\x1b" not in listed.stdout + listed.stderr
    assert f"the desk says of {receipt[:8]}" in listed.stderr
    assert "handed in; receipt" in bob.ok("reports", "appeal", receipt[:8], "look at the other room")
    assert "you asked for another look" in bob.ok("reports", "list")
    assert "already" in bob.refused("reports", "appeal", receipt, "and again")
    assert "knows no report" in bob.refused("reports", "appeal", "ffffffff", "of somebody else")


def test_a_decision_is_read_with_its_reasons_and_appealed(town: Town) -> None:
    carol = town.carol
    assert carol.ok("standing", "show").splitlines() == ["your account is in good standing"]
    (uri,) = town.words("carol")
    until_ms = now_ms() + 86_400_000
    why = "You sent forty teapots.\nPeople decided this, not machines."
    desk_does(town, 2, Verb.LIMIT, uri, EffectParams(decision=DECISION, until_ms=until_ms))
    desk_does(town, 3, Verb.STATEMENT, uri, EffectParams(decision=DECISION, statement=limited(until_ms, why)))
    shown = carol.run("standing", "show")
    assert "something was decided about your account" in shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("your account is limited: no new contacts") and ", until 2" in lines[0]
    assert any(f"{DECISION}  decided: limited for a day" in line for line in lines)
    assert "  People decided this, not machines." in lines
    assert any(line.startswith("  you can appeal until") for line in lines)
    refused = carol.refused("room", "create")
    assert "restricted" in refused and "privity standing show" in refused
    carol.ok("standing", "appeal", DECISION[:5], "it was one teapot")
    assert "  you appealed " in carol.ok("standing", "show")
    told = json.loads(carol.ok("standing", "show", "--json"))
    assert told["standing"]["standing"] == "limited" and len(told["appeals"]) == 1
    desk_does(town, 4, Verb.LIFT, uri, EffectParams(decision=DECISION))
    assert carol.ok("standing", "show").startswith("your account is in good standing")


def test_a_legal_request_is_read_and_objected_to(town: Town) -> None:
    bob = town.bob
    (uri,) = town.words("bob")
    until_ms = now_ms() + 7 * 86_400_000
    asked = asked_for(until_ms, "An authority asks\x1b[2J for data.\nNobody here can decrypt your conversations.")
    desk_does(town, 6, Verb.LEGAL_NOTICE, uri, EffectParams(statement=asked))
    shown = bob.run("standing", "show")
    assert "news about a legal request for data of your account" in shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0] == "your account is in good standing"
    assert any(f"{NOTICE}  an authority asks: data of your account" in line for line in lines)
    assert "  Nobody here can decrypt your conversations." in lines and "\x1b" not in shown.stdout
    assert any(line.startswith("  you can object until") and f"standing object {NOTICE}" in line for line in lines)
    assert "knows no notice" in bob.refused("standing", "object", DECISION, "that is a decision")
    assert "handed in; receipt" in bob.ok("standing", "object", NOTICE[:5], "it is another teapot")
    assert "  you objected " in bob.ok("standing", "show")
    assert "already" in bob.refused("standing", "object", NOTICE, "and again")


def test_a_group_is_reported_to_who_looks_after_it_who_settles_it_or_passes_it_on(town: Town) -> None:
    alice, bob, carol = town.alice, town.bob, town.carol
    room = alice.ok("room", "create", "bob.c", "carol.d").split()[0]
    for shell in (bob, carol):
        shell.ok("read", room)
    sent = [carol.ok("send", room, f"an ugly teapot {n}").split()[-1] for n in range(2)]
    bob.ok("read", room)
    assert "nobody has reported anything" in alice.ok("room", "reports", "list")
    said = bob.ok("report", room, sent[0], "--reason", "spam", "--note", "again", "--to-moderators", "--may-name")
    assert said.startswith("reported to those who look after the conversation; receipt ")
    assert "those who look after the conversation have it" in bob.ok("reports", "list")
    both = bob.ok("report", room, sent[1], "--reason", "spam")
    assert "reported; receipt" in both and "could see it too: --to-moderators" in both
    listed = alice.ok("room", "reports", "list", room)
    assert "bob.c reports 1 messages of carol.d" in listed and "waits for you" in listed
    (row,) = json.loads(alice.ok("room", "reports", "list", "--json"))["reports"]
    shown = alice.ok("room", "reports", "show", row["id"][:8])
    assert "they say: again" in shown and "[seen here]" in shown and "may be named to the desk" in shown
    receipt = alice.ok("room", "reports", "pass-on", row["id"], "--note", "please look").split()[-1]
    assert "(passed on)" in alice.ok("room", "reports", "list")
    assert (reports(alice)[0]["receipt"], reports(alice)[0]["escalated"]) == (receipt, True)
    alice.ok("room", "reports", "settle", row["id"], "nothing")
    assert "(nothing to do)" in alice.ok("room", "reports", "list")
    assert "0 reports begin" in alice.refused("room", "reports", "show", "ffffffff")
    assert "nobody has reported" in carol.ok("room", "reports", "list")
    about = ("--room", room, "--person", "carol.d", "--reason", "harassment")
    gone = bob.ok("report", *about, "--to-moderators", "--block", "--leave")
    assert "blocked" in gone.splitlines() and "left the conversation" in gone
    assert "bob.c reports a person, carol.d" in alice.ok("room", "reports", "list")
    bob.ok("unblock", "carol.d")
    befriend((bob, carol), ("bob.c", "carol.d"))
    assert "ask the desk" in carol.refused(
        "report", "--room", room, "--person", "alice.b", "--reason", "other", "--to-moderators"
    )
