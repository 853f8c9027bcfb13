# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A package for whoever asks on paper: for one key that two people answer for, bound by both approvals, given once."""

from __future__ import annotations

import hashlib

import msgspec
import pyrage
import pytest
from pyrage import x25519

from privity.desk.audit.acts import Act
from privity.desk.db.transaction import IntegrityError
from privity.desk.legal.agencies.errors import TakesAnother
from privity.desk.legal.releasing import delivering, handing, looking, making, service
from privity.desk.legal.releasing.errors import (
    NoRecipient,
    NotOffered,
    OtherRecipient,
    ProductionGone,
    Superseded,
)
from privity.desk.legal.releasing.model import Fetched, Production, Stage
from privity.desk.legal.releasing.rules import OFFERED_MS
from privity.desk.legal.requests import recipients as by_hand
from privity.desk.legal.requests.model import Came, Outcome, ReadBack, State
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.production import age_key, archive
from privity.production.model import Kind
from tests.desk.contents import contents
from tests.desk.legal.casework import GUARD
from tests.desk.legal.releasing.floor import DAY_MS, Floor


def name(floor: Floor, number: int, identity: x25519.Identity | None = None) -> x25519.Identity:
    """A key that one person wrote down."""
    found = identity or x25519.Identity.generate()
    by_hand.name(floor.db, floor.clerk, number, str(found.to_public()), Came.LETTER, floor.later())
    return found


def confirm(floor: Floor, number: int, identity: x25519.Identity, by: Acting | None = None) -> None:
    said = ReadBack(floor.team().agency.switchboard, by_hand.spoken(str(identity.to_public())), "Sam Supervisor")
    by_hand.confirm(
        floor.db, floor.keys.evidence, by or floor.releaser, number, said, floor.later(), floor.office.random
    )


def key(floor: Floor, number: int) -> x25519.Identity:
    found = name(floor, number)
    confirm(floor, number, found)
    return found


def on_paper(floor: Floor) -> tuple[int, x25519.Identity]:
    """A collected request of nobody who has a passkey here, and the key that was confirmed for it."""
    number = floor.collected(by_officer=False)
    return number, key(floor, number)


def logged(floor: Floor, number: int) -> Production:
    made = floor.approved(number)
    floor.noticed(made)
    return floor.release(made)


def ready(floor: Floor) -> tuple[Production, x25519.Identity]:
    number, identity = on_paper(floor)
    made = logged(floor, number)
    assert floor.finish() == 1, looking.of(floor.db, made.number).stuck
    return looking.of(floor.db, made.number), identity


def taken(floor: Floor, made: Production, by: Acting | None = None) -> Fetched:
    return handing.hand_out(floor.db, floor.office, by or floor.releaser, made.number, floor.later())


def test_the_package_is_handed_to_one_who_released_it_and_opens_with_the_key_that_was_read_back(floor: Floor) -> None:
    made, identity = ready(floor)
    found = taken(floor, made)
    assert found.name == f"{made.name}.age" and hashlib.sha256(found.data).digest() == made.package_sha256
    files = archive.unpack(bytes(pyrage.decrypt(found.data, [identity])))
    assert {"attest/approvals.json", "bag/data/index.html", "letter.pdf"} <= set(files)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(found.data, [floor.team().identity])
    (entry,) = floor.acts(Act.PRODUCTION_HANDED_OUT)
    assert (entry.who, entry.said["package_sha256"]) == (floor.releaser.who, found.sha256.hex())
    assert floor.state(made.request) is State.DELIVERED
    assert looking.of(floor.db, made.number).stage is Stage.DELIVERED


def test_the_manifest_that_both_passkeys_sign_names_the_key(floor: Floor) -> None:
    number, identity = on_paper(floor)
    made = floor.review(number)
    predicate = msgspec.json.decode(looking.shown(floor.db, floor.office, floor.clerk, made.number).manifest)[
        "predicate"
    ]
    assert predicate["recipients"] == [age_key.fingerprint(str(identity.to_public()))]
    usual = floor.review(floor.collected(docket="another"))
    shown = looking.shown(floor.db, floor.office, floor.clerk, usual.number).manifest
    theirs = age_key.fingerprint(str(floor.team().identity.to_public()))
    assert msgspec.json.decode(shown)["predicate"]["recipients"] == [theirs], "an officer's key is named, too"


def test_where_the_medium_was_lost_a_correction_is_made_for_the_same_key(floor: Floor) -> None:
    made, identity = ready(floor)
    taken(floor, made)
    again = floor.approve_both(floor.review(made.request, supersedes=made.number))
    floor.release(again)
    assert floor.finish() == 1
    found = taken(floor, looking.of(floor.db, again.number))
    assert "letter.pdf" in archive.unpack(bytes(pyrage.decrypt(found.data, [identity])))
    assert len(floor.acts(Act.PRODUCTION_HANDED_OUT)) == 2


def test_it_is_given_once(floor: Floor) -> None:
    made, _ = ready(floor)
    taken(floor, made)
    before = contents(floor.db)
    with pytest.raises(NotOffered):
        taken(floor, made)
    with pytest.raises(IntegrityError):
        floor.db.execute(
            "INSERT INTO production_handed SELECT production, recipient, who, at_ms FROM production_handed"
        )
    for sql in ("UPDATE production_handed SET at_ms = 0", "DELETE FROM production_handed"):
        with pytest.raises(IntegrityError, match=GUARD):
            floor.db.execute(sql)
    assert contents(floor.db) == before


def test_only_who_approved_it_second_is_given_it(floor: Floor) -> None:
    made, _ = ready(floor)
    for other in (floor.clerk, floor.moderator):
        with pytest.raises(NotYourRole):
            taken(floor, made, other)
    with pytest.raises(NotOffered, match="one who released it"):
        taken(floor, made, floor.senior)
    assert floor.acts(Act.PRODUCTION_HANDED_OUT) == []


def test_without_a_key_nothing_is_even_looked_at(floor: Floor) -> None:
    number = floor.collected(by_officer=False)
    with pytest.raises(NoRecipient, match="letter is handed over on paper"):
        floor.review(number)
    identity = name(floor, number)
    with pytest.raises(NoRecipient):
        floor.review(number)
    with pytest.raises(TakesAnother):
        confirm(floor, number, identity, floor.clerk)
    assert floor.state(number) is State.COLLECTED and service.made_of(floor.db, floor.clerk, number) == ()


def test_a_refusal_on_paper_leaves_by_the_same_way(floor: Floor) -> None:
    number = floor.judged(Outcome.REJECT, by_officer=False)
    with pytest.raises(NoRecipient):
        floor.review(number, Kind.REFUSAL)
    identity = key(floor, number)
    made = floor.approve_both(floor.review(number, Kind.REFUSAL))
    floor.release(made)
    assert floor.finish() == 1
    found = taken(floor, looking.of(floor.db, made.number))
    assert "bag/data/answer.txt" in archive.unpack(bytes(pyrage.decrypt(found.data, [identity])))
    assert floor.state(number) is State.REJECTED, "a refusal moves nothing"


def swapped(floor: Floor, number: int) -> None:
    key(floor, number)


def ended(floor: Floor, number: int) -> None:
    by_hand.end(floor.db, floor.clerk, number, floor.later())


def unconfirmed(floor: Floor, number: int) -> None:
    name(floor, number)


CHANGES = {"another key": swapped, "no key any more": ended, "another key that nobody confirmed": unconfirmed}


@pytest.mark.parametrize("change", CHANGES)
def test_a_key_that_changes_after_it_was_looked_at_makes_the_approvals_void(floor: Floor, change: str) -> None:
    number, _ = on_paper(floor)
    made = floor.approved(number)
    floor.noticed(made)
    CHANGES[change](floor, number)
    before = contents(floor.db)
    with pytest.raises(Superseded, match="recipients"):
        looking.standing(floor.db, floor.office, looking.of(floor.db, made.number), floor.now_ms)
    assert contents(floor.db) == before, "who merely looks is told, and changes nothing"
    with pytest.raises(Superseded):
        floor.release(made)
    assert floor.acts(Act.PRODUCTION_RELEASED) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_key_that_changes_between_release_and_package_lets_nothing_leave(floor: Floor, change: str) -> None:
    number, _ = on_paper(floor)
    made = logged(floor, number)
    CHANGES[change](floor, number)
    assert floor.finish() == 0
    found = looking.of(floor.db, made.number)
    assert (found.stage, found.void_why) == (
        Stage.VOID,
        "OtherRecipient" if change == "another key" else "NoRecipient",
    )
    assert not floor.acts(Act.PRODUCTION_READY)


@pytest.mark.parametrize("change", CHANGES)
def test_a_key_that_changes_after_the_package_was_made_keeps_it_in_the_house(floor: Floor, change: str) -> None:
    made, _ = ready(floor)
    floor.db.execute("DROP TRIGGER legal_recipient_is_named")  # no key is written down so late
    CHANGES[change](floor, made.request)
    for key_of in by_hand.of_request(floor.db, made.request):
        with pytest.raises(IntegrityError, match=GUARD):
            floor.db.execute(
                "INSERT INTO production_handed VALUES (?, ?, ?, ?)",
                (made.number, key_of.number, floor.releaser.who, floor.later()),
            )
    with pytest.raises((OtherRecipient, NoRecipient)):
        taken(floor, made)
    assert floor.acts(Act.PRODUCTION_HANDED_OUT) == []


def test_the_maker_itself_encrypts_to_no_key_that_was_not_approved(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes the database past every guard: the manifest is what two passkeys signed."""
    number, _ = on_paper(floor)
    made = logged(floor, number)
    mine = x25519.Identity.generate()
    for trigger in ("legal_recipient_says_one_thing",):
        floor.db.execute(f"DROP TRIGGER {trigger}")
    floor.db.execute("UPDATE legal_recipient SET recipient = ?", (str(mine.to_public()),))
    monkeypatch.setattr(making, "encrypted", lambda *_: pytest.fail("it was encrypted to another key"))
    assert floor.finish() == 0
    assert looking.of(floor.db, made.number).void_why == "OtherRecipient"


def test_the_key_of_another_request_opens_nothing_of_this_one(floor: Floor) -> None:
    _, identity = ready(floor)
    number = floor.collected(by_officer=False, docket="another")
    with pytest.raises(Exception, match="written down for one request"):
        name(floor, number, identity)
    with pytest.raises(NoRecipient):
        floor.review(number)


def test_it_is_given_within_two_weeks_and_to_nobody_who_was_revoked_meanwhile(floor: Floor) -> None:
    made, _ = ready(floor)
    with pytest.raises(NotOffered):
        delivering.named(floor.db, made.name, floor.now_ms)
    floor.later(OFFERED_MS + 1000)
    with pytest.raises(NotOffered, match="within two weeks"):
        taken(floor, made)
    floor.later(31 * DAY_MS)
    delivering.step(floor.db, floor.now_ms)
    with pytest.raises(ProductionGone):
        taken(floor, made)


def test_a_held_request_keeps_its_package(floor: Floor) -> None:
    made, _ = ready(floor)
    floor.revoke()
    with pytest.raises(NotOffered):
        taken(floor, made)
    assert looking.of(floor.db, made.number).stage is Stage.READY


def test_what_an_officer_fetches_nobody_of_the_house_is_given(floor: Floor) -> None:
    made = floor.ready()
    with pytest.raises(NotOffered, match="passkey here"):
        taken(floor, made)
    with pytest.raises(NotOffered):
        taken(floor, floor.review(floor.collected(docket="another")))
