# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The verifier of messages says the same as the house's own rooms, of what is valid and of what was changed.

It is written apart from them on purpose: two readings of one page, which these tests hold against each other.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add, crypto_core_ed25519_is_valid_point, crypto_scalarmult_ed25519_base

from privity.identity.errors import IdentityError
from privity.identity.trust import verify_chain
from privity.identity.uris import host_of, parse_client_uri, parse_room_uri, parse_user_uri
from privity.keylog.errors import KeylogError
from privity.keylog.ladder import ladder
from privity.keylog.verify import verify_kept
from privity.keylog.vrf import vrf_prove, vrf_public, vrf_verify
from privity.message import cbor, compose, described
from privity.message.authorship import verify_authorship
from privity.message.content import ExternalPart, MimiContent, NullPart, SinglePart, walk
from privity.message.errors import MessageError
from privity.message.message_id import message_id
from privity.mls.codec import Reader, vec
from privity.mls.crypto import generate_signature_key, sign_with_label
from privity.mls.errors import MlsError
from privity.mls.messages.app_data import AppDataDictionary, SafeAAD
from privity.mls.messages.group_context import GroupContext
from privity.mls.messages.leaf_node import LeafNode
from privity.mls.suites import suite
from privity.policy.room_components import FRANKING_AGENT, FrankingAgent
from privity.production.standalone import verify_messages as v
from privity.tlog.errors import TlogError
from privity.tlog.note import SignedNote
from privity.tlog.quorum import LogPolicy, Opened, open_checkpoint
from privity.tlog.verifier_key import VerifierKey
from tests.keylog.test_lookup import ANN, BEN, KEYS, LOG, NOBODY
from tests.keylog.test_vrf import EXAMPLES, SMALL_ORDER
from tests.message.test_cbor import REFUSED, VALUES
from tests.message.world import make_world
from tests.production.talk import EPOCH, START, Talk
from tests.tlog import people

T = TypeVar("T")
U = TypeVar("U")
NO = (v.Refused, v.Unproven, *v.BROKEN)
TRUST = v.Trust(
    v.verifier_key(KEYS.policy.log.encode(), 1),
    KEYS.vrf_public,
    tuple(v.verifier_key(one.key.encode(), 4) for one in KEYS.policy.witnesses),
    KEYS.policy.quorum,
)


def both(ours: Callable[[], T], theirs: Callable[[], U]) -> tuple[T, U] | None:
    """What both say, or None where both refuse. One that refuses alone fails the test."""
    try:
        expected = theirs()
    except (MlsError, MessageError, IdentityError, KeylogError, TlogError) as err:
        with pytest.raises(NO):
            pytest.fail(f"only the house refuses it ({err!r}), here it is {ours()!r}")
        return None
    try:
        return ours(), expected
    except NO as err:
        pytest.fail(f"only the verifier refuses it: {err!r}")


def flipped(rng: random.Random, data: bytes) -> bytes:
    """One bit is another, or something is cut off or put behind."""
    match rng.randrange(6):
        case 0:
            return data[: rng.randrange(len(data))]
        case 1:
            return data + rng.randbytes(rng.randrange(1, 4))
        case 2:
            at = rng.randrange(len(data))
            return data[:at] + rng.randbytes(1) + data[at:]
        case _:
            at = rng.randrange(len(data))
            return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


# What stands in JSON, and in bytes


def test_each_value_in_json_has_its_form() -> None:
    assert v.b64("AAE=") == b"\0\1"
    assert v.hexed("0f" * 32) == b"\x0f" * 32
    assert v.members({"a": 1, "b": 2}, "b", "a") == [2, 1]
    assert (v.a_number(v.MAX_INT), v.octets(b"ab", 1, 2), v.a(str, "x")) == (v.MAX_INT, b"ab", "x")
    for refused in (
        partial(v.b64, "AAF="),
        partial(v.b64, "AAE"),
        partial(v.b64, "AA\nE="),
        partial(v.b64, 1),
        partial(v.b64, "AAE=", 3),
        partial(v.hexed, "0F" * 32),
        partial(v.hexed, "0f" * 31),
        partial(v.hexed, "0f " * 32),
        partial(v.hexed, None),
        partial(v.members, {"a": 1, "b": 2}, "a"),
        partial(v.members, {"a": 1}, "a", "b"),
        partial(v.members, [], "a"),
        partial(v.a_number, -1),
        partial(v.a_number, True),
        partial(v.a_number, v.MAX_INT + 1),
        partial(v.a_number, 3, 2),
        partial(v.a_number, "1"),
        partial(v.octets, b"", 1, 2),
        partial(v.octets, b"abc", 1, 2),
        partial(v.octets, "ab", 1, 2),
        partial(v.a, str, b"x"),
        partial(v.parse, b"[]"),
        partial(v.parse, b'{"a": 1}'),
        partial(v.parse, b'{"b":1,"a":1}'),
        partial(v.parse, b'{"a":1,"a":1}'),
        partial(v.parse, b'{"a":1.0}'),
        partial(v.parse, b'{"a":NaN}'),
        partial(v.parse, b'{"a":"\\u0041"}'),
    ):
        with pytest.raises(NO):
            refused()


def test_vectors_and_lengths_are_read_alike() -> None:
    """Every length in each of its sizes, minimal and not, whole and cut off; and as much as a vector may hold."""
    for size in (0, 1, 63, 64, 100, 16383, 16384):
        assert v.vec(bytes(size)) == vec(bytes(size))
        for kind in range(4):
            bits = 8 * (1 << kind) - 2
            if size < 1 << bits:
                data = (size | kind << bits).to_bytes(1 << kind, "big") + bytes(size)
                for given_bytes in (data, data[:-1], data[: 1 << kind >> 1], data + b"x"):
                    for most in (64, 1 << 14):
                        both(partial(_vector, given_bytes, most), partial(_house_vector, given_bytes, most))
    r = v.Reader(b"\x04\0\1\2\3\1")
    with pytest.raises(v.Refused, match="takes no bytes"):
        r.many(lambda: 1)
    for bent in (b"\2\0", b"\xff"):
        with pytest.raises(v.Refused, match="presence"):
            v.Reader(bent).maybe(lambda: 1)
    with pytest.raises(v.Refused, match="left at the end"):
        v.Reader(b"x").end()


def _vector(data: bytes, most: int) -> bytes:
    return v.Reader(data).vec(most)


def _house_vector(data: bytes, most: int) -> bytes:
    return Reader(data).vec(most)


# edwards25519 and the VRF


@pytest.mark.parametrize(("private", "public", "alpha", "h", "proof", "beta"), EXAMPLES)
def test_the_examples_of_rfc_9381(private: str, public: str, alpha: str, h: str, proof: str, beta: str) -> None:
    assert v.vrf(bytes.fromhex(public), bytes.fromhex(alpha), bytes.fromhex(proof)).hex() == beta[:64]


def test_the_vrf_agrees_with_the_house_on_valid_and_on_changed_proofs() -> None:
    rng = random.Random(1)
    for n in range(30):
        private, alpha = rng.randbytes(32), rng.randbytes(rng.randrange(40))
        public, (out, proof) = vrf_public(private), vrf_prove(private, alpha)
        assert v.vrf(public, alpha, proof) == out
        key, given, shown = public, alpha, proof
        match n % 3:
            case 0:
                shown = flipped(rng, proof)
            case 1:
                key = flipped(rng, public)
            case _:
                given = alpha + b"x"
        assert both(partial(v.vrf, key, given, shown), partial(vrf_verify, key, given, shown)) is None


def test_a_proof_of_the_vrf_has_one_form() -> None:
    private = bytes(range(32))
    public, (out, proof) = vrf_public(private), vrf_prove(private, b"teapot")
    assert v.vrf(public, b"teapot", proof) == out
    s = int.from_bytes(proof[48:], "little")
    for bent in (
        proof[:48] + (s + v.ORDER).to_bytes(32, "little"),
        proof[:48] + bytes(32),
        proof[:32] + bytes(16) + proof[48:],
        bytes(32) + proof[32:],
        b"\1" + bytes(31) + proof[32:],
        proof + b"\0",
        proof[:-1],
    ):
        assert both(partial(v.vrf, public, b"teapot", bent), partial(vrf_verify, public, b"teapot", bent)) is None


def test_points_are_those_of_libsodium() -> None:
    rng = random.Random(2)
    points = [crypto_scalarmult_ed25519_base(rng.randbytes(32)) for _ in range(10)]
    mixed = [
        crypto_core_ed25519_add(point, small) for point in points[:3] for small in SMALL_ORDER[:6] if small[0] != 2
    ]
    second = [((1 << 255) - 19 + n).to_bytes(32, "little") for n in range(19)]
    odd = [bytes([*one[:31], one[31] ^ 0x80]) for one in (*SMALL_ORDER, *second)]
    for data in (*points, *mixed, *SMALL_ORDER, *second, *odd, *(rng.randbytes(32) for _ in range(60)), b"", bytes(31)):
        valid = len(data) == 32 and crypto_core_ed25519_is_valid_point(data)
        try:
            assert v.encoded(v.prime_order(data)) == data
            assert valid
        except v.Refused:
            assert not valid, data.hex()


def test_multiples_add_up_as_libsodium_adds_them() -> None:
    rng = random.Random(3)
    for _ in range(20):
        n = rng.randrange(1, v.ORDER)
        assert v.encoded(v.combined(n, v.BASE, 5, v.BASE)) == v.encoded(v.combined(n + 5, v.BASE, 0, v.BASE))
        one, other = v.combined(n, v.BASE, 0, v.BASE), v.combined(n + 1, v.BASE, 0, v.BASE)
        assert v.encoded(v.plus(one, other)) == crypto_core_ed25519_add(v.encoded(one), v.encoded(other))


# The key log


def agree_on_answer(proof: bytes, label: bytes) -> bool:
    """Whether both take it; then they have read the same."""

    def ours() -> v.Found:
        return v.looked_up(proof, label.decode(), TRUST, KEYS.vrf_public)

    said = both(ours, lambda: verify_kept(proof, label, KEYS))
    if said is None:
        return False
    found, theirs = said
    assert (found.newest, found.time_ms) == (theirs.version, theirs.view.timestamp_ms)
    assert (found.checkpoint.size, found.checkpoint.root) == (theirs.view.size, theirs.view.root)
    assert dict(found.dates) == {number: one.timestamp_ms for number, one in theirs.dated.items()}
    values = {number: one.value for number, one in theirs.dated.items()}
    if theirs.version is not None and theirs.value is not None:
        values[theirs.version] = theirs.value
    assert dict(found.values) == values
    assert tuple(sorted(found.checkpoint.cosigned.items())) == theirs.opened.cosigned
    return True


ANSWERS = [
    (ANN, LOG.lookup(ANN)),
    (ANN, LOG.lookup(ANN, 2, dated=[0, 2])),
    (ANN, LOG.lookup(ANN, dated=[0, 1, 2, 3])),
    (BEN, LOG.lookup(BEN)),
    (NOBODY, LOG.lookup(NOBODY)),
]


def test_answers_of_the_log_are_read_alike() -> None:
    for label, proof in ANSWERS:
        assert agree_on_answer(proof, label)
        for other in {ANN, BEN, NOBODY} - {label}:
            assert not agree_on_answer(proof, other)


def test_changed_answers_are_refused_by_both() -> None:
    """Only what links an answer to whoever asked can be another: nobody else can look at it."""
    rng = random.Random(4)
    taken = 0
    for n in range(200):
        label, proof = ANSWERS[n % len(ANSWERS)]
        taken += agree_on_answer(flipped(rng, proof), label)
    assert taken < 10


def test_ladders_are_the_same() -> None:
    for n in (None, *range(70), 299, 300, (1 << 31) - 1, (1 << 32) - 1):
        assert v.ladder(n) == ladder(n)


def test_the_vectors_of_the_key_log() -> None:
    vectors = json.loads((Path(__file__).parents[2] / "spec/vectors/keylog.json").read_text())
    keys = vectors["keys"]
    trust = v.Trust(
        v.verifier_key(keys["log_key"], 1),
        bytes.fromhex(keys["vrf_public"]),
        tuple(v.verifier_key(one["key"], 4) for one in keys["witnesses"]),
        keys["quorum"],
    )
    for one in vectors["lookups"]:
        found = v.looked_up(bytes.fromhex(one["proof"]), one["label"], trust, bytes.fromhex(keys["vrf_public"]))
        assert found.newest == one["version"]
        assert {str(number): date for number, date in found.dates.items()} == {
            n: at for n, (_, at) in one["dated"].items()
        }
    for one in vectors["refused"]:
        with pytest.raises(NO):
            v.looked_up(bytes.fromhex(one["proof"]), one["label"], trust, bytes.fromhex(keys["vrf_public"]))


def test_checkpoints_are_opened_alike() -> None:
    rng = random.Random(5)
    for quorum in (0, 2, 3):
        policy = people.policy(quorum)
        witnesses = tuple(v.verifier_key(one.encode(), 4) for one in people.WITNESSES)
        trust = v.Trust(v.verifier_key(people.LOG.encode(), 1), None, witnesses, quorum)
        for times in ((1, 2, 3), (1, None, 3), (None, None, None), (people.NOW_S, None, None)):
            note = people.cosigned(*times).encode()
            for n in range(60):
                data = note if n == 0 else flipped(rng, note)
                said = both(partial(v.checkpoint_of, data, trust), partial(opened, data, policy))
                if said is not None:
                    found, theirs = said
                    assert (found.origin, found.size, found.root) == (
                        theirs.checkpoint.origin,
                        theirs.checkpoint.size,
                        theirs.checkpoint.root,
                    )
                    assert tuple(sorted(found.cosigned.items())) == theirs.cosigned


def opened(note: bytes, policy: LogPolicy) -> Opened:
    return open_checkpoint(SignedNote.decode(note), policy, (1 << 63) - 1, None)


def test_verifier_keys_are_read_alike() -> None:
    rng = random.Random(6)
    for key, kind in ((people.LOG, 1), (people.WITNESSES[0], 4)):
        text = key.encode()
        assert v.verifier_key(text, kind).public == VerifierKey.decode(text).public
        with pytest.raises(NO):
            v.verifier_key(text, 5 - kind)
        long = VerifierKey(key.name * 60, key.kind, key.public).encode()
        assert len(long) > 1024
        name, ident, material = text.split("+", 2)
        odd = (long, f"{name}+{ident}", f"+{ident}+{material}", f"{name} x+{ident}+{material}", f"{text}+", f"{text}=")
        for bent in odd:
            assert both(partial(v.verifier_key, bent, kind), partial(_of_kind, bent, kind)) is None
        for _ in range(100):
            bent = flipped(rng, text.encode()).decode("latin-1")
            both(partial(v.verifier_key, bent, kind), partial(_of_kind, bent, kind))


def _of_kind(text: str, kind: int) -> VerifierKey:
    key = VerifierKey.decode(text)
    if key.kind != kind:
        raise TlogError("another kind")
    return key


# CBOR, content, device lists


@pytest.mark.parametrize("data", [row[0] for row in REFUSED], ids=[row[2] for row in REFUSED])
def test_cbor_that_the_house_refuses(data: str) -> None:
    with pytest.raises(NO):
        v.cbor(bytes.fromhex(data), 1 << 20, 24)


def test_every_short_cbor_is_read_alike() -> None:
    """All of one byte, a fifth of all of two, and each head before much that could belong to it."""
    rng = random.Random(12)
    short = [bytes([head]) for head in range(256)]
    short += [bytes([head, more]) for head in range(256) for more in range(head % 5, 256, 5)]
    long = [bytes([head]) + tail for head in range(256) for tail in (bytes(20), b"\xff" * 20, rng.randbytes(20))]
    for data in (*short, *long):
        for cut in {len(data), min(len(data), 9), min(len(data), 17)}:
            both(partial(v.cbor, data[:cut], 1 << 20, 24), partial(cbor.decode, data[:cut]))
    for most, depth in ((3, 24), (4, 1), (4, 2)):
        both(
            partial(v.cbor, b"\x81\x82\0\0", most, depth),
            partial(cbor.decode, b"\x81\x82\0\0", max_bytes=most, max_depth=depth),
        )


@given(VALUES, st.integers(0, 1 << 32))
def test_cbor_is_read_alike(value: object, seed: int) -> None:
    data = cbor.encode(value)
    assert v.cbor(data, 1 << 20, 24)[0] == cbor.decode(data)
    bent = flipped(random.Random(seed), data)
    said = both(lambda: v.cbor(bent, 1 << 20, 24), lambda: (cbor.decode(bent),))
    assert said is None or said[0][0] == said[1][0]


@given(st.binary(max_size=60))
def test_any_bytes_are_cbor_to_both_or_to_none(data: bytes) -> None:
    both(lambda: v.cbor(data, 1 << 20, 24), lambda: (cbor.decode(data),))


def contents() -> list[MimiContent]:
    talk = Talk()
    rnd, author = talk.random.randbytes, talk.author(talk.ben)
    first = b"\x01" + bytes(31)
    picture, _ = talk.picture(talk.ben)
    text = talk.text(talk.ben, "An invented teapot.")
    return [
        text,
        picture,
        compose.reply(author, "A lid.", first, random=rnd),
        compose.reaction(author, "🫖", first, random=rnd),
        compose.delete(author, first, random=rnd),
        compose.edit(author, first, text, talk.text(talk.ben, "Another lid.").part, random=rnd),
        compose.message(author, SinglePart("text/plain", b"\xff"), random=rnd),
        compose.message(author, NullPart(), random=rnd),
    ]


def same_content(data: bytes) -> bool:
    said = both(lambda: v.content_of(data), lambda: MimiContent.decode(data))
    if said is None:
        return False
    found, theirs = said
    assert (found.sender, found.room, found.tag) == (theirs.sender_uri, theirs.room_uri, found.tag)
    assert found.id == message_id(data)
    assert (found.kind, (found.content_type, found.text)) == (described.kind_of(theirs), described.readable(theirs))
    parts = {n: one for n, one in walk(theirs.part) if isinstance(one, ExternalPart)}
    assert [(one.part, one.name, one.sha256, one.size, one.key) for one in found.files] == [
        (n, one.filename, one.content_hash, one.size, one.key) for n, one in parts.items()
    ]
    return True


WORDS = Talk(3).text(Talk(3).ben, "Words.").encode()


def named_in(data: bytes) -> bool:
    """Whether the house finds sender and room in it: what names neither is of no use to the verifier."""
    try:
        content = MimiContent.decode(data)
    except MessageError:
        return True
    return content.sender_uri is not None and content.room_uri is not None


def test_contents_are_read_alike() -> None:
    for content in contents():
        assert same_content(content.encode())


def test_changed_contents_are_read_alike() -> None:
    rng = random.Random(7)
    taken, made = 0, list[MimiContent]()
    for n in range(800):
        if n % 100 == 0:
            made = contents()
        data = flipped(rng, made[n % len(made)].encode())
        if named_in(data):
            taken += same_content(data)
    assert taken > 25, "most changes must not be refused, or nothing is compared"


@given(VALUES, st.integers(0, 6))
def test_contents_with_any_value_in_any_place(value: object, at: int) -> None:
    plain = list(cbor.decode(WORDS))  # type: ignore[call-overload]  # it is a list
    plain[at] = value
    data = cbor.encode(plain)
    if named_in(data):
        same_content(data)


VECTORS = json.loads((Path(__file__).parents[2] / "spec/vectors/device-list.json").read_text())


def same_states(values: list[bytes], dates: list[int | None], user: str, as_of_ms: int) -> bool:
    dated = {n: at for n, at in enumerate(dates) if at is not None}
    said = both(
        lambda: v.in_force(values, dated, user, as_of_ms),
        lambda: verify_chain(list(zip(values, dates, strict=True)), user, as_of_ms),
    )
    if said is None:
        return False
    ours = [one.value for one, _ in said[0]]
    theirs = [state.in_force.encode() for state in said[1]]
    assert ours == [one for n, one in enumerate(theirs) if n == 0 or theirs[n - 1] != one]
    return True


def test_the_vectors_of_device_lists() -> None:
    user, versions = VECTORS["user_uri"], VECTORS["versions"]
    values = [bytes.fromhex(one["value"]) for one in versions]
    dates = [one["appeared_ms"] for one in versions]
    for count in range(1, len(values) + 1):
        assert same_states(values[:count], dates[:count], user, dates[count - 1])
        assert same_states(values[:count], dates[:count], user, VECTORS["as_of_ms"])
    states = v.in_force(values, dict(enumerate(dates)), user, VECTORS["as_of_ms"])
    assert states[-1][0].version == VECTORS["in_force"]
    for one in (*VECTORS["refused"], *VECTORS["closing"]):
        before = one["after"] + 1
        chain, when = [*values[:before], bytes.fromhex(one["value"])], [*dates[:before], one["appeared_ms"]]
        good = same_states(chain, when, user, max(dates[before - 1], one["appeared_ms"] or 0))
        assert good == ("error" not in one), one
    closed = [*values[:6], bytes.fromhex(VECTORS["closing"][0]["value"]), bytes.fromhex(VECTORS["revived"]["value"])]
    assert not same_states(closed, [*dates[:6], dates[5], dates[5]], user, dates[5])


def test_dates_decide_alike() -> None:
    """Each version with its date, without one, or with another, and each moment to look from."""
    rng = random.Random(8)
    user, versions = VECTORS["user_uri"], VECTORS["versions"]
    values = [bytes.fromhex(one["value"]) for one in versions]
    good = 0
    for _ in range(150):
        dates = [one["appeared_ms"] for one in versions]
        for _ in range(rng.randrange(3)):
            dates[rng.randrange(len(dates))] = rng.choice(
                [None, dates[0], dates[-1], versions[4]["appeared_ms"] + 72 * 3_600_000]
            )
        count = rng.randrange(1, len(values) + 1)
        as_of = (dates[count - 1] or dates[0] or 0) + rng.choice([0, 1, 71, 72, 200]) * 3_600_000
        good += same_states(values[:count], dates[:count], user, as_of)
    assert 30 < good < 150


def test_changed_device_lists_are_refused_by_both() -> None:
    rng = random.Random(9)
    user, versions = VECTORS["user_uri"], VECTORS["versions"]
    values = [bytes.fromhex(one["value"]) for one in versions]
    dates = [one["appeared_ms"] for one in versions]
    for _ in range(150):
        at = rng.randrange(len(values))
        bent = [*values[:at], flipped(rng, values[at]), *values[at + 1 :]]
        assert not same_states(bent, dates, user, dates[-1])
    for at in range(len(values)):
        for other in range(len(values)):
            swapped = [*values]
            swapped[at], swapped[other] = swapped[other], swapped[at]
            assert same_states(swapped, dates, user, dates[-1]) == (at == other)


NAMES = st.from_regex(r"mimi://[a-z0-9.:-]{1,12}/[udr]/[a-z2-7]{25,26}[a-z/]{0,2}([a-z2-7]{26})?", fullmatch=True)


@given(NAMES | st.sampled_from([Talk().ann.uri, Talk().room, Talk().ann.devices[0][0]]))
def test_names_are_read_alike(text: str) -> None:
    same_name(text)


def same_name(text: str) -> None:
    for kind, parse in (("u", parse_user_uri), ("d", parse_client_uri), ("r", parse_room_uri)):
        said = both(partial(v.named, text, kind), partial(parse, text))
        assert said is None or said[0][0] == host_of(text)


def test_hosts_are_read_alike() -> None:
    ident = "a" * 26
    label = "a" * 63
    for host in (
        *("a", "a.b", "a-b", "a:1", "a:65535", "a:65536", "a:0", "a:01", "a:", ":1", "", "A", "-a", "a-", "a..b", ".a"),
        *("a.", "a_b", "a b", "a\n", label, label + "a", f"{label}.{label}.{label}.{label[:61]}", "\u00e9", "\u0660"),
        *(f"{label}.{label}.{label}.{label[:62]}", f"{label}.{label}.{label}.{label[:61]}:443"),
    ):
        for text in (f"mimi://{host}/u/{ident}", f"mimi://{host}/d/{ident}/{ident}", f"mimi://{host}/r/{ident}"):
            same_name(text)
            same_name(text[:-1])
            same_name(text[:-1] + "b")
            same_name(text + "/")
            same_name(f"x{text}")


# What MLS signs


def test_leaves_and_contexts_are_read_alike() -> None:
    rng = random.Random(10)
    talk = Talk()
    leaf = talk.leaf(talk.ben, 0, 3)
    group = talk.room.encode()
    for n in range(400):
        data = leaf.encode() if n == 0 else flipped(rng, leaf.encode())
        said = both(partial(v.leaf_node, data, group, 3), partial(LeafNode.decode, data))
        if said is not None:
            key, identity, tbs, signature = said[0]
            theirs = said[1]
            assert (key, signature) == (theirs.signature_key, theirs.signature)
            assert tbs == theirs.tbs(group, 3)
            assert identity in (theirs.credential.identity, None)
        context = talk.context.encode() if n == 0 else flipped(rng, talk.context.encode())
        read = both(partial(v.group_context, context), partial(_context, context))
        if read is not None:
            group_found, expected = read
            assert (group_found.id, group_found.epoch) == (expected.group_id, expected.epoch)
            assert group_found.suite == expected.cipher_suite
        aad = SafeAAD(AppDataDictionary().with_component(0x20, bytes(32)).with_component(7, b"x").items).encode()
        bent = flipped(rng, aad)
        both(partial(v.components, bent), partial(SafeAAD.decode, bent))


def _context(data: bytes) -> GroupContext:
    """As the room reads it, with the key in it."""
    found = GroupContext.decode(data)
    agent = AppDataDictionary.of(found.extensions).get(FRANKING_AGENT)
    if agent is not None:
        FrankingAgent.decode(agent)
    return found


def test_authorship_is_judged_alike() -> None:
    """The evidence of a report (V10), with one piece changed at random, or swapped with that of another message."""
    rng = random.Random(11)
    worlds = [make_world(seed, f"invented {seed}") for seed in range(4)]
    held = 0
    for n in range(300):
        w, other = rng.sample(worlds, 2)
        message = w.reported(authorship=True)
        proof, foreign = message.authorship, other.authorship()
        assert proof is not None
        name = rng.choice(["epoch", "leaf_index", "aad", "signature", "group_context", "leaf_node", "data", "none"])
        if name in ("epoch", "leaf_index"):
            bent = replace(proof, **{name: rng.choice([0, 1, 1 << 31, (1 << 53) - 1])})  # type: ignore[arg-type]  # wrong on purpose or by name
        elif name == "data":
            bent, message = proof, replace(message, data=flipped(rng, message.data))
        elif name == "none":
            bent = proof
        else:
            value = getattr(proof, name)
            bent = replace(proof, **{name: getattr(foreign, name) if n % 3 == 0 else flipped(rng, value)})  # type: ignore[arg-type]  # wrong on purpose or by name
        message = replace(message, authorship=bent)
        said = both(
            partial(ours, message, w.alice, w.room, w.device_list.encode()),
            partial(verify_authorship, message, w.alice, w.room, w.binding()),
        )
        held += said is not None
    assert 25 < held < 200


def ours(message: Any, sender: str, room: str, device_list: bytes) -> bool:
    """V10 by the verifier's own pieces, in its own words."""
    proof = message.authorship
    content = v.content_of(message.data)
    group = v.group_context(proof.group_context)
    v.need((group.id, group.epoch, group.suite) == (room.encode(), proof.epoch, message.frank.suite_id), "another room")
    v.need(v.components(proof.aad).get(0x20) == content.tag, "another tag")
    key, identity, tbs, signature = v.leaf_node(proof.leaf_node, group.id, proof.leaf_index)
    v.signed_as("LeafNodeTBS", "the leaf", key, tbs, signature, group.suite)
    v.need(v.user_of((identity or b"").decode()) == sender, "another sender")
    framed = v.framed(group, proof.leaf_index, proof.aad, message.data, proof.group_context)
    v.signed_as("FramedContentTBS", "the leaf", key, framed, proof.signature, group.suite)
    ((listed, _),) = v.in_force([device_list], {}, sender, 0)
    v.need(listed.value == proof.device_list and listed.lists((identity or b"").decode(), key), "not in the list")
    return True


@pytest.mark.parametrize("number", [1, 2, 3])
def test_each_cipher_suite_signs_in_its_way(number: int) -> None:
    rng = random.Random(number)
    private, public = generate_signature_key(suite(number), rng.randbytes)
    signature = sign_with_label(suite(number), private, b"Teapot", b"words")
    v.signed_as("Teapot", "somebody", public, b"words", signature, number)
    for key, label, words, made, which in (
        (public, "Kettle", b"words", signature, number),
        (public, "Teapot", b"other words", signature, number),
        (public, "Teapot", b"words", flipped(rng, signature), number),
        (public[::-1], "Teapot", b"words", signature, number),
        (public, "Teapot", b"words", signature, {1: 2, 2: 1, 3: 2}[number]),
        (public, "Teapot", b"words", signature, 4),
        (b"", "Teapot", b"words", signature, number),
        *([] if number != 2 else [(bytes([2 + public[-1] % 2]) + public[1:33], "Teapot", b"words", signature, 2)]),
    ):
        with pytest.raises(NO):
            v.signed_as(label, "somebody", key, words, made, which)


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_any_bytes_get_a_named_refusal(data: bytes) -> None:
    for read in (
        lambda: v.group_context(data),
        lambda: v.leaf_node(data, b"", 0),
        lambda: v.components(data),
        lambda: v.device_list(data),
        lambda: v.content_of(data),
        lambda: v.looked_up(data, "u:x", TRUST, KEYS.vrf_public),
        lambda: v.checkpoint_of(data, TRUST),
        lambda: v.parse(data),
    ):
        try:
            read()
        except NO:
            continue


def test_what_is_nested_without_end_ends() -> None:
    deep = b"\x81" * 100_000
    for data in (deep + b"\x00", b"[" * 100_000, b'{"a":' * 100_000):
        for read in (v.content_of, v.device_list, v.parse):
            with pytest.raises(NO):
                read(data)


def test_talk_is_what_these_tests_think_it_is() -> None:
    talk = Talk()
    assert talk.context.epoch == EPOCH
    assert talk.log.entry(0).timestamp_ms == START
