"""What one answer leaves in the prediction log: who asked what, and what which model answered."""

from datetime import datetime

import msgspec


class Record(msgspec.Struct, frozen=True):
    """One request that was answered, of one row or of many.

    Attributes:
        id: of the prediction, unique in all logs; row n of many, counted from 1, is `{id}-{n}`.
        at: when it was answered.
        model: name under which it is served.
        reference: `name@version` in the registry, empty where that does not know the model.
        sha256: of the package's manifest.
        subject: who asked, `local` where the server asks nobody for a key.
        request_id: of the request.
        rows: JSON as `/predict` or `/predict-batch` takes it.
        answer: JSON as they answer it.
    """

    id: str
    at: datetime
    model: str
    reference: str
    sha256: str
    subject: str
    request_id: str
    rows: msgspec.Raw
    answer: msgspec.Raw


def encode_record(record: Record) -> bytes:
    """Return the content of a record in a segment."""
    return _ENCODER.encode(record)


def decode_record(content: bytes) -> Record:
    """Return what a record holds.

    Raises:
        msgspec.MsgspecError: if it is none.
    """
    return _DECODER.decode(content)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Record)
