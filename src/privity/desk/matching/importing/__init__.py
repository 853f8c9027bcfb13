# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Lists out of files: read line by line, checked as a whole, and in the list at once or not at all."""
