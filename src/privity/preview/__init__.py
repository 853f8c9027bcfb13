# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures, films and sounds of strangers, decoded by a process that can do nothing else, and made anew for people."""
