# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whoever has the disk, the database, one officer's key or a foolish colleague, against what is kept apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise, product
from pathlib import Path

import pyrage
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privity.desk.audit.acts import Act
from privity.desk.db.backup import backup
from privity.desk.db.database import open_database
from privity.desk.db.transaction import Db, IntegrityError
from privity.desk.legal.requests.clocks import DAY_MS
from privity.desk.legal.requests.errors import NotInThisState
from privity.desk.legal.requests.model import Outcome
from privity.desk.legal.vault import sealing, store
from privity.desk.legal.vault import service as vault
from privity.desk.legal.vault.custody import Custody, Keeper
from privity.desk.legal.vault.errors import (
    AnotherAgency,
    HoldDamaged,
    HoldOver,
    NoAuthority,
    SharesWrong,
    WrongState,
)
from privity.desk.legal.vault.model import State
from privity.production.classes import Releasable
from tests.desk.legal.vault.cellar import ALICE, BOB, CLERK, FILES, NOON, PRESERVE, RELEASER, WARRANT, Cellar
from tests.desk.retention.years import decrypted
from tests.desk.test_disk import forms

SUBSCRIBER = "subscriber/0001.json"


@pytest.fixture
def cellar(tmp_path: Path) -> Iterator[Cellar]:
    cellar = Cellar.at(tmp_path)
    yield cellar
    cellar.db.close()


def without_triggers(db: Db) -> None:
    """Whoever writes into the file is stopped by none of them."""
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    db.execute("PRAGMA foreign_keys = OFF")


def pages(cellar: Cellar) -> bytes:
    cellar.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return decrypted(cellar.folder / "desk" / "desk.db", cellar.keys)


def opened_keys(cellar: Cellar, hold: int) -> list[bytes]:
    """What a thief would want: the keys of every class, as they are while the hold lives."""
    id_ = cellar.hold(hold).id
    desk = cellar.custody.holder(Keeper.DESK)
    return [
        desk.unwrap(sealing.place(id_, each.data_class), store.keys(cellar.db, hold, each.data_class), ())
        for each in store.classes(cellar.db, hold)
    ]


def window_opens(data: bytes, key: bytes, where: bytes) -> bool:
    """Whether anything in these bytes is a wrapped key of this hold, wherever it lies and however it was moved."""
    opener, bound = AESGCM(key), b"Privity legal hold key 1" + where + b"\x04desk"
    for at in range(len(data) - 60):
        try:
            opener.decrypt(data[at : at + 12], data[at + 12 : at + 60], bound)
        except InvalidTag:
            continue
        return True
    return False


def test_a_leaked_disk_shows_nothing_that_is_kept(cellar: Cellar) -> None:
    """Not even to who can decrypt the database: contents and the lists of files are under keys of their own."""
    cellar.held(PRESERVE)
    inside, folder = pages(cellar), cellar.folder / "desk"
    outside = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    for content in (*FILES.values(), b"pot.collector"):
        for form in forms(content.decode()):
            assert form not in outside
            assert content == b"pot.collector" or form not in inside


def test_a_stolen_disk_with_all_keys_yields_nothing_after_the_end(cellar: Cellar) -> None:
    """No byte of a key, wrapped or open, anywhere in the file; and no place in it opens as one."""
    holds = [cellar.held(PRESERVE, {SUBSCRIBER: cellar.random(size)}).number for size in (30, 9000, 300, 40_000, 1500)]
    wrapped = {hold: cellar.keys_of(hold) for hold in holds}
    bare = {hold: opened_keys(cellar, hold) for hold in holds}
    before = pages(cellar)
    assert all(piece in before for hold in holds for row in wrapped[hold] for piece in row), (
        "the pages are read rightly"
    )
    where = sealing.place(cellar.hold(holds[0]).id, Releasable.SUBSCRIBER)
    (row,) = store.keys(cellar.db, holds[0], Releasable.SUBSCRIBER)
    at = before.index(row.nonce + row.wrapped)
    assert window_opens(before[at - 200 : at + 200], cellar.keys.evidence, where), "the search finds what is there"

    cellar.until_day(91)
    after = pages(cellar)
    for hold in holds:
        assert cellar.state(hold) == State.SHREDDED
        assert not any(piece in after for row in wrapped[hold] for piece in row)
        assert not any(key in after for key in bare[hold])
    assert (cellar.folder / "desk" / "desk.db-wal").stat().st_size == 0
    assert not window_opens(after[: 400 * 1024], cellar.keys.evidence, where)


@pytest.mark.prove
def test_no_place_of_the_whole_file_opens_as_a_key(cellar: Cellar) -> None:
    hold = cellar.held(PRESERVE).number
    places = [sealing.place(cellar.hold(hold).id, each) for each in Releasable]
    cellar.until_day(91)
    after = pages(cellar)
    assert not any(window_opens(after, cellar.keys.evidence, where) for where in places)


def test_after_the_end_nothing_tells_what_was_kept(cellar: Cellar) -> None:
    """Neither names nor sizes nor hashes of files: a hash of little is as good as what it is of."""
    hold = cellar.held(PRESERVE).number
    manifest = cellar.hold(hold).manifest_sha256
    cellar.until_day(91)
    left = {
        table: cellar.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("legal_hold_file", "legal_hold_piece")
    }
    assert set(left.values()) == {0}
    assert cellar.db.execute("SELECT max(length(manifest)) FROM legal_hold_class").fetchone() == (0,)
    assert cellar.hold(hold).manifest_sha256 == manifest, "which says nothing without its salt"


def test_a_backup_of_before_still_opens_and_says_so_in_the_handbook(cellar: Cellar) -> None:
    """What the operator has to do about copies is written down, because nothing else can do it."""
    hold = cellar.held(PRESERVE).number
    copy = cellar.folder / "copy.db"
    backup(cellar.db, cellar.keys, copy)
    cellar.until_day(91)
    with closing(open_database(copy, cellar.keys)) as old:
        (row,) = store.keys(old, hold, Releasable.SUBSCRIBER)
        where = sealing.place(cellar.hold(hold).id, Releasable.SUBSCRIBER)
        assert len(cellar.custody.holder(Keeper.DESK).unwrap(where, [row], ())) == 32
    page = Path(__file__).parents[2] / "docs" / "operators" / "preservation.md"
    assert "Backups" in page.read_text()


def test_a_backup_of_what_two_officers_keep_opens_for_neither_desk_nor_one_of_them(cellar: Cellar) -> None:
    first, _ = cellar.officers()
    hold = cellar.held(PRESERVE).number
    where = sealing.place(cellar.hold(hold).id, Releasable.SUBSCRIBER)
    rows = store.keys(cellar.db, hold, Releasable.SUBSCRIBER)
    with pytest.raises(HoldDamaged):
        cellar.custody.holder(Keeper.DESK).unwrap(where, rows, ())
    sealed = [cellar.custody.sealed_share(where, row) for row in rows]
    one = pyrage.decrypt(sealed[0], [first])
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed[1], [first])
    officers = cellar.custody.holder(Keeper.TWO_OFFICERS)
    share = cellar.custody.share(where, rows[0], one)
    for shares in ((share, share), (share, bytes(32)), (bytes(32), share)):
        with pytest.raises(SharesWrong):
            officers.unwrap(where, rows, shares)


def _case(cellar: Cellar) -> tuple[int, int]:
    hold = cellar.held(PRESERVE)
    request = cellar.scoped()
    cellar.released(hold, request)
    return request, hold.number


def _piece_of(db: Db, hold: int, name: str) -> tuple[int, bytes, bytes]:
    row = db.execute(
        "SELECT p.file, p.nonce, p.ciphertext FROM legal_hold_piece AS p JOIN legal_hold_file AS f ON f.n = p.file"
        " WHERE f.hold = ? AND f.name = ? AND p.position = 0",
        (hold, name),
    ).fetchone()
    return int(row[0]), bytes(row[1]), bytes(row[2])


def _put(db: Db, file: int, nonce: bytes, ciphertext: bytes) -> None:
    db.execute("UPDATE legal_hold_piece SET nonce = ?, ciphertext = ? WHERE file = ?", (nonce, ciphertext, file))


def _swap_between_holds(cellar: Cellar, mine: int, other: int) -> None:
    file, *_ = _piece_of(cellar.db, mine, SUBSCRIBER)
    _put(cellar.db, file, *_piece_of(cellar.db, other, SUBSCRIBER)[1:])


def _swap_with_its_key(cellar: Cellar, mine: int, other: int) -> None:
    """The whole class of another hold: key, list and files."""
    _swap_between_holds(cellar, mine, other)
    for table, columns in (
        ("legal_hold_key", ("nonce", "wrapped")),
        ("legal_hold_class", ("manifest_nonce", "manifest", "manifest_sha256")),
    ):
        for column in columns:
            cellar.db.execute(
                f"UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE hold = ? AND"
                " data_class = 'subscriber') WHERE hold = ? AND data_class = 'subscriber'",
                (other, mine),
            )


def _swap_with_its_key_and_id(cellar: Cellar, mine: int, other: int) -> None:
    """The same, and the row says that it is the other one."""
    _swap_with_its_key(cellar, mine, other)
    (id_,) = cellar.db.execute("SELECT id FROM legal_hold WHERE n = ?", (other,)).fetchone()
    cellar.db.execute("UPDATE legal_hold SET id = x'00112233445566778899aabbccddeeff' WHERE n = ?", (other,))
    cellar.db.execute("UPDATE legal_hold SET id = ? WHERE n = ?", (id_, mine))
    cellar.db.execute("UPDATE legal_hold_file SET hold = hold + 100 WHERE hold = ?", (mine,))
    cellar.db.execute("UPDATE legal_hold_file SET hold = ? WHERE hold = ?", (mine, other))


def _rename(cellar: Cellar, mine: int, other: int) -> None:
    cellar.db.execute("UPDATE legal_hold_file SET name = 'x' WHERE hold = ? AND name = ?", (mine, SUBSCRIBER))
    cellar.db.execute(
        "UPDATE legal_hold_file SET name = ? WHERE hold = ? AND name = 'subscriber/0002.json'", (SUBSCRIBER, mine)
    )


def _retarget(cellar: Cellar, mine: int, other: int) -> None:
    """A file of somebody whom no request names, as one of somebody whom it does."""
    marks = dict(
        cellar.db.execute("SELECT n, target_mark FROM legal_hold_file WHERE hold = ? AND name = ?", (mine, SUBSCRIBER))
    )
    bob, alice = sorted(marks)
    cellar.db.execute("UPDATE legal_hold_file SET target_mark = zeroblob(32) WHERE n = ?", (alice,))
    cellar.db.execute("UPDATE legal_hold_file SET target_mark = ? WHERE n = ?", (marks[alice], bob))


def _reclass(cellar: Cellar, mine: int, other: int) -> None:
    """A file of a class that the scope does not hold, under a name of one that it does."""
    file, *_ = _piece_of(cellar.db, mine, SUBSCRIBER)
    _put(cellar.db, file, *_piece_of(cellar.db, mine, "session_ip/0001.json")[1:])


def _cut_off(cellar: Cellar, mine: int, other: int) -> None:
    file, *_ = _piece_of(cellar.db, mine, "content_profile/picture.bin")
    cellar.db.execute("DELETE FROM legal_hold_piece WHERE file = ?", (file,))
    file, nonce, ciphertext = _piece_of(cellar.db, mine, SUBSCRIBER)
    _put(cellar.db, file, nonce, ciphertext[:-1])


def _flip(cellar: Cellar, mine: int, other: int) -> None:
    file, nonce, ciphertext = _piece_of(cellar.db, mine, SUBSCRIBER)
    _put(cellar.db, file, nonce, bytes([ciphertext[0] ^ 1]) + ciphertext[1:])


def _another_list(cellar: Cellar, mine: int, other: int) -> None:
    cellar.db.execute("UPDATE legal_hold_class SET manifest_sha256 = zeroblob(32) WHERE hold = ?", (mine,))


def _another_entry(cellar: Cellar, mine: int, other: int) -> None:
    (entry,) = cellar.db.execute("SELECT taken_entry FROM legal_hold WHERE n = ?", (other,)).fetchone()
    cellar.db.execute("UPDATE legal_hold SET taken_entry = ? WHERE n = ?", (entry, mine))


def _sealed_anew(cellar: Cellar, mine: int, other: int) -> None:
    """By whoever has every key of the desk, and as long as before: the list that the log names knows better."""
    (file,) = [one for one in store.files(cellar.db, mine) if one.name == SUBSCRIBER]
    where = sealing.place(cellar.hold(mine).id, file.data_class)
    rows = store.keys(cellar.db, mine, file.data_class)
    key = cellar.custody.holder(Keeper.DESK).unwrap(where, rows, ())
    forged = bytes(len(FILES[SUBSCRIBER]))
    (piece,) = sealing.seal(key, where, file.target_mark, file.name, forged, cellar.random)
    _put(cellar.db, file.number, piece.nonce, piece.ciphertext)


TAMPERED: dict[str, Callable[[Cellar, int, int], None]] = {
    "a file of another hold": _swap_between_holds,
    "another hold's file, key and list": _swap_with_its_key,
    "another hold's file, key, list and id": _swap_with_its_key_and_id,
    "a renamed file": _rename,
    "a file of another target": _retarget,
    "a file of another class": _reclass,
    "a file cut off": _cut_off,
    "a flipped bit": _flip,
    "a file sealed anew": _sealed_anew,
    "another list": _another_list,
    "another entry of the log": _another_entry,
}


@pytest.mark.parametrize("tampered", TAMPERED)
def test_what_was_moved_renamed_or_altered_is_not_what_was_taken(cellar: Cellar, tampered: str) -> None:
    files = {**FILES, "subscriber/0002.json": b'{"handle":"somebody.else"}'}
    both = {"targets": [{"kind": each.kind, "value": each.value} for each in (ALICE, BOB)]}
    mine = cellar.held(PRESERVE, files, **(both if tampered == "a file of another target" else {})).number
    other = cellar.held(PRESERVE, files).number
    request = cellar.scoped()
    cellar.released(cellar.hold(mine), request)
    assert cellar.read(request, mine, SUBSCRIBER) == FILES[SUBSCRIBER]
    without_triggers(cellar.db)
    TAMPERED[tampered](cellar, mine, other)
    with pytest.raises(HoldDamaged):
        cellar.read(request, mine, SUBSCRIBER)


def test_an_older_ciphertext_put_back_after_the_end_opens_nothing(cellar: Cellar) -> None:
    """Whoever kept a copy of the rows but no key has nothing; whoever put the rows back is told by the log."""
    request, hold = _case(cellar)
    tables = ("legal_hold_file", "legal_hold_piece", "legal_hold_class")
    rows = {table: cellar.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    cellar.until_day(91)
    without_triggers(cellar.db)
    for table in tables:
        cellar.db.execute(f"DELETE FROM {table}")
        for row in rows[table]:
            cellar.db.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)
    cellar.bureau.now_ms = NOON
    with pytest.raises(HoldOver):
        cellar.read(request, hold, SUBSCRIBER)
    cellar.db.execute(
        "UPDATE legal_hold SET state = 'released_to_case', ended_ms = NULL, ended_because = NULL, gone_ms = NULL,"
        " until_ms = ?",
        (NOON + 9 * DAY_MS,),
    )
    with pytest.raises(HoldDamaged):
        cellar.read(request, hold, SUBSCRIBER)
    assert len(cellar.said(Act.HOLD_EXPIRED, Act.HOLD_SHREDDED)) == 2


def test_nobody_reads_without_a_request_that_may(cellar: Cellar) -> None:
    """Every state that a request can have, but the three in which somebody works on what was collected."""
    hold = cellar.held(PRESERVE).number
    for number in (
        cellar.filed(WARRANT),
        cellar.request(PRESERVE),
        cellar.request(WARRANT, Outcome.REJECT),
        cellar.request(WARRANT, Outcome.CLARIFY),
        cellar.request(WARRANT, Outcome.REFER),
    ):
        with pytest.raises(NoAuthority):
            cellar.read(number, hold, SUBSCRIBER)
    assert len(cellar.said(Act.HOLD_REFUSED)) == 5
    assert cellar.said(Act.HOLD_READ) == []


def test_an_agency_that_asks_for_what_another_one_had_kept_gets_nothing(cellar: Cellar) -> None:
    hold = cellar.held(PRESERVE)
    foreign = cellar.scoped(cellar.agency("DE").agency)
    with pytest.raises(AnotherAgency):
        cellar.released(hold, foreign)
    with pytest.raises(WrongState):
        cellar.read(foreign, hold.number, SUBSCRIBER)
    by = cellar.request(PRESERVE, agency=cellar.agency("DE").agency)
    with pytest.raises(AnotherAgency):
        vault.renew(cellar.db, cellar.custody, CLERK, hold.number, by, cellar.now_ms)


def test_a_renewal_after_the_end_brings_nothing_back(cellar: Cellar) -> None:
    hold = cellar.held(PRESERVE).number
    cellar.until_day(80)
    by = cellar.request(PRESERVE)
    cellar.until_day(91)
    with pytest.raises(HoldOver):
        vault.renew(cellar.db, cellar.custody, CLERK, hold, by, cellar.now_ms)
    cellar.bureau.now_ms = NOON
    with pytest.raises(HoldOver):
        vault.renew(cellar.db, cellar.custody, CLERK, hold, by, cellar.now_ms)


def test_quarantines_do_not_follow_each_other(cellar: Cellar) -> None:
    """Who is never verified has nothing kept for longer than 72 hours."""
    number = cellar.filed(PRESERVE)

    def again() -> None:
        vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random)

    again()
    for _ in range(3):
        with pytest.raises(WrongState):
            again()
        cellar.pass_days(2)
    cellar.verified(number, cellar.agency().agency)
    with pytest.raises(NotInThisState):
        again()


def test_raw_sql_moves_a_hold_nowhere_it_does_not_go(cellar: Cellar) -> None:
    """From a hold that is held and from one that is shredded to every other state, with all that a row would say."""
    shredded = cellar.held("eu.epoc_pr").number
    cellar.until_day(61)
    assert cellar.state(shredded) == State.SHREDDED
    cellar.held(PRESERVE)
    for number, state in product((shredded, shredded + 1), State):
        before = cellar.hold(number)
        if before.state is state or (before.state, state) in (
            (State.HELD, State.RENEWED),
            (State.HELD, State.RELEASED_TO_CASE),
        ):
            continue
        with pytest.raises(IntegrityError):
            cellar.db.execute(
                "UPDATE legal_hold SET state = :to, ended_ms = iif(:ended, 5, NULL), gone_ms = iif(:gone, 5, NULL),"
                " ended_because = iif(:ended, 'time', NULL) WHERE n = :n",
                {
                    "to": state.value,
                    "ended": state in (State.EXPIRED, State.SHREDDED),
                    "gone": state is State.SHREDDED,
                    "n": number,
                },
            )
        assert cellar.hold(number) == before


RAW = {
    "a longer time": "UPDATE legal_hold SET until_ms = until_ms + 1",
    "a shorter time": "UPDATE legal_hold SET until_ms = until_ms - 86400000",
    "another beginning": "UPDATE legal_hold SET from_ms = 0",
    "another kind": "UPDATE legal_hold SET kind = 'until_withdrawn', until_ms = NULL, days = NULL",
    "its own renewal": "UPDATE legal_hold SET renewed_by = request, until_ms = until_ms + 1",
    "a renewal by another agency": "UPDATE legal_hold SET renewed_by = :foreign, until_ms = until_ms + 1",
    "a renewal by nobody": "UPDATE legal_hold SET renewed_by = :filed, until_ms = until_ms + 1",
    "another request": "UPDATE legal_hold SET request = :foreign",
    "another agency": "UPDATE legal_hold SET agency = (SELECT agency FROM legal_request WHERE n = :foreign)",
    "another id": "UPDATE legal_hold SET id = zeroblob(16)",
    "release to another agency": "UPDATE legal_hold SET state = 'released_to_case', released_to = :foreign",
    "release to who is not scoped": "UPDATE legal_hold SET state = 'released_to_case', released_to = :filed",
    "an early end": "UPDATE legal_hold SET state = 'expired', ended_because = 'time', ended_ms = until_ms - 1",
    "produced": "UPDATE legal_hold SET state = 'expired', ended_because = 'produced', ended_ms = until_ms",
    "withdrawn by one": "UPDATE legal_hold SET state = 'expired', ended_because = 'withdrawn', ended_ms = 1,"
    " withdrawn_by = 'staff:1'",
    "withdrawn by one twice": "UPDATE legal_hold SET withdrawn_by = 'staff:1', confirmed_by = 'staff:1'",
    "no hold": "DELETE FROM legal_hold",
    "no key": "DELETE FROM legal_hold_key",
    "a shredded key": "UPDATE legal_hold_key SET nonce = zeroblob(12), wrapped = zeroblob(length(wrapped))",
    "another key": "UPDATE legal_hold_key SET wrapped = randomblob(length(wrapped))",
    "a key more": "INSERT INTO legal_hold_key (hold, data_class, holder, nonce, wrapped)"
    " VALUES (1, 'subscriber', 'first_officer', x'00', x'00')",
    "no file": "DELETE FROM legal_hold_file",
    "another name": "UPDATE legal_hold_file SET name = 'x'",
    "no piece": "DELETE FROM legal_hold_piece",
    "another piece": "UPDATE legal_hold_piece SET ciphertext = x'00'",
    "a class less": "DELETE FROM legal_hold_class",
    "a class more": "INSERT INTO legal_hold_class (hold, data_class) SELECT 1, 'subscriber'",
    "another list": "UPDATE legal_hold_class SET manifest = x'00', manifest_sha256 = zeroblob(32)",
    "another snapshot": "UPDATE legal_hold SET manifest_sha256 = zeroblob(32)",
    "a hold for who is not verified": "INSERT INTO legal_hold (id, request, kind, instrument, custody, ordered_ms,"
    " due_ms, from_ms, days, renew_days, until_ms) VALUES (randomblob(16), :filed, 'term', 'x', 'desk', 1, 1, 1, 1, 0,"
    " 1)",
    "a quarantine of who is": "INSERT INTO legal_hold (id, request, kind, instrument, custody, ordered_ms, due_ms,"
    " from_ms, renew_days, until_ms) VALUES (randomblob(16), :foreign, 'quarantine', 'x', 'desk', 1, 1, 1, 0, 1)",
    "content that nobody holds": "INSERT INTO legal_hold_class (hold, data_class) VALUES (:ordered, 'content_e2ee')",
}


def test_raw_sql_is_refused_by_the_database_itself(cellar: Cellar) -> None:
    cellar.held(PRESERVE)
    named = {
        "foreign": cellar.scoped(cellar.agency("DE").agency),
        "filed": cellar.filed(PRESERVE),
        "ordered": cellar.ordered(cellar.request(PRESERVE)).number,
    }
    taken = []
    for act, statement in RAW.items():
        cellar.db.execute("BEGIN")
        try:
            cellar.db.execute(statement, {name: value for name, value in named.items() if f":{name}" in statement})
            taken.append(act)
        except IntegrityError:
            continue
        finally:
            cellar.db.execute("ROLLBACK")
    assert taken == []


def test_keys_are_fresh_for_each_class_of_each_hold(cellar: Cellar) -> None:
    holds = [cellar.held(PRESERVE).number for _ in range(3)]
    keys = [key for hold in holds for key in opened_keys(cellar, hold)]
    assert len(set(keys)) == len(keys) == 3 * len(Releasable)
    assert all(len(key) == 32 for key in keys)
    assert all(one != other for one, other in pairwise(sorted(keys)))


def test_nothing_that_is_kept_or_opens_it_is_in_the_log_or_in_a_repr(cellar: Cellar) -> None:
    request, hold = _case(cellar)
    cellar.read(request, hold, SUBSCRIBER)
    shown = repr((cellar.custody, cellar.hold(hold), store.keys(cellar.db, hold, Releasable.SUBSCRIBER)))
    entries = b"".join(bytes(data) for (data,) in cellar.db.execute("SELECT entry FROM audit_entry").fetchall())
    for secret in (*FILES.values(), cellar.keys.evidence, *opened_keys(cellar, hold)):
        assert secret not in entries
        assert secret.hex() not in shown
        assert str(secret) not in shown
    assert ALICE.value.encode() not in entries
    assert isinstance(Custody(bytes(32)).keeper, Keeper)


@pytest.mark.parametrize("ended", ["withdrawn", "dropped", "dropped and empty"])
def test_what_two_people_end_or_no_verdict_keeps_is_overwritten_in_the_file_with_the_next_pass(
    cellar: Cellar, ended: str
) -> None:
    """Neither in the journal nor in the file is any wrapped key left, and nobody has pressed anything."""
    number = cellar.filed(PRESERVE)
    hold = vault.quarantine(cellar.db, cellar.custody, CLERK, number, cellar.now_ms, cellar.random)
    cellar.taken(hold, {} if ended == "dropped and empty" else FILES)
    cellar.look()
    gone = {Releasable(one): row for one, row in _rows(cellar, hold.number).items()}
    assert all(piece in pages(cellar) for row in gone.values() for piece in row), "the pages are read rightly"
    if ended == "withdrawn":
        vault.withdraw(cellar.db, CLERK, hold.number, "they wrote so", cellar.now_ms)
        vault.withdrawal_confirmed(cellar.db, RELEASER, hold.number, cellar.now_ms)
    else:
        cellar.corrected(number, classes=["subscriber"])
        cellar.verified(number, cellar.agency().agency)
        cellar.judged(number, Outcome.PRESERVE)
        assert cellar.ordered(number).number == hold.number
        kept = gone.pop(Releasable.SUBSCRIBER)
    cellar.look()
    folder = cellar.folder / "desk"
    assert (folder / "desk.db-wal").stat().st_size == 0
    left = decrypted(folder / "desk.db", cellar.keys)
    assert len(gone) >= 5
    assert not any(piece in left for row in gone.values() for piece in row)
    if ended != "withdrawn":
        assert all(piece in left for piece in kept), "what is kept is whole"


def _rows(cellar: Cellar, hold: int) -> dict[str, tuple[bytes, bytes]]:
    rows = cellar.db.execute("SELECT data_class, nonce, wrapped FROM legal_hold_key WHERE hold = ?", (hold,)).fetchall()
    return {name: (bytes(nonce), bytes(wrapped)) for name, nonce, wrapped in rows}
