"""The documents of an OCI image layout (image-spec v1.1): config, manifest, index.

The layer is stored as a plain tar (`...layer.v1.tar`), not compressed: compressors differ in
their output from version to version, plain bytes are the same everywhere, and packing takes
a fraction of the time. Pushing to a registry may compress it on the way.
"""

import re
from typing import Any

import msgspec

from connectory.artifacts.entries import check_path
from connectory.artifacts.model import Artifact, ArtifactDamaged, ImageConfig, Layer

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
PREFIX = "dev.connectory.prefix"
LISTING = "dev.connectory.listing"
EMPTY = "application/vnd.oci.empty.v1+json"
SUBJECT = "dev.connectory.subject"
REFERENCE = "org.opencontainers.image.ref.name"
LAYOUT = b'{"imageLayoutVersion":"1.0.0"}'
LARGEST_DOCUMENT = 4 * 1024 * 1024
VARIABLE = re.compile(r"[^=\0]+")

Document = dict[str, Any]


def encode(document: Document) -> bytes:
    """JSON with sorted keys: the same bytes for the same content."""
    return msgspec.json.encode(document, order="sorted")


def image_config(config: ImageConfig, layer: str) -> Document:
    """The image configuration; an unpacked layer's digest is its diff id."""
    for name in config.environment:
        if not VARIABLE.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of an environment variable.")
    run: Document = {
        "Cmd": list(config.command),
        "Env": [f"{name}={value}" for name, value in sorted(config.environment.items())],
        "WorkingDir": config.working_directory,
        "User": config.user,
    }
    if config.port is not None:
        run["ExposedPorts"] = {f"{config.port}/tcp": {}}
    return {
        "architecture": config.architecture,
        "os": "linux",
        "config": run,
        "rootfs": {"type": "layers", "diff_ids": [layer]},
        "history": [{"created_by": "connectory"}],
    }


def manifest(config: Document, layer: Layer, annotations: dict[str, str]) -> Document:
    """The manifest; `config` is the descriptor of the configuration."""
    described = {
        "mediaType": LAYER,
        "digest": layer.digest,
        "size": layer.size,
        "annotations": {PREFIX: layer.prefix, LISTING: layer.listing},
    }
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config,
        "layers": [described],
        "annotations": annotations,
    }


def descriptor(media_type: str, digest: str, size: int) -> Document:
    """How one document refers to another."""
    return {"mediaType": media_type, "digest": digest, "size": size}


def referrer(subject: Document, kind: str, blob: Document, empty: Document) -> Document:
    """A manifest about another one (`subject`): its one blob is an attestation, not a layer."""
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": kind,
        "config": empty,
        "layers": [blob],
        "subject": subject,
    }


def referring(digest: str, size: int, kind: str, subject: str) -> Document:
    """A referrer's line in the index, with the digest of what it is about."""
    noted = {"artifactType": kind, "annotations": {SUBJECT: subject}}
    return descriptor(MANIFEST, digest, size) | noted


def index(manifests: list[Document]) -> Document:
    """The list of all images of a layout."""
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}


def indexed(digest: str, size: int) -> Document:
    """An image's line in the index; its name there is its digest, so that tools can ask for it."""
    named = {REFERENCE: digest.removeprefix("sha256:")}
    return descriptor(MANIFEST, digest, size) | {"annotations": named}


def decode_manifest(digest: str, data: bytes) -> Document:
    """A manifest as stored. Raises ArtifactDamaged if it is no manifest of ours."""
    document = decode(digest, data)
    if document.get("mediaType") != MANIFEST or "config" not in document:
        raise ArtifactDamaged(digest, "it is not an image manifest.")
    return document


def decode(digest: str, data: bytes) -> Document:
    """A JSON object. Raises ArtifactDamaged."""
    try:
        return msgspec.json.decode(data, type=Document)
    except msgspec.DecodeError as problem:
        raise ArtifactDamaged(digest, f"it is not a JSON document: {problem}.") from None


def decode_artifact(digest: str, stored: Document, config: Document) -> Artifact:
    """A manifest and its configuration as an Artifact. Raises ArtifactDamaged."""
    try:
        return Artifact(
            digest=digest,
            config=decode_config(config),
            annotations=dict(stored.get("annotations") or {}),
            layers=tuple(decode_layer(layer) for layer in stored["layers"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise ArtifactDamaged(digest, f"its description lacks something: {problem!r}.") from None


def decode_config(config: Document) -> ImageConfig:
    """The image configuration as written by `image_config`."""
    run = config["config"]
    ports = [int(port.split("/")[0]) for port in run.get("ExposedPorts", {})]
    return ImageConfig(
        command=tuple(run["Cmd"]),
        working_directory=run["WorkingDir"],
        environment=dict(line.split("=", 1) for line in run["Env"]),
        user=run["User"],
        port=ports[0] if ports else None,
        architecture=config["architecture"],
    )


def decode_layer(layer: Document) -> Layer:
    """One layer's descriptor; only plain tars are understood."""
    if layer["mediaType"] != LAYER:
        raise ValueError(layer["mediaType"])
    noted = layer["annotations"]
    return Layer(layer["digest"], layer["size"], noted[PREFIX], noted[LISTING])


def check_prefix(prefix: str) -> None:
    """Raises ArtifactRefused unless the prefix is a plain relative folder, or empty."""
    if prefix:
        check_path(prefix)
