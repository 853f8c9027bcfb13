# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The REST requests that the engine makes, as values: method, path, body, and the type of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from privity.identity.room_links import Knock
from privity.message.room_report import Sealed
from privity.wire import contacts, keylog, rest
from privity.wire.attest import Attest, FranksAttested, FrankToAttest
from privity.wire.work import Work


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `answer` is the type that the body of a good answer decodes to."""

    method: str
    path: str
    answer: type[rest.Answer]
    body: rest.Body | None = field(default=None, repr=False)


def _id(uri: str) -> str:
    return uri.rsplit("/", 1)[-1]


def lookup(label: str, from_version: int, from_size: int, *, date_all: bool = False) -> Call:
    body = keylog.Lookup(label, from_version, from_size, date_all)
    return Call("POST", "/v1/keylog/lookup", keylog.Looked, body)


def bring_back(label: str, values: Sequence[bytes]) -> Call:
    return Call("POST", "/v1/keylog/returns", keylog.BroughtBack, keylog.BringBack(label, list(values)))


def checkpoint(from_size: int) -> Call:
    return Call("GET", f"/v1/keylog/checkpoint?from={from_size}", keylog.CheckpointAnswer)


def consistency(old_size: int, size: int) -> Call:
    return Call("GET", f"/v1/keylog/consistency?from={old_size}&to={size}", keylog.Consistency)


def claim(user_uri: str, suites: list[int], room_uri: str = "") -> Call:
    return Call("POST", f"/v1/users/{_id(user_uri)}/claim", rest.Claimed, rest.Claim(suites, room_uri))


def create_room(group_info: bytes, ratchet_tree: bytes, own_devices: bool) -> Call:
    return Call("POST", "/v1/rooms", rest.RoomCreated, rest.CreateRoom(group_info, ratchet_tree, own_devices))


def rooms() -> Call:
    return Call("GET", "/v1/rooms", rest.Rooms)


def group_state(room_uri: str) -> Call:
    return Call("GET", f"/v1/rooms/{_id(room_uri)}/group", rest.GroupState)


def room_tree(room_uri: str, seq: int) -> Call:
    return Call("GET", f"/v1/rooms/{_id(room_uri)}/trees/{seq}", rest.RoomTree)


def commit(room_uri: str, body: rest.Commit) -> Call:
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/commit", rest.Committed, body)


def broken(room_uri: str, body: rest.Broken) -> Call:
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/broken", rest.BrokenCounted, body)


def leave(room_uri: str) -> Call:
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/leave", rest.Done)


def allow_link(room_uri: str, link_hash: bytes, expires_ms: int) -> Call:
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/links", rest.Done, rest.AllowLink(link_hash, expires_ms))


def revoke_link(room_uri: str, link_hash: bytes) -> Call:
    return Call("DELETE", f"/v1/rooms/{_id(room_uri)}/links/{link_hash.hex()}", rest.Done)


def knock(room_uri: str, made: Knock, work: Work | None = None) -> Call:
    body = rest.KnockAt(made.link_id, made.at_ms, made.mac, made.signature, work)
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/knocks", rest.Done, body)


def end_knock(room_uri: str, user_uri: str) -> Call:
    return Call("DELETE", f"/v1/rooms/{_id(room_uri)}/knocks/{_id(user_uri)}", rest.Done)


def key_packages_left() -> Call:
    return Call("GET", "/v1/key-packages", rest.KeyPackagesLeft)


def put_key_packages(key_packages: list[bytes], last_resort: bytes | None) -> Call:
    return Call("POST", "/v1/key-packages", rest.KeyPackagesLeft, rest.PutKeyPackages(key_packages, last_resort))


def put_device_list(value: bytes) -> Call:
    return Call("PUT", "/v1/account/device-list", rest.Done, rest.PutDeviceList(value))


def send_letter(client_uri: str, letter: bytes) -> Call:
    return Call("POST", "/v1/account/letters", rest.Done, rest.SendLetter(client_uri, letter))


def blob_stored(sha256: bytes) -> Call:
    return Call("GET", f"/v1/blobs/{sha256.hex()}/stored", rest.BlobStored)


def report(sealed: bytes) -> Call:
    return Call("POST", "/v1/reports", rest.ReportReceived, rest.SealedReport(sealed))


def attest(room_uri: str, franks: Sequence[FrankToAttest]) -> Call:
    return Call("POST", "/v1/franks/attest", FranksAttested, Attest(room_uri, list(franks)))


def put_report_key(key: bytes) -> Call:
    return Call("PUT", "/v1/device/report-key", rest.Done, rest.PutReportKey(key))


def room_moderators(room_uri: str) -> Call:
    return Call("GET", f"/v1/rooms/{_id(room_uri)}/moderators", rest.RoomModerators)


def report_to_moderators(room_uri: str, sealed: Sealed) -> Call:
    wrapped = [rest.WrappedKey(client_uri, key) for client_uri, key in sealed.wrapped.items()]
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/reports", rest.Done, rest.RoomReport(sealed.body, wrapped))


def blocks() -> Call:
    return Call("GET", "/v1/blocks", rest.Blocked)


def block(user_uri: str, blocked: bool) -> Call:
    return Call("PUT" if blocked else "DELETE", f"/v1/blocks/{_id(user_uri)}", rest.Done)


def known_contacts() -> Call:
    return Call("GET", "/v1/contacts", contacts.Contacts)


def grant(user_uri: str, entry: bytes) -> Call:
    return Call("PUT", f"/v1/contacts/{_id(user_uri)}", contacts.ContactMade, contacts.Grant(entry))


def end_contact(user_uri: str) -> Call:
    return Call("DELETE", f"/v1/contacts/{_id(user_uri)}", rest.Done)


def grant_room(room_uri: str, entry: bytes) -> Call:
    return Call("PUT", f"/v1/rooms/{_id(room_uri)}/invitation", rest.Done, contacts.Grant(entry))


def ask_contact(entry: bytes, work: Work | None = None) -> Call:
    return Call("POST", "/v1/contacts/requests", contacts.ContactMade, contacts.Ask(entry, work))


def make_code(code_hash: bytes, purpose: contacts.Purpose) -> Call:
    return Call("POST", "/v1/contacts/codes", contacts.CodeMade, contacts.MakeCode(code_hash, purpose))


def use_code(code_hash: bytes, entry: bytes) -> Call:
    return Call("POST", "/v1/contacts/codes/use", contacts.ContactMade, contacts.UseCode(code_hash, entry))


def invite_to_room(room_uri: str, entry: bytes, work: Work | None = None) -> Call:
    return Call("POST", f"/v1/rooms/{_id(room_uri)}/invitations", rest.Done, contacts.Invite(entry, work))


def vouch(ward_uri: str, asker_uri: str, entry: bytes) -> Call:
    return Call("PUT", f"/v1/wards/{_id(ward_uri)}/asks/{_id(asker_uri)}", rest.Done, contacts.Vouch(entry))


def end_ward(user_uri: str) -> Call:
    return Call("DELETE", f"/v1/wards/{_id(user_uri)}", rest.Done)
