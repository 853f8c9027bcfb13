# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever is changed in a production package, its verifier says so: each file, member, signature, token and path.

The changes are generated. Some are made by a stranger, who has the files alone; some by those who sign, together, after
two people have approved. PRIVITY_PROVE_PACKAGES lowers or raises the full count of `make prove`.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from privity.production import canonical, envelope, statement
from privity.production.building import Package
from privity.production.classes import Never
from privity.production.model import Kind, Use
from privity.production.standalone import verify_package
from privity.production.timestamping import stamp
from tests.production.authority import Authority
from tests.production.scene import Scene, Verdict, beside, changed, saved, signer, verdict

QUICK = 300
COUNT = int(os.environ.get("PRIVITY_PROVE_PACKAGES", 200_000))
DSSE, TOKEN = "attest/production.dsse.json", "attest/production.tsr"
LETTER, LETTER_SIGNATURE = "letter.pdf", "attest/letter.sig"
OPERATORS = (Kind.PRODUCTION, Kind.PRESERVATION_RECEIPT, Kind.REFUSAL)


@dataclass
class Receiver:
    """Somebody with the published keys, and a folder into which packages come."""

    scene: Scene
    folder: Path
    arguments: list[str]
    count: int = 0

    def looks(self, package: Package) -> Verdict:
        self.count += 1
        return self.looks_at(saved(package, self.folder / str(self.count)))

    def looks_at(self, place: Path) -> Verdict:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = verify_package.main([str(place), *self.arguments, "--json"])
        return verdict(code, out.getvalue())


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Receiver:
    scene, folder = Scene(), tmp_path_factory.mktemp("packages")
    return Receiver(scene, folder, beside(scene, folder))


@pytest.fixture(scope="module")
def production(receiver: Receiver) -> Package:
    package = receiver.scene.package()
    assert receiver.looks(package).code == 0
    return package


def flipped(rng: random.Random, place: Path, path: str) -> Iterator[None]:
    """One byte of one file is another while this is looked at."""
    file = place / path
    before = file.read_bytes()
    at = rng.randrange(len(before))
    file.write_bytes(before[:at] + bytes([before[at] ^ rng.randrange(1, 256)]) + before[at + 1 :])
    yield
    file.write_bytes(before)


def flip_all(receiver: Receiver, package: Package, count: int, seed: int) -> None:
    """Every file at least once, then files at random; half of them in `attest`, where nothing but checks protects."""
    rng = random.Random(seed)
    receiver.count += 1
    place = saved(package, receiver.folder / f"flipped-{receiver.count}")
    attest = [path for path in package.files if path.startswith("attest/")]
    drawn = [rng.choice(attest if n % 2 else list(package.files)) for n in range(max(0, count - len(package.files)))]
    for path in [*package.files, *drawn]:
        for _ in flipped(rng, place, path):
            assert receiver.looks_at(place).code == 1, path
    assert receiver.looks_at(place).code == 0


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_a_changed_byte_of_any_file_is_found(receiver: Receiver, kind: Kind) -> None:
    flip_all(receiver, receiver.scene.package(kind), QUICK // len(Kind), 1)


@pytest.mark.prove
def test_pp_2_a_changed_byte_of_any_file_is_found_in_full(receiver: Receiver, production: Package) -> None:
    flip_all(receiver, production, COUNT, 2)


@pytest.mark.prove
@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_each_bit_of_each_attesting_byte_counts(receiver: Receiver, kind: Kind) -> None:
    """Not drawn at random: every byte of every file in `attest`, with each of its bits the other way round."""
    place = saved(receiver.scene.package(kind), receiver.folder / f"each-{kind}")
    for file in sorted((place / "attest").iterdir()):
        before = file.read_bytes()
        for at in range(len(before)):
            for bit in range(8):
                file.write_bytes(before[:at] + bytes([before[at] ^ 1 << bit]) + before[at + 1 :])
                assert receiver.looks_at(place).code == 1, (file.name, at, bit)
        file.write_bytes(before)


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_a_removed_a_renamed_and_an_added_file_are_found(receiver: Receiver, kind: Kind) -> None:
    package = receiver.scene.package(kind)
    place = saved(package, receiver.folder / f"moved-{kind}")
    for path in package.files:
        there, away, other = place / path, receiver.folder / "away", place / f"{path}x"
        there.rename(away)
        assert receiver.looks_at(place).code == 1, path
        away.rename(other)
        assert receiver.looks_at(place).code == 1, path
        other.rename(there)
        other.write_bytes(b"more\n")
        assert receiver.looks_at(place).code == 1, path
        other.unlink()
    for folder in ("", "attest", "bag", "bag/data", "bag/data/new"):
        (place / folder).mkdir(exist_ok=True)
        (place / folder / "added.txt").write_bytes(b"")
        assert receiver.looks_at(place).code == 1, folder
        (place / folder / "added.txt").unlink()
    assert receiver.looks_at(place).code == 1, "an empty folder is left"
    (place / "bag/data/new").rmdir()
    assert receiver.looks_at(place).code == 0


def other(value: Any) -> Iterator[Any]:
    """Values of the same kind that mean something else; for objects and lists, one for each thing in them."""
    match value:
        case None:
            yield "0" * 64
        case bool():
            yield not value
        case int():
            yield value + 1
        case str():
            yield value[:-1] + ("1" if value[-1:] == "0" else "0")
        case list():
            yield [*value, "another"]
            for n, one in enumerate(value):
                yield value[:n] + value[n + 1 :]
                yield from ([*value[:n], new, *value[n + 1 :]] for new in other(one))
        case dict():
            yield {**value, "another": 1}
            for name, one in value.items():
                yield {key: kept for key, kept in value.items() if key != name}
                yield from ({**value, name: new} for new in other(one))


def opened(package: Package) -> tuple[dict[str, Any], dict[str, Any]]:
    """The envelope and the statement in it."""
    found = json.loads(package.files[DSSE])
    return found, json.loads(base64.b64decode(found["payload"]))


def signed_again(scene: Scene, package: Package, said: dict[str, Any]) -> Package:
    """What the service and the legal team can make together: their statement, signed and stamped anew."""
    kind = Kind.PRODUCTION
    dsse = envelope.sign(kind, canonical.encode(said), (scene.service, scene.legal))
    token, _ = stamp(scene.stamps, dsse, scene.stamps.roots, b"\x01" * 16)
    about = envelope.letter_claim(dsse, package.files[LETTER])
    return changed(package, {DSSE: dsse, TOKEN: token, LETTER_SIGNATURE: scene.service.sign(about)})


def test_pp_2_every_member_of_the_statement_is_under_the_signatures(receiver: Receiver, production: Package) -> None:
    found, said = opened(production)
    mutated = list(other(said))
    assert len(mutated) > 150
    place = saved(production, receiver.folder / "members")
    for one in mutated:
        payload = base64.b64encode(canonical.encode(one)).decode()
        (place / DSSE).write_bytes(canonical.encode({**found, "payload": payload}))
        assert {"signatures", "time-stamp"} & receiver.looks_at(place).failed, one


def test_pp_2_those_who_sign_cannot_change_what_was_approved(receiver: Receiver, production: Package) -> None:
    """Both keys that sign, and the authority, are at hand; the two people's passkeys are not."""
    _, said = opened(production)
    assert receiver.looks(signed_again(receiver.scene, production, said)).code == 0
    for name, value in said["predicate"].items():
        if name in verify_package.AFTERWARDS:
            continue
        for new in other(value):
            forged = {**said, "predicate": {**said["predicate"], name: new}}
            found = receiver.looks(signed_again(receiver.scene, production, forged))
            assert found.code == 1, (name, new)
            assert found.failed & {"approvals", "statement"}, (name, new)


def test_pp_2_the_path_and_the_entry_are_checked_by_themselves(receiver: Receiver, production: Package) -> None:
    _, said = opened(production)
    for new in other(said["predicate"]["audit"]):
        if "another" in new:
            continue  # nobody reads a member that is not of the format, and the signatures cover it
        forged = {**said, "predicate": {**said["predicate"], "audit": new}}
        assert "log" in receiver.looks(signed_again(receiver.scene, production, forged)).failed, new


def signatures(package: Package, made: list[dict[str, str]]) -> Package:
    found, _ = opened(package)
    return changed(package, {DSSE: canonical.encode({**found, "signatures": made})})


def test_pp_2_two_different_signers_and_nobody_else(receiver: Receiver, production: Package) -> None:
    found, _ = opened(production)
    legal, service = found["signatures"]
    stranger = signer(Use.SERVICE)
    payload = envelope.framed(base64.b64decode(found["payload"]))
    foreign = {"keyid": stranger.key.id, "sig": base64.b64encode(stranger.sign(payload)).decode()}
    for made in (
        [],
        [legal],
        [service],
        [legal, legal],
        [service, service],
        [service, legal],
        [legal, service, service],
        [legal, foreign],
        [legal, service, foreign],
        [{**legal, "sig": service["sig"]}, {**service, "sig": legal["sig"]}],
        [{**legal, "sig": foreign["sig"]}, service],
        [{**legal, "keyid": service["keyid"]}, service],
        [legal, {**service, "more": ""}],
    ):
        assert "signatures" in receiver.looks(signatures(production, made)).failed, made


@pytest.mark.parametrize("kind", list(Kind))
def test_pp_2_the_same_bytes_written_in_another_way_are_another_package(receiver: Receiver, kind: Kind) -> None:
    """A participant's has no time-stamp over the envelope: its one encoding is all that holds it."""
    package = receiver.scene.package(kind)
    found, said = opened(package)
    first = found["signatures"][0]
    assert first["sig"].endswith("==")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = letters.index(first["sig"][-3])
    same = first["sig"][:-3] + letters[last + 1] + "=="
    assert base64.b64decode(same) == base64.b64decode(first["sig"])
    for envelope_of in (
        {**found, "signatures": [{**first, "sig": same}, *found["signatures"][1:]]},
        {**found, "payload": base64.b64encode(json.dumps(said).encode()).decode()},
        {**found, "payloadType": "text/plain"},
        {**found, "more": ""},
    ):
        assert receiver.looks(changed(package, {DSSE: canonical.encode(envelope_of)})).code == 1
    assert receiver.looks(changed(package, {DSSE: package.files[DSSE] + b"\n"})).code == 1
    assert receiver.looks(changed(package, {DSSE: json.dumps(found).encode()})).code == 1


def test_pp_2_nothing_of_another_package_fits(receiver: Receiver, production: Package) -> None:
    """Another package of the same people, with everything in it true. Each of its files, and all pairs of them."""
    another = receiver.scene.package(case="LP-2026-0002")
    attest = [path for path in production.files if path.startswith("attest/")]
    differ = [path for path in attest if production.files[path] != another.files[path]]
    assert set(attest) - set(differ) == {"attest/keys.json"}
    for n, one in enumerate(differ):
        assert receiver.looks(changed(production, {one: another.files[one]})).code == 1, one
        for two in differ[n + 1 :]:
            swapped = {one: another.files[one], two: another.files[two]}
            assert receiver.looks(changed(production, swapped)).code == 1, (one, two)
    token = receiver.looks(changed(production, {TOKEN: another.files[TOKEN]}))
    assert token.failed == {"time-stamp"}
    bag = {path: data for path, data in another.files.items() if path.startswith("bag/")}
    assert receiver.looks(changed(production, bag)).failed == {"bag"}


def test_pp_2_approvals_of_another_package_do_not_count(receiver: Receiver) -> None:
    """Signed over by everybody who signs: the statement names these approvals, and they are about something else."""
    one, two = receiver.scene.package(), receiver.scene.package(case="LP-2026-0002")
    _, said = opened(one)
    given = two.files["attest/approvals.json"]
    after = {**said["predicate"], "approvals_sha256": canonical.sha256(given)}
    forged = signed_again(receiver.scene, one, {**said, "predicate": after})
    assert receiver.looks(changed(forged, {"attest/approvals.json": given})).failed == {"approvals"}


def with_approvals(receiver: Receiver, package: Package, made: list[dict[str, str]]) -> set[str]:
    _, said = opened(package)
    given = canonical.encode({"approvals": made})
    after = {**said["predicate"], "approvals_sha256": canonical.sha256(given)}
    forged = signed_again(receiver.scene, package, {**said, "predicate": after})
    return receiver.looks(changed(forged, {"attest/approvals.json": given})).failed


def test_pp_2_one_person_is_not_two(receiver: Receiver, production: Package) -> None:
    made = json.loads(production.files["attest/approvals.json"])["approvals"]
    assert with_approvals(receiver, production, made) == set()
    for bad in ([], made[:1], made[1:], [made[0], made[0]], [made[1], made[1], made[0]]):
        assert with_approvals(receiver, production, bad) == {"approvals"}
    for name in made[0]:
        for new in {made[1][name], "", base64.b64encode(bytes(40)).decode()} - {made[0][name]}:
            assert with_approvals(receiver, production, [{**made[0], name: new}, made[1]]) == {"approvals"}, name


@pytest.mark.parametrize("bent", [{"verifies": False}, {"origin": "https://else.example"}, {"rp_id": "else.example"}])
def test_pp_2_a_passkey_that_was_asked_elsewhere_or_verified_nobody(receiver: Receiver, bent: dict[str, Any]) -> None:
    """It signed the right challenge with the right key, and the desk was tricked into taking it."""
    scene = receiver.scene
    prepared = scene.prepared()
    key = scene.one.passkey
    before = (key.verifies, key.origin, key.rp_id)
    for name, value in bent.items():
        setattr(key, name, value)
    answer = scene.one.approves(prepared)
    key.verifies, key.origin, key.rp_id = before
    package = scene.finished(prepared)
    made = json.loads(package.files["attest/approvals.json"])["approvals"]
    made[0] = {
        "authenticator_data": base64.b64encode(answer.authenticator_data).decode(),
        "client_data": base64.b64encode(answer.client_data).decode(),
        "credential_id": answer.key.id,
        "signature": base64.b64encode(answer.signature).decode(),
    }
    assert with_approvals(receiver, package, made) == {"approvals"}


def test_pp_2_keys_that_nobody_published_are_not_taken(receiver: Receiver) -> None:
    """A whole package by somebody else, in which everything fits everything."""
    stranger = Scene(stamps=receiver.scene.stamps)
    assert "keys" in receiver.looks(stranger.package()).failed
    other_authority = Scene(
        service=receiver.scene.service,
        legal=receiver.scene.legal,
        one=receiver.scene.one,
        two=receiver.scene.two,
        log_key=receiver.scene.log_key,
        stamps=Authority(which=1),
    )
    assert receiver.looks(other_authority.package()).failed == {"time-stamp"}


def test_pp_2_keys_count_only_while_they_are_valid(receiver: Receiver, tmp_path: Path) -> None:
    """The authority's time decides: a key that ended before it signs nothing."""
    scene = replace(
        receiver.scene,
        service=envelope.KeySigner(
            Use.SERVICE, receiver.scene.service._private, "2026-01-01T00:00:00Z", "2026-11-22T11:59:59Z"
        ),
    )
    late = Receiver(scene, tmp_path, beside(scene, tmp_path))
    assert late.looks(scene.package()).failed == {"signatures", "letter"}


def test_pp_2_a_key_is_valid_from_its_first_second_to_its_last(receiver: Receiver, tmp_path: Path) -> None:
    at = "2026-11-22T12:00:00Z"
    key = envelope.KeySigner(Use.SERVICE, receiver.scene.service._private, at, at)
    scene = replace(receiver.scene, service=key)
    exact = Receiver(scene, tmp_path, beside(scene, tmp_path))
    assert exact.looks(scene.package()).code == 0


def test_pp_2_a_class_that_can_never_be_is_refused_whoever_signs(receiver: Receiver, production: Package) -> None:
    """Everybody is in it: both who sign, and both who approve."""
    scene = receiver.scene
    prepared = scene.prepared()
    for kind, never in ((k, n) for k in OPERATORS for n in Never):
        said = prepared.manifest.statement
        released = [{"class": never.value, "from": None, "to": None}]
        forged = {**said, "predicate": {**said["predicate"], "kind": kind.value, "released": released}}
        bad = replace(prepared, manifest=statement.Manifest(forged))
        found = receiver.looks(scene.finished(bad))
        assert "statement" in found.failed
        assert "released" in found.text or "releases" in found.text


def test_pp_2_what_is_not_of_the_format_is_refused_whoever_signs(receiver: Receiver) -> None:
    """Everybody is in it again. A reader must not take it for something that it is not."""
    scene = receiver.scene
    prepared = scene.prepared()
    said = prepared.manifest.statement
    for members, inside in (
        ({"_type": "https://in-toto.io/Statement/v0.1"}, {}),
        ({"predicateType": "https://slsa.dev/provenance/v1"}, {}),
        ({"more": ""}, {}),
        ({}, {"kind": "teapot"}),
        ({}, {"kind": "teapot", "released": [], "requested": [], "denied": [], "not_held": []}),
        ({}, {"kind": "refusal"}),
        ({}, {"requested": said["predicate"]["requested"][1:]}),
        ({}, {"denied": []}),
        ({}, {"attest": ["production.dsse.json"]}),
    ):
        forged = {**said, **members, "predicate": {**said["predicate"], **inside}}
        found = receiver.looks(scene.finished(replace(prepared, manifest=statement.Manifest(forged))))
        assert "statement" in found.failed, (members, inside)


def test_pp_2_a_bag_that_is_none_and_keys_of_another_statement_are_refused_whoever_signs(receiver: Receiver) -> None:
    """The statement names these very bytes, and everybody stands by it."""
    scene = receiver.scene
    prepared = scene.prepared()
    said = prepared.manifest.statement
    for path in ("manifest-sha256.txt", "tagmanifest-sha512.txt", "bagit.txt", "more.txt"):
        bag = dict(sorted({**prepared.bag, path: b"teapots\n"}.items()))
        subject = [{"digest": {"sha256": canonical.sha256(bag[name])}, "name": f"bag/{name}"} for name in sorted(bag)]
        made = replace(prepared, bag=bag, manifest=statement.Manifest({**said, "subject": subject}))
        assert receiver.looks(scene.finished(made)).failed == {"bag"}, path
    fewer = replace(prepared, keys=canonical.encode({"keys": json.loads(prepared.keys)["keys"], "published": ""}))
    assert "keys" in receiver.looks(scene.finished(fewer)).failed
