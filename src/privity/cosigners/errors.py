# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a witness. The messages are for the operator's log.

CosignerError
+-- BadWitness               what was configured is no witness
|   +-- PlainWitness         it would be asked in clear over a network
+-- WitnessError
    +-- WitnessUnreachable   no answer, or none that HTTP calls one
    +-- WitnessRefused       it does not cosign this
    +-- WitnessAhead         it claims to hold more of the log than there is
    +-- WitnessMisbehaved    an answer that the protocol does not allow, or not signed by its key
"""

from __future__ import annotations


class CosignerError(Exception):
    """Root of this package's errors."""


class BadWitness(CosignerError):
    """The key or the address of a witness is none."""


class PlainWitness(BadWitness):
    """Its address is plain http to another machine."""


class WitnessError(CosignerError):
    """A witness did not cosign. The message is for the operator's log."""


class WitnessUnreachable(WitnessError):
    """No answer came, or none that HTTP calls one."""


class WitnessRefused(WitnessError):
    """It answered that it does not cosign this."""


class WitnessAhead(WitnessError):
    """It claims to hold a larger log of ours than we do. Nothing proves that yet."""


class WitnessMisbehaved(WitnessError):
    """Its answer is not what the protocol allows, or not signed by its key."""
