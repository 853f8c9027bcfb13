# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity legal open-share`: what one of two officers runs on their own machine, with a key that no desk has."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from privity.desk.audit.beside import named
from privity.desk.legal.vault import opening
from privity.desk.legal.vault.errors import IdentityUnusable, ShareFileInvalid

MAX_BYTES: Final = 1 << 20
"""Of either file: nothing that a desk or `age-keygen` writes is nearly as large."""


def open_share(
    file: Annotated[Path, Parameter(help="The file from the page of the hold.")],
    /,
    *,
    identity: Annotated[Path, Parameter(help="Your age key, as age-keygen wrote it.")],
) -> None:
    """Open your share of what is kept apart, and print what you hand in.

    Run it on your own machine, where your age key is. Look at what it says of
    the hold and the request before you hand anything in: it tells you from
    inside of what your key alone opens. What is printed is sealed to the desk,
    opens there once, and only for whoever got the file.

    Example: privity legal open-share hold-3-first_officer.share --identity officer.key
    """
    with named():
        try:
            data, text = _bytes(file), _bytes(identity).decode()
        except UnicodeDecodeError:
            raise IdentityUnusable(f"{identity.name} is no file of age keys") from None
        found = opening.decoded(data)
        word = opening.opened(found, opening.identities(text))
        classes = ", ".join(each.data_class.value.replace("_", " ") for each in found.parts)
        sys.stderr.write(
            f"hold {found.number} ({found.hold.hex()}), the {found.holder.words}, for request {found.request}\n"
            f"opens: {classes}\nis taken until {found.until}\n"
        )
    sys.stdout.write(word + "\n")


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_BYTES:
        raise ShareFileInvalid(f"{path.name} has more than {MAX_BYTES} bytes")
    return path.read_bytes()
