# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Groups of people who act together and mean no harm: each a module, each near to something that rules look for."""
