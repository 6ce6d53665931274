"""Sanity checks of attention: their own arithmetic, on maps whose worth is known beforehand."""

from pathlib import Path

import numpy as np
import pytest

from ecg_core.evidence.attention import rows, summary
from ecg_core.evidence.attention.rows import RANDOM, AttentionRow
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.attention import METHODS
from ecg_core.network.classifier import Classifier, as_input
from ecg_core.network.explain import heat_map
from ecg_core.network.values import Attention, LeadShare
from ecg_core.page.drawn.from_record import from_record
from ecg_core.studies.attention import evidence, perturbation, planted, randomisation, waves
from ecg_core.studies.attention.sampling import Asked
from ecg_core.training.data import ptbxl
from ecg_core.training.data.recordings import record_of
from tests.network.models import write_model


def row(test: str, name: str, ecg_id: int, value: float) -> AttentionRow:
    return AttentionRow(
        test, name, "", "MI", ecg_id, ecg_id, value, "fold 9", True, 0.25, "m", "0" * 64
    )


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    return Classifier(write_model(folder, arranged=True, cell_features=4))


def beating(rate_per_min: float, first_s: float, height_uv: int) -> np.ndarray:
    """Narrow triangles at a steady rate in all leads: 12 × 1000, µV."""
    lead = np.zeros(1000, np.int16)
    for at in np.arange(first_s, 9.9, 60 / rate_per_min):
        peak = round(at * 100)
        lead[peak - 2 : peak + 3] = np.array([0.3, 0.7, 1.0, 0.7, 0.3]) * height_uv
    return np.tile(lead, (12, 1))


def test_pixels_are_ranked_by_the_map_and_ties_at_random() -> None:
    heat = np.array([[0.0, 0.9, 0.0], [0.5, 0.0, 0.0]], np.float32)
    place = perturbation.ranks(heat, np.random.default_rng(0))
    assert place[0, 1] == 0
    assert place[1, 0] == pytest.approx(1 / 6)
    assert sorted(place.ravel()) == pytest.approx(np.arange(6) / 6)
    assert not np.array_equal(place, perturbation.ranks(heat, np.random.default_rng(1)))


def test_blanking_what_alone_matters_first_tells_more_than_blanking_it_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A reader that only sees one corner: its probability is the share of ink left there.
    ink = np.full((64, 128), 255, np.uint8)
    corner = np.zeros(ink.shape, np.float32)
    corner[:32, :32] = 1.0

    def look(_: object, pages: np.ndarray, __: str) -> np.ndarray:
        return pages[:, :32, :32].mean(axis=(1, 2)) / 255

    monkeypatch.setattr(perturbation, "probabilities", look)
    asked = Asked(1, 1, "MI", None, ink)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    right = perturbation.deletion_and_insertion(None, asked, corner, rng)  # type: ignore[arg-type]
    wrong = perturbation.deletion_and_insertion(None, asked, 1 - corner, rng)  # type: ignore[arg-type]
    # The corner is an eighth of the page: gone after 12.5 %, or only after 87.5 %.
    assert right == pytest.approx((0.0625, 0.9375), abs=0.02)
    assert wrong == pytest.approx((0.9375, 0.0625), abs=0.02)
    assert perturbation.road(None, asked, corner, rng) == pytest.approx(0, abs=0.05)  # type: ignore[arg-type]


def test_road_tells_a_right_map_from_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # Uneven ink, so that interpolation cannot bring it back.
    ink = (np.random.default_rng(3).random((48, 96)) < 0.5).astype(np.uint8) * 255
    corner = np.zeros(ink.shape, np.float32)
    corner[:24, :24] = 1.0

    def look(_: object, pages: np.ndarray, __: str) -> np.ndarray:
        return pages[:, :24, :24].std(axis=(1, 2)) / 255

    monkeypatch.setattr(perturbation, "probabilities", look)
    asked = Asked(1, 1, "MI", None, ink)  # type: ignore[arg-type]
    rng = np.random.default_rng(0)
    assert perturbation.road(None, asked, corner, rng) > 0.15  # type: ignore[arg-type]
    assert perturbation.road(None, asked, 1 - corner, rng) < -0.15  # type: ignore[arg-type]


def test_a_network_that_forgot_everything_keeps_nothing(classifier: Classifier) -> None:
    intact = dict(classifier.network.named_parameters())
    for part in randomisation.PARTS:
        other = dict(randomisation.randomised(classifier.network, part, 1).named_parameters())
        kept = {name for name in intact if bool((intact[name] == other[name]).all())}
        assert not any(name.startswith(("heads", "cells")) and "weight" in name for name in kept)
        # Normalisation layers start from ones and zeros, which an untrained network still has.
        stem_kept = "stem.0.weight" in kept
        assert stem_kept == (part != "everything")
        assert ("trunk.1.body.0.weight" in kept) == (part == "heads")


def test_likeness_is_one_with_itself_and_minus_one_with_its_opposite() -> None:
    heat = perturbation.random_map((264, 500), np.random.default_rng(2))
    assert randomisation.likeness(heat, heat) == pytest.approx(1)
    assert randomisation.likeness(heat, 1 - heat) == pytest.approx(-1)
    assert randomisation.likeness(heat, np.zeros_like(heat)) == 0


def test_a_model_agrees_wholly_with_itself_and_less_on_another_ecg(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence.network, "load", lambda _: classifier)
    study = evidence.Evidence(classifier, None, 9, 2, ("hirescam",))  # type: ignore[arg-type]
    pages = [from_record(record_of(beating(rate, 0.4, 900), rate)) for rate in (60, 75, 110)]
    asked = [
        Asked(k, k, target, page, classifier.read_ink(page))
        for k, (page, target) in enumerate(zip(pages, ("MI", "CD", "MI"), strict=True))
    ]
    found = {(one.test, one.ecg_id): one.value for one in study.agreement(asked)}
    assert [found["agreement", k] for k in range(3)] == pytest.approx([1, 1, 1])
    # The only ECG of its class is compared with itself, the two others with one another.
    assert found["strangers", 1] == pytest.approx(1)
    assert found["strangers", 0] == pytest.approx(found["strangers", 2], abs=1e-9)
    assert found["strangers", 0] < 0.999


@pytest.mark.parametrize("first_s", [0.31, 0.77, 1.05])
def test_planted_leads_beat_with_their_host(first_s: float) -> None:
    host, donor = beating(60, 0.5, 1000), beating(60, first_s, -1500)
    mixed = planted.plant(host, donor, ("II", "V5"))
    changed = [lead for i, lead in enumerate(STANDARD_LEADS) if not (mixed[i] == host[i]).all()]
    assert changed == ["II", "V5"]
    # Beats of the host in II's last strip second aside, where the seam lies.
    for lead, seconds in (("II", slice(0, 850)), ("V5", slice(150, 1000))):
        planted_lead = mixed[STANDARD_LEADS.index(lead), seconds]
        own = host[STANDARD_LEADS.index(lead), seconds]
        beats = np.flatnonzero(own == own.max())
        assert np.abs(planted_lead[beats]).min() >= 1000


def test_the_first_ranked_lead_is_the_one_with_most_per_area() -> None:
    shares = (LeadShare("II", 0.5, 0.9), LeadShare("V2", 0.3, 2.5), LeadShare("I", 0.1, 1.0))
    attention = Attention("MI", "gradcam", np.zeros((2, 2), np.float32), shares, 0.1)
    assert planted.ranked_first(attention, ("V1", "V2"))
    assert not planted.ranked_first(attention, ("II", "III", "aVF"))


def test_figures_are_means_and_differences_are_paired(tmp_path: Path) -> None:
    found = [row("road", "gradcam", i, 0.1 + i / 100) for i in range(20)]
    found += [row("road", RANDOM, i, i / 100) for i in range(20)]
    rows.write(found, tmp_path / "a.jsonl")
    again = rows.read(tmp_path / "a.jsonl")
    assert list(again) == found
    of = {figure.map: figure for figure in rows.figures(again)}
    assert of["gradcam"].mean.value == pytest.approx(0.195)
    assert of["gradcam"].mean.low < 0.195 < of["gradcam"].mean.high
    assert of["gradcam"].n == 20
    (less,) = rows.differences(again, RANDOM)
    # The same on every ECG, so that nothing is uncertain.
    assert (less.mean.value, less.mean.low, less.mean.high) == pytest.approx((0.1, 0.1, 0.1))


def test_attention_reads_the_page_once_and_never_mirrored(classifier: Classifier) -> None:
    page = from_record(record_of(beating(75, 0.4, 900), 1))
    read = as_input(classifier.read_ink(page))
    seen = []
    with classifier.network.register_forward_pre_hook(lambda _, args: seen.append(args[0].clone())):
        for method in METHODS:
            heat_map(classifier.network, read.clone(), "superclasses", 1, method)
    assert len(seen) == len(METHODS)
    assert all(bool((one == read).all()) for one in seen)


def test_lines_say_what_a_truthful_map_would_show() -> None:
    found = [row("road", name, i, worth) for i in range(8) for name, worth in
             (("gradcam", 0.2), (RANDOM, 0.05))]  # fmt: skip
    planted_rows = [
        AttentionRow(
            "planted",
            "gradcam",
            "anterior",
            "MI",
            i,
            i,
            float(i % 2),
            "fold 9",
            True,
            4 / 12,
            "m",
            "0" * 64,
        )
        for i in range(8)
    ]
    lines = {(line.test, line.map): line for line in summary.lines([*found, *planted_rows])}
    assert lines["road", "Grad-CAM"].value == "0.200 (0.200 to 0.200)"
    assert lines["road", "Grad-CAM"].against_random == "+0.150 (+0.150 to +0.150)"
    assert lines["road", "random map"].against_random == ""
    planted_line = lines["planted", "Grad-CAM"]
    assert planted_line.good == "above chance, chance 33%"
    assert planted_line.value.startswith("50% (")
    assert planted_line.question.endswith(": anterior")


@pytest.mark.parametrize("wave", waves.WAVES, ids=lambda wave: wave.name)
def test_a_planted_wave_changes_one_beat_of_its_leads(wave: waves.WaveChange) -> None:
    lead = beating(60, 0.5, 1000)[0].astype(np.float32)
    beat = int(np.flatnonzero(lead == lead.max())[3])
    before = lead.copy()
    waves.change(lead, beat, wave)
    changed = np.flatnonzero(lead != before)
    assert len(changed) > 20
    first, last = (
        beat - waves.BEFORE_S * ptbxl.FS_HZ,
        beat + waves.AFTER_S * ptbxl.FS_HZ,
    )
    assert first <= changed[0] and changed[-1] <= last


def test_the_hottest_place_is_asked_of_the_planted_leads_alone() -> None:
    page = from_record(record_of(beating(60, 0.5, 1000), 1))
    one = waves.PlantedWave(0, np.zeros((12, 1000), np.int16), ("V1", "V2", "V3"), 6.5)
    box = next(b for b in page.boxes if b.lead == "V2")
    heat = np.zeros(page.ink.shape, np.float32)
    other = next(b for b in page.boxes if b.lead == "I")
    heat[other.pixels] = 1.0
    rows_, columns = box.pixels
    middle = columns.start + (columns.stop - columns.start) * 6 // 10
    for at, expected in ((middle, True), (columns.stop - 3, False)):
        heat[rows_, columns] = 0.0
        heat[rows_, at] = 0.5
        inside, chance = waves.within_beat(heat, page.boxes, one)
        assert inside is expected
        assert chance == pytest.approx(0.7 / 2.5, abs=0.02)
