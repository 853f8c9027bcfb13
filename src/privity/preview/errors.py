# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a picture, a film or a sound is not shown.

PreviewRefused
+-- NoSandbox     this system has nothing to shut a decoder in
+-- NotAPicture   the bytes are no picture of a kind and size that is decoded
+-- NotARecording the bytes are no film or sound of a kind and size that is decoded, or hold nothing at this place
"""

from __future__ import annotations


class PreviewRefused(Exception):
    """A picture, a film or a sound is not shown."""


class NoSandbox(PreviewRefused):
    """This system has nothing to shut a decoder in."""


class NotAPicture(PreviewRefused):
    """The bytes are no picture of a kind and size that is decoded."""


class NotARecording(PreviewRefused):
    """The bytes are no film or sound of a kind and size that is decoded, or hold nothing at the place asked for."""
