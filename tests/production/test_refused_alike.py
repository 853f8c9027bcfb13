# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the house's own tests break by name is refused by the verifier of messages as well: their tables, row by row.

Random changes seldom leave everything signed and one rule broken. These rows do, and each is of one rule.
"""

from __future__ import annotations

import base64
import hashlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.identity.device_list import DeviceList
from privity.identity.server_record import ServerRecord
from privity.identity.trust import verify_chain
from privity.keylog.verify import LogKeys, verify_kept
from privity.message import cbor
from privity.message.content import MimiContent
from privity.production.standalone import verify_messages as v
from privity.tlog.note import Signature, SignedNote
from privity.tlog.quorum import LogPolicy
from tests.identity import test_device_list as lists
from tests.identity import test_server_record as records
from tests.keylog import test_lookup as lookups
from tests.message import test_content as contents
from tests.production.test_verify_messages import NO, _of_kind, both, opened
from tests.tlog import people
from tests.tlog import test_note as notes

DATED = {0: 1_800_000_000_000, 1: 1_800_000_001_000}
"""When two versions of a list appeared (ms)."""


def rows(module: ModuleType, name: str) -> list[Any]:
    """The table of one test."""
    (mark,) = [one for one in getattr(module, name).pytestmark if one.name == "parametrize"]
    return list(mark.args[1])


def cases(module: ModuleType) -> Iterator[Callable[[], object]]:
    """Each test of a module that takes nothing, and each row of those that take one table's."""
    for name, test in sorted(vars(module).items()):
        marks = [one for one in getattr(test, "pytestmark", []) if one.name == "parametrize"]
        if not name.startswith("test_") or hasattr(test, "hypothesis"):
            continue
        if not inspect.signature(test).parameters:
            yield test
        elif marks:
            for row in marks[0].args[1]:
                yield partial(test, *row) if isinstance(row, tuple) else partial(test, row)


def trust_of(policy: LogPolicy, vrf_key: bytes | None = None) -> v.Trust:
    witnesses = tuple(v.verifier_key(one.key.encode(), 4) for one in policy.witnesses)
    return v.Trust(v.verifier_key(policy.log.encode(), 1), vrf_key, witnesses, policy.quorum)


# The key log


def test_every_answer_that_the_houses_tests_judge_is_judged_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[tuple[bytes, bytes, LogKeys]] = []
    real = lookups.judge

    def judge(answer: Any, label: bytes = lookups.ANN, keys: LogKeys = lookups.KEYS, **more: Any) -> Any:
        judged.append((answer.encode(), label, keys))
        return real(answer, label, keys, **more)

    monkeypatch.setattr(lookups, "judge", judge)
    for case in cases(lookups):
        case()
    held = 0
    for proof, label, given in judged:
        audit = tuple(replace(one, audits=True) for one in given.policy.witnesses)
        keys = replace(given, policy=replace(given.policy, witnesses=audit))  # who gives keys to a verifier trusts them
        said = both(
            partial(v.looked_up, proof, label.decode(), trust_of(keys.policy, keys.vrf_public), keys.vrf_public),
            partial(verify_kept, proof, label, keys),
        )
        held += said is not None
    assert len(judged) > 90 and 20 < held < len(judged) // 2


def test_an_answer_ends_where_it_ends_and_is_no_longer_than_any_needs() -> None:
    whole = lookups.ANSWER
    first, second = whole.dated
    bent = [
        whole.encode() + b"\0",
        whole.encode()[:-1],
        replace(whole, steps=whole.steps[:1] * 65).encode(),
        replace(whole, dated=(first,) * 256 + (second,)).encode(),
    ]
    keys = lookups.KEYS
    for proof in bent:
        said = both(
            partial(v.looked_up, proof, lookups.ANN.decode(), trust_of(keys.policy), keys.vrf_public),
            partial(verify_kept, proof, lookups.ANN, keys),
        )
        assert said is None


# Notes, checkpoints, keys


def same_note(data: bytes, quorum: int = 0) -> bool:
    policy = people.policy(quorum)
    return both(partial(v.checkpoint_of, data, trust_of(policy)), partial(opened, data, policy)) is not None


def signed(text: bytes, *more: Signature) -> bytes:
    """Whatever the text is, the log's key signs it."""
    made = Ed25519PrivateKey.from_private_bytes(people.private(people.ORIGIN)).sign(text)
    return SignedNote(text, (Signature(people.LOG.name, people.LOG.key_id, made), *more)).encode()


def cosigned_at(time: int, text: bytes, more: bytes = b"") -> Signature:
    """By the first witness, at any time."""
    private = Ed25519PrivateKey.from_private_bytes(people.private(people.NAMES[0]))
    made = private.sign(f"cosignature/v1\ntime {time}\n".encode() + text)
    return Signature(people.NAMES[0], people.WITNESSES[0].key_id, time.to_bytes(8, "big") + made + more)


def test_notes_and_checkpoints_that_are_none() -> None:
    text = people.checkpoint().text()
    assert same_note(signed(text)) and same_note(notes.NOTE, 1)
    for _, data in rows(notes, "test_what_is_no_note_is_refused"):
        assert not same_note(data), data[:200]
    for bent in rows(notes, "test_what_is_no_checkpoint_is_refused"):
        assert not same_note(signed(bent)), bent
    assert not same_note(signed(text.replace(b"hub", b"hug"))), "of another log, signed by this one's key"
    assert not same_note(signed(text, *SignedNote.decode(signed(text)).signatures)), "signed twice"
    assert not same_note(SignedNote(text, SignedNote.decode(notes.NOTE).signatures[1:]).encode())


def test_each_line_of_a_note_that_the_log_signed_has_its_form() -> None:
    """Lines of strangers are passed over, and have to be lines nevertheless."""
    note, some = signed(people.checkpoint().text()), base64.b64encode(bytes(9)).decode()
    assert same_note(note + f"\N{EM DASH} a {some}\n".encode())
    for odd in (
        f"\N{EM DASH} a+b {some}\n",
        f"\N{EM DASH} a\N{NO-BREAK SPACE}b {some}\n",
        f"\N{EM DASH} a {base64.b64encode(bytes(4)).decode()}\n",
        f"\N{EM DASH} a {some}",
        f"- a {some}\n",
        "\n",
        "words\n",
    ):
        assert not same_note(note + odd.encode()), odd
    assert not same_note(note[:-1])
    assert not same_note(note.replace(b"\n\n", b"\n"))


def key_line(name: str, data: bytes) -> str:
    """A verifier key whose id is right, whatever it is a key of."""
    ident = hashlib.sha256(name.encode() + b"\n" + data).hexdigest()[:8]
    return f"{name}+{ident}+{base64.b64encode(data).decode()}"


def test_a_key_has_a_name_and_a_size_although_its_id_is_right() -> None:
    good = b"\1" + people.LOG.public
    room = 1024 - len(key_line("", good))
    for name, data, expected in (
        ("a", good, True),
        ("a" * room, good, True),
        ("a" * (room + 1), good, False),
        ("", good, False),
        ("a b", good, False),
        ("a\N{NO-BREAK SPACE}b", good, False),
        ("a", good + b"x", False),
        ("a", good[:-1], False),
        ("a", b"\4" + people.LOG.public, False),
    ):
        line = key_line(name, data)
        said = both(partial(v.verifier_key, line, 1), partial(_of_kind, line, 1))
        assert (said is not None) is expected, (name, data)


def test_as_many_signatures_as_there_may_be() -> None:
    text = people.checkpoint().text()
    stranger = Signature("stranger.example", bytes(4), b"x")
    for count, good in ((62, True), (63, True), (64, False)):
        assert same_note(signed(text, *[stranger] * count)) is good, count


def test_a_note_as_large_as_it_may_be() -> None:
    text = people.checkpoint().text()
    room = (1 << 17) - len(signed(text, Signature("stranger.example", bytes(4), bytes(2))))
    for more, good in ((0, True), (1, False)):
        blob = bytes(2 + room // 4 * 3)
        data = signed(text, Signature("stranger.example" + "e" * (room % 4 + more), bytes(4), blob))
        assert len(data) == (1 << 17) + more
        assert same_note(data) is good


@pytest.mark.parametrize(
    ("time", "more", "good"),
    [
        (1, b"", True),
        ((1 << 63) - 1, b"", True),
        (0, b"", False),
        (1 << 63, b"", False),
        (5, b"x", False),
    ],
)
def test_a_cosignature_has_one_form_and_a_time(time: int, more: bytes, good: bool) -> None:
    """Of one that has no time the house says that there is none; the witness signed it nevertheless."""
    text = people.checkpoint().text()
    assert same_note(signed(text, cosigned_at(time, text, more)), 1) is good
    short = replace(cosigned_at(5, text), blob=cosigned_at(5, text).blob[:-1])
    assert not same_note(signed(text, short), 1)


def test_the_newest_of_a_witnesss_cosignatures_counts() -> None:
    text = people.checkpoint().text()
    for times in ((5, 9, 7), (9, 5, 7), (5, 7, 9)):
        data = signed(text, *(cosigned_at(time, text) for time in times))
        assert v.checkpoint_of(data, trust_of(people.policy(1))).cosigned == {people.NAMES[0]: 9}
    once = signed(text, cosigned_at(5, text), cosigned_at(9, text))
    assert not same_note(once, 2), "one witness is not two"


def test_keys_that_are_none() -> None:
    for line in rows(notes, next(name for name in vars(notes) if name.startswith("test_") and _takes(name, "line"))):
        for kind in (1, 4):
            assert both(partial(v.verifier_key, line, kind), partial(_of_kind, line, kind)) is None, line
    for public in rows(notes, "test_a_key_of_low_order_or_off_the_curve_is_refused"):
        data = b"\1" + public
        line = f"a+{hashlib.sha256(b'a' + bytes([10]) + data).hexdigest()[:8]}+{base64.b64encode(data).decode()}"
        assert both(partial(v.verifier_key, line, 1), partial(_of_kind, line, 1)) is None, line
    assert v.verifier_key(people.LOG.encode(), 1).public == people.LOG.public


def _takes(name: str, parameter: str) -> bool:
    return list(inspect.signature(getattr(notes, name)).parameters) == [parameter]


# Device lists and records of hubs


def same_lists(*values: bytes, user: str = lists.USER) -> bool:
    dates = list(DATED.values())[: len(values)]
    said = both(
        partial(v.in_force, values, dict(enumerate(dates)), user, dates[-1]),
        partial(verify_chain, list(zip(values, dates, strict=True)), user, dates[-1]),
    )
    return said is not None


def test_lists_that_break_one_rule() -> None:
    assert same_lists(lists.FIRST.encode())
    for what, value, user, _ in lists.FIRST_REFUSED:
        assert not same_lists(value, user=user), what
    assert same_lists(lists.FIRST.encode(), lists.SECOND.encode())
    for what, value, _ in lists.NEXT_REFUSED:
        assert not same_lists(lists.FIRST.encode(), value), what
    for value, error in lists.FORMAT_REFUSED:
        assert both(partial(v.device_list, value), partial(DeviceList.decode, value)) is None, error


def test_records_that_break_one_rule() -> None:
    first = cbor.encode(records.FIELDS)
    assert v.franking_key(first, records.HOST, 0) == ServerRecord.decode(first).franking_key
    assert v.franking_key(records.SECOND.encode(), records.HOST, 1)
    bent = [cbor.encode(records.FIELDS | change) for change in rows(records, "test_a_bent_field_is_refused")]
    bent += [cbor.encode({key: one for key, one in records.FIELDS.items() if key != name}) for name in records.FIELDS]
    bent += [one.encode() for one in rows(records, "test_what_is_no_first_record_is_refused")]
    for value in bent:
        with pytest.raises(NO):
            v.franking_key(value, records.HOST, 0)
    for one in (records.FIRST, replace(records.SECOND, version=2), replace(records.SECOND, prev=None)):
        with pytest.raises(NO):
            v.franking_key(one.encode(), records.HOST, 1)
    with pytest.raises(NO):
        v.franking_key(first, "other.example", 0)


# Contents


def test_contents_that_break_one_rule() -> None:
    for data, error in rows(contents, "test_each_broken_element_has_its_error"):
        assert both(partial(v.content_of, data), partial(MimiContent.decode, data)) is None, error
