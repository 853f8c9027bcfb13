# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Peers that are installed here are loaded like the hub; those that are not are named."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bench.contest import Sizes, measure
from bench.errors import CannotRun
from bench.load import Delivered
from bench.packages import installed, version
from bench.peers import archive, mqtt, peer, xmpp
from bench.peers.all import PACKAGED, PEERS
from bench.peers.peer import Peer, Start, started

from bench import delivery
from bench import hub as hub_process
from tests.bench.memory import MemoryServer

SIZES = Sizes(people=4, speakers=2, rounds=1, sends=5, fanouts=5, seconds=1)


# What Debian does not package is installed first, which is not for every day.
@pytest.mark.parametrize(
    "one",
    [pytest.param(one, marks=() if one in PACKAGED else pytest.mark.prove) for one in PEERS],
    ids=lambda one: one.name,
)
async def test_installed_peer_carries_every_message(one: Peer) -> None:
    try:
        async with one.running(SIZES) as contender:
            await measure([contender], SIZES)
            assert contender.failure is None
            assert contender.name.partition(" ")[0] == one.name.partition(" ")[0].rstrip(",")
            assert (contender.measured("send") or 0) > 0
            assert (contender.measured("fanout") or 0) > 0
    except CannotRun as err:
        if "apt-get install" not in str(err) and "TMPDIR" not in str(err):
            raise
        pytest.skip(f"missing: {err}")


async def test_missing_peer_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotRun, match=r"no-such-server is not installed here: apt-get install some-package"):
        installed("no-such-server", "some-package")


def test_a_package_that_debian_only_knows_has_no_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    query = tmp_path / "dpkg-query"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for said, found in (("installed 0.7.2-4", " 0.7.2"), ("not-installed ", ""), ("config-files 0.7.2-4", "")):
        query.write_text(f"#!/bin/sh\nprintf '{said}'\n")
        query.chmod(0o755)
        assert version("lua-dbi-sqlite3") == found
    query.write_text("#!/bin/sh\nexit 1\n")
    assert version("lua-dbi-sqlite3") == ""


async def test_an_archive_that_keeps_less_than_both_sides_is_no_archive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(archive, "PATIENCE_S", 0.2)
    server = MemoryServer(SIZES.people, acknowledges=True)
    one = server.contender("one", SIZES)
    database = tmp_path / "archive.sqlite"
    with pytest.raises(CannotRun, match="the archive cannot be read: unable to open"):
        await archive.check(one, database, "kept")
    with closing(sqlite3.connect(database)) as db:
        db.execute("CREATE TABLE kept (n INTEGER)")
        db.executemany("INSERT INTO kept VALUES (?)", [(n,) for n in range(2 * SIZES.people - 1)])
        db.commit()
        with pytest.raises(CannotRun, match="the archive keeps 7 rows of 4 messages, not 8"):
            await archive.check(one, database, "kept")
        db.execute("INSERT INTO kept VALUES (7)")
        db.commit()
    await archive.check(one, database, "kept")
    await one.load.close()


async def test_rows_of_a_missing_peer_say_so_and_the_others_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_process, "disk_folder", _no_disk)
    rows = await delivery.rows(SIZES)
    names = {row.name for row in rows}
    assert len(names) == len(rows)
    assert all(row.skipped == "CannotRun: all in memory" for row in rows)
    for one in PACKAGED:
        assert f"1:1 send, 4 devices in turn, beside {one.name}" in names


def _no_disk() -> Path:
    raise CannotRun("all in memory")


async def test_peer_that_ends_at_its_start_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(peer, "disk_folder", lambda: tmp_path)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    with pytest.raises(CannotRun, match="ended at its start: no licence"):
        async with started(lambda folder, port: Start(("sh", "-c", "echo no licence; exit 1"), {})):
            pass
    assert list(tmp_path.iterdir()) == []


def test_lengths_of_mqtt_packets_are_those_of_the_standard() -> None:
    """The borders of MQTT 3.1.1, table 2.4."""
    for size, header in {
        0: "00",
        127: "7f",
        128: "8001",
        16_383: "ff7f",
        16_384: "808001",
        2_097_151: "ffff7f",
    }.items():
        assert mqtt.packet(0x30, bytes(size))[1 : -size or None].hex() == header


async def test_mqtt_line_acknowledges_what_it_is_given_and_refuses_the_rest() -> None:
    message = mqtt.publication("d1", 7)
    reader, writer = asyncio.StreamReader(), _Written()
    line = mqtt.MqttLine("d0", reader, writer)  # type: ignore[arg-type]  # only what is written matters
    reader.feed_data(message.frame)
    assert await line.hear() == (Delivered(message.mark),)
    assert writer.data == bytes.fromhex("40020007")
    reader.feed_data(bytes.fromhex("d000"))
    with pytest.raises(CannotRun, match="0xd0"):
        await line.hear()
    reader.feed_eof()
    assert await line.hear() is None


@pytest.mark.parametrize(("answer", "said"), [("20020005", "expected the packet 0x20"), ("", "did not answer")])
async def test_broker_that_refuses_is_named(answer: str, said: str) -> None:
    server = await _answering(bytes.fromhex(answer))
    async with server:
        with pytest.raises(CannotRun, match=said):
            await mqtt.MqttLine.open(server.sockets[0].getsockname()[1], "d0")


async def test_xmpp_server_that_refuses_is_named() -> None:
    server = await _answering(b"<stream:stream><stream:error><host-unknown/></stream:error>")
    async with server:
        with pytest.raises(CannotRun, match="host-unknown"):
            await xmpp.XmppLine.open(server.sockets[0].getsockname()[1], "d0")


async def _answering(data: bytes) -> asyncio.Server:
    """A server that says this to whoever writes to it, and hangs up."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(data)
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


async def test_xmpp_line_finds_marks_however_the_stream_is_cut() -> None:
    messages = [xmpp.stanza("d1@peer.example/load", "chat") for _ in range(3)]
    stream = b"<presence/>" + b"<presence/>".join(message.frame for message in messages)
    for step in (1, 7, 1000, len(stream)):
        reader = asyncio.StreamReader()
        line = xmpp.XmppLine("d0", reader, _Written())  # type: ignore[arg-type]  # nothing is written here
        found = []
        for at in range(0, len(stream), step):
            reader.feed_data(stream[at : at + step])
            found += list(await line.hear() or ())
        assert found == [Delivered(message.mark) for message in messages]


class _Written:
    """The half of a connection that a line writes to."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    async def drain(self) -> None: ...
