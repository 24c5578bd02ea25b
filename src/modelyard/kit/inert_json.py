"""JSON that does nothing wherever it is pasted, and that every parser takes."""

import json
import math
from collections.abc import Mapping
from typing import Any

# What begins markup or ends a script, and the line ends that JavaScript knows and JSON does not,
# all as escapes of JSON's own. Source: OWASP, Cross Site Scripting Prevention Cheat Sheet,
# "Output Encoding for JavaScript Contexts".
_ESCAPES = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&'\u2028\u2029"}


def inert_json(value: Any) -> bytes:
    r"""Return `value` as JSON that holds no markup; what is not finite is null.

    >>> inert_json({"cell": "<b>", "mean": float("nan")})
    b'{"cell":"\\u003cb\\u003e","mean":null}'
    """
    text = json.dumps(_finite(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # A lone half of a pair, which no UTF-8 holds, stays an escape.
    return text.translate(_ESCAPES).encode(errors="backslashreplace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
