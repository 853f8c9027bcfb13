# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What hub and desk hold of what a request reaches: read, frozen, and turned into records. Nothing is added to it."""
