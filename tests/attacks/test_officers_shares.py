# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Shares of two officers, against one of them alone, a colleague who brings both, and whoever saw what was pasted."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyrage
import pytest
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.requests import service as requests
from privity.desk.legal.requests.errors import OnHold
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.requests.model import State as RequestState
from privity.desk.legal.vault import authority, opening, sealing
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Holder
from privity.desk.legal.vault.errors import IdentityUnusable, NoAuthority, OutsideScope, SamePerson, SharesWrong
from privity.desk.legal.vault.shares import ASKED_MS, KEPT_MS, MAX_SEALED, Shares
from privity.desk.legal.vault.sharing import Forgetting
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Right, Role
from privity.production import age_key
from privity.production.classes import Releasable
from tests.desk.contents import contents
from tests.desk.legal.vault.cellar import ALICE, CLERK, FILES, PRESERVE, RELEASER, Cellar

SUBSCRIBER = "subscriber/0001.json"
COLLEAGUE = Acting.member(7, frozenset({Role.LEGAL_RELEASER}))
EVERY = int(os.environ.get("PRIVITY_PROVE_SHARE_EVERY", "1"))
"""Of what is pasted every bit of so many is turned, one at a time."""


@dataclass(frozen=True)
class Case:
    """A hold whose keys two officers keep, and a warrant for one class of it that may read."""

    cellar: Cellar
    request: int
    hold: int

    def read(self) -> bytes:
        return self.cellar.read(self.request, self.hold, SUBSCRIBER)

    def opened(self, holder: Holder, acting: Acting = CLERK) -> str:
        return self.cellar.opened(self.request, self.hold, holder, acting)

    def hand_in(self, holder: Holder, opened: str, acting: Acting = CLERK) -> None:
        self.cellar.hand_in(self.request, self.hold, holder, opened, acting)

    def handed(self, holder: Holder, acting: Acting = CLERK) -> None:
        self.cellar.handed(self.request, self.hold, holder, acting)

    def both(self) -> None:
        self.cellar.both_handed(self.request, self.hold)

    def to(self, holder: Holder, acting: Acting = CLERK) -> str:
        """The desk's own key for one hand-in, as the file names it."""
        return opening.decoded(self.cellar.share_file(self.request, self.hold, holder, acting)).to

    def got_anew(self) -> None:
        self.to(Holder.FIRST)

    def judged_anew(self) -> None:
        """With the same outcome: what was asked for was asked under another decision."""
        self.cellar.judged(self.request, Outcome.ACCEPT)

    def begun_anew(self) -> None:
        """The process ended, and another one is there."""
        self.cellar.shares = Shares()

    def inside(self, holder: Holder) -> list[bytes]:
        """What an officer's key opens: what a careless or dishonest one could do anything with."""
        cellar = self.cellar
        file = opening.decoded(cellar.share_file(self.request, self.hold, holder, COLLEAGUE))
        identity = cellar.people[0 if holder is Holder.FIRST else 1]
        return [pyrage.decrypt(part.sealed, [identity]) for part in file.parts]


def case_in(cellar: Cellar) -> Case:
    hold = cellar.held(PRESERVE)
    request = cellar.scoped(classes=["subscriber"])
    cellar.released(hold, request)
    return Case(cellar, request, hold.number)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    cellar = Cellar.at(tmp_path)
    cellar.officers()
    yield case_in(cellar)
    cellar.db.close()


def sealed_to(to: str, inside: list[bytes]) -> str:
    """As `opening.opened` does it, with whatever somebody likes inside."""
    return base64.b64encode(age_key.encrypted(msgspec.json.encode(inside), to)).decode()


def test_two_officers_read_together_and_what_they_brought_is_used_up(case: Case) -> None:
    with pytest.raises(SharesWrong):
        case.read()
    case.handed(Holder.FIRST)
    with pytest.raises(SharesWrong, match="here 1"):
        case.read()
    case.handed(Holder.SECOND, RELEASER)
    assert case.read() == FILES[SUBSCRIBER]
    with pytest.raises(SharesWrong, match="here 0"):
        case.read()
    said = case.cellar.said(Act.HOLD_SHARE_HANDED_IN)
    assert [(each.who, each.said["holder"], each.said["classes"]) for each in said] == [
        (CLERK.who, "first_officer", ["subscriber"]),
        (RELEASER.who, "second_officer", ["subscriber"]),
    ]
    assert [each.said["why"] for each in case.cellar.said(Act.HOLD_REFUSED)] == ["SharesWrong"] * 3
    assert len(case.cellar.said(Act.HOLD_READ)) == 1, "what was refused is not said to have been read"


def test_one_person_does_not_bring_both(case: Case) -> None:
    """Neither one after the other, nor with two files that were got before anything was handed in."""
    first, second = case.opened(Holder.FIRST), case.opened(Holder.SECOND)
    case.hand_in(Holder.FIRST, first)
    with pytest.raises(SamePerson):
        case.hand_in(Holder.SECOND, second)
    with pytest.raises(SamePerson):
        case.opened(Holder.SECOND)
    with pytest.raises(SharesWrong):
        case.read()
    assert [each.said["why"] for each in case.cellar.said(Act.HOLD_REFUSED)][:2] == ["SamePerson"] * 2
    case.handed(Holder.SECOND, RELEASER)
    assert case.read() == FILES[SUBSCRIBER]


def test_one_officer_alone_is_not_the_other_one_as_well(case: Case) -> None:
    """Their own share, sealed rightly and by another colleague, in the place of the one that they do not have."""
    case.handed(Holder.FIRST)
    mine = case.inside(Holder.FIRST)
    for inside in (mine, [bytes(len(mine[0]))], [mine[0][:-32] + bytes(32)], [], mine * 2):
        with pytest.raises(SharesWrong):
            case.hand_in(Holder.SECOND, sealed_to(case.to(Holder.SECOND, RELEASER), inside), RELEASER)
    with pytest.raises(SharesWrong):
        case.read()


def test_a_share_of_another_hold_is_not_one_of_this(case: Case) -> None:
    other = case_in(case.cellar)
    theirs = other.inside(Holder.FIRST)
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, sealed_to(case.to(Holder.FIRST), theirs))
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, other.opened(Holder.FIRST))
    case.both()
    with pytest.raises(SharesWrong):
        other.read()


def test_an_officer_sees_of_what_their_share_is_and_no_file_says_otherwise(case: Case) -> None:
    """The desk, or whoever is between, cannot have one share opened under the name of another."""
    cellar, other = case.cellar, case_in(case.cellar)
    file = opening.decoded(cellar.share_file(case.request, case.hold, Holder.FIRST))
    foreign = opening.decoded(cellar.share_file(other.request, other.hold, Holder.FIRST))
    second = opening.decoded(cellar.share_file(case.request, case.hold, Holder.SECOND, RELEASER))
    change = msgspec.structs.replace
    for lying in (
        change(file, hold=foreign.hold),
        change(file, parts=foreign.parts),
        change(file, holder=Holder.SECOND),
        change(file, parts=[change(file.parts[0], data_class=Releasable.CONTENT_PROFILE)]),
    ):
        with pytest.raises(SharesWrong):
            opening.opened(lying, [cellar.people[0]])
    for wrong, key in ((file, cellar.people[1]), (second, cellar.people[0]), (file, x25519.Identity.generate())):
        with pytest.raises(IdentityUnusable):
            opening.opened(wrong, [key])


STALE: dict[str, Callable[[Case], None]] = {
    "too late": lambda case: case.cellar.bureau.days(ASKED_MS / 86_400_000),
    "a clock that was set back": lambda case: case.cellar.bureau.days(-1 / 86_400_000),
    "another file since": lambda case: case.got_anew(),
    "a desk that began anew": lambda case: case.begun_anew(),
    "a request that was judged anew": lambda case: case.judged_anew(),
}


@pytest.mark.parametrize("stale", STALE)
def test_what_is_stale_is_refused(case: Case, stale: str) -> None:
    opened = case.opened(Holder.FIRST)
    STALE[stale](case)
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, opened)
    assert case.cellar.said(Act.HOLD_SHARE_HANDED_IN) == []


def test_what_was_handed_in_once_is_not_taken_again(case: Case) -> None:
    """Whoever kept what was pasted has nothing: not after it was used, and not before."""
    first, second = case.opened(Holder.FIRST), case.opened(Holder.SECOND, RELEASER)
    case.hand_in(Holder.FIRST, first)
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, first)
    case.hand_in(Holder.SECOND, second, RELEASER)
    case.read()
    for holder, opened, acting in ((Holder.FIRST, first, CLERK), (Holder.SECOND, second, RELEASER)):
        with pytest.raises(SharesWrong):
            case.hand_in(holder, opened, acting)


def test_what_one_person_got_nobody_else_hands_in(case: Case) -> None:
    opened = case.opened(Holder.FIRST, CLERK)
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, opened, RELEASER)
    case.to(Holder.FIRST, RELEASER)
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, opened, RELEASER)


def flipped(case: Case, every: int) -> None:
    sealed = base64.b64decode(case.opened(Holder.FIRST))
    taken = []
    for bit in range(0, len(sealed) * 8, every):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            case.hand_in(Holder.FIRST, base64.b64encode(changed).decode())
            taken.append(bit)
        except SharesWrong:
            continue
    assert taken == []
    case.hand_in(Holder.FIRST, base64.b64encode(sealed).decode())


def test_what_was_altered_by_one_bit_is_refused(case: Case) -> None:
    """And what is wrong uses up nothing: the right one is taken after it."""
    flipped(case, 37)


@pytest.mark.prove
def test_every_bit_of_what_is_pasted_counts(case: Case) -> None:
    flipped(case, EVERY)


def test_an_officer_who_alters_a_bit_of_the_share_itself_is_found_out(case: Case) -> None:
    """At once, and not when the other one has come as well."""
    (payload,) = case.inside(Holder.FIRST)
    for bit in range(0, 256, 5):
        altered = bytearray(payload)
        altered[-1 - bit // 8] ^= 1 << bit % 8
        with pytest.raises(SharesWrong, match="not the share that was sealed"):
            case.hand_in(Holder.FIRST, sealed_to(case.to(Holder.FIRST), [bytes(altered)]))


HEADER = b"age-encryption.org/v1\n"


def crafted_with(*stanza: str) -> bytes:
    """A file of age with one stanza and zeros wherever a secret would be needed."""
    zeros = base64.b64encode(bytes(32)).decode().rstrip("=")
    return HEADER + f"-> {' '.join(stanza)}\n{zeros}\n--- {zeros}\n".encode() + bytes(32)


CRAFTED: dict[str, bytes] = {
    "nothing": b"",
    "a word": b"teapot",
    "a header alone": HEADER,
    "a point of low order": crafted_with("X25519", base64.b64encode(bytes(32)).decode().rstrip("=")),
    "a passphrase of great cost": crafted_with("scrypt", base64.b64encode(bytes(16)).decode().rstrip("="), "63"),
    "far too much": bytes(MAX_SEALED + 1),
    "many stanzas": HEADER + b"-> X25519 x\n\n" * 200 + b"---\n",
}


@pytest.mark.parametrize("crafted", CRAFTED)
def test_what_is_crafted_is_refused_by_name(case: Case, crafted: str) -> None:
    case.to(Holder.FIRST)
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, base64.b64encode(CRAFTED[crafted]).decode())


@pytest.mark.parametrize("word", ["", "%%%", "\ud800", "é", "AGE-SECRET-KEY-1TEAPOT"])
def test_what_is_no_word_of_base64_is_refused_and_not_shown_again(case: Case, word: str) -> None:
    case.to(Holder.FIRST)
    with pytest.raises(SharesWrong) as refused:
        case.hand_in(Holder.FIRST, word)
    assert not word or word not in str(refused.value)


@pytest.mark.parametrize("inside", [b"{}", b"[]", b"[1]", b'["%"]', b"\xff", b"[[]]"])
def test_what_is_sealed_rightly_and_is_no_share_is_refused(case: Case, inside: bytes) -> None:
    word = base64.b64encode(age_key.encrypted(inside, case.to(Holder.FIRST))).decode()
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.FIRST, word)


def test_what_is_too_large_is_not_even_opened(case: Case) -> None:
    """Though it is sealed rightly: nobody makes the desk decrypt what no file of shares can be."""
    with pytest.raises(SharesWrong, match=f"at most {MAX_SEALED} bytes"):
        case.hand_in(Holder.FIRST, sealed_to(case.to(Holder.FIRST), [bytes(MAX_SEALED)]))


def test_what_was_handed_in_is_kept_to_its_last_millisecond_and_not_longer(case: Case) -> None:
    case.both()
    case.cellar.bureau.now_ms += KEPT_MS - 1
    assert case.read() == FILES[SUBSCRIBER]
    case.both()
    case.cellar.bureau.now_ms += KEPT_MS
    with pytest.raises(SharesWrong):
        case.read()
    case.cellar.bureau.now_ms -= 2 * KEPT_MS
    with pytest.raises(SharesWrong):
        case.read()


def test_a_hand_in_is_taken_to_its_last_millisecond_and_not_longer(case: Case) -> None:
    opened = case.opened(Holder.FIRST)
    case.cellar.bureau.now_ms += ASKED_MS - 1
    case.hand_in(Holder.FIRST, opened)
    opened = case.opened(Holder.SECOND, RELEASER)
    case.cellar.bureau.now_ms += ASKED_MS
    with pytest.raises(SharesWrong):
        case.hand_in(Holder.SECOND, opened, RELEASER)


async def test_what_counts_no_more_is_let_go_by_itself(case: Case) -> None:
    """From memory, and not only passed over: with its time, with a move of the request, or once it was used."""
    cellar, shares = case.cellar, case.cellar.shares
    forgetting = Forgetting(cellar.db, shares, lambda: cellar.now_ms)
    case.to(Holder.FIRST)
    case.both()
    assert await forgetting.step() == 0 and shares.requests == {case.request}
    cellar.bureau.now_ms += KEPT_MS
    assert await forgetting.step() == 2 and shares.requests == frozenset()
    case.both()
    requests.move(cellar.db, case.request, RequestState.CLOSED, CLERK.who, cellar.now_ms)
    assert await forgetting.step() == 2 and shares.requests == frozenset()


def test_a_request_that_moves_on_takes_its_shares_with_it(case: Case) -> None:
    """Also where it comes back to the state that it was in."""
    cellar = case.cellar
    case.both()
    cellar.judged(case.request, Outcome.ACCEPT)
    assert cellar.moves(case.request)[-1] == "scoped"
    with pytest.raises(SharesWrong):
        case.read()
    leave = authority.leave(cellar.db, case.request)
    assert cellar.shares.of(case.hold, Releasable.SUBSCRIBER, leave, cellar.now_ms) == ()
    assert cellar.shares.handed(case.hold, Holder.FIRST, [Releasable.SUBSCRIBER], leave, cellar.now_ms) is None


def test_shares_for_one_case_open_nothing_for_another(case: Case) -> None:
    case.both()
    other = case_in(case.cellar)
    with pytest.raises(NoAuthority):
        case.cellar.read(other.request, case.hold, SUBSCRIBER)
    requests.move(case.cellar.db, case.request, RequestState.CLOSED, CLERK.who, case.cellar.now_ms)
    case.cellar.released(case.cellar.hold(case.hold), other.request)
    with pytest.raises(SharesWrong, match="here 0"):
        case.cellar.read(other.request, case.hold, SUBSCRIBER)


def test_of_a_class_outside_the_scope_no_share_leaves_the_desk(case: Case) -> None:
    """LP-20: neither in the file, nor for a case that reaches nothing of the hold."""
    file = opening.decoded(case.cellar.share_file(case.request, case.hold, Holder.FIRST))
    assert [part.data_class for part in file.parts] == [Releasable.SUBSCRIBER]
    case.both()
    for name in sorted(set(FILES) - {SUBSCRIBER}):
        with pytest.raises(OutsideScope):
            case.cellar.read(case.request, case.hold, name)


def test_no_share_is_handed_out_or_taken_for_who_may_not(case: Case) -> None:
    cellar = case.cellar
    opened = case.opened(Holder.FIRST)
    for role in Role:
        acting = Acting.member(9, frozenset({role}))
        if acting.rights & {Right.JUDGE_LEGAL, Right.RELEASE_LEGAL}:
            continue
        with pytest.raises(NotYourRole):
            cellar.share_file(case.request, case.hold, Holder.FIRST, acting)
        with pytest.raises(NotYourRole):
            case.hand_in(Holder.FIRST, opened, acting)
    cellar.bureau.revoke(Whom.all())
    with pytest.raises(OnHold):
        cellar.share_file(case.request, case.hold, Holder.FIRST)
    with pytest.raises(OnHold):
        case.hand_in(Holder.FIRST, opened)
    assert cellar.said(Act.HOLD_SHARE_HANDED_IN) == []


def test_where_the_desk_keeps_the_keys_there_is_no_share(tmp_path: Path) -> None:
    cellar = Cellar.at(tmp_path)
    case = case_in(cellar)
    assert vault.awaited(cellar.db, cellar.shares, case.request, case.hold, cellar.now_ms) is None
    for holder in Holder:
        with pytest.raises(SharesWrong):
            cellar.share_file(case.request, case.hold, holder)
    assert case.read() == FILES[SUBSCRIBER]
    cellar.db.close()


def test_no_share_is_on_the_disk_in_the_log_or_in_a_repr(case: Case) -> None:
    cellar = case.cellar
    secrets = [payload[-32:] for holder in (Holder.FIRST, Holder.SECOND) for payload in case.inside(holder)]
    case.both()
    shown = repr((cellar.shares, list(cellar.shares._kept.values()), list(cellar.shares._asked.values())))
    cellar.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    rows = [value for table in contents(cellar.db).values() for row in table for value in row]
    assert len(secrets) == 2
    for secret in secrets:
        for form in (secret, secret.hex().encode(), base64.b64encode(secret)):
            assert not any(form in value for value in rows if isinstance(value, bytes))
            assert not any(form.decode("latin-1") in value for value in rows if isinstance(value, str))
            assert form.decode("latin-1") not in shown
    (payload,) = case.inside(Holder.FIRST)
    assert sealing.place(cellar.hold(case.hold).id, Releasable.SUBSCRIBER) in payload
    assert ALICE.value.encode() not in payload, "an officer is not told whom it is about"
