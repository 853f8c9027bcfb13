# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Films and sounds of the evidence: what they are first; then stills one at a time, and parts to be heard.

Everything comes out of a child, as with pictures (`media`): a still as a small grey picture, a sound made anew, quieter
where it was loud. Each still and each part is counted and logged before anything is opened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

from privity.desk.clearinghouse.viewed import parts_heard
from privity.desk.config import Budget
from privity.desk.console import exposure, opened_file
from privity.desk.console.errors import CannotBeShown, NotHeardWhole
from privity.desk.console.exposure import Hearing, Spent, Stage, View
from privity.desk.console.media import SHOWN_S, SIZES, Pictures, Revealed
from privity.desk.console.opened_file import Place, Records
from privity.desk.console.shown_once import Kind
from privity.desk.db.transaction import Db
from privity.desk.evidence.records import check_text
from privity.desk.keys import DeskKeys
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.preview.errors import PreviewRefused
from privity.preview.examining import examine, make_audible, make_still
from privity.preview.facts import Recording
from privity.preview.limits import AUDIBLE_CHANNELS, MAX_RECORDING

T = TypeVar("T")
TO_BEGIN_S: Final = 40
"""How much longer than the sound itself its page stands: somebody has to begin it, and may go back in it."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is. `digest` is of its own bytes, as whoever sent it had them."""

    digest: str
    recording: Recording


class Recordings:
    """Makes stills and parts to be heard, and keeps them where pictures are kept."""

    def __init__(self, db: Db, keys: DeskKeys, budget: Budget, now_ms: Callable[[], int], pictures: Pictures) -> None:
        self._db = db
        self._keys = keys
        self._budget = budget
        self._now_ms = now_ms
        self._children: asyncio.Semaphore = pictures.children
        self._shown = pictures.shown

    def standing(self, acting: Acting) -> Spent:
        """Where the budget of this person stands."""
        return exposure.standing(self._db, acting.who, self._budget, self._now_ms())

    async def examine(self, acting: Acting, place: Place, reason: str) -> Examined:
        """What the file is; nothing of it can be seen or heard by that, and it counts for nothing.

        Raises NotYourRole, ReasonMissing, CannotBeShown, EvidenceDamaged.
        """
        found = self._found(acting, place, reason)
        data = self._opened(acting, place, found, reason)
        return Examined(sha256(data).hexdigest(), await self._made(examine(data)))

    async def reveal(self, acting: Acting, place: Place, which: int, stage: Stage, reason: str) -> Revealed:
        """One still. Raises what `examine` does, ExposureSpent, PauseNeeded."""
        found = self._found(acting, place, reason)
        view = View(place.case, place.report, place.position, place.part, found.evidence, stage, reason, which)
        left = exposure.view(self._db, acting.who, self._budget, view, self._now_ms())
        data = self._opened(acting, place, found, reason)
        png = await self._made(make_still(data, which, *SIZES[stage]))
        return Revealed(self._shown.keep(acting.who, Kind.PICTURE, png, SHOWN_S), left)

    async def hear(self, acting: Acting, place: Place, from_s: int, seconds: int, reason: str) -> Revealed:
        """A part of the sound. Raises what `reveal` does."""
        found = self._found(acting, place, reason)
        part = Hearing(place.case, place.report, place.position, place.part, found.evidence, from_s, seconds, reason)
        left = exposure.view(self._db, acting.who, self._budget, part, self._now_ms())
        data = self._opened(acting, place, found, reason)
        sound = await self._made(make_audible(data, from_s, seconds))
        return Revealed(self._shown.keep(acting.who, Kind.SOUND, sound, seconds + TO_BEGIN_S), left)

    async def heard_whole(self, acting: Acting, place: Place, reason: str) -> None:
        """This person says to have heard all of it, which a referral may then say of the file.

        Taken only of a sound alone that was decoded to its end, in as many channels as it is made to be heard in, and
        of which every second was given to this person. Raises what `examine` does, NotHeardWhole.
        """
        found = self._found(acting, place, reason)
        data = self._opened(acting, place, found, reason)
        recording = await self._made(examine(data))
        sound = recording.sound
        if recording.film is not None or sound is None:
            raise NotHeardWhole("a film is more than what is heard of it, and stills are not all of it")
        if recording.others or sound.tracks > 1 or sound.channels > AUDIBLE_CHANNELS or not sound.measured_whole:
            raise NotHeardWhole("not all that is in this file can be heard here, so nobody has heard all of it")
        spoken = {"report": place.report, "position": place.position, "part": place.part}
        missing = missing_s(parts_heard(self._db, found.evidence, acting.who, spoken), -(-sound.length_ms // 1000))
        if missing is not None:
            raise NotHeardWhole(f"you were not given this sound from second {missing} on; ask for that part first")
        said = Hearing(
            place.case, place.report, place.position, place.part, found.evidence, 0, -(-sound.length_ms // 1000), reason
        )
        exposure.heard_whole(self._db, acting.who, said, self._now_ms())

    def fetch(self, acting: Acting, address: str) -> bytes:
        """A part that was made to be heard. Raises NotYourRole or PictureGone."""
        acting.must(Right.OPEN_EVIDENCE)
        return self._shown.fetch(acting.who, Kind.SOUND, address)

    def _found(self, acting: Acting, place: Place, reason: str) -> Records:
        acting.must(Right.OPEN_EVIDENCE)
        check_text("reason", reason, MAX_REASON_CHARS)
        return opened_file.records(self._db, place, MAX_RECORDING)

    def _opened(self, acting: Acting, place: Place, found: Records, reason: str) -> bytes:
        return opened_file.plaintext(
            self._db, self._keys.evidence, place, found, who=acting.who, reason=reason, now_ms=self._now_ms()
        )

    async def _made(self, making: Awaitable[T]) -> T:
        async with self._children:
            try:
                return await making
            except PreviewRefused as err:
                raise CannotBeShown(
                    f"{err}; it is evidence all the same, and can be reported without being opened"
                ) from None


def missing_s(heard: list[tuple[int, int]], seconds: int) -> int | None:
    """The first second of so many that is in none of the parts; None where all are."""
    reached = 0
    for start, length in sorted(heard):
        if start > reached:
            break
        reached = max(reached, start + length)
    return None if reached >= seconds else reached
