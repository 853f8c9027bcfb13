# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A copy of the hub while it works, and a hub out of such a copy."""
