# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A hub with every voice turned up says nothing of anybody: not in its log, not on its outputs."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import secrets
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp import ClientSession

from privity.faces.demo.processes import wait_for_hub
from privity.server.logs import ALLOWED, open_log, speak_for_everybody
from tests.attacks.people import close, group_of, register, texts, until
from tests.server.operating.conftest import Home

LOUD = """
import asyncio, logging, sys
from privity.server import logs
allowed = logs.speak_for_everybody
def loud():
    allowed()
    logging.getLogger().setLevel(logging.DEBUG)
logs.speak_for_everybody = loud
import privity.server.main as main
main.speak_for_everybody = loud
sys.argv = ["privity", *sys.argv[1:]]
from privity.cli import main as begin
begin()
"""
"""`privity serve` with every library at its most talkative, beside Python's own development mode."""
ADDRESS = re.compile(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|::1|localhost")
FIELDS = re.compile(r"[a-z_]+")


async def test_a_whole_talk_leaves_no_word_about_anybody(home: Home, tmp_path: Path) -> None:
    home.hub.command = [sys.executable, "-X", "dev", "-c", LOUD, "serve", "--config", str(home.config)]
    os.environ["PYTHONASYNCIODEBUG"] = "1"
    try:
        await asyncio.to_thread(home.hub.start)
    finally:
        del os.environ["PYTHONASYNCIODEBUG"]
    await asyncio.to_thread(wait_for_hub, home.url, home.hub)
    anna, ben = await register(home.url, tmp_path, "anna.of.test"), await register(home.url, tmp_path, "ben.of.test")
    room = await group_of(anna, ben)
    for text in ("a secret sentence", "another secret sentence"):
        await anna.send(room, text)
    file = tmp_path / "holiday.txt"
    file.write_bytes(secrets.token_bytes(5_000))
    await until(lambda: len(texts(ben, room)) == 2, "ben to read")
    async with ClientSession(home.url) as http:
        for path in ("/v1/handles/anna.of.test", "/v1/socket", "/nothing/anna.of.test", "/health", f"/v1/rooms/{room}"):
            async with http.get(path, headers={"X-Forwarded-For": "198.51.100.7"}) as answer:
                await answer.read()
        async with http.post("/v1/accounts", data=b"\xff anna.of.test") as answer:
            assert answer.status == 400
    _, writer = await asyncio.open_connection("127.0.0.1", home.port)
    writer.write(b"GARBAGE anna.of.test\r\n\r\n")
    await writer.drain()
    writer.close()
    uris = [anna.user_uri, ben.user_uri, room]
    for device in (anna, ben):
        await close(device)
    await asyncio.to_thread(home.hub.stop)

    log = (home.data / "logs" / "hub.log").read_text()
    written = log + home.hub.log.read_text()
    assert '"event": "started"' in log
    assert '"event": "stopped"' in log
    private = [*uris, *(uri.rpartition("/")[2] for uri in uris), "anna", "ben.of.test", "mimi:", "secret", "holiday"]
    keys = [path.read_bytes() for path in (home.data / "keys").rglob("*.key")]
    private += [key.hex() for key in keys]
    assert [one for one in private if one in written] == []
    assert ADDRESS.findall(written) == []
    assert str(home.port) not in written
    assert not any(key in written.encode("utf-8", "surrogateescape") for key in keys)
    for line in log.splitlines():
        assert json.loads(line).keys() <= ALLOWED


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """With everybody spoken for, and everything as it was afterwards."""
    before = (threading.excepthook, sys.unraisablehook, logging.getLogger().handlers[:], logging.getLogger().level)
    path = tmp_path / "hub.log"
    with open_log(path):
        speak_for_everybody()
        yield path
    threading.excepthook, sys.unraisablehook, logging.getLogger().handlers[:] = before[:3]
    logging.getLogger().setLevel(before[3])
    logging.captureWarnings(capture=False)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_of_a_library_is_kept_without_its_words(log: Path) -> None:
    try:
        raise ValueError("mimi://hub.example/u/somebody")
    except ValueError:
        logging.getLogger("asyncio").exception("could not talk to %s", "198.51.100.7")
    logging.getLogger("quiet").info("198.51.100.7")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("mimi://hub.example/u/somebody", ResourceWarning, stacklevel=1)
    found = lines(log)
    assert [(one["event"], one.get("library"), one.get("error")) for one in found] == [
        ("library", "asyncio", None),
        ("bug", None, "ValueError"),
        ("library", "py.warnings", None),
    ]
    assert "198.51" not in log.read_text()
    assert "somebody" not in log.read_text()


def test_a_thread_that_dies_says_what_it_was_and_not_what_it_held(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def die() -> None:
        raise RuntimeError("mimi://hub.example/u/somebody")

    thread = threading.Thread(target=die)
    thread.start()
    thread.join()
    (found,) = lines(log)
    assert (found["event"], found["error"]) == ("bug", "RuntimeError")
    assert "somebody" not in log.read_text() + "".join(capsys.readouterr())


def test_a_field_that_nobody_allowed_is_dropped(log: Path) -> None:
    structlog.get_logger().info("event", user_uri="mimi://hub.example/u/somebody", rows=3)
    (found,) = lines(log)
    assert found.keys() == {"event", "level", "timestamp", "rows"}
    assert all(FIELDS.fullmatch(name) for name in ALLOWED)
