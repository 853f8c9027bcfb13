# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The life of a legal request: taken in, verified, judged, scoped, and then moved on by the rooms that come after."""
