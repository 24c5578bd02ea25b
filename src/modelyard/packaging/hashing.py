"""Hashes what a package says and answers, so that equal trainings are known to be equal."""

from collections.abc import Mapping
from dataclasses import replace

from modelyard.domain.manifests import Manifest
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.runtime.packages import REPORT, REPORT_DATA


def content_hash(manifest: Manifest, contents: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of what a package holds apart from when it was made and who signed it.

    Two trainings that are alike in data, configuration and seed have the same.

    Args:
        manifest: written or not; its `files` and its time do not count.
        contents: file name to bytes; the report and its data, which tell times, do not count.
    """
    return _hashed(manifest, {name: sha256_of(content) for name, content in contents.items()})


def content_hash_of(manifest: Manifest) -> str:
    """Return the same of a package that was written, by what its manifest names."""
    return _hashed(manifest, {name: file.sha256 for name, file in manifest.files.items()})


def _hashed(manifest: Manifest, files: Mapping[str, str]) -> str:
    timeless = replace(manifest, created_at="", files={}).to_dict()
    lasting = {name: own for name, own in files.items() if name not in {REPORT, REPORT_DATA}}
    return sha256_of(canonical_json([timeless, lasting]))
