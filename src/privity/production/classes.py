# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The classes of data, in two types: what may be released at all, and what never can because nobody here holds it."""

from __future__ import annotations

from enum import StrEnum


class Releasable(StrEnum):
    """What the house may hold in a form that it can read. A release names these and can name nothing else."""

    SUBSCRIBER = "subscriber"
    SESSION_IP = "session_ip"
    ACCOUNT_STATE = "account_state"
    DELIVERY_METADATA = "delivery_metadata"
    CONTENT_PROFILE = "content_profile"
    CONTENT_REPORTED = "content_reported"


CONTENT = frozenset({Releasable.CONTENT_PROFILE, Releasable.CONTENT_REPORTED})
"""What people said, or show of themselves."""


class Never(StrEnum):
    """What the house does not hold and cannot make: it is in no permit and in no release."""

    CONTENT_E2EE = "content_e2ee"
    KEY_MATERIAL = "key_material"


class Permit(StrEnum):
    """What an instrument does to one class."""

    COMPEL = "compel"
    COMPEL_WITH_COURT = "compel_with_court"
    """Only where the instrument's condition for a court is shown to hold."""
    COMPEL_IF_THRESHOLD = "compel_if_threshold"
    """Only where the instrument's condition for the gravity of the matter is shown to hold."""
    VOLUNTARY = "voluntary"
    """The law allows it and nobody must; a person decides."""
    PRESERVE = "preserve"
    """Kept apart, and not disclosed."""
    REFER = "refer"
    """Only counsel can say."""
    DENY = "deny"
    PARTICIPANT_DEVICE_ONLY = "participant_device_only"
    """Only a person who was there can hand it over, from a device of their own."""


GIVES = frozenset({Permit.COMPEL, Permit.COMPEL_WITH_COURT, Permit.COMPEL_IF_THRESHOLD, Permit.VOLUNTARY})
"""The permits by which something may leave the house."""
