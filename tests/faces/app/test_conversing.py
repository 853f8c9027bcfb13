# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Two accounts converse over a real hub as pages see it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from privity.faces.app.port.asked import (
    AcceptReset,
    Begin,
    ConversationList,
    Conversations,
    CreateGroup,
    Delete,
    Details,
    DisappearAfter,
    Done,
    EditText,
    FindPerson,
    ForgetEntry,
    Forward,
    FullText,
    History,
    Invite,
    Invited,
    Leave,
    LookAt,
    React,
    Receipts,
    Rename,
    SafetyNumber,
    SaveDraft,
    Search,
    Seen,
    SendText,
    Sent,
    SetArchived,
    SetBlocked,
    SetChecked,
    SetMuted,
    SetReceipts,
    TakeBack,
)
from privity.faces.app.port.devices import CancelReset, KeyLog
from privity.faces.app.port.happened import (
    AccountChanged,
    ConversationChanged,
    EntryChanged,
    EntryGone,
    WaitingChanged,
)
from privity.faces.app.port.opening import LockNow, Unlock
from privity.faces.app.port.safety import Report
from privity.faces.app.port.shown import BlockKind, Delivery, EntryKind, EntryState, Trust
from tests.client.town import run
from tests.faces.app.pages import PASSPHRASE
from tests.faces.app.scenes import befriend, problem, scene, words


def test_two_people_converse(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            found = await at.page.ask(FindPerson(account="ann", handle="@Bob.X"))
            assert found.person.user_uri == at.bob
            assert found.person.handle == "bob.x"
            assert await problem(at.page, FindPerson(account="ann", handle="nobody.here")) == "NotFound"
            room = await at.direct()
            first = await at.say("ann", room, "hello **bob**", "t1")
            waited = await at.page.until(lambda e: isinstance(e, WaitingChanged) and e.account == "ann")
            assert [(each.token, each.text) for each in waited.waiting] == [("t1", "hello **bob**")]
            entry = await at.shown("bob", first)
            assert words(entry) == "hello bob"
            assert entry.sender == at.ann
            assert not entry.mine
            rows = await at.page.ask(Conversations(account="bob"))
            assert isinstance(rows, ConversationList)
            (row,) = rows.conversations
            assert (row.direct_with, row.unread, row.preview) == (at.ann, 1, "hello bob")
            assert isinstance(await at.page.ask(Seen(account="bob", room_uri=room, seq=entry.seq)), Done)
            (row,) = (await at.page.ask(Conversations(account="bob"))).conversations
            assert row.unread == 0
            answer = await at.say("bob", room, "hello ann", in_reply_to=first)
            quote = (await at.shown("ann", answer)).quote
            assert (quote.seq, quote.sender, quote.text) == (entry.seq, at.ann, "hello bob")
            reaction = await at.page.ask(React(account="ann", room_uri=room, message_id=answer, emoji="👍"))
            reacted = await at.page.until(
                lambda e: isinstance(e, EntryChanged) and e.account == "bob" and bool(e.entry.reactions)
            )
            assert (reacted.entry.reactions[0].emoji, reacted.entry.reactions[0].user_uris) == ("👍", (at.ann,))
            back = TakeBack(account="ann", room_uri=room, message_id=answer, reaction_id=reaction.message_id)
            assert isinstance(await at.page.ask(back), Sent)
            edit = EditText(account="ann", room_uri=room, message_id=first, text="hello *dear* bob")
            assert isinstance(await at.page.ask(edit), Sent)
            edited = await at.shown("bob", first, EntryState.EDITED)
            assert words(edited) == "hello dear bob"
            versions = await at.page.ask(History(account="bob", room_uri=room, seq=edited.seq))
            assert [words(each) for each in versions.versions] == ["hello bob"]
            text = await at.page.ask(FullText(account="bob", room_uri=room, seq=edited.seq))
            assert text.text == "hello *dear* bob"
            hits = await at.page.ask(Search(account="bob", text="dear"))
            assert [(hit.seq, hit.match) for hit in hits.hits] == [(edited.seq, "dear")]
            assert not hits.more
            assert (await at.page.ask(Search(account="bob", text="dear", limit=1))).more, "there may be older ones"
            assert isinstance(await at.page.ask(Delete(account="ann", room_uri=room, message_id=first)), Sent)
            assert (await at.shown("bob", first, EntryState.DELETED)).blocks == ()
            assert (await at.page.ask(Search(account="bob", text="dear"))).hits == ()
            told: dict[str, Any] = {"account": "bob", "subject": "messages", "room_uri": room}
            report = Report(**told, message_ids=(first,), reason="spam", note="invented")
            assert (await at.page.ask(report)).receipt
            assert await problem(at.page, Report(**told, message_ids=(), reason="spam")) == "Malformed"
            wrong = Report(**told, message_ids=(first,), reason="dislike")
            assert await problem(at.page, wrong) == "Malformed"

    run(story())


def test_the_same_token_is_the_same_message(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            same = SendText(account="ann", room_uri=room, text="once", token="t")
            first, second = await asyncio.gather(at.page.begin(same), at.page.begin(same))
            assert first == second
            assert await at.page.ask(same) == first  # when it is at the hub already
            await at.shown("bob", first.message_id)
            shown = (await at.entries("bob", room)).entries
            assert [words(each) for each in shown if each.kind is EntryKind.MESSAGE] == ["once"]
            other = await at.say("ann", room, "once", "u")
            assert other != first.message_id

    run(story())


def test_what_waits_is_told_and_survives_a_lock(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            opened = at.door.house.opened("ann")
            connection = opened.host.connected()
            opened.host.base = "http://127.0.0.1:1"  # nobody is there when it connects again
            await connection.close()
            await at.page.until(
                lambda e: isinstance(e, AccountChanged) and e.account.account == "ann" and bool(e.account.problem)
            )
            sending = at.page.begin(SendText(account="ann", room_uri=room, text="later", token="t"))
            await at.page.until(lambda e: isinstance(e, WaitingChanged) and bool(e.waiting))
            assert [each.token for each in (await at.entries("ann", room)).waiting] == ["t"]
            assert isinstance(await at.page.ask(LockNow(account="ann")), Done)
            assert (await sending).name == "AccountLocked"
            assert await problem(at.page, Conversations(account="ann")) == "AccountLocked"
            assert isinstance(await at.page.ask(Unlock(account="ann", passphrase=PASSPHRASE)), Done)
            sent = await at.page.ask(SendText(account="ann", room_uri=room, text="later", token="t"))
            await at.shown("bob", sent.message_id)
            found = (await at.entries("bob", room)).entries
            assert [words(each) for each in found if each.kind is EntryKind.MESSAGE] == ["later"]
            assert (await at.entries("ann", room)).waiting == ()

    run(story())


def test_marks_of_a_conversation_are_kept_and_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            await at.page.ask(SaveDraft(account="ann", room_uri=room, text="not yet"))
            await at.page.ask(SetMuted(account="ann", room_uri=room, muted=True))
            await at.page.ask(SetArchived(account="ann", room_uri=room, archived=True))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.conversation.archived and e.conversation.muted
            )
            await at.page.ask(LockNow())
            await at.page.ask(Unlock(account="ann", passphrase=PASSPHRASE))
            (row,) = (await at.page.ask(Conversations(account="ann"))).conversations
            assert (row.draft, row.muted, row.archived) == ("not yet", True, True)

    run(story())


def test_a_group_is_made_named_filled_and_left(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await befriend(at.page, "ann", "bob")
            room = (await at.page.ask(CreateGroup(account="ann", name="Tea"))).room_uri
            invite = Invite(account="ann", room_uri=room, user_uri=at.bob)
            assert await at.page.ask(invite) == Invited(added=True)
            assert await problem(at.page, Invite(account="ann", room_uri=room, user_uri=at.bob)) == "CommandRefused"
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("bob", "Tea")
            )
            details = await at.page.ask(Details(account="ann", room_uri=room))
            members = [(m.person.handle, m.role, m.devices) for m in details.members]
            assert members == [("ann.x", "admin", 1), ("bob.x", "member", 1)]
            assert details.may_change
            assert not (await at.page.ask(Details(account="bob", room_uri=room))).may_change
            assert await problem(at.page, Rename(account="bob", room_uri=room, name="Mine")) != ""
            assert isinstance(await at.page.ask(Rename(account="ann", room_uri=room, name="Coffee")), Done)
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("bob", "Coffee")
            )
            assert isinstance(await at.page.ask(Leave(account="bob", room_uri=room)), Done)
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and not e.conversation.member
            )

    run(story())


def test_a_group_is_made_post_quantum_and_its_details_say_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            await befriend(at.page, "ann", "bob")
            group = CreateGroup(account="ann", name="Tea", post_quantum=True)
            room = (await at.page.ask(group)).room_uri
            ordinary = (await at.page.ask(CreateGroup(account="ann", name="Coffee"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=room, user_uri=at.bob))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.title) == ("bob", "Tea")
            )
            for account, uri, said in (("ann", room, True), ("bob", room, True), ("ann", ordinary, False)):
                assert (await at.page.ask(Details(account=account, room_uri=uri))).post_quantum is said
            await at.page.ask(Leave(account="bob", room_uri=room))
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and e.account == "bob" and not e.conversation.member
            )
            assert (await at.page.ask(Details(account="bob", room_uri=room))).post_quantum

    run(story())


def test_a_message_is_passed_on_forgotten_and_made_to_disappear(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            group = (await at.page.ask(CreateGroup(account="ann", name="Tea"))).room_uri
            await at.page.ask(Invite(account="ann", room_uri=group, user_uri=at.bob))
            sent = await at.say("ann", room, "pass me on")
            assert (await at.shown("bob", sent)).forwarded == ""
            await at.page.until(
                lambda e: isinstance(e, ConversationChanged) and (e.account, e.conversation.room_uri) == ("bob", group)
            )
            forward = Forward(account="bob", room_uri=room, message_id=sent, to_room_uris=(group,))
            assert isinstance(await at.page.ask(forward), Done)
            passed = await at.page.until(
                lambda e: isinstance(e, EntryChanged) and (e.account, e.entry.forwarded) == ("ann", "forwarded")
            )
            assert words(passed.entry) == "pass me on"
            nowhere = Forward(account="bob", room_uri=room, message_id=sent, to_room_uris=())
            assert await problem(at.page, nowhere) == "PolicyRefused"
            elsewhere = Forward(account="bob", room_uri=room, message_id=sent, to_room_uris=("mimi://x",))
            assert await problem(at.page, elsewhere) == "NotThere"
            forget = ForgetEntry(account="bob", room_uri=room, message_id=sent)
            assert isinstance(await at.page.ask(forget), Done)
            gone = await at.page.until(lambda e: isinstance(e, EntryGone) and e.account == "bob")
            assert gone.seq not in [each.seq for each in (await at.entries("bob", room)).entries]
            assert sent in [each.message_id for each in (await at.entries("ann", room)).entries]
            assert isinstance(await at.page.ask(DisappearAfter(account="ann", room_uri=room, seconds=3600)), Done)
            await at.page.until(
                lambda e: (
                    isinstance(e, ConversationChanged) and (e.account, e.conversation.disappear_s) == ("bob", 3600)
                )
            )
            fading = await at.shown("bob", await at.say("ann", room, "for an hour"))
            assert fading.expires_ms == fading.ts_ms + 3_600_000
            wrong = DisappearAfter(account="ann", room_uri=room, seconds=-1)
            assert await problem(at.page, wrong) == "BadProfile"

    run(story())


def test_receipts_are_told_unless_they_are_off(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            shown = await at.page.ask(Receipts(account="bob"))
            assert (shown.delivered, shown.read) == (True, True)
            await at.page.ask(SetReceipts(account="bob", delivered=False, read=False, typing=True))
            shown = await at.page.ask(Receipts(account="bob"))
            assert (shown.delivered, shown.read) == (False, False)
            await at.page.ask(SetReceipts(account="bob", delivered=False, read=True, typing=True))
            await at.say("bob", room, "hello")  # whoever has spoken is no stranger
            entry = await at.shown("bob", await at.say("ann", room, "read me"))
            assert (await at.shown("ann", entry.message_id)).delivery is Delivery.SENT
            await at.page.ask(Seen(account="bob", room_uri=room, seq=entry.seq))
            await at.page.until(
                lambda e: isinstance(e, EntryChanged) and (e.account, e.entry.delivery) == ("ann", Delivery.READ)
            )

    run(story())


def test_what_was_found_is_shown_as_it_is_read(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            far = "We walk along the river until the weather turns, all of us, from the *old* **pier**: bring tickets"
            await at.say("ann", room, far)
            await at.say("ann", room, "see [the ferry](https://example.org/harbour) and\n\n- *be* early")
            await at.say("ann", room, "\u202egnp.exe **lantern**")
            cases = [
                ("tickets", "the weather turns, all of us, from the old pier: bring ", "tickets", ""),
                ("pier", "the river until the weather turns, all of us, from the old ", "pier", ": bring tickets"),
                ("ferry", "see the ", "ferry", " and be early"),
                ("lantern", "\N{REPLACEMENT CHARACTER}gnp.exe ", "lantern", ""),
            ]
            for query, before, match, after in cases:
                (hit,) = (await at.page.ask(Search(account="ann", text=query))).hits
                assert (hit.before, hit.match, hit.after) == (before, match, after)
            (hit,) = (await at.page.ask(Search(account="ann", text="harbour"))).hits
            assert hit.match == "harbour"  # the address of a link, as it was typed

    run(story())


def test_keys_are_shown_and_compared(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            ours = await at.page.ask(SafetyNumber(account="ann", user_uri=at.bob))
            theirs = await at.page.ask(SafetyNumber(account="bob", user_uri=at.ann))
            assert ours.digits == theirs.digits
            assert "account made" in ours.history[0].text
            wrong = SetChecked(account="ann", user_uri=at.bob, digits=ours.digits[::-1], checked=True)
            assert await problem(at.page, wrong) == "CommandRefused"
            right = SetChecked(account="ann", user_uri=at.bob, digits=ours.digits, checked=True)
            assert isinstance(await at.page.ask(right), Done)
            back = SetChecked(account="ann", user_uri=at.bob, digits="", checked=False)
            assert isinstance(await at.page.ask(back), Done)
            log = await at.page.ask(KeyLog(account="ann"))
            assert log.origin == "hub.example/keylog"
            assert not log.audited  # nobody watches in a town
            looked = await at.page.ask(LookAt(account="ann", user_uri=at.bob))
            assert looked.person.trust is Trust.UNAUDITED
            for blocked in (True, False, True):
                changed = await at.page.ask(SetBlocked(account="ann", user_uri=at.bob, blocked=blocked))
                assert isinstance(changed, Done)
                looked = await at.page.ask(LookAt(account="ann", user_uri=at.bob))
                assert looked.person.blocked is blocked
            for wrong_one in (SafetyNumber, LookAt):
                assert await problem(at.page, wrong_one(account="ann", user_uri="mimi://x")) == "BadUri"
            assert await problem(at.page, SafetyNumber(account="ann", user_uri=at.ann)) == "CommandRefused"
            assert await problem(at.page, AcceptReset(account="ann", user_uri=at.ann)) == "CommandRefused"
            assert await problem(at.page, CancelReset(account="ann")) == "CommandRefused"
            assert await problem(at.page, Begin(account="ann", user_uri=at.ann)) == "CommandRefused"
            assert room

    run(story())


def test_hostile_words_are_shown_as_what_they_are(tmp_path: Path) -> None:
    async def story() -> None:
        async with scene(tmp_path) as at:
            room = await at.direct()
            text = "<script>x</script> [bank.example](https://evil.example) a\u202eb " + "y" * 20_000
            entry = await at.shown("bob", await at.say("ann", room, text))
            (block,) = entry.blocks
            assert block.kind is BlockKind.PARAGRAPH
            assert block.runs[0].text == "<script>x</script> "
            assert "evil.example" in block.runs[1].warning
            assert "\u202e" not in words(entry)
            assert entry.cut == len(text) - 8_000
            full = await at.page.ask(FullText(account="bob", room_uri=room, seq=entry.seq))
            assert len(full.text) == len(text)

    run(story())
