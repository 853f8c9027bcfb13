# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Every check has its own error, and every error is named by a test of its room: one that no test names fails here.

Naming is not raising; this keeps a new error from being forgotten, the negative tests themselves do the rest.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ERRORS = {
    "privity.mls.errors": "mls",
    "privity.mls.schedule.errors": "mls",
    "privity.mls.group.errors": "mls",
    "privity.message.errors": "message",
    "privity.identity.errors": "identity",
}
"""Modules of errors, and the folder of tests that must name each of them."""


def leaves(module: str) -> set[str]:
    """The errors that are raised themselves: those from which no other is derived."""
    found = [kind for _, kind in inspect.getmembers(importlib.import_module(module), inspect.isclass)]
    own = [kind for kind in found if kind.__module__ == module and issubclass(kind, Exception)]
    return {kind.__name__ for kind in own if not any(other is not kind and issubclass(other, kind) for other in own)}


def named_in_tests(folder: str) -> set[str]:
    """Every name that a test uses, in any file of the folder or of the attacks."""
    text = [path.read_text() for name in (folder, "attacks") for path in (TESTS / name).rglob("test_*.py")]
    code = re.sub(r"^(from|import) .*?(\([^)]*\))?$", "", "\n".join(text), flags=re.MULTILINE)
    return set(re.findall(r"\b[A-Z]\w+\b", code))


@pytest.mark.parametrize("module", ERRORS)
def test_every_error_is_named_by_a_test(module: str) -> None:
    missing = leaves(module) - named_in_tests(ERRORS[module])
    assert not missing, f"no test names {', '.join(sorted(missing))} of {module}"
