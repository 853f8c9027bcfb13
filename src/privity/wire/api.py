# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every route of the hub: who may call it, what it takes and what it answers. The API documents are written from here.

A test holds the table against the application: each route stands here once, with the types that its handler reads and
answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from privity.wire import attest, collect, contacts, keylog, observed, rest, staff, standing, stored


class Caller(StrEnum):
    ANYBODY = "anybody"
    DEVICE = "device"
    """A session stands and each request carries its MAC (`wire.session`)."""
    DESK = "desk"
    """Each request is signed by the operator's desk (`wire.staff`)."""


BYTES: Final = "application/octet-stream"
PAGE: Final = "text/html"
FORM: Final = "application/x-www-form-urlencoded"
Content = type[msgspec.Struct] | str | None
"""A wire type as JSON, another media type by its name, or nothing."""


@dataclass(frozen=True, slots=True)
class Route:
    """`path` names its parameters in braces, as the router does; `query` its query parameters, all of them numbers."""

    method: str
    path: str
    caller: Caller
    about: str
    takes: Content
    answers: Content
    query: tuple[str, ...] = ()
    needs_query: bool = False
    success: int = 200


ID: Final = "[a-z2-7]{25}[aeimquy4]"
PARAMETERS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "id": (ID, "the last part of the URI of a user or a room"),
        "user": (ID, "the last part of a user's URI"),
        "asker": (ID, "the last part of a user's URI: who asked the ward"),
        "target": ("[^{}/]+", "a handle, or the last part of a user's URI"),
        "handle": ("[^{}/]+", "the exact handle"),
        "code": ("[a-z2-7]{8}", "the code of a link"),
        "sha256": ("[0-9a-f]{64}", "a SHA-256 in lower-case hex"),
        "index": ("[0-9]{1,15}", "the number of an epoch of the key log"),
        "seq": ("[0-9]{1,15}", "the number of an event in its room"),
        "table": ("[a-z_]{1,40}", "the name of a table, from `GET /v1/account/stored`"),
    }
)
"""What a part of a path may be, and what it means."""
QUERY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "after": "the number after which the answer begins, 0 where it is left out",
        "from": "the number to begin with, 0 where it is left out",
        "to": "the number to end with",
        "wait": "seconds for which an answer that would be empty is held back",
    }
)


def _anybody(method: str, path: str, about: str, takes: Content, answers: Content, *query: str) -> Route:
    return Route(method, path, Caller.ANYBODY, about, takes, answers, query)


def _device(method: str, path: str, about: str, takes: Content, answers: Content, *query: str) -> Route:
    return Route(method, path, Caller.DEVICE, about, takes, answers, query)


def _desk(method: str, path: str, about: str, takes: Content, answers: Content, *query: str) -> Route:
    return Route(method, path, Caller.DESK, about, takes, answers, query)


ROUTES: Final[tuple[Route, ...]] = (
    _anybody("GET", "/v1/server", "What anyone may know of this hub", None, rest.ServerInfo),
    _anybody("GET", "/health", "Whether the hub can store", None, rest.Health),
    Route("GET", "/v1/socket", Caller.ANYBODY, "The device's WebSocket (asyncapi.json)", None, None, success=101),
    # Accounts and devices.
    _anybody("POST", "/v1/accounts", "Register", rest.Register, rest.Registered),
    _anybody("POST", "/v1/recovery/lists", "All device lists of a handle", rest.FindChain, rest.ChainFound),
    _anybody("POST", "/v1/recovery", "The next list, by the recovery key", rest.Recover, rest.Done),
    _anybody("POST", "/v1/resets", "The next list, by a code of the operator", rest.Reset, rest.Done),
    _device("PUT", "/v1/account/device-list", "The next list of the account", rest.PutDeviceList, rest.Done),
    _device("PUT", "/v1/account/age", "Say one's age band", contacts.SetAge, contacts.Age),
    _device("POST", "/v1/account/letters", "A letter to an own device", rest.SendLetter, rest.Done),
    _device("GET", "/v1/account/stored", "What tables hold of the account", None, stored.StoredAbout),
    _device("GET", "/v1/account/stored/{table}", "Its rows in one table", None, stored.StoredRows, "from"),
    _device("GET", "/v1/standing", "Decisions that stand against the account", None, standing.OwnStanding),
    _device("POST", "/v1/key-packages", "Add KeyPackages", rest.PutKeyPackages, rest.KeyPackagesLeft),
    _device("GET", "/v1/key-packages", "How many KeyPackages are left", None, rest.KeyPackagesLeft),
    _device("PUT", "/v1/device/report-key", "The device's next report key", rest.PutReportKey, rest.Done),
    # Linking a new device.
    _anybody("POST", "/v1/links", "A new device asks for a code", rest.OfferLink, rest.LinkOffered),
    _anybody("GET", "/v1/links/{code}", "How far the link is", None, rest.Link),
    _device("PUT", "/v1/links/{code}/answer", "A device of the account answers", rest.AnswerLink, rest.Done),
    _anybody("PUT", "/v1/links/{code}/opening", "The new device opens", rest.OpenLink, rest.Done),
    _anybody("PUT", "/v1/links/{code}/verdict", "What the person said of the digits", rest.JudgeLink, rest.Done),
    _device("PUT", "/v1/links/{code}/outcome", "The list with the new device, or no", rest.FinishLink, rest.Done),
    # The key log.
    _device("POST", "/v1/keylog/lookup", "A label, with proof", keylog.Lookup, keylog.Looked),
    _device("POST", "/v1/keylog/returns", "Bring back what the hub lost", keylog.BringBack, keylog.BroughtBack),
    _anybody("POST", "/v1/keylog/own-returns", "Bring back one's own", keylog.BringBackOwn, keylog.BroughtBack),
    _anybody("GET", "/v1/keylog/checkpoint", "The newest checkpoint", None, keylog.CheckpointAnswer, "from"),
    Route(
        "GET",
        "/v1/keylog/consistency",
        Caller.ANYBODY,
        "That one size continues another",
        None,
        keylog.Consistency,
        ("from", "to"),
        needs_query=True,
    ),
    _anybody("GET", "/v1/keylog/audit/{index}", "What changed with an epoch", None, BYTES),
    _anybody("GET", "/v1/keylog/evidence", "Contradictions this hub keeps", None, keylog.Evidence),
    # People.
    _device("GET", "/v1/handles/{handle}", "Who has a handle", None, rest.HandleFound),
    _device("GET", "/v1/users/{id}/handle", "The handle of a user", None, rest.HandleTold),
    _device("GET", "/v1/users/{id}/profile", "The profile of a user", None, contacts.Profile),
    _device("POST", "/v1/users/{id}/claim", "A KeyPackage of each device", rest.Claim, rest.Claimed),
    _device("GET", "/v1/profile", "One's own profile", None, contacts.OwnProfile),
    _device("PUT", "/v1/profile", "Change it", contacts.PutProfile, contacts.OwnProfile),
    _device("GET", "/v1/blocks", "Whom the account blocks", None, rest.Blocked),
    _device("PUT", "/v1/blocks/{id}", "Block", None, rest.Done),
    _device("DELETE", "/v1/blocks/{id}", "Unblock", None, rest.Done),
    _device("GET", "/v1/contacts", "Contacts, requests and invitations", None, contacts.Contacts),
    _device("POST", "/v1/contacts/requests", "Ask for contact", contacts.Ask, contacts.ContactMade),
    _device("DELETE", "/v1/contacts/requests/{target}", "Take a request back", None, rest.Done),
    _device("PUT", "/v1/contacts/{id}", "Agree to contact", contacts.Grant, contacts.ContactMade),
    _device("DELETE", "/v1/contacts/{id}", "End contact, or decline", None, rest.Done),
    _device("POST", "/v1/contacts/codes", "Make a one-time code", contacts.MakeCode, contacts.CodeMade),
    _device("POST", "/v1/contacts/codes/find", "Whose code it is", contacts.FindCode, contacts.CodeFound),
    _device("POST", "/v1/contacts/codes/use", "Use it", contacts.UseCode, contacts.ContactMade),
    _device("PUT", "/v1/wards/{id}/asks/{asker}", "A guardian agrees", contacts.Vouch, rest.Done),
    _device("DELETE", "/v1/wards/{id}/asks/{asker}", "A guardian declines", None, rest.Done),
    _device("DELETE", "/v1/wards/{id}", "End being a guardian", None, rest.Done),
    _device("PUT", "/v1/wards/{id}/age", "A guardian says the age", contacts.SetWardAge, contacts.Age),
    # Files.
    _device("POST", "/v1/blobs", "Store ciphertext", BYTES, rest.BlobStored),
    _device("GET", "/v1/blobs/{sha256}", "Fetch ciphertext", None, BYTES),
    _device("GET", "/v1/blobs/{sha256}/stored", "Whether it is stored", None, rest.BlobStored),
    # Rooms.
    _device("POST", "/v1/rooms", "Make a room", rest.CreateRoom, rest.RoomCreated),
    _device("GET", "/v1/rooms", "One's rooms", None, rest.Rooms),
    _device("GET", "/v1/rooms/{id}/group", "What an external commit needs", None, rest.GroupState),
    _device("GET", "/v1/rooms/{id}/trees/{seq}", "The tree beside a Welcome", None, rest.RoomTree),
    _device("POST", "/v1/rooms/{id}/commit", "Commit", rest.Commit, rest.Committed),
    _device("POST", "/v1/rooms/{id}/leave", "Leave", None, rest.Done),
    _device("POST", "/v1/rooms/{id}/broken", "A commit cannot be processed", rest.Broken, rest.BrokenCounted),
    _device("POST", "/v1/rooms/{id}/invitations", "Invite somebody", contacts.Invite, rest.Done),
    _device("PUT", "/v1/rooms/{id}/invitation", "Agree to an invitation", contacts.Grant, rest.Done),
    _device("DELETE", "/v1/rooms/{id}/invitation", "Decline it", None, rest.Done),
    _device("POST", "/v1/rooms/{id}/links", "Allow a link", rest.AllowLink, rest.Done),
    _device("DELETE", "/v1/rooms/{id}/links/{sha256}", "Revoke a link", None, rest.Done),
    _device("POST", "/v1/rooms/{id}/knocks", "Knock with a link", rest.KnockAt, rest.Done),
    _device("DELETE", "/v1/rooms/{id}/knocks/{user}", "Take a knock back, or say no", None, rest.Done),
    _device("GET", "/v1/rooms/{id}/moderators", "Report keys of who looks after it", None, rest.RoomModerators),
    _device("POST", "/v1/rooms/{id}/reports", "Report to them", rest.RoomReport, rest.Done),
    # Reports and what is handed over.
    _device("POST", "/v1/reports", "A sealed report to the desk", rest.SealedReport, rest.ReportReceived),
    _device("POST", "/v1/franks/attest", "Sign that franks are the hub's", attest.Attest, attest.FranksAttested),
    # Pages for anybody: public notices.
    _anybody("GET", "/notice", "The form", None, PAGE),
    _anybody("POST", "/notice", "Send it", FORM, PAGE),
    _anybody("GET", "/notice/status", "Ask what became of a notice", None, PAGE),
    _anybody("POST", "/notice/status", "What became of it", FORM, PAGE),
    _anybody("POST", "/notice/appeal", "Appeal", FORM, PAGE),
    _anybody("GET", "/notice/style.css", "How the pages look", None, "text/css"),
    # The operator's desk.
    _desk("GET", "/staff/v1/reports", "The oldest sealed reports", None, staff.RelayedReports, "wait"),
    _desk("POST", "/staff/v1/reports/forget", "Those that the desk has", staff.ForgetReports, rest.Done),
    _desk("POST", "/staff/v1/verify", "Check franks of reports", staff.VerifyReports, staff.ReportsVerified),
    _desk("POST", "/staff/v1/tell", "A line to a reporter", staff.TellReporter, rest.Done),
    _desk("POST", "/staff/v1/keylog/lookup", "A label, with proof", keylog.Lookup, keylog.Looked),
    _desk("GET", "/staff/v1/blobs/{sha256}", "Fetch ciphertext", None, BYTES),
    _desk("POST", "/staff/v1/effects", "What a decision does", staff.Effect, staff.EffectDone),
    _desk("POST", "/staff/v1/account", "What stands about an account", staff.AskAccount, staff.AccountFacts),
    _desk("POST", "/staff/v1/profile", "What an account shows", staff.AskProfile, staff.ProfileFacts),
    _desk("GET", "/staff/v1/observed", "What accounts did", None, observed.ObservedPage, "after", "wait"),
    _desk("POST", "/staff/v1/collect", "One class of data of one subject", collect.Collect, collect.Collected),
)
