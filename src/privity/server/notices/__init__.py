# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The public form: notices of people without an account, sealed to the desk as soon as they have come."""
