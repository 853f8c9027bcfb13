# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a person may want to know of their hub's key log, and the decisions about it that are theirs alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import aiohttp

from privity.client.engine import inputs
from privity.client.engine.key_history import KeyEvent
from privity.client.engine.key_log import Alarm
from privity.client.errors import ClientError
from privity.client.host import Host
from privity.client.net.server_info import log_keys, server_info
from privity.tlog.quorum import LogPolicy, Witness


@dataclass(frozen=True, slots=True)
class LogStatus:
    """The log as this device knows it. Times are ms since 1970; `newest_ms` is None before anything was proven."""

    origin: str
    size: int
    newest_ms: int | None
    witnesses: tuple[Witness, ...]
    quorum: int
    cosigned: tuple[tuple[str, int], ...]
    """Who of those who are believed now cosigned the newest checkpoint, and when (s since 1970)."""
    audited: bool
    identity: bytes
    """Which log this is: the same for everybody, unless the hub lied to somebody from the start."""
    differs_for: tuple[str, ...]
    """Users who say that they know it by another key."""
    alarm: Alarm | None
    anew_since_ms: int | None = None
    """When this device last lost, or gave up, what it had seen of the log before."""


class Watching:
    """The key log of one device's hub."""

    __slots__ = ("_host",)

    def __init__(self, host: Host) -> None:
        self._host = host

    def status(self) -> LogStatus:
        log = self._host.engine.device.log
        policy = log.keys.policy
        auditors = {each.key.name: each.audits for each in policy.witnesses}
        cosigned = tuple((name, time_s) for name, time_s in log.watched_by if name in auditors)
        return LogStatus(
            policy.log.name,
            log.size,
            None if log.view is None else log.view.timestamp_ms,
            policy.witnesses,
            policy.quorum,
            cosigned,
            log.audited and len(cosigned) >= policy.quorum and any(auditors[name] for name, _ in cosigned),
            log.identity,
            log.differs_for,
            log.alarm,
            log.anew_since_ms,
        )

    async def history(self, user_uri: str) -> tuple[KeyEvent, ...]:
        """What happened to the keys of an account. Raises LogRefused and its kind, Refusal, HubUnreachable."""
        found = await self._host.do(lambda n: inputs.KeyHistory(n, user_uri))
        if not isinstance(found, tuple):
            raise ClientError("the engine looked a history up without giving it")
        return found

    async def accept_reset(self, user_uri: str) -> None:
        """The person behind this account was asked, and has new keys."""
        await self._host.do(lambda n: inputs.AcceptReset(n, user_uri))

    async def trust(self, witnesses: Sequence[Witness], quorum: int) -> None:
        """Believe these witnesses, and as many of them, from now on, whatever the hub says. Raises BadLogPolicy."""
        keys = self._host.engine.device.log.keys
        policy = LogPolicy(keys.policy.log, tuple(witnesses), quorum)
        await self._host.do(lambda n: inputs.TrustLog(n, replace(keys, policy=policy), forget=False))

    async def start_over(self) -> None:
        """Believe the log that the hub shows now, as on the first day. Who was verified stays as it was pinned.

        Raises HubUnreachable.
        """
        async with aiohttp.ClientSession() as http:
            keys = log_keys(await server_info(http, self._host.base))
        await self._host.do(lambda n: inputs.TrustLog(n, keys, forget=True))
