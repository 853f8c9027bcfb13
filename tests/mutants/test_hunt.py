# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The hunt on a package whose survivors are known: what is noticed, what is not, and what the list may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.toy import PACKAGE, Toy

SURVIVORS = {
    "toy/numbers.py <module>: 7 -> 8",
    "toy/numbers.py clamp: value > LIMIT -> value >= LIMIT",
    "toy/numbers.py never: value == 1 -> value != 1",
    "toy/numbers.py never: 1 -> 2",
}


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """Hunted once, with one survivor listed, one entry that is stale, and one of a file that was not tried."""
    toy = Toy(tmp_path_factory.mktemp("toy"))
    toy.allow(("clamp", "value > LIMIT -> value >= LIMIT", "at the limit both give it"), ("share", "2 -> 3", "gone"))
    with (toy.folder / "mutants.toml").open("a") as out:
        out.write('[[survivor]]\nfile = "toy/other.py"\nfunction = "a"\nmutation = "1 -> 2"\nreason = "elsewhere"\n')
    done = toy.hunt("toy/numbers.py")
    (toy.folder / "said.txt").write_text(f"{done.returncode}\n{done.stdout}")
    return toy


def verdicts(toy: Toy) -> dict[str, str]:
    return {name: verdict for verdict, _, name, _ in toy.results}


def test_what_survives_is_known(toy: Toy) -> None:
    found = verdicts(toy)
    assert {name for name, verdict in found.items() if verdict in ("survived", "uncovered")} == SURVIVORS
    assert {name for name, verdict in found.items() if verdict == "uncovered"} == {
        "toy/numbers.py never: value == 1 -> value != 1",
        "toy/numbers.py never: 1 -> 2",
    }


def test_changes_of_every_kind_are_noticed(toy: Toy) -> None:
    found = verdicts(toy)
    for change in (
        "<module>: 3 -> 4",
        "<module>: 5 -> 6",
        "clamp: if value > LIMIT -> if True",
        "clamp: if value > LIMIT -> if False",
        "double: value + value -> value - value",
        "count: at != stop -> at == stop",
        "share: raise ValueError -> pass",
        "share: whole // parts -> whole * parts",
        "halves: share(whole, parts) -> share(parts, whole)",
    ):
        assert found[f"toy/numbers.py {change}"] == "killed", change


def test_a_program_that_never_ends_is_ended(toy: Toy) -> None:
    assert verdicts(toy)["toy/numbers.py count: at += ONE -> pass"] == "timeout"


def test_only_what_runs_before_the_tests_needs_an_interpreter_of_its_own(toy: Toy) -> None:
    """Also where what was collected is frozen, as the tests of the house are."""
    apart = {name.split(" ", 1)[1].split(":")[0] for _, _, name, how in toy.results if how.endswith("apart")}
    assert apart == {"<module>"}


def test_survivors_without_a_reason_and_reasons_without_a_survivor_fail(toy: Toy) -> None:
    status, *said = (toy.folder / "said.txt").read_text().splitlines()
    assert status == "1"
    listed = "toy/numbers.py clamp: value > LIMIT -> value >= LIMIT"
    assert {line for line in said if line.startswith("survives")} == {f"survives: {n}" for n in SURVIVORS - {listed}}
    assert "listed, but does not survive: toy/numbers.py share: 2 -> 3" in said
    assert not any("other.py" in line for line in said)
    assert "1 listed with a reason, 3 survive, 1 entries are stale" in said[-1]


def test_a_second_run_tries_the_survivors_only(toy: Toy) -> None:
    before = len(toy.results)
    toy.put("tests/test_more.py", "from toy.numbers import never\n\n\ndef test_never():\n    assert never(1)\n")
    toy.allow(
        ("clamp", "value > LIMIT -> value >= LIMIT", "at the limit both give it"),
        ("<module>", "7 -> 8", "nobody uses it"),
    )
    done = toy.hunt("toy/numbers.py")
    again = toy.results[before:]
    assert {name for _, _, name, _ in again} == SURVIVORS
    assert {name for verdict, _, name, _ in again if verdict == "killed"} == {
        "toy/numbers.py never: value == 1 -> value != 1",
        "toy/numbers.py never: 1 -> 2",
    }
    assert done.returncode == 0, done.stdout


def test_the_package_itself_is_left_alone(toy: Toy) -> None:
    assert (toy.folder / "src/toy/numbers.py").read_text() == PACKAGE.lstrip("\n")


def test_a_test_that_fails_anyway_is_named(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    toy.put("src/toy/numbers.py", "def one() -> int:\n    return 1\n")
    tests = ["from toy.numbers import one", "def test_one(): assert one() == 1", "def test_two(): assert not one()"]
    toy.put("tests/test_numbers.py", "\n".join(tests))
    done = toy.hunt("toy/numbers.py")
    assert done.returncode == 1
    assert "fails on the unchanged program: tests/test_numbers.py::test_two" in done.stdout
    assert verdicts(toy) == {"toy/numbers.py one: 1 -> 2": "killed"}


def test_a_file_that_is_written_meanwhile_ends_the_hunt_without_a_verdict(tmp_path: Path) -> None:
    """An interpreter of its own would not find the tests that were collected, and call that noticed."""
    toy = Toy(tmp_path)
    toy.put("src/toy/numbers.py", "ONE = 1\n")
    tests = ["from pathlib import Path", "from toy.numbers import ONE", "def test_one():", "    assert ONE == 1"]
    toy.put("tests/test_numbers.py", "\n".join([*tests, "    Path(__file__).touch()"]))
    done = toy.hunt("toy/numbers.py")
    assert done.returncode == 1
    assert f"written while the hunt ran: {tmp_path / 'tests/test_numbers.py'}" in done.stdout
    assert not (tmp_path / "results.txt").exists()


def test_a_path_without_a_module_is_named(tmp_path: Path) -> None:
    done = Toy(tmp_path).hunt("toy/nothing.py")
    assert done.returncode == 1
    assert "no module of toy is at toy/nothing.py" in done.stderr
