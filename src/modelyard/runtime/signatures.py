"""Checks who signed a manifest, before anything in the package is parsed.

A signature file is 96 bytes: the signer's Ed25519 public key (32) and the signature over the bytes
of `manifest.json` (64). The key in the file is never believed by itself: its fingerprint must be
among those that the caller trusts.
Source: RFC 8032 (Ed25519).
"""

import re
from collections.abc import Collection

from modelyard.domain.errors import InvalidValue, UntrustedPackage
from modelyard.kit.hashing import sha256_of

KEY_BYTES = 32
SIGNATURE_BYTES = 96

_FINGERPRINT = re.compile(r"[0-9a-fA-F]{64}")


def fingerprint_of(public_key: bytes) -> str:
    """Return the SHA-256 of a raw public key as hex: the name that a key is trusted by."""
    return sha256_of(public_key)


def trusted_fingerprints(given: str | Collection[str]) -> frozenset[str]:
    """Return the fingerprints that somebody trusts, in the spelling that they are compared in.

    Args:
        given: one fingerprint or several.

    Raises:
        InvalidValue: if one is not 64 hexadecimal digits.
    """
    fingerprints = (given,) if isinstance(given, str) else given
    for fingerprint in fingerprints:
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise InvalidValue(
                f"A key is trusted by its fingerprint, {2 * KEY_BYTES} hexadecimal digits; "
                f"'{fingerprint}' came.",
                fix="Ask whoever made the package: their `modelyard doctor` prints it.",
                sample=fingerprint,
            )
    return frozenset(fingerprint.lower() for fingerprint in fingerprints)


def trusted_signer(signature: bytes, *, trusted: Collection[str]) -> str:
    """Return the fingerprint of the trusted key that a signature names; nothing is verified yet.

    Args:
        signature: content of the signature file.
        trusted: fingerprints that the caller trusts.

    Raises:
        UntrustedPackage: if it is no signature, or the key is not trusted.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise UntrustedPackage(
            f"The signature must be {SIGNATURE_BYTES} bytes; it is {len(signature)}.",
            fix="Fetch the package again from where it was made.",
        )
    fingerprint = fingerprint_of(signature[:KEY_BYTES])
    if fingerprint not in trusted:
        raise UntrustedPackage(
            f"The package is signed by the key {fingerprint}, which is not trusted here.",
            fix=f"If you know this key, repeat with --trust {fingerprint}.",
            sample=fingerprint,
        )
    return fingerprint


def verify_signature(signed: bytes, signature: bytes, *, trusted: Collection[str]) -> str:
    """Return the fingerprint of the trusted key that signed these bytes.

    Args:
        signed: content of `manifest.json`.
        signature: content of the signature file.
        trusted: fingerprints that the caller trusts.

    Raises:
        UntrustedPackage: if the key is not trusted or the signature does not fit.
    """
    fingerprint = trusted_signer(signature, trusted=trusted)
    _verify(signature[:KEY_BYTES], signature[KEY_BYTES:], signed)
    return fingerprint


def _verify(public_key: bytes, signature: bytes, signed: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (InvalidSignature, ValueError) as error:
        raise UntrustedPackage(
            "The package's manifest was changed after it was signed.",
            fix="Fetch the package again from where it was made.",
        ) from error
