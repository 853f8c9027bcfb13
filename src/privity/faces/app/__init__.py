# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The daemon behind the page on one's own machine: it owns the devices, the page shows them."""
