# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A set of rules from its first draft until it acts, and until it stops: what is tried, shown and agreed before.

model      versions, what happened to them, and what a look back found
service    each transition, by whom, in the audit log
backtest   what a version would have done to the observations that are kept
bands      when a rule stops by itself
running    which versions are asked about each event now
election   a mode with an end in which friction comes earlier
"""
