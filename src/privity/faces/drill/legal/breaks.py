# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity drill legal --break NAME`: one thing is done wrong, and the guard against it has to say no by its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing done wrong: what, in which scene, and by which names it can be caught."""

    what: str
    scene: str
    caught: tuple[str, ...]


BREAKS: Final[Mapping[str, Wrong]] = {
    "unverified-agency": Wrong("who asks is judged before anybody was verified", "epoc", ("NotInThisState",)),
    "release-of-e2ee": Wrong("messages that nobody here can read are released", "keys", ("ReleasesMore",)),
    "wider-scope": Wrong("a person scopes more days than the verdict releases", "overbroad", ("Wider",)),
    "dropped-notice": Wrong("the desk sends no notice to whom the request is about", "warrant", ("NobodyTold",)),
    "early-release": Wrong("it is released while the person can still object", "warrant", ("WindowOpen",)),
    "one-approver": Wrong("one person approves, and it is released", "warrant", ("NotReady",)),
    "foreign-approver": Wrong("the second approval is a stranger's passkey", "warrant", ("PasskeyUnknown",)),
    "same-approver": Wrong("one person approves as the first and as the second", "warrant", ("NotYourRole",)),
    "stale-approval": Wrong("the second approval comes a day later", "warrant", ("TooLate", "NotReady")),
    "edited-package": Wrong("one letter of a record is another on its way", "warrant", ("verify_package.py",)),
    "reordered-log": Wrong("two entries of the log change places", "warrant", ("LogForked",)),
    "expired-hold-read": Wrong("what was kept is read a day after its term", "preserved", ("HoldOver",)),
    "revoked-agency": Wrong("what a revoked agency asked for is released", "revoked", ("OnHold",)),
}
"""By name."""
