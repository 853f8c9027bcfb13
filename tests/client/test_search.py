# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What was said is found again in every language, at once, and no longer when it is gone."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlcipher3 import dbapi2 as sqlcipher

from privity.client.engine.records import Table
from privity.client.engine.shown import State
from privity.client.search import Search
from privity.client.store import schema, text_index
from privity.client.store.database import Store
from privity.client.words import MAX_WORD, first_match, phrases, words
from privity.mls.codec import u64
from tests.client.entries import (
    CHEAP,
    PASSPHRASE,
    ROOM,
    decrypted,
    entry,
    kill,
    make,
    make_first_format,
    message_id,
    prose,
    rows,
    vocabulary,
)

OTHER = "mimi://hub.example/r/b"
MANY = int(os.environ.get("PRIVITY_PROVE_SEARCH_MESSAGES", "100000"))
SEARCH_S = 0.2
"""What somebody who types does not notice."""


def found(store: Store, query: str, room: str = "") -> list[int]:
    return [hit.item.seq for hit in Search(store).find(query, room)]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Meet me at the Café Zoë", "cafe zoe"),
        ("naïve", "NAIVE"),
        ("Straße nach Łódź", "strasse"),
        ("ПРИВЕТ, мир", "привет ми"),
        ("שָׁלוֹם", "שלום"),
        ("مَرْحَبًا", "مرحبا"),
        ("今天天气很好", "天气"),
        ("東京タワーへ行きました", "タワー"),
        ("ﾀﾜｰ", "タワー"),
        ("ฉันรักภาษาไทย", "ภาษา"),
        ("안녕하세요 여러분", "안녕"),
        ("नमस्ते दुनिया", "नमस्ते"),
        ("well done 👍🏽!", "👍"),
        ("c++ and e-mail", "c++"),
        ("c++ and e-mail", "e-mail"),
        ("see https://example.org/a-long/path", "example.org"),
        ("ＦＵＬＬ width", "full"),
        ("the word goes on", "wo"),
    ],
)
def test_words_are_found_in_every_script(tmp_path: Path, text: str, query: str) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "something else entirely"), entry(2, text)))
    assert found(store, query) == [2]
    (hit,) = Search(store).find(query)
    assert hit.match and text.endswith(hit.match + hit.after) and text.startswith(hit.before + hit.match)
    store.close()


@pytest.mark.parametrize(
    "query", ["", "  ", '"', "-", "*", "body : x", "NEAR(a b)", "a OR b", "zz*", "\0", "(", "天天"]
)
def test_nothing_that_is_typed_is_a_command(tmp_path: Path, query: str) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "an ordinary sentence 天气")))
    assert found(store, query) == []
    store.close()


def test_all_words_must_be_there_and_those_without_spaces_in_a_row(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "red green"), entry(2, "green blue"), entry(3, "天好气")))
    assert found(store, "green") == [2, 1]
    assert found(store, "green red") == [1]
    assert found(store, "天气") == []
    store.close()


def test_the_newest_comes_first_and_a_conversation_can_be_named(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(entry(5, "tea", OTHER)))
    store.save(rows(entry(3, "tea"), entry(9, "tea")))  # came later, was said earlier
    assert found(store, "tea") == [9, 5, 3]
    assert found(store, "tea", ROOM) == [9, 3]
    assert found(store, "tea", "mimi://hub.example/r/c") == []
    assert len(Search(store).find("tea", limit=2)) == 2
    store.close()


def test_a_time_that_the_hub_invents_breaks_nothing(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(msgspec.structs.replace(entry(1, "odd"), ts_ms=2**63), entry(2, "odd")))
    store.save(rows(msgspec.structs.replace(entry(3, "odd"), ts_ms=-5), entry(4, "odd")))
    store.save(rows(msgspec.structs.replace(entry(5, "odd"), ts_ms=entry(2, "").ts_ms)))
    assert sorted(found(store, "odd")) == [1, 2, 3, 4, 5]
    store.close()


@pytest.mark.parametrize("state", [State.DELETED, State.EXPIRED, None])
def test_what_is_deleted_is_found_no_more(tmp_path: Path, state: State | None) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "keep the secret"), entry(2, "keep")))
    if state is None:
        store.save({(Table.TIMELINE, ROOM, u64(1)): None})
    else:
        store.save(rows(entry(1, "", state=state)))
    assert found(store, "secret") == []
    assert found(store, "keep") == [2]
    store.close()


def test_an_edit_is_found_by_its_new_words_alone(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "at noon")))
    store.save(rows(entry(1, "at midnight", state=State.EDITED)))
    assert found(store, "noon") == []
    assert found(store, "midnight") == [1]
    store.close()


def test_a_row_and_its_words_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "before")))
    broken = {**rows(entry(1, "after", state=State.EDITED), entry(2, "after")), (Table.TIMELINE, ROOM, u64(3)): b"\xff"}
    with pytest.raises(msgspec.DecodeError):
        store.save(broken)
    assert found(store, "before") == [1] and found(store, "after") == []
    assert store.get(Table.TIMELINE, ROOM, u64(2)) is None
    store.close()


def test_a_reaction_costs_the_index_nothing(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "hello")))
    before = store._db.total_changes
    store.save(rows(entry(1, "hello", receipts={"mimi://hub.example/u/c": 2})))
    assert store._db.total_changes == before + 1  # the row itself
    assert found(store, "hello") == [1]
    store.close()


def test_nothing_of_a_deleted_text_is_left_in_the_database(tmp_path: Path) -> None:
    """Also not where rows were moved from page to page, nor in the index, nor in the log beside the database."""
    random = Random(7)
    known = vocabulary(random, 2_000)
    store = make(tmp_path)
    gone = {}
    for first in range(1, 1_200, 30):
        items = []
        for seq in range(first, first + 30):
            text = prose(random, random.choice((4, 8, 80)), known)
            if seq % 5 == 0:
                text = gone[seq] = f"{text} qx{seq:05d}canary {prose(random, 3, known)}"
            items.append(entry(seq, text, f"{ROOM}{seq % 7}"))
        store.save(rows(*items))
    for seq in random.sample(sorted(gone), len(gone)):
        store.save(rows(entry(seq, "", f"{ROOM}{seq % 7}", state=State.DELETED)))
    kept = found(store, known[1])
    store.close()
    left = decrypted(tmp_path)
    assert b"CREATE TABLE" in left and known[1].encode() in left  # it was read as it should be
    assert b"canary" not in left
    assert b"qx0" not in left  # nor the beginning of a word, as an index keeps it
    assert [path.name for path in tmp_path.iterdir() if "wal" in path.name] == []
    store = Store.open(tmp_path, PASSPHRASE)
    assert found(store, known[1]) == kept != []
    store.close()


def test_what_was_let_go_is_wiped_by_the_next_process_if_this_one_is_killed(tmp_path: Path) -> None:
    store = make(tmp_path)
    store.save(rows(*(entry(seq, f"canary{seq} " * 9) for seq in range(200))))
    store.save(rows(*(entry(seq, "", state=State.DELETED) for seq in range(200))))
    kill(store)
    again = Store.open(tmp_path, PASSPHRASE)
    again.close()
    assert b"canary" not in decrypted(tmp_path)


def old_store(folder: Path, messages: int) -> None:
    """A store as it was before there was an index."""
    store = make(folder)
    store.save(rows(*(entry(seq, f"number{seq}x of many", f"{ROOM}{seq % 3}") for seq in range(messages))))
    make_first_format(store)


def test_a_store_from_before_gets_its_index_with_progress(tmp_path: Path) -> None:
    old_store(tmp_path, 1_200)
    store = Store.open(tmp_path, PASSPHRASE)
    search = Search(store)
    assert not search.built and found(store, "number7x") == []
    said: list[tuple[int, int]] = []

    async def interrupted() -> None:
        work = asyncio.create_task(search.build(lambda done, total: said.append((done, total))))
        while not said:
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    asyncio.run(interrupted())
    assert said == [(200, 1_200)] and not search.built
    store.save(rows(entry(1, "number1x was edited", f"{ROOM}1", state=State.EDITED)))  # while it is half there
    store.save(rows(entry(1_199, "", f"{ROOM}2", state=State.DELETED)))
    store.close()
    store = Store.open(tmp_path, PASSPHRASE)
    search = Search(store)
    asyncio.run(search.build(lambda done, total: said.append((done, total))))
    assert search.built and said[-1] == (1_000, 1_000)
    assert found(store, "edited") == [1]
    assert found(store, "number1199x") == []
    assert [found(store, f"number{seq}x") for seq in range(2, 1_199, 97)] == [[seq] for seq in range(2, 1_199, 97)]
    asyncio.run(search.build())  # nothing to do
    store.close()


def test_words_cut_by_another_unicode_are_cut_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make(tmp_path)
    store.save(rows(entry(1, "an old sentence")))
    store.close()
    monkeypatch.setattr("unicodedata.unidata_version", "99.0.0")
    store = Store.open(tmp_path, PASSPHRASE)
    search = Search(store)
    assert not search.built and found(store, "sentence") == []
    asyncio.run(search.build())
    assert search.built and found(store, "sentence") == [1]
    store.close()


@given(st.text(max_size=80))
def test_words_are_total_and_find_themselves(text: str) -> None:
    cut = list(words(text))
    for word in cut:
        assert 0 <= word.start < word.end <= len(text)
        assert 0 < len(word.text) <= MAX_WORD and not any(char.isspace() for char in word.text)
    assert [word.start for word in cut] == sorted(word.start for word in cut)
    if phrases(text):
        assert first_match(text, text) is not None


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=8), st.data())
def test_every_text_is_found_by_any_of_its_words(texts: list[str], data: st.DataObject) -> None:
    store = _memory()
    for seq, text in enumerate(texts):
        store.follow(ROOM, u64(seq), None, next(iter(rows(entry(seq, text)).values())))
    at = data.draw(st.integers(0, len(texts) - 1))
    for word in list(words(texts[at]))[:3]:
        assert (ROOM, u64(at)) in store.find(texts[at][word.start : word.end], "", 50)
    for seq, text in enumerate(texts):
        store.follow(ROOM, u64(seq), next(iter(rows(entry(seq, text)).values())), None)
    store._db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    store._db.execute("CREATE VIRTUAL TABLE left_over USING fts5vocab(words, row)")
    assert store._db.execute("SELECT term FROM left_over").fetchall() == []
    store._db.close()


def _memory() -> text_index.TextIndex:
    db = sqlcipher.connect(":memory:", isolation_level=None)
    schema.create(db)
    return text_index.TextIndex(db)


def long_history(folder: Path, messages: int) -> tuple[Store, list[str]]:
    random = Random(3)
    known = vocabulary(random, 20_000)
    store = Store.create(folder, PASSPHRASE, cost=CHEAP)
    for first in range(0, messages, 500):
        store.save(
            rows(
                *(
                    entry(
                        seq,
                        prose(random, random.randint(3, 25), known),
                        f"{ROOM}{seq % 20}",
                        version_id=message_id(seq),
                        content=random.randbytes(400),
                    )
                    for seq in range(first, first + 500)
                )
            )
        )
    return store, known


def slowest(store: Store, known: list[str]) -> float:
    """Common and rare words, one letter, several words, one conversation and all."""
    search, worst = Search(store), 0.0
    queries = [known[1], known[2], known[900], known[1][:1], known[2][:2], f"{known[1]} {known[2]}", "a b c", "zzzzzz"]
    for query in queries:
        for room in ("", f"{ROOM}3"):
            began = time.process_time()
            search.find(query, room)
            worst = max(worst, time.process_time() - began)
    return worst


def test_a_search_in_a_long_history_is_quick(tmp_path: Path) -> None:
    store, known = long_history(tmp_path, 5_000)
    assert slowest(store, known) < SEARCH_S
    store.close()


@pytest.mark.prove
def test_a_search_in_a_hundred_thousand_messages_is_quick(tmp_path: Path) -> None:
    store, known = long_history(tmp_path, MANY)
    assert slowest(store, known) < SEARCH_S
    store.close()
