# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How somebody comes in: a first passkey by a one-time code, a session by a passkey, fresh proof for grave acts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.db.transaction import Db, transaction
from privity.desk.limits import CLOCK_BACK_MS, CODE_MS, MAX_PASSKEYS, SESSION_IDLE_MS, SESSION_MS, SESSION_SEEN_MS
from privity.desk.staff import store
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import (
    Made,
    Place,
    answered,
    creation_options,
    request_options,
    verify_made,
    verify_shown,
)
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.codes import Tries, code_hash
from privity.desk.staff.errors import (
    CodeRefused,
    LastPasskey,
    MemberInvalid,
    MemberNotActive,
    NotSignedIn,
    PasskeyCopied,
    PasskeyRefused,
    PasskeyUnknown,
)
from privity.desk.staff.model import Member, Passkey, Session, SignedIn, State
from privity.desk.staff.service import checked_name, member

_SIGN_IN: Final = "sign in"
_FIRST: Final = "first passkey"
_ANOTHER: Final = "another passkey"


@dataclass(frozen=True, slots=True)
class Door:
    """What coming in needs beside the database: one for each running desk."""

    place: Place
    challenges: Challenges
    tries: Tries
    random: Callable[[int], bytes]


def token_hash(token: str) -> bytes:
    """All that is kept of a session's token, and what names a browser to `Challenges`."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def whose_code(db: Db, door: Door, code: str, now_ms: int) -> Member:
    """Who may make a passkey with this code. Raises CodeRefused or TooManyTries."""
    door.tries.check(now_ms)
    number = store.whose_code(db, code_hash(code), now_ms, now_ms + CODE_MS + CLOCK_BACK_MS)
    if number is None:
        door.tries.wrong(now_ms)
        raise CodeRefused("this code is not one of ours, was used, or is too old; ask whoever gave it for another one")
    return member(db, number)


def ask_first(db: Db, door: Door, found: Member, browser: bytes, now_ms: int) -> str:
    """What the browser of somebody with a code is asked to make."""
    challenge = door.challenges.ask(f"{_FIRST} of {found.number}", browser, now_ms)
    return creation_options(door.place, found, challenge, store.passkeys(db, found.number))


def join(db: Db, door: Door, code: str, label: str, answer: str, browser: bytes, now_ms: int) -> str:
    """A first passkey, or the first after all others were lost. The code is used up; returns the token of a session.

    Raises CodeRefused, TooManyTries, PasskeyRefused, MemberInvalid.
    """
    found = whose_code(db, door, code, now_ms)
    label = checked_name(label)
    made = _made(door, f"{_FIRST} of {found.number}", answer, browser, now_ms)
    with transaction(db):
        store.drop_code(db, found.number)
        store.end_recovery_of(db, found.number)
        _keep_passkey(db, found, made, label, now_ms)
        if found.state is State.INVITED:
            store.set_state(db, found.number, State.ACTIVE, None)
            _say(db, now_ms, found, Act.STAFF_JOINED, roles=[*sorted(found.roles)])
        _say(db, now_ms, found, Act.PASSKEY_ADDED, passkey=made.id.hex()[:16], by="code")
        return _begin(db, door, found.number, made.id, now_ms)


def ask_sign_in(door: Door, browser: bytes, now_ms: int) -> str:
    """What any browser at the door is asked to prove."""
    return request_options(door.place, door.challenges.ask(_SIGN_IN, browser, now_ms))


def sign_in(db: Db, door: Door, answer: str, browser: bytes, now_ms: int) -> str:
    """The token of a fresh session for whoever proves a passkey. Raises PasskeyRefused or MemberNotActive."""
    passkey = _shown(db, door, _SIGN_IN, answer, browser, now_ms)
    with transaction(db):
        found = member(db, passkey.member)
        if found.state is not State.ACTIVE:
            raise MemberNotActive(f"staff:{found.number} is not here")
        token = _begin(db, door, found.number, passkey.id, now_ms)
        _say(db, now_ms, found, Act.SIGNED_IN, passkey=passkey.id.hex()[:16])
    return token


def signed_in(db: Db, token: str, now_ms: int) -> SignedIn:
    """Who shows this token. Raises NotSignedIn once the session is over or its member was ended."""
    session = store.session(db, token_hash(token))
    if session is None:
        raise NotSignedIn("this session is over; sign in again")
    ages = (now_ms - session.began_ms, SESSION_MS), (now_ms - session.seen_ms, SESSION_IDLE_MS)
    if not all(-CLOCK_BACK_MS < age < limit for age, limit in ages):  # one from the future began under a wrong clock
        raise NotSignedIn("this session is over after half an hour without a page, or twelve hours; sign in again")
    found = member(db, session.member)
    if found.state is not State.ACTIVE:
        raise NotSignedIn(f"staff:{found.number} is not here")
    if now_ms - session.seen_ms >= SESSION_SEEN_MS:
        with transaction(db):
            store.session_seen(db, session.token_hash, now_ms)
    return SignedIn(found, session)


def sign_out(db: Db, me: SignedIn, now_ms: int) -> None:
    with transaction(db):
        store.drop_session(db, me.session.token_hash)
        _say(db, now_ms, me.member, Act.SIGNED_OUT)


def sessions(db: Db, me: SignedIn) -> tuple[Session, ...]:
    """One's own, the newest first."""
    return store.sessions(db, me.number)


def end_other_sessions(db: Db, me: SignedIn, now_ms: int) -> None:
    """Only the browser that asks stays signed in."""
    with transaction(db):
        count = store.drop_sessions(db, me.number, but=me.session.token_hash)
        _say(db, now_ms, me.member, Act.SESSIONS_ENDED, sessions=count)


def ask_fresh(db: Db, door: Door, me: SignedIn, purpose: str, now_ms: int) -> str:
    """What somebody who is signed in is asked to prove again, for this purpose alone."""
    challenge = door.challenges.ask(_again(purpose), me.session.token_hash, now_ms)
    return request_options(door.place, challenge, store.passkeys(db, me.number))


def fresh(db: Db, door: Door, me: SignedIn, purpose: str, answer: str, now_ms: int) -> None:
    """Raise PasskeyRefused unless this person proved one of their own passkeys for this purpose just now.

    Once: the answer works for one act, within five minutes of the page that asked, in the session that asked.
    """
    passkey = _shown(db, door, _again(purpose), answer, me.session.token_hash, now_ms, of=me.number)
    if passkey.member != me.number:
        raise PasskeyUnknown("this passkey is somebody else's")


def ask_over(db: Db, place: Place, number: int, digest: bytes) -> str:
    """What a member of staff is asked to prove over the hash of something that they looked at."""
    return request_options(place, digest, store.passkeys(db, number))


def proven_over(db: Db, place: Place, number: int, digest: bytes, answer: str, now_ms: int) -> Passkey:
    """Raise PasskeyRefused unless this person's own passkey answered over this hash; the passkey that did.

    The hash is no question that is asked once: the caller takes the answer of a passkey once.
    """
    challenge, passkey_id = answered(answer)
    if challenge != digest:
        raise PasskeyRefused("the passkey answered over something else than this")
    return _proven(db, place, challenge, passkey_id, answer, now_ms, number)


def passkeys_of(db: Db, number: int) -> tuple[Passkey, ...]:
    """Anybody's, for whoever publishes what their answers are checked with."""
    return store.passkeys(db, number)


def passkeys(db: Db, me: SignedIn) -> tuple[Passkey, ...]:
    """One's own."""
    return store.passkeys(db, me.number)


def ask_another(db: Db, door: Door, me: SignedIn, now_ms: int) -> str:
    """What to make as a further passkey. The caller has seen fresh proof: only then may this be asked."""
    known = store.passkeys(db, me.number)
    if len(known) >= MAX_PASSKEYS:
        raise MemberInvalid(f"somebody has at most {MAX_PASSKEYS} passkeys; remove one first")
    challenge = door.challenges.ask(_ANOTHER, me.session.token_hash, now_ms)
    return creation_options(door.place, me.member, challenge, known)


def add_passkey(db: Db, door: Door, me: SignedIn, label: str, answer: str, now_ms: int) -> None:
    """A further passkey of one's own. Raises PasskeyRefused or MemberInvalid."""
    label = checked_name(label)
    made = _made(door, _ANOTHER, answer, me.session.token_hash, now_ms)
    with transaction(db):
        _keep_passkey(db, me.member, made, label, now_ms)
        _say(db, now_ms, me.member, Act.PASSKEY_ADDED, passkey=made.id.hex()[:16], by="passkey")


def remove_passkey(db: Db, me: SignedIn, passkey_id: bytes, now_ms: int) -> None:
    """One's own passkey and the sessions that began with it. Raises PasskeyUnknown or LastPasskey."""
    with transaction(db):
        known = {each.id for each in store.passkeys(db, me.number)}
        if passkey_id not in known:
            raise PasskeyUnknown("you have no such passkey")
        if len(known) == 1:
            raise LastPasskey("this is your only passkey; add another one first")
        store.drop_passkey(db, passkey_id)
        _say(db, now_ms, me.member, Act.PASSKEY_REMOVED, passkey=passkey_id.hex()[:16])


def _again(purpose: str) -> str:
    return f"again: {purpose}"


def _made(door: Door, purpose: str, answer: str, browser: bytes, now_ms: int) -> Made:
    challenge, _ = answered(answer)
    door.challenges.take(challenge, purpose, browser, now_ms)
    return verify_made(door.place, challenge, answer)


def _keep_passkey(db: Db, found: Member, made: Made, label: str, now_ms: int) -> None:
    if store.passkey(db, made.id) is not None:
        raise PasskeyRefused("this passkey is known here already; make another one")
    store.add_passkey(db, Passkey(made.id, found.number, made.public_key, made.sign_count, label, now_ms, None))


def _shown(
    db: Db, door: Door, purpose: str, answer: str, browser: bytes, now_ms: int, of: int | None = None
) -> Passkey:
    challenge, passkey_id = answered(answer)
    door.challenges.take(challenge, purpose, browser, now_ms)
    return _proven(db, door.place, challenge, passkey_id, answer, now_ms, of)


def _proven(
    db: Db, place: Place, challenge: bytes, passkey_id: bytes, answer: str, now_ms: int, of: int | None
) -> Passkey:
    passkey = store.passkey(db, passkey_id)
    if passkey is None or of not in (None, passkey.member):
        raise PasskeyUnknown("nobody here has this passkey; it may have been removed")
    count = verify_shown(place, challenge, passkey, answer)
    if (count or passkey.sign_count) and count <= passkey.sign_count:
        with transaction(db):
            _say(db, now_ms, member(db, passkey.member), Act.PASSKEY_COPIED, passkey=passkey.id.hex()[:16])
        raise PasskeyCopied(
            f"the passkey counted {count} where at least {passkey.sign_count + 1} was due: there may be a copy of it;"
            " remove it and tell an admin"
        )
    with transaction(db):
        store.passkey_used(db, passkey.id, count, now_ms)
    return passkey


def drop_over(db: Db, now_ms: int) -> None:
    """Sessions and codes that nobody can use any more. The caller owns the transaction."""
    store.drop_old_codes(db, now_ms)
    store.drop_old_sessions(db, now_ms - SESSION_MS, now_ms - SESSION_IDLE_MS)


def _begin(db: Db, door: Door, number: int, passkey_id: bytes, now_ms: int) -> str:
    """A session under a token that nobody has seen before."""
    token = door.random(32).hex()
    drop_over(db, now_ms)
    store.add_session(db, Session(token_hash(token), number, passkey_id, now_ms, now_ms))
    return token


def _say(db: Db, now_ms: int, found: Member, act: Act, **said: str | int | list[str | int]) -> None:
    who = Acting.member(found.number, found.roles).who
    log.add(db, at_ms=now_ms, who=who, act=act, about=f"staff:{found.number}", **said)
