# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Passkeys under attack: replayed, made elsewhere, for another host, not verified, copied, of somebody else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.desk.audit.acts import Act
from privity.desk.limits import CHALLENGE_MS, CODE_MS, MAX_CEREMONY_BYTES, MAX_PASSKEYS
from privity.desk.staff import ceremony, service, signing_in
from privity.desk.staff.challenges import Challenges
from privity.desk.staff.errors import (
    ChallengeRefused,
    CodeRefused,
    LastPasskey,
    MemberInvalid,
    NotSignedIn,
    PasskeyCopied,
    PasskeyRefused,
    PasskeyUnknown,
    TooManyTries,
)
from privity.desk.staff.model import Passkey, SignedIn
from privity.desk.staff.rights import Role
from tests.desk.contents import contents
from tests.desk.staff.authenticator import ED25519, ES256, Authenticator, data, text
from tests.desk.staff.conftest import BROWSER, HOUR_MS, PLACE, Office


@pytest.mark.parametrize("algorithm", [ES256, ED25519])
def test_a_passkey_of_either_kind_signs_in_again_and_again(office: Office, algorithm: int) -> None:
    me = office.member(Role.ADMIN, key=Authenticator(algorithm))
    for _ in range(3):
        assert office.me(office.sign_in(office.keys[me.number])).number == me.number


def test_a_passkey_that_does_not_count_is_fine(office: Office) -> None:
    """Passkeys that are kept in a cloud say 0 for ever."""
    me = office.member(Role.ADMIN, key=Authenticator(counts=0))
    for _ in range(2):
        office.sign_in(office.keys[me.number])


def test_an_answer_is_worth_something_once(office: Office) -> None:
    me = office.member(Role.ADMIN)
    options = signing_in.ask_sign_in(office.door, BROWSER, office.now_ms)
    answer = office.keys[me.number].get(options, PLACE.origin)
    signing_in.sign_in(office.db, office.door, answer, BROWSER, office.now_ms)
    with pytest.raises(ChallengeRefused):
        signing_in.sign_in(office.db, office.door, answer, BROWSER, office.now_ms)


def test_a_question_is_used_up_by_a_wrong_answer_too(office: Office) -> None:
    me = office.member(Role.ADMIN)
    options = signing_in.ask_sign_in(office.door, BROWSER, office.now_ms)
    key = office.keys[me.number]
    key.verifies = False
    with pytest.raises(PasskeyRefused):
        signing_in.sign_in(office.db, office.door, key.get(options, PLACE.origin), BROWSER, office.now_ms)
    key.verifies = True
    with pytest.raises(ChallengeRefused):
        signing_in.sign_in(office.db, office.door, key.get(options, PLACE.origin), BROWSER, office.now_ms)


def test_a_question_ends(office: Office) -> None:
    me = office.member(Role.ADMIN)
    options = signing_in.ask_sign_in(office.door, BROWSER, office.now_ms)
    office.now_ms += CHALLENGE_MS
    with pytest.raises(ChallengeRefused, match="five minutes"):
        answer = office.keys[me.number].get(options, PLACE.origin)
        signing_in.sign_in(office.db, office.door, answer, BROWSER, office.now_ms)


def test_another_browser_cannot_answer(office: Office) -> None:
    """Whoever phishes an answer cannot bring it in from elsewhere."""
    me = office.member(Role.ADMIN)
    answer = office.keys[me.number].get(signing_in.ask_sign_in(office.door, BROWSER, office.now_ms), PLACE.origin)
    with pytest.raises(ChallengeRefused):
        signing_in.sign_in(office.db, office.door, answer, b"\x07" * 32, office.now_ms)


def elsewhere(key: Authenticator) -> None:
    key.origin = "https://desk.example.evil.example"


def in_plain(key: Authenticator) -> None:
    key.origin = "http://desk.example"


def for_another_host(key: Authenticator) -> None:
    key.rp_id = "evil.example"


def unverified(key: Authenticator) -> None:
    key.verifies = False


def under_another_key(key: Authenticator) -> None:
    other = Authenticator()
    other.create(_creation(), PLACE.origin)
    key._key = other._key


WRONG = [elsewhere, in_plain, for_another_host, unverified, under_another_key]


@pytest.mark.parametrize("wrong", WRONG)
def test_an_answer_from_elsewhere_lets_nobody_in(office: Office, wrong: Callable[[Authenticator], None]) -> None:
    me = office.member(Role.ADMIN)
    before = office.log()
    wrong(office.keys[me.number])
    with pytest.raises(PasskeyRefused):
        office.sign_in(office.keys[me.number])
    assert office.log() == before
    assert len(signing_in.sessions(office.db, me)) == 1


@pytest.mark.parametrize("wrong", WRONG[:-1])
def test_a_passkey_made_elsewhere_is_not_taken(office: Office, wrong: Callable[[Authenticator], None]) -> None:
    _, code = office.invited(Role.ADMIN)
    key = Authenticator()
    wrong(key)
    with pytest.raises(PasskeyRefused):
        office.come(code, key)
    assert office.db.execute("SELECT count(*) FROM staff_passkey").fetchone() == (0,)


def test_an_answer_to_make_is_no_answer_to_prove(office: Office) -> None:
    me = office.member(Role.ADMIN)
    options = json.loads(signing_in.ask_sign_in(office.door, BROWSER, office.now_ms))
    made = Authenticator().create(_creation(options["challenge"]), PLACE.origin)
    with pytest.raises(PasskeyRefused):
        signing_in.sign_in(office.db, office.door, made, BROWSER, office.now_ms)
    assert office.keys[me.number].count == 1


@pytest.mark.parametrize("back", [0, 1, 5])
def test_a_count_that_does_not_grow_betrays_a_copy(office: Office, back: int) -> None:
    me = office.member(Role.ADMIN)
    key = office.keys[me.number]
    for _ in range(5):
        office.sign_in(key)
    copy = key.copy()
    copy.counts = key.count - back
    with pytest.raises(PasskeyCopied, match=f"counted {copy.counts}"):
        office.sign_in(copy)
    (said,) = office.log(Act.PASSKEY_COPIED)
    assert said.about == f"staff:{me.number}"
    office.sign_in(key)


def test_a_count_that_nobody_signed_is_no_news(office: Office) -> None:
    """A stranger who knows the id of a passkey cannot fill the log with false alarms."""
    me = office.member(Role.ADMIN)
    office.sign_in(office.keys[me.number])
    stranger = Authenticator(id=office.keys[me.number].id)
    stranger.create(_creation(), PLACE.origin)
    stranger.counts = 0
    with pytest.raises(PasskeyRefused) as refused:
        office.sign_in(stranger)
    assert not isinstance(refused.value, PasskeyCopied)
    assert office.log(Act.PASSKEY_COPIED) == []


def test_a_page_inside_the_page_of_another_site_is_refused(office: Office) -> None:
    me = office.member(Role.ADMIN)
    office.keys[me.number].framed = True
    with pytest.raises(PasskeyRefused, match="another site"):
        office.sign_in(office.keys[me.number])


def test_an_unknown_passkey_is_refused(office: Office) -> None:
    stranger = Authenticator()
    stranger.create(_creation(), PLACE.origin)
    with pytest.raises(PasskeyUnknown):
        office.sign_in(stranger)


def test_proof_anew_is_for_one_thing_one_session_one_person_and_once(office: Office) -> None:
    me, other = office.member(Role.ADMIN), office.member(Role.ADMIN)
    answer = office.answer(me, "end staff:9")
    signing_in.fresh(office.db, office.door, me, "end staff:9", answer, office.now_ms)
    with pytest.raises(ChallengeRefused, match="used already"):
        signing_in.fresh(office.db, office.door, me, "end staff:9", answer, office.now_ms)
    with pytest.raises(ChallengeRefused, match="something else"):
        signing_in.fresh(office.db, office.door, me, "end staff:8", office.answer(me, "end staff:9"), office.now_ms)
    with pytest.raises(ChallengeRefused):
        signing_in.fresh(office.db, office.door, other, "x", office.answer(me, "x"), office.now_ms)
    with pytest.raises(PasskeyUnknown):
        answer = office.answer(me, "x", office.keys[other.number])
        signing_in.fresh(office.db, office.door, me, "x", answer, office.now_ms)
    again = office.me(office.sign_in(office.keys[me.number]))
    with pytest.raises(ChallengeRefused):
        signing_in.fresh(office.db, office.door, again, "x", office.answer(me, "x"), office.now_ms)
    late = office.answer(me, "x")
    with pytest.raises(ChallengeRefused, match="five minutes"):
        signing_in.fresh(office.db, office.door, me, "x", late, office.now_ms + CHALLENGE_MS)
    with pytest.raises(PasskeyRefused, match="gave no answer"):
        signing_in.fresh(office.db, office.door, me, "x", "", office.now_ms)


def test_signing_in_is_no_proof_for_a_grave_act(office: Office) -> None:
    me = office.member(Role.ADMIN)
    options = signing_in.ask_sign_in(office.door, me.session.token_hash, office.now_ms)
    with pytest.raises(ChallengeRefused):
        answer = office.keys[me.number].get(options, PLACE.origin)
        signing_in.fresh(office.db, office.door, me, "sign in", answer, office.now_ms)


def test_a_second_passkey_signs_in_and_can_be_removed_with_its_sessions(office: Office) -> None:
    me = office.member(Role.ADMIN)
    second = _another(office, me)
    session = office.sign_in(second)
    with pytest.raises(PasskeyUnknown):
        signing_in.remove_passkey(office.db, me, b"never made", office.now_ms)
    signing_in.remove_passkey(office.db, me, second.id, office.now_ms)
    with pytest.raises(PasskeyUnknown):
        office.sign_in(second)
    with pytest.raises(NotSignedIn):
        office.me(session)
    with pytest.raises(LastPasskey):
        signing_in.remove_passkey(office.db, me, office.keys[me.number].id, office.now_ms)
    assert [entry.act for entry in office.log()][-3:] == [Act.PASSKEY_ADDED, Act.SIGNED_IN, Act.PASSKEY_REMOVED]


def test_nobody_removes_the_passkey_of_somebody_else(office: Office) -> None:
    me, other = office.member(Role.ADMIN), office.member(Role.ADMIN)
    _another(office, other)
    with pytest.raises(PasskeyUnknown):
        signing_in.remove_passkey(office.db, me, office.keys[other.number].id, office.now_ms)


def test_the_same_passkey_is_nobody_elses(office: Office) -> None:
    me = office.member(Role.ADMIN)
    thief = Authenticator(id=office.keys[me.number].id)
    _, code = office.invited(Role.ADMIN)
    with pytest.raises(PasskeyRefused, match="known here already"):
        office.come(code, thief)


def test_there_is_an_end_to_passkeys(office: Office) -> None:
    me = office.member(Role.ADMIN)
    for _ in range(MAX_PASSKEYS - 1):
        _another(office, me)
    with pytest.raises(MemberInvalid, match=f"at most {MAX_PASSKEYS}"):
        _another(office, me)


def test_a_flood_at_the_door_drives_out_no_question(office: Office) -> None:
    me = office.member(Role.ADMIN)
    first = signing_in.ask_sign_in(office.door, BROWSER, office.now_ms)
    for _ in range(10_000):
        office.door.challenges.ask("sign in", b"z" * 32, office.now_ms)
    answer = office.keys[me.number].get(first, PLACE.origin)
    assert signing_in.sign_in(office.db, office.door, answer, BROWSER, office.now_ms)


def test_a_flood_of_answers_lets_nobody_in_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is bounded, and where it is full nothing is forgotten before its time."""
    monkeypatch.setattr("privity.desk.staff.challenges.MAX_ANSWERED", 50)
    challenges = Challenges(os.urandom)
    asked = [challenges.ask("x", BROWSER, now_ms) for now_ms in range(51)]
    for each in asked[:50]:
        challenges.take(each, "x", BROWSER, 51)
    with pytest.raises(TooManyTries):
        challenges.take(asked[50], "x", BROWSER, 51)
    with pytest.raises(ChallengeRefused, match="used already"):
        challenges.take(asked[0], "x", BROWSER, 51)
    challenges.take(asked[50], "x", BROWSER, CHALLENGE_MS + 49)


@settings(max_examples=200)
@given(st.binary(max_size=80), st.text(max_size=20), st.binary(max_size=40))
def test_any_other_bytes_are_no_question(challenge: bytes, purpose: str, browser: bytes) -> None:
    challenges = Challenges(lambda n: b"r" * n)
    challenges.take(challenges.ask(purpose, browser, 0), purpose, browser, 1)
    with pytest.raises(ChallengeRefused):
        challenges.take(challenge, purpose, browser, 1)


def test_an_endless_answer_is_not_read(office: Office) -> None:
    with pytest.raises(PasskeyRefused, match="at most"):
        ceremony.answered(" " * (MAX_CEREMONY_BYTES + 1))


def _bent(answer: str, part: str, where: int, to: int) -> str:
    said = json.loads(answer)
    raw = bytearray(data(said["response"][part]))
    raw[where % len(raw)] ^= to
    said["response"][part] = text(bytes(raw))
    return json.dumps(said)


@settings(max_examples=150)
@given(
    part=st.sampled_from(["clientDataJSON", "authenticatorData", "signature"]),
    where=st.integers(0, 400),
    to=st.integers(1, 255),
)
def test_a_bent_answer_is_refused_by_name(part: str, where: int, to: int) -> None:
    key, challenge = Authenticator(ED25519), b"c" * 32
    made = ceremony.verify_made(PLACE, challenge, key.create(_creation(text(challenge)), PLACE.origin))
    passkey = Passkey(made.id, 1, made.public_key, made.sign_count, "a key", 0, None)
    asked = ceremony.request_options(PLACE, challenge)
    good = key.get(asked, PLACE.origin)
    assert ceremony.verify_shown(PLACE, challenge, passkey, good) == 2
    with pytest.raises(PasskeyRefused):
        ceremony.verify_shown(PLACE, challenge, passkey, _bent(good, part, where, to))


@settings(max_examples=150)
@given(part=st.sampled_from(["clientDataJSON", "attestationObject"]), where=st.integers(0, 400), to=st.integers(1, 255))
def test_a_bent_passkey_is_refused_by_name_or_is_whole(part: str, where: int, to: int) -> None:
    """Nothing signs a passkey that is made: what is bent in its key may still be a key, and nobody has it."""
    challenge = b"c" * 32
    answer = Authenticator().create(_creation(text(challenge)), PLACE.origin)
    bent = _bent(answer, part, where, to)
    try:
        ceremony.verify_made(PLACE, challenge, bent)
    except PasskeyRefused:
        return
    client = json.loads(data(json.loads(bent)["response"]["clientDataJSON"]))
    assert (client["type"], client["challenge"], client["origin"]) == ("webauthn.create", text(challenge), PLACE.origin)


@settings(max_examples=150)
@given(st.one_of(st.text(max_size=200), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps)))
def test_any_text_is_refused_by_name(answer: str) -> None:
    with pytest.raises(PasskeyRefused):
        ceremony.answered(answer)


@settings(max_examples=150)
@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_bytes_in_an_answer_are_refused_by_name(one: bytes, two: bytes) -> None:
    challenge = b"c" * 32
    passkey = Passkey(b"id", 1, one, 0, "a key", 0, None)
    client = json.dumps({"type": "webauthn.get", "challenge": text(challenge), "origin": PLACE.origin}).encode()
    said = {"clientDataJSON": text(client), "authenticatorData": text(one), "signature": text(two)}
    answer = json.dumps({"id": text(b"id"), "rawId": text(b"id"), "type": "public-key", "response": said})
    with pytest.raises(PasskeyRefused):
        ceremony.verify_shown(PLACE, challenge, passkey, answer)
    client = client.replace(b"webauthn.get", b"webauthn.create")
    made = {"clientDataJSON": text(client), "attestationObject": text(one)}
    with pytest.raises(PasskeyRefused):
        ceremony.verify_made(PLACE, challenge, json.dumps({**json.loads(answer), "response": made}))


def test_what_is_asked_demands_a_verified_person_and_a_passkey_that_stays(office: Office) -> None:
    number, _ = office.invited(Role.ADMIN)
    asked = json.loads(ceremony.creation_options(PLACE, service.member(office.db, number), b"c" * 32, ()))
    wanted = asked["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"]) == ("required", "required")
    assert asked["rp"]["id"] == "desk.example"
    shown = json.loads(signing_in.ask_sign_in(office.door, BROWSER, office.now_ms))
    assert (shown["userVerification"], shown["rpId"], shown["allowCredentials"]) == ("required", "desk.example", [])


def test_sessions_end_by_themselves_and_by_hand(office: Office) -> None:
    me = office.member(Role.ADMIN)
    key = office.keys[me.number]
    idle, used = office.sign_in(key), office.sign_in(key)
    for _ in range(4):
        office.now_ms += HOUR_MS // 3
        office.me(used)
    with pytest.raises(NotSignedIn, match="half an hour"):
        office.me(idle)
    for _ in range(31):
        office.now_ms += HOUR_MS // 3
        last = office.me(used)
    signing_in.end_other_sessions(office.db, last, office.now_ms)
    assert [each.token_hash for each in signing_in.sessions(office.db, last)] == [last.session.token_hash]
    office.now_ms += HOUR_MS // 3
    with pytest.raises(NotSignedIn, match="twelve hours"):
        office.me(used)


def test_a_clock_that_was_ahead_makes_nothing_last_longer(office: Office) -> None:
    """A desk whose clock was a year ahead: sessions, codes and questions of then are worth nothing."""
    me = office.member(Role.ADMIN)
    key, year = office.keys[me.number], 365 * 24 * HOUR_MS
    office.now_ms += year
    token, (_, code) = office.sign_in(key), office.invited(Role.ADMIN)
    asked = signing_in.ask_sign_in(office.door, BROWSER, office.now_ms)
    office.now_ms -= 1000
    assert office.me(token).number == me.number, "a second is no reason"
    office.now_ms -= year
    with pytest.raises(NotSignedIn):
        office.me(token)
    with pytest.raises(CodeRefused):
        office.come(code, Authenticator())
    with pytest.raises(ChallengeRefused):
        answer = key.get(asked, PLACE.origin)
        signing_in.sign_in(office.db, office.door, answer, BROWSER, office.now_ms)


def test_what_is_over_is_forgotten_with_the_next_session(office: Office) -> None:
    me = office.member(Role.ADMIN)
    office.invited(Role.MODERATOR)
    office.now_ms += CODE_MS
    office.sign_in(office.keys[me.number])
    rows = contents(office.db)
    assert (len(rows["staff_code"]), len(rows["staff_session"])) == (0, 1)


def _another(office: Office, me: SignedIn) -> Authenticator:
    key = Authenticator()
    answer = key.create(signing_in.ask_another(office.db, office.door, me, office.now_ms), PLACE.origin)
    signing_in.add_passkey(office.db, office.door, me, "another", answer, office.now_ms)
    return key


def _creation(challenge: str = "") -> str:
    return json.dumps(
        {
            "rp": {"id": PLACE.host},
            "challenge": challenge or text(b"c" * 32),
            "pubKeyCredParams": [{"type": "public-key", "alg": ES256}, {"type": "public-key", "alg": ED25519}],
        }
    )
