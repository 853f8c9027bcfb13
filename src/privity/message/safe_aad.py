# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The franking tag in the authenticated data of a message: SafeAAD with component frank_aad (MIMI protocol, 5.4.1)."""

from __future__ import annotations

from privity.message.errors import BadAad, BadTagLength, MissingTag
from privity.mls.errors import CodecError
from privity.mls.messages.app_data import ComponentData, SafeAAD

FRANK_AAD = 0x0020
TAG_BYTES = 32


def encode_aad(tag: bytes) -> bytes:
    """authenticated_data that carry this tag and nothing else."""
    if len(tag) != TAG_BYTES:
        raise BadTagLength(f"a franking tag has {TAG_BYTES} bytes, got {len(tag)}")
    return SafeAAD((ComponentData(FRANK_AAD, tag),)).encode()


def tag_of(aad: bytes) -> bytes:
    """The one franking tag in authenticated data. Raises BadAad (also for two tags), MissingTag, BadTagLength."""
    try:
        safe = SafeAAD.decode(aad)
    except CodecError as err:
        raise BadAad(f"the authenticated data are not a SafeAAD: {err}") from None
    tag = safe.get(FRANK_AAD)
    if tag is None:
        raise MissingTag("the authenticated data carry no frank_aad")
    if len(tag) != TAG_BYTES:
        raise BadTagLength(f"a franking tag has {TAG_BYTES} bytes, got {len(tag)}")
    return tag
