# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Live conversations with other implementations of MLS; `make interop` runs them and writes what they show."""
