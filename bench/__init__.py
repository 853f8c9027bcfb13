# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""Measurements of the house: one file per table of bars, peers beside us. `python -m bench.main` and its like."""
