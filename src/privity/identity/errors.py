# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which a name, a device list, a credential or a phrase can be refused.

IdentityError
+-- BadUri, BadHandle          a name is not of the one allowed form
+-- CredentialError            an MLS credential or leaf is not that of a device of this user
+-- DeviceListError            a device list breaks a rule of its format or of its chain
+-- TrustError                 a valid device list contradicts what was pinned
+-- BadPhrase                  a recovery phrase was mistyped
+-- LinkError                  what another device or the hub showed while linking
"""

from __future__ import annotations


class IdentityError(Exception):
    """Root of this package's errors."""


class UsageError(IdentityError):
    """Our own caller asked for something illegal. A bug on this side."""


class BadUri(IdentityError):
    """The text is not a URI of this kind."""


class BadHandle(IdentityError):
    """The text is not a handle."""


class BadPhrase(IdentityError):
    """The words are not a recovery phrase."""


class CredentialError(IdentityError):
    """A credential is not that of a device of the expected user."""


class NotBasic(CredentialError):
    """The credential is not a basic one."""


class NotAClientUri(CredentialError):
    """The identity of the credential is not a client URI in UTF-8."""


class OtherUser(CredentialError):
    """The credential names a device of another user."""


class KeyNotListed(CredentialError):
    """The device list does not name this device with this key."""


class DeviceListError(IdentityError):
    """A device list is refused."""


class BadEncoding(DeviceListError):
    """The bytes are not the one encoding of a device list."""


class BadField(DeviceListError):
    """A field has a wrong type, length or name."""


class ForeignDevice(DeviceListError):
    """A device of another user stands in the list."""


class DuplicateDevice(DeviceListError):
    """A device or a device key occurs twice."""


class DevicesOutOfOrder(DeviceListError):
    """Devices are not sorted by their URI."""


class OtherUserUri(DeviceListError):
    """The list belongs to another user."""


class NotFirst(DeviceListError):
    """A first list must have version 0, no predecessor and no reset."""


class WrongVersion(DeviceListError):
    """The version is not the one after the predecessor's."""


class WrongPredecessor(DeviceListError):
    """The list does not name the hash of its predecessor."""


class BadAccountSignature(DeviceListError):
    """The account key did not sign the list."""


class BadPreviousSignature(DeviceListError):
    """The previous account key did not sign the list, and it is no reset."""


class ResetKeepsKey(DeviceListError):
    """A reset must bring a new account key."""


class DeviceChanged(DeviceListError):
    """A device that stays has another key or date than before."""


class TrustError(IdentityError):
    """A device list contradicts what this device has pinned."""


class AccountKeyChanged(TrustError):
    """The account was reset: someone without the old account key claims to be this user."""


class Rollback(TrustError):
    """The list is older than the pinned one."""


class Fork(TrustError):
    """Two different lists of one version, or a chain that does not continue the pinned one."""


class LinkError(IdentityError):
    """What came from the other side while two devices were being linked is refused."""


class BadOpening(LinkError):
    """A key, a device ID or a nonce of a new device is not of the one allowed form."""


class WrongOpening(LinkError):
    """The opening is not what the new device committed to."""


class BadAnswer(LinkError):
    """What the other device answered with is not of the one allowed form."""


class ForeignHost(LinkError):
    """The account that answered lives on another host."""
