# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The legal desk: what authorities may have of what the house holds, by rules that anybody can read."""
