# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The errand that makes a package of messages, ready to be fetched by the page that asked for it."""

from __future__ import annotations

from typing import BinaryIO

from privity.client.disclosing.disclosures import Made, sealed, sealed_name
from privity.client.disclosing.wanted import Wanted
from privity.faces.app import keeping
from privity.faces.app.errands import Outcome, Progress, Work
from privity.faces.app.opened import Opened

GIVEN_TO_NOBODY = "It is given to nobody yet: that is for you to do."


def disclosure(opened: Opened, wanted: Wanted, age_key: str) -> Work:
    """A ZIP file, or one that only this age key opens."""

    async def work(_: Progress) -> Outcome:
        made = await opened.device.disclosures.make(wanted)
        data = sealed(made, age_key) if age_key else None

        async def write(out: BinaryIO) -> None:
            if data is None:
                await opened.device.disclosures.pack(made, out)
            else:
                out.write(data)

        name = f"{made.name}.zip" if data is None else sealed_name(made)
        return await keeping.made(opened, write, _said(made), name)

    return work


def _said(made: Made) -> str:
    count = "1 message" if made.messages == 1 else f"{made.messages:,} messages"
    missing = "".join(f" Missing: {each}." for each in made.missing)
    return f"{count}. {GIVEN_TO_NOBODY}{missing}"
