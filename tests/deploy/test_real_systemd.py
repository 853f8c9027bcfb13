# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The units under a systemd that is the first process of a Debian of the test's own, installed as
docs/operators/systemd.md says: hub and desk work with every right taken away, copies are made, a hub that stands still
is ended and started anew, and one that is stopped drains.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from privity.faces.demo.processes import free_port
from tests.deploy.debian import make_tree, root_needed, shell
from tests.deploy.tools import ROOT, needed
from tests.waiting import wait_until

PAGE = ROOT / "docs" / "operators" / "systemd.md"
HOME = "/var/lib/privity"
PICTURE = """
import asyncio, io
from PIL import Image
from privity.preview import making
drawn = io.BytesIO()
Image.new("RGB", (300, 200), (9, 80, 200)).save(drawn, "PNG")
print("opened", len(asyncio.run(making.make(drawn.getvalue()))))
"""
Inside = Callable[[str], str]


def set_up(port: int) -> str:
    """The commands under "Set up", the hub on a port that is free here: the network is this machine's."""
    found = re.search(r"## Set up\n.*?```\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    assert "--behind-proxy" in found[1]
    return found[1].replace("--behind-proxy", f"--behind-proxy --listen 127.0.0.1:{port}")


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inside]:
    """Runs a script in the machine, once hub and desk were set up there. Nothing of it stays."""
    root_needed()
    nspawn, enter = needed("systemd-nspawn"), needed("nsenter")
    folder = tmp_path_factory.mktemp("machine")
    tree = make_tree(folder)
    copied = tree / "src"
    for part in ("pyproject.toml", "README.md", "LICENSE", "src", "constraints", "deploy"):
        source, target = ROOT / part, copied / part
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    with (folder / "console").open("wb") as console:
        machine = subprocess.Popen(
            [nspawn, "-D", str(tree), "--boot", "--register=no", "--keep-unit", "--machine=privity-test"],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=console,
        )
    children = Path(f"/proc/{machine.pid}/task/{machine.pid}/children")

    def run(script: str) -> str:
        first = children.read_text().split()[0]
        clean = "env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root"
        (tree / "script").write_text(script)
        return shell(f"{enter} -t {first} -m -u -i -p -C -r -w {clean} /bin/sh -eu /script")

    def booted() -> bool:
        try:
            return run("systemctl is-system-running --wait").strip() == "running"
        except (AssertionError, IndexError):
            assert machine.poll() is None, (folder / "console").read_text(errors="replace")[-2000:]
            return False

    try:
        wait_until(booted, "systemd in its own machine", 120)
        run(f"cd /src\n{set_up(free_port())}")
        yield run
    finally:
        machine.send_signal(signal.SIGTERM)
        machine.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.prove
def test_hub_and_desk_work_with_every_right_taken_away(inside: Inside) -> None:
    assert inside("systemctl is-active privity-hub privity-desk").split() == ["active", "active"]
    said = inside(f"runuser -u privity -- /opt/privity/bin/privity admin doctor --config {HOME}/privity.toml")
    assert "ok     process" in said
    assert "wrong" not in said
    status = inside("cat /proc/$(systemctl show -p MainPID --value privity-hub)/status")
    assert "CapBnd:\t0000000000000000" in status
    assert "Seccomp:\t2" in status
    (worst,) = re.findall(r"privity-hub.service: ([0-9.]+)", inside("systemd-analyze security --no-pager privity-hub"))
    assert float(worst) <= 2.0


@pytest.mark.prove
def test_the_desks_child_opens_pictures_under_the_desks_unit(inside: Inside) -> None:
    inside(
        f"""
        cat > /src/picture.py << 'END'\n{PICTURE}\nEND
        sed -e 's#^ExecStart=.*#ExecStart=/opt/privity/bin/python /src/picture.py#' -e 's/^Type=.*/Type=oneshot/' \\
            -e '/^Restart/d' /src/deploy/systemd/privity-desk.service > /etc/systemd/system/picture.service
        systemctl daemon-reload
        systemctl start picture
        """
    )
    assert re.search(r"^opened [1-9]", inside("journalctl --no-pager -o cat -u picture"), re.MULTILINE)


@pytest.mark.prove
def test_copies_are_made_and_old_ones_go(inside: Inside) -> None:
    inside("systemctl start privity-backup")
    assert len(inside(f"ls {HOME}/copies").split()) == 2
    inside(f"touch -d '40 days ago' {HOME}/copies/*; systemctl start privity-backup")
    assert len(inside(f"find {HOME}/copies -mindepth 1 -maxdepth 1 -mtime -1").split()) == 2
    assert len(inside(f"ls {HOME}/copies").split()) == 2
    assert "privity-backup.timer" in inside("systemctl list-timers --no-pager")


@pytest.mark.prove
def test_a_hub_that_stands_still_is_started_anew_and_leaves_no_dump(inside: Inside) -> None:
    inside(
        """
        mkdir -p /etc/systemd/system/privity-hub.service.d
        printf '[Service]\\nWatchdogSec=4\\n' > /etc/systemd/system/privity-hub.service.d/soon.conf
        systemctl daemon-reload
        systemctl restart privity-hub
        """
    )
    before = inside("systemctl show -p MainPID --value privity-hub")
    inside(f"kill -STOP {before}")
    wait_until(
        lambda: (
            inside("systemctl show -p NRestarts --value privity-hub").strip() == "1"
            and inside("systemctl show -p ActiveState --value privity-hub").strip() == "active"
        ),
        "the watchdog",
        60,
    )
    assert inside("systemctl show -p MainPID --value privity-hub") != before
    assert "Failed with result 'watchdog'" in inside("journalctl --no-pager -o cat -u privity-hub")
    assert inside(f"find {HOME} -name 'core*'") == ""
    inside("rm -r /etc/systemd/system/privity-hub.service.d; systemctl daemon-reload; systemctl restart privity-hub")


@pytest.mark.prove
def test_one_that_is_stopped_drains(inside: Inside) -> None:
    inside("systemctl stop privity-hub")
    assert inside("systemctl show -p Result --value privity-hub").strip() == "success"
    assert '"drained": true' in inside(f"tail -n 1 {HOME}/hub/logs/hub.log")
    inside("systemctl start privity-hub")
