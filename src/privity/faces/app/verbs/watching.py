# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who watches the hub's keys."""

from __future__ import annotations

from typing import Final

from privity.faces.app.opened import Opened
from privity.faces.app.port.devices import KeyLog, KeyLogShown
from privity.faces.app.port.shown import WitnessShown
from privity.faces.app.verbs import Verbs
from privity.faces.commands.naming import with_names


async def key_log(opened: Opened, _: KeyLog) -> KeyLogShown:
    status = opened.device.key_log.status()
    cosigned = dict(status.cosigned)
    return KeyLogShown(
        origin=status.origin,
        size=status.size,
        newest_ms=status.newest_ms,
        audited=status.audited,
        witnesses=tuple(
            WitnessShown(
                name=each.key.name,
                audits=each.audits,
                cosigned_ms=1000 * cosigned[each.key.name] if each.key.name in cosigned else None,
            )
            for each in status.witnesses
        ),
        quorum=status.quorum,
        alarm="" if status.alarm is None else with_names(opened.device, status.alarm.text),
    )


VERBS: Final[Verbs] = {KeyLog: key_log}
