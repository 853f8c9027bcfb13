# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the configuration says of releases, and the two commands that go with it."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from privity.desk import config as desk_config
from privity.desk.console.legal_desk import legal_desk_of
from privity.desk.errors import ConfigInvalid, KeysInvalid
from privity.desk.keys import open_keys
from privity.desk.legal.commands import app
from privity.desk.legal.releasing import lines
from privity.desk.legal.releasing.setting import office_of
from privity.desk.main import _releasing
from privity.production.model import Use
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.desk.legal.releasing.floor import Floor, seal_files
from tests.production.authority import Authority

SECTION = """
[desk]
hub_url = "http://127.0.0.1:1"
listen = "127.0.0.1:8441"
console_url = "https://desk.example"
[desk.legal]
profile = "profile.yaml"
contact = "legal@teapot.example"
[desk.legal.releasing]
operator = "Teapot House"
published = "https://teapot.example/keys.json"
tsa_url = "http://stamps.example"
tsa_roots = "roots.pem"
"""


def written(folder: Path, text: str = SECTION) -> Path:
    key, certificate = seal_files()
    (folder / "desk/keys").mkdir(parents=True, exist_ok=True)
    (folder / "desk/keys/letter.pem").write_bytes(key)
    (folder / "desk/keys/letter.crt").write_bytes(certificate)
    (folder / "roots.pem").write_bytes(Authority().roots)
    (folder / "profile.yaml").write_text("us_jurisdiction: true\n")
    (folder / "privity.toml").write_text(text)
    return folder / "privity.toml"


def run(*arguments: str) -> str:
    """What a command ends with; nothing where all is well."""
    try:
        app(arguments, exit_on_error=False)
    except SystemExit as end:
        return str(end.code or "")
    return ""


def office(floor: Floor, file: Path) -> Any:
    loaded = desk_config.load(file)
    log = VerifierKey.of(loaded.audit_name, KeyKind.ED25519, floor.keys.audit)
    return office_of(loaded, open_keys(loaded), log, floor.now_ms, floor.office.random)


def test_a_house_makes_its_keys_and_has_an_office(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(floor.folder)
    with pytest.raises(KeysInvalid, match="make-release-keys"):
        office(floor, file)
    assert run("make-release-keys", "--config", str(file)) == ""
    assert "never overwritten" in run("make-release-keys", "--config", str(file))
    found = office(floor, file)
    assert (found.service.key.use, found.legal_team.key.use) == (Use.SERVICE, Use.LEGAL_TEAM)
    assert found.service.key.id != found.legal_team.key.id
    assert (found.place.host, found.stamping_url) == ("desk.example", "http://stamps.example")
    assert found.third_approver
    assert "key" not in repr(found)


def test_what_was_ever_in_a_package_is_what_is_published(floor: Floor, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(floor.folder)
    floor.review(floor.collected())
    capsys.readouterr()
    assert run("published-keys", "--config", str(file)) == ""
    out = capsys.readouterr().out
    assert out.encode() == lines.published(floor.db, "https://teapot.example/keys.json")
    uses = {line["use"] for line in json.loads(out)["keys"]}
    assert uses == {"service", "legal_team", "passkey", "log"}


@pytest.mark.parametrize("without", ["[desk.legal.releasing]", "[desk.legal]", "listen"])
def test_without_it_nothing_leaves(floor: Floor, without: str) -> None:
    if without == "listen":
        text = "\n".join(line for line in SECTION.splitlines() if not line.startswith(("listen", "console_url")))
    else:
        text = SECTION[: SECTION.index(without)]
    file = written(floor.folder, text)
    assert office(floor, file) is None
    if without != "listen":
        assert "nothing leaves this house" in run("published-keys", "--config", str(file))


@pytest.mark.parametrize(
    "line",
    [
        'operator = ""',
        'published = "http://teapot.example/keys.json"',
        'tsa_url = "stamps.example"',
        'tsa_roots = ""',
        'service_key = "desk/keys/letter.pem"',
    ],
)
def test_a_section_that_cannot_be_is_refused(tmp_path: Path, line: str) -> None:
    name = line.partition(" ")[0]
    kept = [one for one in SECTION.splitlines() if not one.startswith(f"{name} =")]
    file = written(tmp_path, "\n".join([*kept, line, ""]))
    with pytest.raises(ConfigInvalid, match=r"legal\.releasing"):
        desk_config.load(file)


def test_files_that_are_not_there_are_named(floor: Floor) -> None:
    file = written(floor.folder)
    run("make-release-keys", "--config", str(file))
    (floor.folder / "roots.pem").unlink()
    with pytest.raises(KeysInvalid, match=r"roots\.pem"):
        office(floor, file)


@pytest.mark.parametrize("configured", [True, False])
async def test_the_desk_finishes_releases_where_it_is_told_how(floor: Floor, configured: bool) -> None:
    file = written(floor.folder, SECTION if configured else SECTION[: SECTION.index("[desk.legal.releasing]")])
    run("make-release-keys", "--config", str(file))
    loaded, stop = desk_config.load(file), asyncio.Event()
    stop.set()
    async with aiohttp.ClientSession() as session:
        legal = legal_desk_of(loaded, floor.keys, floor.office.log, floor.now_ms, os.urandom)
        loops = _releasing(floor.db, legal, floor.signing, session, stop)
        await asyncio.gather(*loops)
    assert len(loops) == (1 if configured else 0)
