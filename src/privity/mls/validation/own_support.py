# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether we can be in a group at all, by what we really support (RFC 9420, sections 13.4 and 13.5).

Our leaf lists more than that: numbers that mean nothing. Others cannot tell them from the rest, so that a group which
uses one passes every comparison of leaves; we know better.
"""

from __future__ import annotations

from privity.mls.errors import UnsupportedExtension
from privity.mls.messages.capabilities import Capabilities
from privity.mls.messages.extensions import Extensions, required_capabilities
from privity.mls.messages.grease import without_grease
from privity.mls.validation.leaf_node import check_supports


def check_own_support(extensions: Extensions, listed: Capabilities) -> None:
    """Raise UnsupportedExtension, UnsupportedProposal or UnsupportedCredential unless we support what a group with
    these extensions uses and requires. `listed` are the capabilities of our own leaf, GREASE and all."""
    real = without_grease(listed)
    for extension in extensions:
        if not real.supports_extension(extension.type):
            raise UnsupportedExtension(f"the group has extension {extension.type:#06x}, which we do not support")
    required = required_capabilities(extensions)
    if required is not None:
        check_supports(real, required)
