# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every check has its own error, and the tests of its room bring each of them about and call it by its name."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.raised_errors import ERRORS, TESTS, leaves, missing, ran


def named_in_tests(folder: str) -> set[str]:
    """Every name that a test uses, in any file of the folder or of the attacks."""
    return names_below(folder) | names_below("attacks") | names_below("faces")


@cache
def names_below(folder: str) -> set[str]:
    kinds = ("test_*.py", "chapter_*.py")  # a chapter lists checks of RFC 9420, each with the error that its tests get
    text = [path.read_text() for kind in kinds for path in (TESTS / folder).rglob(kind)]
    code = re.sub(r"^(from|import) .*?(\([^)]*\))?$", "", "\n".join(text), flags=re.MULTILINE)
    return set(re.findall(r"\b[A-Z]\w+\b", code))


@pytest.mark.parametrize("module", ERRORS)
def test_every_error_is_named_by_a_test(module: str) -> None:
    unnamed = leaves(module) - named_in_tests(ERRORS[module])
    assert not unnamed, f"no test names {', '.join(sorted(unnamed))} of {module}"


@pytest.mark.last
@pytest.mark.parametrize("module", ERRORS)
def test_every_error_was_brought_about(module: str, request: pytest.FixtureRequest) -> None:
    folder = ERRORS[module]
    if not ran((item.path for item in request.session.items), folder):
        pytest.skip(f"only part of tests/{folder} was asked for")
    assert not missing(module), f"no test brings about {', '.join(missing(module))} of {module}"
