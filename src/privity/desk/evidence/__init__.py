# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What reporters sealed to this desk, kept sealed and opened only with a reason that is logged first."""
