# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Attackers that are held back: whoever writes or tunes rules, or the search for clusters, does not read these.

A rule that was tuned on the attacker it is measured with says nothing. They are written from what is published about
abusers, on `lab.attacker` alone. `make bench-signals` shows what they reach beside what the open ones do.
"""
