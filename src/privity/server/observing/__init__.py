# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub observes of accounts for the rules of the desk, and forgets as soon as the desk has it."""
