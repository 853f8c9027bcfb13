# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Who is connected: challenge and proof on the socket, the MAC of each request, the register of live sessions."""
