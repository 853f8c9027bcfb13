# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From sealed reports that the hub relays to findings: opened, put to every check, recorded once."""
