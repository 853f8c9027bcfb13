# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Appeals travel sealed like reports; each rule of their form refuses what breaks it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privity.message import cbor, sealed_report
from privity.message.appeal import About, Appeal
from privity.message.errors import BadReport, UsageError
from tests.message.sealed_vectors import wanted
from tests.message.test_reports import PRIVATE, PUBLIC, VECTORS
from tests.message.world import make_world

PERSON = "mimi://hub.example/u/aaaaaaaaaaaaaaaaaaaaaaaaaa"
GOOD = Appeal(About.DECISION, "d-41", PERSON, "that was a recipe for tea")


@pytest.mark.parametrize("about", About)
def test_each_kind_of_appeal_survives_the_way(about: About) -> None:
    appeal = replace(GOOD, about=about, appellant_uri="" if about is About.NOTICE else PERSON)
    assert Appeal.decode(appeal.encode()) == appeal
    assert sealed_report.open(PRIVATE, sealed_report.seal(PUBLIC, appeal)) == appeal


def test_from_outside_an_appeal_looks_like_a_report() -> None:
    w = make_world()
    sealed = sealed_report.seal(PUBLIC, GOOD)
    assert len(sealed) == len(sealed_report.seal(PUBLIC, w.report(w.reported())))
    assert GOOD.text.encode() not in sealed and GOOD.reference.encode() not in sealed


@pytest.mark.parametrize(
    "bad",
    [
        replace(GOOD, reference=""),
        replace(GOOD, reference="x" * 129),
        replace(GOOD, reference="two words"),
        replace(GOOD, reference="d-41\n"),
        replace(GOOD, text=""),
        replace(GOOD, text=" \n"),
        replace(GOOD, text="x" * 8193),
        replace(GOOD, appellant_uri=""),
        replace(GOOD, appellant_uri="x" * 513),
        replace(GOOD, about=About.NOTICE),
    ],
    ids=range(10),
)
def test_what_breaks_a_rule_is_not_made(bad: Appeal) -> None:
    with pytest.raises(UsageError):
        bad.encode()


def altered(at: int, value: object) -> bytes:
    items = cbor.decode(GOOD.encode())
    assert isinstance(items, list)
    items[at] = value
    return cbor.encode(items)


@pytest.mark.parametrize("at", range(6))
def test_a_wrong_element_is_refused(at: int) -> None:
    with pytest.raises(BadReport):
        Appeal.decode(altered(at, -1))


def test_another_kind_version_or_count_is_refused() -> None:
    for at, value in ((0, "notice"), (0, 1), (1, 2), (2, max(About) + 1), (2, True)):
        with pytest.raises(BadReport):
            Appeal.decode(altered(at, value))
    items = cbor.decode(GOOD.encode())
    assert isinstance(items, list)
    for other in (items[:-1], [*items, None], "appeal", []):
        with pytest.raises(BadReport):
            Appeal.decode(cbor.encode(other))


def test_an_unknown_kind_is_refused_by_name_and_never_taken_for_a_report() -> None:
    class Unknown:
        def encode(self) -> bytes:
            return cbor.encode(["teapot", 1])

    with pytest.raises(BadReport):
        sealed_report.open(PRIVATE, sealed_report.seal(PUBLIC, Unknown()))  # type: ignore[arg-type]


@given(st.binary(max_size=80))
def test_decoding_is_total(data: bytes) -> None:
    try:
        appeal = Appeal.decode(data)
    except BadReport:
        return
    assert appeal.encode() == data


@given(st.integers(0, 200), st.integers(0, 255))
def test_decoding_near_a_real_one_is_total_and_canonical(at: int, byte: int) -> None:
    data = bytearray(GOOD.encode())
    data[at % len(data)] = byte
    try:
        appeal = Appeal.decode(bytes(data))
    except BadReport:
        return
    assert appeal.encode() == bytes(data)


def test_the_repr_does_not_show_what_was_said() -> None:
    assert "recipe" not in repr(GOOD)


def test_the_vectors_hold_each_kind_and_each_opens() -> None:
    found = {vector["report"]: vector for vector in json.loads(VECTORS.read_text())["vectors"]}
    for content in wanted():
        vector = found[content.encode().hex()]
        assert sealed_report.open(bytes.fromhex(vector["intake_private"]), bytes.fromhex(vector["sealed"])) == content
