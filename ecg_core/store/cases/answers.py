"""Predictions, attention and measurements to bytes and back, exactly: same numbers to the bit."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np

from ecg_core.arrays import unpacked
from ecg_core.network.statements import Reads
from ecg_core.network.values import (
    Attention,
    Finding,
    LeadShare,
    ModelIdentity,
    Prediction,
    Reason,
)
from ecg_core.signal.values import (
    QUANTITIES,
    QUESTIONS,
    Beat,
    BeatKind,
    Judgement,
    LeadMeasurement,
    Mark,
    MarkKind,
    Measurement,
    Measurements,
    Quality,
    Sign,
)
from ecg_core.store.audit.canonical import canonical_json

_Made = TypeVar("_Made")


def prediction_to_plain(prediction: Prediction) -> dict[str, Any]:
    """A prediction as plain JSON values; `prediction_from_plain` gives it back unchanged.

    Single-precision numbers become the doubles of the same value.
    """
    plain: dict[str, Any] = asdict(prediction)
    plain["triage"] = [float(p) for p in prediction.triage]
    for name in ("superclasses", "findings"):
        plain[name] = [
            {**f, "probability": float(f["probability"]), "threshold": float(f["threshold"])}
            for f in plain[name]
        ]
    plain["reasons"] = list(plain["reasons"])
    plain["elapsed_ms"] = float(prediction.elapsed_ms)
    plain["acute_threshold"] = float(prediction.acute_threshold)
    plain["reads"] = prediction.reads.value
    return plain


def prediction_from_plain(plain: Mapping[str, Any]) -> Prediction:
    """The prediction that `prediction_to_plain` wrote. Raises KeyError or TypeError if none."""
    return Prediction(
        triage=tuple(plain["triage"]),
        superclasses=tuple(Finding(**finding) for finding in plain["superclasses"]),
        findings=tuple(Finding(**finding) for finding in plain["findings"]),
        reasons=tuple(Reason(**reason) for reason in plain["reasons"]),
        model=ModelIdentity(**plain["model"]),
        page_sha256=plain["page_sha256"],
        elapsed_ms=plain["elapsed_ms"],
        acute_threshold=plain["acute_threshold"],
        reads=Reads(plain.get("reads", Reads.TWELVE_LEADS)),
        acute_right=plain.get("acute_right"),
        acute_missed=plain.get("acute_missed"),
        acute_flags=plain.get("acute_flags"),
    )


def attention_to_bytes(attention: Attention) -> bytes:
    """Attention as one compressed NumPy archive, the heat map as float32.

    Raises ValueError when the heat map is not float32, which would not come back the same.
    """
    if attention.heat.dtype != np.float32 or attention.heat.ndim != 2:
        raise ValueError("the heat map must be a float32 array of height × width")
    plain = {
        "target": str(attention.target),
        "method": attention.method,
        "shares": [
            {"lead": s.lead, "share": float(s.share), "density": float(s.density)}
            for s in attention.shares
        ],
        "outside": float(attention.outside),
    }
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer, heat=attention.heat, plain=np.array(json.dumps(plain)), allow_pickle=False
    )
    return buffer.getvalue()


def attention_from_bytes(data: bytes) -> Attention:
    """The attention that `attention_to_bytes` wrote. Raises ValueError when it is none."""
    archive = unpacked(data)
    plain = json.loads(str(archive["plain"]))
    return Attention(
        target=plain["target"],
        method=plain["method"],
        heat=archive["heat"],
        shares=tuple(LeadShare(**share) for share in plain["shares"]),
        outside=plain["outside"],
    )


def measurements_to_bytes(measured: Measurements) -> bytes:
    """Measurements as JSON. Raises ValueError for numbers that JSON does not have."""
    return canonical_json(asdict(measured)).encode()


def measurements_from_bytes(data: bytes) -> Measurements | None:
    """The measurements that `measurements_to_bytes` wrote; None of another version's.

    What is measured grows: an ECG whose measurements lack what is asked now is measured anew.
    """
    plain = json.loads(data)
    try:
        if set(plain["values"]) != set(QUANTITIES) or set(plain["judged"]) != set(QUESTIONS):
            return None
        return Measurements(
            **_whole(Measurements, plain)
            | {
                "values": {key: _one(Measurement, one) for key, one in plain["values"].items()},
                "judged": {key: _one(Judgement, one) for key, one in plain["judged"].items()},
                "leads": tuple(_one(LeadMeasurement, one) for one in plain["leads"]),
                "beats": tuple(_one(Beat, one) for one in plain["beats"]),
                "marks": tuple(_one(Mark, one) for one in plain["marks"]),
                "signs": tuple(_one(Sign, one) for one in plain["signs"]),
            }
        )
    except (TypeError, KeyError, ValueError):
        return None


_KINDS: Mapping[type, type[StrEnum]] = {Beat: BeatKind, Mark: MarkKind}


def _one(made: type[_Made], plain: Mapping[str, Any]) -> _Made:
    """A value as it was before JSON."""
    told = _whole(made, plain)
    if "quality" in told:
        told["quality"] = Quality(told["quality"])
    if made in _KINDS:
        told["kind"] = _KINDS[made](told["kind"])
    return made(**{key: tuple(one) if isinstance(one, list) else one for key, one in told.items()})


def _whole(made: type[Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    """Raises KeyError where a member is missing that would silently get its default."""
    return {one.name: plain[one.name] for one in fields(made)}
