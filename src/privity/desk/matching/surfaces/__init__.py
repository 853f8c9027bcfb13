# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Where something is looked at: what accounts show to everybody, and what was disclosed in reports. Nowhere else."""
