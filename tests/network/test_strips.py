"""A strip has its own model: who answers, what it says, and a long record answered along time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecg_core import intake, network
from ecg_core.intake.values import EcgRecord
from ecg_core.network import explain, strips
from ecg_core.network.card import ModelCard
from ecg_core.network.classifier import Classifier
from ecg_core.network.registry import DEFAULT_MODEL, STRIP_MODEL
from ecg_core.network.statements import Reads, Triage
from ecg_core.page.drawn.from_record import from_record
from ecg_core.store.cases.answers import prediction_from_plain, prediction_to_plain
from tests.network.models import write_model

DEMO = Path(__file__).parents[2] / "assets" / "demo"


@pytest.fixture
def classifier(tmp_path: Path) -> Classifier:
    return Classifier(write_model(tmp_path / STRIP_MODEL, reads=Reads.STRIP))


def record(leads: tuple[str, ...], seconds: float, fs_hz: float = 250.0) -> EcgRecord:
    """A spike a second, each lead of its own height; silent from 20 s to 30 s."""
    time_s = np.arange(round(seconds * fs_hz)) / fs_hz
    beat = np.exp(-(((time_s % 1.0 - 0.5) / 0.02) ** 2)).astype(np.float32)
    beat[(time_s >= 20) & (time_s < 30)] = np.nan
    heights = np.linspace(0.6, 1.4, len(leads), dtype=np.float32)
    return EcgRecord("r", "", heights[:, None] * beat, leads, leads, fs_hz, seconds)


def demo_strip() -> EcgRecord:
    """A minute of two leads: sinus rhythm, fibrillation from 22 s to 43 s, sinus rhythm."""
    files = sorted(DEMO.glob("one_minute_strip.*"))
    bundle = intake.split([intake.Upload(f.name, f.read_bytes()) for f in files])[0]
    record = intake.read(bundle)
    assert isinstance(record, EcgRecord)
    return record


def test_a_page_is_answered_by_the_model_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / DEFAULT_MODEL)
    monkeypatch.setenv("ECG_MODELS_DIR", str(tmp_path))
    assert network.model_for("strip") == DEFAULT_MODEL  # no model for strips is here
    write_model(tmp_path / STRIP_MODEL, reads=Reads.STRIP)
    assert [network.model_for(name) for name in ("strip", "6x2")] == [STRIP_MODEL, DEFAULT_MODEL]
    answering = network.Answering()
    assert answering.to("strip").card.reads is Reads.STRIP
    assert answering.to("strip") is answering.to("strip")
    assert network.Answering(DEFAULT_MODEL).to("strip").card.name == DEFAULT_MODEL


@pytest.mark.parametrize("leads", [("I",), ("II", "V1"), ("II", "V1", "V5")])
def test_a_strip_is_normal_or_not_and_nothing_is_said_of_infarctions(
    classifier: Classifier, leads: tuple[str, ...]
) -> None:
    page = from_record(record(leads, 10))
    said = classifier.predict(page)
    assert said.reasons == () and said.reads is Reads.STRIP
    assert said.triage_classes == (Triage.NORMAL, Triage.OTHER)
    assert said.triage[1:3] == (0.0, 0.0) and sum(said.triage) == pytest.approx(1)
    assert said.superclasses == () and not said.acute_flagged
    assert [finding.code for finding in said.findings] == ["AF", "VRUN"]
    assert prediction_from_plain(prediction_to_plain(said)) == said


def test_a_strip_model_leaves_twelve_leads_to_a_person(classifier: Classifier) -> None:
    leads = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    assert "layout" in {r.code for r in classifier.predict(from_record(record(leads, 10))).reasons}


def test_attention_has_a_share_for_each_lead_of_the_strip(classifier: Classifier) -> None:
    page = from_record(record(("II", "V1"), 10))
    targets = explain.targets(classifier)
    assert targets[:2] == (
        ("normal", "No abnormal beat or rhythm"),
        ("other_abnormal", "Abnormal beat or rhythm"),
    )
    for target, _ in targets:
        looked = explain.attend(classifier, page, target)
        assert {share.lead for share in looked.shares} == {"II", "V1"}
        assert sum(s.share for s in looked.shares) + looked.outside == pytest.approx(1, abs=1e-4)
    for target in ("acute_mi", "MI"):
        with pytest.raises(KeyError, match="no output"):
            explain.attend(classifier, page, target)


def test_along_answers_each_ten_seconds_as_the_page_of_them_is_answered(
    classifier: Classifier,
) -> None:
    long = record(("II", "V1"), 45)
    found = strips.along(long, classifier)
    assert [answer.start_s for answer in found] == [0, 10, 20, 30]
    assert np.isnan(found[2].abnormal) and found[2].reasons[0].code == "no_signal"
    for answer in (found[0], found[3]):
        alone = classifier.predict(from_record(long.window(answer.start_s)))
        assert answer.abnormal == pytest.approx(alone.triage[3], abs=1e-5)
        assert [f.probability for f in answer.findings] == pytest.approx(
            [f.probability for f in alone.findings], abs=1e-5
        )
        assert answer.reasons == alone.reasons
        assert answer.flagged == tuple(f.code for f in alone.findings if f.flagged)
    assert len(strips.along(long, classifier, step_s=5.0)) == 8
    assert strips.along(record(("II",), 9.9), classifier) == ()


def test_along_reads_two_leads_of_twelve(classifier: Classifier) -> None:
    long = record(("I", "II", "III", "V1", "V5"), 10)
    strip = strips.strip_of(long)
    assert strip.leads == ("II", "V1")
    np.testing.assert_array_equal(strip.signals_mv, long.signals_mv[[1, 3]])
    assert strips.strip_of(record(("aVR", "V2", "V3", "V4"), 10)).leads == ("aVR",)
    assert strips.along(long, classifier) == strips.along(strip, classifier)


def test_the_card_of_a_strip_model_survives_writing_and_reading(
    classifier: Classifier, tmp_path: Path
) -> None:
    classifier.card.write(tmp_path / "again.json")
    assert ModelCard.read(tmp_path / "again.json") == classifier.card


def test_every_shipped_model_loads_with_its_very_weights() -> None:
    """Flags of the architecture for strips and ablations leave older cards as they are."""
    for name in network.list_models():
        shape = network.load(name).network.shape
        strip = network.card_of(name).reads is Reads.STRIP
        assert (shape.superclasses, shape.triage) == ((0, 2) if strip else (5, 4))


def test_the_shipped_model_finds_the_fibrillation_of_the_demo_strip() -> None:
    if STRIP_MODEL not in network.list_models():
        pytest.skip("no model for strips is shipped in models/")
    found = strips.along(demo_strip(), network.load(STRIP_MODEL))
    assert [answer.flagged for answer in found] == [(), (), ("AF",), ("AF",), (), ()]
    sinus = [answer.abnormal for answer in (found[0], found[1], found[5])]
    assert max(sinus) < 0.5 < min(answer.abnormal for answer in found[2:5])
    assert not any(answer.reasons for answer in found)
