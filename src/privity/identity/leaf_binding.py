# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Ties an MLS leaf in a report to its user by the chain of device lists (`message.authorship.LeafBinding`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from privity.identity.credential import check_listed
from privity.identity.device_list import DeviceList
from privity.identity.errors import IdentityError
from privity.identity.trust import Dated, verify_chain
from privity.message.errors import LeafNotBound
from privity.mls.messages.credential import Credential


@dataclass(frozen=True, slots=True)
class ChainBinding:
    """`values` are all device lists of one user from version 0, as the hub or the key log gave and dated them.

    The list in a report must have been in force: one of a pending or cancelled reset binds nothing. What the chain
    itself is worth is its source's matter: from the hub alone it proves nothing against the hub. `as_of_ms` as in
    `trust.follow`.
    """

    user_uri: str
    values: Sequence[Dated]
    as_of_ms: int | None = None

    def __call__(self, sender_uri: str, credential: Credential, signature_key: bytes, device_list: bytes) -> None:
        """Raise LeafNotBound unless a list of the chain names this key."""
        if sender_uri != self.user_uri:
            raise LeafNotBound(f"the chain belongs to {self.user_uri}, the message to {sender_uri}")
        try:
            check_listed(credential, signature_key, self._find(device_list))
        except IdentityError as err:
            raise LeafNotBound(f"{type(err).__name__}: {err}") from None

    def _find(self, device_list: bytes) -> DeviceList:
        for state in verify_chain(self.values, self.user_uri, self.as_of_ms):
            if state.in_force.encode() == device_list:
                return state.in_force
        raise LeafNotBound("the device list of the report was never in force")
