# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One module per command or group of commands; each imports what it needs when it runs."""
