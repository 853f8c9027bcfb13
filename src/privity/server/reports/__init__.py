# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Sealed reports on their way to the desk. The hub holds no key to them."""
