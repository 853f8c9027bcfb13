# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking a hub over: each check says what it found, and what to do about it."""
