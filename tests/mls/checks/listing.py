# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All checks and duties, the tests that show each, and the page that lists them: docs/mls-checks.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from tests.mls.checks.check import Check, Duty, Rule, order

FOLDER: Final = Path(__file__).parent
ROOT: Final = FOLDER.parents[2]
PAGE: Final = ROOT / "docs" / "mls-checks.md"
SOURCE: Final = ROOT / "src" / "privity" / "mls"


@dataclass(frozen=True, slots=True)
class Shown:
    """One test, by its file below tests/ and its function."""

    file: str
    name: str


@cache
def rules() -> tuple[Rule, ...]:
    """The checks and duties of all chapters, in the order of their numbers."""
    found: list[Rule] = []
    for path in FOLDER.glob("chapter_*.py"):
        chapter = import_module(f"{__package__}.{path.stem}")
        found += getattr(chapter, "CHECKS", ())
        found += getattr(chapter, "DUTIES", ())
    return tuple(sorted(found, key=lambda rule: order(rule.number)))


@cache
def titles() -> Mapping[str, str]:
    """What each section is about, in our words."""
    return {
        section: title
        for path in FOLDER.glob("chapter_*.py")
        for section, title in import_module(f"{__package__}.{path.stem}").SECTIONS.items()
    }


def shown_by() -> Mapping[str, tuple[Shown, ...]]:
    """The tests that carry each number."""
    found: defaultdict[str, list[Shown]] = defaultdict(list)
    for path in sorted(FOLDER.glob("test_*.py")):
        module = import_module(f"{__package__}.{path.stem}")
        for name, function in vars(module).items():
            if name.startswith("test_") and getattr(function, "__module__", "") == module.__name__:
                for number in dict.fromkeys(_numbers(getattr(function, "pytestmark", ()))):
                    found[number].append(Shown(f"mls/checks/{path.name}", name))
    for rule in rules():
        for named in rule.shown_by if isinstance(rule, Duty) else ():
            file, _, name = named.partition("::")
            found[rule.number].append(Shown(file, name))
    return {number: tuple(tests) for number, tests in found.items()}


def _numbers(marks: Sequence[Any]) -> Iterator[str]:
    for mark in marks:
        if mark.name == "shows":
            yield from mark.args
        elif mark.name == "parametrize":
            for values in mark.args[1]:
                yield from _numbers(getattr(values, "marks", ()))


def page() -> str:
    """The text of docs/mls-checks.md."""
    all_rules, tests = rules(), shown_by()
    checks = sum(isinstance(rule, Check) for rule in all_rules)
    lines = [
        "# The checks of RFC 9420",
        "",
        f"{checks} rules of RFC 9420 that a sender or a receiver can break, each refused by its own error, and "
        f"{len(all_rules) - checks} duties that no message can break.",
        "Numbers are section and running number, and stay. The sentences are ours; the RFC's are binding. Every test",
        "of a check takes a valid object, breaks one thing, and is held to the error and the module named here.",
        "",
        "Written by `python -m tests.mls.checks`; do not edit.",
    ]
    for section, members in groupby(all_rules, key=lambda rule: rule.section):
        group = list(members)
        lines += ["", f"## {section} {titles().get(section, '')}".rstrip()]
        checked = [rule for rule in group if isinstance(rule, Check)]
        if checked:
            lines += ["", "| | rule | refused by | with | tests |", "|---|---|---|---|---|"]
            lines += [_check_row(check, tests.get(check.number, ())) for check in checked]
        duties = [rule for rule in group if isinstance(rule, Duty)]
        if duties:
            lines += ["", "| | duty | how it is met | tests |", "|---|---|---|---|"]
            lines += [_duty_row(duty, tests.get(duty.number, ())) for duty in duties]
    return "\n".join(lines) + "\n"


def source(module: str) -> Path:
    """The file of a module below `privity.mls`."""
    return SOURCE / (module.replace(".", "/") + ".py")


def _check_row(check: Check, tests: Sequence[Shown]) -> str:
    path = source(check.module).relative_to(ROOT).as_posix()
    cells = (check.number, check.says, f"[{check.module}](../{path})", f"`{check.error.__name__}`", _links(tests))
    return "| " + " | ".join(cells) + " |"


def _duty_row(duty: Duty, tests: Sequence[Shown]) -> str:
    return "| " + " | ".join((duty.number, duty.says, duty.how, _links(tests) or "-")) + " |"


def _links(tests: Sequence[Shown]) -> str:
    return ", ".join(f"[{test.name}](../tests/{test.file})" for test in tests)
