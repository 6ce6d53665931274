"""The report measured in the PDF itself: one page, true to scale, nothing that names a patient."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pypdfium2
import pytest

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import Triage
from ecg_core.page import from_record
from ecg_core.page.waves import waves_of_record
from ecg_core.report.building import content
from ecg_core.report.content import NOTICE, PAPER_MM, Content, Paper
from ecg_core.report.narrative import compose
from ecg_core.report.pdf import render
from ecg_core.report.values import Facts
from ecg_core.signal.beat_model import Heart
from ecg_core.signal.filters import Band
from ecg_core.signal.measurements import measure
from ecg_core.triage.priority import Priority, decide
from ecg_core.triage.readings import Reading, StoredReading
from tests.report.facts import measured, prediction, record

PX_PER_MM = 10.0
WHEN = datetime(2026, 5, 4, 8, 15, tzinfo=UTC)


def report(ecg: EcgRecord, readings: tuple[StoredReading, ...] = (), patient: str = "") -> Content:
    page = from_record(ecg, band=Band.AS_RECORDED)
    answer = prediction(Triage.ACUTE_MI, ("ASMI", "SR"))
    found = measure(ecg)
    return content(
        page,
        waves_of_record(ecg, Band.AS_RECORDED),
        found,
        answer,
        decide(answer, page.remarks),
        None,
        compose(Facts(found, answer)).text,
        WHEN,
        readings,
        "case0001",
        patient,
    )


def opened(pdf: bytes) -> pypdfium2.PdfDocument:
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1
    return document


def words(pdf: bytes) -> str:
    return " ".join(opened(pdf)[0].get_textpage().get_text_bounded().split())


def pixels(pdf: bytes) -> np.ndarray:
    scale = PX_PER_MM * 25.4 / 72
    return np.asarray(opened(pdf)[0].render(scale=scale).to_pil().convert("RGB")).astype(int)


def steps() -> EcgRecord:
    """12 leads of 1 mV for the first half of every second: edges whose places are known."""
    fs_hz = 250.0
    at = np.arange(2500) / fs_hz
    level = np.where(at % 1.0 < 0.5, 1.0, 0.0)
    signals = np.tile(level, (12, 1)).astype(np.float32)
    return EcgRecord("steps", "0" * 64, signals, STANDARD_LEADS, STANDARD_LEADS, fs_hz, 10.0)


@pytest.mark.parametrize("paper", list(Paper))
def test_the_ecg_is_true_to_scale_at_100_per_cent(paper: Paper) -> None:
    pdf = render(report(steps()), paper)
    width_mm, height_mm = PAPER_MM[paper]
    assert opened(pdf)[0].get_size() == pytest.approx(
        (width_mm / 25.4 * 72, height_mm / 25.4 * 72), abs=0.1
    )
    picture = pixels(pdf)
    # Ten seconds of grid are 250 mm: the pink columns.
    pink = (picture[..., 0] > 200) & (picture[..., 1] < 225) & (picture[..., 0] > picture[..., 1])
    columns = np.flatnonzero(pink.mean(axis=0) > 0.3)
    assert (columns[-1] - columns[0]) / PX_PER_MM == pytest.approx(250.0, abs=0.3)
    left = columns[0]
    # The rhythm strip is the lowest row: its edges lie 12.5 mm apart, and are 10 mm tall.
    dark = picture.max(axis=2) < 90
    area = np.flatnonzero(pink.mean(axis=1) > 0.3)
    strip = dark[area[-1] - round(36 * PX_PER_MM) : area[-1], left + 5 : columns[-1] - 5]
    edges = np.flatnonzero(strip.sum(axis=0) > 8 * PX_PER_MM)
    middles = [group.mean() for group in np.split(edges, np.flatnonzero(np.diff(edges) > 3) + 1)]
    gaps_mm = np.diff(middles) / PX_PER_MM
    assert len(middles) == 19
    assert gaps_mm == pytest.approx(12.5, abs=0.25)
    tall = np.flatnonzero(strip[:, edges[3]])
    assert (tall[-1] - tall[0]) / PX_PER_MM == pytest.approx(10.0, abs=0.4)


def test_it_tells_answer_numbers_decision_and_limits() -> None:
    reading = Reading("Ewa Łęcka", True, Triage.ACUTE_MI, Priority.IMMEDIATE, note="Anterior MI.")
    stored = StoredReading(7, WHEN, reading, None)
    text = words(render(report(record(Heart(rate_bpm=70)), (stored,))))
    for expected in (
        NOTICE,
        "70 bpm",
        "Acute or recent infarction 70%",
        "Anteroseptal infarction 80%",
        "Anterior MI.",
        "Agree",
        "Ewa Łęcka, 2026-05-04 08:15 UTC, event 7",
        "Model model 1.0, weights aaaaaaaaaaaa",
        "case case0001",
        "25 mm/s 10 mm/mV",
        "100 %",
    ):
        assert expected in text, expected
    assert "Draft" not in text


def test_nobody_is_named_unless_typed_in() -> None:
    ecg = record(Heart())
    named = EcgRecord(
        "Schmidt_Anna_1950", ecg.sha256, ecg.signals_mv, ecg.leads, ecg.leads, 500.0, 10.0
    )
    pdf = render(report(named))
    assert "Schmidt" not in words(pdf)
    assert b"Schmidt" not in pdf
    assert opened(pdf).get_metadata_dict()["Author"] in ("", "anonymous")
    assert "Draft, not signed" in words(pdf)
    assert "A. Schmidt" in words(render(report(named, patient="A. Schmidt")))


def test_a_long_note_is_not_cut_silently() -> None:
    note = "Sinus rhythm with a long story. " * 120
    reading = Reading("B", True, Triage.ACUTE_MI, Priority.SOON, note=note.strip())
    text = words(render(report(record(Heart()), (StoredReading(7, WHEN, reading, None),))))
    assert "continued in the application" in text


def test_two_leads_and_blank_numbers_fit_too() -> None:
    ecg = record(Heart())
    strip = EcgRecord(
        "s", ecg.sha256, ecg.signals_mv[[1, 6]], ("II", "V1"), ("II", "V1"), 500.0, 10.0
    )
    text = words(render(report(strip), Paper.LETTER))
    assert "–/–/– °" in text
    assert measured(Heart()).value("qrs_axis") is not None
