# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of a backup: whatever is cut, moved, doubled, appended or flipped is refused, and by its name."""

from __future__ import annotations

import io
import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.client.backup import contents, keys
from privity.client.backup.desk_records import checked
from privity.client.backup.format import (
    CHUNK,
    HEADER_BYTES,
    INFO,
    MAGIC,
    MAX_RECORD,
    TAG,
    Maker,
    Opened,
    Opening,
    Writer,
    header_for,
    open_backup,
)
from privity.client.backup.keys import PUBLIC_BYTES, BackupKey
from privity.client.backup.restoring import MAX_AHEAD_MS
from privity.client.errors import (
    BackupDamaged,
    BackupMalformed,
    BackupNotByDevice,
    BackupOfAnother,
    BackupRefused,
    BackupTrailing,
    BackupTruncated,
    CommandRefused,
    NotABackup,
    WrongBackupKey,
)
from privity.identity.device_list import SUITE, Device, DeviceList
from privity.identity.recovery import BACKUP_SEED_BYTES, Root, new_phrase, root_of
from privity.identity.undated import once_in_force
from privity.identity.uris import new_client_uri, new_user_uri
from privity.mls.codec import u16
from privity.mls.crypto import generate_signature_key

HOST = "hub.example"
MADE_MS = 1_800_000_000_000
RANDOM = Random(41)
KEY = BackupKey(RANDOM.randbytes(BACKUP_SEED_BYTES))
PIECE = CHUNK + TAG
VECTORS = json.loads((Path(__file__).resolve().parents[2] / "spec" / "vectors" / "backup.json").read_text())


def account(random: Random) -> tuple[DeviceList, Maker]:
    """An account with one device."""
    user_uri = new_user_uri(HOST, random.randbytes)
    account_private, _ = generate_signature_key(SUITE, random.randbytes)
    recovery_private, _ = generate_signature_key(SUITE, random.randbytes)
    private, public = generate_signature_key(SUITE, random.randbytes)
    device = Device(new_client_uri(user_uri, random.randbytes), public, MADE_MS)
    devices = DeviceList.sign(user_uri, (device,), account_private, recovery_private=recovery_private)
    return devices, Maker(device.client_uri, private)


LISTED, MAKER = account(RANDOM)


def backup(*records: bytes, key: BackupKey = KEY, maker: Maker = MAKER) -> bytes:
    out = io.BytesIO()
    writer = Writer(out, key.public, maker, MADE_MS)
    for record in records:
        writer.record(record)
    writer.close()
    return out.getvalue()


def opened(data: bytes, key: BackupKey = KEY, lists: tuple[DeviceList, ...] = (LISTED,)) -> Opened:
    return open_backup(io.BytesIO(data), key, lists)


def read(data: bytes) -> list[bytes]:
    return [record for _, record in opened(data).records()]


RECORDS = tuple(RANDOM.randbytes(size) for size in (0, 1, CHUNK, 3 * CHUNK + 7, 100))
GOOD = backup(*RECORDS)
START = HEADER_BYTES + 2 + int.from_bytes(GOOD[HEADER_BYTES : HEADER_BYTES + 2], "big")


def pieces() -> tuple[bytes, list[bytes]]:
    return GOOD[:START], [GOOD[at : at + PIECE] for at in range(START, len(GOOD), PIECE)]


def test_what_was_written_is_read_and_who_made_it_is_known() -> None:
    found = opened(GOOD)
    assert (found.client_uri, found.made_ms, found.user_uri) == (MAKER.client_uri, MADE_MS, LISTED.user_uri)
    assert [record for _, record in found.records()] == list(RECORDS)
    done = [at for at, _ in found.records()]
    assert done == sorted(done) and done[-1] == len(GOOD)
    found.check_whole()
    assert MAKER.client_uri.encode() not in GOOD and LISTED.user_uri.encode() not in GOOD, "not even whose it is"


@pytest.mark.parametrize("size", [CHUNK - 5, CHUNK - 4, CHUNK - 3, 2 * CHUNK - 4])
def test_a_backup_that_ends_with_a_whole_piece_is_read(size: int) -> None:
    assert read(backup(bytes(size))) == [bytes(size)]


def cut_after_a_piece() -> bytes:
    head, whole = pieces()
    return head + b"".join(whole[:-1])


def cut_in_a_piece() -> bytes:
    return GOOD[:-30]


def cut_to_nothing() -> bytes:
    return GOOD[:START]


def cut_in_the_beginning() -> bytes:
    return GOOD[: HEADER_BYTES + 1]


def cut_in_the_sealed_key() -> bytes:
    return GOOD[: START - 1]


def swapped() -> bytes:
    head, whole = pieces()
    return head + b"".join([whole[1], whole[0], *whole[2:]])


def doubled() -> bytes:
    head, whole = pieces()
    return head + b"".join([whole[0], whole[0], *whole[1:]])


def left_out() -> bytes:
    head, whole = pieces()
    return head + b"".join([whole[0], *whole[2:]])


def of_another_backup() -> bytes:
    head, whole = pieces()
    other = backup(*RECORDS)
    return head + whole[0] + other[START + PIECE : START + 2 * PIECE] + b"".join(whole[2:])


def something_behind() -> bytes:
    short = backup(b"one record")
    return short + bytes(PIECE)


def a_backup_behind() -> bytes:
    padded = backup(bytes(2 * CHUNK - 4))
    return padded + GOOD


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (cut_after_a_piece, BackupTruncated),
        (cut_in_a_piece, BackupDamaged),
        (cut_to_nothing, BackupTruncated),
        (cut_in_the_beginning, BackupTruncated),
        (cut_in_the_sealed_key, BackupTruncated),
        (swapped, BackupDamaged),
        (doubled, BackupDamaged),
        (left_out, BackupDamaged),
        (of_another_backup, BackupDamaged),
        (something_behind, BackupDamaged),
        (a_backup_behind, BackupTrailing),
    ],
    ids=lambda value: value.__name__,
)
def test_a_backup_that_is_not_as_it_was_made_is_refused(change: object, error: type[BackupRefused]) -> None:
    assert callable(change)
    with pytest.raises(error):
        opened(change()).check_whole()


def flips(data: bytes, count: int) -> Iterator[bytes]:
    random = Random(7)
    places = [*range(START), *(random.randrange(START, len(data)) for _ in range(count))]
    for at in random.sample(places, count):
        changed = bytearray(data)
        changed[at] ^= 1 << random.randrange(8)
        yield bytes(changed)


def check_flips(count: int) -> None:
    small = backup(b"one", b"two")
    for changed in flips(small, count):
        with pytest.raises(BackupRefused):
            opened(changed).check_whole()


def test_no_flipped_bit_is_overlooked() -> None:
    check_flips(150)


@pytest.mark.prove
def test_no_flipped_bit_is_overlooked_of_many() -> None:
    check_flips(min(START, int(os.environ.get("PRIVITY_PROVE_FLIPS", "1100"))))


def test_other_files_and_versions_are_told_from_backups() -> None:
    with pytest.raises(NotABackup, match="no backup"):
        opened(b"")
    with pytest.raises(NotABackup, match="no backup"):
        opened(b"PK\x03\x04" + bytes(1000))
    newer = bytearray(GOOD)
    newer[len(MAGIC)] = 2
    with pytest.raises(NotABackup, match="version 2"):
        opened(bytes(newer))


def test_a_backup_of_another_phrase_says_which() -> None:
    other = BackupKey(RANDOM.randbytes(BACKUP_SEED_BYTES))
    with pytest.raises(WrongBackupKey, match=keys.key_id(KEY.public).hex()):
        opened(GOOD, other)


def test_a_stranger_who_knows_the_public_key_makes_no_backup() -> None:
    """Everybody could seal to it: a device of the account must have signed."""
    listed, stranger = account(Random(2))
    forged = backup(b"hostile", maker=stranger)
    with pytest.raises(BackupOfAnother):
        opened(forged)
    pretending = backup(b"hostile", maker=Maker(MAKER.client_uri, stranger.signature_private))
    with pytest.raises(BackupNotByDevice):
        opened(pretending)
    assert opened(forged, lists=(listed,)).user_uri == listed.user_uri


def resealed(data: bytes, key: BackupKey, seal_to: BackupKey, change: object = None) -> bytes:
    """The sealed beginning of a backup, opened and sealed anew to another key: what its reader could do."""
    header = data[:HEADER_BYTES]
    opening = key.open(data[HEADER_BYTES + 2 : START], header[-8:], INFO + header)
    made = opening if change is None else change(opening)  # type: ignore[operator]  # a function of the test
    head = header_for(seal_to.public)
    sealed = keys.seal(seal_to.public, made, INFO + head)
    return head + u16(len(sealed)) + sealed + data[START:]


def test_whoever_can_open_a_backup_cannot_pass_it_on_to_somebody_else() -> None:
    """The signature names whom it is sealed to."""
    other = BackupKey(RANDOM.randbytes(BACKUP_SEED_BYTES))
    assert opened(resealed(GOOD, KEY, KEY)).client_uri == MAKER.client_uri
    with pytest.raises(BackupNotByDevice):
        opened(resealed(GOOD, KEY, other), other)


def test_another_key_for_the_pieces_needs_another_signature() -> None:
    with pytest.raises(BackupNotByDevice):
        opened(resealed(GOOD, KEY, KEY, lambda opening: bytes(32) + opening[32:]))
    with pytest.raises(BackupMalformed):
        opened(resealed(GOOD, KEY, KEY, lambda opening: opening + b"\x00"))
    nobody = Opening(bytes(32), MADE_MS, "mimi://hub.example/u/x", b"").encode()
    with pytest.raises(BackupMalformed, match="no device"):
        opened(resealed(GOOD, KEY, KEY, lambda _: nobody))
    with pytest.raises(BackupMalformed, match="UTF-8"):
        opened(resealed(GOOD, KEY, KEY, lambda _: bytes(40) + b"\x02\xff\xff\x00"))


def test_a_list_of_a_reset_that_nothing_was_built_on_vouches_for_nobody() -> None:
    random = Random(5)
    user_uri = LISTED.user_uri
    ghost_private, ghost_public = generate_signature_key(SUITE, random.randbytes)
    account_private, _ = generate_signature_key(SUITE, random.randbytes)
    paper, _ = generate_signature_key(SUITE, random.randbytes)
    ghost = Device(new_client_uri(user_uri, random.randbytes), ghost_public, MADE_MS)
    reset = DeviceList.sign(
        user_uri, (ghost,), account_private, recovery_private=paper, previous=LISTED, in_force=LISTED, reset=True
    )
    values = [LISTED.encode(), reset.encode()]
    assert once_in_force(values, user_uri) == (LISTED,)
    following = DeviceList.sign(user_uri, (ghost,), account_private, previous=reset)
    assert once_in_force([*values, following.encode()], user_uri) == (LISTED, reset, following)
    made = backup(b"", maker=Maker(ghost.client_uri, ghost_private))
    with pytest.raises(BackupNotByDevice):
        opened(made, lists=once_in_force(values, user_uri))


def test_records_that_lie_about_their_size_are_refused() -> None:
    with pytest.raises(BackupMalformed):
        backup(bytes(MAX_RECORD + 1))
    out = io.BytesIO()
    writer = Writer(out, KEY.public, MAKER, MADE_MS)
    writer._buffer += (MAX_RECORD + 1).to_bytes(4, "big")
    writer.close()
    with pytest.raises(BackupMalformed, match="says"):
        opened(out.getvalue()).check_whole()
    out = io.BytesIO()
    writer = Writer(out, KEY.public, MAKER, MADE_MS)
    writer._buffer += (9).to_bytes(4, "big") + b"short"
    writer.close()
    with pytest.raises(BackupMalformed, match="cut short"):
        opened(out.getvalue()).check_whole()


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\xc1",
        contents.encode(contents.Row("mls", "mimi://hub.example/r/a", b"group", b"x")),
        contents.encode(contents.Row("own", "", b"device", b"x")),
        contents.encode(contents.Row("pin", "", b"mimi://hub.example/u/a", b"x")),
        contents.encode(contents.Row("room", "", b"mimi://hub.example/r/a", b"x")),
        contents.encode(contents.Row("key_package", "", b"a", b"x")),
    ],
)
def test_a_record_that_no_backup_has_is_refused(record: bytes) -> None:
    with pytest.raises(BackupMalformed):
        contents.decode(record)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    for attempt in (lambda: contents.decode(data), lambda: opened(MAGIC + data), lambda: opened(GOOD[:START] + data)):
        try:
            found = attempt()
            if isinstance(found, Opened):
                found.check_whole()
        except BackupRefused:
            continue
        raise AssertionError("taken for a backup")


def test_keys_are_of_the_right_size_and_show_nothing() -> None:
    with pytest.raises(CommandRefused):
        BackupKey(bytes(32))
    with pytest.raises(CommandRefused):
        keys.seal(bytes(5), b"x", b"")
    assert len(KEY.public) == PUBLIC_BYTES
    shown = repr(KEY) + repr(MAKER) + repr(Opening(b"secretsecret", 0, "", b""))
    assert "secretsecret" not in shown and repr(MAKER.signature_private) not in shown
    assert BackupKey.of(root_of(new_phrase(bytes))).public != BackupKey.of(Root(bytes(32))).public


class Counting(io.RawIOBase):
    """A file of any length that is not held: what is written is counted."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        assert isinstance(data, (bytes, bytearray))
        self.size += len(data)
        return len(data)


def check_memory(path: Path, megabytes: int) -> tuple[int, int]:
    """The peaks of writing and reading so much, in bytes."""
    record = os.urandom(1 << 20)
    tracemalloc.start()
    try:
        with path.open("wb") as out:
            writer = Writer(out, KEY.public, MAKER, MADE_MS)
            for _ in range(megabytes):
                writer.record(record)
            writer.close()
        writing = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        with path.open("rb") as file:
            assert sum(len(found) for _, found in open_backup(file, KEY, (LISTED,)).records()) == megabytes << 20
        return writing, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


LIMIT = 16 << 20


def test_memory_does_not_grow_with_the_backup(tmp_path: Path) -> None:
    for peak in check_memory(tmp_path / "b", 48):
        assert peak < LIMIT


@pytest.mark.prove
def test_memory_does_not_grow_with_a_huge_backup(tmp_path: Path) -> None:
    for peak in check_memory(tmp_path / "b", int(os.environ.get("PRIVITY_PROVE_BACKUP_MB", "4096"))):
        assert peak < LIMIT


# Vectors


def test_the_vectors_of_the_desk_are_taken_or_refused() -> None:
    assert {vector["refused"] for vector in VECTORS["of_desk"]} == {None, "BackupMalformed"}
    for vector in VECTORS["of_desk"]:
        record = contents.decode(bytes.fromhex(vector["record"]))
        assert isinstance(record, contents.OfDesk)
        if vector["refused"] is None:
            checked(record, VECTORS["made_ms"] + MAX_AHEAD_MS)
            continue
        with pytest.raises(BackupMalformed):
            checked(record, VECTORS["made_ms"] + MAX_AHEAD_MS)


def test_the_vectors_lead_from_the_words_to_the_records() -> None:
    for vector in VECTORS["keys"]:
        key = BackupKey.of(root_of(vector["phrase"]))
        assert root_of(vector["phrase"]).backup_seed().hex() == vector["seed"]
        assert key.public.hex() == vector["public"] and keys.key_id(key.public).hex() == vector["key_id"]
    lists = (DeviceList.decode(bytes.fromhex(VECTORS["device_list"])),)
    key = BackupKey.of(root_of(VECTORS["keys"][0]["phrase"]))
    for vector in VECTORS["backups"]:
        data = bytes.fromhex(vector["file"])
        if vector["refused"] is None:
            found = opened(data, key, lists)
            assert (found.client_uri, found.made_ms) == (vector["client_uri"], vector["made_ms"])
            assert [record.hex() for _, record in found.records()] == vector["records"]
        else:
            with pytest.raises(BackupRefused) as caught:
                opened(data, key, lists).check_whole()
            assert type(caught.value).__name__ == vector["refused"]
