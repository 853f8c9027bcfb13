# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""From a rule that held to what is done about it: little, for a time, with its reasons, and undone by an appeal.

effects    what may follow from a rule
hits       a rule that held, once for each account and day
acting     what is done, and what is not: budgets, protected people
labels     words that the desk puts on an account for a time
agreement  how often people agreed with a reporter, of late more than long ago
"""
