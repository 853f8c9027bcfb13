# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How well the keys of a person are known, and that their number was compared in person."""

from __future__ import annotations

from enum import StrEnum

from privity.client.engine import checked, inputs
from privity.client.host import Host
from privity.client.watching import Watching


class Trust(StrEnum):
    """How well the keys of a person are known."""

    CHECKED = "checked"
    """In the key log, audited, and compared in person."""
    LOGGED = "logged"
    """In the key log, and somebody other than the hub watches that log."""
    UNAUDITED = "unaudited"
    """Only the hub vouches for the log, or the log contradicts itself."""


class Checked:
    """Whom the person of one device has compared numbers with."""

    __slots__ = ("_host", "_key_log")

    def __init__(self, host: Host, key_log: Watching) -> None:
        self._host = host
        self._key_log = key_log

    def trust(self, user_uri: str) -> Trust:
        """A number that is another one than was compared counts for nothing."""
        status = self._key_log.status()
        if not status.audited or status.alarm is not None:
            return Trust.UNAUDITED
        device = self._host.engine.device
        compared = checked.find(device, user_uri) is not None and not checked.is_changed(device, user_uri)
        return Trust.CHECKED if compared else Trust.LOGGED

    def changed(self, user_uri: str) -> bool:
        """Whether a person was compared and the number is another one now: nothing is sent to them alone."""
        return checked.is_changed(self._host.engine.device, user_uri)

    def since_ms(self, user_uri: str) -> int | None:
        """When a person was compared last."""
        record = checked.find(self._host.engine.device, user_uri)
        return None if record is None else record.at_ms

    async def check(self, user_uri: str, digits: str) -> None:
        """The digits that `Device.verify` shows were compared in person and are the same.

        Raises CommandRefused where they are not the number, or not any more.
        """
        await self._host.do(lambda n: inputs.SetChecked(n, user_uri, digits))

    async def take_back(self, user_uri: str) -> None:
        """The person no longer insists on the number that was compared."""
        await self._host.do(lambda n: inputs.SetChecked(n, user_uri, None))
