# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is in a report: persons, accounts, addresses, devices. The names are the schema's."""

# ruff: noqa: RUF009  # each call makes a field
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from privity.desk.clearinghouse.documents.shape import (
    FREE,
    IDENTIFIER,
    LONG,
    SERVICE,
    URL,
    VEHICLE,
    Element,
    attribute,
    child,
    children,
    words,
)

AGES = (0, 150)
PORTS = (0, 65_535)


class EmailType(StrEnum):
    HOME = "Home"
    WORK = "Work"
    BUSINESS = "Business"
    RECOVERY = "Recovery"


class PhoneType(StrEnum):
    MOBILE = "Mobile"
    HOME = "Home"
    BUSINESS = "Business"
    WORK = "Work"
    FAX = "Fax"
    INTERNET = "Internet"
    RECOVERY = "Recovery"


class AddressType(StrEnum):
    HOME = "Home"
    BUSINESS = "Business"
    BILLING = "Billing"
    SHIPPING = "Shipping"
    TECHNICAL = "Technical"


class CaptureEvent(StrEnum):
    """During what an address or a device was seen."""

    LOGIN = "Login"
    REGISTRATION = "Registration"
    PURCHASE = "Purchase"
    UPLOAD = "Upload"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class AssociatedType(StrEnum):
    BILLING = "Billing"
    LINKED = "Linked"
    BUSINESS = "Business"
    CREATOR = "Creator"
    PARENT = "Parent/Guardian"
    OTHER = "Other"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Email(Element):
    address: str = words()
    type: EmailType | None = attribute()
    verified: bool | None = attribute()
    verification_date: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Phone(Element):
    number: str = words()
    type: PhoneType | None = attribute()
    verified: bool | None = attribute()
    verification_date: datetime | None = attribute()
    country_calling_code: str | None = attribute()
    extension: str | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Address(Element):
    address: str | None = child()
    city: str | None = child()
    zip_code: str | None = child()
    state: str | None = child()
    non_usa_state: str | None = child()
    country: str | None = child()
    type: AddressType | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ContactPerson(Element):
    first_name: str | None = child()
    last_name: str | None = child()
    phone: tuple[Phone, ...] = children()
    email: tuple[Email, ...] = children()
    address: tuple[Address, ...] = children()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Person(Element):
    first_name: str | None = child()
    last_name: str | None = child()
    phone: tuple[Phone, ...] = children()
    email: tuple[Email, ...] = children()
    address: tuple[Address, ...] = children()
    age: int | None = child(span=AGES)
    date_of_birth: date | None = child()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IpCaptureEvent(Element):
    ip_address: str = child(required=True)
    event_name: CaptureEvent | None = child()
    date_time: datetime | None = child()
    possible_proxy: bool | None = child()
    port: int | None = child(span=PORTS)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DeviceId(Element):
    id_type: str = child(required=True)
    id_value: str = child(required=True)
    event_name: CaptureEvent | None = child()
    date_time: datetime | None = child()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TemporarilyDisabled(Element):
    disabled: bool = words()
    disabled_date: datetime | None = attribute()
    user_notified: bool | None = attribute()
    user_notified_date: datetime | None = attribute()
    reenabled_date: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PermanentlyDisabled(Element):
    disabled: bool = words()
    disabled_date: datetime | None = attribute()
    user_notified: bool | None = attribute()
    user_notified_date: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class EstimatedLocation(Element):
    city: str | None = child()
    region: str | None = child()
    country_code: str | None = child()
    verified: bool | None = attribute()
    timestamp: datetime | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Platform(Element):
    platform: str = words()
    third_party_user: bool | None = attribute()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AssociatedAccount(Element):
    platform: Platform | None = child()
    first_name: str | None = child()
    middle_name: str | None = child()
    last_name: str | None = child()
    approximate_age: int | None = child(span=AGES)
    date_of_birth: date | None = child()
    phone: tuple[Phone, ...] = children()
    email: tuple[Email, ...] = children()
    all_emails_reported: bool | None = child()
    address: tuple[Address, ...] = children()
    esp_service: str | None = child(SERVICE)
    esp_identifier: str | None = child()
    profile_url: tuple[str, ...] = children(URL)
    screen_name: str | None = child()
    display_name: tuple[str, ...] = children()
    profile_bio: str | None = child(FREE)
    group_identifier: str | None = child()
    compromised_account: bool | None = child()
    account_temporarily_disabled: TemporarilyDisabled | None = child()
    account_permanently_disabled: PermanentlyDisabled | None = child()
    ip_capture_event: tuple[IpCaptureEvent, ...] = children()
    device_id: tuple[DeviceId, ...] = children()
    prior_ct_report: tuple[int, ...] = children(name="priorCTReport", span=LONG)
    additional_info: str | None = child(FREE)
    type: AssociatedType = attribute(required=True)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PersonOrUserReported(Element):
    person_or_user_reported_person: Person | None = child()
    vehicle_description: str | None = child(VEHICLE)
    esp_identifier: str | None = child()
    esp_service: str | None = child(SERVICE)
    compromised_account: bool | None = child()
    screen_name: str | None = child()
    display_name: tuple[str, ...] = children()
    profile_url: tuple[str, ...] = children(URL)
    profile_bio: str | None = child(FREE)
    ip_capture_event: tuple[IpCaptureEvent, ...] = children()
    device_id: tuple[DeviceId, ...] = children()
    third_party_user_reported: bool | None = child()
    prior_ct_reports: tuple[int, ...] = children(name="priorCTReports", span=LONG)
    group_identifier: str | None = child(IDENTIFIER)
    account_temporarily_disabled: TemporarilyDisabled | None = child()
    account_permanently_disabled: PermanentlyDisabled | None = child()
    estimated_location: EstimatedLocation | None = child()
    all_emails_reported: bool | None = child()
    associated_account: tuple[AssociatedAccount, ...] = children()
    additional_info: str | None = child(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class IntendedRecipient(Element):
    intended_recipient_person: Person | None = child()
    esp_identifier: str | None = child()
    esp_service: str | None = child(SERVICE)
    compromised_account: bool | None = child()
    screen_name: str | None = child()
    display_name: tuple[str, ...] = children()
    profile_url: tuple[str, ...] = children(URL)
    profile_bio: str | None = child(FREE)
    ip_capture_event: tuple[IpCaptureEvent, ...] = children()
    device_id: tuple[DeviceId, ...] = children()
    prior_ct_reports: tuple[int, ...] = children(name="priorCTReports", span=LONG)
    group_identifier: str | None = child()
    account_temporarily_disabled: TemporarilyDisabled | None = child()
    account_permanently_disabled: PermanentlyDisabled | None = child()
    estimated_location: EstimatedLocation | None = child()
    all_emails_reported: bool | None = child()
    additional_info: tuple[str, ...] = children(FREE)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Victim(Element):
    victim_person: Person = child(required=True)
    esp_identifier: str | None = child()
    esp_service: str | None = child(SERVICE)
    compromised_account: bool | None = child()
    screen_name: str | None = child()
    display_name: tuple[str, ...] = children()
    profile_url: tuple[str, ...] = children(URL)
    profile_bio: str | None = child(FREE)
    ip_capture_event: tuple[IpCaptureEvent, ...] = children()
    device_id: tuple[DeviceId, ...] = children()
    school_name: str | None = child()
    prior_ct_reports: tuple[int, ...] = children(name="priorCTReports", span=LONG)
    account_temporarily_disabled: TemporarilyDisabled | None = child()
    account_permanently_disabled: PermanentlyDisabled | None = child()
    estimated_location: EstimatedLocation | None = child()
    all_emails_reported: bool | None = child()
    associated_account: tuple[AssociatedAccount, ...] = children()
    additional_info: str | None = child(FREE)
