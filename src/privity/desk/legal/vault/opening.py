# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What an officer's own machine does with their share: it opens the file that the desk made, and seals it to the desk.

The share is never shown. Which hold, class and officer it is of stands inside of what only the officer's key opens, and
has to be what the file says outside.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final

import msgspec
import pyrage
from pyrage import x25519

from privity.desk.legal.vault import sealing
from privity.desk.legal.vault.custody import Holder, share_in
from privity.desk.legal.vault.errors import IdentityUnusable, ShareFileInvalid
from privity.production import age_key, canonical
from privity.production.classes import Releasable
from privity.production.errors import BadRecipient

FORMAT: Final = 1
_SECRET: Final = "AGE-SECRET-KEY-1"  # noqa: S105  # how each one begins


class SealedPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The officer's share of the key of one class."""

    data_class: Releasable
    sealed: bytes


class ShareFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an officer gets from the desk. `to` is the key to which the answer is sealed."""

    format: int
    number: int
    """Of the hold, as the desk counts."""
    hold: bytes
    holder: Holder
    request: str
    """The pseudonym of the request for which it is read."""
    parts: list[SealedPart]
    to: str
    until: str
    """A time in UTC; later the answer is not taken."""

    def encode(self) -> bytes:
        return canonical.encode(self)


def decoded(data: bytes) -> ShareFile:
    """Raises ShareFileInvalid."""
    try:
        found = msgspec.json.decode(data, type=ShareFile)
        age_key.checked(found.to)
    except (msgspec.DecodeError, UnicodeDecodeError, BadRecipient) as err:
        raise ShareFileInvalid(f"this is no file with a share of the vault: {err}") from None
    if found.format != FORMAT or not found.parts or found.holder is Holder.DESK:
        raise ShareFileInvalid(f"expected the shares of an officer in format {FORMAT}, got format {found.format}")
    return found


def identities(text: str) -> tuple[x25519.Identity, ...]:
    """The age keys in a file that `age-keygen` wrote. Raises IdentityUnusable, which never shows what it read."""
    found = []
    for line in map(str.strip, text.splitlines()):
        if line.startswith(_SECRET):
            try:
                found.append(x25519.Identity.from_str(line))
            except pyrage.IdentityError:
                raise IdentityUnusable("a line begins as an age key and is none") from None
        elif line and not line.startswith("#"):
            raise IdentityUnusable("a line is no age key of X25519; expected what age-keygen writes")
    if not found:
        raise IdentityUnusable(f"there is no age key in this file; each begins with {_SECRET}")
    return tuple(found)


def opened(file: ShareFile, keys: Sequence[x25519.Identity]) -> str:
    """What the officer hands in, as one word. Raises IdentityUnusable or SharesWrong."""
    inside = []
    for part in file.parts:
        try:
            payload = bytes(pyrage.decrypt(part.sealed, list(keys)))
        except pyrage.DecryptError:
            raise IdentityUnusable(
                f"this key does not open the share of {part.data_class}: it is the other officer's, or it was altered"
            ) from None
        share_in(payload, sealing.place(file.hold, part.data_class), file.holder)
        inside.append(payload)
    return base64.b64encode(age_key.encrypted(msgspec.json.encode(inside), file.to)).decode()
