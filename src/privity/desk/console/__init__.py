# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The pages of the desk: plain HTML and forms, for signed-in staff, each page with the right that it needs."""
