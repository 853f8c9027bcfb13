# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Somebody wants to file as an authority without being one, or a clerk wants to make one up: each way that there is."""

from __future__ import annotations

import hashlib
import json
import os
import random as seeded
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import DbError
from privity.desk.legal.agencies import enrolling, people, proving, service
from privity.desk.legal.agencies.errors import (
    AgenciesError,
    AgencyNotActive,
    CheckRefused,
    NotFromRegister,
    NotTheirPart,
    OfficerNotActive,
    ProofRefused,
    RecipientRefused,
    StepRefused,
    SupervisorGone,
    TakesAnother,
)
from privity.desk.legal.agencies.lapsing import Expiry
from privity.desk.legal.agencies.model import Deed, State, Step
from privity.desk.legal.agencies.revoking import Whom
from privity.desk.legal.agencies.scoring import CALL_BACK
from privity.desk.limits import AGENCY_IDLE_DAYS, CHECK_WRONG, CODE_TRIES
from privity.desk.staff.acting import Acting
from privity.desk.staff.ceremony import Place
from privity.desk.staff.errors import (
    ChallengeRefused,
    CodeRefused,
    PasskeyCopied,
    PasskeyRefused,
    PasskeyUnknown,
    StaffError,
    TooManyTries,
)
from privity.desk.staff.rights import Role
from tests.desk.legal.agencies.bureau import CLERK, HOME, OTHER_CLERK, PLACE, RELEASER, TEAPOTS, Bureau
from tests.desk.legal.agencies.conftest import bureau, empty
from tests.desk.staff.authenticator import Authenticator, data, text

__all__ = ["bureau", "empty"]

REQUEST = b"all about one teapot, please"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
LOW_ORDER = (
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)
"""The points of Curve25519 that give no secret, in hex."""


def written(point: bytes) -> str:
    """Any 32 bytes as an age key is written, with a checksum that holds."""
    bits, count = int.from_bytes(point, "big") << 4, 52
    values = [bits >> 5 * (count - 1 - at) & 31 for at in range(count)]
    checked = 1
    for value in [3, 3, 3, 0, 1, 7, 5, *values, *[0] * 6]:  # the letters of "age", in halves
        top, checked = checked >> 25, (checked & 0x1FFFFFF) << 5 ^ value
        for at, mask in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checked ^= mask * (top >> at & 1)
    checked ^= 1
    return "age1" + "".join(BECH32[value] for value in [*values, *(checked >> 5 * (5 - at) & 31 for at in range(6))])


# a request that brings its own domain or number


@pytest.mark.parametrize(
    "sender",
    [
        "teapots.example.net",
        "notteapots.example",
        "teapots.example.evil.example",
        "teapots-example.example",
        "example.net",
    ],
)
def test_a_code_that_comes_back_from_a_domain_of_the_request_proves_nothing(bureau: Bureau, sender: str) -> None:
    agency = bureau.found()
    code = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code
    with pytest.raises(NotFromRegister):
        enrolling.answered_mail(bureau.db, CLERK, agency.number, code, sender, bureau.now_ms, dmarc_passed=True)
    assert Step.MAIL not in service.open_steps(bureau.db, agency)
    assert [entry.said["why"] for entry in bureau.log(Act.AGENCY_CHECK_FAILED)] == ["domain"]


def test_a_sender_that_dmarc_does_not_vouch_for_proves_nothing(bureau: Bureau) -> None:
    agency = bureau.found()
    code = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code
    with pytest.raises(NotFromRegister):
        enrolling.answered_mail(bureau.db, CLERK, agency.number, code, agency.domain, bureau.now_ms, dmarc_passed=False)
    assert Step.MAIL not in service.open_steps(bureau.db, agency)


def test_a_call_to_the_number_in_the_request_proves_nothing(bureau: Bureau) -> None:
    agency = bureau.found()
    mailed = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom)
    enrolling.answered_mail(
        bureau.db, CLERK, agency.number, mailed.code, agency.domain, bureau.now_ms, dmarc_passed=True
    )
    said = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.SWITCHBOARD, bureau.now_ms, os.urandom)
    for number in ("+44 20 1234567", "+49 30 1234 1", "+49 30 12340 0"):
        with pytest.raises(NotFromRegister):
            enrolling.answered_call(bureau.db, CLERK, agency.number, said.code, number, bureau.now_ms)
    assert Step.SWITCHBOARD not in service.open_steps(bureau.db, agency)
    assert [entry.said["why"] for entry in bureau.log(Act.AGENCY_CHECK_FAILED)] == ["number"] * 3


def test_lp_13_a_request_that_names_its_own_desk_is_called_back_at_the_number_in_the_register(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.file(team.officer, b"a request before")
    bureau.called_back(b"a request before")
    own = replace(HOME, contact="urgent! call +44 20 1234567 or write to chief@teapots.example.evil.example")
    found = bureau.file(team.officer, REQUEST, own)
    assert found.call_back and found.score >= CALL_BACK
    assert (found.agency.switchboard, found.agency.domain) == ("+493012340", "teapots.example")
    assert service.of(bureau.db, team.agency.number) == replace(found.agency, used_ms=bureau.now_ms)


# one clerk doing both halves


def test_one_clerk_with_every_role_confirms_nothing_that_they_found(bureau: Bureau) -> None:
    everything = Acting.member(CLERK.number or 0, frozenset(Role))
    team = bureau.ready()
    with pytest.raises(TakesAnother):
        bureau.confirm(team.agency.number, everything)
    with pytest.raises(DbError, match="another member of staff"):
        bureau.db.execute(
            "INSERT INTO agency_step (agency, round, step, at_ms, who, detail)"
            " VALUES (1, 0, 'confirmed', 0, 'staff:1', '')"
        )
    with pytest.raises(DbError, match="a second member of staff"):
        bureau.db.execute("UPDATE agency SET state = 'active', attested_ms = 0, used_ms = 0")
    assert service.of(bureau.db, team.agency.number).state is State.ENROLLING
    with pytest.raises(AgencyNotActive):
        bureau.file(team.officer, REQUEST)


def test_one_clerk_brings_no_supervisor_of_their_own_into_an_agency_that_files(bureau: Bureau) -> None:
    """They can say that they called; until a colleague has looked, nobody whom that supervisor names files."""
    team = bureau.enrolled()
    bureau.reached(enrolling.look_again(bureau.db, CLERK, team.agency.number, TEAPOTS, bureau.now_ms))
    puppet = bureau.supervisor(team.agency, name="Paul Puppet").number
    officer, _ = bureau.officer(puppet, "Pia Puppet")
    with pytest.raises(SupervisorGone):
        bureau.file(officer, REQUEST)
    for act in (
        lambda: bureau.end_by(puppet, team.supervisor),
        lambda: bureau.confirm_officer(puppet, team.officer),
        lambda: bureau.confirm(team.agency.number, CLERK),
    ):
        with pytest.raises(AgenciesError):
            act()
    seen = service.dossier(bureau.db, RELEASER, team.agency.number)
    assert [each.name for each in seen.supervisors] == ["Sam Supervisor", "Paul Puppet"], "the colleague sees them"
    assert bureau.file(team.officer, REQUEST), "and meanwhile nobody is kept from anything"


@pytest.mark.parametrize("again", [False, True], ids=["named", "another code"])
def test_who_names_a_supervisor_or_sees_their_code_confirms_nothing_of_it(bureau: Bureau, again: bool) -> None:
    """One clerk was honest and called; another names somebody else, comes with the code themselves, and confirms."""
    agency = bureau.found()
    bureau.reached(agency)
    puppet = people.name_supervisor(
        bureau.db, CLERK if again else OTHER_CLERK, agency.number, "Paul Puppet", bureau.now_ms, os.urandom
    )
    if again:
        puppet = people.renew_code(bureau.db, OTHER_CLERK, puppet.person, bureau.now_ms, os.urandom)
    bureau.officer(bureau.join(puppet).number)
    with pytest.raises(TakesAnother):
        bureau.confirm(agency.number, OTHER_CLERK)
    with pytest.raises(DbError, match="another member of staff"):
        bureau.db.execute(
            "INSERT INTO agency_step (agency, round, step, at_ms, who, detail)"
            " VALUES (1, 0, 'confirmed', 0, 'staff:3', '')"
        )
    bureau.confirm(agency.number)


def test_who_made_a_code_for_the_mail_or_the_telephone_confirms_nothing(bureau: Bureau) -> None:
    agency = bureau.found()
    code = enrolling.ask_back(bureau.db, OTHER_CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code
    enrolling.answered_mail(bureau.db, CLERK, agency.number, code, agency.domain, bureau.now_ms, dmarc_passed=True)
    said = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.SWITCHBOARD, bureau.now_ms, os.urandom)
    enrolling.answered_call(bureau.db, CLERK, agency.number, said.code, said.to, bureau.now_ms)
    bureau.officer(bureau.supervisor(agency).number)
    with pytest.raises(TakesAnother):
        bureau.confirm(agency.number, OTHER_CLERK)


def test_a_clerk_slips_nobody_in_between_looking_and_confirming(bureau: Bureau) -> None:
    team = bureau.ready()
    seen = service.dossier(bureau.db, RELEASER, team.agency.number).sha256
    puppet = bureau.supervisor(team.agency, name="Paul Puppet")
    with pytest.raises(StepRefused, match="has changed"):
        enrolling.confirm(bureau.db, RELEASER, team.agency.number, seen, bureau.now_ms)
    people.end(bureau.db, RELEASER, puppet.number, "nobody knows them", bureau.now_ms)
    bureau.confirm(team.agency.number)


# replayed or foreign assertions


def test_an_assertion_serves_for_its_request_alone_and_once(bureau: Bureau) -> None:
    team = bureau.enrolled()
    answer = bureau.answer(team.officer, REQUEST)

    def file(request: bytes, place: Place = PLACE) -> None:
        proving.verify_request(bureau.db, place, request, answer, HOME, bureau.now_ms)

    for other in (REQUEST + b" ", b"", b"everything about everybody"):
        with pytest.raises(ChallengeRefused):
            file(other)
    with pytest.raises(PasskeyRefused, match="no passkey of this desk"):
        file(REQUEST, Place("https://evil.example", "evil.example"))
    file(REQUEST)
    for _ in range(2):
        with pytest.raises(ProofRefused, match="counted already"):
            file(REQUEST)
    with pytest.raises(ChallengeRefused):
        file(b"everything about everybody")
    assert len(bureau.log(Act.AGENCY_PROVED)) == 1


def test_an_assertion_of_another_agency_is_that_agencys_and_never_ours(bureau: Bureau) -> None:
    team, other = bureau.enrolled(), bureau.enrolled(domain="kettles.example", name="Office of Kettles")
    found = bureau.file(other.officer, REQUEST)
    assert (found.officer.number, found.agency.number) == (other.officer, other.agency.number)
    challenge = hashlib.sha256(b"a production for the teapots").digest()
    options = proving.ask_officer(bureau.db, PLACE, team.officer, challenge)
    theirs = bureau.keys[other.officer].get(options, PLACE.origin)
    with pytest.raises(ProofRefused):
        proving.verify_officer(bureau.db, PLACE, team.officer, challenge, theirs, "download", bureau.now_ms)


@pytest.mark.parametrize(
    ("bent", "error"),
    [
        ({"origin": "https://desk.example.evil.example"}, PasskeyRefused),
        ({"rp_id": "evil.example"}, PasskeyRefused),
        ({"verifies": False}, PasskeyRefused),
        ({"framed": True}, PasskeyRefused),
        ({"counts": 1}, PasskeyCopied),
        ({"counts": 0}, PasskeyCopied),
        ({"id": b"another passkey!"}, PasskeyUnknown),
    ],
    ids=[
        "another origin",
        "another host",
        "nobody verified",
        "in a frame",
        "counter went back",
        "counter is gone",
        "unknown",
    ],
)
def test_a_bent_answer_files_nothing(bureau: Bureau, bent: dict[str, object], error: type[Exception]) -> None:
    team = bureau.enrolled()
    key = bureau.keys[team.officer]
    for name, value in bent.items():
        setattr(key, name, value)
    with pytest.raises(error):
        bureau.file(team.officer, REQUEST)
    assert bureau.log(Act.AGENCY_PROVED) == []


def test_a_key_of_ones_own_files_nothing_under_an_officers_name(bureau: Bureau) -> None:
    """The answer names the officer's passkey and is signed by another."""
    team = bureau.enrolled()
    forger = Authenticator()
    forger.create('{"pubKeyCredParams": [{"type": "public-key", "alg": -7}], "rp": {"id": "x"}, "challenge": ""}', "")
    forger.id, forger.count = bureau.keys[team.officer].id, 1000
    with pytest.raises(PasskeyRefused):
        proving.verify_request(
            bureau.db, PLACE, REQUEST, bureau.answer(team.officer, REQUEST, forger), HOME, bureau.now_ms
        )


def test_no_bit_of_an_answer_is_another_and_no_bytes_are_more_than_a_named_refusal(bureau: Bureau) -> None:
    team = bureau.enrolled()
    rng = seeded.Random(5)
    genuine = json.loads(bureau.answer(team.officer, REQUEST))
    answers = ["", "null", "[]", "{}", '{"rawId": "", "response": {"clientDataJSON": ""}}', "\ud800", "x" * 100_000]
    for holder, name in (
        (genuine, "rawId"),
        *((genuine["response"], each) for each in ("clientDataJSON", "authenticatorData", "signature")),
    ):
        whole = holder[name]
        for _ in range(40):
            bent = bytearray(data(whole))
            bent[rng.randrange(len(bent))] ^= 1 << rng.randrange(8)
            holder[name] = text(bytes(bent))
            answers.append(json.dumps(genuine))
        for length in range(0, len(data(whole)), 7):
            holder[name] = text(data(whole)[:length])
            answers.append(json.dumps(genuine))
        holder[name] = whole
    for answer in answers:
        with pytest.raises((AgenciesError, StaffError)):
            proving.verify_request(bureau.db, PLACE, REQUEST, answer, HOME, bureau.now_ms)
    assert proving.verify_request(bureau.db, PLACE, REQUEST, json.dumps(genuine), HOME, bureau.now_ms)


def test_a_supervisor_neither_files_nor_downloads(bureau: Bureau) -> None:
    team = bureau.enrolled()
    options = proving.ask_request(bureau.db, PLACE, team.officer, REQUEST)
    answer = bureau.keys[team.supervisor].get(options, PLACE.origin)
    with pytest.raises(NotTheirPart):
        proving.verify_request(bureau.db, PLACE, REQUEST, answer, HOME, bureau.now_ms)
    challenge = hashlib.sha256(b"a production").digest()
    options = proving.ask_officer(bureau.db, PLACE, team.officer, challenge)
    answer = bureau.keys[team.supervisor].get(options, PLACE.origin)
    with pytest.raises(NotTheirPart):
        proving.verify_officer(bureau.db, PLACE, team.supervisor, challenge, answer, "download", bureau.now_ms)


# agencies that are gone


def test_an_officer_of_a_revoked_agency_files_nothing_with_what_was_signed_before(bureau: Bureau) -> None:
    team = bureau.enrolled()
    answer = bureau.answer(team.officer, REQUEST)
    bureau.revoke(Whom.below("teapots.example"))
    with pytest.raises(PasskeyUnknown):
        proving.verify_request(bureau.db, PLACE, REQUEST, answer, HOME, bureau.now_ms)
    with pytest.raises(AgencyNotActive, match="revoked"):
        service.in_force(bureau.db, team.officer, bureau.now_ms)


def test_an_officer_of_a_lapsed_agency_files_nothing_before_the_desk_has_looked_at_its_clock_either(
    bureau: Bureau,
) -> None:
    team = bureau.enrolled()
    bureau.days(AGENCY_IDLE_DAYS + 1)
    for look in (False, True):
        if look:
            Expiry(bureau.db, lambda: bureau.now_ms).step()
        with pytest.raises(AgencyNotActive):
            bureau.file(team.officer, REQUEST)
    assert service.of(bureau.db, team.agency.number).used_ms != bureau.now_ms, "trying is not using"


def test_an_officer_names_and_confirms_nobody_not_even_themselves(bureau: Bureau) -> None:
    team = bureau.enrolled()
    bureau.enrol_key(team.officer, str(x25519.Identity.generate().to_public()))
    with pytest.raises(NotTheirPart):
        bureau.confirm_officer(team.officer, team.officer)
    with pytest.raises(OfficerNotActive):
        bureau.file(team.officer, REQUEST)


# codes


def test_a_code_by_mail_or_telephone_is_guessed_five_times_and_not_once_more(bureau: Bureau) -> None:
    agency = bureau.found()
    right = enrolling.ask_back(bureau.db, CLERK, agency.number, Step.MAIL, bureau.now_ms, os.urandom).code
    looked_at = 0
    for guess in [*(f"{n:032}" for n in range(40)), right]:
        with pytest.raises(CheckRefused) as refused:
            enrolling.answered_mail(
                bureau.db, CLERK, agency.number, guess, agency.domain, bureau.now_ms, dmarc_passed=True
            )
        looked_at += "not the code" in str(refused.value)
    assert looked_at == CHECK_WRONG


def test_a_code_for_a_passkey_is_not_guessed(bureau: Bureau) -> None:
    team = bureau.enrolled()
    invited = people.name_officer(
        bureau.db, PLACE, *bureau.sign(team.supervisor, Deed.NAME_OFFICER, text="Bo"), bureau.now_ms, os.urandom
    )
    for guess in [*(f"{n:032}" for n in range(CODE_TRIES)), invited.code]:
        with pytest.raises((CodeRefused, TooManyTries)):
            people.whose_code(bureau.db, bureau.door, guess, bureau.now_ms)
    halves = (invited.code[:16], invited.code[16:], f"{invited.code[:16]} {invited.code[16:]}", "")
    bureau.now_ms += 60_000
    for guess in halves:
        with pytest.raises(CodeRefused):
            people.whose_code(bureau.db, bureau.door, guess, bureau.now_ms)
    assert bureau.join(invited)


# age keys


@pytest.mark.parametrize(
    "key",
    [
        "",
        "age1",
        "teapot",
        "age1" + "q" * 58,
        str(x25519.Identity.generate()),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
        "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t",
        *(written(bytes.fromhex(point)) for point in LOW_ORDER),
        written(((1 << 255) - 19 + 9).to_bytes(32, "little")),
        written((9 | 1 << 255).to_bytes(32, "little")),
    ],
    ids=[
        "nothing", "prefix alone", "word", "no checksum", "private half", "ssh key", "plugin",
        *(f"low order {at}" for at in range(len(LOW_ORDER))), "above the field", "a bit too many",
    ],
)  # fmt: skip
def test_what_is_no_age_key_is_enrolled_for_nobody(bureau: Bureau, key: str) -> None:
    team = bureau.enrolled()
    before = service.recipients(bureau.db, team.officer)
    with pytest.raises(RecipientRefused):
        bureau.enrol_key(team.officer, key)
    assert service.recipients(bureau.db, team.officer) == before


def test_the_low_points_are_low_and_the_way_they_are_written_is_right() -> None:
    """The attack above would prove nothing with keys that are refused for their checksum."""
    for point in LOW_ORDER:
        assert str(x25519.Recipient.from_str(written(bytes.fromhex(point)))) == written(bytes.fromhex(point))
        with pytest.raises(ValueError, match="shared key"):
            X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(point)))
    public = X25519PrivateKey.generate().public_key().public_bytes_raw()
    assert written(public) == str(x25519.Recipient.from_str(written(public)))


def test_one_age_key_is_of_one_officer_for_ever(bureau: Bureau) -> None:
    """Who knows what another agency was sent must not be sent anything else, and nobody inherits from who is gone."""
    team = bureau.enrolled()
    (key,) = service.recipients(bureau.db, team.officer)
    other = bureau.enrolled(domain="kettles.example", name="Office of Kettles")
    colleague, _ = bureau.officer(team.supervisor, "Bo")
    for officer in (other.officer, colleague, team.officer):
        with pytest.raises(RecipientRefused, match="before"):
            bureau.enrol_key(officer, key)
    bureau.revoke(Whom(number=team.agency.number))
    with pytest.raises(RecipientRefused, match="before"):
        bureau.enrol_key(other.officer, key)
    with pytest.raises(DbError, match="UNIQUE"):
        bureau.db.execute("INSERT INTO agency_recipient VALUES (?, ?, 0, 0)", (key, other.officer))
