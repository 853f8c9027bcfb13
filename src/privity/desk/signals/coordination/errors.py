# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses what cannot be done to a cluster.

DeskError
+-- CoordinationError
    +-- ClusterUnknown    there is no such cluster
    +-- ClusterJudged     somebody has judged it already
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class CoordinationError(DeskError):
    """Root of what cannot be done to a cluster."""


class ClusterUnknown(CoordinationError):
    """There is no cluster of this number."""


class ClusterJudged(CoordinationError):
    """Whether it is a campaign was said already; the message names what."""
