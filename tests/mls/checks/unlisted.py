# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Refusals in `privity.mls` that are no check of RFC 9420, each with the reason: what the list leaves out, it knows.

A refusal that is new is either put into a chapter, or here."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Final

from privity.mls import errors
from privity.mls.group import errors as group_errors
from privity.mls.schedule import errors as schedule_errors
from tests.mls.checks.check import Check
from tests.mls.checks.listing import SOURCE, rules

DRAFT: Final = "the MLS extensions draft asks for it, not the RFC"
STORE: Final = "about records of our own, which no peer writes"
CALLER: Final = "our caller's calls in a wrong order, or with things that do not belong together"
NEVER: Final = "a second line: what would get here was refused before"
OURS: Final = "a policy or a repair of ours, beside the RFC"
HYBRID: Final = "of the hybrid suite, which is no suite of the RFC"

UNLISTED: Final[Mapping[tuple[str, str], str]] = {
    ("basic_rules", "PolicyRefused"): OURS,
    ("basic_rules", "SuccessorRefused"): "one answer that an application may give; the checks are of who asks",
    ("codec", "VectorMisaligned"): "guards the reader against items of no bytes, which no struct of the RFC has",
    ("group.commit", "UsageError"): CALLER,
    ("group.encrypt", "UsageError"): DRAFT,
    ("group.group", "UsageError"): CALLER,
    ("group.join_external", "DamagedRecords"): STORE,
    ("group.join_external", "SenderNotAllowed"): DRAFT,
    ("group.load", "DamagedRecords"): STORE,
    ("group.older_pending", "DamagedRecords"): STORE,
    ("group.outcomes", "NoPendingCommit"): CALLER,
    ("group.pending_join", "UsageError"): CALLER,
    ("group.propose", "UsageError"): DRAFT,
    ("group.records", "BadEnum"): STORE,
    ("group.records", "DamagedRecords"): STORE,
    ("group.records", "NotCanonical"): STORE,
    ("group.repair", "BadPartition"): OURS,
    ("group.repair", "NotARepair"): OURS,
    ("group.repair", "UsageError"): OURS,
    ("group.stage", "UsageError"): NEVER,
    ("group.state", "NoPendingCommit"): CALLER,
    ("messages.app_data", "NotCanonical"): DRAFT,
    ("messages.app_data", "UsageError"): DRAFT,
    ("public_group", "BadEnum"): STORE,
    ("public_group", "CodecError"): STORE,
    ("public_group", "UsageError"): CALLER,
    ("schedule.exporting", "ExportConsumed"): DRAFT,
    ("schedule.exporting", "UsageError"): DRAFT,
    ("schedule.xwing", "BadPublicKey"): HYBRID,
    ("schedule.xwing", "UsageError"): HYBRID,
    ("secrecy", "SecretCopied"): "about our own objects",
    ("tree.math", "UsageError"): NEVER,
    ("validation.apply", "BadAppDataUpdate"): DRAFT,
    ("validation.apply", "UsageError"): NEVER,
    ("validation.commit", "SenderNotAllowed"): NEVER,
    ("validation.lists", "SelfRemoveByValue"): DRAFT,
    ("validation.lists", "SenderNotAllowed"): NEVER,
    ("validation.proposals", "BadAppDataUpdate"): DRAFT,
}
"""Module and error of each."""


def refusals() -> frozenset[tuple[str, str]]:
    """Module and error of every `raise` in the package."""
    named = {name for module in (errors, group_errors, schedule_errors) for name in vars(module)}
    found: set[tuple[str, str]] = set()
    for path in SOURCE.rglob("*.py"):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
                found.add((module, node.exc.func.id))
    return frozenset(pair for pair in found if pair[1] in named)


def listed() -> frozenset[tuple[str, str]]:
    """Module and error of every check."""
    return frozenset((rule.module, rule.error.__name__) for rule in rules() if isinstance(rule, Check))
