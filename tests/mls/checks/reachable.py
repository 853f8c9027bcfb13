# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What a member still holds: all bytes that can be reached from its group, and all that it has stored."""

from __future__ import annotations

import gc
from types import FunctionType, MappingProxyType, ModuleType

from tests.mls.group.builders import Member, snapshot

ELSEWHERE = (type, ModuleType, FunctionType)
"""Where everything could be reached from."""


def held(member: Member) -> bytes:
    """All bytes of the member's group, in memory and in its store, one after the other."""
    seen: set[int] = set()
    found: list[bytes] = []
    todo: list[object] = [member.group]
    while todo:
        each = todo.pop()
        if id(each) in seen or isinstance(each, ELSEWHERE):
            continue
        seen.add(id(each))
        if isinstance(each, bytes | bytearray):
            found.append(bytes(each))
        elif isinstance(each, MappingProxyType):
            todo.append(dict(each))
        else:
            todo.extend(gc.get_referents(each))
    return b"|".join([*found, *snapshot(member).values()])
