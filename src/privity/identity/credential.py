# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""MLS basic credentials of devices (RFC 9420, section 5.3): the identity is the client URI in UTF-8."""

from __future__ import annotations

import hmac

from privity.identity.device_list import DeviceList
from privity.identity.errors import BadUri, KeyNotListed, NotAClientUri, NotBasic, OtherUser
from privity.identity.uris import ClientUri, parse_client_uri, user_of
from privity.mls.messages.codepoints import BASIC
from privity.mls.messages.credential import Credential


def make_credential(client_uri: str) -> Credential:
    """The credential of this device."""
    return Credential.basic(parse_client_uri(client_uri).encode())


def parse_identity(identity: bytes) -> ClientUri:
    """The client URI in the identity of a basic credential, or NotAClientUri."""
    try:
        return parse_client_uri(identity.decode())
    except (UnicodeDecodeError, BadUri) as err:
        raise NotAClientUri(f"the identity is not a client URI: {type(err).__name__}") from None


def client_uri_of(credential: Credential) -> ClientUri:
    """The device that a credential names. Raises NotBasic or NotAClientUri."""
    if credential.type != BASIC:
        raise NotBasic(f"expected a basic credential (1), got type {credential.type}")
    return parse_identity(credential.identity)


def check_listed(credential: Credential, signature_key: bytes, devices: DeviceList) -> ClientUri:
    """The device, if this proven list names it with this key. Raises OtherUser or KeyNotListed besides the above."""
    client_uri = client_uri_of(credential)
    if user_of(client_uri) != devices.user_uri:
        raise OtherUser(f"{client_uri} is no device of {devices.user_uri}")
    device = devices.device(client_uri)
    if device is None:
        raise KeyNotListed(f"version {devices.version} of the device list does not name {client_uri}")
    if not hmac.compare_digest(device.mls_signature_key, signature_key):
        raise KeyNotListed(f"version {devices.version} of the device list names another key for {client_uri}")
    return client_uri
