# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What ties a leaf's key to the accused: the chain of signed device lists, as the hub holds it (V10).

Every list is verified from the first on; the list that the report names must be one of them, and must name the leaf's
device with the leaf's key.
"""

from __future__ import annotations

from typing import Self

import msgspec

from privity.identity.credential import check_listed
from privity.identity.device_list import DeviceList, verify_first, verify_successor
from privity.identity.errors import CredentialError, DeviceListError
from privity.message.errors import LeafNotBound
from privity.mls.messages.credential import Credential


class ListedDevices:
    """A `LeafBinding` over the lists of one user. `after_reset`: the list used last follows an account reset."""

    def __init__(self, user_uri: str, values: list[bytes], chain: tuple[DeviceList, ...], problem: str) -> None:
        self._user_uri = user_uri
        self._values = values
        self._chain = chain
        self._problem = problem
        self.after_reset = False

    @classmethod
    def of(cls, user_uri: str, values: list[bytes]) -> Self:
        """Verify the chain. A broken one binds nothing beyond the break."""
        chain: list[DeviceList] = []
        problem = "" if values else "the hub knows no device list of this user"
        for value in values:
            try:
                chain.append(verify_successor(chain[-1], value) if chain else verify_first(value, user_uri))
            except DeviceListError as err:
                problem = f"device list {len(chain)} does not verify: {type(err).__name__}"
                break
        return cls(user_uri, values, tuple(chain), problem)

    def encode(self) -> bytes:
        """The lists as the hub gave them, for the evidence."""
        return msgspec.json.encode({"user_uri": self._user_uri, "values": self._values, "problem": self._problem})

    def __call__(self, sender_uri: str, credential: Credential, signature_key: bytes, device_list: bytes) -> None:
        """Raise LeafNotBound unless the named list is in the chain and lists this device with this key."""
        if sender_uri != self._user_uri:
            raise LeafNotBound("these are the device lists of another user")
        for found in self._chain:
            if found.encode() == device_list:
                break
        else:
            raise LeafNotBound(self._problem or "the hub has no such version of the sender's device list")
        try:
            check_listed(credential, signature_key, found)
        except CredentialError as err:
            raise LeafNotBound(str(err)) from None
        self.after_reset = any(one.reset for one in self._chain[: found.version + 1])
