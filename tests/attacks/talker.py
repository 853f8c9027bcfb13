# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device as a process of its own that may be killed at any moment: it talks, and notes what the hub acknowledged.

`python -m tests.attacks.talker FOLDER HANDLE ROOM LIFE COUNT NOTES`. When it has said everything it waits for the
end of its input.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from pathlib import Path

from tests.attacks.people import reopen

AT_ONCE = 4


async def talk(folder: Path, handle: str, room: str, life: str, count: int, notes: Path) -> None:
    device = await reopen(folder, handle)
    numbers = itertools.count()

    async def one_after_another() -> None:
        while (number := next(numbers)) < count:
            text = f"{handle} {life}.{number}"
            await device.send(room, text)
            with notes.open("a") as file:
                file.write(text + "\n")

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    await asyncio.to_thread(sys.stdin.read)
    await device.close()


if __name__ == "__main__":
    _, where, who, which, life_number, how_many, file_name = sys.argv
    asyncio.run(talk(Path(where), who, which, life_number, int(how_many), Path(file_name)))
