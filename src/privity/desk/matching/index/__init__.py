# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""All entries within a Hamming distance of 31 of a hash, among millions, and none of them missed.

What is looked through is a *base*, files that are mapped into memory and never change, and a *tail*, what was added
since. What was removed since is marked in both. Neither is the truth: that is whoever hands over the `Changes`, and
whatever is missing or damaged here is made again from them.
"""
