# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the hub holds about an account, read for a legal request. Nothing here can change anything."""
