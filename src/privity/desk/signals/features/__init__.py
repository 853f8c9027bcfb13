# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What rules may read about an event: from observations and counters to the values of the catalogue."""
