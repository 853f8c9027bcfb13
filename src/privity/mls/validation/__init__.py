# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The checks of RFC 9420, sections 5 to 12, that need no secret: used by members and by the server alike."""
