# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""A run of several processes fails, by its name, for an error that none of them brought about."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.raised_errors import TESTS


def test_an_error_that_no_process_brings_about_fails_the_run() -> None:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    part = [str(TESTS / "tlog"), "-k", "not auditor and not audited and not exactly_when"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "1", "--dist", "loadgroup", *part],
        cwd=TESTS.parent,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert " failed" not in done.stdout
    assert "FAILED no test of this run brings about privity.tlog.errors.NoAuditor" in done.stdout
