# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where else somebody finds help who reports something: a few plain sentences for each reason.

They are in the program, and nobody learns who read them. Addresses stand here only of services that are known in many
countries and are made for exactly this; a number for emergencies is said with the places where it works. All of them
were held against what the services and others publish in November 2026. No crisis line is named: each is of one
country, and changes. What a server names comes after them, is said to be its word, and takes nothing of them away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from privity.message.report import Reason
from privity.mls.errors import PolicyRefused
from privity.policy.help_lines import MAX_LINES, check_help
from privity.wire.rest import HelpLine


@dataclass(frozen=True, slots=True)
class Help:
    """One sentence, with an address where there is one."""

    text: str
    url: str = ""
    by_server: bool = False
    """Named by the person's own server, and so its word."""


EMERGENCY: Final = Help(
    "If somebody is in danger now, call the emergency number: 112 works in Europe and from most mobile phones, 911 in"
    " North America, 999 in the United Kingdom, 000 in Australia."
)
_POLICE: Final = Help("You can also go to the police. What you received stays on this device as long as you keep it.")
_TRUSTED: Final = Help("You do not have to deal with this alone: tell somebody whom you trust.")

HELP: Final[dict[Reason, tuple[Help, ...]]] = {
    Reason.HARASSMENT: (Help("Block the person: then nothing more comes from them."), _TRUSTED),
    Reason.THREAT: (EMERGENCY, _POLICE),
    Reason.FRAUD: (
        Help("If you paid, tell your bank at once: the sooner they know, the more they can bring back."),
        Help("If you gave a password away, change it wherever you use it."),
        _POLICE,
    ),
    Reason.CHILD_SAFETY: (
        EMERGENCY,
        Help("Do not pass such pictures on, not even to show them to somebody: report them, and leave them."),
        Help(
            "Take It Down helps who is pictured and was under 18: companies that take part look for the picture in what"
            " is public or not encrypted with them, and it never leaves your device.",
            "https://takeitdown.ncmec.org",
        ),
    ),
    Reason.SELF_HARM: (
        EMERGENCY,
        Help(
            "Ask the person plainly how they are, and stay in touch. A crisis line in your country helps both of you."
        ),
    ),
    Reason.HATE: (_TRUSTED, _POLICE),
    Reason.INTIMATE_IMAGERY: (
        Help("You are not to blame. Do not pay and do not send more, whatever is threatened."),
        Help(
            "StopNCII helps adults whose intimate pictures were or may be shared: companies that take part look for the"
            " pictures, which never leave your device. Nobody finds them that way in encrypted conversations.",
            "https://stopncii.org",
        ),
        Help(
            "Take It Down does the same for who was under 18 when the picture was made.",
            "https://takeitdown.ncmec.org",
        ),
    ),
    Reason.IMPERSONATION: (
        Help("Tell whoever is impersonated in another way than here, and compare the safety number with them."),
    ),
}
"""A reason that is not here has nothing beside the report."""


MAX_SHOWN: Final = 8
"""Lines of a server for one reason: what everybody is told stays in sight."""


def help_for(reason: Reason, of_server: Sequence[HelpLine] = ()) -> tuple[Help, ...]:
    """What the program knows, and then what the server names that may be shown at all."""
    named = (_named(one) for one in of_server[:MAX_LINES] if not one.reasons or reason.name.lower() in one.reasons)
    return HELP.get(reason, ()) + tuple(one for one in named if one is not None)[:MAX_SHOWN]


def _named(line: HelpLine) -> Help | None:
    """None for what a device shows to nobody."""
    try:
        check_help(line.text, line.url, line.country)
    except PolicyRefused:
        return None
    return Help(f"{line.country}: {line.text}" if line.country else line.text, line.url, by_server=True)
