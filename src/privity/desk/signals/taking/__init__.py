# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub observed of accounts: taken from it, and kept for a week, for rules to be asked on and tried on."""
