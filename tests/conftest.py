# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""What all tests share: how they are spread over processes, which errors a run brings about, logs kept apart, stores
that cost nothing to open."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import nullcontext
from functools import lru_cache
from itertools import groupby

import pytest
import structlog
from hypothesis import HealthCheck, settings

from privity.client.store.header import Cost
from privity.keylog import vrf
from tests import fresh_databases, raised_errors, stalled, warm_start


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # until the tests are collected: nothing of what is imported goes away
    # Hundreds of processes start from the same sources: what one has compiled serves the others.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a run in the background ignores it, and so would our processes
    # How long an example takes says something of the machine, and of nothing that is promised.
    settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("house")
    raised_errors.watch()
    config.pluginmanager.register(raised_errors.LookingBack())


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """What is long is named by its length: the name of a test stands in the environment of every process it starts, and
    the system starts none with more than 128 KiB in one variable."""
    return f"{argname} of {len(val)}" if isinstance(val, str | bytes) and len(val) > 200 else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where several processes share the tests, those of one file stay together, but for what names a group of its own:
    that takes long, and comes first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: (item.get_closest_marker("last") is not None, not _of_its_own(item)))
    for path, beside in groupby(items, lambda item: item.path):
        together = pytest.mark.xdist_group(path.relative_to(raised_errors.TESTS).as_posix())
        for item in beside:
            if not _of_its_own(item):
                item.add_marker(together)


def pytest_collection_finish() -> None:
    """What was collected stays to the end. Looking through it again and again took a twentieth of a run."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


def _of_its_own(item: pytest.Item) -> bool:
    return item.get_closest_marker("xdist_group") is not None


@pytest.fixture(autouse=True)
def logs_of_ones_own() -> Iterator[None]:
    """A process configures its log once; a test that runs one in this process must not leave its closed file behind."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def time_that_is_stretched() -> Iterator[None]:
    """Only where that is asked for: see `tests/stalled.py`."""
    with nullcontext() if stalled.STALL is None else stalled.stalled(stalled.STALL):
        yield


@pytest.fixture(scope="session", autouse=True)
def stores_that_cost_nothing() -> Iterator[None]:
    """Stores made in this process have invented passphrases. What a command takes as a process of its own is its own
    cost, and tests/faces/test_store_cost.py holds it to that."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("privity.client.store.database.Cost", lambda: Cost(time=1, memory_kib=8, lanes=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def devices_that_begin_with_few_key_packages() -> Iterator[None]:
    """Every person of a test makes a stock of them, and hardly one is used: that took a fifth of all devices' time. How
    many there are to be, and when more are made, tests read where it stands."""
    with pytest.MonkeyPatch.context() as patch:
        for name, number in {"WANTED": 4, "LOW": 2, "HYBRID_WANTED": 2, "HYBRID_LOW": 1}.items():
            patch.setattr(f"privity.client.engine.keypackages.{name}", number)
        yield


@pytest.fixture(scope="session", autouse=True)
def proofs_of_labels_computed_once() -> Iterator[None]:
    """Whom a key log knows is proven to every device of a test, each time that it asks: the same proof from the same
    bytes, and it was a fifth of all devices' time. A proof that does not hold is looked at each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("privity.keylog.publish.vrf_prove", lru_cache(4096)(vrf.vrf_prove))
        patch.setattr("privity.keylog.verify.vrf_verify", lru_cache(4096)(vrf.vrf_verify))
        yield


@pytest.fixture(scope="session", autouse=True)
def databases_made_once() -> Iterator[None]:
    """What a hub or a desk of this process finds where there is no database yet. A command that is a process of its own
    takes every step of the numbered SQL."""
    with pytest.MonkeyPatch.context() as patch:
        fresh_databases.copied(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_loaded_once() -> Iterator[None]:
    """Hubs, desks and witnesses are processes of their own, and do not each load the same modules anew."""
    with pytest.MonkeyPatch.context() as patch:
        warm_start.used(patch)
        yield
    warm_start.end()
