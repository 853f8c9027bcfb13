# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""An account that the hub no longer has is referred with what the desk kept, and nothing is made up about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from lxml import etree
from tests.desk.clearinghouse.fake import XSD
from tests.desk.clearinghouse.made import MODERATOR, OFFICE, SENDER, T0, account, asked, frozen, referral_desk, uri
from tests.desk.house import House

from privity.desk.audit.acts import Act
from privity.desk.cases import own, profiles
from privity.desk.cases import service as cases
from privity.desk.clearinghouse import service, store
from privity.desk.clearinghouse.documents.report import IncidentType
from privity.desk.clearinghouse.documents.schema import Schema
from privity.desk.clearinghouse.drafting import draft
from privity.desk.clearinghouse.drivers.agency import AgencyDriver
from privity.desk.clearinghouse.drivers.cybertip import CybertipDriver
from privity.desk.clearinghouse.drivers.cybertip_report import NOT_DISABLED
from privity.desk.clearinghouse.drivers.steps import Material
from privity.desk.clearinghouse.errors import NothingToRefer, TooThin
from privity.desk.clearinghouse.freezing import Asked, Frozen
from privity.desk.clearinghouse.model import Destination, SealedKind
from privity.desk.clearinghouse.snapshot import ProfileCopy, Snapshot
from privity.desk.db.transaction import Db
from privity.message.report import Reason
from privity.wire.staff import ProfileFacts

ASKED = "2023-11-14T22:13:20+00:00"
MADE_UP = ("Account made", "age as the person said", "Facts as of", "good", "adult")
needs_schema = pytest.mark.skipif(not XSD.is_file(), reason="the schema is the clearinghouse's to publish")


def seen(name: str, at_ms: int = T0 - 1000, handle: str = "teapot") -> ProfileCopy:
    return ProfileCopy(
        case=1, position=0, evidence=at_ms, seen_ms=at_ms, listed=True, hidden=False, handle=handle, name=name,
        bio="I like teapots", sha256="ab" * 32, picture_sha256=None,
    )  # fmt: skip


def gone(*copies: ProfileCopy, closed: bool = False, **changes: Any) -> Snapshot:
    """What is frozen where the hub has no such account."""
    fields = {"account": None, "user_uri": uri(1), "closed": closed, "profiles": list(copies)} | changes
    return msgspec.structs.replace(frozen(1).snapshot, **fields)


def reported(*snapshots: Snapshot) -> tuple[etree._Element, tuple[str, ...]]:
    """The report, and what the floor misses in it; checked against the schema where it is here."""
    schema = Schema.read(XSD) if XSD.is_file() else None
    composed = CybertipDriver(OFFICE, schema).compose(Material(snapshots, (), (), ()))
    return etree.fromstring(composed.document), composed.missing


def person_in(root: etree._Element) -> etree._Element:
    (person,) = root.iter("personOrUserReported")
    return person


@pytest.mark.parametrize(
    ("closed", "words"),
    [(True, "the account was closed by its person"), (False, "had no account at this address: the account was closed")],
)
def test_a_report_says_the_address_and_why_no_more(closed: bool, words: str) -> None:
    root, missing = reported(gone(closed=closed))
    person = person_in(root)
    assert [child.tag for child in person] == ["espIdentifier", "espService", "additionalInfo"]
    assert person.findtext("espIdentifier") == uri(1)
    said = person.findtext("additionalInfo", "")
    assert f"Asked at {ASKED}" in said and words in said and "keeps nothing more of it" in said
    assert not any(word in said for word in MADE_UP)
    assert missing == ("screenName", "account status"), "who approves it says yes to that"


def test_who_closed_it_is_said_only_where_the_hub_said_so() -> None:
    said = person_in(reported(gone(closed=False))[0]).findtext("additionalInfo", "")
    assert "by its person" not in said and "or was lost, or never was there" in said


def test_closing_is_no_status_of_having_been_disabled() -> None:
    root, missing = reported(gone(seen("An invented name"), closed=True))
    assert not list(root.iter("accountPermanentlyDisabled", "accountTemporarilyDisabled"))
    assert NOT_DISABLED in person_in(root).findtext("additionalInfo", "")
    assert missing == ("account status",)


def test_its_names_are_those_of_the_copies_and_the_newest_handle() -> None:
    person = person_in(reported(gone(seen("New", T0 - 1, "kettle"), seen("Old", T0 - 9)))[0])
    assert person.findtext("screenName") == "kettle"
    assert [one.text for one in person.iter("displayName")] == ["New", "Old"]
    assert person.find("profileBio") is None, "it stands where it was seen"
    said = person.findtext("additionalInfo", "")
    assert "names are those that the service saw" in said and "had changed" not in said


def test_facts_from_before_it_was_closed_stay_and_the_end_is_said() -> None:
    later = gone(case=2, account_asked_ms=T0 + 5000, closed=True)
    person = person_in(reported(frozen(1).snapshot, later)[0])
    assert person.findtext("screenName") == "invented1"
    said = person.findtext("additionalInfo", "")
    assert f"Facts as of {ASKED}" in said and "Asked at 2023-11-14T22:13:25+00:00" in said
    facts = account(1)
    renamed = msgspec.structs.replace(facts, profile=msgspec.structs.replace(facts.profile, handle="renamed"))
    back = msgspec.structs.replace(frozen(1).snapshot, case=3, account=renamed)
    person = person_in(reported(frozen(1).snapshot, later, back)[0])
    assert person.findtext("screenName") == "renamed"
    said = person.findtext("additionalInfo", "")
    assert "Facts as of" in said and "closed" not in said, "it came back"


def test_without_a_message_the_room_names_the_address() -> None:
    root, _ = reported(gone(messages=[], note="an invented note"))
    assert root.findtext(".//chatRoomName") == f"no conversation: a report of the account {uri(1)}"


@needs_schema
@pytest.mark.parametrize("name", ["", "\x00\ud7ff\ufffe\u202e", "x" * 5000, "]]><a/>"], ids=range(4))
def test_whatever_it_was_called_the_document_is_valid(name: str) -> None:
    reported(gone(seen(name, handle=name)))
    reported(gone(seen(name, handle=name), messages=[]), frozen(2).snapshot)


def test_an_agency_gets_the_address_the_names_and_nulls() -> None:
    def told(snapshot: Snapshot) -> dict[str, Any]:
        driver = AgencyDriver(OFFICE, "org-0042")
        composed = driver.compose(Material((snapshot,), (), (), ()))
        assert composed.missing == ()
        (case,) = msgspec.json.decode(composed.document)["cases"]
        found: dict[str, Any] = case["account"]
        return found

    bare = told(gone(closed=True))
    words = bare.pop("without_facts")
    assert "closed by its person" in words and ASKED in words and NOT_DISABLED in words
    assert {name: value for name, value in bare.items() if value is not None} == {"uri": uri(1)}
    named = told(gone(seen("New", T0 - 1, "kettle"), seen("Old", T0 - 9)))
    assert (named["handle"], named["name"], named["created_ms"]) == ("kettle", "New", None)
    known = told(frozen(1).snapshot)
    assert set(known) == set(bare), "of an account that is there the shape is as it was"
    assert (known["handle"], known["standing"]) == ("invented1", "good")


def test_what_was_frozen_before_is_read_as_it_was_and_makes_the_same_document() -> None:
    now = frozen(1).snapshot
    older = msgspec.json.decode(now.encode())
    assert (older.pop("user_uri"), older.pop("closed")) == ("", False)
    read = Snapshot.decode(msgspec.json.encode(older))
    assert read == now and read.about == uri(1)
    drivers = (CybertipDriver(OFFICE), AgencyDriver(OFFICE, "org-0042"))
    for driver in drivers:
        first, second = (driver.compose(Material((one,), (), (), ())).document for one in (now, read))
        assert first == second
    again = Snapshot.decode(gone(closed=True).encode())
    assert (again.account, again.about, again.closed) == (None, uri(1), True)


def test_it_joins_the_open_draft_about_the_same_account(db: Db) -> None:
    desk = referral_desk()
    first, _ = draft(db, desk, MODERATOR.who, asked(1), frozen(1), T0)
    closed = asked(1, account=None, user_uri=uri(1), case=2)
    joined, act = draft(db, desk, MODERATOR.who, closed, Frozen(gone(case=2, messages=[]), (), ()), T0)
    assert (joined, act) == (first, Act.REFERRAL_JOINED)
    assert {one.subject for one in store.drafts(db, first)} == {uri(1)}
    assert service.preview(db, desk, SENDER, first).without_account == (2,)


def kept(house: House, user_uri: str) -> Asked:
    """A case of the desk's own with a copy of the profile, about an account that was closed after that."""
    shown = ProfileFacts(user_uri, "teapot", "An invented name", "I like teapots", None, True, False)
    case = own.open_case(house.db, MODERATOR, {}, user_uri, Reason.CHILD_SAFETY, "An invented case.", house.clock)
    copy = profiles.keep_copy(house.db, house.keys.evidence, house.random, MODERATOR, case, shown, house.clock)
    return Asked(
        case=case,
        destination=Destination.CYBERTIP,
        incident=IncidentType.ENTICEMENT,
        reports=(),
        account=None,
        account_asked_ms=house.clock,
        copies=(copy.words,),
        user_uri=user_uri,
        closed=True,
    )


def test_it_is_drafted_approved_with_a_further_yes_and_the_history_says_so(house: House) -> None:
    desk = replace(referral_desk(), evidence_key=house.keys.evidence)
    chosen = kept(house, house.user())
    n = service.refer(house.db, desk, MODERATOR, chosen, house.clock).n
    assert service.preview(house.db, desk, SENDER, n).without_account == (chosen.case,)
    words = [event.words for event in cases.case(house.db, MODERATOR, chosen.case).events]
    assert any("the hub had no such account" in one for one in words)
    with pytest.raises(TooThin, match="account status"):
        service.approve(house.db, desk, SENDER, n, house.clock)
    service.approve(house.db, desk, SENDER, n, house.clock, accept_thin=True)
    document = service.read(house.db, desk, SENDER, n, SealedKind.DOCUMENT, 0, "a check", house.clock)
    person = person_in(etree.fromstring(document))
    assert (person.findtext("espIdentifier"), person.findtext("screenName")) == (chosen.user_uri, "teapot")
    assert "closed by its person" in person.findtext("additionalInfo", "")


def test_the_kept_copy_of_another_account_does_not_go_along(house: House) -> None:
    desk = replace(referral_desk(), evidence_key=house.keys.evidence)
    chosen = kept(house, house.user())
    for address in (house.user(), ""):
        with pytest.raises(NothingToRefer, match="another account"):
            service.refer(house.db, desk, MODERATOR, replace(chosen, user_uri=address), house.clock)
    with pytest.raises(NothingToRefer, match="another account"):
        service.refer(house.db, desk, MODERATOR, replace(chosen, account=account(1)), house.clock)
    assert store.listed(house.db) == ()
