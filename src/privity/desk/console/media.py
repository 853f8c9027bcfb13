# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of the evidence for a person's eyes: counted and logged, then decoded in a child, grey, small, and once.

No byte of the original goes to a browser. What is made lies in memory under an address that nobody can guess, works
once, for the member of staff who asked, and not for longer than the page that shows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from privity.desk.config import Budget
from privity.desk.console import exposure
from privity.desk.console.errors import CannotBeShown, PictureGone
from privity.desk.console.exposure import Spent, Stage, View
from privity.desk.db.transaction import Db
from privity.desk.evidence import listing
from privity.desk.evidence.records import Kind, check_text, open_record
from privity.desk.intake.kept import attachment_record
from privity.desk.keys import DeskKeys
from privity.desk.limits import MAX_REASON_CHARS
from privity.desk.staff.acting import Acting
from privity.desk.staff.rights import Right
from privity.message import attachments
from privity.message.content import MimiContent
from privity.message.errors import AttachmentError, CborError, ContentError, UsageError
from privity.message.report import AbuseReport
from privity.preview.errors import PreviewRefused
from privity.preview.limits import MAX_PICTURE
from privity.preview.making import make_grey

SHOWN_S: Final = 20
"""How long a picture stands on a page."""
SIZES: Final = {Stage.BLURRED: (16, 240), Stage.SMALL: (160, 160), Stage.LARGER: (480, 480)}
"""By stage: how many pixels of the longer side are left, and how large it is drawn."""
AT_ONCE: Final = 2
"""Children at a time, for everybody together."""
MAX_WAITING: Final = 64
"""Pictures that wait to be fetched by their pages; the oldest goes."""


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a reported message, and the case it is looked at for."""

    case: int
    report: int
    position: int
    part: int


@dataclass(frozen=True, slots=True)
class Revealed:
    """`address` works once; `left` is where the person's budget stands."""

    address: str
    left: Spent


@dataclass(frozen=True, slots=True)
class _Made:
    who: str
    until_ms: int
    png: bytes = field(repr=False)


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
        self._random = random
        self._children = asyncio.Semaphore(AT_ONCE)
        self._made: dict[str, _Made] = {}

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
        whole, held = self._records(place)
        view = View(place.case, place.report, place.position, place.part, held or whole, stage, reason)
        left = exposure.view(self._db, acting.who, self._budget, view, self._now_ms())
        opened = open_record(
            self._db, self._keys.evidence, whole, who=acting.who, reason=reason, now_ms=self._now_ms()
        ).content
        ciphertext = None
        if held is not None:
            ciphertext = open_record(
                self._db, self._keys.evidence, held, who=acting.who, reason=reason, now_ms=self._now_ms()
            ).content
        picture = _plaintext(opened, place, ciphertext)
        async with self._children:
            try:
                png = await make_grey(picture, *SIZES[stage])
            except PreviewRefused as err:
                raise CannotBeShown(
                    f"{err}; it is evidence all the same, and can be reported without being seen"
                ) from None
        return Revealed(self._keep(acting.who, png), left)

    def fetch(self, acting: Acting, address: str) -> bytes:
        """The picture, once. Raises NotYourRole or PictureGone."""
        acting.must(Right.OPEN_EVIDENCE)
        made = self._made.get(address)
        if made is None or made.who != acting.who:
            raise PictureGone("this picture was shown already, or is somebody else's; reveal it again to see it")
        del self._made[address]
        if made.until_ms < self._now_ms():
            raise PictureGone("the time for this picture is over; reveal it again to see it")
        return made.png

    def _records(self, place: Place) -> tuple[int, int | None]:
        """The records of the report, and of the file where it is not inside the report."""
        whole = listing.find(self._db, place.report, Kind.REPORT)
        if whole is None:
            raise CannotBeShown(f"report {place.report} could not be opened, so there is nothing in it to show")
        held = attachment_record(self._db, place.report, place.position, place.part)
        if held is not None and listing.size(self._db, held) > MAX_PICTURE + attachments.TAG_BYTES:
            raise CannotBeShown(f"this file has more than {MAX_PICTURE >> 20} MiB and is not decoded")
        return whole.number, held

    def _keep(self, who: str, png: bytes) -> str:
        now_ms = self._now_ms()
        self._made = {address: made for address, made in self._made.items() if made.until_ms >= now_ms}
        while len(self._made) >= MAX_WAITING:
            del self._made[next(iter(self._made))]
        address = self._random(32).hex()
        self._made[address] = _Made(who, now_ms + SHOWN_S * 1000, png)
        return address


def _plaintext(report: bytes, place: Place, ciphertext: bytes | None) -> bytes:
    messages = AbuseReport.decode(report).messages
    if place.position >= len(messages):
        raise CannotBeShown(f"the report has no message {place.position}")
    message = messages[place.position]
    found = message.attachments.get(place.part, ciphertext)
    if found is None:
        raise CannotBeShown("the bytes of this file were not kept: the hub had them no longer")
    try:
        return attachments.decrypt(MimiContent.decode(message.data), place.part, found)
    except (AttachmentError, CborError, ContentError, UsageError) as err:
        raise CannotBeShown(f"the file is not what the message names ({type(err).__name__})") from None
