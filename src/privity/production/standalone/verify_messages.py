# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Check offline who wrote the messages in a package: python -I verify_messages.py DIR --log-key KEY --vrf-key HEX

It needs Python 3.11 and the package `cryptography`, imports nothing else and asks nobody. Everything is checked from
the bytes in the package, under keys that you give: the key log's, as its owner publishes them, and those of witnesses
whose word you take. Of each message three things are said apart: whether its sender's device signed it, whether that
key was one of the sender's account, and what the time is worth. What is `own` the discloser says of themselves.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

T = TypeVar("T")

DSSE, KEYS = "attest/production.dsse.json", "attest/keys.json"
TYPES = ("application/vnd.in-toto+json", "https://in-toto.io/Statement/v1", "urn:privity:legal-production:v1")
DISCLOSURE, TIME = "participant_disclosure", "%Y-%m-%dT%H:%M:%SZ"
ED25519 = bytes.fromhex("302a300506032b6570032100")
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
PLAIN_PATH = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9])?(?:/(?!$)|$)){1,8}")
MAX_FILES, MAX_FILE, MAX_JSON, MAX_ATTACHMENT = 20_000, 4 << 30, 32 << 20, 1 << 29
MAX_INT = (1 << 53) - 1
POST_QUANTUM = 0xF47A  # the hybrid suite, by the number that it has here; it signs with Ed25519, too


class Refused(Exception):
    """One check does not hold, and why."""


class Unproven(Exception):
    """Nothing is wrong; what it takes to say so is not in the package, or was not given."""


BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, InvalidTag)


def need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Refused(otherwise)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def when(ms: int | None) -> str:
    """A time for people."""
    with suppress(ValueError, OverflowError, OSError):
        return "a time not proven" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).strftime(TIME)
    return f"{ms} ms after 1970"


# JSON, and what stands in it


def parse(data: bytes) -> dict[str, Any]:
    """One object in canonical JSON (RFC 8785), whose names are ASCII and whose numbers are integers."""
    need(len(data) <= MAX_JSON, f"a file of JSON has at most {MAX_JSON} bytes")
    value = a(dict, json.loads(data, parse_float=str))
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    need(text.encode() == data, "this is not canonical JSON")
    return value


def b64(text: object, most: int = MAX_JSON) -> bytes:
    need(len(a(str, text)) <= most, f"there are more than {most} characters of base64")
    data = base64.b64decode(a(str, text), validate=True)
    need(base64.b64encode(data).decode() == text, "this is not the one base64 of its bytes")
    return data


def hexed(text: object) -> bytes:
    need(re.fullmatch("[0-9a-f]{64}", a(str, text)) is not None, "32 bytes in hex should stand here")
    return bytes.fromhex(a(str, text))


def members(value: object, *names: str) -> list[Any]:
    """What an object says under exactly these names."""
    found = a(dict, value)
    need(set(found) == set(names), f"there should be exactly {', '.join(names)}")
    return [found[name] for name in names]


def a(kind: type[T], value: object) -> T:
    if not isinstance(value, kind):
        raise Refused(f"{kind.__name__} should stand here, not {type(value).__name__}")
    return value


def a_number(value: object, most: int = MAX_INT) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Refused(f"a number from 0 to {most} should stand here")
    return value


# The TLS presentation language (RFC 9420, section 2.1)


class Reader:
    """A cursor over bytes that never reads past the vector that it is in."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.stop = data, 0, len(data)

    def fixed(self, count: int) -> bytes:
        need(self.at + count <= self.stop, f"{count} bytes are called for at {self.at}, {self.stop - self.at} are left")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.fixed(size), "big")

    def length(self, most: int) -> int:
        first = self.number(1)
        size = 1 << (first >> 6)
        need(size < 8, "a length begins with two ones")
        value = (first & 0x3F) << 8 * (size - 1) | self.number(size - 1)
        need(size == 1 or value >= 1 << (6, 14)[size == 4], "a length takes more bytes than it needs")
        need(value <= most, f"a vector of {value} bytes is over its limit of {most}")
        need(self.at + value <= self.stop, "a vector ends after what it is in")
        return value

    def vec(self, most: int = 1 << 20) -> bytes:
        return self.fixed(self.length(most))

    def many(self, read: Callable[[], T], most: int = 1 << 20) -> list[T]:
        """A vector of structs, each of which takes bytes."""
        length = self.length(most)
        outer, self.stop = self.stop, self.at + length
        found = []
        while self.at < self.stop:
            before = self.at
            found.append(read())
            need(self.at > before, "an item takes no bytes")
        self.stop = outer
        return found

    def hashes(self, most: int = 64) -> list[bytes]:
        return self.many(lambda: self.fixed(32), most * 32)

    def maybe(self, read: Callable[[], T]) -> T | None:
        there = self.number(1)
        need(there < 2, "a mark of presence is 0 or 1")
        return read() if there else None

    def end(self) -> None:
        need(self.at == self.stop, f"{self.stop - self.at} bytes are left at the end")


def u(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def vec(data: bytes) -> bytes:
    size = len(data)
    return (u(size, 1) if size < 0x40 else u(0x4000 | size, 2) if size < 0x4000 else u(1 << 31 | size, 4)) + data


# Deterministic CBOR (RFC 8949, section 4.2.1) of plain data


def cbor(data: bytes, most: int, depth: int, without: Sequence[str] = ()) -> tuple[Any, bytes]:
    """The one value with this one encoding; and of a map the encoding without these keys, which signatures cover."""
    need(len(data) <= most, f"{len(data)} bytes of CBOR, at most {most} are read")
    at, entries = 0, dict[Any, bytes]()

    def take(count: int) -> bytes:
        nonlocal at
        need(count <= len(data) - at, "the CBOR is cut off")
        at += count
        return data[at - count : at]

    def read(depth: int) -> object:
        nonlocal entries
        head = take(1)[0]
        major, argument = head >> 5, head & 0x1F
        if major == 7:
            need(argument in (20, 21, 22), "a float, or a simple value without a name")
            return (False, True, None)[argument - 20]
        need(major != 6 and argument < 28, "a tag, or a length without end")
        if argument > 23:
            size = 1 << (argument - 24)
            argument = int.from_bytes(take(size), "big")
            need(argument >= (24 if size == 1 else 1 << 4 * size), "a head takes more bytes than it needs")
        if major < 2:
            need(argument + major <= MAX_INT, "an integer is too large")
            return -1 - argument if major else argument
        if major < 4:
            return take(argument).decode() if major == 3 else take(argument)
        need(depth > 0 and argument <= len(data) - at, "nested too deep, or cut off")
        if major == 4:
            return [read(depth - 1) for _ in range(argument)]
        found, inside, before = dict[Any, object](), dict[Any, bytes](), b""
        for _ in range(argument):
            start, key = at, read(depth)
            need(type(key) in (int, str) and before < data[start:at], "the keys of a map are others, or not in order")
            before = data[start:at]
            found[key] = read(depth - 1)
            inside[key] = data[start:at]
        entries = inside
        return found

    value = read(depth)
    need(at == len(data), "something follows the CBOR")
    kept = [entry for key, entry in entries.items() if key not in without]
    return value, bytes([0xA0 | min(len(kept), 23)]) + b"".join(kept)


def octets(value: object, least: int, most: int) -> bytes:
    if not isinstance(value, bytes) or not least <= len(value) <= most:
        raise Refused(f"{least} to {most} bytes should stand here")
    return value


LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"(?P<name>{LABEL}(?:\.{LABEL})*)(?::(?P<port>[1-9][0-9]{{0,4}}))?")
ID = r"[a-z2-7]{25}[aeimquy4]"
KEY_NAME = re.compile(r"[^\s+\0-\x1f]+")


def named(text: object, kind: str) -> tuple[str, str]:
    """The host, and the first id after it, of a URI of a user (u), device (d) or room (r)."""
    match = re.fullmatch(rf"mimi://([^/]*)/{kind}/({ID}){f'/{ID}' if kind == 'd' else ''}", a(str, text))
    if match is None:
        raise Refused(f"this is not a URI of the kind /{kind}/")
    return host(match[1]), match[2]


def host(text: str) -> str:
    match = HOST.fullmatch(text)
    good = match is not None and len(match["name"]) <= 253 and int(match["port"] or 0) <= 65_535
    need(good, "this is not the name of a host")
    return text


def user_of(device: str) -> str:
    return "mimi://{}/u/{}".format(*named(device, "d"))


def signed_by(who: str, key: bytes, data: bytes, signature: bytes, suite: int = 1) -> None:
    """Ed25519, or for suite 2 ECDSA on P-256 with SHA-256 in DER."""
    need(suite in (1, 2, 3, POST_QUANTUM), f"cipher suite {suite} is not known here")
    need(len(key) == (65 if suite == 2 else 32) and (suite != 2 or key[0] == 4), "a key has another size or form")
    try:
        if suite == 2:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
            point.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        else:
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except InvalidSignature:
        raise Refused(f"{who} did not sign this") from None


def signed_as(label: str, who: str, key: bytes, content: bytes, signature: bytes, suite: int = 1) -> None:
    """SignWithLabel (RFC 9420, section 5.1.2)."""
    signed_by(who, key, vec(b"MLS 1.0 " + label.encode()) + vec(content), signature, suite)


# edwards25519 in plain integers (slow, and of public things only), and ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381)

P = (1 << 255) - 19
ORDER = (1 << 252) + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]
NOWHERE: Point = (0, 1, 1, 0)


def plus(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def twice(point: Point) -> Point:
    x, y, z, _ = point
    a, b = x * x % P, y * y % P
    h = a + b
    e, g = h - (x + y) ** 2 % P, a - b
    f = 2 * z * z % P + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def combined(n: int, one: Point, m: int, other: Point) -> Point:
    """n times one point and m times the other."""
    table, sum_of = (NOWHERE, one, other, plus(one, other)), NOWHERE
    for bit in range(max(n.bit_length(), m.bit_length()) - 1, -1, -1):
        sum_of = twice(sum_of)
        if at := n >> bit & 1 | (m >> bit & 1) << 1:
            sum_of = plus(sum_of, table[at])
    return sum_of


def encoded(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def decoded(data: bytes) -> Point | None:
    """The point of these bytes, if they are the one encoding of one (RFC 8032, section 5.1.3)."""
    number = int.from_bytes(data, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(data) != 32 or y >= P:
        return None
    top, below = (y * y - 1) % P, (D * y * y + 1) % P
    x = top * pow(below, 3, P) * pow(top * pow(below, 7, P), (P - 5) // 8, P) % P
    if below * x * x % P != top:
        x = x * ROOT_OF_MINUS_ONE % P
    if below * x * x % P != top or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def same(one: Point, other: Point) -> bool:
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 == (one[1] * other[2] - other[1] * one[2]) % P


BASE = decoded(bytes.fromhex("58" + "66" * 31)) or NOWHERE


@lru_cache(maxsize=1024)
def prime_order(data: bytes) -> Point:
    """The point of these bytes, if it is one of the large group and not its neutral one."""
    point = decoded(data)
    if point is None or same(point, NOWHERE) or not same(combined(ORDER, point, 0, point), NOWHERE):
        raise Refused("a key or a proof names no point of the large group")
    return point


@lru_cache(maxsize=4096)
def vrf(key: bytes, alpha: bytes, proof: bytes) -> bytes:
    """Where the leaf of this input stands, if the proof is for this key and input."""
    public, gamma = prime_order(key), prime_order(proof[:32])
    challenge, s = int.from_bytes(proof[32:48], "little"), int.from_bytes(proof[48:], "little")
    need(len(proof) == 80 and 0 < s < ORDER and challenge > 0, "a proof of the VRF has other numbers")
    for counter in range(256):
        hashed = hashlib.sha512(b"\3\1" + key + alpha + bytes([counter, 0])).digest()[:32]
        point = decoded(hashed)
        if point is not None and not same(point := twice(twice(twice(point))), NOWHERE):
            break
    else:
        raise Refused("no counter gives a point")
    ends = combined(s, BASE, ORDER - challenge, public), combined(s, point, ORDER - challenge, gamma)
    points = encoded(point) + proof[:32] + encoded(ends[0]) + encoded(ends[1])
    made = hashlib.sha512(b"\3\2" + key + points + b"\0").digest()[:16]
    need(made == proof[32:48], "a proof of the VRF is not for this label, version and key")
    return hashlib.sha512(b"\3\3" + encoded(twice(twice(twice(gamma)))) + b"\0").digest()[:32]


# Checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature)


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name, and the id that its signatures bear."""

    name: str
    public: bytes
    id: bytes


def verifier_key(text: str, kind: int) -> VerifierKey:
    """NAME+ID+BASE64; kind 1 is of a log, kind 4 of a witness."""
    need(len(text) <= 1024 and text.count("+") >= 2, "a verifier key is NAME+ID+BASE64")
    name, ident, material = text.split("+", 2)
    data = b64(material)
    need(
        len(data) == 33 and data[0] == kind and KEY_NAME.fullmatch(name) is not None,
        f"a key of kind {kind}, 32 bytes and a name is needed",
    )
    prime_order(data[1:])
    made = sha256(name.encode() + b"\n" + data)[:4]
    need(made.hex() == ident, f"the id of the key of {name} is {made.hex()}")
    return VerifierKey(name, data[1:], made)


@dataclass(frozen=True)
class Trust:
    """Whose word the receiver takes. Without a log key none is checked, and everything says so."""

    log: VerifierKey | None = None
    vrf_key: bytes | None = None
    witnesses: tuple[VerifierKey, ...] = ()
    quorum: int = 0


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes
    cosigned: Mapping[str, int]  # by your witnesses, and when (s)


def checkpoint_of(note: bytes, trust: Trust) -> Checkpoint:
    """What the log says of itself, under its own signature and those of enough witnesses."""
    text = note.decode()
    need(len(note) <= 1 << 17 and re.search("[\0-\x09\x0b-\x1f]", text) is None, "this is no note")
    body, blank, lines = text.rpartition("\n\n")
    said = body.split("\n")
    need(bool(blank) and lines.endswith("\n") and len(said) == 3 and said[0] != "", "this is no checkpoint")
    need(re.fullmatch("0|[1-9][0-9]{0,18}", said[1]) is not None and int(said[1]) < 1 << 63, "it states no size")
    root = b64(said[2])
    need(len(root) == 32, "it states no root")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, name, encoded_blob = line.split(" ")
        blob = b64(encoded_blob)
        need(
            dash == "\N{EM DASH}" and KEY_NAME.fullmatch(name) is not None and len(blob) > 4, "a signature line is none"
        )
        signatures.append((name, blob[:4], blob[4:]))
    need(len(signatures) <= 64, "it has more than 64 signatures")
    signed, times = f"{body}\n".encode(), dict[str, int]()
    if trust.log is not None:
        need(said[0] == trust.log.name, f"it is of {said[0]}, and the key of {trust.log.name}")
        own = [blob for name, ident, blob in signatures if (name, ident) == (trust.log.name, trust.log.id)]
        need(len(own) == 1, f"it is to be signed once by the key of {trust.log.name}")
        signed_by(trust.log.name, trust.log.public, signed, own[0])
    for witness in trust.witnesses:
        for blob in [blob for name, ident, blob in signatures if (name, ident) == (witness.name, witness.id)]:
            time = int.from_bytes(blob[:8], "big")
            need(len(blob) == 72 and 0 < time < 1 << 63, f"the cosignature of {witness.name} has no time")
            signed_by(witness.name, witness.public, f"cosignature/v1\ntime {time}\n".encode() + signed, blob[8:])
            times[witness.name] = max(time, times.get(witness.name, 0))
    need(len(times) >= trust.quorum, f"{len(times)} of your witnesses cosigned it, {trust.quorum} are needed")
    return Checkpoint(said[0], int(said[1]), root, times)


def stands_at(entry: tuple[int, bytes], index: int, log: Checkpoint, path: Sequence[bytes]) -> None:
    """RFC 9162, section 2.1.3.2. An entry is a time and the root of the prefix tree then."""
    need(0 <= index < log.size, f"entry {index} cannot be in a log of {log.size}")
    at, last, node = index, log.size - 1, sha256(b"\0" + u(entry[0], 8) + entry[1])
    for sibling in path:
        need(last > 0, "the path in the log is too long")
        left = at & 1 or at == last
        node = sha256(b"\1" + (sibling + node if left else node + sibling))
        while left and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    need(last == 0 and node == log.root, "the path in the log leads to another root")


# The key log (spec/keylog.md)

COMMITTING = bytes.fromhex("d821f8790d97709796b4d7903357c3f5")
End = tuple[int, int, bytes, bytes]
"""Where a way in the prefix tree ends: its depth; 0 nothing, 1 the key's own leaf, 2 the leaf that follows."""


@dataclass(frozen=True)
class Found:
    """What an answer proves of a label."""

    checkpoint: Checkpoint
    time_ms: int  # of the log's last entry then
    newest: int | None
    values: Mapping[int, bytes]  # by version: the newest, and those that are dated
    dates: Mapping[int, int]  # times of the entries in which versions appeared (ms)


def ladder(newest: int | None) -> list[int]:
    """The versions to look up, so that no two numbers can both be the greatest."""
    if newest is None:
        return [0]
    steps = [0]
    while steps[-1] <= newest:
        steps.append((1 << len(steps)) - 1)
    low, high = steps[-2], steps[-1]
    while low + 1 < high:
        middle = (low + high) // 2
        steps.append(middle)
        low, high = (middle, high) if middle <= newest else (low, middle)
    return [step for step in steps if step < 1 << 32]


def looked_up(proof: bytes, label: str, trust: Trust, vrf_key: bytes) -> Found:
    """What a kept answer of the log proves: all but that it is the newest of today."""
    name, r = label.encode(), Reader(proof)
    need(len(name) < 256, "a label has at most 255 bytes")

    def entry() -> tuple[int, bytes]:
        return r.number(8), r.fixed(32)

    def revealed() -> tuple[int, bytes, bytes]:
        return r.number(4), r.fixed(16), r.vec(1 << 16)

    def end() -> End:
        depth, kind = r.number(2), r.number(1)
        need(depth <= 256 and kind < 3, "no way in the prefix tree ends like this")
        return depth, kind, *((r.fixed(32), r.fixed(32)) if kind == 2 else (b"", b""))

    note, last, inclusion = r.vec(1 << 17), entry(), r.hashes()
    r.hashes()  # how the log went on from what the asker had seen: nobody else can check it
    newest = r.maybe(revealed)
    steps = r.many(lambda: (r.fixed(80), r.maybe(lambda: (r.fixed(32), r.number(8)))))
    dated = r.many(lambda: (*revealed(), r.fixed(80), r.number(8), entry(), r.hashes()), 1 << 23)
    ends, beside = r.many(end, 1 << 26), r.hashes(1 << 21)
    r.end()
    need(len(steps) <= 64 and len(dated) <= 256, "an answer has at most 64 steps and 256 dates")
    checkpoint = checkpoint_of(note, trust)
    stands_at(last, checkpoint.size - 1, checkpoint, inclusion)

    greatest = None if newest is None else newest[0]
    wanted: dict[bytes, bytes | None] = {}
    standing: dict[int, tuple[bytes, int]] = {}

    def versioned(number: int) -> bytes:
        return u(len(name), 1) + name + u(number, 4)

    def committed(number: int, opening: bytes, value: bytes) -> bytes:
        return hmac.digest(COMMITTING, opening + versioned(number) + u(len(value), 4) + value, "sha256")

    def take(number: int, vrf_proof: bytes, there: tuple[bytes, int] | None) -> None:
        out = vrf(vrf_key, versioned(number), vrf_proof)
        wanted[out] = None
        if there is not None:
            need(standing.setdefault(number, there) == there, f"version {number} is said to be two things")
            wanted[out] = sha256(b"\4" + there[0] + u(there[1], 8))

    rungs = ladder(greatest)
    expected = [greatest is not None and rung <= greatest for rung in rungs]
    need([there is not None for _, there in steps] == expected, "the steps are not the ladder of the newest version")
    for rung, (vrf_proof, there) in zip(rungs, steps, strict=True):
        take(rung, vrf_proof, there)
    need(all(one[0] < other[0] for one, other in pairwise(dated)), "the dated versions are not in their order")
    for number, opening, value, vrf_proof, epoch, _, _ in dated:
        need(greatest is not None and number <= greatest, f"version {number} is above the newest")
        take(number, vrf_proof, (committed(number, opening, value), epoch))
    need(_folded(wanted, ends, beside) == last[1], "the proof leads to another root of the prefix tree")
    need(newest is None or committed(*newest) == standing[newest[0]][0], "the commitment opens to another value")
    epochs = [standing[number][1] for number in sorted(standing)]
    need(epochs == sorted(epochs) and all(epoch < checkpoint.size for epoch in epochs), "epochs that cannot be")
    for *_, epoch, then, path in dated:
        stands_at(then, epoch, checkpoint, path)
    values = {number: value for number, _, value, *_ in dated} | ({newest[0]: newest[2]} if newest else {})
    return Found(checkpoint, last[0], greatest, values, {number: then[0] for number, *_, then, _ in dated})


def _folded(wanted: Mapping[bytes, bytes | None], ends: Sequence[End], beside: Sequence[bytes]) -> bytes:
    """The root that the proof leads to, if each of these keys has what is wanted of it, or is not there (None)."""
    keys = sorted(wanted)
    left_ends, left_hashes = iter(ends), iter(beside)
    end = next(left_ends, None)

    def below(prefix: int, depth: int, keys: Sequence[bytes]) -> bytes:
        nonlocal end
        if not keys:
            found = next(left_hashes, None)
            need(found is not None, "the proof of the prefix tree has too few hashes")
            return found or b""
        if end is None or end[0] < depth:
            raise Refused("the proof of the prefix tree has too few ends, or at other depths")
        if end[0] == depth:
            (_, kind, out, stamped), end = end, next(left_ends, None)
            there = [b"\2" + key + value for key in keys if (value := wanted[key]) is not None]
            if kind == 1:
                need(len(there) == 1, "a version is there that should not be, or two are in one place")
                return sha256(there[0])
            need(not there, "a version that should be there is not")
            if kind == 0:
                return bytes(32)
            need(out not in keys, "a version is there that should not be")
            need(int.from_bytes(out, "big") >> (256 - depth) == prefix, "a leaf stands where it does not belong")
            return sha256(b"\2" + out + stamped)
        right = u((prefix << 1 | 1) << (255 - depth), 32)
        first = below(prefix << 1, depth + 1, [key for key in keys if key < right])
        return sha256(b"\3" + first + below(prefix << 1 | 1, depth + 1, [key for key in keys if key >= right]))

    root = below(0, 0, keys)
    need(end is None and next(left_hashes, None) is None, "the proof of the prefix tree has too many parts")
    return root


# Device lists and accounts (spec/device-list.md)

DAY_MS = 24 * 3_600_000
SIGNATURES = ("sig", "prev_sig", "recovery_sig")


@dataclass(frozen=True)
class DeviceList:
    """One version, whose signatures are only claimed."""

    value: bytes
    tbs: bytes
    user: str
    version: int
    account_key: bytes
    recovery_key: bytes
    devices: Mapping[str, tuple[bytes, int]]
    prev: bytes | None
    reset: bool
    sig: bytes | None
    prev_sig: bytes | None
    recovery_sig: bytes | None

    @property
    def waits(self) -> bool:
        """Whether the list before it stays in force for 72 hours."""
        return self.reset or (not self.devices and self.recovery_sig is None)

    def lists(self, device: str, key: bytes) -> bool:
        return self.devices.get(device, (b"", 0))[0] == key


def device_list(value: bytes) -> DeviceList:
    names = ("user_uri", "version", "account_key", "recovery_key", "devices", "prev", "reset", *SIGNATURES)
    found, tbs = cbor(value, 1 << 15, 4, SIGNATURES)
    user, version, account, recovery, devices, prev, reset, sig, prev_sig, recovery_sig = members(found, *names)
    named(user, "u")
    need(isinstance(reset, bool), "whether a list is a reset is true or false")
    listed: dict[str, tuple[bytes, int]] = {}
    for one in a(list, devices):
        uri, key, added = members(one, "client_uri", "mls_signature_key", "added_ms")
        need(user_of(uri) == user, "a list names a device of somebody else")
        need(not listed or [*listed][-1] < uri, "devices stand in the order of their URIs, each once")
        listed[uri] = octets(key, 32, 65), a_number(added)
    need(len(listed) <= 32 and len({key for key, _ in listed.values()}) == len(listed), "a device key occurs twice")
    need(bool(listed) or not (reset or version == 0), "only a closing list names no device")
    keys = octets(account, 32, 32), octets(recovery, 32, 32)
    signatures = [None if one is None else octets(one, 64, 64) for one in (sig, prev_sig, recovery_sig)]
    before = None if prev is None else octets(prev, 32, 32)
    return DeviceList(value, tbs, user, a_number(version, (1 << 32) - 1), *keys, listed, before, reset, *signatures)


def list_signed(key: bytes, one: DeviceList, signature: bytes | None, who: str) -> None:
    signed_as("PrivityDeviceListTBS", f"the {who} of version {one.version}", key, one.tbs, signature or b"")


def next_list(newest: DeviceList, value: bytes, force: DeviceList) -> DeviceList:
    """The list after the newest, under the authority of the one in force."""
    new = device_list(value)
    need(bool(force.devices), "a list follows one that closed the account")
    need(new.user == newest.user and new.version == newest.version + 1, "a list is of somebody else, or left out")
    need(new.prev == sha256(newest.value), f"version {new.version} does not follow the one before it")
    list_signed(new.account_key, new, new.sig, "account key")
    continues = not new.reset and new.recovery_sig is None
    if not continues:
        need(new.prev_sig is None, "the account key before it signs only what continues")
        list_signed(new.recovery_key, new, new.recovery_sig, "recovery key")
    same_account, same_recovery = new.account_key == force.account_key, new.recovery_key == force.recovery_key
    if new.reset:
        need(not same_account and not same_recovery, "a reset brings new keys of both kinds")
        return new
    need(same_recovery, "only a reset brings another recovery key")
    if continues:
        need(same_account == (new.prev_sig is None), "the account key before signs where it changes, and only there")
        if not same_account:
            list_signed(force.account_key, new, new.prev_sig, "account key before it")
    elif new.devices:
        need(not same_account, "a recovery brings a new account key")
    if new.devices:
        stay = [uri for uri in force.devices if uri in new.devices]
        need(all(new.devices[uri] == force.devices[uri] for uri in stay), "the key or date of a device changed")
        dropped = len(stay) < len(force.devices)
        need(not (continues and same_account and dropped), "a device was dropped and the account key stayed")
    return new


InForce = tuple[DeviceList, int | None]
"""A list that was in force, and from when (ms); None where that is not proven."""


def in_force(values: Sequence[bytes], dates: Mapping[int, int], user: str, as_of_ms: int) -> list[InForce]:
    """All lists that were in force, one after another, as the account's own keys signed them from version 0 on."""
    need(bool(values), "there are no lists")
    newest = force = one = device_list(values[0])
    first = one.user == user and one.version == 0 and one.prev is one.prev_sig is None and not one.reset
    need(first, f"the first list of {user} has version 0 and nothing before it")
    list_signed(one.account_key, one, one.sig, "account key")
    list_signed(one.recovery_key, one, one.recovery_sig, "recovery key")
    states, since = [(force, dates.get(0))], None  # since: when the list appeared that waits

    def settle(now_ms: int) -> None:
        nonlocal force, since
        if since is not None and now_ms >= since + 3 * DAY_MS:
            states.append((newest, since + 3 * DAY_MS))
            force, since = newest, None

    for number, value in enumerate(values[1:], 1):
        at_ms = dates.get(number)
        if at_ms is None:
            waits = since is not None or device_list(value).waits
            need(not waits, f"whether version {number} counts depends on its date, which is not proven")
        else:
            need(since is None or at_ms >= since, f"version {number} is dated before the reset that it follows")
            settle(at_ms)
        newest = next_list(newest, value, force)
        since = at_ms if newest.waits else None
        if not newest.waits:
            force = newest
            states.append((force, at_ms))
    settle(as_of_ms)
    return states


def franking_key(value: bytes, name: str, number: int) -> bytes:
    """The key that signs franks, in this version of the hub's record."""
    fields = ("host", "version", "franking_key", "external_sender_key", "intake_key", "prev")
    where, version, franking, external, intake, prev = members(cbor(value, 1 << 10, 1)[0], *fields)
    need(where == host(name) and a_number(version, (1 << 32) - 1) == number, "a record is of another hub or version")
    need((prev is None) == (number == 0), "a record of the hub follows none, or the first follows one")
    for key in (franking, external, *(one for one in (intake, prev) if one is not None)):
        octets(key, 32, 32)
    return octets(franking, 32, 32)


# Content of messages (spec/content.md), and what MLS signs (RFC 9420)


@dataclass(frozen=True)
class External:
    """A file that a message names, as its part says it."""

    part: int
    content_type: str
    size: int
    cipher: int
    key: bytes
    nonce: bytes
    aad: bytes
    hashing: int
    sha256: bytes
    name: str


@dataclass(frozen=True)
class Content:
    """What a message says: its exact bytes D, and what follows from them."""

    data: bytes
    id: bytes
    tag: bytes
    sender: str
    room: str
    plaintexts: Mapping[Any, object]  # SHA-256 of files by their part
    files: tuple[External, ...]
    kind: str
    content_type: str
    text: str


def content_of(data: bytes) -> Content:
    items = a(list, cbor(data, 1 << 16, 24)[0])
    need(len(items) == 7, "content has seven elements")
    salt, replaces, topic, expires, reply, extensions, top = items
    octets(salt, 16, 16)
    octets(topic, 0, 4096)
    for one in (replaces, reply):
        need(one is None or octets(one, 32, 32)[0] == 1, "an id of a message begins with 01")
    if expires is not None:
        need(len(a(list, expires)) == 2 and isinstance(expires[0], bool), "an expiry is a flag and a time")
        a_number(expires[1], 366 * 86_400 if expires[0] else (1 << 32) - 1)
    need(isinstance(extensions, dict), "extensions are a map")
    for key, value in extensions.items():
        need(not isinstance(key, str) or 1 <= len(key.encode()) <= 255, "the name of an extension has 1 to 255 bytes")
        need(key not in (1, 2) or isinstance(value, str), "sender and room are text")
        need(nested(value) <= 4, "an extension is nested too deep")
    parts = list(walked(top, 4))
    need(len(parts) <= 1024, "content has at most 1,024 parts")
    files = [External(*(at, one[3], *one[6:13], one[14])) for at, one in enumerate(parts) if one[2] == 2]
    singles = [one for one in parts if one[2] == 1]
    first = next((one for one in parts if one[2] in (1, 2)), None)
    content_type, text = "" if first is None else a(str, first[3]), ""
    readable = next((one for one in singles if one[3].startswith("text/")), None)
    if readable is not None:
        try:
            content_type, text = readable[3], readable[4].decode()
        except UnicodeDecodeError:
            text = ""
    kind = "message" if readable or files else "other"
    if replaces is not None:
        kind = "delete" if top[2] == 0 else "edit"
    if top[0] == 2:  # a reaction, by its disposition
        kind = "reaction"
    plaintexts = extensions.get(-1) if isinstance(extensions.get(-1), dict) else {}
    sender, room = a(str, extensions.get(1)), a(str, extensions.get(2))
    names = b"".join(u(len(one.encode()), 2) + one.encode() for one in (sender, room))
    ident, tag = b"\1" + sha256(names + data + salt)[:31], hmac.digest(salt, data, "sha256")
    return Content(data, ident, tag, sender, room, plaintexts, tuple(files), kind, content_type, text)


def nested(value: object) -> int:
    """How deep lists and maps stand in each other."""
    if not isinstance(value, list | dict):
        return 0
    return 1 + max((nested(one) for one in (value.values() if isinstance(value, dict) else value)), default=0)


def walked(part: object, depth: int) -> Iterator[list[Any]]:
    """Every part, depth first, once its form is known."""
    need(depth > 0, "parts are nested deeper than four levels")
    one = a(list, part)
    sizes = {0: 3, 1: 5, 2: 15, 3: 5}
    need(len(one) >= 3 and not isinstance(one[2], bool) and sizes.get(one[2]) == len(one), "a part has no known form")
    a_number(one[0], 255)
    a(str, one[1])
    yield one
    if one[2] == 1:
        a(str, one[3])
        octets(one[4], 0, 1 << 16)
    elif one[2] == 2:
        texts, data = (one[3], one[4], one[13], one[14]), (*one[8:11], one[12])
        need(all(isinstance(each, str) for each in texts) and len(one[4].encode()) <= 4096, "a file has other names")
        need(all(isinstance(each, bytes) for each in data), "a key, nonce or hash should be bytes")
        for at, bits in ((5, 32), (6, 53), (7, 16), (11, 8)):
            a_number(one[at], (1 << bits) - 1)
    elif one[2] == 3:
        a_number(one[3], 2)
        need(len(a(list, one[4])) >= 2, "several parts are two at least")
        for inner in one[4]:
            yield from walked(inner, depth - 1)


@dataclass(frozen=True)
class Group:
    """What all members of an epoch agree on."""

    suite: int
    id: bytes
    epoch: int
    franking_key: bytes | None


def group_context(data: bytes) -> Group:
    r = Reader(data)
    need(r.number(2) == 1, "this is not MLS 1.0")
    suite, group, epoch = r.number(2), r.vec(), r.number(8)
    r.vec(), r.vec()
    found = extensions_in(r)
    r.end()
    agent, key = components(found.get(6, b"\0")).get(0x21), None
    if agent is not None:
        r = Reader(agent)
        key = r.vec()
        credential_in(r)
        r.end()
    return Group(suite, group, epoch, key)


def components(data: bytes) -> dict[int, bytes]:
    """A dictionary of application data, or the authenticated data of a message: numbers rise, each once."""
    r = Reader(data)
    found = r.many(lambda: (r.number(2), r.vec()))
    r.end()
    need(all(one[0] < other[0] for one, other in pairwise(found)), "components are not in their order")
    return dict(found)


def extensions_in(r: Reader) -> dict[int, bytes]:
    found = r.many(lambda: (r.number(2), r.vec(1 << 26)), 1 << 26)
    need(len({kind for kind, _ in found}) == len(found), "an extension occurs twice")
    return dict(found)


def credential_in(r: Reader) -> bytes | None:
    """The identity in a basic credential; None for a chain of certificates."""
    kind = r.number(2)
    need(kind in (1, 2), "a credential is of no known type")
    if kind == 1:
        return r.vec()
    r.many(r.vec)
    return None


def leaf_node(data: bytes, group: bytes, index: int) -> tuple[bytes, bytes | None, bytes, bytes]:
    """A device's key, the identity in its credential, and what its own signature has to cover at this place."""
    r = Reader(data)
    r.vec()
    key, identity = r.vec(), credential_in(r)
    for _ in range(5):
        need(len(r.vec()) % 2 == 0, "capabilities are numbers of two bytes")
    source = r.number(1)
    need(source in (1, 2, 3), "a leaf comes from a key package, an update or a commit")
    if source == 1:
        r.fixed(16)
    elif source == 3:
        r.vec()
    extensions_in(r)
    tbs, signature = data[: r.at] + (vec(group) + u(index, 4) if source != 1 else b""), r.vec()
    r.end()
    return key, identity, tbs, signature


def framed(group: Group, index: int, aad: bytes, data: bytes, context: bytes) -> bytes:
    """FramedContentTBS of an application message that travelled as PrivateMessage (RFC 9420, section 6.1)."""
    content = vec(group.id) + u(group.epoch, 8) + b"\1" + u(index, 4) + vec(aad) + b"\1" + vec(data)
    return u(1, 2) + u(2, 2) + content + context


# The package, and the lines about it


@dataclass
class Line:
    """One check, how it ended, and what it says."""

    check: str
    status: str
    detail: str


@contextmanager
def check(lines: list[Line], name: str) -> Iterator[Line]:
    """A check passes if nothing stops it, and says why otherwise."""
    line = Line(name, "pass", "")
    try:
        yield line
    except Unproven as err:
        line.status, line.detail = "absent", str(err)
    except (Refused, *BROKEN) as err:
        line.status, line.detail = "fail", said(err)
    line.detail = ascii(line.detail)[1:-1]
    lines.append(line)


def walk(root: Path) -> dict[str, Path]:
    """Every file below, by its path: plain files with plain names, in folders."""
    found, count, folders_read = dict[str, Path](), 0, 0
    for folder, folders, names in os.walk(root):
        folders_read += 1
        count += len(folders) + len(names)
        need(count <= MAX_FILES, f"there are more than {MAX_FILES} files and folders")
        for at in (Path(folder, name) for name in (*folders, *names)):
            path = at.relative_to(root).as_posix()
            need(PLAIN_PATH.fullmatch(path) is not None and not at.is_symlink(), f"the name {path} is refused")
            if not at.is_dir():
                need(at.is_file() and at.stat().st_size <= MAX_FILE, f"{path} is no plain file, or too large")
                found[path] = at
    need(folders_read > 0 and len({path.lower() for path in found}) == len(found), "nothing is there, or twice")
    return found


@dataclass
class Package:
    """The files of a package, which are those of its signed statement, and which of them were looked at."""

    files: Mapping[str, Path] = field(default_factory=dict)
    base: str = "bag/data/"
    seen: set[str] = field(default_factory=set)

    def data(self, name: str, most: int = MAX_JSON) -> bytes:
        """A file below the folder that holds the messages."""
        at = self.files.get(self.base + name)
        if at is None:
            raise Refused(f"{name} is not in the package")
        need(at.stat().st_size <= most, f"{name} has more than {most} bytes")
        self.seen.add(name)
        return at.read_bytes()

    def below(self, folder: str) -> list[str]:
        start = self.base + folder
        return sorted(path.removeprefix(self.base) for path in self.files if path.startswith(start))

    def numbered(self, folder: str) -> list[str]:
        """Files 00001.json and so on in a folder: all in order and no others, but for the log's own."""
        names = [name for name in self.below(f"{folder}/") if name != "keylog/log.json"]
        need(names == [f"{folder}/{n:05}.json" for n in range(1, len(names) + 1)], f"{folder}/ has other names")
        return names

    def blob(self, folder: str, digest: object) -> bytes:
        """A file that is named by its hash."""
        data = self.data(f"{folder}/{hexed(digest).hex()}.bin", 1 << 26)
        need(sha256(data) == hexed(digest), f"a file in {folder}/ is not what its name says")
        return data


def opened(found: Mapping[str, Path]) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    """The statement, and who signed it: uses and keys as keys.json has them, whom verify_package.py compares."""
    payload_type, signed = TYPES[0].encode(), parse(found[DSSE].read_bytes())
    payload64, kind, made = members(signed, "payload", "payloadType", "signatures")
    payload, keys_json = b64(payload64), found[KEYS].read_bytes()
    statement = parse(payload)
    need((kind, statement["_type"], statement["predicateType"]) == TYPES, "the statement is of another type")
    need(sha256(keys_json).hex() == statement["predicate"]["keys_sha256"], "keys.json is another")
    keys = {key["id"]: key for key in a(list, parse(keys_json)["keys"])}
    framed_payload = b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type, len(payload), payload)
    signers = []
    for one in a(list, made):
        ident, signature = members(one, "keyid", "sig")
        spki = b64(keys[ident]["public_key"])
        need(sha256(spki).hex() == ident, "a key is named by its SHA-256")
        raw, suite = raw_key(spki)
        signed_by(ident, raw, framed_payload, b64(signature), suite)
        signers.append((a(str, keys[ident]["use"]), raw))
    return statement, signers


def raw_key(spki: bytes) -> tuple[bytes, int]:
    """A public key as MLS writes it, and a cipher suite that signs with it: Ed25519, or P-256 as a whole point."""
    for suite, start in ((1, ED25519), (2, P256)):
        if spki.startswith(start):
            return spki[len(start) :], suite
    raise Refused("a key is neither Ed25519 nor a point on P-256")


@dataclass(frozen=True)
class Span:
    """A time in which a key was in force: its dates, where they are proven, and what surely is within."""

    since: int | None
    until: int | None
    first: int
    end: int
    last: bool  # still in force in the newest proof

    def surely(self, ms: int | None) -> bool:
        return self.last if ms is None else self.first <= ms < self.end

    def maybe(self, ms: int | None) -> bool:
        return ms is None or (self.since or 0) <= ms < (self.until or ms + 1)


@dataclass(frozen=True)
class Shown:
    """All that the package proves of one label, from all its proofs together."""

    newest: int | None
    at: str  # of which log, in words
    proofs: Sequence[tuple[int, int]]  # the newest version that each shows, and the time of its log's last entry
    values: Mapping[int, bytes]
    states: Sequence[InForce]  # of an account whose lists are here from the first on

    def spans(self, device: str, key: bytes) -> list[Span]:
        """When lists that were in force named this key.

        A list without a date was there at the time of each proof that shows it. What is in force in the newest proof
        counts for a day after, as devices take it themselves.
        """
        spans: list[Span] = []
        for at, (one, since) in enumerate(self.states):
            if not one.lists(device, key):
                continue
            last, (then, until) = at + 1 == len(self.states), [*self.states, (one, None)][at + 1]
            first = since or min(time for newest, time in self.proofs if newest >= one.version)
            before = max((time for newest, time in self.proofs if newest < then.version), default=first)
            end = max(time for _, time in self.proofs) + DAY_MS if last else until or before
            if spans and self.states[at - 1][0].lists(device, key):
                since, first = spans[-1].since, spans.pop().first
            spans.append(Span(since, until, first, end, last))
        return spans

    def named(self, device: str, key: bytes, at_ms: int | None, evidence: bytes | None = None) -> tuple[str, str]:
        """How the log shows a device's key at a time, in a word and in words. `evidence` has to be one of the lists.

        `pass`: a list names it that was in force then; `listed`: the log does, and not whether it was in force.
        """
        known = [one.value for one, _ in self.states] or [*self.values.values()]
        need(evidence in (None, *known) or not self.states, "the list in the evidence was never in force")
        spans = self.spans(device, key)
        need(not self.states or bool(spans), f"no list of the account that was in force names this key of {device}")
        if spans:
            span = next((one for one in spans if one.surely(at_ms)), spans[-1])
            end = "and still" if span.last else f"to {when(span.until)},"
            words = f"in force from {when(span.since)} {end} {self.at}"
            need(any(one.maybe(at_ms) for one in spans), f"{words}: not at the time of this message")
            return ("pass", words) if span.surely(at_ms) else ("listed", f"{words}; whether at this time is not shown")
        for number in sorted(self.values, reverse=True):
            one = device_list(self.values[number])
            if one.lists(device, key) and evidence in (None, *known):
                list_signed(one.account_key, one, one.sig, "account key")
                return "listed", f"version {number} {self.at} names it; lists before it are missing"
        raise Unproven("the lists that are here do not name this key, and others are missing")


def shown(label: str, found: Sequence[Found], candidates: Mapping[bytes, bytes]) -> Shown:
    """Join what several proofs of one label show. Candidates, by hash, are values that one of them may lead to."""
    best = max(found, key=lambda one: one.checkpoint.size)
    need(best.newest is not None or all(one.newest is None for one in found), "the log lost a label")
    values, dates = dict[int, bytes](), dict[int, int]()
    for one in found:
        need((one.newest or 0) <= (best.newest or 0), "the log lost a version")
        for number, date in one.dates.items():
            need(dates.setdefault(number, date) == date, f"version {number} has two dates")
        for number, value in one.values.items():
            need(values.setdefault(number, value) == value, f"version {number} is two values")
    for number in range(best.newest or 0, 0, -1):
        before = candidates.get(cbor(values[number], 1 << 15, 4)[0]["prev"] or b"") if number in values else None
        need(before is None or values.setdefault(number - 1, before) == before, "a version follows another value")
    states: list[InForce] = []
    if label.startswith("u:") and best.newest is not None and len(values) == best.newest + 1:
        chain = [values[number] for number in range(best.newest + 1)]
        states = in_force(chain, dates, label[2:], best.time_ms)
    for number, value in values.items():
        if label.startswith("u:"):
            one_list = device_list(value)
            need((one_list.user, one_list.version) == (label[2:], number), f"version {number} is of another account")
        else:
            franking_key(value, label[2:], number)
    at = f"at log size {best.checkpoint.size}, {when(best.time_ms)}"
    proofs = [(-1 if one.newest is None else one.newest, one.time_ms) for one in found]
    return Shown(best.newest, at, proofs, values, states)


@dataclass
class KeyLog:
    """What the package holds of the key log, each proof checked once."""

    trust: Trust
    labels: dict[str, Shown] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)  # labels of which a proof does not hold, and why

    def read(self, package: Package, lines: list[Line]) -> None:
        """All of keylog/, with a line for the log and one for each label."""
        found, roots, cosigned = dict[str, list[Found]](), dict[int, bytes](), set[str]()
        candidates: dict[bytes, bytes] = {}
        with check(lines, "log") as line:
            candidates.update({sha256(one): one for one in (package.data(name) for name in package.below("lists/"))})
            package.seen.clear()
            names = package.numbered("keylog")
            if not names:
                raise Unproven("the package brings no proofs of a key log")
            claimed = members(parse(package.data("keylog/log.json")), "log_key", "vrf_key", "witnesses", "quorum")
            for name in names:
                label, proof, first, values = members(parse(package.data(name)), "label", "proof", "first", "values")
                try:
                    where = (
                        named(label[2:], "u")[0] if label[:2] == "u:" else host(label[2:] if label[:2] == "s:" else "")
                    )
                    one = looked_up(b64(proof), label, self.trust, self.trust.vrf_key or b64(claimed[1]))
                    origin, size, root = one.checkpoint.origin, one.checkpoint.size, one.checkpoint.root
                    need(origin == f"{where}/keylog", f"{origin} is not the log of {where}")
                    need(roots.setdefault(size, root) == root, "two logs of one size")
                    given = [b64(value) for value in a(list, values)]
                    end = (a_number(first) + len(given) - 1, given[-1:])
                    need(end == (one.newest, [one.values.get(end[0])]) if given else first == 0, "other values")
                except (Refused, *BROKEN) as err:
                    self.broken[a(str, label)] = f"{name}: {said(err)}"
                    continue
                candidates.update({sha256(value): value for value in given})
                found.setdefault(label, []).append(one)
                cosigned.update(one.checkpoint.cosigned)
            need(not self.broken, "; ".join(sorted(self.broken.values())[:3]))
            origins = " ".join(sorted({one.checkpoint.origin for each in found.values() for one in each}))
            if self.trust.log is None or self.trust.vrf_key is None:
                raise Unproven(f"{origins}: give --log-key and --vrf-key; without, anybody may have made it")
            by = ", ".join(sorted(cosigned)) or "nobody whose key you gave"
            line.detail = f"{origins}, {len(names)} proofs, cosigned by {by}"
        for label in sorted(set(found) - set(self.broken)):
            with check(lines, label) as line:
                self.labels[label] = shown(label, found[label], candidates)
                it = self.labels[label]
                chain = "followed from the first" if it.states else f"of which {len(it.values)} are here"
                line.detail = f"{'nothing' if it.newest is None else f'versions to {it.newest}, {chain}'}, {it.at}"
            if label not in self.labels:
                self.broken[label] = lines[-1].detail

    def of(self, label: str) -> Shown:
        need(label not in self.broken, self.broken.get(label, ""))
        if label not in self.labels:
            raise Unproven("the package brings no proof of the key log for it")
        return self.labels[label]

    def franking_keys(self, where: str) -> list[bytes]:
        """Keys that the log shows for the hub of a room, the newest first; none without a proof."""
        hub = self.labels[f"s:{where}"].values if f"s:{where}" in self.labels else {}
        return [franking_key(hub[number], where, number) for number in sorted(hub, reverse=True)]


def said(err: Exception) -> str:
    return str(err) if isinstance(err, Refused) else f"broken ({type(err).__name__})"


# Messages

FIELDS = ("n", "id", "content", "kind", "content_type", "text", "sender", "handle", "room", "epoch", "generation")
PROOFS = ("authorship", "frank", "server_time_ms", "attestation", "attachments")
ATTACHMENT = ("part", "name", "content_type", "status", "plaintext", "plaintext_sha256", "ciphertext")
SELECTION = ("exporter", "device", "handle", "role", "room", "recipient", "purpose", "statement", "made_at")
FINDING = ("authorship", "message", "outcome", "verified")
CHOSEN = ("selected", "gaps", "shown", "left_out", "asked")


@dataclass
class Judged:
    """What is proven of one message, apart from one another. `own` is the discloser's, signed with the package."""

    file: str
    lines: list[Line] = field(default_factory=list)
    id: str = ""
    sender: str = ""
    room: str = ""
    time_ms: int | None = None
    text: str = ""
    signature: str = "absent"  # pass, own, absent or fail
    key: str = "absent"  # pass, listed, own, absent or fail
    time: str = "absent"  # attested, claimed, absent or fail
    tip: bool = False  # the operator says of it that it is not verified

    def failed(self) -> bool:
        return any(line.status == "fail" for line in self.lines)


def selection_of(data: bytes) -> tuple[dict[str, Any], str]:
    """Who discloses with which device what of which room, and in words what of it is not here."""
    it = parse(data)
    *words, selected, gaps, as_shown, left_out, asked = members(it, *SELECTION, *CHOSEN)
    named(it["room"], "r")
    need(user_of(it["device"]) == it["exporter"], "the device is not the exporter's")
    need(all(isinstance(one, str) for one in words), "the exporter's words are text")
    need(len({hexed(one) for one in a(list, selected)}) == len(selected), "a message is selected twice")
    between = [members(one, "after", "unselected") for one in a(list, gaps)]
    need([after for after, _ in between] == [*range(1, len(selected))], "a gap stands after each message but the last")
    need(all(isinstance(one, bool) for one in a(dict, asked).values()), "what was asked is yes or no")
    counts = [None if count is None else a_number(count) for _, count in between]
    told = [f"{count} left out after {n}" for n, count in enumerate(counts, 1) if count]
    told += [f"an unknown number after {n}" for n, count in enumerate(counts, 1) if count is None]
    told += [f"{len(a(list, left_out))} of the range are not here"] if left_out else []
    a(list, as_shown)
    return it, "; ".join(told) or "nothing left out between them"


@dataclass
class Reading:
    """All messages of a package, and what they share."""

    package: Package
    log: KeyLog
    selection: Mapping[str, Any] = field(default_factory=dict)
    exporter: str = "absent"  # whether the exporter's own key is proven, with which own messages stand
    epochs: dict[tuple[str, int], str] = field(default_factory=dict)

    def judged(self, name: str, number: int) -> Judged:
        it = Judged(name)
        with check(it.lines, "content") as line:
            n, ident, data, kind, content_type, text, it.sender, handle, it.room, epoch, generation, *proofs = members(
                parse(self.package.data(name)), *FIELDS, *PROOFS
            )
            need(a_number(n) == number and isinstance(handle, str | None), "it is numbered in another way")
            need(all(one is None or a_number(one) >= 0 for one in (generation, proofs[2])), "times are numbers")
            content = content_of(b64(data, 1 << 17))
            need((content.sender, content.room) == (it.sender, it.room), "the content names another sender or room")
            need(it.room == self.selection.get("room", it.room), "it is of another room than selected")
            named(it.sender, "u"), named(it.room, "r")
            it.id, it.text = content.id.hex(), content.text
            need(ident == it.id, "its id is another")
            said_of_it = (content.kind, content.content_type, content.text)
            need((kind, content_type, text) == said_of_it, "what is said of the content is not what it says")
            authorship, frank, it.time_ms, attestation, attachments = proofs
            line.detail = f"{content.kind} by {it.sender}"
        if it.failed():
            it.signature = it.key = it.time = "fail"
            return it
        group = self._signature(it, content, authorship, epoch, frank)
        self._time(it, content, frank, attestation, group)
        with check(it.lines, "files") as line:
            line.detail = self._files(content, a(list, attachments))
        return it

    def _signature(self, it: Judged, content: Content, authorship: object, epoch: object, frank: Any) -> Group | None:
        """Results one and two. The group context, if it is that of this message."""
        if authorship is None:
            with check(it.lines, "signature") as line:
                if it.sender != self.selection.get("exporter"):
                    raise Unproven("no signature of the sender's device is here")
                line.status = it.signature = "own"
                it.key = "own" if self.exporter == "pass" else self.exporter
                line.detail = "the exporter says so; the package's own signature stands for it"
            return None
        group: Group | None = None
        device, key, identity = "", b"", None
        with check(it.lines, "room") as line:
            index, aad64, signature64, leaf64, digest, list_digest = members(
                authorship, "leaf_index", "aad", "signature", "leaf_node", "group_context", "device_list"
            )
            aad, signature, index = b64(aad64, 8192), b64(signature64, 512), a_number(index, (1 << 32) - 1)
            context = self.package.blob("contexts", digest)
            read = group_context(context)
            need(read.id == it.room.encode(), "the group context is of another room")
            need(read.epoch == a_number(epoch), "the group context is of another epoch")
            need(self.epochs.setdefault((it.room, read.epoch), digest) == digest, "one epoch has two group contexts")
            need(frank is None or frank["cipher_suite"] == read.suite, "the frank is for another cipher suite")
            group, line.detail = read, f"epoch {read.epoch}"
        if group is None:
            it.signature = it.key = "fail"
            return None
        with check(it.lines, "tag") as line:
            need(components(aad).get(0x20) == content.tag, "the signed data carry no tag, or that of another message")
            line.detail = "the signed data carry the tag of this content"
        with check(it.lines, "leaf") as line:
            key, identity, tbs, own = leaf_node(b64(leaf64, 1 << 19), group.id, index)
            signed_as("LeafNodeTBS", "the leaf", key, tbs, own, group.suite)
            line.detail = f"leaf {index} is signed by its own key"
        with check(it.lines, "sender") as line:
            device = a(bytes, identity).decode()
            need(user_of(device) == it.sender, "the leaf names a device of somebody else")
            line.detail = device
        with check(it.lines, "signature") as line:
            tbs = framed(group, index, aad, content.data, context)
            signed_as("FramedContentTBS", "the leaf", key, tbs, signature, group.suite)
            line.detail = "the leaf's key signed this content in this room and epoch"
        it.signature = "fail" if it.failed() else "pass"
        with check(it.lines, "key") as line:
            evidence = None if list_digest is None else self.package.blob("lists", list_digest)
            line.status, line.detail = self.log.of(f"u:{it.sender}").named(device, key, it.time_ms, evidence)
        it.key = it.lines[-1].status
        return group

    def _time(self, it: Judged, content: Content, frank: object, attestation: object, group: Group | None) -> None:
        """Result three: the frank's signature covers an opaque number, so the time is claimed unless it is attested."""
        with check(it.lines, "time") as line:
            if frank is None or it.time_ms is None:
                need(attestation is None, "an attestation needs a frank and a time")
                raise Unproven("the server's word on it is not here")
            mac64, suite, signature64, tag64 = members(frank, "server_frank", "cipher_suite", "signature", "tag")
            mac, signature = b64(mac64), b64(signature64)
            need(b64(tag64) == content.tag and len(mac) == 32, "the frank is about another message")
            bound = vec(it.sender.encode()) + vec(it.room.encode()) + u(it.time_ms, 8)
            at_hub = self.log.franking_keys(named(it.room, "r")[0])
            in_room = [] if group is None or group.franking_key is None else [group.franking_key]
            need(not at_hub or all(key in at_hub for key in in_room), "the room's franking key is not the hub's")
            keys = in_room or at_hub
            if not keys:
                raise Unproven(f"{when(it.time_ms)}, and no key to check the server's signature with")
            signed = mac + u(a_number(suite, 0xFFFF), 2) + bound
            any_signed("FrankingIntegrityTBS", keys, signed, signature, suite)
            line.status, line.detail = "claimed", f"{when(it.time_ms)}, which outside of the server nobody can check"
            if attestation is not None and not at_hub:
                line.detail = f"{when(it.time_ms)}; there is an attestation, and no proof of the server's key"
            elif attestation is not None:
                at_ms, made64 = members(attestation, "at_ms", "signature")
                data = content.tag + signed + u(a_number(at_ms), 8)
                any_signed("PrivityFrankAttestationTBS", at_hub[:1], data, b64(made64), suite)
                line.status, line.detail = "attested", f"{when(it.time_ms)}, attested by the server at {when(at_ms)}"
        it.time = line.status

    def _files(self, content: Content, entries: Sequence[object]) -> str:
        """Attachments are those that the content names, byte for byte."""
        need(len(entries) == len(content.files), f"{len(entries)} attachments are listed, the content has others")
        here = 0
        for file, entry in zip(content.files, entries, strict=True):
            part, name, content_type, status, plain, digest, cipher = members(entry, *ATTACHMENT)
            need((part, name, content_type) == (file.part, file.name, file.content_type), "an attachment is another")
            known = (file.cipher, file.hashing, len(file.key), len(file.nonce)) == (1, 1, 16, 12)
            hashed = content.plaintexts.get(file.part)
            need((plain is not None) == (status == "here") == (digest is not None), f"part {part}: {status}")
            need((cipher is not None) == (status == "refused"), f"part {part}: {status}")
            need((file.cipher == 0) == (status == "link_only"), f"part {part} is a link, or none")
            if status == "here":
                need(known, f"part {part} names an unknown cipher or hash")
                data = self.package.data(a(str, plain), MAX_ATTACHMENT)
                need(sha256(data) == hashed == hexed(digest), f"part {part} is not the file that the message names")
                sealed = AESGCM(file.key).encrypt(file.nonce, data, file.aad)
                need((len(sealed), sha256(sealed)) == (file.size, file.sha256), f"part {part} is not what was sent")
                here += 1
            elif status == "refused":
                sealed = self.package.data(a(str, cipher), MAX_ATTACHMENT)
                need((len(sealed), sha256(sealed)) == (file.size, file.sha256), f"part {part} is not what was sent")
                with suppress(InvalidTag):
                    plain = AESGCM(file.key).decrypt(file.nonce, sealed, file.aad) if known else b""
                    need(not known or sha256(plain) != hashed, f"part {part} does open, and is said not to")
            else:
                need(status in ("not_here", "link_only"), f"part {part} has a status that is not known")
        return f"{here} of {len(content.files)} here" if content.files else "it names none"


def any_signed(label: str, keys: Sequence[bytes], content: bytes, signature: bytes, suite: int) -> None:
    for key in keys[:-1]:
        with suppress(Refused):
            return signed_as(label, "the server", key, content, signature, suite)
    return signed_as(label, "the server", keys[-1], content, signature, suite)


def verify(root: Path, trust: Trust, accept_listed: bool) -> dict[str, Any]:
    lines: list[Line] = []
    package = Package()
    signers, kind = list[tuple[str, bytes]](), ""
    with check(lines, "files") as line:
        package.files = walk(root)
        statement, signers = opened(package.files)
        kind = statement["predicate"]["kind"]
        listed, there = [(one["name"], one["digest"]["sha256"]) for one in statement["subject"]], []
        for path in sorted(path for path in package.files if path.startswith("bag/")):
            with package.files[path].open("rb") as file:
                there.append((path, hashlib.file_digest(file, "sha256").hexdigest()))
        need(listed == there, f"changed, added or missing: {sorted(dict({*listed} ^ {*there}))[:5]}")
        by = " and ".join(use for use, _ in signers)
        line.detail = f"{len(there)} files, each as the statement names it, signed by {by} (see verify_package.py)"
    if kind != DISCLOSURE:
        package.base = "bag/data/reported/"
    log = KeyLog(trust)
    log.read(package, lines)
    reading = Reading(package, log)
    if kind == DISCLOSURE:
        with check(lines, "selection") as line:
            reading.selection, words = selection_of(package.data("selection.json"))
            line.detail = f"{len(reading.selection['selected'])} messages; {words} (the exporter's word)"
        with check(lines, "exporter") as line:
            need([use for use, _ in signers] == ["device"], "a device signs a disclosure, and nobody else")
            device, account = reading.selection["device"], log.of(f"u:{reading.selection['exporter']}")
            line.status, words = account.named(device, signers[0][1], None)
            need(line.status == "pass" or not account.states, f"the device was dropped: {words}")
            line.detail = f"signed by {device}, {words}"
        reading.exporter = lines[-1].status
    messages: list[Judged] = []
    with check(lines, "messages") as line:
        names = package.numbered("messages")
        messages = [reading.judged(name, number) for number, name in enumerate(names, 1)]
        ids = [one.id for one in messages if one.id or kind == DISCLOSURE]
        need(ids == reading.selection.get("selected", ids), "these are not the messages of the selection")
        need(len(set(ids)) == len(ids), "a message is there twice")
        left = [path for folder in ("attachments/", "contexts/", "lists/") for path in package.below(folder)]
        left = [path for path in left if path not in package.seen and kind == DISCLOSURE]
        need(not left, f"no message names {', '.join(left[:3])}")
        if "findings.json" in package.below("findings.json"):  # what the operator found of reported messages
            found = [members(one, *FINDING) for one in a(list, parse(package.data("findings.json"))["findings"])]
            sound = {number for _, number, _, verified in found if verified == "verified"}
            for number, one in enumerate(messages, 1):
                one.tip = number not in sound
        if not messages:
            raise Unproven("there are no messages in this package")
        line.detail = counted(messages)
    good = ("pass", "own", "listed") if accept_listed else ("pass", "own")
    wrong = any(line.status == "fail" for line in lines) or any(one.failed() and not one.tip for one in messages)
    checked = all(line.status in good for line in lines if ":" not in line.check)
    proven = all(one.signature in good and one.key in good for one in messages)
    return {
        "verified": not wrong and (kind != DISCLOSURE or (checked and proven)),
        "kind": kind,
        "checks": [vars(line) for line in lines],
        "messages": [{**vars(one), "lines": [vars(line) for line in one.lines]} for one in messages],
    }


def counted(messages: Sequence[Judged]) -> str:
    """How many of each outcome, in words."""
    found = {name: [getattr(one, name) for one in messages] for name in ("signature", "key", "time")}
    counts = {name: [f"{each.count(one)} {one}" for one in sorted(set(each))] for name, each in found.items()}
    return f"{len(messages)}; " + "; ".join(f"{name}: {', '.join(each)}" for name, each in counts.items())


def told(report: Mapping[str, Any], words: bool) -> str:
    """The report as text."""
    lines = [f"{one['check']:<10} {one['status']:<8} {one['detail']}" for one in report["checks"]]
    for one in report["messages"]:
        tip = ", and said not to be verified" if one["tip"] else ""
        lines.append(f"\n{one['file']}  signature {one['signature']}, key {one['key']}, time {one['time']}{tip}")
        lines += [f"  {line['check']:<10} {line['status']:<8} {line['detail']}" for line in one["lines"]]
        if words and one["text"]:
            plain = "".join(one if one.isprintable() or one == "\n" else "?" for one in one["text"])
            lines += [f"  > {line}" for line in plain.split("\n")]
    return "\n".join((*lines, "", "verified" if report["verified"] else "NOT verified", ""))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", type=Path, help="the package, as a folder")
    parser.add_argument("--log-key", help="the key log's verifier key, NAME+ID+BASE64")
    parser.add_argument("--vrf-key", help="the key log's VRF key, in hex")
    parser.add_argument("--witness", action="append", default=[], help="the verifier key of a witness; again for more")
    parser.add_argument("--quorum", type=int, help="how many of them have to have cosigned; all, unless given")
    parser.add_argument("--accept-listed", action="store_true", help="be content with keys that the log alone shows")
    parser.add_argument("--words", action="store_true", help="print the text of each message as its bytes say it")
    parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
    asked = parser.parse_args(argv)
    try:
        witnesses = tuple(verifier_key(text, 4) for text in asked.witness)
        quorum = len(witnesses) if asked.quorum is None else asked.quorum
        names = {one.name for one in witnesses}
        need(0 <= quorum <= len(names) == len(witnesses), f"{quorum} of {len(names)} witnesses cannot cosign")
        log = None if asked.log_key is None else verifier_key(asked.log_key, 1)
        vrf_key = None if asked.vrf_key is None else bytes.fromhex(asked.vrf_key)
        need(vrf_key is None or prime_order(vrf_key) != NOWHERE, "the VRF key is none")
    except (Refused, ValueError) as err:
        parser.error(str(err))
    trust = Trust(log, vrf_key, witnesses, quorum)
    report = verify(asked.dir, trust, asked.accept_listed)
    text, known = json.dumps(report) if asked.json else told(report, asked.words), sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(known, "backslashreplace").decode(known))
    return 0 if report["verified"] else 1


if __name__ == "__main__":
    sys.exit(main())
