# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of the evidence for a person's eyes: counted and logged, then decoded in a child, grey, small, and once.

No byte of the original goes to a browser. What is made lies in memory under an address that nobody can guess, works
once, for the member of staff who asked, and not for longer than the page that shows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from privity.desk.cases.profiles import Copy
from privity.desk.config import Budget
from privity.desk.console import exposure, opened_file
from privity.desk.console.errors import CannotBeShown
from privity.desk.console.exposure import Spent, Stage, View
from privity.desk.console.opened_file import Place
from privity.desk.console.shown_once import Kind, ShownOnce
from privity.desk.db.transaction import Db
from privity.desk.errors import DeskError
from privity.desk.evidence.records import check_text, open_record
from privity.desk.keys import DeskKeys
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.preview.errors import PreviewRefused
from privity.preview.limits import MAX_PICTURE
from privity.preview.making import holds_several, make_grey

SHOWN_S: Final = 20
"""How long a picture stands on a page."""
SIZES: Final = {Stage.BLURRED: (16, 240), Stage.SMALL: (160, 160), Stage.LARGER: (480, 480)}
"""By stage: how many pixels of the longer side are left, and how large it is drawn."""
AT_ONCE: Final = 2
"""Children at a time, for everybody together."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """`address` works once; `left` is where the person's budget stands."""

    address: str
    left: Spent


class Pictures:
    """Makes pictures and keeps each until it is fetched."""

    def __init__(
        self,
        db: Db,
        keys: DeskKeys,
        budget: Budget,
        now_ms: Callable[[], int],
        random: Callable[[int], bytes],
    ) -> None:
        self._db = db
        self._keys = keys
        self._budget = budget
        self._now_ms = now_ms
        self.children: Final = asyncio.Semaphore(AT_ONCE)
        self.shown: Final = ShownOnce(now_ms, random)

    def standing(self, acting: Acting) -> Spent:
        """Where the budget of this person stands."""
        return exposure.standing(self._db, acting.who, self._budget, self._now_ms())

    async def reveal(self, acting: Acting, place: Place, stage: Stage, reason: str) -> Revealed:
        """Count and log a view, then open and decode.

        The entry stays when nothing comes out: whoever asks may have seen it. Raises NotYourRole, ReasonMissing,
        ExposureSpent, PauseNeeded, CannotBeShown, EvidenceDamaged.
        """
        acting.must(Right.OPEN_EVIDENCE)
        check_text("reason", reason, MAX_REASON_CHARS)
        found = opened_file.records(self._db, place, MAX_PICTURE)
        view = View(place.case, place.report, place.position, place.part, found.evidence, stage, reason)
        left = exposure.view(self._db, acting.who, self._budget, view, self._now_ms())

        def opened() -> bytes:
            return opened_file.plaintext(
                self._db, self._keys.evidence, place, found, who=acting.who, reason=reason, now_ms=self._now_ms()
            )

        return Revealed(self._keep(acting.who, await self._counted(acting.who, view, opened)), left)

    async def reveal_profile(self, acting: Acting, case: int, copy: Copy, stage: Stage, reason: str) -> Revealed:
        """The picture of a profile, as a copy of it was kept: counted, logged and decoded like any other.

        Raises what `reveal` does.
        """
        acting.must(Right.OPEN_EVIDENCE)
        check_text("reason", reason, MAX_REASON_CHARS)
        if copy.picture is None:
            raise CannotBeShown("the account had no picture when this copy was kept")
        if copy.picture_size > MAX_PICTURE:
            raise CannotBeShown(f"this picture has more than {MAX_PICTURE >> 20} MiB and is not decoded")
        view = View(case, None, copy.position, 0, copy.picture, stage, reason)
        left = exposure.view(self._db, acting.who, self._budget, view, self._now_ms())
        number = copy.picture

        def opened() -> bytes:
            return open_record(
                self._db, self._keys.evidence, number, who=acting.who, reason=reason, now_ms=self._now_ms()
            ).content

        return Revealed(self._keep(acting.who, await self._counted(acting.who, view, opened)), left)

    async def _counted(self, who: str, view: View, opened: Callable[[], bytes]) -> bytes:
        """What was counted, drawn. Where that is not all of the file, the log says so. Raises what opening does, or
        CannotBeShown."""
        try:
            picture = opened()
            png = await self._drawn(picture, view.stage)
        except DeskError:
            exposure.in_part(self._db, who, view, "nothing", self._now_ms())
            raise
        if view.stage is not Stage.BLURRED and await self._moves(picture):
            exposure.in_part(self._db, who, view, "its first image", self._now_ms())
        return png

    async def _drawn(self, picture: bytes, stage: Stage) -> bytes:
        """Raises CannotBeShown."""
        async with self.children:
            try:
                return await make_grey(picture, *SIZES[stage])
            except PreviewRefused as err:
                raise CannotBeShown(
                    f"{err}; it is evidence all the same, and can be reported without being seen"
                ) from None

    async def _moves(self, picture: bytes) -> bool:
        """Whether only the first of several images was shown. Where nobody can say, it was."""
        async with self.children:
            try:
                return await holds_several(picture)
            except PreviewRefused:
                return True

    def _keep(self, who: str, png: bytes) -> str:
        return self.shown.keep(who, Kind.PICTURE, png, SHOWN_S)

    def fetch(self, acting: Acting, address: str) -> bytes:
        """The picture, once. Raises NotYourRole or PictureGone."""
        acting.must(Right.OPEN_EVIDENCE)
        return self.shown.fetch(acting.who, Kind.PICTURE, address)
