# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why something was not done, for a person: what happened, what is safe, what to do."""

from __future__ import annotations

from typing import Final

from privity.client import errors as client
from privity.faces.app.errors import AppError
from privity.faces.app.port.envelopes import Problem
from privity.faces.commands.opening import EXPECTED
from privity.faces.commands.times import local_time
from privity.preview.errors import PreviewRefused
from privity.wire.errors import Code, Refusal

FORESEEN: Final = (*EXPECTED, AppError, PreviewRefused)
"""Everything that has a name. What else is raised is a bug."""

BUG: Final = Problem(
    name="Bug",
    text="Something in this program is wrong, and this was not done. What you have is safe. Its place is in app.log.",
)

NO_CONTACT: Final = "This person is no contact of yours, so nothing was done. Ask them first, on their page."

_NEXT: Final[tuple[tuple[type[Exception], str], ...]] = (
    (client.StoreInUse, "Another program has this account open: end it, and try again."),
    (client.WrongPassphrase, "Nothing was changed."),
    (client.RegistrationUnknown, "Do the same once more, with the same passphrase, to go on."),
    (client.RecoveryUnknown, "Do the same once more, with the same passphrase, to go on."),
    (client.RegistrationUnfinished, "Create the account once more, with the same words, to go on."),
    (client.RecoveryUnfinished, "Restore the account once more, with the same words, to go on."),
    (client.DeviceNotKnown, "Link this device anew, or come back with the recovery phrase, under another name."),
    (client.HandleMoved, "Nothing was done."),
    (client.ConsentNeeded, "Open the details of the conversation, read what changed, and agree."),
    (client.CertificateRefused, "Nothing was sent. Ask who runs the hub."),
    (client.HubUnreachable, "What you have is safe. Try again when you are online."),
    (client.LogContradicts, "Who was known stays known. Ask the people concerned outside of this program."),
    (client.LogNotFresh, "Who was known stays known. It is tried again by itself."),
    (client.FileRefused, "Nothing was sent."),
    (client.CheckedKeysChanged, "Compare the new number, or take the old comparison back."),
    (PreviewRefused, "Save the file to look at it elsewhere."),
    (client.AccountKeyChanged, "Ask the person, compare the safety number, and then agree."),
)
"""What is safe and what to do, where the error alone does not say it. The first that fits is taken."""

_REFUSED: Final = {
    Code.NOT_FOUND: "The hub has nothing by this name.",
    Code.HANDLE_TAKEN: "Somebody has this handle already: choose another one.",
    Code.BAD_INVITE: "The hub does not take this invite: it was used, is too old, or has a typing mistake.",
    Code.TOO_MANY: "That was more at once than the hub takes. Wait a minute, and try again.",
    Code.UNAVAILABLE: "The hub cannot do it now. Try again later.",
}

MINUTE_MS: Final = 60_000
FRESH_ASKS: Final = ("contact.ask_first_day", "contact.ask_first_week")
FRESH: Final = (
    "A new account asks only a few people for contact in its first days. You can ask again in {minutes} min. Without"
    " waiting you can answer who asks you, use a code, and send or follow a link to a conversation."
)
WAIT: Final = "That was more at once than the hub takes. Try again in {minutes} min."
"""Where it takes longer than the minute that is said otherwise."""

RESTRICTED: Final = (
    "A decision about your account, or about this conversation, does not allow this{until}. You can read why, and"
    " appeal, under Decisions about you."
)


def problem_of(err: Exception) -> Problem:
    """What to tell about an error of `FORESEEN`."""
    if isinstance(err, Refusal) and err.code is Code.RESTRICTED:
        until_ms = err.body.until_ms
        until = "" if until_ms is None else f" until {local_time(until_ms)}"
        return Problem(name="Restricted", text=RESTRICTED.format(until=until))
    if isinstance(err, Refusal) and err.code is Code.TOO_MANY and (err.body.retry_after_ms or 0) > MINUTE_MS:
        minutes = -(-(err.body.retry_after_ms or 0) // MINUTE_MS)
        said = FRESH if err.body.limit in FRESH_ASKS else WAIT
        return Problem(name="TooMany", text=said.format(minutes=minutes))
    if isinstance(err, Refusal):
        name = "".join(word.capitalize() for word in err.code.value.split("_"))
        return Problem(name=name, text=_REFUSED.get(err.code) or _whole(f"the hub refused this: {err.body.message}"))
    if isinstance(err, client.NotAContact):
        return Problem(name="NotAContact", text=NO_CONTACT)
    hint = next((f" {hint}" for kind, hint in _NEXT if isinstance(err, kind)), "")
    return Problem(name=type(err).__name__, text=f"{_whole(str(err))}{hint}")


def _whole(text: str) -> str:
    said = text.strip()
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith(('.', '!', '?')) else '.'}"
