# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Key transparency: which keys an account has is written where everybody sees the same (spec/keylog.md)."""
