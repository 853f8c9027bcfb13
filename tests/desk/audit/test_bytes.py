# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of the log, which whoever keeps a checkpoint relies on, are what the specification says: for ever."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privity.desk.audit.acts import Act
from privity.desk.audit.entry import Entry, Said
from privity.desk.audit.errors import BadEntry
from tests.desk.audit.logs import genuine, noted

ENTRY = Entry(
    7,
    1_800_000_000_000,
    "staff:3",
    Act.EVIDENCE_OPENED,
    "evidence:9",
    {"reason": 'tea "pot" ü\n', "b": [1, "x"], "a": None},
)
BYTES = (
    '{"about":"evidence:9","act":"evidence.opened","at_ms":1800000000000,"n":7,'
    '"said":{"a":null,"b":[1,"x"],"reason":"tea \\"pot\\" ü\\n"},"who":"staff:3"}'
).encode()

SAID = st.dictionaries(
    st.text(max_size=8),
    st.none()
    | st.booleans()
    | st.integers(-(1 << 53), 1 << 53)
    | st.text(max_size=12)
    | st.lists(st.integers(-9, 9) | st.text(max_size=4), max_size=4),
    max_size=4,
)


def test_an_entry_is_these_bytes() -> None:
    assert ENTRY.encode() == BYTES
    assert Entry.decode(BYTES) == ENTRY


def test_a_log_of_three_has_this_root() -> None:
    first, second, third = (hashlib.sha256(b"\x00" + data).digest() for data in genuine(3))
    pair = hashlib.sha256(b"\x01" + first + second).digest()
    root = hashlib.sha256(b"\x01" + pair + third).digest()
    assert noted(genuine(3)).text == f"teapots.example/desk-audit\n3\n{base64.b64encode(root).decode()}\n".encode()


@settings(max_examples=200, deadline=None)
@given(n=st.integers(0, 1 << 53), act=st.sampled_from(Act), about=st.text(max_size=12), said=SAID)
def test_an_entry_comes_back_from_its_bytes(n: int, act: Act, about: str, said: dict[str, object]) -> None:
    entry = Entry(n, 1, "desk", act, about, said)  # type: ignore[arg-type]  # everything that may be said
    data = entry.encode()
    assert b"\n" not in data
    assert Entry.decode(data) == entry


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_byte_makes_another_entry_or_none(data: st.DataObject) -> None:
    changed = bytearray(BYTES)
    changed[data.draw(st.integers(0, len(BYTES) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        assert Entry.decode(bytes(changed)) != ENTRY
    except BadEntry:
        return


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_entries_decode_totally(data: bytes) -> None:
    with pytest.raises(BadEntry):
        Entry.decode(data)


@pytest.mark.parametrize("said", [{"reason": "\ud800"}, {"\udfff": 1}, {"list": ["\ud800"]}])
def test_what_is_no_text_is_refused_by_name(said: dict[str, Said]) -> None:
    with pytest.raises(BadEntry, match="valid text"):
        Entry(0, 1, "desk", Act.CASE_NOTED, "", said).encode()


def test_every_act_has_a_word_of_its_own() -> None:
    words = [act.value for act in Act]
    assert len(words) == len(set(words))
    assert all(word == word.lower() and "." in word for word in words)
