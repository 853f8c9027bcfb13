# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Links into rooms, of which the hub has a hash, and the knocks of those who have one."""
