# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""LP-3: the manifest of collectors is what the code is, line by line; whatever could newly be read fails the build."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import privity
from privity.desk.legal.collecting import capabilities, commands, signing
from privity.desk.legal.collecting.capabilities import Capabilities
from privity.desk.legal.collecting.errors import CapabilitiesDiffer, ServiceKeyUnusable, SignatureRefused
from privity.desk.legal.collecting.model import Source
from privity.desk.legal.commands import app
from privity.production import canonical
from privity.production.classes import Never, Releasable
from privity.production.envelope import KeySigner
from privity.production.model import UNTIL_FURTHER, Key, Keys, Use
from tests.desk.conftest import Home

SOURCE = Path(privity.__file__).parent


def signer(secret: bytes) -> KeySigner:
    return KeySigner(Use.SERVICE, Ed25519PrivateKey.from_private_bytes(secret), "2026-01-01T00:00:00Z")


SERVICE = signer(bytes(32))


def test_lp_3_the_manifest_is_what_the_code_is() -> None:
    capabilities.must_be_the_codes()
    assert capabilities.made().encode() == capabilities.shipped_bytes(), (
        "run: privity legal capabilities > src/privity/desk/legal/collecting/capabilities.json;"
        " a new line needs two maintainers and an entry in the changelog"
    )


def test_lp_1_no_collector_reads_what_nobody_holds() -> None:
    """By type: a collector's class is one that can be released. And no column of a key or of ciphertext is in it."""
    manifest = capabilities.shipped()
    assert {one.data_class for one in manifest.collectors} <= set(Releasable)
    assert not {str(one) for one in Never} & {str(one.data_class) for one in manifest.collectors}
    columns = {(one.table, column.name) for one in manifest.collectors for column in one.columns}
    for table, column in (("event", "frame"), ("inbox", "frame"), ("report", "sealed"), ("key_package", "value")):
        assert (table, column) not in columns
    not_read = {(one.store, one.table, one.column) for one in manifest.not_read}
    assert {("hub", "event", "frame"), ("hub", "inbox", "frame"), ("hub", "key_package", "")} <= not_read
    assert all(one.why for one in manifest.not_read)


def test_every_collector_names_its_store_its_columns_and_its_hashes() -> None:
    for one in capabilities.shipped().collectors:
        assert one.what and one.columns and len(one.schema_sha256) == len(one.code_sha256) == 64
        assert all(column.why for column in one.columns)
        assert one.store in Source
    assert len(capabilities.sha256()) == 64


def _changed(copy: Path, path: str, old: str, new: str) -> None:
    file = copy / "privity" / path
    text = file.read_text("utf-8")
    assert old in text, path
    file.write_text(text.replace(old, new, 1), "utf-8")


def _checked(folder: Path) -> str:
    """What a test says of this tree, in a process of its own."""
    code = "from privity.desk.legal.collecting import capabilities as c; c.must_be_the_codes()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )
    return done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copied")
    skip = shutil.ignore_patterns("__pycache__", "page", "client", "faces", "console")
    shutil.copytree(SOURCE, folder / "privity", ignore=skip)
    return folder


CHANGES: dict[str, tuple[str, str, str, str]] = {
    "a column more": (
        "server/db/inventory.toml",
        ', never = "a random word of the device against repeats" }',
        " }",
        "hub.event event delivery_metadata reads other columns: ref",
    ),
    "a table more": (
        "server/db/inventory.toml",
        'never = "an attempt of minutes: a code and public keys; the device that comes of it stands in device"',
        'legal = "account_state"',
        "hub.link link account_state is new",
    ),
    "another class": (
        "server/db/inventory.toml",
        'legal = "content_profile"',
        'legal = "subscriber"',
        "hub.profile profile content_profile is gone",
    ),
    "names that are no pseudonyms": (
        "server/db/inventory.toml",
        ', others = "named" }',
        " }",
        "contact_ask account_state reads other columns: target",
    ),
    "another schema": (
        "server/db/sql/0008_contacts.sql",
        "    bio TEXT NOT NULL,",
        "    bio TEXT NOT NULL, mood TEXT,",
        "hub.profile profile account_state has another schema_sha256",
    ),
    "other code": (
        "wire/reading.py",
        "LIMIT {MAX_ROWS + 1}",
        "LIMIT {MAX_ROWS + 2}",
        "code_sha256 of the collectors of desk and hub",
    ),
    "a collector of the desk": (
        "desk/legal/collecting/reported_tables.py",
        '("omitted", _INTEGER,',
        '("note", _TEXT, "what the reporter wrote", None), ("omitted", _INTEGER,',
        "reports_about content_reported reads other columns: note",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_lp_3_whatever_could_newly_be_read_is_noticed(copy: Path, change: str) -> None:
    path, old, new, said = CHANGES[change]
    file = copy / "privity" / path
    before = file.read_text("utf-8")
    _changed(copy, path, old, new)
    try:
        found = _checked(copy)
    finally:
        file.write_text(before, "utf-8")
    assert "CapabilitiesDiffer" in found and said in found, found[-400:]


def test_an_untouched_copy_is_the_same(copy: Path) -> None:
    """Otherwise the tests above would notice nothing but that it is a copy."""
    assert _checked(copy) == ""


def test_a_manifest_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    capabilities.shipped.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(capabilities, "shipped_bytes", lambda: b"{}")
        with pytest.raises(CapabilitiesDiffer, match="no manifest"):
            capabilities.shipped()
    capabilities.shipped.cache_clear()


def test_a_manifest_written_in_another_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    spaced = msgspec.json.format(capabilities.shipped_bytes())
    assert msgspec.json.decode(spaced, type=Capabilities) == capabilities.shipped()
    monkeypatch.setattr(capabilities, "shipped_bytes", lambda: spaced)
    with pytest.raises(CapabilitiesDiffer, match="written another way"):
        capabilities.must_be_the_codes()


def keys(*public: str, use: Use = Use.SERVICE) -> bytes:
    """Published keys, as a file."""
    lines = tuple(
        Key(use=use, id=f"{at}", public_key=one, valid_from="2026-01-01T00:00:00Z", valid_until=UNTIL_FURTHER)
        for at, one in enumerate(public)
    )
    return canonical.encode(Keys(lines, "https://teapot.example/keys.json"))


def test_a_signature_holds_for_this_manifest_and_by_a_key_of_the_service() -> None:
    manifest, other = capabilities.shipped_bytes(), signer(b"\1" * 32).key.public_key
    envelope = signing.sign(manifest, SERVICE)
    for given in (SERVICE.key.public_key.encode(), keys(other, SERVICE.key.public_key)):
        assert signing.check(envelope, given) == manifest
    for wrong in (other.encode(), keys(other), keys(), keys(SERVICE.key.public_key, use=Use.LEGAL_TEAM)):
        with pytest.raises(SignatureRefused, match="none of these"):
            signing.check(envelope, wrong)


def test_every_bit_of_a_signed_manifest_counts() -> None:
    """Of a small one: what is altered anywhere is refused by name, and is never another manifest."""
    envelope, given = signing.sign(b'{"collectors":[]}', SERVICE), SERVICE.key.public_key.encode()
    assert signing.check(envelope, given) == b'{"collectors":[]}'
    taken = []
    for bit in range(len(envelope) * 8):
        altered = bytearray(envelope)
        altered[bit // 8] ^= 1 << bit % 8
        try:
            signing.check(bytes(altered), given)
            taken.append(bit)
        except SignatureRefused:
            continue
    assert taken == []


@pytest.mark.parametrize(
    "wrong",
    [
        lambda text: b"",
        lambda text: b"\xff",
        lambda text: text + b"\n",
        lambda text: text.replace(b"capabilities+json", b"anything+json"),
        lambda text: text.replace(b'"sig":"', b'"sig":"AAAA', 1),
        lambda text: text.replace(b'"keyid"', b'"key"'),
        lambda text: text.replace(b'"signatures":[', b'"signatures":[],"more":['),
        lambda text: signing.sign(b"{}", signer(b"\2" * 32)),
    ],
    ids=["nothing", "no-json", "a-line-more", "another-type", "a-longer-signature", "no-id", "no-signature", "a-thief"],
)
def test_a_signature_that_was_altered_is_refused(wrong: Callable[[bytes], bytes]) -> None:
    envelope = signing.sign(capabilities.shipped_bytes(), SERVICE)
    with pytest.raises(SignatureRefused):
        signing.check(wrong(envelope), SERVICE.key.public_key.encode())


def test_what_is_no_key_is_refused() -> None:
    elliptic = generate_private_key(SECP256R1()).public_key()
    spki = elliptic.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    envelope = signing.sign(b"manifest", SERVICE)
    by_another = envelope.replace(SERVICE.key.id.encode(), canonical.sha256(spki).encode())
    for given in (b"", b"no key", b"%%", b"{}", b'{"keys":[]', keys("no key"), b"\xff"):
        with pytest.raises(ServiceKeyUnusable):
            signing.check(envelope, given)
    with pytest.raises(ServiceKeyUnusable, match="another kind"):
        signing.check(by_another, canonical.base64_of(spki).encode())


def test_the_commands_print_sign_and_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str) -> tuple[str, str]:
        app([*arguments], result_action="return_value")
        captured = capsys.readouterr()
        return captured.out, captured.err

    assert run("capabilities")[0].encode() == capabilities.shipped_bytes()
    monkeypatch.setattr(commands, "_service", lambda _: SERVICE)
    monkeypatch.setattr("privity.desk.config.load", lambda _: None)
    signed, said = run("capabilities", "--signed")
    assert SERVICE.key.public_key in said
    file, published = tmp_path / "signed.json", tmp_path / "keys.json"
    file.write_text(signed)
    published.write_bytes(keys(SERVICE.key.public_key))
    for key in (str(published), SERVICE.key.public_key):
        assert capabilities.sha256() in run("check-capabilities", str(file), "--key", key)[0]
    with pytest.raises(SystemExit, match="SignatureRefused"):
        run("check-capabilities", str(file), "--key", signer(b"\1" * 32).key.public_key)
    file.write_bytes(signing.sign(b"{}", SERVICE))
    with pytest.raises(SystemExit, match="this version has"):
        run("check-capabilities", str(file), "--key", str(published))
    with pytest.raises(SystemExit, match="ServiceKeyUnusable"):
        run("check-capabilities", str(tmp_path / "nothing"), "--key", str(published))


def test_a_house_without_a_service_key_signs_no_manifest(home: Home) -> None:
    with pytest.raises(SystemExit, match="ConfigInvalid"):
        app(
            ["capabilities", "--signed", "--config", str(home.file("http://127.0.0.1:1"))], result_action="return_value"
        )
