# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Files over a real hub: any file arrives byte for byte, other bytes give nothing, and the desk judges what came."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.client import attachments
from privity.client.engine.inputs import Send
from privity.client.errors import (
    CommandRefused,
    FileTooLarge,
    FileUnreadable,
    ForeignUrl,
    HubUnreachable,
    NotAFile,
)
from privity.client.net.connection import CHUNK
from privity.client.sdk import Device
from privity.message.attachments import TAG_BYTES, Encrypted, blob_url, encrypt
from privity.message.content import PROCESS_ALL, ExternalPart, MimiContent, MultiPart, Part, walk
from privity.message.errors import AttachmentError, CiphertextMismatch, MissingPlaintextHash, PlaintextMismatch
from privity.message.report import Reason
from privity.server.blobs import routes
from privity.server.blobs.model import Blob
from privity.server.limits import MAX_BLOB_BYTES
from privity.wire.errors import Refusal
from tests.client.town import run, shown, town
from tests.message.two_keys import ciphertext_for

PICTURE = b"an invented picture of a teapot " * 400
HOST = "hub.example"


def made(plaintext: bytes = PICTURE) -> Encrypted:
    """What an honest device would put and say."""
    return encrypt(
        plaintext,
        content_type="image/png",
        filename="teapot.png",
        description="a teapot",
        url_of=lambda digest: blob_url(HOST, digest),
        random=os.urandom,
    )


async def say(device: Device, room: str, part: Part, *plaintext_hashes: tuple[int, bytes]) -> bytes:
    """Any message with any part, as a device of somebody with other ideas would send it."""
    sent = await device.host.do(lambda n: Send(n, room, part, plaintext_hashes=plaintext_hashes))
    assert isinstance(sent, bytes)
    return sent


async def refused(device: Device, room: str, message_id: bytes, error: type[Exception]) -> str:
    await shown(device, room, message_id)
    with pytest.raises(error) as caught:
        await device.fetch(room, message_id)
    return str(caught.value)


def attached(device: Device, room: str, message_id: bytes) -> ExternalPart:
    """The part of the message as the device shows it."""
    (item,) = [item for item in device.read(room) if item.message_id == message_id]
    parts = [part for _, part in walk(MimiContent.decode(item.content).part) if isinstance(part, ExternalPart)]
    return parts[0]


# What is promised


def test_any_file_arrives_byte_for_byte(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            path = tmp_path / "räksmörgås.tar.gz"
            for size in (0, 1, CHUNK - TAG_BYTES, CHUNK, 1_000_003):
                path.write_bytes(os.urandom(size))
                up: list[tuple[int, int]] = []
                down: list[tuple[int, int]] = []
                sent = await alice.attach(room, path, caption="look", progress=lambda *at, up=up: up.append(at))
                await shown(bob, room, sent)
                file = await bob.fetch(room, sent, progress=lambda *at, down=down: down.append(at))
                assert (file.filename, file.content_type) == (path.name, "application/x-tar")
                assert file.plaintext == path.read_bytes()
                assert repr(file.plaintext) not in repr(file)
                assert (await alice.fetch(room, sent)).plaintext == file.plaintext, "the sender has it too"
                for heard in (up, down):
                    assert heard == sorted(heard)
                    assert heard[-1] == (size + TAG_BYTES, size + TAG_BYTES)
                blob = here.blob(attached(bob, room, sent).content_hash).read_bytes()
                assert len(blob) == size + TAG_BYTES
                assert size < 100 or path.read_bytes()[:100] not in blob

    run(work())


def test_bytes_without_a_name_travel_too_and_answer_a_message(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            first = await alice.send(room, "send me the teapot")
            sent = await alice.attach(room, PICTURE, content_type="image/png", in_reply_to=first)
            assert (await shown(bob, room, sent)).in_reply_to == first
            file = await bob.fetch(room, sent)
            assert (file.filename, file.content_type, file.plaintext) == ("", "image/png", PICTURE)

    run(work())


def test_the_same_ciphertext_again_is_harmless(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice = await here.person("alice_a")
            connection = alice.host.connected()
            first, again = [await connection.upload(PICTURE, None) for _ in range(2)]
            assert first == again
            assert first.sha256 == hashlib.sha256(PICTURE).digest()

    run(work())


def test_what_cannot_be_sent_is_refused_before_anything_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "HELD_LIMIT", 1000)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "fits").write_bytes(bytes(1000 - TAG_BYTES))
    (tmp_path / "large").write_bytes(bytes(1001 - TAG_BYTES))

    async def work() -> None:
        async with town(tmp_path) as here:
            alice, _, room = await here.pair()
            for name, error in {
                "missing": NotAFile,
                "zero\0byte": NotAFile,
                "pipe": NotAFile,
                ".": NotAFile,
                "fits/within": FileUnreadable,
                "large": FileTooLarge,
            }.items():
                with pytest.raises(error):
                    await alice.attach(room, tmp_path / name)
            with pytest.raises(CommandRefused):
                await alice.attach(room + "x", tmp_path / "fits")
            assert list(here.context.config.blobs.iterdir()) == []
            await alice.attach(room, tmp_path / "fits")

    run(work())


def test_the_limit_of_the_hub_is_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device learns it from the hub at each file, so a hub may change it."""
    monkeypatch.setattr("privity.server.accounts.routes.MAX_BLOB_BYTES", 1000)

    async def work() -> None:
        async with town(tmp_path) as here:
            alice, _, room = await here.pair()
            with pytest.raises(FileTooLarge):
                await alice.attach(room, bytes(1001 - TAG_BYTES))
            await alice.attach(room, bytes(1000 - TAG_BYTES))

    run(work())


def test_the_largest_file_arrives_and_one_byte_more_is_refused(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            largest = os.urandom(MAX_BLOB_BYTES - TAG_BYTES)
            with pytest.raises(FileTooLarge):
                await alice.attach(room, largest + b"x")
            sent = await alice.attach(room, largest)
            await shown(bob, room, sent)
            assert (await bob.fetch(room, sent)).plaintext == largest

    run(work())


def test_versions_have_their_own_files(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.attach(room, b"first", filename="first.txt", caption="look")
            edit = await alice.edit(room, sent, "I took the file back")
            await shown(bob, room, edit)
            assert (await bob.fetch(room, sent)).plaintext == b"first", "an edit keeps the earlier version"
            with pytest.raises(CommandRefused, match="no file"):
                await bob.fetch(room, edit)
            with pytest.raises(CommandRefused, match="at part 9"):
                await bob.fetch(room, sent, 9)
            with pytest.raises(CommandRefused, match="this id"):
                await bob.fetch(room, b"\1" + bytes(31))
            await alice.delete(room, sent)
            after = await alice.send(room, "gone")
            await shown(bob, room, after)
            for message_id in (sent, edit):
                with pytest.raises(CommandRefused, match="deleted"):
                    await bob.fetch(room, message_id)

    run(work())


def test_several_files_are_told_apart_by_their_part(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            files = [made(b"one"), made(b"two")]
            for file in files:
                await alice.host.connected().upload(file.ciphertext, None)
            part = MultiPart(PROCESS_ALL, tuple(file.part for file in files))
            sent = await say(alice, room, part, (1, files[0].plaintext_hash), (2, files[1].plaintext_hash))
            assert "[1, 2]" in await refused(bob, room, sent, CommandRefused)
            assert [(await bob.fetch(room, sent, index)).plaintext for index in (1, 2)] == [b"one", b"two"]

    run(work())


# What others may try


def test_no_message_names_a_file_that_the_hub_did_not_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def other(*_: object) -> Blob:
        return Blob(bytes(32), len(PICTURE) + TAG_BYTES)

    async def work() -> None:
        async with town(tmp_path) as here:
            alice, _, room = await here.pair()
            before = len(alice.read(room))
            monkeypatch.setattr("privity.server.blobs.service.MAX_BLOB_STOCK_BYTES", 100)
            with pytest.raises(Refusal, match="too_many"):
                await alice.attach(room, PICTURE)
            monkeypatch.setattr("privity.server.blobs.service.put", other)
            with pytest.raises(HubUnreachable, match="other bytes"):
                await alice.attach(room, PICTURE)
            await alice.send(room, "nothing came before this")
            assert len(alice.read(room)) == before + 1

    run(work())


def _flip(at: int) -> Callable[[bytes], bytes]:
    def flipped(data: bytes) -> bytes:
        at_byte = at % len(data)
        return data[:at_byte] + bytes([data[at_byte] ^ 1 << at % 8]) + data[at_byte + 1 :]

    return flipped


ALTERED: dict[str, Callable[[bytes], bytes]] = {
    "first bit": _flip(0),
    "a bit in the middle": _flip(5_003),
    "last bit": _flip(-1),
    "other bytes": lambda data: os.urandom(len(data)),
    "one byte less": lambda data: data[:-1],
    "one byte more": lambda data: data + b"\0",
    "nothing": lambda data: b"",
    "much more": lambda data: data * 100,
}


def test_other_bytes_from_the_hub_give_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.attach(room, PICTURE, filename="teapot.png")
            await shown(bob, room, sent)
            blob = here.blob(attached(bob, room, sent).content_hash)
            genuine = blob.read_bytes()
            for name, change in ALTERED.items():
                blob.write_bytes(change(genuine))
                with pytest.raises(CiphertextMismatch):
                    await bob.fetch(room, sent)
                    raise AssertionError(name)
            blob.write_bytes(genuine)
            assert (await bob.fetch(room, sent)).plaintext == PICTURE

    run(work())


def test_a_hub_that_never_ends_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0

    async def endless(_: object, request: web.Request, caller: str) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(CHUNK))
            written += CHUNK

    monkeypatch.setattr(routes, "send", endless)

    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.attach(room, PICTURE)
            heard: list[int] = []
            await shown(bob, room, sent)
            with pytest.raises(CiphertextMismatch, match="more"):
                await bob.fetch(room, sent, progress=lambda done, total: heard.append(done))
            assert all(done <= len(PICTURE) + TAG_BYTES for done in heard)

    run(work())
    assert written < 16 << 20, "what fits into the buffers between, and no more"


def test_a_redirect_of_the_hub_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        async with _Witness() as witness, town(tmp_path) as here:

            async def elsewhere(_: object, request: web.Request, caller: str) -> web.StreamResponse:
                return web.Response(status=302, headers={"Location": witness.url})

            monkeypatch.setattr(routes, "send", elsewhere)
            alice, bob, room = await here.pair()
            sent = await alice.attach(room, PICTURE)
            await refused(bob, room, sent, HubUnreachable)
            assert witness.asked == 0

    run(work())


class _Witness:
    """A place elsewhere that counts who asks."""

    def __init__(self) -> None:
        self.asked = 0
        self.url = ""

    async def __aenter__(self) -> _Witness:
        async def answer(_: web.BaseRequest) -> web.Response:
            self.asked += 1
            return web.Response(body=made().ciphertext)

        self._runner = web.ServerRunner(web.Server(answer))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/{'0' * 64}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


def test_a_file_elsewhere_is_never_asked_for(tmp_path: Path) -> None:
    async def work() -> None:
        async with _Witness() as witness, town(tmp_path) as here:
            alice, bob, room = await here.pair()
            file = made()
            await alice.host.connected().upload(file.ciphertext, None)
            digest = file.part.content_hash
            for url in (
                witness.url,
                blob_url("hub.example.evil.example", digest),
                blob_url("evil@hub.example", digest),
                blob_url(HOST, digest) + "?who=bob",
                blob_url(HOST, bytes(32)),
                f"http://{HOST}/v1/blobs/{digest.hex()}",
                "file:///etc/passwd",
                "",
            ):
                sent = await say(alice, room, replace(file.part, url=url), (0, file.plaintext_hash))
                told = await refused(bob, room, sent, ForeignUrl)
                assert "evil" not in told, "what the sender wrote does not stand in our sentence"
            assert witness.asked == 0

    run(work())


def test_messages_that_say_something_wrong_give_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            file = made()
            await alice.host.connected().upload(file.ciphertext, None)
            right = (0, file.plaintext_hash)
            size = len(file.ciphertext)
            cases: list[tuple[dict[str, object], tuple[tuple[int, bytes], ...], type[Exception]]] = [
                ({"size": size - 1}, (right,), CiphertextMismatch),
                ({"size": size + 1}, (right,), CiphertextMismatch),
                ({"size": 0}, (right,), CiphertextMismatch),
                ({"size": 1 << 50}, (right,), FileTooLarge),
                ({"enc_alg": 0}, (right,), AttachmentError),
                ({"hash_alg": 7}, (right,), AttachmentError),
                ({"key": bytes(16)}, (right,), AttachmentError),
                ({"key": b""}, (right,), AttachmentError),
                ({}, (), MissingPlaintextHash),
                ({}, ((1, file.plaintext_hash),), MissingPlaintextHash),
                ({}, ((0, bytes(32)),), PlaintextMismatch),
            ]
            for change, hashes, error in cases:
                part = replace(file.part, **change)  # type: ignore[arg-type]  # one field per case
                await refused(bob, room, await say(alice, room, part, *hashes), error)
            unknown = replace(file.part, content_hash=bytes(32), url=blob_url(HOST, bytes(32)))
            assert "not_found" in await refused(bob, room, await say(alice, room, unknown, right), Refusal)

    run(work())


# Reports


def test_a_reported_file_is_verified_by_the_desk(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.attach(room, os.urandom(300_000), filename="teapot.png", caption="look")
            await shown(bob, room, sent)
            await bob.fetch(room, sent)
            await bob.report(room, (sent,), Reason.HARASSMENT)
            assert max(await here.sealed_sizes()) < 100_000, "the hub has it, so it does not travel again"
            report = await here.desk.only()
            assert report.level == 2
            assert [(found.part, found.outcome) for found in report.messages[0].attachments] == [(2, "OK")]

    run(work())


def test_a_file_that_the_hub_lost_rides_along_if_the_reporter_has_it(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            seen = await alice.attach(room, os.urandom(300_000), filename="seen.png")
            unseen = await alice.attach(room, b"never fetched", filename="unseen.png")
            await shown(bob, room, unseen)
            await bob.fetch(room, seen)
            for sent in (seen, unseen):
                here.blob(attached(bob, room, sent).content_hash).unlink()
                assert "not_found" in await refused(bob, room, sent, Refusal)
            await bob.report(room, (seen, unseen), Reason.HARASSMENT)
            assert max(await here.sealed_sizes()) > 300_000
            report = await here.desk.only()
            assert report.level == 2
            assert [message.attachments[0].outcome for message in report.messages] == ["OK", "UNAVAILABLE"]

    run(work())


@pytest.mark.parametrize("lost", [False, True])
def test_a_file_that_opens_under_two_keys_is_refused_and_convicts_its_sender(tmp_path: Path, lost: bool) -> None:
    """The published attack: one ciphertext, and each message shows another plaintext of it."""

    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            key1, key2, nonce = b"\1" * 16, b"\2" * 16, b"\3" * 12
            ciphertext = ciphertext_for(key1, key2, nonce)
            shown_first = AESGCM(key1).decrypt(nonce, ciphertext, b"")
            digest = hashlib.sha256(ciphertext).digest()
            await alice.host.connected().upload(ciphertext, None)
            part = replace(
                made().part,
                key=key1,
                nonce=nonce,
                size=len(ciphertext),
                content_hash=digest,
                url=blob_url(HOST, digest),
            )
            named = (0, hashlib.sha256(shown_first).digest())
            first = await say(alice, room, part, named)
            second = await say(alice, room, replace(part, key=key2), named)
            await refused(bob, room, second, PlaintextMismatch)
            assert (await bob.fetch(room, first)).plaintext == shown_first
            if lost:
                here.blob(digest).unlink()
            await bob.report(room, (first, second), Reason.FRAUD)
            report = await here.desk.only()
            assert report.level == 2
            assert [message.attachments[0].outcome for message in report.messages] == ["OK", "MISMATCH"]

    run(work())


def test_a_report_says_nothing_of_files_that_do_not_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that is too large for files is still a report."""

    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = [await alice.attach(room, os.urandom(60_000)) for _ in range(3)]
            await shown(bob, room, sent[-1])
            for message_id in sent:
                await bob.fetch(room, message_id)
                here.blob(attached(bob, room, message_id).content_hash).unlink()
            monkeypatch.setattr("privity.client.engine.reports.MAX_REPORT", 150_000)
            await bob.report(room, tuple(sent), Reason.SPAM)
            report = await here.desk.only()
            assert report.level == 2
            assert [m.attachments[0].outcome for m in report.messages] == ["OK", "OK", "UNAVAILABLE"]

    run(work())


def test_an_offline_device_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        async with town(tmp_path) as here:
            alice, bob, room = await here.pair()
            sent = await alice.attach(room, PICTURE)
            await shown(bob, room, sent)
        again = Device.open(tmp_path / "bob_b", "invented")
        try:
            with pytest.raises(HubUnreachable):
                await again.fetch(room, sent)
            with pytest.raises(HubUnreachable):
                await again.attach(room, PICTURE)
        finally:
            await again.close()

    run(work())
