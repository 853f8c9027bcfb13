# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""axe in a world of its own beside the page's, so that the page's policy stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import CDPSession, Page

from tests.e2e.running import REQUIRE

SOURCE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RUN = """axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => {
  const where = (node) => `${node.target.join(" ")}: ${node.failureSummary}`;
  return JSON.stringify(violations.map((each) => `${each.id} (${each.impact}): ${each.nodes.map(where).join("; ")}`));
})"""


def need_axe() -> str:
    """What axe is; without it the test is skipped by name, or fails where Node is required."""
    if SOURCE.is_file():
        return SOURCE.read_text(encoding="utf-8")
    if "node" in REQUIRE:
        pytest.fail("axe is required and not installed: make app")
    pytest.skip("missing: axe-core (make app installs it, which needs Node)")


class Axe:
    """Looks at one page."""

    def __init__(self, session: CDPSession, source: str) -> None:
        self._session = session
        self._source = source

    @classmethod
    async def of(cls, page: Page) -> Axe:
        return cls(await page.context.new_cdp_session(page), need_axe())

    async def violations(self) -> list[str]:
        """What is wrong with what the page shows now."""
        tree = await self._session.send("Page.getFrameTree")
        frame = tree["frameTree"]["frame"]["id"]
        world = await self._session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})
        here = {"contextId": world["executionContextId"], "awaitPromise": True, "returnByValue": True}
        await self._session.send("Runtime.evaluate", {"expression": f"{self._source};0", **here})
        found = await self._session.send("Runtime.evaluate", {"expression": RUN, **here})
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        violations: list[str] = json.loads(found["result"]["value"])
        return violations
