# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What the desk did in a period, for everybody: computed from the audit log alone, and checked against the tables."""
