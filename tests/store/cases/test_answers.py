"""Answers go to bytes and come back the same, to the bit."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ecg_core.intake import Bundle, Upload, read_here
from ecg_core.intake.values import EcgRecord
from ecg_core.network.values import Attention, Finding, LeadShare, Prediction, Reason
from ecg_core.signal.measurements import measure, nothing
from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.cases.answers import (
    attention_from_bytes,
    attention_to_bytes,
    measurements_from_bytes,
    measurements_to_bytes,
    prediction_from_plain,
    prediction_to_plain,
)
from tests.store.stored_cases import MODEL, case, prediction

DEMO = Path(__file__).parents[3] / "assets" / "demo"
ENDS = ("hea", "dat")
numbers = st.floats(0, 1)
finding = st.builds(Finding, st.text(), st.text(), numbers, numbers)
predictions = st.builds(
    Prediction,
    triage=st.tuples(numbers, numbers, numbers, numbers),
    superclasses=st.lists(finding, max_size=3).map(tuple),
    findings=st.lists(finding, max_size=3).map(tuple),
    reasons=st.lists(st.builds(Reason, st.text(), st.text()), max_size=2).map(tuple),
    model=st.just(MODEL),
    page_sha256=st.just("cd" * 32),
    elapsed_ms=st.floats(0, 1e6),
    acute_threshold=numbers,
)


@given(predictions)
def test_a_prediction_comes_back_exactly(answer: Prediction) -> None:
    text = canonical_json(prediction_to_plain(answer))
    assert prediction_from_plain(json.loads(text)) == answer
    assert canonical_json(json.loads(text)) == text


def test_single_precision_keeps_its_value() -> None:
    third = np.float32(1 / 3)
    answer = prediction()
    single = Prediction(
        triage=(third, third, third, np.float32(0)),  # type: ignore[arg-type]
        superclasses=(),
        findings=(),
        reasons=(),
        model=answer.model,
        page_sha256="",
        elapsed_ms=1.0,
    )
    back = prediction_from_plain(json.loads(canonical_json(prediction_to_plain(single))))
    # 0x3EAAAAAB, the single nearest to 1/3, written out as a double.
    assert back.triage[0] == 0.3333333432674408
    assert back == single


@given(
    arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(1, 5))),
    numbers,
)
def test_attention_comes_back_to_the_bit(heat: np.ndarray, share: float) -> None:
    attention = Attention("MI", "gradcam", heat, (LeadShare("aVR", share, 2 * share),), 1 - share)
    back = attention_from_bytes(attention_to_bytes(attention))
    assert back.heat.tobytes() == heat.tobytes()
    assert (back.heat.dtype.name, back.heat.shape) == ("float32", heat.shape)
    assert (back.target, back.method) == ("MI", "gradcam")
    assert (back.shares, back.outside) == (attention.shares, attention.outside)


def test_attention_bytes_depend_on_nothing_else() -> None:
    assert attention_to_bytes(case(3).attention) == attention_to_bytes(case(3).attention)


def test_a_heat_map_that_would_change_is_refused() -> None:
    wide = Attention("MI", "gradcam", np.zeros((2, 2)), (), 1.0)
    with pytest.raises(ValueError, match="float32"):
        attention_to_bytes(wide)


def test_what_json_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        canonical_json({"p": math.nan})


@pytest.mark.parametrize("name", ["normal", "old_inferior"])
def test_measurements_come_back_exactly(name: str) -> None:
    files = tuple(Upload(f"{name}.{end}", (DEMO / f"{name}.{end}").read_bytes()) for end in ENDS)
    record = read_here(Bundle(name, files))
    assert isinstance(record, EcgRecord)
    measured = measure(record)
    assert measured.value("rate") and measured.leads and measured.marks
    assert measurements_from_bytes(measurements_to_bytes(measured)) == measured
    assert measurements_from_bytes(measurements_to_bytes(nothing("No beats."))) == nothing(
        "No beats."
    )


def test_measurements_of_another_version_are_none() -> None:
    plain = json.loads(measurements_to_bytes(nothing("No beats.")))
    del plain["values"]["qrs"]
    assert measurements_from_bytes(json.dumps(plain).encode()) is None
    plain = json.loads(measurements_to_bytes(nothing("No beats.")))
    # A member that came later has a default, which would be a measurement that nobody made.
    plain["leads"] = [{"lead": "I", "beats": 3, "quality": "good"}]
    assert measurements_from_bytes(json.dumps(plain).encode()) is None
