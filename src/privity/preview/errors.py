# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Why a picture is not shown.

PreviewRefused
+-- NoSandbox     this system has nothing to shut a decoder in
+-- NotAPicture   the bytes are no picture of a kind and size that is decoded
"""

from __future__ import annotations


class PreviewRefused(Exception):
    """A picture is not shown."""


class NoSandbox(PreviewRefused):
    """This system has nothing to shut a decoder in."""


class NotAPicture(PreviewRefused):
    """The bytes are no picture of a kind and size that is decoded."""
