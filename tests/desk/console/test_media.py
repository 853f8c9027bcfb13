# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A picture of the evidence: logged before anything is opened, made anew, grey, shown once to who asked."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass, field, replace

import pytest
from PIL import Image

from privity.desk.audit import log
from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry
from privity.desk.clearinghouse.viewed import was_viewed
from privity.desk.config import Budget
from privity.desk.console import media
from privity.desk.console.errors import CannotBeShown, ExposureSpent, PictureGone
from privity.desk.console.exposure import Stage
from privity.desk.console.media import SHOWN_S, Pictures
from privity.desk.console.opened_file import Place
from privity.desk.errors import EvidenceDamaged, ReasonMissing
from privity.desk.staff.acting import Acting
from privity.desk.staff.errors import NotYourRole
from privity.desk.staff.rights import Role
from privity.message import attachments, compose
from privity.preview import making, sandbox
from tests.desk.running import Desk
from tests.desk.world import World, random
from tests.preview.children import watched
from tests.preview.pictures import bomb, picture

pytestmark = pytest.mark.skipif(not sandbox.holds_here(), reason="this system has nothing to shut a decoder in")

MODERATOR = Acting.member(4, frozenset({Role.MODERATOR}))
COLLEAGUE = Acting.member(5, frozenset({Role.SENIOR}))
ADMIN = Acting.member(6, frozenset({Role.ADMIN}))
WHY = "an invented reason"


@dataclass
class Stand:
    """A desk that has taken a report with one picture."""

    desk: Desk
    clock: int = 1_900_000_000_000
    pictures: Pictures = field(init=False)
    place: Place = field(default_factory=lambda: Place(case=1, report=1, position=0, part=0))

    def __post_init__(self) -> None:
        self.pictures = Pictures(self.desk.db, self.desk.keys, Budget(views_a_day=3), lambda: self.clock, os.urandom)

    async def reveal(self, stage: Stage = Stage.SMALL, reason: str = WHY, acting: Acting = MODERATOR) -> str:
        return (await self.pictures.reveal(acting, self.place, stage, reason)).address

    def acts(self) -> list[Entry]:
        found = [Entry.decode(data) for data in log.entries(self.desk.db)]
        return [entry for entry in found if entry.act in (Act.MEDIA_VIEWED, Act.EVIDENCE_OPENED)]


async def stand(desk: Desk, world: World, data: bytes, *, rides_along: bool = False, lost: bool = False) -> Stand:
    file = attachments.encrypt(
        data,
        content_type="image/png",
        filename="teapot.png",
        description="",
        url_of=lambda digest: f"https://elsewhere.example/{digest.hex()}",
        random=random,
    )
    author = compose.Author(world.alice.user_uri, world.room_uri)
    sent = world.sent(compose.attachment(author, file.part, file.plaintext_hash, random=random))
    if rides_along:
        sent = replace(sent, attachments={0: file.ciphertext})
    elif not lost:
        world.hub.blobs[file.part.content_hash] = file.ciphertext
    world.relay(sent)
    await desk.intake.step()
    return Stand(desk)


async def test_each_stage_is_grey_and_small_and_holds_nothing_of_the_file(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG", (900, 600)))
    sizes = {}
    for stage in Stage:
        made = here.pictures.fetch(MODERATOR, await here.reveal(stage))
        shown = Image.open(io.BytesIO(made))
        assert shown.mode == "L"
        sizes[stage] = shown.size
    assert sizes == {Stage.BLURRED: (240, 165), Stage.SMALL: (160, 107), Stage.LARGER: (480, 320)}


async def test_the_log_knows_what_was_seen_and_why(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG"))
    await here.reveal()
    viewed, report, file = here.acts()
    assert (viewed.act, viewed.about, viewed.who) == (Act.MEDIA_VIEWED, file.about, "staff:4")
    assert viewed.said == {"case": 1, "report": 1, "position": 0, "part": 0, "stage": "small", "reason": WHY}
    assert {report.said["kind"], file.said["kind"]} == {"report", "attachment"}


async def test_a_view_is_logged_before_anything_is_opened_or_decoded(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await stand(desk, world, picture("PNG"))
    seen = []

    async def instead(data: bytes, detail: int, side: int) -> bytes:
        seen.append([entry.act for entry in here.acts()])
        raise KeyboardInterrupt

    monkeypatch.setattr(media, "make_grey", instead)
    with pytest.raises(KeyboardInterrupt):
        await here.reveal()
    assert seen == [[Act.MEDIA_VIEWED, Act.EVIDENCE_OPENED, Act.EVIDENCE_OPENED]]
    desk.db.execute("UPDATE evidence SET ciphertext = zeroblob(40)")
    with pytest.raises(EvidenceDamaged):
        await here.reveal()
    assert here.acts()[3].act is Act.MEDIA_VIEWED  # also where then nothing opens
    assert not desk.db.in_transaction


async def test_a_file_counts_as_viewed_only_if_all_of_it_was_shown(desk: Desk, world: World) -> None:
    several = picture("GIF", save_all=True, append_images=[Image.new("RGB", (40, 30), "red")])
    for number, (data, whole) in enumerate(((picture("PNG"), True), (several, False), (b"no picture", False)), 1):
        here = await stand(desk, world, data)
        here.place = replace(here.place, report=number)
        for stage in Stage:
            try:
                await here.reveal(stage, acting=Acting.member(10 + number, frozenset({Role.MODERATOR})))
            except CannotBeShown:
                assert data == b"no picture"
        (evidence,) = {int(entry.about.split(":")[1]) for entry in here.acts() if entry.said.get("report") == number}
        assert was_viewed(desk.db, evidence) is whole


async def test_a_picture_is_shown_once_and_to_nobody_else(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG"))
    address = await here.reveal()
    with pytest.raises(PictureGone):
        here.pictures.fetch(COLLEAGUE, address)
    with pytest.raises(NotYourRole):
        here.pictures.fetch(ADMIN, address)
    here.pictures.fetch(MODERATOR, address)
    with pytest.raises(PictureGone):
        here.pictures.fetch(MODERATOR, address)
    late = await here.reveal()
    here.clock += SHOWN_S * 1000 + 1
    with pytest.raises(PictureGone, match="over"):
        here.pictures.fetch(MODERATOR, late)


async def test_without_the_right_or_a_reason_nothing_is_seen_and_nothing_counts(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG"))
    with pytest.raises(NotYourRole):
        await here.reveal(acting=ADMIN)
    for reason in ("", " \n", "x" * 1001):
        with pytest.raises(ReasonMissing):
            await here.reveal(reason=reason)
    assert here.acts() == []
    assert here.pictures.standing(MODERATOR).left == 3


async def test_a_spent_budget_opens_nothing(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG"))
    for _ in range(3):
        await here.reveal()
    before = here.acts()
    with pytest.raises(ExposureSpent):
        await here.reveal()
    assert here.acts() == before
    await here.reveal(acting=COLLEAGUE)


@pytest.mark.parametrize(
    "data", [bomb(100_000, 100_000), bomb(65_535, 900), b"<svg onload='alert(1)'/>", b"\x00" * 999]
)
async def test_bombs_and_what_is_no_picture_end_in_the_child(desk: Desk, world: World, data: bytes) -> None:
    here = await stand(desk, world, data)
    with pytest.raises(CannotBeShown, match="evidence all the same"):
        await here.reveal()
    assert here.acts()[0].act is Act.MEDIA_VIEWED


async def test_a_child_that_never_ends_is_killed(desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    here = await stand(desk, world, picture("PNG"))
    born = watched(monkeypatch)
    monkeypatch.setattr(making, "COMMAND", (sys.executable, "-c", "import time; time.sleep(1000)"))
    monkeypatch.setattr(making, "WALL_S", 0.2)
    with pytest.raises(CannotBeShown, match="too long"):
        await here.reveal()
    (child,) = born
    assert child.returncode == -9


async def test_bytes_that_the_reporter_brought_are_shown_too(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG"), rides_along=True)
    here.pictures.fetch(MODERATOR, await here.reveal())
    assert here.acts()[0].about == here.acts()[1].about  # the record of the report itself


async def test_bytes_that_are_kept_with_an_earlier_report_are_found(desk: Desk, world: World) -> None:
    file = attachments.encrypt(
        picture("PNG"),
        content_type="image/png",
        filename="",
        description="",
        url_of=lambda digest: "https://elsewhere.example/",
        random=random,
    )
    author = compose.Author(world.alice.user_uri, world.room_uri)
    sent = world.sent(compose.attachment(author, file.part, file.plaintext_hash, random=random))
    world.hub.blobs[file.part.content_hash] = file.ciphertext
    world.relay(sent)
    world.relay(sent)
    await desk.intake.step()
    here = Stand(desk, place=Place(case=1, report=2, position=0, part=0))
    here.pictures.fetch(MODERATOR, await here.reveal())


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (Place(1, 99, 0, 0), "could not be opened"),
        (Place(1, 1, 5, 0), "no message 5"),
        (Place(1, 1, 0, 3), "not kept"),
    ],
)
async def test_a_place_with_nothing_at_it_is_named(desk: Desk, world: World, place: Place, why: str) -> None:
    here = await stand(desk, world, picture("PNG"))
    here.place = place
    with pytest.raises(CannotBeShown, match=why):
        await here.reveal()


async def test_a_lost_file_is_named(desk: Desk, world: World) -> None:
    here = await stand(desk, world, picture("PNG"), lost=True)
    with pytest.raises(CannotBeShown, match="not kept"):
        await here.reveal()


async def test_a_file_that_is_too_large_is_not_opened(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await stand(desk, world, picture("PNG"))
    monkeypatch.setattr(media, "MAX_PICTURE", 1)
    with pytest.raises(CannotBeShown, match="MiB"):
        await here.reveal()
    assert here.acts() == []
