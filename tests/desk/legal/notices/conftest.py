# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A house that tells people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from privity.desk.keys import DeskKeys
from tests.desk.legal.notices.post import Post


@pytest.fixture
def post(tmp_path: Path, fresh: tuple[Path, DeskKeys]) -> Iterator[Post]:
    post = Post.at(tmp_path, fresh)
    yield post
    post.db.close()
