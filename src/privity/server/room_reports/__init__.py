# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Reports from people in a room to the devices of those who look after it. The hub has no key to them."""
