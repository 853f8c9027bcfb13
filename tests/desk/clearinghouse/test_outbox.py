# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The outbox against a clearinghouse on loopback: each code, each loss, each turn of the state machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import aiohttp
import pytest
from tests.desk.clearinghouse.fake import PASSWORD, USER, FakeClearinghouse
from tests.desk.clearinghouse.made import SENDER, approved
from tests.desk.clearinghouse.senders import at_once, line, now_ms, outbox, run_out

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.clearinghouse import chain, machine, service, store
from privity.desk.clearinghouse.bucket import Bucket
from privity.desk.clearinghouse.drafting import Desk
from privity.desk.clearinghouse.drivers.steps import HttpAnswer, Request, again, by_status
from privity.desk.clearinghouse.errors import LeaseLost, NotInThatState
from privity.desk.clearinghouse.model import (
    OPEN_FOR_MS,
    UNTOUCHED_FOR_MS,
    CallKind,
    Destination,
    ReferralState,
    Verb,
)
from privity.desk.clearinghouse.sending import send_all
from privity.desk.clearinghouse.transport import Transport, basic
from privity.desk.db.transaction import Db


def acts(db: Db, *, but: tuple[Act, ...] = (Act.REFERRAL_DRAFTED, Act.REFERRAL_APPROVED)) -> list[Act]:
    return [entry.act for entry in map(Entry.decode, log.entries(db)) if entry.act not in but]


def verbs(db: Db, n: int) -> list[Verb]:
    return [call.verb for call in chain.calls(db, n) if call.kind is CallKind.ASKED]


async def test_a_report_with_files_goes_all_the_way(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1, files=2)
    sender = outbox(db, desk, line(session, desk, fake.url))
    assert await sender.step() == 6
    found = store.read(db, n)
    assert found.state is ReferralState.FINISHED
    assert verbs(db, n) == [Verb.OPEN, Verb.UPLOAD, Verb.DESCRIBE, Verb.UPLOAD, Verb.DESCRIBE, Verb.FINISH]
    assert fake.finished == [int(found.remote_id or 0)]
    assert all(file.details for file in fake.reports[fake.finished[0]].files.values())
    assert fake.invalid == []
    assert acts(db) == [Act.REFERRAL_OPENED, Act.REFERRAL_FINISHED]
    assert Entry.decode(list(log.entries(db))[-1]).at_ms == found.finished_ms
    assert await sender.step() == 0
    assert service.counts(db) == {}


async def test_a_report_of_words_alone_flows_too(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    await outbox(db, desk, line(session, desk, fake.url)).step()
    assert verbs(db, n) == [Verb.OPEN, Verb.FINISH]
    assert store.read(db, n).state is ReferralState.FINISHED


@pytest.mark.parametrize("path", ["submit", "upload", "fileinfo", "finish"])
@pytest.mark.parametrize(
    "fault", ["answer_lost", "request_lost", "silence", "status_500", "code_1000", "busy", "huge", "evil", "nonsense"]
)
async def test_whatever_is_lost_at_any_step_one_report_is_finished(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, path: str, fault: str
) -> None:
    n = approved(db, desk, 1, files=1)
    fake.once = [""] * ["submit", "upload", "fileinfo", "finish"].index(path) + [fault]
    patience = 0.3 if fault == "silence" else 20.0
    await run_out(outbox(db, desk, line(session, desk, fake.url, total_s=patience)), db)
    assert fake.made[fault] == 1
    assert store.read(db, n).state is ReferralState.FINISHED
    assert fake.finished == [int(store.read(db, n).remote_id or 0)]
    assert service.check_chain(db, desk, SENDER, n, 1) == len(chain.calls(db, n))


@pytest.mark.parametrize("path", ["upload", "fileinfo", "finish"])
async def test_an_expired_report_is_begun_again_and_the_old_number_kept(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, path: str
) -> None:
    n = approved(db, desk, 1, files=1)
    fake.once = [""] * ["submit", "upload", "fileinfo", "finish"].index(path) + ["expired"]
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    first, second = fake.reports
    assert fake.finished == [second]
    assert [(one.remote_id, one.attempt) for one in store.abandoned(db, n)] == [(str(first), 1)]
    assert store.read(db, n).attempt == 2
    assert Act.REFERRAL_RESTARTED in acts(db)


async def test_a_file_that_arrives_as_another_one_is_never_finished(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1, files=1)
    fake.once = ["", "wrong_md5"]
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    spoiled, whole = fake.reports
    assert fake.finished == [whole]
    assert fake.reports[spoiled].state == "open"
    assert "MD5" in store.abandoned(db, n)[0].why


async def test_after_too_many_new_beginnings_a_person_looks(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.answers["finish"] = [5001] * (machine.MAX_ATTEMPTS + 1)
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    assert store.read(db, n).state is ReferralState.BLOCKED
    assert len(fake.reports) == machine.MAX_ATTEMPTS
    assert fake.finished == []


@pytest.mark.parametrize("code", [1210, 4000, 4100, 4110, 4200, 5101, 7777])
async def test_what_a_person_has_to_fix_is_blocked_and_kept_whole(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, code: int
) -> None:
    n = approved(db, desk, 1, files=1)
    fake.answers["upload"] = [code]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await run_out(sender, db)
    blocked = store.read(db, n)
    assert blocked.state is ReferralState.BLOCKED
    assert str(code) in blocked.why
    assert await sender.step() == 0
    service.release(db, SENDER, n, "the other side repaired it", now_ms(), redraft=False)
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(fake.reports) == 1


@pytest.mark.parametrize("code", [2000, 3000, 3100, 3300])
async def test_refused_credentials_stop_the_queue_and_lose_nothing(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, code: int
) -> None:
    first, second = approved(db, desk, 1, files=1), approved(db, desk, 2)
    fake.answers["upload"] = [code]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await sender.step()
    assert await sender.step() == 0
    assert store.read(db, first).state is ReferralState.OPENED
    assert store.read(db, second).state is ReferralState.APPROVED
    assert list(service.stopped(db)) == [Destination.CYBERTIP]
    service.resume(db, SENDER, Destination.CYBERTIP, now_ms())
    await run_out(sender, db)
    assert len(fake.finished) == len(fake.reports) == 2
    assert acts(db).count(Act.CLEARINGHOUSE_STOPPED) == 1
    with pytest.raises(NotInThatState):
        service.resume(db, SENDER, Destination.CYBERTIP, now_ms())


async def test_wrong_credentials_and_a_redirect_stop_the_queue(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    approved(db, desk, 1)
    await outbox(db, desk, line(session, desk, fake.url, authorization=basic("other", "x"))).step()
    assert list(service.stopped(db)) == [Destination.CYBERTIP]
    service.resume(db, SENDER, Destination.CYBERTIP, now_ms())
    fake.moved_to = fake.url + "/status"
    sender = outbox(db, desk, line(session, desk, fake.url))
    await sender.step()
    assert "redirect" in service.stopped(db)[Destination.CYBERTIP]
    assert fake.seen["status"] == 0


async def test_no_credentials_yet(db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession) -> None:
    n = approved(db, desk, 1)
    assert await outbox(db, desk).step() == 0
    assert store.read(db, n).state is ReferralState.AWAITING_CREDENTIALS
    await outbox(db, desk, line(session, desk, fake.url)).step()
    assert store.read(db, n).state is ReferralState.FINISHED


async def test_a_request_to_wait_pauses_the_whole_queue(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    approved(db, desk, 1)
    approved(db, desk, 2)
    fake.once = ["busy"]
    sender = outbox(db, desk, line(session, desk, fake.url))
    assert await sender.step() == 1
    db.execute("UPDATE clearinghouse_queue SET paused_until_ms = ?", (now_ms() + 60_000,))
    assert await sender.step() == 0
    await run_out(sender, db)
    assert len(fake.finished) == 2


def test_a_retry_after_is_honoured_up_to_ten_minutes() -> None:
    assert by_status(HttpAnswer(503, b"", 3.0)) == again("asked to wait (status 503)", 3.0)
    assert by_status(HttpAnswer(429, b"", 90_000.0)) == again("asked to wait (status 429)", 600.0)


@pytest.mark.parametrize("fault", ["", "answer_lost"])
async def test_taken_back_after_opening_is_retracted_there(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession, fault: str
) -> None:
    n = approved(db, desk, 1, files=1)
    fake.once = ["", "status_500"]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await sender.step()
    service.withdraw(db, SENDER, n, "it was about another teapot", now_ms())
    fake.once = [fault]
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.WITHDRAWN
    assert [report.state for report in fake.reports.values()] == ["retracted"]
    assert fake.finished == []
    taken_back = [entry for entry in map(Entry.decode, log.entries(db)) if entry.act is Act.REFERRAL_WITHDRAWN]
    assert [entry.said["done"] for entry in taken_back] == [False, True]


async def test_taken_back_too_late_is_said_to_be_finished(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.once = ["", "answer_lost"]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await sender.step()
    service.withdraw(db, SENDER, n, "too late", now_ms())
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.FINISHED
    with pytest.raises(NotInThatState):
        service.withdraw(db, SENDER, n, "again", now_ms())


async def test_taken_back_before_anything_was_sent(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    service.withdraw(db, SENDER, n, "it was about another teapot", now_ms())
    await outbox(db, desk, line(session, desk, fake.url)).step()
    assert store.read(db, n).state is ReferralState.WITHDRAWN
    assert fake.seen.total() == 0


async def test_a_sender_whose_lease_ran_out_changes_nothing(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.hold.add(("submit", "after"))
    slow = outbox(db, desk, line(session, desk, fake.url, total_s=20), lease_ms=1)
    stuck = asyncio.create_task(slow.step())
    while await fake.arrived.get() != "submit done":
        pass
    fake.hold.clear()
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    finished = store.read(db, n)
    assert finished.state is ReferralState.FINISHED
    stuck.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stuck
    assert store.read(db, n) == finished
    assert len(fake.finished) == 1
    assert service.check_chain(db, desk, SENDER, n, 1) == len(chain.calls(db, n))


async def test_an_answer_that_comes_after_somebody_took_over_is_kept_as_abandoned(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    late = outbox(db, desk, line(session, desk, fake.url), lease_ms=1)
    release, entered = asyncio.Event(), asyncio.Event()
    holding = Holding(line(session, desk, fake.url).transport, entered, release)
    late = outbox(db, desk, replace(line(session, desk, fake.url), transport=holding), lease_ms=1)
    stuck = asyncio.create_task(late.step())
    await entered.wait()
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    release.set()
    await stuck
    first, second = fake.reports
    assert fake.finished == [second]
    assert [one.remote_id for one in store.abandoned(db, n)] == [str(first)]
    assert store.read(db, n).remote_id == str(second)
    assert [call.reaction for call in chain.calls(db, n)].count("late") == 1
    with pytest.raises(LeaseLost):
        store.extend(db, store.read(db, n), "somebody", 1)


@dataclass
class Holding:
    """Keeps an answer that has come until it may go on."""

    line: Transport
    entered: asyncio.Event
    release: asyncio.Event

    async def send(self, request: Request) -> HttpAnswer:
        answer = await self.line.send(request)
        self.entered.set()
        await self.release.wait()
        return answer


async def test_stopping_writes_down_what_was_on_its_way(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1)
    fake.hold.add(("finish", "after"))
    sender = outbox(db, desk, line(session, desk, fake.url, total_s=20))
    stop = asyncio.Event()
    serving = asyncio.create_task(send_all(sender, stop))
    while await fake.arrived.get() != "finish done":
        pass
    stop.set()
    await serving
    fake.hold.clear()
    assert [call.kind for call in chain.calls(db, n)][-1] is CallKind.UNANSWERED
    await run_out(sender, db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert len(fake.finished) == 1


async def test_the_deadline_is_the_later_of_a_day_after_opening_and_an_hour_after_the_last_change(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1, files=1)
    assert store.read(db, n).deadline_ms is None
    fake.once = ["", "status_500"]
    await outbox(db, desk, line(session, desk, fake.url)).step()
    opened = store.read(db, n)
    assert opened.deadline_ms == (opened.opened_ms or 0) + OPEN_FOR_MS
    touched = (opened.opened_ms or 0) + OPEN_FOR_MS
    assert replace(opened, touched_ms=touched).deadline_ms == touched + UNTOUCHED_FOR_MS


async def test_what_is_open_there_goes_before_what_is_not(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    first, second = approved(db, desk, 1), approved(db, desk, 2)
    db.execute("UPDATE referral SET next_ms = ? WHERE n = ?", (now_ms() + 60_000, first))
    fake.once = ["", "status_500"]
    sender = outbox(db, desk, line(session, desk, fake.url))
    await sender.step()
    at_once(db)
    await sender.step()
    assert store.read(db, second).state is ReferralState.FINISHED
    assert store.read(db, first).state is ReferralState.APPROVED


async def test_nothing_of_the_credentials_is_kept(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1, files=1)
    one = line(session, desk, fake.url)
    await outbox(db, desk, one).step()
    vault = desk.vault(db)
    kept = b"".join(vault.open(call.sealed) for call in chain.calls(db, n) if call.sealed is not None)
    assert PASSWORD.encode() not in kept
    assert basic(USER, PASSWORD).split()[1].encode() not in kept
    assert PASSWORD not in repr(one)


async def test_a_damaged_file_blocks_its_referral_and_no_other(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    first, second = approved(db, desk, 1, files=1), approved(db, desk, 2)
    db.execute("UPDATE referral_sealed SET nonce = zeroblob(12) WHERE kind = 'file'")
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    assert store.read(db, first).state is ReferralState.BLOCKED
    assert "EvidenceDamaged" in store.read(db, first).why
    assert store.read(db, second).state is ReferralState.FINISHED


async def test_a_report_that_was_finished_without_a_file_of_ours_says_so(
    db: Db, desk: Desk, fake: FakeClearinghouse, session: aiohttp.ClientSession
) -> None:
    n = approved(db, desk, 1, files=2)
    fake.hides_files = True
    await run_out(outbox(db, desk, line(session, desk, fake.url)), db)
    assert store.read(db, n).state is ReferralState.FINISHED
    assert "without 2 of its files" in store.read(db, n).why


def test_the_bucket_lets_a_burst_through_and_then_so_many_a_second() -> None:
    now = [0.0]
    bucket = Bucket(5.0, 8, lambda: now[0])
    waits = [bucket.wait_s() for _ in range(10)]
    assert waits[:8] == [0.0] * 8
    assert waits[8:] == pytest.approx([0.2, 0.4])
    now[0] = 100.0
    assert [bucket.wait_s() for _ in range(9)][7:] == pytest.approx([0.0, 0.2])
