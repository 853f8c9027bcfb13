# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""`privity desk lists` as the owner of the machine calls it: what it writes, and that no hash is in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.desk.conftest import Home
from tests.desk.house import SENIOR
from tests.desk.matching.files import bits_of, picture
from tests.desk.matching.listed import Plain, csv_of, on_the_staff, some_bits
from tests.desk.world import random

from privity.desk.audit.beside import now_ms
from privity.desk.commands import app
from privity.desk.db.database import open_database
from privity.desk.matching.looking import agreeing
from privity.desk.matching.looking.budget import Budgets
from privity.desk.matching.looking.finding import found
from privity.desk.matching.looking.following import Follows, Subject, follow
from privity.desk.matching.looking.hashing import Hashed, Shot
from privity.desk.matching.pdq import Pdq


class Told:
    """A desk's commands, and what they wrote."""

    def __init__(self, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.config = home.file("http://127.0.0.1:1")
        self._capsys = capsys
        open_database(home.folder / "desk" / "desk.db", home.keys()).close()

    def __call__(self, *words: str) -> str:
        app(["lists", *words, "--config", str(self.config)], result_action="return_value")
        return self._capsys.readouterr().out

    def agreed(self) -> None:
        """The owner of the machine asks, and a member of staff agrees on a page."""
        said = self("ask", "known", "--words", "It is invented.")
        assert said == "agreement 1: version 1 waits for a second person\n"
        db = open_database(self.home.folder / "desk" / "desk.db", self.home.keys())
        agreeing.agree(db, SENIOR, 1, "It is indeed.", now_ms())
        db.close()

    def refused(self, *words: str) -> str:
        with pytest.raises(SystemExit) as ended:
            self(*words)
        return str(ended.value)


@pytest.fixture
def told(home: Home, capsys: pytest.CaptureFixture[str]) -> Told:
    return Told(home, capsys)


def test_a_list_from_its_beginning_to_its_end(told: Told, tmp_path: Path) -> None:
    bits = bits_of(picture(1))
    path = csv_of(tmp_path / "h.csv", [f"{bits.hex()},pdq,secret-id", f"{some_bits(2).hex()},pdq,other"])
    assert told("show") == "no lists\n"
    added = told("add", "known", "known-illegal", "--seen-by-people").splitlines()
    assert added[0] == "list known added; it is empty" and added[1].startswith("it is only watched until two people")
    assert told("import", "known", str(path), "--dry-run") == "h.csv: 2 pdq; nothing was changed\n"
    came = told("import", "known", str(path)).splitlines()
    assert came[0] == "version 1: 2 came, 0 went" and came[1].startswith("what came is only watched until two people")
    told.agreed()
    (tmp_path / "p.png").write_bytes(picture(1))
    said = told("search", str(tmp_path / "p.png"))
    assert said == "list known: distance 0; shown to everybody: quarantine, known_illegal, seen by people\n"
    (tmp_path / "other.png").write_bytes(picture(5))
    assert told("search", str(tmp_path / "other.png")) == "on no list\n"
    shown = told("show")
    assert "known  known_illegal  file  version 1  2 pdq" in shown
    assert bits.hex() not in said + shown and "secret-id" not in said + shown
    assert told("remove", "known") == "list known is gone, and 2 entries with it\n"


def test_a_match_is_shown_judged_and_counted(told: Told, tmp_path: Path) -> None:
    bits = some_bits(1)
    told("add", "known", "known-illegal", "--seen-by-people")
    told("import", "known", str(csv_of(tmp_path / "h.csv", [f"{bits.hex()},pdq,x"])))
    told.agreed()
    db = open_database(told.home.folder / "desk" / "desk.db", told.home.keys())
    file = Hashed(b"s" * 32, b"m" * 16, (Shot((Pdq(bits, 90, stable=True),)),), False, True)
    account = "mimi://hub.example/u/" + "a" * 26
    hits = found(db, Plain(db), file, now_ms())
    follow(db, Follows(Budgets(9, 9), random), Subject.profile(account, file.sha256), hits, now_ms())
    db.close()
    assert "match 1" in told("show") and "quarantine: known_illegal, seen by people  case 1" in told("show")
    assert told("feedback", "1", "wrong") == "match 1 is wrong\n"
    assert "MatchUnknown" in told.refused("feedback", "2", "right")


def test_the_owner_of_the_machine_is_one_person(told: Told, tmp_path: Path) -> None:
    told("add", "known", "known-illegal")
    told("import", "known", str(csv_of(tmp_path / "h.csv", [f"{some_bits(1).hex()},pdq,x"])))
    told("ask", "known", "--words", "It is invented.")
    assert "SecondPerson: command:lists asked" in told.refused("agree", "1", "--words", "I am another one.")
    shown = told("show")
    assert "agreement 1 waits for a second person: version 1" in shown and "only watched: 1 entries" in shown
    assert told("end", "known", "--words", "Not yet.") == "list known is only watched\n"
    db = open_database(told.home.folder / "desk" / "desk.db", told.home.keys())
    on_the_staff(db, SENIOR)
    agreeing.ask(db, SENIOR, "known", "It is invented.", now_ms())
    db.close()
    assert told("agree", "2", "--words", "I know where it is from.") == "list known acts, up to version 1\n"
    assert "acts: version 1, asked for by staff:2, agreed to by command:lists" in told("show")
    assert "NothingToAgree" in told.refused("agree", "2", "--words", "Once more.")
    assert "ListOnlyWatches" in (told("add", "house", "own"), told.refused("ask", "house", "--words", "Why not."))[1]


def test_what_is_wrong_is_named_and_nothing_is_quoted(told: Told, tmp_path: Path) -> None:
    assert "ListUnknown: there is no list known" in told.refused("import", "known", str(tmp_path / "h.csv"))
    told("add", "known", "own")
    bad = csv_of(tmp_path / "h.csv", ["deadbeef,pdq,x"])
    said = told.refused("import", "known", str(bad))
    assert "LineRefused: line 2: a pdq has 64 hexadecimal digits, got 8 characters" in said and "deadbeef" not in said
    assert "ExchangeUnknown" in told.refused("add", "theirs", "own", "--exchange", "nobody")
    assert "WrongSource" in told.refused("pull", "known")
    assert told("pull") == "no list is of an exchange\n"
    assert "ListNotPaused" in told.refused("resume", "known")
