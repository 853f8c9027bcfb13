# SPDX-FileCopyrightText: 2026 The Privity authors
# SPDX-License-Identifier: Apache-2.0
"""The device's socket as AsyncAPI 3.0 (spec/asyncapi.json): from the frames of `wire.socket`."""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec

from privity.wire.openapi import described
from privity.wire.socket import MAX_FRAME, FromDevice, FromHub

TEMPLATE: Final = "#/components/schemas/{name}"
SCHEMA_FORMAT: Final = "application/schema+json;version=draft-2020-12"
MSGPACK: Final = "application/msgpack"


def document() -> dict[str, Any]:
    """The whole document, as JSON values. What is bytes on the socket stands in it as base64."""
    from_hub, from_device = get_args(FromHub), get_args(FromDevice)
    frames = {frame.__name__: frame for frame in (*from_hub, *from_device)}
    _, schemas = msgspec.json.schema_components(tuple(frames.values()), ref_template=TEMPLATE)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Privity hub: the socket of a device",
            "version": "1",
            "description": (
                "Binary WebSocket frames, one msgpack array each; its first element says which frame it is. The hub"
                " sends Challenge, the device Prove, the hub Ready; then the device sends Resume once."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": MSGPACK,
        "channels": {
            "socket": {
                "address": "/v1/socket",
                "description": f"At most {MAX_FRAME} bytes a frame; no compression, no text.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in sorted(frames)},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": {
            "fromHub": _operation("send", from_hub),
            "fromDevice": _operation("receive", from_device),
        },
        "components": {
            "messages": {name: _message(frames[name]) for name in sorted(frames)},
            "schemas": {
                name: {"schemaFormat": SCHEMA_FORMAT, "schema": described(schema)}
                for name, schema in sorted(schemas.items())
            },
        },
    }


def _operation(action: str, frames: tuple[type[msgspec.Struct], ...]) -> dict[str, Any]:
    """`action` as the hub does it."""
    said = [{"$ref": f"#/channels/socket/messages/{frame.__name__}"} for frame in frames]
    return {"action": action, "channel": {"$ref": "#/channels/socket"}, "messages": said}


def _message(frame: type[msgspec.Struct]) -> dict[str, Any]:
    about = " ".join((frame.__doc__ or "").split())
    return {
        "name": frame.__name__,
        "summary": about.split(". ")[0].rstrip("."),
        "description": about,
        "contentType": MSGPACK,
        "payload": {"$ref": TEMPLATE.format(name=frame.__name__)},
    }
