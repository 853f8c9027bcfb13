# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Pure rules that hub and devices obey alike: who may do what in a room."""
