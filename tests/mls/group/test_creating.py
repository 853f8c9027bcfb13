# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a group cannot be made with, each by its own error, and the two ends of what its first leaf says of time."""

from __future__ import annotations

from typing import Any

import pytest

from privity.mls.errors import DuplicateExtension, MisplacedExtension, UsageError
from privity.mls.group import Group
from privity.mls.group.identity import CLOCK_SKEW_S
from privity.mls.messages.codepoints import APP_DATA_DICTIONARY, RATCHET_TREE
from privity.mls.messages.extensions import Extension
from privity.mls.messages.grease import VALUES
from tests.mls.group.builders import LIFETIME, NOW, Member, capabilities

DICTIONARY = Extension(APP_DATA_DICTIONARY, b"\x00")


def made(**changes: Any) -> Group:
    ana = Member("ana makes a group")
    args: dict[str, Any] = {
        "extensions": (DICTIONARY,),
        "capabilities": capabilities(1),
        "lifetime_s": LIFETIME,
        "now": NOW,
        "rules": ana.rules,
        "random": ana.random,
    }
    return Group.create(ana.identity, b"group", **{**args, **changes})


def test_a_group_is_made() -> None:
    group = made()
    assert (group.epoch, group.own_leaf, group.context.extensions) == (0, 0, (DICTIONARY,))
    assert group.context.confirmed_transcript_hash == b""
    assert (group.context.version, group.context.cipher_suite) == (1, 1)


@pytest.mark.parametrize(
    ("extensions", "error"),
    [
        ((DICTIONARY, DICTIONARY), DuplicateExtension),
        ((DICTIONARY, Extension(RATCHET_TREE, b"")), MisplacedExtension),
        ((DICTIONARY, Extension(VALUES[3], b"")), UsageError),
    ],
)
def test_extensions_that_no_group_context_has(extensions: tuple[Extension, ...], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        made(extensions=extensions)
    assert caught.type is error


def test_the_first_leaf_is_valid_from_an_hour_ago_for_as_long_as_was_asked() -> None:
    lifetime = made().tree.leaf(0).lifetime
    assert lifetime is not None
    assert CLOCK_SKEW_S == 3600
    assert (lifetime.not_before, lifetime.not_after) == (NOW - 3600, NOW - 3600 + LIFETIME)


def test_a_key_package_is_valid_from_an_hour_ago_for_as_long_as_was_asked() -> None:
    lifetime = Member("ana").bundle.key_package.leaf_node.lifetime
    assert lifetime is not None
    assert (lifetime.not_before, lifetime.not_after) == (NOW - 3600, NOW - 3600 + LIFETIME)
