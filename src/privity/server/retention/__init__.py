# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What time takes away from the hub: how long each class of data stays, how much went, and what is overdue."""
