# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of the legal desk measures real work: what it builds verifies, and what measures nothing is noticed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from bench.errors import CannotRun

from bench import legal, legal_account, legal_due, legal_package
from privity.desk.legal.requests.due import overdue
from privity.production import archive
from privity.wire.collect import Collect, Collected
from tests.desk.legal.casework import T0, Casework
from tests.desk.legal.releasing.floor import Floor


def test_a_package_of_many_rows_is_built_fetched_and_verified() -> None:
    built, last, verified, size = legal_package.measured(legal_package.Sizes(200))
    assert built > last > 0 and verified > 0 and size > 0.01


def test_a_package_that_was_changed_gives_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    floor = Floor.at(tmp_path)
    floor.sources = legal_package.Many(floor.keys.evidence, 20)
    floor.office = replace(floor.office, sources=floor.sources)
    fetched = floor.fetch(floor.ready()).data
    assert legal_package._verified_s(floor, fetched, tmp_path, 20) > 0
    with pytest.raises(CannotRun, match="has 20 rows, expected 21"):
        legal_package._verified_s(floor, fetched, tmp_path, 21)
    unpacked = archive.unpack

    def changed(data: bytes) -> dict[str, bytes]:
        """One row says something else than what was approved."""
        files = dict(unpacked(data))
        (name,) = (name for name in files if name.endswith("sessions.csv"))
        return {**files, name: files[name].replace(b"192.0.2.7", b"192.0.2.8", 1)}

    monkeypatch.setattr(archive, "unpack", changed)
    with pytest.raises(CannotRun, match="does not verify"):
        legal_package._verified_s(floor, fetched, tmp_path, 20)
    floor.db.close()


def test_an_account_has_rows_in_every_table_that_a_request_reaches() -> None:
    whole, asked, count, size = legal_account.measured(legal_account.Sizes(20, 3))
    assert whole > asked > 0 and size > 0.1
    assert count > 20 * 20


def test_a_hub_that_knows_nobody_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = legal_account._InProcess.collect

    async def nobody(self: legal_account._InProcess, asked: Collect) -> Collected:
        answer = await genuine(self, asked)
        tables = [msgspec.structs.replace(one, rows=[], more=False) for one in answer.tables]
        return msgspec.structs.replace(answer, account=None, tables=tables)

    monkeypatch.setattr(legal_account._InProcess, "collect", nobody)
    with pytest.raises(CannotRun, match="expected many rows"):
        legal_account.measured(legal_account.Sizes(20, 3))


def test_requests_are_filled_by_the_code_that_takes_them_in(tmp_path: Path) -> None:
    work = Casework.at(tmp_path)
    legal_due.fill(work, 20)
    (count,) = work.db.execute("SELECT count(*) FROM legal_request WHERE state = 'submitted'").fetchone()
    late = overdue(work.db, T0 + legal_due.SPREAD_MS)
    assert count == 20 and 0 < len({one.request for one in late}) <= 20
    with pytest.raises(CannotRun, match="nothing is due"):
        legal_due._looked(work.db, T0 - 1)
    work.db.close()


def test_what_cannot_run_says_why_and_every_bar_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(sizes: object) -> tuple[float, ...]:
        raise CannotRun("no disk here")

    for part in (legal_package, legal_account, legal_due):
        monkeypatch.setattr(part, "measured", cannot)
    rows = legal.rows(quick=False)
    assert {row.skipped for row in rows} == {"CannotRun: no disk here"}
    assert {row.bar for row in rows} - {None} == {"ours < 60", "ours < 10", "ours < 300", "ours < 100"}
    assert {row.peer for row in rows} == {None}
    assert any("100,000 rows" in row.name for row in rows) and any("10,000 open requests" in row.name for row in rows)


def test_only_a_full_run_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legal, "rows", lambda *, quick: pytest.fail("it measured"))
    with pytest.raises(SystemExit):
        legal.main(["--write", "--quick"])
