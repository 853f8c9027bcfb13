# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Entering groups that follow another one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from privity.mls.errors import MlsError
from privity.mls.group import Group, PendingCommit
from privity.mls.messages.app_data import AppDataDictionary, ComponentData
from privity.mls.messages.envelope import decode_welcome
from privity.mls.messages.key_package import KeyPackage
from tests.mls.group.builders import NOW, Member

NEXT_ID = b"the next room"
EXTENSIONS = (AppDataDictionary((ComponentData(0x20, b"new"),)).extension(),)


def packages(members: Sequence[Member]) -> list[KeyPackage]:
    return [member.bundle.key_package for member in members]


def enter(member: Member, pending: PendingCommit, predecessor: Group | None, **changes: object) -> None:
    assert pending.welcome is not None
    member.group = Group.join(
        decode_welcome(pending.welcome),
        member.bundle,
        member.identity,
        ratchet_tree=pending.ratchet_tree,
        rules=member.rules,
        now=NOW,
        predecessor=predecessor,
        **changes,  # type: ignore[arg-type]  # each caller names real options
    )


def cannot_enter(
    error: type[MlsError], member: Member, pending: PendingCommit, predecessor: Group | None, **changes: object
) -> None:
    with pytest.raises(error) as caught:
        enter(member, pending, predecessor, **changes)
    assert type(caught.value) is error
