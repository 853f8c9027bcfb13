# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong on a device, by name.

ClientError
  StoreError: WrongPassphrase, CorruptStore, StoreInUse, StoreExists, NoStore
  RolledBack: the hub shows an older state of a conversation than this device has known
  CommandRefused: the person asked for something that cannot be done; says why: PlaintextRefused, WrongPhrase,
    RegistrationUnfinished, RecoveryUnfinished, ResetWaits, NotAContact, WorkStopped
  HubUnreachable: AnswerTooLong, CertificateRefused, RegistrationUnknown, RecoveryUnknown
  PuzzleRefused: the hub asks for work that this device does not do
  HubRefused (wire.errors.Refusal travels as itself)
  DeviceRefused: a device is not in the verified list of its user
  HandleMoved: the hub gives a handle to somebody else than before
  LinkRefused: LinkDeclined, LinkExpired
  AccountKeyChanged: an account was reset, and its new keys wait for a person to agree
  CheckedKeysChanged: the safety number that was compared with somebody is another one now
  LogRefused: what the hub shows of its key log proves nothing: LogNotFresh (KeysLost), LogContradicts
  FileRefused: NotAFile, FileUnreadable, FileTooLarge, ForeignUrl, SaveRefused
  BackupRefused: NotABackup, WrongBackupKey, BackupTruncated, BackupTrailing, BackupDamaged, BackupMalformed,
    BackupOfAnother, BackupNotByDevice
  DisclosureRefused: no package of messages was made
  ImportRefused: what should be imported is no readable export, or is too large
"""

from __future__ import annotations


class ClientError(Exception):
    """Base of what this package raises."""


class StoreError(ClientError):
    """The device store cannot be used as it is."""


class WrongPassphrase(StoreError):
    """The passphrase does not open this store."""


class CorruptStore(StoreError):
    """The store on disk is damaged. It is never replaced by an empty one."""


class StoreInUse(StoreError):
    """Another process has this store open."""


class StoreExists(StoreError):
    """The folder holds a store already."""


class NoStore(StoreError):
    """The folder holds no store."""


class CommandRefused(ClientError):
    """The device will not do what was asked; nothing was changed."""


class PlaintextRefused(CommandRefused):
    """The hub would be spoken to in clear over a network."""


class RegistrationUnfinished(CommandRefused):
    """The hub's answer to this device's registration has not come; the same registration again goes on."""


class RecoveryUnfinished(CommandRefused):
    """The hub's answer to a recovery or reset has not come; the same again goes on."""


class ResetWaits(CommandRefused):
    """This device was made by a reset that is not in force yet."""


class NotAContact(CommandRefused):
    """Only contacts talk to each other, and these two are none; the sentence says how to ask."""


class WorkStopped(CommandRefused):
    """The person did not want to wait for the work that the hub asks for; nothing was begun."""


class WrongPhrase(CommandRefused):
    """The twelve words are not those of this account."""


class RolledBack(ClientError):
    """The hub shows an older, or another, state of a conversation than this device was in: who left would be back."""


class HubUnreachable(ClientError):
    """The hub does not answer."""


class PuzzleRefused(ClientError):
    """The hub asks for more work than a device does, or takes none of it; nothing was begun."""


class CertificateRefused(HubUnreachable):
    """The hub's certificate is not one that this machine trusts; nothing was sent to it."""


class RegistrationUnknown(HubUnreachable):
    """Whether the hub made the account is not known; the keys are kept."""


class RecoveryUnknown(HubUnreachable):
    """Whether the hub took a recovery or reset is not known; the keys are kept."""


class HandshakeRefused(ClientError):
    """The hub ended the connection, or did not speak as expected."""


class DeviceNotKnown(HandshakeRefused, HubUnreachable):
    """The hub has no device with these keys: it was taken off its account, or the hub was set back."""


class AnswerTooLong(HubUnreachable):
    """The hub sends more than was asked for; the connection was cut."""


class FileRefused(ClientError):
    """A file was not sent, not fetched or not saved."""


class NotAFile(FileRefused):
    """What should be sent is a folder, a device or nothing at all."""


class FileUnreadable(FileRefused):
    """The file is there and cannot be read."""


class FileTooLarge(FileRefused):
    """The file is larger than the hub takes, or than this device holds in memory."""


class ForeignUrl(FileRefused):
    """A message points to a file elsewhere. It is never asked for: that would tell the sender who reads, and where."""


class SaveRefused(FileRefused):
    """The file was not saved; nothing was overwritten, and nothing is left half written."""


class BackupRefused(ClientError):
    """A backup is not read. Nothing that was read of it before counts."""


class NotABackup(BackupRefused):
    """The file is no backup, or one of a version that this program does not read."""


class WrongBackupKey(BackupRefused):
    """The backup is sealed to another key than this phrase, or this device, leads to."""


class BackupTruncated(BackupRefused):
    """The end of the backup is missing."""


class BackupTrailing(BackupRefused):
    """Something stands behind the end of the backup."""


class BackupDamaged(BackupRefused):
    """A piece of the backup was changed, moved or doubled."""


class BackupMalformed(BackupRefused):
    """Whoever made the backup put something into it that no backup has."""


class BackupOfAnother(BackupRefused):
    """The backup is of another account."""


class BackupNotByDevice(BackupRefused):
    """No device of this account made the backup: whoever knows a public key could have."""


class ImportRefused(ClientError):
    """What should be imported is no readable export. Nothing of it is kept."""


class DisclosureRefused(ClientError):
    """No package of messages was made. Nothing of it is left."""


class HandleMoved(ClientError):
    """The hub gives a handle to somebody else than the person who has it on this device."""


class LinkRefused(ClientError):
    """A device was not linked. On the new device nothing is kept of it."""


class LinkDeclined(LinkRefused):
    """One of the two people, or devices, said no."""


class LinkExpired(LinkRefused):
    """The code is unknown, or its ten minutes are over."""


class ConsentNeeded(CommandRefused):
    """The policy of a conversation is another one than its person agreed to: nothing is sent before they do."""


class LogRefused(ClientError):
    """What the hub shows of its key log is not proven. Nothing new is believed; who is known already stays known."""


class LogNotFresh(LogRefused):
    """The key log is not fresh, or too few watch it. Until it is, nobody new comes into a conversation."""


class KeysLost(LogNotFresh):
    """The hub has lost what its key log holds under a label. Who is known stays known; what needs more of it waits."""


class LogContradicts(LogRefused):
    """The hub signed two histories of its key log. Nothing new of it is believed until a person decides."""


class AccountKeyChanged(ClientError):
    """The account was reset: whoever has it now did not have its old keys, and nobody here has agreed to that."""


class CheckedKeysChanged(ClientError):
    """A person was compared in person, and their safety number is another one now: nothing is sent to them alone."""
