# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What attests a package beside its signatures: the letter, witnesses of the log, a participant's own time-stamp."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from privity.desk.audit.acts import Act
from privity.desk.audit.proof import EntryProof
from privity.production import building, canonical, envelope
from privity.production.building import Package, Prepared
from privity.production.errors import BadTimeStamp
from privity.production.model import UNTIL_FURTHER, Key, Keys, Kind, Use
from privity.production.standalone import verify_package
from privity.production.timestamping import stamp
from privity.tlog.checkpoint import Checkpoint, sign_checkpoint
from privity.tlog.cosignature import cosign
from privity.tlog.note import SignedNote
from privity.tlog.tree import leaf_hash, node_hash
from tests.production.authority import Authority, private
from tests.production.scene import FACTS, LOG, SINCE, Scene, Verdict, beside, changed, saved, signer, verdict

LETTER, SIGNATURE, TOKEN = "letter.pdf", "attest/letter.sig", "attest/production.tsr"
DSSE = "attest/production.dsse.json"
WITNESS, WITNESS_KEY = "witness.example/teapots", bytes(range(32))
DISCLOSURE = Kind.PARTICIPANT_DISCLOSURE


class Desk:
    """Somebody who got packages of one scene, and looks at them as often as they like."""

    def __init__(self, scene: Scene, folder: Path) -> None:
        self.scene = scene
        self.folder = folder
        self.arguments = beside(scene, folder)
        self.count = 0

    def looks(self, package: Package, arguments: list[str] | None = None) -> Verdict:
        self.count += 1
        place, out = saved(package, self.folder / str(self.count)), io.StringIO()
        with contextlib.redirect_stdout(out):
            code = verify_package.main([str(place), *(arguments or self.arguments), "--json"])
        return verdict(code, out.getvalue())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(Scene(), tmp_path_factory.mktemp("attested"))


def test_pp_2_a_letter_of_another_package_is_none_of_this(desk: Desk) -> None:
    one, two = desk.scene.package(), desk.scene.package(case="LP-2026-0002")
    assert desk.looks(one).checks["letter"][0] == "pass"
    assert desk.looks(changed(one, {LETTER: two.files[LETTER]})).failed == {"letter"}
    assert desk.looks(changed(one, {SIGNATURE: two.files[SIGNATURE]})).failed == {"letter"}
    both = {LETTER: two.files[LETTER], SIGNATURE: two.files[SIGNATURE]}
    assert desk.looks(changed(one, both)).failed == {"letter"}


def test_pp_2_only_the_service_signs_a_letter(desk: Desk) -> None:
    package = desk.scene.package()
    claim = envelope.letter_claim(package.files[DSSE], package.files[LETTER])
    assert desk.looks(changed(package, {SIGNATURE: desk.scene.service.sign(claim)})).code == 0
    for other in (desk.scene.legal, desk.scene.device, signer(Use.SERVICE)):
        assert desk.looks(changed(package, {SIGNATURE: other.sign(claim)})).failed == {"letter"}
    forged = b"A letter that says something else."
    kept = changed(package, {LETTER: forged})
    assert desk.looks(kept).failed == {"letter"}
    swapped = envelope.letter_claim(package.files[LETTER], package.files[DSSE])
    assert desk.looks(changed(package, {SIGNATURE: desk.scene.service.sign(swapped)})).failed == {"letter"}


def test_pp_2_a_letter_that_is_missing_or_that_nobody_wrote(desk: Desk) -> None:
    package = desk.scene.package()
    assert "statement" in desk.looks(changed(package, {LETTER: None})).failed
    assert "statement" in desk.looks(changed(package, {SIGNATURE: None})).failed
    for kind in Kind:
        more = changed(desk.scene.package(kind), {"letter2.pdf": b"another"})
        assert "statement" in desk.looks(more).failed
    disclosed = desk.scene.package(DISCLOSURE)
    assert desk.looks(disclosed).checks["letter"] == ("absent", "")
    assert "statement" in desk.looks(changed(disclosed, {LETTER: b"a letter of an operator"})).failed


@dataclass
class Witnessed(Scene):
    """A house whose log is watched. `bend` is what a test makes of the note that goes into the package."""

    bend: Callable[[SignedNote], SignedNote] = field(default=lambda note: note)

    def keys(self, kind: Kind = Kind.PRODUCTION) -> Keys:
        found = super().keys(kind)
        if kind is DISCLOSURE:
            return found
        public = Ed25519PrivateKey.from_private_bytes(WITNESS_KEY).public_key()
        line = Key(
            use=Use.WITNESS,
            id=WITNESS,
            public_key=canonical.base64_of(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)),
            valid_from=SINCE,
            valid_until=UNTIL_FURTHER,
        )
        return Keys((*found.keys, line), found.published)

    def released(
        self,
        prepared: Prepared,
        act: Act = Act.PRODUCTION_RELEASED,
        entries: int = 13,
        at: int | None = None,
        **changed: Any,
    ) -> EntryProof:
        proof = super().released(prepared, act, entries, at, **changed)
        own = cosign(WITNESS_KEY, WITNESS, proof.note.text, 1_795_000_000)
        return replace(proof, note=self.bend(SignedNote(proof.note.text, (*proof.note.signatures, own))))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(Witnessed(), tmp_path_factory.mktemp("watched"))


def test_a_witness_of_the_log_is_checked_with_the_rest(watched: Desk) -> None:
    found = watched.looks(watched.scene.package())
    assert found.code == 0, found.text
    assert found.checks["log"][1] == f"log teapot.example/desk-audit witness {WITNESS}"


class Unlogged(Scene):
    """A house that names no key of its log."""

    def keys(self, kind: Kind = Kind.PRODUCTION) -> Keys:
        found = super().keys(kind)
        return Keys(tuple(one for one in found.keys if one.use is not Use.LOG), found.published)


def test_pp_2_a_log_that_no_key_stands_for_is_none(tmp_path: Path) -> None:
    scene = Unlogged()
    assert Desk(scene, tmp_path).looks(scene.package()).failed == {"log"}


def test_an_entry_is_proven_wherever_it_stands(desk: Desk) -> None:
    """In every tree of up to nine entries, at every place; a hash more or less in its path leads elsewhere."""
    prepared = desk.scene.prepared()
    package = desk.scene.finished(prepared)
    for size in range(1, 10):
        for at in range(size):
            proof = desk.scene.released(prepared, entries=size, at=at)
            path = [canonical.base64_of(one) for one in proof.path]
            assert desk.looks(logged(desk, package, proof, path)).code == 0, (size, at)
            for wrong in (path[1:], path[:-1], [*path, canonical.base64_of(bytes(32))]):
                if wrong != path:
                    assert desk.looks(logged(desk, package, proof, wrong)).failed == {"log"}, (size, at)


def test_pp_2_trees_that_no_log_has(desk: Desk) -> None:
    """The log's own key signs a tree of one entry that calls itself the sixth, and one with more above its root."""
    prepared = desk.scene.prepared()
    package = desk.scene.finished(prepared)
    sixth, first = desk.scene.released(prepared, entries=12), desk.scene.released(prepared, entries=1)
    more = bytes(range(32))
    above = node_hash(more, leaf_hash(first.entry))
    for proof, path, root in ((sixth, [], leaf_hash(sixth.entry)), (first, [more], above)):
        note = sign_checkpoint(desk.scene.log_key, Checkpoint(LOG, 1, root))
        forged = logged(desk, package, replace(proof, note=note), [canonical.base64_of(one) for one in path])
        assert desk.looks(forged).failed == {"log"}


def logged(desk: Desk, package: Package, proof: EntryProof, path: list[str]) -> Package:
    """The same package with another place in the log, signed and stamped again by everybody of the house."""
    dsse = json.loads(package.files[DSSE])
    said = json.loads(base64.b64decode(dsse["payload"]))
    checkpoint, note = Checkpoint.decode(proof.note.text), proof.note.encode()
    said["predicate"]["audit"] |= {
        "entry": proof.entry.decode(),
        "index": proof.index,
        "path": path,
        "size": checkpoint.size,
        "root": canonical.base64_of(checkpoint.root),
        "checkpoint_sha256": canonical.sha256(note),
    }
    forged = envelope.sign(Kind.PRODUCTION, canonical.encode(said), (desk.scene.service, desk.scene.legal))
    token, _ = stamp(desk.scene.stamps, forged, desk.scene.stamps.roots, b"\x01" * 16)
    letter = desk.scene.service.sign(envelope.letter_claim(forged, package.files[LETTER]))
    return changed(package, {DSSE: forged, TOKEN: token, SIGNATURE: letter, "attest/checkpoint.txt": note})


def last(note: SignedNote, **changes: Any) -> SignedNote:
    return SignedNote(note.text, (*note.signatures[:-1], replace(note.signatures[-1], **changes)))


BENT: dict[str, Callable[[SignedNote], SignedNote]] = {
    "not cosigned": lambda note: SignedNote(note.text, note.signatures[:1]),
    "by another key of that name": lambda note: SignedNote(
        note.text, (*note.signatures[:1], cosign(b"\x05" * 32, WITNESS, note.text, 1_795_000_000))
    ),
    "of another text": lambda note: SignedNote(
        note.text, (*note.signatures[:1], cosign(WITNESS_KEY, WITNESS, b"another\n1\nAAAA\n", 1_795_000_000))
    ),
    "at another time": lambda note: last(note, blob=bytes(7) + b"\x01" + note.signatures[-1].blob[8:]),
    "under another name": lambda note: last(note, name="witness.example/kettles"),
    "with a changed signature": lambda note: last(
        note, blob=note.signatures[-1].blob[:-1] + bytes([note.signatures[-1].blob[-1] ^ 1])
    ),
    "twice": lambda note: SignedNote(note.text, (*note.signatures, note.signatures[-1])),
    "as the log's own": lambda note: last(note, key_id=note.signatures[0].key_id),
}


@pytest.mark.parametrize("how", BENT)
def test_pp_2_a_cosignature_that_does_not_hold(watched: Desk, how: str) -> None:
    """Everybody of the house is in it: the log, both who sign and both who approve. The witness is not."""
    scene = watched.scene
    assert isinstance(scene, Witnessed)
    scene.bend = BENT[how]
    try:
        package = scene.package()
    finally:
        scene.bend = lambda note: note
    assert watched.looks(package).failed == {"log"}, how


@pytest.mark.parametrize("bit", range(8))
def test_pp_2_each_byte_of_a_cosignature_counts(watched: Desk, bit: int) -> None:
    scene = watched.scene
    assert isinstance(scene, Witnessed)
    for at in range(bit, 72, 8):
        scene.bend = (
            lambda note, at=at: last(  # type: ignore[misc]  # bound to its own time
                note,
                blob=note.signatures[-1].blob[:at]
                + bytes([note.signatures[-1].blob[at] ^ 1 << bit])
                + note.signatures[-1].blob[at + 1 :],
            )
        )
        package = scene.package()
        scene.bend = lambda note: note
        assert watched.looks(package).failed == {"log"}, (at, bit)


def stamped(scene: Scene, authority: Authority | None = None, **facts: Any) -> Package:
    """A participant had their package stamped."""
    wanted = msgspec.structs.replace(FACTS[DISCLOSURE], **facts)
    prepared = building.prepare(wanted, building.Contents(), scene.keys(DISCLOSURE), ())
    by = authority or scene.stamps
    return building.disclose(prepared, scene.device, lambda dsse: stamp(by, dsse, by.roots, b"\x03" * 16)[0])


def test_a_participants_stamp_is_checked_where_there_is_one(desk: Desk) -> None:
    package = stamped(desk.scene)
    found = desk.looks(package)
    assert found.code == 0, found.text
    assert found.checks["time-stamp"] == ("pass", "2026-11-22T12:00:00Z")
    without = [*desk.arguments[:2]]
    assert desk.looks(package, without).failed >= {"time-stamp"}, "whoever has no roots cannot say that it holds"
    assert desk.looks(desk.scene.package(DISCLOSURE), without).code == 0


def test_pp_2_a_participants_stamp_that_does_not_hold(desk: Desk) -> None:
    package, other = stamped(desk.scene), stamped(desk.scene, case="LP-2026-0002")
    assert desk.looks(changed(package, {TOKEN: other.files[TOKEN]})).failed == {"time-stamp"}
    assert "statement" in desk.looks(changed(package, {TOKEN: None})).failed
    unstamped = desk.scene.package(DISCLOSURE)
    assert "statement" in desk.looks(changed(unstamped, {TOKEN: package.files[TOKEN]})).failed
    assert "time-stamp" in desk.looks(stamped(desk.scene, Authority(which=1))).failed
    late = stamped(desk.scene, collected_at="2026-11-22T12:00:01Z")
    assert desk.looks(late).failed == {"time-stamp"}
    data = package.files[TOKEN]
    for at in range(0, len(data), 43):
        bent = data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]
        assert "time-stamp" in desk.looks(changed(package, {TOKEN: bent})).failed, at


def test_a_device_key_that_ended_before_the_stamp_signs_nothing(tmp_path: Path) -> None:
    """Without a stamp it is judged by what the participant says; with one, by the authority's time."""
    scene = Scene()
    ended = envelope.KeySigner(Use.DEVICE, scene.device._private, SINCE, "2026-11-22T11:59:59Z")
    scene.device = ended
    late = Desk(scene, tmp_path)
    assert late.looks(scene.package(DISCLOSURE)).code == 0
    assert late.looks(stamped(scene)).failed == {"signatures"}


def test_times_that_are_the_same_are_in_order(desk: Desk) -> None:
    at = "2026-11-22T12:00:00Z"
    prepared = desk.scene.prepared(collected_at=at)
    assert desk.looks(desk.scene.finished(prepared, approved_at=at)).code == 0


def test_an_authority_that_names_its_digest_is_one_too(tmp_path: Path) -> None:
    scene = Scene(stamps=Authority(explicit=True))
    assert Desk(scene, tmp_path).looks(scene.package()).code == 0


def test_an_authority_below_another_shows_what_lies_between(tmp_path: Path) -> None:
    """With the certificate between it and the root in its token it is trusted; without it nobody knows whose it is."""
    stamps = Authority()
    between = private("ec", 50)
    middle = stamps._certificate("Middle of tests", "Root of tests", between, ca=True)
    stamps.root_key = between
    stamps.certificate = stamps._certificate("Stamps of tests", "Middle of tests", stamps.key, ca=False)
    stamps.extra = [middle]
    scene = Scene(stamps=stamps)
    desk = Desk(scene, tmp_path)
    assert desk.looks(scene.package()).code == 0
    with pytest.raises(BadTimeStamp):
        stamps.extra = []
        scene.package()
