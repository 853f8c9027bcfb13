# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The list of survivors: each entry whole, each once, each of a mutant that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.known import BadList, Known, judge, read
from tests.mutants.plan import sources

REPOSITORY = Path(__file__).resolve().parents[2]
ENTRY = '[[survivor]]\nfile = "a.py"\nfunction = "f"\nmutation = "1 -> 2"\nreason = "equal"\n'


def test_no_list_is_an_empty_one(tmp_path: Path) -> None:
    assert read(tmp_path / "mutants.toml") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ENTRY.replace('reason = "equal"\n', ""), "expected file, function, mutation, reason"),
        (ENTRY.replace("equal", " "), "empty value"),
        (ENTRY + 'line = "7"\n', "expected file, function, mutation, reason"),
        (ENTRY + ENTRY, "listed twice"),
        (ENTRY.replace("survivor", "survivors"), "unknown keys"),
    ],
)
def test_a_list_that_is_not_whole_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mutants.toml"
    path.write_text(ENTRY)
    assert read(path) == [Known("a.py", "f", "1 -> 2", "equal")]
    path.write_text(text)
    with pytest.raises(BadList, match=says):
        read(path)


def test_only_files_that_were_tried_are_judged() -> None:
    known = [Known("a.py", "f", "1 -> 2", "equal"), Known("b.py", "f", "1 -> 2", "equal")]
    assert judge(known, ["a.py f: 1 -> 2"], ["a.py"]) == ([], [])
    assert judge(known, ["a.py f: 2 -> 3"], ["a.py"]) == (["a.py f: 2 -> 3"], ["a.py f: 1 -> 2"])


def test_every_entry_of_the_house_is_a_mutant() -> None:
    """What an entry speaks of is there; that it survives is for `make mutants` to say."""
    known = read(REPOSITORY / "tests" / "mutants.toml")
    files = {each.file for each in known}
    there = {
        mutant.name
        for source in sources(REPOSITORY / "src", "privity/mls")
        if source.file in files
        for mutant in source.mutants()
    }
    assert sorted(each.name for each in known if each.name not in there) == []
