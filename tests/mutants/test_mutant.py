# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Which changes are tried, what they are called, and that each of them changes the program."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.mutants.mutant import Source
from tests.mutants.plan import sources
from tests.mutants.signatures import signatures
from tests.mutants.swapping import NotSwappable, functions, swap

REPOSITORY = Path(__file__).resolve().parents[2]


def source(text: str) -> Source:
    text = dedent(text)
    return Source(Path("/nowhere"), "toy", "toy/code.py", text, signatures([ast.parse(text)]))


def texts(text: str) -> list[str]:
    return [f"{mutant.function}: {mutant.text}" for mutant in source(text).mutants()]


CASES = [
    ("def f(a): return a < 2", ["f: a < 2 -> a <= 2", "f: 2 -> 3"]),
    ("def f(a, b): return a and not b", ["f: a and (not b) -> a or not b", "f: a and (not b) -> not b"]),
    ("def f(a): return a & 1 << 2", ["f: a & 1 << 2 -> a | 1 << 2", "f: 1 << 2 -> 1 >> 2"]),
    ("def f(a): return [x for x in a if x]", ["f: for x in a if x -> for x in a"]),
    ("def f(a): return 'x' if a else b'y'", ["f: 'x' if a else b'y' -> 'x' if True else b'y'", "f: b'y' -> b'y!'"]),
    ("def f(a): a.x = 1", ["f: a.x = 1 -> pass", "f: 1 -> 2"]),
    ("def f(a): a.close()", ["f: a.close() -> pass"]),
    ("def f(a):\n    del a[0]", ["f: del a[0] -> pass"]),
    ("def f(a):\n    for x in a:\n        continue", ["f: continue -> break"]),
    ("def f(a):\n    if a: raise KeyError(f'{a} is {1}')", ["f: if a -> if True", "f: raise KeyError -> pass"]),
    ("def g(a: int, b: int): ...\ndef f(): g(1, 2)", ["f: g(1, 2) -> g(2, 1)"]),
    ("def g(a: int, b: str): ...\ndef f(): return g(1, 2)", ["f: 1 -> 2", "f: 2 -> 3"]),
    ("def f(a): return vec(a) + b'x'", ["f: vec(a) + b'x' -> vec(a)", "f: vec(a) + b'x' -> b'x' + vec(a)"]),
    ("class C:\n    def f(self, a=1):\n        return -a", ["<module>: 1 -> 2", "C.f: -a -> a"]),
    ("def f(a):\n    def g(): return a == 1\n    return g", ["f: a == 1 -> a != 1"]),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_changes_of_each_kind(text: str, expected: list[str]) -> None:
    found = texts(text)
    assert [each for each in expected if each not in found] == []


def test_what_is_no_behaviour_is_left_alone() -> None:
    assert (
        texts(
            '''
            """Text."""
            from typing import Literal
            Kind = Literal["a", "b"]
            __all__ = ["f"]

            @decorated(frozen=True)
            class C:
                __slots__ = ("a",)

                def __repr__(self) -> str:
                    return f"<C {1 + 1}>" + "!"
            '''
        )
        == []
    )


def test_what_looks_the_same_is_counted() -> None:
    assert texts("def f(a): return a(1), a(1)") == ["f: 1 -> 2", "f: 1 -> 2 (2)"]


@pytest.mark.parametrize("name", ["privity/mls/codec.py", "privity/mls/schedule/secret_tree.py"])
def test_every_change_compiles_and_has_a_name_of_its_own(name: str) -> None:
    module = next(each for each in sources(REPOSITORY / "src", "privity/mls") if each.file == name)
    mutants = list(module.mutants())
    assert len(mutants) > 80
    assert len({mutant.name for mutant in mutants}) == len(mutants)
    plain = compile(ast.parse(module.text), str(module.path), "exec", dont_inherit=True)
    for mutant in mutants[::7]:
        assert module.changed(mutant) != plain, mutant.name


def test_a_change_is_swapped_into_every_copy_of_a_function() -> None:
    code = source("def outer(n):\n    def inner(a): return a + n\n    return inner\n\ndef plain(a): return a + 1")
    space: dict[str, Any] = {}
    exec(compile(code.text, str(code.path), "exec"), space)  # noqa: S102  # the text is above
    plain, twin = space["plain"], type(space["plain"])(space["plain"].__code__, {})
    for mutant in code.mutants():
        if mutant.text == "a + 1 -> a - 1":
            loaded = functions(str(code.path))
            swap(loaded, str(code.path), code.changed(mutant), mutant.function, mutant.line_of_function)
    assert (plain(1), twin(1)) == (0, 0)


def test_a_change_outside_of_functions_is_not_swapped() -> None:
    code = source("ONE = 1")
    (mutant,) = code.mutants()
    with pytest.raises(NotSwappable):
        swap({}, str(code.path), code.changed(mutant), mutant.function, mutant.line_of_function)
