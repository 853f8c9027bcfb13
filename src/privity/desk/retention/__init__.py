# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Nothing is kept longer than it is needed for: what is over goes by itself, and by no clock that is not believed."""
