# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The desk finishes what was released: once, whatever dies when, and nothing leaves that any step has refused."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from privity.desk.audit import signing as audit_signing
from privity.desk.audit.acts import Act
from privity.desk.legal.agencies import service as agencies
from privity.desk.legal.releasing import letter, looked, looking, loop, making, parts, service, store
from privity.desk.legal.releasing.errors import NotReady, NotSealed, NotStamped, TooLarge
from privity.desk.legal.releasing.model import Part, Production, Stage
from privity.desk.legal.releasing.sealing import Seal
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.model import State
from privity.production import writing
from privity.production.errors import BadRecipient, BadTimeStamp, DoesNotVerify
from tests.desk.legal.releasing.floor import DAY_MS, Floor


class Killed(BaseException):
    """The desk's process ends here."""


def kept(floor: Floor, made: Production) -> list[str]:
    rows = floor.db.execute("SELECT part FROM production_part WHERE production = ? ORDER BY part", (made.number,))
    return [part for (part,) in rows.fetchall()]


STEPS: dict[str, tuple[Any, str]] = {
    "before the checkpoint": (audit_signing.Signing, "sign"),
    "before the bag is read": (looked, "prepared_of"),
    "before the signatures": (making, "finish"),
    "before the stamp": (letter, "letter"),
    "before the verifier": (writing, "must_verify"),
    "before the encryption": (making, "encrypted"),
    "before it is kept": (parts, "keep"),
    "before it is ready": (store, "ready"),
    "before the request moves": (requests, "move"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_desk_that_dies_neither_loses_a_release_nor_releases_twice(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made = floor.logged()
    where, name = STEPS[step]

    def dies(*_: object, **__: object) -> None:
        raise Killed(step)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, dies)
        with pytest.raises(Killed):
            floor.finish()
    assert looking.of(floor.db, made.number).stage is Stage.LOGGED
    assert kept(floor, made) == ["manifest", "prepared"]
    assert floor.state(made.request) is State.NOTICE_DONE
    assert floor.finish() == 1
    assert floor.finish() == 0
    found = looking.of(floor.db, made.number)
    assert found.stage is Stage.READY
    assert len(floor.acts(Act.PRODUCTION_RELEASED)) == len(floor.acts(Act.PRODUCTION_READY)) == 1
    assert floor.acts(Act.PRODUCTION_RELEASED)[0].n == found.entry
    assert kept(floor, made) == ["manifest", "package", "prepared", "proof"]


def test_a_release_is_pressed_once(floor: Floor) -> None:
    made = floor.logged()
    with pytest.raises(NotReady):
        floor.release(made)
    assert floor.finish() == 1
    with pytest.raises(NotReady):
        floor.release(made)
    assert len(floor.acts(Act.PRODUCTION_RELEASED)) == 1


REFUSALS: dict[str, tuple[Any, str, Exception]] = {
    "the verifier refuses it": (writing, "must_verify", DoesNotVerify("it does not verify")),
    "the letter is not sealed": (Seal, "put_on", NotSealed("no seal")),
    "nobody can open it": (making, "encrypted", BadRecipient("nobody")),
    "it is too large": (making, "check_size", TooLarge("too large")),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_lp_9_nothing_leaves_that_a_step_refuses(floor: Floor, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    made = floor.logged()
    where, name, err = REFUSALS[why]

    def refuses(*_: object, **__: object) -> None:
        raise err

    with monkeypatch.context() as patched:
        patched.setattr(where, name, refuses)
        assert floor.finish() == 0
        floor.now_ms += 2 * 60_000
        assert floor.finish() == 0
    found = looking.of(floor.db, made.number)
    assert (found.stage, found.tries) == (Stage.LOGGED, 2)
    assert found.stuck.startswith(type(err).__name__)
    assert len(floor.acts(Act.PRODUCTION_STUCK)) == 1
    assert kept(floor, made) == ["manifest", "prepared"]
    floor.now_ms += 2 * 60_000
    assert floor.finish() == 1
    assert looking.of(floor.db, made.number).stuck == ""


def test_an_authority_that_is_away_or_lies_holds_it_up_and_no_more(floor: Floor) -> None:
    made = floor.logged()
    floor.stamps.down = NotStamped("the authority does not answer")
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).stuck.startswith("NotStamped")
    assert floor.finish() == 0, "not before a minute is over"
    assert floor.stamps.asked == 1
    floor.stamps.down = None
    floor.authority.imprint = b"\0" * 32
    floor.now_ms += 2 * 60_000
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).stuck.startswith(BadTimeStamp.__name__)
    floor.authority.imprint = None
    floor.now_ms += 2 * 60_000
    assert floor.finish() == 1


def test_a_release_whose_authority_ends_before_its_package_is_made_does_not_leave(floor: Floor) -> None:
    made = floor.approved(floor.collected(expires_on="2026-11-26"))
    floor.noticed(made)
    floor.release(made)
    floor.now_ms += DAY_MS
    assert floor.finish() == 0
    found = looking.of(floor.db, made.number)
    assert (found.stage, found.void_why) == (Stage.VOID, "AuthorityExpired")
    assert kept(floor, made) == ["manifest", "prepared"]
    assert parts.shred(floor.db, made.number, (Part.PREPARED,), floor.now_ms) == 0, "its contents are gone"


@pytest.mark.parametrize("when", ["before", "while"])
def test_lp_14_a_release_to_an_agency_that_is_revoked_meanwhile_does_not_leave(
    floor: Floor, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    made = floor.logged()
    if when == "before":
        floor.revoke()
    else:
        really = making.make

        def meanwhile(*given: Any) -> making.Made:
            done = really(*given)
            asyncio.run_coroutine_threadsafe(revoke(), running[0]).result()
            return done

        async def revoke() -> None:
            floor.revoke()

        running: list[asyncio.AbstractEventLoop] = []
        step = loop.Releasing.step

        async def watched(self: loop.Releasing) -> int:
            running.append(asyncio.get_running_loop())
            return await step(self)

        monkeypatch.setattr(loop, "make", meanwhile)
        monkeypatch.setattr(loop.Releasing, "step", watched)
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).stage is Stage.VOID
    assert kept(floor, made) == ["manifest", "prepared"]
    assert not floor.acts(Act.PRODUCTION_READY)


def test_a_request_of_no_enrolled_officer_leaves_for_nobody(floor: Floor) -> None:
    made = floor.logged()
    floor.db.execute("DROP TRIGGER legal_request_has_one_requester")
    floor.db.execute("UPDATE legal_request SET officer = NULL")
    assert floor.finish() == 0
    found = looking.of(floor.db, made.number)
    assert (found.stage, found.void_why) == (Stage.VOID, "NoRecipient")


def test_the_package_is_for_the_officers_key_alone(floor: Floor) -> None:
    made = floor.ready()
    sealed = parts.read(floor.db, floor.keys.evidence, made.number, Part.PACKAGE)
    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert sealed.count(b"-> X25519 ") == len(agencies.recipients(floor.db, floor.team().officer)) == 1


def test_a_package_over_the_limit_is_refused_by_name(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MAX_PACKAGE_BYTES", 1000)
    with pytest.raises(TooLarge, match="at most 1000 bytes"):
        floor.review(floor.collected())
    assert service.waiting(floor.db, floor.clerk) == ()
