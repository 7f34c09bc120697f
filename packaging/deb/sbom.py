"""The package's bill of materials (CycloneDX 1.5, JSON) from the tree it is packed from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

# What wheels carry inside, by the wheel's name: bundled code has no metadata of its own.
BUNDLED = {
    "pyside6-essentials": (("Qt", "LGPL-3.0-only", "https://www.qt.io"),),
    "apsw": (("SQLite", "blessing", "https://sqlite.org"),),
    "cryptography": (("OpenSSL", "Apache-2.0", "https://openssl.org"),),
}
FONTS = {"name": "Noto Sans SC", "license": "OFL-1.1", "url": "https://fonts.google.com/noto"}


def bill(site_packages: Path, project: str) -> dict[str, Any]:
    """The document; the project itself is its subject, everything else a component."""
    subject: dict[str, Any] = {}
    components: list[dict[str, Any]] = []
    for found in sorted(distributions(path=[str(site_packages)]), key=lambda each: each.name):
        metadata = Parser().parsestr((found.read_text("METADATA") or ""), headersonly=True)
        component = _component(metadata)
        if component["name"] == project:
            subject = component | {"type": "application"}
            continue
        components += [component, *_bundled(component["name"])]
    components.append(
        {
            "type": "data",
            "name": FONTS["name"],
            "licenses": [{"license": {"id": FONTS["license"]}}],
            "externalReferences": [{"type": "website", "url": FONTS["url"]}],
        }
    )
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": subject},
        "components": components,
    }


def _component(metadata: Message) -> dict[str, Any]:
    name, version = str(metadata["Name"]).lower().replace("_", "-"), str(metadata["Version"])
    return {
        "type": "library",
        "bom-ref": f"pkg:pypi/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:pypi/{name}@{version}",
        "licenses": [{"license": {"name": _licence(metadata)}}],
    }


def _licence(metadata: Message) -> str:
    stated = metadata["License-Expression"] or metadata["License"]
    if stated:
        return str(stated).splitlines()[0]
    classified = [
        str(line).rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier", [])
        if str(line).startswith("License ::")
    ]
    return ", ".join(classified) or "see its files"


def _bundled(name: str) -> Iterator[dict[str, Any]]:
    for title, licence, url in BUNDLED.get(name, ()):
        yield {
            "type": "library",
            "name": title,
            "description": f"inside {name}",
            "licenses": [{"license": {"id": licence}}],
            "externalReferences": [{"type": "website", "url": url}],
        }


def write(site_packages: Path, project: str, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(bill(site_packages, project), ensure_ascii=False, indent=1, sort_keys=True)
    to.write_text(text + "\n", "utf-8")
