# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What is kept apart for an authority: taken once, read one file at a time by a case that may, and gone by itself."""
