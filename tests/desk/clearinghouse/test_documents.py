# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Documents: valid under the clearinghouse's schema whatever people wrote, limits named, answers not trusted."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from tests.desk.clearinghouse.fake import EVIL, XSD
from tests.desk.clearinghouse.made import OFFICE, account, disclosed, frozen, frozen_file, uri

from privity.desk.clearinghouse.documents import answers
from privity.desk.clearinghouse.documents.files import Details, FileDetails, FileHash, MetadataType, NameValuePair
from privity.desk.clearinghouse.documents.floor import actionable
from privity.desk.clearinghouse.documents.people import (
    Address,
    AssociatedAccount,
    AssociatedType,
    CaptureEvent,
    ContactPerson,
    DeviceId,
    Email,
    EstimatedLocation,
    IntendedRecipient,
    IpCaptureEvent,
    Person,
    PersonOrUserReported,
    Phone,
    PhoneType,
    Platform,
    Victim,
)
from privity.desk.clearinghouse.documents.report import (
    CellPhoneIncident,
    ChatImIncident,
    EmailIncident,
    ForeignProcess,
    IncidentSummary,
    IncidentType,
    InternetDetails,
    LawEnforcement,
    NewsgroupIncident,
    NonInternetIncident,
    OnlineGamingIncident,
    Peer2peerIncident,
    Report,
    ReportAnnotations,
    Reporter,
    WebPageIncident,
)
from privity.desk.clearinghouse.documents.schema import Schema, written
from privity.desk.clearinghouse.documents.shape import Element, build, legible, serialise
from privity.desk.clearinghouse.drivers import cybertip_report
from privity.desk.clearinghouse.drivers.cybertip import CODES, CybertipDriver
from privity.desk.clearinghouse.drivers.steps import HttpAnswer, Material, Outcome, Request, Step
from privity.desk.clearinghouse.errors import (
    BadAnswer,
    BadDocument,
    DocumentTooLarge,
    NumberOutOfRange,
    SchemaInvalid,
    SchemaRefuses,
    TextIsBlank,
    TextNotXml,
    TextTooLong,
    TimeWithoutZone,
)
from privity.desk.clearinghouse.model import Verb
from privity.desk.clearinghouse.snapshot import Recipient

NOW = datetime(2026, 11, 20, 8, 15, 30, tzinfo=UTC)
SUMMARY = IncidentSummary(incident_type=IncidentType.ENTICEMENT, incident_date_time=NOW)
needs_schema = pytest.mark.skipif(not XSD.is_file(), reason="the schema is not here: ../shared or PRIVITY_SHARED")


def minimal(**changes: object) -> Report:
    fields: dict[str, object] = {"incident_summary": SUMMARY, "reporter": Reporter(reporting_person=Person())}
    return Report(**(fields | changes))  # type: ignore[arg-type]  # the fields of a report, by name


def full() -> Report:
    """Every element that the schema has, once."""
    email, phone = Email(address="a@b.example", verified=True, verification_date=NOW), _phone()
    place = Address(address="1 Teapot Lane", city="Spout", zip_code="1", state="AK", country="US")
    seen = IpCaptureEvent(
        ip_address="203.0.113.7", event_name=CaptureEvent.LOGIN, date_time=NOW, possible_proxy=False, port=1
    )
    device = DeviceId(id_type="Other", id_value="x", event_name=CaptureEvent.UPLOAD, date_time=NOW)
    person = Person(
        first_name="A",
        last_name="B",
        phone=(phone,),
        email=(email,),
        address=(place,),
        age=40,
        date_of_birth=NOW.date(),
    )
    contact = ContactPerson(first_name="A", last_name="B", phone=(phone,), email=(email,), address=(place,))
    linked = AssociatedAccount(
        type=AssociatedType.PARENT, platform=Platform(platform="x", third_party_user=True), prior_ct_report=(1,)
    )
    common: dict[str, object] = {
        "esp_identifier": "x", "esp_service": "x", "compromised_account": True, "screen_name": "x",
        "display_name": ("x", "y"), "profile_url": ("https://x.example",), "profile_bio": "x",
        "ip_capture_event": (seen,), "device_id": (device,), "prior_ct_reports": (1, 2),
        "estimated_location": EstimatedLocation(city="x", region="x", country_code="US", verified=True, timestamp=NOW),
        "all_emails_reported": True,
    }  # fmt: skip
    incidents = (
        InternetDetails(web_page_incident=WebPageIncident(url=("https://x.example",), third_party_hosted_content=True)),
        InternetDetails(email_incident=EmailIncident(email_address=(email,), content="x")),
        InternetDetails(newsgroup_incident=NewsgroupIncident(name="x", email_address=(email,))),
        InternetDetails(chat_im_incident=ChatImIncident(chat_client="x", chat_room_name="x", content="x")),
        InternetDetails(online_gaming_incident=OnlineGamingIncident(game_name="x", console="x")),
        InternetDetails(cell_phone_incident=CellPhoneIncident(phone_number=phone, latitude="1.5", longitude="2.5")),
        InternetDetails(non_internet_incident=NonInternetIncident(location_name="x", incident_address=(place,))),
        InternetDetails(peer2peer_incident=Peer2peerIncident(client="x", ip_capture_event=(seen,), file_names="x")),
    )
    return minimal(
        incident_summary=IncidentSummary(
            incident_type=IncidentType.MOLESTATION, platform="x", escalate_to_high_priority="x",
            report_annotations=ReportAnnotations(sextortion=True, spam=True), incident_date_time=NOW,
            incident_date_time_description="x",
        ),
        internet_details=incidents,
        law_enforcement=LawEnforcement(
            agency_name="x", case_number="x", officer_contact=contact, reported_to_le=True,
            served_legal_process_domestic=False,
            served_legal_process_international=ForeignProcess(served=True, flea_country="US"),
        ),
        reporter=Reporter(
            reporting_person=person, contact_person=contact, company_template="x", terms_of_service="x", legal_url="x"
        ),
        person_or_user_reported=(
            PersonOrUserReported(
                person_or_user_reported_person=person, vehicle_description="x", third_party_user_reported=True,
                group_identifier="x", associated_account=(linked,), additional_info="x", **common,  # type: ignore[arg-type]
            ),
        ),
        intended_recipient=(IntendedRecipient(group_identifier="x", additional_info=("x", "y"), **common),),  # type: ignore[arg-type]
        victim=(Victim(victim_person=person, school_name="x", associated_account=(linked,), **common),),  # type: ignore[arg-type]
        additional_info="x",
    )  # fmt: skip


def _phone() -> Phone:
    return Phone(number="5550100", type=PhoneType.MOBILE, country_calling_code="+1", extension="1", verified=True)


@needs_schema
@pytest.mark.parametrize("make", [minimal, full], ids=["minimal", "every element"])
def test_the_schema_takes_it(make: Callable[[], Report]) -> None:
    data = written("report", make(), Schema.read(XSD))
    assert etree.fromstring(data).tag == "report"


@needs_schema
def test_a_file_with_every_element() -> None:
    details = FileDetails(
        report_id=1,
        file_id="x",
        original_file_name="x",
        file_viewed_by_esp=False,
        potential_meme=True,
        original_file_hash=(FileHash(value="x", hash_type="MD5"),),
        details=(Details(type=MetadataType.EXIF, name_value_pair=(NameValuePair(name="x", value="y"),)),),
        additional_info=("x", "y"),
    )
    written("fileDetails", details, Schema.read(XSD))


@needs_schema
@given(st.text(max_size=9000), st.text(max_size=400), st.integers(0, 2), st.sampled_from(list(Recipient)))
def test_whatever_people_write_the_document_is_valid_and_the_words_are_whole(
    text: str, name: str, level: int, recipient: Recipient
) -> None:
    facts = msgspec.structs.replace(
        account(1), profile=msgspec.structs.replace(account(1).profile, name=name, bio=text, handle=name)
    )
    snapshot = msgspec.structs.replace(
        frozen(1).snapshot,
        messages=[disclosed(1, text, level)],
        account=facts,
        recipient=recipient,
        words=text,
        urgent=name,
    )
    report = cybertip_report.report(Material((snapshot,), (), (), ()), OFFICE)
    root = etree.fromstring(written("report", report, _schema()))
    said = "".join(chat.findtext("content", "") for chat in root.iter("chatImIncident"))
    if text.strip() and "(blank)" not in said:
        assert said.replace("\r", "\n") == legible(text).replace("\r", "\n")
    assert (uri(900_001) in etree.tostring(root, encoding=str)) is (recipient is not Recipient.UNNAMED)


_schemas: list[Schema] = []


def _schema() -> Schema:
    """Compiled once."""
    if not _schemas:
        _schemas.append(Schema.read(XSD))
    return _schemas[0]


@needs_schema
def test_the_examples_of_the_note_are_valid() -> None:
    for name in ("example_report.xml", "example_file.xml"):
        _schema().check(etree.parse(XSD.parent / name).getroot())


def test_a_schema_of_the_operator_is_obeyed() -> None:
    own = (
        b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="report" type="xs:int"/></xs:schema>'
    )
    with pytest.raises(SchemaRefuses):
        written("report", minimal(), Schema(own))


@needs_schema
def test_what_the_schema_refuses_is_named_without_its_content() -> None:
    bad = minimal(
        person_or_user_reported=(PersonOrUserReported(estimated_location=EstimatedLocation(country_code="??")),)
    )
    with pytest.raises(SchemaRefuses) as raised:
        written("report", bad, _schema())
    assert "countryCode" in str(raised.value)
    assert "??" not in str(raised.value)


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (ChatImIncident(chat_room_name="x" * 256), TextTooLong),
        (ChatImIncident(content="x" * 3001), TextTooLong),
        (ChatImIncident(content=" \n"), TextIsBlank),
        (ChatImIncident(content="a\x00b"), TextNotXml),
        (ChatImIncident(content="a\ufffe"), TextNotXml),
        (IpCaptureEvent(ip_address="x", port=70_000), NumberOutOfRange),
        (Person(age=-1), NumberOutOfRange),
        (PersonOrUserReported(prior_ct_reports=(1 << 63,)), NumberOutOfRange),
        (IpCaptureEvent(ip_address="x", date_time=NOW.replace(tzinfo=None)), TimeWithoutZone),
        (Email(address=3.5), BadDocument),  # type: ignore[arg-type]  # no text
    ],
)
def test_each_limit_has_a_name(part: Element, error: type[Exception]) -> None:
    with pytest.raises(error):
        build("x", part)


def test_a_document_over_the_limit_is_not_made() -> None:
    chat = InternetDetails(chat_im_incident=ChatImIncident(content="x" * 3000))
    with pytest.raises(DocumentTooLarge):
        serialise(build("report", minimal(internet_details=(chat,) * 1500)))


def test_texts_cannot_become_elements() -> None:
    hostile = "</content><incidentType>x</incidentType><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>&b;"
    data = serialise(build("report", minimal(additional_info=hostile)))
    assert etree.fromstring(data).findtext("additionalInfo") == hostile
    assert b"<!DOCTYPE" not in data


def test_dates_are_written_as_the_schema_has_them() -> None:
    assert build("x", Person(date_of_birth=date(2010, 2, 3))).findtext("dateOfBirth") == "2010-02-03"
    assert build("x", SUMMARY).findtext("incidentDateTime") == "2026-11-20T08:15:30.000Z"


def test_a_schema_has_to_be_one_and_the_pinned_one(tmp_path: Path) -> None:
    with pytest.raises(SchemaInvalid):
        Schema(b"<report/>")
    with pytest.raises(SchemaInvalid):
        Schema(EVIL)
    with pytest.raises(SchemaInvalid, match="pinned"):
        Schema(b"<report/>", b"\x00" * 32)
    with pytest.raises(SchemaInvalid):
        Schema.read(tmp_path / "none.xsd")


# Answers


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no XML",
        b"<reportResponse/>",
        b"<other><responseCode>0</responseCode></other>",
        b"<reportResponse><responseCode>zero</responseCode></reportResponse>",
        b"<reportResponse><responseCode>" + b"9" * 30 + b"</responseCode></reportResponse>",
        b"<reportResponse><responseCode>0</responseCode><fileId><a/></fileId></reportResponse>",
        b"<reportResponse><responseCode>0</responseCode><fileId>" + b"x" * 300 + b"</fileId></reportResponse>",
        b"<reportResponse>" + b" " * answers.MAX_ANSWER,
        EVIL,
        EVIL.decode().encode("utf-16"),
        b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x"><reportResponse><responseCode>0</responseCode></reportResponse>',
    ],
)
def test_what_is_no_answer_is_refused(data: bytes) -> None:
    with pytest.raises(BadAnswer):
        answers.parse(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_answer_or_a_refusal(data: bytes) -> None:
    try:
        answers.parse(data)
    except BadAnswer:
        return


@given(st.sampled_from(list(Verb)), st.integers(0, 599), st.binary(max_size=200))
def test_a_driver_never_raises_for_what_arrives(verb: Verb, status: int, body: bytes) -> None:
    step = Step(verb, Request("POST", "/x", "", b"id=1"))
    assert CybertipDriver(OFFICE).read(step, HttpAnswer(status, body)).outcome is not Outcome.FINISHED


@given(st.sampled_from([Verb.OPEN, Verb.UPLOAD, Verb.DESCRIBE, Verb.FINISH, Verb.RETRACT]), st.integers(-9, 9999))
def test_no_code_but_success_goes_on(verb: Verb, code: int) -> None:
    body = f"<reportResponse><responseCode>{code}</responseCode></reportResponse>".encode()
    reaction = CybertipDriver(OFFICE).read(Step(verb, Request("POST", "/x", "", b"id=1")), HttpAnswer(200, body))
    if code not in (0, 5102):
        assert reaction.outcome not in (Outcome.GO_ON, Outcome.FINISHED)
    if code not in CODES and code != 0:
        assert reaction.outcome is Outcome.BLOCKED


# The floor


def test_the_floor_names_what_is_missing() -> None:
    assert actionable(minimal()) == (
        "chatImIncident",
        "personOrUserReported",
        "contactPerson with an address or a number",
    )
    bare = minimal(
        internet_details=(InternetDetails(chat_im_incident=ChatImIncident()),),
        person_or_user_reported=(PersonOrUserReported(),),
    )
    missing = actionable(bare, (FileDetails(report_id=1, file_id="x"),), keeps_addresses=True)
    assert set(missing) >= {
        "chatRoomName",
        "content",
        "espIdentifier",
        "screenName",
        "account status",
        "ipCaptureEvent",
        "originalFileHash of file 1",
        "fileViewedByEsp of file 1",
    }


@pytest.mark.parametrize("level", [0, 1, 2])
def test_what_this_desk_writes_is_above_the_floor_and_says_its_level(level: int) -> None:
    picture = frozen_file(1, level)
    material = Material((frozen(1, level=level).snapshot,), (picture.facts,), (False,), ())
    composed = CybertipDriver(OFFICE).compose(material)
    assert composed.missing == ()
    said = etree.fromstring(composed.document).findtext("additionalInfo", "")
    assert [f"level {one} of 2" in said for one in (0, 1, 2)] == [one == level for one in (0, 1, 2)]


@needs_schema
def test_building_and_checking_keeps_up_with_the_busiest_day() -> None:
    material = Material((frozen(1).snapshot,), (), (), ())
    driver = CybertipDriver(OFFICE, _schema())
    driver.compose(material)
    start = time.process_time()
    for _ in range(200):
        driver.compose(material)
    assert 200 / (time.process_time() - start) > 500
