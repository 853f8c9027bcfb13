# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""Compose file and Containerfile: what they name is there, who can reach whom, and no right too many."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, Final

import jsonschema
import pytest
import yaml

from privity.cli import app
from tests.deploy.tools import DEPLOY, ROOT

COMPOSE = DEPLOY / "container" / "compose.yaml"
CONTAINERFILE = DEPLOY / "container" / "Containerfile"
TEXTS: Final[dict[str, Any]] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["name", "services", "volumes"],
    "patternProperties": {"^x-": {"type": "object"}},
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "volumes": {"type": "object", "additionalProperties": {"type": ["null", "object"]}},
        "services": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["image", "restart"],
                "additionalProperties": False,
                "properties": {
                    "image": {"type": "string"},
                    "build": {"type": "object", "required": ["context", "dockerfile"]},
                    "profiles": TEXTS,
                    "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
                    "init": {"type": "boolean"},
                    "read_only": {"type": "boolean"},
                    "cap_drop": TEXTS,
                    "cap_add": TEXTS,
                    "security_opt": TEXTS,
                    "ulimits": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "stop_grace_period": {"type": "string", "pattern": "^[0-9]+s$"},
                    "logging": {"type": "object", "required": ["driver"]},
                    "network_mode": {"type": "string"},
                    "tmpfs": TEXTS,
                    "shm_size": {"type": "string"},
                    "command": TEXTS,
                    "ports": TEXTS,
                    "volumes": TEXTS,
                    "environment": {"type": "object", "additionalProperties": {"type": "string"}},
                    "depends_on": {
                        "type": "object",
                        "additionalProperties": {
                            "type": "object",
                            "required": ["condition"],
                            "properties": {"condition": {"enum": ["service_started", "service_healthy"]}},
                        },
                    },
                    "healthcheck": {
                        "type": "object",
                        "required": ["test", "interval", "timeout", "retries"],
                        "additionalProperties": False,
                        "properties": {
                            "test": TEXTS,
                            "interval": {"type": "string"},
                            "timeout": {"type": "string"},
                            "retries": {"type": "integer", "minimum": 1},
                            "start_period": {"type": "string"},
                        },
                    },
                },
            },
        },
    },
}
"""What of the compose file's format we use, as its specification has it."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def lines() -> list[tuple[str, str]]:
    """(instruction, rest) of the Containerfile, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", CONTAINERFILE.read_text())
    return [
        (one, rest) for one, _, rest in (line.partition(" ") for line in text.splitlines()) if one and one[0] != "#"
    ]


def test_the_compose_file_is_what_compose_understands(compose: dict[str, Any]) -> None:
    jsonschema.validate(compose, SCHEMA)
    broken = json.loads(json.dumps(compose))
    broken["services"]["hub"]["depend_on"] = {}
    with pytest.raises(jsonschema.ValidationError, match="depend_on"):
        jsonschema.validate(broken, SCHEMA)


def test_every_name_in_it_means_something(compose: dict[str, Any]) -> None:
    services, volumes = compose["services"], set(compose["volumes"])
    used = set()
    for service in services.values():
        assert set(service.get("depends_on", {})) <= services.keys()
        for mounted in service.get("volumes", []):
            source = mounted.partition(":")[0]
            if source.startswith("."):
                assert (COMPOSE.parent / source).resolve().is_file(), source
            else:
                used.add(source)
        for name, wanted in service.get("depends_on", {}).items():
            assert wanted["condition"] != "service_healthy" or "healthcheck" in services[name]
    assert used == volumes
    build = services["hub"]["build"]
    assert (COMPOSE.parent / build["context"]).resolve() == ROOT
    assert ROOT / build["dockerfile"] == CONTAINERFILE


def test_only_caddy_is_reached_from_outside_and_the_database_has_no_network(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert services["database"]["network_mode"] == "none"
    assert "listen_addresses=" in services["database"]["command"]
    assert services["database"]["environment"]["POSTGRES_HOST_AUTH_METHOD"] == "reject"
    beside = {name for name, service in services.items() if "socket:/var/run/postgresql" in service.get("volumes", [])}
    assert beside == {"database", "hub"}
    assert {services[name]["network_mode"] for name in ("hub", "desk", "bus")} == {"service:caddy"}
    assert services["bus"]["command"][:2] == ["--addr", "127.0.0.1"]
    assert services["bus"]["profiles"] == ["workers"]


def test_no_container_of_ours_has_a_right_too_many(compose: dict[str, Any]) -> None:
    for name in ("hub", "desk", "caddy", "bus"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["ulimits"] == {"core": 0}
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])


def test_what_the_containers_start_are_commands_of_ours(compose: dict[str, Any]) -> None:
    (entry,) = [json.loads(rest) for one, rest in lines() if one == "ENTRYPOINT"]
    (default,) = [json.loads(rest) for one, rest in lines() if one == "CMD"]
    assert entry == ["privity"]
    for command in (default, compose["services"]["hub"]["command"], compose["services"]["desk"]["command"]):
        told = [word.replace("${PRIVITY_WORKERS:-1}", "2") for word in command]
        app.parse_args(told, exit_on_error=False, print_error=False)
    assert "/health" in compose["services"]["hub"]["healthcheck"]["test"][-1]


def test_the_image_is_built_from_what_is_here_by_hash_and_does_not_run_as_root() -> None:
    for one, rest in lines():
        if one == "COPY" and "--from" not in rest:
            *sources, _ = shlex.split(rest)
            assert all((ROOT / source).exists() for source in sources), rest
    installs = [rest for one, rest in lines() if one == "RUN" and "pip install" in rest]
    assert any("--require-hashes -r constraints/postgres.txt" in rest for rest in installs)
    assert any("--no-deps --no-build-isolation ." in rest for rest in installs)
    users = [rest for one, rest in lines() if one == "USER"]
    assert users == ["10001:10001"]
    assert [rest for one, rest in lines() if one == "FROM"][-1].startswith("python:3.11-slim")


def test_nothing_else_of_a_checkout_is_sent_to_who_builds_the_image() -> None:
    """Docker sends the whole folder otherwise, environments and a hub's home included."""
    said = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert said[0] == "*"
    let_through = {line[1:] for line in said if line.startswith("!")}
    copied = {
        source for one, rest in lines() if one == "COPY" and "--from" not in rest for source in shlex.split(rest)[:-1]
    }
    assert let_through == copied
    assert said[-1] == "**/__pycache__"
