# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The numbers that RFC 9420, section 17 and the MLS extensions draft give to types."""

from __future__ import annotations

from typing import Final

from privity.mls.codec import Reader
from privity.mls.errors import UnknownVersion

MLS10: Final = 1

# Credential types (section 17.5)
BASIC: Final = 0x0001
X509: Final = 0x0002

# Extension types (section 17.3)
APPLICATION_ID: Final = 0x0001
RATCHET_TREE: Final = 0x0002
REQUIRED_CAPABILITIES: Final = 0x0003
EXTERNAL_PUB: Final = 0x0004
EXTERNAL_SENDERS: Final = 0x0005
APP_DATA_DICTIONARY: Final = 0x0006
LAST_RESORT: Final = 0x000A

DEFAULT_EXTENSIONS: Final = frozenset(range(0x0001, 0x0006))
"""Extensions that everybody supports without saying so (section 7.2)."""

# Proposal types (section 17.4)
ADD: Final = 0x0001
UPDATE: Final = 0x0002
REMOVE: Final = 0x0003
PSK: Final = 0x0004
REINIT: Final = 0x0005
EXTERNAL_INIT: Final = 0x0006
GROUP_CONTEXT_EXTENSIONS: Final = 0x0007
APP_DATA_UPDATE: Final = 0x0008
SELF_REMOVE: Final = 0x000A

DEFAULT_PROPOSALS: Final = frozenset(range(0x0001, 0x0008))
"""Proposals that everybody supports without saying so (section 7.2)."""

PATH_REQUIRED: Final = frozenset({UPDATE, REMOVE, EXTERNAL_INIT, GROUP_CONTEXT_EXTENSIONS, SELF_REMOVE})
"""Proposals that oblige the committer to send a path (section 17.4, and the extensions draft for self_remove)."""

EXTERNAL_ALLOWED: Final = frozenset({ADD, REMOVE, PSK, REINIT, GROUP_CONTEXT_EXTENSIONS, APP_DATA_UPDATE})
"""Proposals that an external sender may send (section 17.4, and the extensions draft for app_data_update)."""

# Wire formats (section 17.2)
PUBLIC_MESSAGE: Final = 0x0001
PRIVATE_MESSAGE: Final = 0x0002
WELCOME: Final = 0x0003
GROUP_INFO: Final = 0x0004
KEY_PACKAGE: Final = 0x0005

# Content types (section 6)
APPLICATION: Final = 1
PROPOSAL: Final = 2
COMMIT: Final = 3


def read_version(reader: Reader) -> int:
    """A ProtocolVersion, which must be MLS 1.0."""
    version = reader.u16()
    if version != MLS10:
        raise UnknownVersion(f"protocol version {version}, expected {MLS10}")
    return version
