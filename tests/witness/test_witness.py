# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The witness over HTTP: every answer of tlog-witness, evidence, restarts, and nothing cosigned that forks."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from privity.tlog.add_checkpoint import MAX_REQUEST, PATH, AddCheckpoint
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.note import Signature, SignedNote
from privity.tlog.tree import EMPTY_ROOT, consistency_proof
from privity.tlog.verifier_key import KeyKind, VerifierKey
from privity.witness import app, key, main, watch
from privity.witness.config import WatchedLog
from privity.witness.errors import AlreadyRunning, SizeConflict, StateDamaged, StateMissing
from privity.witness.evidence import Kind, Pair
from privity.witness.limits import MAX_EVIDENCE
from privity.witness.state import LogState, StateFile, origin_hash
from privity.witness.watch import Watch
from tests.keylog.memory_log import MemoryLog
from tests.witness.running import (
    NOW_S,
    Answer,
    Clock,
    Running,
    asked,
    at_size,
    grown,
    log_key,
    running_witness,
    set_up,
    signed,
    verified,
)


@pytest.fixture
def log() -> MemoryLog:
    return grown(MemoryLog(), 5)


@pytest.fixture
async def witness(tmp_path: Path, log: MemoryLog) -> AsyncIterator[Running]:
    """A plain witness of the log."""
    async with running_witness(tmp_path / "w", WatchedLog(log_key(log), None), clock=Clock()) as running:
        yield running


def pairs(answer: Answer) -> list[Pair]:
    assert (answer.status, answer.content_type) == (200, "application/json")
    return msgspec.json.decode(answer.body, type=list[Pair])


async def test_a_log_that_only_grows_is_cosigned_at_every_step(witness: Running, log: MemoryLog) -> None:
    for old, size in ((0, 1), (1, 3), (3, 4), (4, 4), (4, 5)):
        answer = await witness.add(log, old, size)
        assert witness.cosigned_s(answer, log, size) == NOW_S
        assert answer.content_type == "text/plain; charset=utf-8"
        checkpoint, times = verified((await witness.checkpoint(log)).body, log, witness.key)
        assert (checkpoint, list(times)) == (at_size(log, size), [NOW_S])
    assert pairs(await witness.evidence(log)) == []


async def test_the_same_checkpoint_again_gets_a_newer_time(tmp_path: Path, log: MemoryLog) -> None:
    clock = Clock()
    async with running_witness(tmp_path / "w", WatchedLog(log_key(log), None), clock=clock) as witness:
        await witness.add(log, 0)
        clock.now_s += 3600
        assert witness.cosigned_s(await witness.add(log, 5), log) == NOW_S + 3600
        _, times = verified((await witness.checkpoint(log)).body, log, witness.key)
        assert times == [NOW_S + 3600]


async def test_another_size_is_a_conflict_that_names_the_right_one(witness: Running, log: MemoryLog) -> None:
    await witness.add(log, 0, 3)
    for old in (0, 1, 2, 4, 5):
        answer = await witness.add(log, old, 5)
        assert answer == Answer(409, "text/x.tlog.size", b"3\n")
    assert (await witness.add(log, 1, 2)).body == b"3\n"


async def test_the_right_size_is_part_of_the_refusal(tmp_path: Path, log: MemoryLog) -> None:
    own = set_up(tmp_path, WatchedLog(log_key(log), None))
    file = StateFile(tmp_path, log_key(log), own)
    watching = Watch(log_key(log), key.read(tmp_path / "witness.key"), own, file, None, Clock())
    await watching.add(asked(log, 0, 3))
    with pytest.raises(SizeConflict, match="the last size cosigned is 3, not 4") as conflict:
        await watching.add(asked(log, 4, 5))
    assert conflict.value.size == 3


async def test_a_log_that_was_never_cosigned_has_size_zero(witness: Running, log: MemoryLog) -> None:
    assert await witness.add(log, 2) == Answer(409, "text/x.tlog.size", b"0\n")
    answer = await witness.checkpoint(log)
    assert (answer.status, answer.name) == (404, "NeverCosigned")
    assert pairs(await witness.evidence(log)) == []


async def test_an_unknown_log_is_not_found(witness: Running) -> None:
    other = grown(MemoryLog("other.example"), 1)
    answer = await witness.add(other, 0)
    assert (answer.status, answer.name) == (404, "UnknownLog")
    for answer in (await witness.checkpoint(other), await witness.evidence(other)):
        assert (answer.status, answer.name) == (404, "UnknownLog")


async def test_what_the_log_did_not_sign_is_forbidden(witness: Running, log: MemoryLog) -> None:
    good = asked(log, 0)
    stranger = sign_checkpoint(b"\x01" * 32, at_size(log))
    claims = Signature(log.origin, log_key(log).key_id, bytes(64))
    for signatures in (
        stranger.signatures,
        (claims,),
        (*good.note.signatures, claims),
        (claims, *good.note.signatures),
        good.note.signatures * 2,
    ):
        body = replace(good, note=SignedNote(good.note.text, signatures)).encode()
        answer = await witness.post(body)
        assert (answer.status, answer.name) == (403, "NotSigned")
    assert (await witness.checkpoint(log)).status == 404


async def test_signatures_of_others_are_passed_over_and_not_served(witness: Running, log: MemoryLog) -> None:
    good = asked(log, 0)
    other = Signature("elsewhere.example", b"\x00\x00\x00\x01", b"of a kind unknown here")
    body = replace(good, note=SignedNote(good.note.text, (other, *good.note.signatures, other))).encode()
    assert witness.cosigned_s(await witness.post(body), log) == NOW_S
    served = SignedNote.decode((await witness.checkpoint(log)).body)
    assert [signature.name for signature in served.signatures] == [log.origin, witness.key.name]


async def test_an_older_size_beyond_the_checkpoint_is_a_bad_request(witness: Running, log: MemoryLog) -> None:
    await witness.add(log, 0)
    answer = await witness.post(AddCheckpoint(5, (), signed(log, 4)).encode())
    assert (answer.status, answer.name) == (400, "OldSizeAhead")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"old 0\n\nnot a note\n",
        b"0\n\nNOTE",
        b"old 00\n\nNOTE",
        b"old -1\n\nNOTE",
        b"old 9223372036854775808\n\nNOTE",
        b"old 0 \n\nNOTE",
        b"old 0\r\n\nNOTE",
        b"old 0\nAAAA\n\nNOTE",
        b"old 0\n" + base64.b64encode(bytes(32))[:-1] + b"\n\nNOTE",
        b"old 0\n" + (base64.b64encode(bytes(32)) + b"\n") * 64 + b"\nNOTE",
        "old 0\n\N{ARABIC-INDIC DIGIT ONE}\n\nNOTE".encode(),
        b"\xff\xfe\n\nNOTE",
        b"old 0\n\nEXTENDED",
    ],
)
async def test_what_is_no_request_is_a_bad_request(witness: Running, log: MemoryLog, body: bytes) -> None:
    extended = SignedNote(signed(log).text + b"an extension\n", signed(log).signatures)
    filled = body.replace(b"NOTE", signed(log).encode()).replace(b"EXTENDED", extended.encode())
    answer = await witness.post(filled)
    assert (answer.status, answer.name) == (400, "Malformed")
    assert (await witness.checkpoint(log)).status == 404


async def test_more_bytes_than_a_request_has_are_refused(witness: Running, log: MemoryLog) -> None:
    answer = await witness.post(asked(log, 0).encode() + b"x" * MAX_REQUEST)
    assert (answer.status, answer.name) == (413, "TooLarge")


async def test_a_body_that_does_not_come_is_not_waited_for(
    witness: Running, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BODY_S", 0.05)
    never = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"old 0\n"
        await never.wait()

    async with witness.session.post(witness.url + PATH, data=trickle()) as response:
        assert response.status == 400
        assert (await response.text()).startswith("Malformed: the body did not come")
    assert (await witness.add(log, 0)).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"POST /add-checkpoint HTTP/9.9\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: -2\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nExpect: a miracle\r\nContent-Length: 0\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
async def test_bytes_that_are_no_request_end_in_a_refusal(
    witness: Running, log: MemoryLog, sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(witness.url.rpartition(":")[2]))
    writer.write(sent)
    async with asyncio.timeout(60):
        answer = await reader.read(1 << 16)
    writer.close()
    assert answer.startswith(b"HTTP/1.") and answer.split(b" ")[1][:1] == b"4", answer
    assert b"Traceback" not in answer and b".py" not in answer
    assert caplog.records == []
    assert (await witness.add(log, 0)).status == 200


async def test_other_paths_and_methods_are_refused_plainly(witness: Running, log: MemoryLog) -> None:
    for path in ("/", "/add-checkpoint", "/" + "A" * 64 + "/checkpoint", f"/{origin_hash(log.origin)}/state"):
        answer = await witness.get(path)
        assert answer.status in (404, 405)
        assert answer.body == b"the request ended with HTTP status %d\n" % answer.status


async def test_a_bug_is_named_as_one_and_shows_nothing(
    witness: Running, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a sentence that nobody should see")

    monkeypatch.setattr(watch, "verify_consistency", broken)
    answer = await witness.add(log, 0)
    assert answer == Answer(500, "text/plain; charset=utf-8", b"a bug of the witness; nothing was cosigned\n")
    assert (await witness.checkpoint(log)).status == 404


async def test_a_proof_that_proves_nothing_is_refused_and_the_pair_becomes_a_question(
    witness: Running, log: MemoryLog
) -> None:
    await witness.add(log, 0, 3)
    good = asked(log, 3, 5)
    for proof in ((), good.proof[:-1], (*good.proof, bytes(32)), tuple(reversed(good.proof))):
        answer = await witness.post(replace(good, proof=proof).encode())
        assert (answer.status, answer.name) == (422, "NotConsistent")
    (pair,) = pairs(await witness.evidence(log))
    assert pair.kind is Kind.UNPROVEN
    assert [verified(note.encode(), log, witness.key)[0].size for note in (pair.first, pair.second)] == [3, 5]
    assert witness.cosigned_s(await witness.post(good.encode()), log) == NOW_S
    assert pairs(await witness.evidence(log)) == []


async def test_a_proof_where_none_is_needed_is_refused(witness: Running, log: MemoryLog) -> None:
    for old in (0, 5):
        answer = await witness.post(replace(asked(log, old), proof=(bytes(32),)).encode())
        assert (answer.status, answer.name) == (422, "NotConsistent")
        await witness.add(log, 0)


async def test_an_empty_log_has_one_root(witness: Running, log: MemoryLog) -> None:
    wrong = sign_checkpoint(log.private, Checkpoint(log.origin, 0, bytes(32)))
    answer = await witness.post(AddCheckpoint(0, (), wrong).encode())
    assert (answer.status, answer.name) == (422, "NotConsistent")
    right = sign_checkpoint(log.private, Checkpoint(log.origin, 0, EMPTY_ROOT))
    assert (await witness.post(AddCheckpoint(0, (), right).encode())).status == 200
    assert witness.cosigned_s(await witness.add(log, 0), log) == NOW_S


async def test_two_roots_of_one_size_are_refused_and_kept_for_everybody(witness: Running, log: MemoryLog) -> None:
    fork = grown(MemoryLog(), 4)
    fork.put(b"u:ghost", b"another device")
    fork.cut(NOW_S * 1000)
    assert (fork.size, fork.origin) == (log.size, log.origin)
    await witness.add(log, 0)
    answer = await witness.add(fork, 5)
    assert (answer.status, answer.name) == (422, "NotConsistent")
    (pair,) = pairs(await witness.evidence(log))
    assert (pair.kind, pair.seen_s) == (Kind.TWO_ROOTS, NOW_S)
    first, second = (verified(note.encode(), log, witness.key)[0] for note in (pair.first, pair.second))
    assert (first, second) == (at_size(log), at_size(fork))
    assert first.size == second.size and first.root != second.root
    assert (await witness.checkpoint(log)).body == pair.first.encode()


async def test_a_fork_is_caught_whatever_older_size_it_names(witness: Running, log: MemoryLog) -> None:
    fork = grown(grown(MemoryLog(), 3), 2, NOW_S + 9)
    await witness.add(log, 0)
    assert await witness.add(fork, 3) == Answer(409, "text/x.tlog.size", b"5\n")
    (pair,) = pairs(await witness.evidence(log))
    assert pair.kind is Kind.TWO_ROOTS


async def test_a_fork_that_grows_further_is_never_cosigned(witness: Running, log: MemoryLog) -> None:
    fork = grown(grown(MemoryLog(), 3), 5, NOW_S + 9)
    await witness.add(log, 0)
    for proof in (asked(fork, 5).proof, tuple(consistency_proof(log.node_at, 4, 5))):
        answer = await witness.post(AddCheckpoint(5, proof, signed(fork)).encode())
        assert (answer.status, answer.name) == (422, "NotConsistent")
    assert at_size(log) == verified((await witness.checkpoint(log)).body, log, witness.key)[0]


async def test_evidence_is_bounded_and_proof_has_a_place_of_its_own(witness: Running, log: MemoryLog) -> None:
    await witness.add(log, 0)
    for number in range(MAX_EVIDENCE + 3):
        later = sign_checkpoint(log.private, Checkpoint(log.origin, 6 + number, bytes(32)))
        assert (await witness.post(AddCheckpoint(5, (), later).encode())).status == 422
    other = sign_checkpoint(log.private, Checkpoint(log.origin, 5, bytes(32)))
    assert (await witness.post(AddCheckpoint(5, (), other).encode())).status == 422
    kept = pairs(await witness.evidence(log))
    assert [pair.kind for pair in kept] == [Kind.TWO_ROOTS, *[Kind.UNPROVEN] * MAX_EVIDENCE]


async def test_a_restart_forgets_nothing(tmp_path: Path, log: MemoryLog) -> None:
    watched = WatchedLog(log_key(log), None)
    fork = grown(grown(MemoryLog(), 3), 2, NOW_S + 9)
    async with running_witness(tmp_path / "w", watched) as witness:
        await witness.add(log, 0)
        await witness.add(fork, 5)
        before = await witness.checkpoint(log), await witness.evidence(log)
    async with running_witness(tmp_path / "w", watched) as witness:
        assert (await witness.checkpoint(log), await witness.evidence(log)) == before
        assert len(pairs(before[1])) == 1
        assert (await witness.add(fork, 5)).status == 422
        assert (await witness.add(log, 0)).body == b"5\n"
        assert (await witness.add(grown(log, 1), 5)).status == 200


async def test_two_logs_know_nothing_of_each_other(tmp_path: Path, log: MemoryLog) -> None:
    other = grown(MemoryLog("other.example", seed=2), 3)
    logs = [WatchedLog(log_key(one), None) for one in (log, other)]
    async with running_witness(tmp_path / "w", *logs, clock=Clock()) as witness:
        assert witness.cosigned_s(await witness.add(log, 0), log) == NOW_S
        assert (await witness.checkpoint(other)).status == 404
        assert witness.cosigned_s(await witness.add(other, 0), other) == NOW_S
        crossed = sign_checkpoint(other.private, at_size(log))
        answer = await witness.post(AddCheckpoint(5, (), crossed).encode())
        assert (answer.status, answer.name) == (403, "NotSigned")


async def test_of_two_forks_at_the_same_moment_one_is_cosigned(witness: Running, log: MemoryLog) -> None:
    """Many requests at once, half for another history: all that is cosigned is of one history."""
    fork = grown(grown(MemoryLog(), 3), 2, NOW_S + 9)
    await witness.add(log, 0, 3)
    answers = await asyncio.gather(*(witness.add(one, 3, size) for size in (4, 5) for one in (log, fork) * 2))
    assert {answer.status for answer in answers} <= {200, 409, 422, 503}
    cosigned = {
        (one is log, size)
        for (size, one), answer in zip(((s, o) for s in (4, 5) for o in (log, fork) * 2), answers, strict=True)
        if answer.status == 200
    }
    assert len({history for history, _ in cosigned}) == 1


async def test_more_requests_than_may_wait_are_told_to_come_again(
    witness: Running, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "MAX_WAITING", 0)
    async with witness.session.post(witness.url + PATH, data=asked(log, 0).encode()) as response:
        assert (response.status, response.headers["Retry-After"]) == (503, "1")
        assert (await response.text()).startswith("Busy: ")
    monkeypatch.setattr(watch, "MAX_WAITING", 1)
    assert (await witness.add(log, 0)).status == 200


async def test_what_the_disk_does_not_take_is_not_cosigned(
    tmp_path: Path, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = WatchedLog(log_key(log), None)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    async with running_witness(tmp_path / "w", watched) as witness:
        await witness.add(log, 0, 3)
        with monkeypatch.context() as patched:
            patched.setattr("privity.witness.state.replace", full)
            answer = await witness.add(log, 3)
            assert (answer.status, answer.name) == (503, "CannotKeep")
            patched.setattr("privity.witness.evidence.replace", full)
            answer = await witness.add(grown(MemoryLog(), 3, NOW_S + 9), 3)
            assert (answer.status, answer.name) == (422, "NotConsistent")
        assert verified((await witness.checkpoint(log)).body, log, witness.key)[0].size == 3
        assert (await witness.add(log, 3)).status == 200


async def test_a_second_process_on_the_same_folder_is_refused(tmp_path: Path, log: MemoryLog) -> None:
    watched = WatchedLog(log_key(log), None)
    async with running_witness(tmp_path / "w", watched):
        with pytest.raises(AlreadyRunning):
            async with running_witness(tmp_path / "w", watched):
                pytest.fail("two processes would decide about the same log")


async def test_a_lost_state_stops_the_witness(tmp_path: Path, log: MemoryLog) -> None:
    """An empty state would cosign the fork."""
    watched = WatchedLog(log_key(log), None)
    async with running_witness(tmp_path / "w", watched) as witness:
        await witness.add(log, 0)
    (tmp_path / "w" / "logs" / origin_hash(log.origin) / "state").unlink()
    with pytest.raises(StateMissing, match="could cosign a fork"):
        async with running_witness(tmp_path / "w", watched):
            pytest.fail("an empty state would cosign anything")


async def test_a_state_with_any_changed_byte_stops_the_witness(tmp_path: Path, log: MemoryLog) -> None:
    watched = WatchedLog(log_key(log), None)
    async with running_witness(tmp_path / "w", watched) as witness:
        await witness.add(log, 0)
        own = witness.key
    whole = (tmp_path / "w" / "logs" / origin_hash(log.origin) / "state").read_bytes()
    assert LogState.decode(whole, log_key(log), own).head == (5, at_size(log).root)
    for at in range(len(whole)):
        with pytest.raises(StateDamaged):
            LogState.decode(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], log_key(log), own)
    for cut in (whole[:-1], whole + b"\x00", b"", whole[:32]):
        with pytest.raises(StateDamaged):
            LogState.decode(cut, log_key(log), own)


async def test_the_state_of_another_witness_or_log_stops_the_witness(tmp_path: Path, log: MemoryLog) -> None:
    async with running_witness(tmp_path / "w", WatchedLog(log_key(log), None)) as witness:
        await witness.add(log, 0)
        own = witness.key
    whole = (tmp_path / "w" / "logs" / origin_hash(log.origin) / "state").read_bytes()
    other = VerifierKey.of(own.name, KeyKind.COSIGNATURE, b"\x02" * 32)
    for log_, own_ in (
        (log_key(log), other),
        (log_key(MemoryLog(seed=9)), own),
        (log_key(MemoryLog("b.example")), own),
    ):
        with pytest.raises(StateDamaged):
            LogState.decode(whole, log_, own_)


def test_the_clock_of_the_process_counts_seconds() -> None:
    assert 1_700_000_000 < main.now_s() < 1 << 33
