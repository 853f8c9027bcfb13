# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""One device: an engine without I/O, an encrypted store, the connection to the hub, and the SDK over them."""
