# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Chapter 13: extensibility."""

from __future__ import annotations

from typing import Final

from privity.mls.errors import (
    BadEnum,
    DuplicateExtension,
    MisplacedExtension,
    UnsupportedCredential,
    UnsupportedExtension,
    UnsupportedProposal,
    UsageError,
)
from tests.mls.checks.check import Check, Duty

SECTIONS: Final = {
    "13.2": "New proposals",
    "13.3": "New credentials",
    "13.4": "New extensions",
    "13.5": "GREASE",
}

CHECKS: Final = (
    Check("13.2-1", "A proposal of an unknown type is not taken", "validation.proposals", UnsupportedProposal),
    Check(
        "13.3-1",
        "Members have credentials of types that all members support",
        "validation.leaf_node",
        UnsupportedCredential,
    ),
    Check("13.3-2", "A credential of an unknown type is not taken", "messages.credential", BadEnum),
    Check("13.4-1", "No list has two extensions of one type", "messages.extensions", DuplicateExtension),
    Check("13.4-2", "Newcomers support every extension of the group", "validation.leaf_node", UnsupportedExtension),
    Check(
        "13.4-3",
        "Members support every extension that the group gets",
        "validation.leaf_node",
        UnsupportedExtension,
    ),
    Check("13.5-1", "No proposal has a GREASE type", "validation.proposals", UnsupportedProposal),
    Check("13.5-2", "No credential has a GREASE type", "messages.credential", BadEnum),
    Check("13.5-3", "No group gets a GREASE extension", "validation.leaf_node", UnsupportedExtension),
    Check(
        "13.5-4", "No group is made or described with a GREASE extension", "validation.leaf_node", UnsupportedExtension
    ),
    Check(
        "13.5-7",
        "What our leaf lists as GREASE is no capability of ours",
        "validation.own_support",
        UnsupportedExtension,
    ),
    Check("13.5-8", "We set no GREASE extension in a group", "messages.grease", UsageError),
    Check("13.5-9", "What a group requires is not met by GREASE", "validation.leaf_node", UnsupportedExtension),
    Check("13.4-6", "A leaf has no extension that belongs elsewhere", "validation.leaf_node", MisplacedExtension),
)

DUTIES: Final[tuple[Duty, ...]] = (
    Duty(
        "13.4-4",
        "Unknown values in capabilities and unknown extensions of KeyPackages, leaves and GroupInfos are passed over",
        "lists of numbers are compared, never looked up; unknown extensions are bytes",
    ),
    Duty(
        "13.4-5",
        "A client supports all that its KeyPackages say it does",
        "capabilities are given by the application, which lists what it handles; default types must not be listed",
    ),
    Duty("13.5-5", "Our own lists carry some GREASE", "`messages.grease` adds it where the RFC asks for it"),
    Duty(
        "13.5-6",
        "GREASE is treated like any other unknown value, and counts as no capability of ours",
        "nothing but the maker of GREASE asks whether a number is one",
    ),
)
