# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong on a device, by name.

ClientError
  StoreError: WrongPassphrase, CorruptStore, StoreInUse, StoreExists, NoStore
  CommandRefused: the person asked for something that cannot be done; says why
  HubUnreachable
  HubRefused (wire.errors.Refusal travels as itself)
  DeviceRefused: a device is not in the verified list of its user
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


class HubUnreachable(ClientError):
    """The hub does not answer."""


class HandshakeRefused(ClientError):
    """The hub ended the connection, or did not speak as expected."""
