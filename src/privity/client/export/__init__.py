# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Leaving: everything this device can show as files that any program reads, and such files read back as an archive."""
