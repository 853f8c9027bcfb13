# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon of `privity app`, asked as a page asks it and as others would like to."""
