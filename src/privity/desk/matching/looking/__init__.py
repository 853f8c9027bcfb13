# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Looking something up: its hashes, the entries near them, and what follows by rule."""
