# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A device is linked by the code on its screen: read from a picture of it, and by a camera that sees it."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Locator, expect

from privity.faces.demo.home import Home
from tests.e2e.axe import Axe, need_axe
from tests.e2e.material import harbour
from tests.e2e.person import Person
from tests.e2e.pictures import PHONE, WIDE, take
from tests.e2e.running import chromium, need_page
from tests.e2e.test_devices import DIGITS
from tests.e2e.town import Town

CODE = "The same code for a camera"
WATCH_CAMERA = """() => {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.cameras = [];
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await real(wanted);
    window.cameras.push([wanted, stream]);
    return stream;
  };
}"""


@pytest.fixture
async def seeing(hub: Home, tmp_path: Path) -> AsyncIterator[tuple[Town, Path]]:
    """A town whose browsers have a camera that sees what is in a file."""
    need_page()
    seen = tmp_path / "seen.y4m"
    film(Image.new("L", (640, 480), 255), seen)
    arguments = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={seen}")
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium(*arguments))
        opened = Town(hub, tmp_path, browser, stack)
        yield opened, seen
        opened.check_quiet()


def film(picture: Image.Image, file: Path) -> None:
    """One frame without colours, as a camera would take it; the browser shows it over and over."""
    grey = picture.convert("L").resize((640, 480))
    colourless = bytes([128]) * (2 * 320 * 240)
    file.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420\n" + b"FRAME\n" + grey.tobytes() + colourless)


async def shows_code(one: Person, hub: str) -> Locator:
    """A new device that waits for the other one."""
    await one.press(re.compile("^Link this machine"))
    await one.field("Address of the hub").fill(hub)
    await one.fill_passphrase()
    await one.press("Show the code")
    code = one.page.get_by_role("img", name=CODE)
    await expect(code.locator("path")).to_have_attribute("d", re.compile("^M"))
    return code


async def asks_for_code(one: Person) -> Locator:
    await one.account("Devices")
    await one.press("Add a device")
    return one.sheet("Add a device")


async def linked(old: Person, new: Person) -> None:
    """Both show the same digits, and both say so."""
    there, here = old.sheet("Add a device").get_by_text(DIGITS), new.page.get_by_text(DIGITS)
    await expect(there).to_be_visible()
    await expect(here).to_be_visible()
    assert await there.inner_text() == await here.inner_text()
    await new.press("They are the same")
    await old.press("They are the same")
    await expect(new.conversations).to_be_visible()


async def test_a_picture_of_the_code_links_a_device(town: Town, tmp_path: Path) -> None:
    need_axe()
    alice = await town.person("alice.q")
    tablet = await town.visitor("alice.q", width=360, height=740)
    code = await shows_code(tablet, town.hub.url)
    axe = await Axe.of(tablet.page)
    for mode in (*PHONE, *WIDE):
        await mode.put_on(tablet.page)
        assert await axe.violations() == []
        await take(tablet.page, f"qr-code-{mode.name}")
    sheet = await asks_for_code(alice)
    axe = await Axe.of(alice.page)
    for mode in (*PHONE, *WIDE):
        await mode.put_on(alice.page)
        assert await axe.violations() == []
        await take(alice.page, f"qr-reader-{mode.name}")

    async def choose(file: Path) -> None:
        async with alice.page.expect_file_chooser() as choosing:
            await sheet.get_by_role("button", name="From a picture").click()
        await (await choosing.value).set_files(file)

    nothing = sheet.get_by_role("status").filter(has_text="There is no code in this picture")
    await choose(harbour(tmp_path / "harbour.png"))
    await expect(nothing).to_be_visible()
    noise = tmp_path / "noise.png"
    noise.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    await choose(noise)
    await expect(nothing).to_be_visible()
    await expect(sheet.get_by_text(DIGITS)).to_have_count(0)

    photo = tmp_path / "photo.png"
    await tablet.page.screenshot(path=photo)
    assert await code.is_visible()
    await choose(photo)
    await linked(alice, tablet)


async def test_the_camera_reads_the_code_and_only_after_a_click(seeing: tuple[Town, Path]) -> None:
    town, seen = seeing
    alice = await town.person("alice.c")
    await alice.page.context.grant_permissions(["camera"])
    await alice.page.evaluate(WATCH_CAMERA)
    tablet = await town.visitor("alice.c", width=360, height=740)
    code = await shows_code(tablet, town.hub.url)
    picture = Image.new("RGB", (640, 480), "white")
    picture.paste(Image.open(io.BytesIO(await code.screenshot())).resize((440, 440)), (100, 20))

    sheet = await asks_for_code(alice)
    await expect(sheet.get_by_role("button", name="Use the camera")).to_be_visible()
    assert await alice.page.evaluate("window.cameras.length") == 0
    await sheet.get_by_role("button", name="Use the camera").click()
    await expect(sheet.locator("video")).to_be_visible()
    await sheet.get_by_role("button", name="Camera off").click()
    await expect(sheet.locator("video")).to_have_count(0)
    film(picture, seen)
    await sheet.get_by_role("button", name="Use the camera").click()
    await linked(alice, tablet)
    await expect(alice.page.locator("video")).to_have_count(0)
    used = await alice.page.evaluate(
        "window.cameras.map(([wanted, stream]) => [wanted.audio, stream.getTracks().map((each) => each.readyState)])"
    )
    assert used == [[False, ["ended"]]] * 2, "twice after a click, and off again each time"


async def test_the_page_may_use_a_camera_and_no_microphone(town: Town) -> None:
    alice = await town.visitor("alice.m")
    policy = "['camera', 'microphone', 'geolocation'].map((each) => document.featurePolicy.allowsFeature(each))"
    assert await alice.page.evaluate(policy) == [True, False, False]


async def test_a_camera_that_may_not_be_used_is_said_in_a_sentence(town: Town) -> None:
    alice = await town.person("alice.r")
    sheet = await asks_for_code(alice)
    await sheet.get_by_role("button", name="Use the camera").click()
    sentence = re.compile("does not let this page use the camera|No camera was found")
    await expect(sheet.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    await expect(sheet.get_by_label("Code of the new device")).to_be_visible()
