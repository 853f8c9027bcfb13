# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The list is whole: every number once, every check shown, every name there, the page as written."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from types import FunctionType

import pytest

from privity.mls.errors import MlsError, WrongEpoch, WrongGroup
from tests.mls.checks import showing
from tests.mls.checks.check import Check, Duty, order
from tests.mls.checks.listing import PAGE, ROOT, page, rules, shown_by, titles
from tests.mls.checks.unlisted import UNLISTED, listed, refusals


def checks() -> list[Check]:
    return [rule for rule in rules() if isinstance(rule, Check)]


def test_every_number_is_given_once() -> None:
    numbers = [rule.number for rule in rules()]
    assert sorted(set(numbers), key=order) == numbers


def test_every_section_has_a_title() -> None:
    assert {rule.section for rule in rules()} == set(titles())


def test_what_a_check_names_is_there() -> None:
    for check in checks():
        assert find_spec(f"privity.mls.{check.module}") is not None, check.number
        assert issubclass(check.error, MlsError), check.number


def test_sentences_fit_their_table() -> None:
    for rule in rules():
        words = f"{rule.says} {rule.how}" if isinstance(rule, Duty) else rule.says
        assert not set("|\n") & set(words), rule.number
        assert rule.says and not rule.says.endswith("."), rule.number


def test_every_check_is_shown() -> None:
    shown = shown_by()
    assert [check.number for check in checks() if check.number not in shown] == []


def test_every_shown_number_is_listed() -> None:
    assert sorted(set(shown_by()) - {rule.number for rule in rules()}, key=order) == []


def test_tests_elsewhere_are_there() -> None:
    for number, tests in shown_by().items():
        for test in tests:
            body = ast.parse((ROOT / "tests" / test.file).read_text(encoding="utf-8")).body
            assert test.name in {
                item.name for item in body if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef)
            }, (number, test)


def test_the_page_is_as_written() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.mls.checks"


def test_every_refusal_is_a_check_or_says_why_not() -> None:
    assert sorted(refusals() - listed() - UNLISTED.keys()) == []


def test_what_says_why_not_is_there_and_no_check() -> None:
    assert sorted(UNLISTED.keys() - (refusals() - listed())) == []


# What holds a test to its mark


@pytest.fixture
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    check = Check("0-1", "for this test", "crypto", WrongEpoch)
    monkeypatch.setattr(showing, "_rules", lambda: {"0-1": check, "0-2": Duty("0-2", "as well", "so")})


def from_module(name: str, error: Exception) -> None:
    """Raises as the module of this name would."""
    FunctionType(_raise.__code__, {"__name__": name})(error)


def _raise(error: Exception) -> None:
    raise error


def test_the_named_error_of_the_named_module(invented: None) -> None:
    with showing.raises_check("0-1"):
        from_module("privity.mls.crypto", WrongEpoch("as it should be"))
    assert showing.provoked == {"0-1"}
    showing.provoked.clear()


@pytest.mark.parametrize(
    ("module", "error"),
    [
        ("privity.mls.crypto", WrongGroup("another error")),
        ("privity.mls.crypto", type("Derived", (WrongEpoch,), {})("one that is derived")),
        ("privity.mls.tree.path", WrongEpoch("another module")),
        ("privity.cryptography", WrongEpoch("another package")),
    ],
)
def test_another_refusal_does_not_count(invented: None, module: str, error: Exception) -> None:
    with pytest.raises(AssertionError, match="0-1 is refused"), showing.raises_check("0-1"):
        from_module(module, error)
    assert showing.provoked == set()


def test_no_refusal_does_not_count(invented: None) -> None:
    with pytest.raises(pytest.fail.Exception, match="was not refused"), showing.raises_check("0-1"):
        pass
    with pytest.raises(AssertionError, match="is a duty"), showing.raises_check("0-2"):
        pass
    with pytest.raises(AssertionError, match="no check"), showing.raises_check("0-3"):
        pass


def test_the_valid_object_must_be_valid(invented: None) -> None:
    with pytest.raises(WrongEpoch):
        showing.breaks("0-1", lambda error: from_module("privity.mls.crypto", error), WrongEpoch("x"), WrongEpoch("y"))


def test_primitives_refuse_for_others() -> None:
    assert showing.raised_in("tree.path", ["crypto", "tree.path", "group.process"])
    assert showing.raised_in("crypto", ["crypto", "tree.path"])
    assert not showing.raised_in("group.process", ["crypto", "tree.path", "group.process"])
    assert not showing.raised_in("tree.path", [])
