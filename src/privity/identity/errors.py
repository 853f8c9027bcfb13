# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every way in which a name, a device list, a credential or a phrase can be refused.

IdentityError
+-- BadUri, BadHandle          a name is not of the one allowed form
+-- CredentialError            an MLS credential or leaf is not that of a device of this user
+-- DeviceListError            a device list breaks a rule of its format or of its chain
+-- TrustError                 a valid device list contradicts what was pinned
+-- BadPhrase                  a recovery phrase was mistyped
+-- RecordError                a hub's own record breaks a rule of its format or of its chain
+-- LinkError                  what another device or the hub showed while linking
+-- ConsentError               what somebody is said to have said about contact is refused
+-- LetterError                what a device of an account says to another one is refused
+-- ReportKeyError             a key that reports are to be sealed to is refused
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
    """The previous account key did not sign a change of the account key, or signed where it has no place."""


class BadRecoverySignature(DeviceListError):
    """The recovery key did not sign a first list, a recovery or a reset."""


class RecoveryKeyChanged(DeviceListError):
    """A continuation or a recovery names another recovery key than the list in force."""


class RecoveryKeepsKey(DeviceListError):
    """A recovery must bring a new account key."""


class AccountClosed(DeviceListError):
    """A list follows the one that closed the account."""


class RemovalKeepsKey(DeviceListError):
    """A list that drops a device must bring a new account key."""


class ResetKeepsKey(DeviceListError):
    """A reset must bring a new account key and a new recovery key."""


class UndatedReset(DeviceListError):
    """A reset, or the list after a pending one, is shown without the time at which it appeared in the key log."""


class Backdated(DeviceListError):
    """A list is said to have appeared before the reset that it follows."""


class MalformedAccount(DeviceListError):
    """The bytes are not an account as a store keeps it."""


class DeviceChanged(DeviceListError):
    """A device that stays has another key or date than before."""


class TrustError(IdentityError):
    """A device list contradicts what this device has pinned."""


class Rollback(TrustError):
    """The list is older than the pinned one."""


class Fork(TrustError):
    """Two different lists of one version, or a chain that does not continue the pinned one."""


class RecordError(IdentityError):
    """A server record is refused."""


class MalformedRecord(RecordError):
    """The bytes are not the one encoding of a server record."""


class OtherHost(RecordError):
    """The record is that of another host."""


class BrokenRecordChain(RecordError):
    """The record is not the one right after its predecessor."""


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


class ConsentError(IdentityError):
    """A consent entry is refused."""


class MalformedConsent(ConsentError):
    """The bytes are not the one encoding of a consent entry."""


class ConsentNotSigned(ConsentError):
    """No device of the person who is said to have spoken signed the entry."""


class BadCode(ConsentError):
    """The text is not a one-time code."""


class WrongCodeProof(ConsentError):
    """Whoever signed the entry did not know the one-time code."""


class LetterError(IdentityError):
    """A letter between two devices of an account is refused."""


class BadLetter(LetterError):
    """The bytes are no letter between devices, or name a key that is none."""


class WishNotSigned(LetterError):
    """The device that is said to wish for the account key did not sign that."""


class KeyDoesNotOpen(LetterError):
    """A sealed account key does not open under the wish of this device."""


class NotTheAccountKey(LetterError):
    """What was passed on is not the private half of the account key of the list in force."""


class TellingDoesNotOpen(LetterError):
    """What another device is said to tell does not open under the wish of this device."""


class TellingNotSigned(LetterError):
    """The device that is said to tell what was chosen did not sign that."""


# Links into a room (spec/room-links.md)


class RoomLinkError(IdentityError):
    """A link into a room, or a knock that names one, does not count."""


class BadRoomLink(RoomLinkError):
    """The text is no link into a room in its one form."""


class BadLinkStatement(RoomLinkError):
    """What somebody says in a room about its links is not what can be said."""


class BadKnock(RoomLinkError):
    """The bytes are no knock."""


class KnockNotByLink(RoomLinkError):
    """Whoever made the knock does not have the link."""


class KnockNotByDevice(RoomLinkError):
    """The device that the knock names did not make it."""


class LinkIsOver(RoomLinkError):
    """The link is unknown in the room, revoked, or past its time."""


class KnockIsOld(RoomLinkError):
    """The knock is past its time, before its time, or from before the person last left the room."""


# Keys for reports to those who look after a room (spec/room-report.md)


class ReportKeyError(IdentityError):
    """A key that reports are to be sealed to is refused."""


class BadReportKey(ReportKeyError):
    """The bytes are not such a key."""


class ReportKeyNotSigned(ReportKeyError):
    """The device that it names did not sign it."""


# What a room continues (spec/room-continues.md)


class BadContinuation(IdentityError):
    """What is said about the older conversation of a room does not decode, or names nobody, or somebody twice."""
