# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""How the desk refuses what cannot be done to a cluster.

DeskError
+-- CoordinationError
    +-- ClusterUnknown    there is no such cluster
    +-- ClusterJudged     somebody has judged it already
    +-- ClusterChanged    it was found anew since they looked
    +-- ClusterOver       it was not found any more for too long
    +-- NoCampaign        nobody has judged it a campaign
    +-- CampaignConfirmed a second person has confirmed it already
    +-- NobodyToNote      there is nobody on whom it would be noted
    +-- SecondPerson      nobody confirms what they judged
"""

from __future__ import annotations

from privity.desk.errors import DeskError


class CoordinationError(DeskError):
    """Root of what cannot be done to a cluster."""


class ClusterUnknown(CoordinationError):
    """There is no cluster of this number."""


class ClusterJudged(CoordinationError):
    """Whether it is a campaign was said already; the message names what."""


class ClusterChanged(CoordinationError):
    """A look has found it anew meanwhile: nobody says of what they did not see what it is."""


class ClusterOver(CoordinationError):
    """It was found last so long ago that nothing of what it rests on is kept."""


class NoCampaign(CoordinationError):
    """Only what one person judged a campaign is confirmed by another."""


class CampaignConfirmed(CoordinationError):
    """It is confirmed, until the time that the message names."""


class NobodyToNote(CoordinationError):
    """No member that both people have seen in it is young and without a standing of their own."""


class SecondPerson(CoordinationError):
    """Who judged it a campaign is one person, and confirming takes another."""
