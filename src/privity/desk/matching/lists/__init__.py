# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists of hashes: which there are, what is in them, and everything that came and went, in its order."""
