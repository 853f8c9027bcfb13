# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity keylog ...`: who watches the hub's key log, how far this device has seen it, and what to do when it lies."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from privity.client.sdk import Device
from privity.client.watching import LogStatus
from privity.faces.commands.harmless import harmless
from privity.faces.commands.naming import called
from privity.faces.commands.opening import DEFAULT, Folder, with_device
from privity.faces.commands.times import local_time
from privity.tlog.errors import BadLogPolicy, BadVerifierKey
from privity.tlog.quorum import Witness
from privity.tlog.verifier_key import VerifierKey

UNAUDITED = (
    "UNAUDITED: nobody but the hub watches this log. It could show you other keys than everybody else; compare safety"
    " numbers, and ask its operator for witnesses"
)
Witnesses = Annotated[
    list[str], Parameter(help="Verifier keys of witnesses that audit the map, as `privity witness init` printed them.")
]

app = App(
    name="keylog",
    help="See who watches the hub's key log, and decide whom to believe. It holds every key of every account, only"
    " grows, and is the same for everybody.\n\nExample: privity keylog",
    help_format="plaintext",
)


def audit_line(status: LogStatus) -> str:
    """Who says, beside the hub, that the log is one and only grows."""
    if not status.audited and status.quorum:
        return (
            f"UNAUDITED: {status.quorum} of the witnesses that this device believes must have signed the newest entry,"
            f" and {len(status.cosigned)} have; nobody new comes in before that"
        )
    if not status.audited:
        return UNAUDITED
    names = ", ".join(f"{name}, {local_time(time_s * 1000)}" for name, time_s in status.cosigned)
    return f"audited by {names} ({status.quorum} of {len(status.witnesses)} must agree)"


@app.default
def show(*, device: Folder = DEFAULT) -> None:
    """Show how far this device has seen the log, and who watches it."""

    async def work(opened: Device) -> tuple[LogStatus, list[str]]:
        status = opened.key_log.status()
        await opened.names.learn(status.differs_for)
        return status, [called(opened, user_uri) for user_uri in status.differs_for]

    status, others = with_device(device, work, offline=True)
    newest = "nothing was proven yet" if status.newest_ms is None else f"the newest of {local_time(status.newest_ms)}"
    print(f"{status.origin}: {status.size} entries, {newest}")
    print(f"identity {grouped(status.identity)}: everybody at this hub should see the same")
    print(audit_line(status))
    for name in others:
        print(harmless(f"DIFFERS: {name} knows this log by another key; one of you was deceived, or that is a lie"))
    if status.anew_since_ms is not None:
        print(
            f"ANEW since {local_time(status.anew_since_ms)}: what this device had seen of the log before was lost, put"
            " back or given up; compare the lines above with another device, or with a friend"
        )
    if status.alarm is not None:
        print(f"ALARM since {local_time(status.alarm.at_ms)}: {status.alarm.text}")
        believed = (
            "nothing new of this log is believed" if status.alarm.proven else "it may still prove to be one history"
        )
        print(f"{believed}; `privity keylog evidence FILE` writes both signed checkpoints")


@app.command
def evidence(file: Path, /, *, device: Folder = DEFAULT) -> None:
    """Write the two signed checkpoints that contradict each other, for anybody to check.

    Example: privity keylog evidence two-histories.txt
    """

    async def work(opened: Device) -> LogStatus:
        return opened.key_log.status()

    alarm = with_device(device, work, offline=True).alarm
    if alarm is None:
        sys.exit("privity: there is no evidence: the hub has shown this device one history")
    try:
        with file.open("xb") as written:
            written.write(alarm.remembered + b"\n" + alarm.shown)
    except OSError as err:
        sys.exit(f"privity: {file} was not written: {err.strerror}")
    proven = "not both can be true" if alarm.proven else "nothing proves that both belong to one history"
    print(f"{file}: both are signed by the log's key, and {proven}")


@app.command
def trust(
    witnesses: Witnesses,
    /,
    *,
    quorum: Annotated[int | None, Parameter(help="How many must agree; more than half, if not given.")] = None,
    device: Folder = DEFAULT,
) -> None:
    """Believe these witnesses from now on, whatever the hub says of whom to believe.

    Example: privity keylog trust auditor.example+1f2e3d4c+BNw…
    """
    try:
        chosen = [Witness(VerifierKey.decode(text), audits=True) for text in witnesses]
    except BadVerifierKey as err:
        sys.exit(f"privity: BadVerifierKey: {err}")
    needed = len(chosen) // 2 + 1 if quorum is None else quorum

    async def work(opened: Device) -> LogStatus:
        await opened.key_log.trust(chosen, needed)
        return opened.key_log.status()

    try:
        status = with_device(device, work, offline=True)
    except BadLogPolicy as err:
        sys.exit(f"privity: BadLogPolicy: {err}")
    print(f"believed: {', '.join(one.key.name for one in chosen)}; {needed} must agree")
    print(audit_line(status))


@app.command(name="start-over")
def start_over(*, device: Folder = DEFAULT) -> None:
    """Believe the log that the hub shows now, as on the first day: after it was lost, and its operator said so.

    What you pinned of people stays, and other keys are refused until you agree.
    An alarm is forgotten: write its evidence first.

    Example: privity keylog start-over
    """

    async def work(opened: Device) -> LogStatus:
        await opened.key_log.start_over()
        return opened.key_log.status()

    status = with_device(device, work)
    print(f"{status.origin} is believed from here on; compare safety numbers with the people who matter to you")


def grouped(identity: bytes) -> str:
    """The beginning of it in groups that can be read aloud: a hundred bits."""
    text = identity.hex()[:25]
    return " ".join(text[at : at + 5] for at in range(0, 25, 5))
