"""The JSON schemas of answers, which are the same for every model."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]


def _record(required: Mapping[str, Json], **optional: Json) -> Json:
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
    }


_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_NUMBER: Json = {"type": "number"}
_LABEL: Json = {"type": ["string", "integer", "boolean", "number"]}
_CHANCE: Json = {"type": "number", "minimum": 0, "maximum": 1}


def _list(of: Json) -> Json:
    return {"type": "array", "items": of}


def _or_null(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: Mapping[str, Json] = {
    "Any": {"type": "object"},
    "Anything": _list({"type": "object"}),
    "Cell": {"type": ["number", "string", "boolean", "array", "null"]},
    "Health": _record(
        {
            "status": _TEXT,
            "timestamp": _TEXT,
            "model_loaded": {"type": "boolean"},
            "models": {"type": "object", "additionalProperties": _TEXT},
            "uptime_s": _NUMBER,
            "in_flight": _COUNT,
            "memory_bytes": _or_null(_COUNT),
            "load": _or_null(_NUMBER),
            "process": _COUNT,
        }
    ),
    "Flag": _record(
        {
            "column": _TEXT,
            "kind": {"enum": ["unseen-category", "missing-value", "out-of-range"]},
            "n_rows": _COUNT,
            "rows": _list(_COUNT),
            "sample": _list(_TEXT),
        }
    ),
    "Reason": _record(
        {"column": _TEXT, "amount": _NUMBER, "error": _NUMBER},
        cell={"type": ["number", "string", "boolean", "null"]},
    ),
    "Reasons": _record(
        {
            "label": {},
            "scale": _TEXT,
            "method": _TEXT,
            "base": _NUMBER,
            "score": _NUMBER,
            "contributions": _list(_ref("Reason")),
            "others": _NUMBER,
        }
    ),
    "RowAnswer": _record(
        {
            "prediction": _LABEL,
            "model": _TEXT,
            "version": _TEXT,
            "flags": _list(_ref("Flag")),
            "inference_time_ms": _NUMBER,
        },
        probabilities={"type": "object", "additionalProperties": _CHANCE},
        interval=_record({"level": _NUMBER, "low": _NUMBER, "high": _NUMBER}),
        prediction_set=_list(_LABEL),
        explanation=_ref("Reasons"),
        ignored_columns=_list(_TEXT),
    ),
    "BatchAnswer": _record(
        {
            "predictions": _list(_or_null(_LABEL)),
            "model": _TEXT,
            "version": _TEXT,
            "n_rows": _COUNT,
            "flags": _list(_ref("Flag")),
            "errors": _list(_record({"code": _TEXT, "detail": _TEXT, "row": _COUNT})),
            "inference_time_ms": _NUMBER,
        },
        n_failed=_COUNT,
        labels=_list(_LABEL),
        probabilities=_list(_or_null(_list(_CHANCE))),
        intervals=_list(_or_null(_list(_NUMBER))),
        sets=_list(_or_null(_list(_LABEL))),
        explanations=_list(_or_null(_ref("Reasons"))),
        ignored_columns=_list(_TEXT),
        files=_list(_TEXT),
    ),
    "Tensor": _record(
        {
            "name": _TEXT,
            "shape": {"type": "array", "items": _COUNT, "minItems": 1, "maxItems": 2},
            "datatype": _TEXT,
            "data": {"type": "array"},
        }
    ),
    "Tensors": _record(
        {"inputs": {"type": "array", "items": _ref("Tensor"), "minItems": 1}},
        id=_TEXT,
        outputs=_list(_record({"name": {"enum": ["predictions", "probabilities"]}})),
    ),
    "TensorAnswer": _record(
        {"model_name": _TEXT, "model_version": _TEXT, "outputs": _list(_ref("Tensor"))}, id=_TEXT
    ),
    "Problem": _record(
        {"type": _TEXT, "title": _TEXT, "status": _COUNT, "code": _TEXT, "detail": _TEXT},
        fix=_TEXT,
        row=_COUNT,
        column=_TEXT,
        sample=_TEXT,
        path=_TEXT,
        request_id=_TEXT,
        error=_TEXT,
    ),
}
