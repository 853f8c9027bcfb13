# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0

"""The API between hub, desk and device as types, shared by both sides.

REST bodies are JSON (bytes as base64), socket frames are msgpack arrays. Nothing here decides anything.
"""
