# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The Containerfile is built and run with the rights that the compose file leaves a container. Its base is made here
from Debian's archive, with Debian's Python in the place of the named image's: no registry of images is asked.
"""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.deploy.debian import make_tree, root_needed, shell
from tests.deploy.test_containers import lines
from tests.deploy.tools import ROOT, needed
from tests.waiting import wait_until

CONFIG: Final = "/var/lib/privity/privity.toml"
ASKED: Final = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8440/health', timeout=4).read().decode())"
Pod = Callable[[str], str]


@pytest.fixture(scope="module")
def pod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    """Runs podman, its storage in a folder of the test's, with the image built. Nothing of it stays."""
    root_needed()
    podman, buildah, runtime = needed("podman"), needed("buildah"), needed("runc")
    folder = tmp_path_factory.mktemp("containers")
    storage = folder / "storage.conf"
    driver = "overlay" if Path("/sys/module/overlay").exists() else "vfs"
    storage.write_text(f'[storage]\ndriver = "{driver}"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
    named = {"CONTAINERS_STORAGE_CONF": str(storage)}
    tree = make_tree(folder)
    (tree / "usr" / "local" / "bin" / "python").symlink_to("/usr/bin/python3")
    (base,) = {rest.split()[0] for one, rest in lines() if one == "FROM"}
    shell(
        f"""
        made=$({buildah} from scratch)
        {buildah} copy -q "$made" {tree} /
        {buildah} config --env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$made"
        {buildah} commit -q "$made" docker.io/library/{base}
        cd {ROOT}
        {buildah} bud --isolation chroot --pull-never -f deploy/container/Containerfile -t privity .
        """,
        named,
    )

    def run(words: str) -> str:
        return shell(f"{podman} --cgroup-manager=cgroupfs --runtime {runtime} {words}", named, 120)

    try:
        yield run
    finally:
        run("rm --all --force")
        shell(f"{buildah} rm --all; {buildah} rmi --all --force; umount -q {folder}/graph/overlay || true", named)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.prove
def test_the_image_runs_a_hub_that_has_no_right_and_drains(pod: Pod) -> None:
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    careful = (
        f"--read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp:mode=1777 --network host"
        f" --ulimit core=0 --ulimit nofile={files}:{files} --ulimit nproc=4096:4096 -v home:/var/lib/privity"
    )
    assert "first invite" in pod(
        f"run --rm {careful} privity init /var/lib/privity --host chat.example.org --behind-proxy"
    )
    pod(f"run -d --name hub {careful} privity")

    def answers() -> bool:
        try:
            return bool(json.loads(pod(f'exec hub python -c "{ASKED}"')) == {"ok": True})
        except AssertionError:
            return False

    wait_until(answers, "the hub in the container")
    assert pod("exec hub id -u").strip() == "10001"
    assert "CapBnd:\t0000000000000000" in pod("exec hub cat /proc/1/status")
    with pytest.raises(AssertionError, match="Read-only file system"):
        pod("exec hub touch /opt/privity/anything")
    assert "ok     process" in pod(f"exec hub privity admin doctor --config {CONFIG}")
    pod("stop --time 30 hub")
    assert pod("inspect hub --format {{.State.ExitCode}}").strip() == "0"
    assert '"drained": true' in pod(f"run --rm {careful} --entrypoint tail privity -n 1 hub/logs/hub.log")
