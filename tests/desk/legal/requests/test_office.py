# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether and how a house answers: its section of the configuration, a clerk's command, and the desk's own looks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privity.desk import config as desk_config
from privity.desk.config import DeskConfig
from privity.desk.console.legal_desk import legal_desk_of, made_of
from privity.desk.db.database import open_database, open_existing
from privity.desk.db.transaction import Db
from privity.desk.errors import ConfigInvalid
from privity.desk.hub_client import HttpHub
from privity.desk.legal.requests import commands, reading, service
from privity.desk.legal.requests.clocks import DAY_MS
from privity.desk.legal.requests.errors import FilingRefused, OfficeMissing
from privity.desk.legal.requests.filing import MAX_ATTACHED
from privity.desk.legal.requests.model import Document, State
from privity.desk.legal.requests.office import rules_of
from privity.desk.legal.requests.taking import take
from privity.desk.legal.rulebook.errors import FileUnreadable, ProfileRefused
from privity.desk.legal.rulebook.loading import shipped
from privity.desk.legal_office import LegalSection, check_legal
from privity.desk.main import _legal, now_ms
from privity.tlog.verifier_key import KeyKind, VerifierKey
from tests.desk.conftest import Home
from tests.desk.legal.casework import CLERK, Casework, written

PUBLIC = Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()

ROOT = Path(__file__).resolve().parents[4]
PROFILE = (ROOT / "docs" / "operators" / "examples" / "legal-profile.yaml").read_text()
RULEBOOK = ROOT / "src" / "privity" / "desk" / "legal" / "rulebook" / "rulebook.yaml"


def with_an_office(home: Home, more: str = "") -> Path:
    file = home.file("http://127.0.0.1:1")
    (home.folder / "profile.yaml").write_text(PROFILE)
    section = f'[desk.legal]\nprofile = "profile.yaml"\ncontact = "legal@example.org"\n{more}'
    file.write_text(file.read_text() + section)
    return file


def made(home: Home, file: Path) -> DeskConfig:
    """The configuration, and the database beside it, as a desk that ran has left them."""
    config = desk_config.load(file)
    open_database(config.database, home.keys()).close()
    return config


def opened(home: Home, config: DeskConfig) -> Db:
    return open_existing(config.database, home.keys())


def test_a_house_without_the_section_answers_no_requests(home: Home) -> None:
    assert home.configured("http://127.0.0.1:1").legal is None
    with pytest.raises(OfficeMissing):
        rules_of(None)


def test_without_a_rulebook_of_its_own_a_house_has_the_draft(home: Home) -> None:
    office = desk_config.load(with_an_office(home)).legal
    assert office is not None
    assert (office.contact, office.languages) == ("legal@example.org", ("en",))
    assert rules_of(office).rulebook == shipped()
    assert rules_of(office).profile.holds


def test_a_house_may_bring_its_own_rulebook(home: Home) -> None:
    own = home.folder / "rulebook.yaml"
    own.write_text(RULEBOOK.read_text().replace("version: 0.1.0", "version: 0.2.0"))
    office = desk_config.load(
        with_an_office(home, 'rulebook = "rulebook.yaml"\nlanguages = ["de", "en", "de"]\n')
    ).legal
    assert office is not None
    assert office.languages == ("de", "en")
    assert rules_of(office).rulebook.version == "0.2.0"
    own.unlink()
    with pytest.raises(FileUnreadable):
        rules_of(office)
    (home.folder / "profile.yaml").write_text("holds: everything\n")
    with pytest.raises(ProfileRefused):
        rules_of(office)


@pytest.mark.parametrize(
    "changed",
    [
        {"profile": ""},
        {"rulebook": ""},
        {"contact": " "},
        {"contact": "x" * 201},
        {"languages": []},
        {"languages": ["EN"]},
    ],
    ids=["no profile", "no rulebook", "no contact", "long contact", "no language", "no code"],
)
def test_a_section_that_says_nothing_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    with pytest.raises(ConfigInvalid):
        check_legal(LegalSection(**{"profile": "p", "contact": "c", **changed}), tmp_path)


def test_a_clerk_files_beside_the_running_desk(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    file = with_an_office(home)
    config = made(home, file)
    request, order = home.folder / "request.yaml", home.folder / "order.pdf"
    request.write_bytes(written())
    order.write_bytes(b"%PDF an invented order")
    commands.file(request, attach=(order,), agency=None, config=file)
    words = capsys.readouterr().out.split()
    db = opened(home, config)
    found = service.of(db, 1)
    assert words == ["legal:1", found.pseudonym, "submitted"]
    assert [(one.kind, one.name, one.media_type) for one in service.papers(db, CLERK, 1)][-1] == (
        Document.ATTACHMENT,
        "order.pdf",
        "application/pdf",
    )
    assert service.facts_of(db, home.keys().evidence, 1).shown("judicial_signature")
    db.close()


def test_the_example_can_be_filed() -> None:
    taken = take((ROOT / "docs" / "operators" / "examples" / "legal-request.yaml").read_bytes())
    assert taken.unread == ""
    assert taken.facts.targets()


def test_what_a_clerk_files_and_nobody_can_read_is_kept_and_said(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    file = with_an_office(home)
    config = made(home, file)
    request = home.folder / "request.yaml"
    request.write_text("mood: {a: b}\n")
    commands.file(request, config=file)
    assert "kept as it came, and not read: no rule asks" in capsys.readouterr().err
    db = opened(home, config)
    assert reading.stated(db, home.keys().evidence, 1)[0].unread
    db.close()


def test_what_a_command_refuses_it_refuses_by_name(home: Home, tmp_path: Path) -> None:
    bare = home.file("http://127.0.0.1:1")
    request = home.folder / "request.yaml"
    request.write_bytes(written())
    with pytest.raises(SystemExit, match="OfficeMissing"):
        commands.file(request, config=bare)
    file = with_an_office(home)
    with pytest.raises(SystemExit, match="FileUnreadable"):
        commands.file(home.folder / "missing.yaml", config=file)
    with pytest.raises(SystemExit, match="DatabaseMissing"):
        commands.file(request, config=file)
    large = tmp_path / "large"
    with large.open("wb") as out:
        out.truncate(MAX_ATTACHED + 1)
    with pytest.raises(SystemExit, match=FilingRefused.__name__):
        commands.file(request, attach=(large,), config=file)


async def test_a_configured_desk_looks_by_itself(home: Home) -> None:
    """What `main` wires: a request that has ended is purged once its time is over, and nobody pressed anything."""
    config = made(home, with_an_office(home))
    keys = home.keys()
    db = opened(home, config)
    work = Casework(db, keys, now_ms=now_ms() - 40 * DAY_MS)
    number = work.submitted()
    service.close(db, CLERK, number, "forged", work.now_ms)
    stop = asyncio.Event()
    async with aiohttp.ClientSession() as session:
        hub = HttpHub(session, config.hub_url, keys.staff, now_ms, work.random)
        assert config.legal is not None
        legal = made_of(config, keys, config.legal, rules_of(config.legal), work.random)
        looking, *others = _legal(db, hub, keys, legal, stop)
        for other in others:
            other.close()
        task = asyncio.create_task(looking)
        async with asyncio.timeout(60):  # it looks at once, and then waits for half a minute
            while service.of(db, number).state is not State.PURGED:
                await asyncio.sleep(0)
        stop.set()
        await task
        without = home.configured(config.hub_url)
        nothing = legal_desk_of(
            without, keys, VerifierKey("hub.example/audit", KeyKind.ED25519, PUBLIC), now_ms(), work.random
        )
        assert nothing is None and _legal(db, hub, keys, nothing, stop) == []
    db.close()
