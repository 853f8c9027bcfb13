# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is said to somebody whom a script may be played on: what it looks like, and what helps.

All of it is in the program. The server is not asked for its lines of help here: it would learn that there is a warning.
"""

from __future__ import annotations

from typing import Final

from privity.client.helping import Help, help_for
from privity.client.strangers.pressure import Script
from privity.message.report import Reason

_KEEP: Final = Help("Keep what they wrote: it can be reported with proof, and then you can block them or freeze them.")
_LEAVE: Final = Help("You owe them no answer. If you did nothing yet, you can simply stop here.")

LOOKS_LIKE: Final[dict[Script, str]] = {
    Script.EXTORTION: (
        "This looks like extortion: they threaten to show something to people you know. Many get exactly these"
        " messages, from people who do it for a living. It is not your fault."
    ),
    Script.PICTURES: (
        "They ask for intimate pictures, and you do not know them. Such pictures are used to threaten people."
    ),
    Script.CODE: "They ask for a code. With it they can take over an account of yours. Nobody honest needs it.",
    Script.OFFICIAL: (
        "They say that they are of an office, a bank or a support desk. Nobody of this server ever writes to you like"
        " this, and neither does a bank."
    ),
    Script.PAYMENT: "They press for a payment that nobody can bring back, such as gift cards or coins.",
    Script.SECRECY: "They ask you to keep quiet about them. Somebody who means well has nothing against your parents.",
    Script.MOVING: "They want to go on in another program before you know each other. There, nobody here can help you.",
}
REASON: Final[dict[Script, Reason]] = {
    Script.EXTORTION: Reason.INTIMATE_IMAGERY,
    Script.PICTURES: Reason.INTIMATE_IMAGERY,
    Script.CODE: Reason.FRAUD,
    Script.OFFICIAL: Reason.IMPERSONATION,
    Script.PAYMENT: Reason.FRAUD,
    Script.SECRECY: Reason.CHILD_SAFETY,
    Script.MOVING: Reason.CHILD_SAFETY,
}
"""What a report of it would be about."""
_FIRST: Final[dict[Script, Help]] = {
    Script.EXTORTION: Help("Do not pay, and do not send more: whoever pays is asked again. Stop answering."),
    Script.PICTURES: Help("Do not send any. Nobody has a right to one, and you can say no without a reason."),
    Script.CODE: Help("Do not pass it on. If you did, change the password of that account now and end its sessions."),
    Script.OFFICIAL: Help("Do not follow their link. Call the office or bank yourself, by the number that you know."),
    Script.PAYMENT: Help("Do not pay, and do not read out numbers of cards. Ask somebody whom you trust first."),
    Script.SECRECY: Help("Tell somebody whom you trust, today. You have done nothing wrong."),
    Script.MOVING: Help("Stay here, where what they write can be reported."),
}


def advice(script: Script) -> tuple[Help, ...]:
    """What helps, the most urgent first, and where else there is help."""
    return tuple(dict.fromkeys((_FIRST[script], _KEEP, _LEAVE, *help_for(REASON[script]))))
