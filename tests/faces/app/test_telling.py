# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What concerns the person is said in a sentence: with names, without addresses, and loud only where it has to be."""

from __future__ import annotations

from pathlib import Path

from privity.client.engine.shown import (
    AccountReset,
    CaughtUp,
    DevicesChanged,
    LogAlarm,
    Notice,
    ResetPending,
    RoomChanged,
    Shown,
)
from privity.client.errors import HubUnreachable, RegistrationUnknown, WrongPassphrase
from privity.faces.app.conversations import CONSENT
from privity.faces.app.errors import AccountLocked
from privity.faces.app.port.asked import Agree, CreateGroup, Details, Done, Invite, SendText, Sent
from privity.faces.app.port.happened import ConversationChanged
from privity.faces.app.problems import problem_of
from privity.faces.app.telling import told
from privity.wire.errors import Code, Refusal
from tests.client.town import run, town
from tests.faces.app.scenes import befriend, meet, problem, scene


def test_each_is_a_sentence_about_a_person(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as at:
            alice, bob, room = await at.pair()
            await alice.names.learn([bob.user_uri])
            loud: dict[Shown, bool] = {
                LogAlarm("two sizes"): True,
                AccountReset(bob.user_uri): True,
                ResetPending(alice.user_uri, 0): True,
                ResetPending(bob.user_uri, 0): False,
                DevicesChanged(bob.user_uri, (bob.client_uri,), (bob.client_uri,)): False,
                Notice(f"the account of {bob.user_uri} is odd"): False,
            }
            for what, alarm in loud.items():
                said = told("ann", alice, what)
                assert said is not None
                assert said.alarm is alarm, what
                assert said.text[0].isupper()
                assert said.text.endswith(".")
                assert "mimi://" not in said.text
                assert "privity " not in said.text  # nobody here types commands
                if "bob" in repr(what) or getattr(what, "user_uri", "") == bob.user_uri:
                    assert "bob_b" in said.text
            assert told("ann", alice, RoomChanged(room)) is None
            assert told("ann", alice, CaughtUp()) is None

    run(story())


def test_a_problem_says_what_happened_what_is_safe_and_what_to_do() -> None:
    wrong = problem_of(WrongPassphrase("the passphrase does not open this device; try again"))
    assert (wrong.name, wrong.text) == (
        "WrongPassphrase",
        "The passphrase does not open this device; try again. Nothing was changed.",
    )
    assert "safe" in problem_of(HubUnreachable("no answer")).text
    assert "once more" in problem_of(RegistrationUnknown("no answer")).text  # and not that of its family
    assert problem_of(AccountLocked("it is locked")).text == "It is locked."
    taken = problem_of(Refusal(Code.HANDLE_TAKEN, "somebody has it"))
    assert (taken.name, "another one" in taken.text) == ("HandleTaken", True)
    other = problem_of(Refusal(Code.NOT_ALLOWED, "you may not"))
    assert (other.name, other.text) == ("NotAllowed", "The hub refused this: you may not.")


def test_a_new_policy_stops_sending_until_the_person_agreed(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            keeper = await at.town.person("keeper.x")
            await befriend(at.page, "ann", "bob")
            await meet(at.page, "ann", keeper)
            room = (await at.page.ask(CreateGroup(account="ann", name="Tea"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob))
            await at.door.house.opened("ann").device.archives.declare(room, keeper.user_uri, "kept six years")
            await at.page.until(
                lambda e: (
                    isinstance(e, ConversationChanged) and e.account == "bob" and e.conversation.attention == CONSENT
                )
            )
            details = await at.page.ask(Details(account="bob", room_uri=room))
            assert details.archives[0].policy == "kept six years"
            assert "keeper.x" in details.consent.text
            send = SendText(account="bob", room_uri=room, text="hello", token="t")
            assert await problem(at.page, send) == "ConsentNeeded"
            wrong = Agree(account="bob", room_uri=room, policy_hash=bytes(32))
            assert await problem(at.page, wrong) == "CommandRefused"
            agree = Agree(account="bob", room_uri=room, policy_hash=details.consent.policy_hash)
            assert isinstance(await at.page.ask(agree), Done)
            assert isinstance(await at.page.ask(send), Sent)

    run(story())
