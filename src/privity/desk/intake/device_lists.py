# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What ties a leaf's key to the accused: the device lists that were in force, as the key log proves them.

Every version is verified from the first on, under the authority in force at its time. The log proves the newest one,
that proves those before it, and only resets and what follows them need a date: so however many lists somebody signs,
their words stay theirs. The list that a report names must have been in force, and must name the leaf's device with the
leaf's key (franking, V10).
"""

from __future__ import annotations

from typing import Self

import msgspec

from privity.identity.account import Account
from privity.identity.credential import check_listed
from privity.identity.errors import CredentialError, DeviceListError
from privity.identity.trust import verify_chain
from privity.keylog.verify import Found
from privity.message.errors import LeafNotBound
from privity.mls.messages.credential import Credential
from privity.wire.keylog import Looked


class ListedDevices:
    """A `LeafBinding` over the lists of one user. `after_reset`: the list used last follows an account reset."""

    def __init__(self, user_uri: str, answer: Looked, states: tuple[Account, ...], problem: str, audited: bool) -> None:
        self._user_uri = user_uri
        self._answer = answer
        self._states = states
        self._problem = problem
        self.audited = audited
        """Whether somebody other than the hub vouches that its log only grows."""
        self.after_reset = False

    @classmethod
    def none(cls, user_uri: str, problem: str) -> Self:
        """Nothing is proven, and why."""
        return cls(user_uri, Looked(b"", []), (), problem, False)

    @classmethod
    def of(cls, user_uri: str, found: Found, answer: Looked) -> Self:
        """Verify the chain. A broken one binds nothing."""
        if found.version is None:
            return cls.none(user_uri, "the key log holds no device list of this user")
        if len(answer.values) != found.version + 1 or answer.values[-1] != found.value:
            return cls.none(user_uri, "the device lists that the hub shows are not those in its key log")
        if any(answer.values[version] != dated.value for version, dated in found.dated.items()):
            return cls.none(user_uri, "the key log dates another device list than the hub shows")
        dates = {version: dated.timestamp_ms for version, dated in found.dated.items()}
        history = [(value, dates.get(version)) for version, value in enumerate(answer.values)]
        try:
            states = verify_chain(history, user_uri, found.view.timestamp_ms)
        except DeviceListError as err:
            return cls.none(user_uri, f"the device lists do not verify: {type(err).__name__}")
        return cls(user_uri, answer, states, "", found.opened.audited)

    def encode(self) -> bytes:
        """The answer as the hub gave it, for the evidence."""
        shown = {"proof": self._answer.proof, "values": self._answer.values}
        return msgspec.json.encode({"user_uri": self._user_uri, **shown, "problem": self._problem})

    def __call__(self, sender_uri: str, credential: Credential, signature_key: bytes, device_list: bytes) -> None:
        """Raise LeafNotBound unless the named list was in force and lists this device with this key."""
        if sender_uri != self._user_uri:
            raise LeafNotBound("these are the device lists of another user")
        for state in self._states:
            if state.in_force.encode() == device_list:
                break
        else:
            raise LeafNotBound(self._problem or "no such device list of the sender was ever in force")
        try:
            check_listed(credential, signature_key, state.in_force)
        except CredentialError as err:
            raise LeafNotBound(str(err)) from None
        self.after_reset = state.resets > 0
