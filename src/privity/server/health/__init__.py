# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the hub can keep what it is given: one bit for anybody, figures for this machine."""
