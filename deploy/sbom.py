"""The bill of materials of a release: each package, its hashes and licence, what needs what."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import distribution
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.utils import parse_wheel_filename

from calypso.drivers.system.bundle import digest
from deploy.source import Source
from deploy.wheels import requires

# Packages whose metadata says nothing of it: what their licence file is.
UNSAID = {"pyrage": "MIT"}


def text(source: Source, wheels: Mapping[str, Sequence[Path]]) -> str:
    """Return it as CycloneDX 1.6 in JSON; the same text for the same release."""
    top = Component(
        name="calypso", version=source.version, type=ComponentType.APPLICATION, bom_ref="calypso"
    )
    bom = Bom(
        # Else a new one is drawn for each build.
        serial_number=uuid5(NAMESPACE_URL, f"calypso/{source.version}/{source.commit}"),
        metadata=BomMetaData(component=top, timestamp=datetime.fromisoformat(source.built)),
    )
    parts = _parts(wheels)
    for part in parts.values():
        bom.components.add(part)
    for name, part in {"calypso": top, **parts}.items():
        needed = {one for python in wheels for one in requires(name, python)}
        bom.register_dependency(part, [parts[one] for one in sorted(needed & parts.keys())])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def _parts(wheels: Mapping[str, Sequence[Path]]) -> dict[str, Component]:
    """Return one part for each package, by name, with the hashes of all its wheels."""
    found: dict[str, Component] = {}
    for wheel in sorted({path for some in wheels.values() for path in some}):
        name, version, _, _ = parse_wheel_filename(wheel.name)
        if name == "calypso":
            continue
        part = found.setdefault(name, _part(name, str(version)))
        part.hashes.add(HashType(alg=HashAlgorithm.SHA_256, content=digest(wheel)))
    return found


def _part(name: str, version: str) -> Component:
    licence = _licence(name)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=PackageURL("pypi", name=name, version=version),
        bom_ref=f"{name}@{version}",
        licenses=[LicenseFactory().make_from_string(licence)],
    )


def _licence(name: str) -> str:
    """Return what a package says of its licence, in whichever of the three ways it does."""
    known = distribution(name).metadata.json
    said = known.get("license_expression") or known.get("license")
    if said:
        # Old packages put the whole text there; its first line names it.
        return str(said).strip().partition("\n")[0][:80]
    classes = [one for one in known.get("classifier", []) if one.startswith("License :: ")]
    if name in UNSAID:
        return UNSAID[name]
    if not classes:
        raise SystemExit(f"{name} says nothing of its licence: may it be in a release?")
    return str(classes[0]).rpartition(" :: ")[2]
