# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The engine of a device: inputs in, effects out; no socket, file, clock or asyncio."""
