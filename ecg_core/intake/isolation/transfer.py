"""What a worker process sends back: JSON and raw arrays, never code.

The worker has parsed a file from outside and is not trusted; an answer is checked against the
shapes below and rebuilt here. (Pickle would let a captured worker run code in this process.)
"""

from __future__ import annotations

import json
import math
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ecg_core.intake.archive import Member
from ecg_core.intake.patients import patient_id
from ecg_core.intake.told import Doubt
from ecg_core.intake.values import Annotation, EcgRecord, EcgScan, IntakeError, Upload

_PACKAGE = str(Path(__file__).resolve().parents[2])
_DTYPES = {"signals_mv": "float32", "pixels": "uint8"}


class TransferError(Exception):
    """An answer that is not one of those a worker may give."""


@dataclass(frozen=True)
class Failure:
    """The worker met an error of its own: its kind, and where in the code; never its message."""

    kind: str
    place: str


def failure_of(error: Exception) -> Failure:
    """What may be told of an unexpected error: its message may quote the file, and is dropped."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(_PACKAGE)] or frames
    place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
    return Failure(type(error).__name__, place)


Answer = EcgRecord | EcgScan | IntakeError | Failure | int | tuple[Member, ...]


def encode(value: Answer) -> tuple[bytes, list[bytes | memoryview]]:
    """(JSON, blobs) of an answer."""
    head, blobs = _plain(value)
    head["sizes"] = [len(blob) for blob in blobs]
    return json.dumps(head).encode(), blobs


def _plain(value: Answer) -> tuple[dict[str, Any], list[bytes | memoryview]]:
    if isinstance(value, IntakeError):
        told = {"reason": value.reason, "hint": value.hint, "signals": list(value.signals)}
        return {"kind": "refusal", **told}, []
    if isinstance(value, Failure):
        return {"kind": "failure", "type": value.kind, "place": value.place}, []
    if isinstance(value, int):
        return {"kind": "count", "count": value}, []
    if isinstance(value, tuple):
        names = [[member.folder, member.upload.name] for member in value]
        return {"kind": "members", "names": names}, [member.upload.data for member in value]
    head: dict[str, Any] = {
        "name": value.name,
        "sha256": value.sha256,
        "notes": list(value.notes),
        "age_years": value.age_years,
        "doubts": [[doubt.code, doubt.text, doubt.hint] for doubt in value.doubts],
    }
    if value.patient_id is not None:
        head["patient_id"] = [value.patient_id.number, value.patient_id.issuer]
    if isinstance(value, EcgScan):
        head |= {"kind": "scan", "shape": value.pixels.shape, "second_from": value.second_from}
        return head, [_raw(value.pixels, "pixels")]
    head |= {
        "kind": "record",
        "shape": value.signals_mv.shape,
        "leads": list(value.leads),
        "original_leads": list(value.original_leads),
        "fs_hz": value.fs_hz,
        "file_duration_s": value.file_duration_s,
        "start_s": value.start_s,
        "annotations": [[mark.time_s, mark.symbol, mark.note] for mark in value.annotations],
    }
    return head, [_raw(value.signals_mv, "signals_mv")]


def _raw(array: np.ndarray, field: str) -> memoryview:
    return np.ascontiguousarray(array, dtype=_DTYPES[field]).data.cast("B")


def blob_sizes(head: bytes, longest: int) -> list[int]:
    """Sizes of the blobs that follow. Raises TransferError above `longest` bytes in all."""
    try:
        sizes = json.loads(head)["sizes"]
    except (ValueError, KeyError, TypeError) as error:
        raise TransferError("no sizes") from error
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise TransferError("wrong sizes")
    if sum(sizes) > longest:
        raise TransferError("answer too large")
    return sizes


def decode(head: bytes, blobs: Sequence[bytes | bytearray]) -> Answer:
    """The answer, rebuilt. Raises TransferError when it is not well formed."""
    try:
        return _rebuilt(json.loads(head), blobs)
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise TransferError(type(error).__name__) from error


def _rebuilt(head: dict[str, Any], blobs: Sequence[bytes | bytearray]) -> Answer:
    kind = head["kind"]
    if kind == "refusal":
        signals = tuple(map(str, head["signals"]))
        return IntakeError(str(head["reason"]), str(head["hint"]), signals)
    if kind == "failure":
        return Failure(str(head["type"]), str(head["place"]))
    if kind == "count":
        return int(head["count"])
    if kind == "members":
        pairs = zip(head["names"], blobs, strict=True)
        return tuple(Member(str(f), Upload(str(name), bytes(data))) for (f, name), data in pairs)
    name, sha256, notes = str(head["name"]), str(head["sha256"]), tuple(map(str, head["notes"]))
    patient = patient_id(*head["patient_id"]) if "patient_id" in head else None
    age = None if head["age_years"] is None else int(head["age_years"])
    doubts = tuple(Doubt(str(code), str(text), str(hint)) for code, text, hint in head["doubts"])
    (blob,) = blobs
    if kind == "scan":
        pixels = _array(blob, head["shape"], "pixels")
        if pixels.ndim != 3 or pixels.shape[2] != 3:
            raise TransferError("wrong shape")
        second = head["second_from"]
        if second is not None and not (type(second) is int and 0 < second < len(pixels)):
            raise TransferError("wrong shape")
        return EcgScan(
            name,
            sha256,
            pixels,
            notes,
            age,
            patient_id=patient,
            doubts=doubts,
            second_from=second,
        )
    if kind != "record":
        raise TransferError("unknown kind")
    signals_mv = _array(blob, head["shape"], "signals_mv")
    leads = tuple(map(str, head["leads"]))
    if signals_mv.ndim != 2 or len(leads) != len(signals_mv):
        raise TransferError("wrong shape")
    return EcgRecord(
        name=name,
        sha256=sha256,
        signals_mv=signals_mv,
        leads=leads,
        original_leads=tuple(map(str, head["original_leads"])),
        fs_hz=float(head["fs_hz"]),
        file_duration_s=float(head["file_duration_s"]),
        start_s=float(head["start_s"]),
        annotations=tuple(Annotation(float(t), str(s), str(n)) for t, s, n in head["annotations"]),
        notes=notes,
        doubts=doubts,
        age_years=age,
        patient_id=patient,
    )


def _array(blob: bytes | bytearray, shape: Sequence[int], field: str) -> np.ndarray:
    dtype = np.dtype(_DTYPES[field])
    if not all(type(n) is int and n > 0 for n in shape):
        raise TransferError("wrong shape")
    if len(blob) != math.prod(shape) * dtype.itemsize:
        raise TransferError("wrong size")
    return np.frombuffer(blob, dtype).reshape(shape)
