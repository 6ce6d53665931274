"""The report measured in the PDF itself: one page, true to scale, nothing that names a patient."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pypdfium2
import pytest

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.statements import Triage
from ecg_core.network.values import Attention, LeadShare
from ecg_core.page import layouts
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.viewed import waves_of_record
from ecg_core.report.content import NOTICE, PAPER_MM, Content, Paper
from ecg_core.report.narrative import compose
from ecg_core.report.pdf import render
from ecg_core.report.shade import pieces
from ecg_core.report.values import Facts
from ecg_core.report.whole_record import whole_record
from ecg_core.signal.bands import Band
from ecg_core.signal.measurements import measure
from ecg_core.signal.synthetic.beat_model import Heart
from ecg_core.store.cases.in_report import content
from ecg_core.store.cases.readings import Reading, StoredReading
from ecg_core.triage.priority import Priority
from ecg_core.triage.verdict import judge
from tests.report.facts import measured, prediction, record
from tests.words.english import english_words
from tests.words.english import words as words_in

PX_PER_MM = 10.0
WHEN = datetime(2026, 5, 4, 8, 15, tzinfo=UTC)


def report(
    ecg: EcgRecord,
    readings: tuple[StoredReading, ...] = (),
    patient: str = "",
    attention: Attention | None = None,
) -> Content:
    page = from_record(ecg, band=Band.AS_RECORDED)
    answer = prediction(Triage.ACUTE_MI, ("ASMI", "SR"))
    found = measure(ecg)
    return content(
        page,
        waves_of_record(ecg, Band.AS_RECORDED),
        found,
        answer,
        judge(Facts(found, answer, page.remarks)),
        attention,
        compose(Facts(found, answer), judge(Facts(found, answer))).text,
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
    # A ripple that no pen shows: samples that stand still would be a recorder at its limit.
    level = np.where(at % 1.0 < 0.5, 1.0, 0.0) + 0.01 * np.sin(2 * np.pi * 7.3 * at)
    signals = np.tile(level, (12, 1)).astype(np.float32)
    return EcgRecord("steps", "0" * 64, signals, STANDARD_LEADS, STANDARD_LEADS, fs_hz, 10.0)


def looked_at(lead: str) -> Attention:
    """Attention that fills the boxes of one lead, on the default page, and nothing else."""
    page = from_record(steps(), band=Band.AS_RECORDED)
    heat = np.zeros(page.ink.shape, np.float32)
    for box in page.boxes:
        if box.lead == lead:
            px = (round(mm * 2) for mm in (box.y0_mm, box.y1_mm, box.x0_mm, box.x1_mm))
            top, bottom, first, last = px
            heat[top:bottom, first:last] = 1.0
    return Attention("acute_mi", "hirescam", heat, (LeadShare(lead, 1.0, 12.0),), 0.0)


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("lead", ["", "V2"], ids=["plain", "with attention"])
def test_the_ecg_is_true_to_scale_at_100_per_cent(paper: Paper, lead: str) -> None:
    pdf = render(report(steps(), attention=looked_at(lead) if lead else None), paper)
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


def test_attention_lies_under_its_lead_and_hides_no_trace() -> None:
    plain = pixels(render(replace(report(steps(), attention=looked_at("V2")), shade=False)))
    shaded = pixels(render(report(steps(), attention=looked_at("V2"))))
    blue = (shaded[..., 2] - shaded[..., 0] > 60) & (plain[..., 2] - plain[..., 0] < 30)
    rows, columns = np.flatnonzero(blue.any(axis=1)), np.flatnonzero(blue.any(axis=0))
    # V2 is the third of four in the second row: from 125 to 187.5 mm, 6 mm margin and 30 to 60 mm.
    left_mm, top_mm = (PAPER_MM[Paper.A4][0] - 250) / 2, 8.0 + 15.0
    assert columns[[0, -1]] / PX_PER_MM == pytest.approx(
        (left_mm + 125.0, left_mm + 187.5), abs=0.6
    )
    assert rows[[0, -1]] / PX_PER_MM == pytest.approx((top_mm + 36.0, top_mm + 66.0), abs=0.6)
    # Every dark pixel is as dark as without.
    area = slice(round((top_mm + 8) * PX_PER_MM), round((top_mm + 130) * PX_PER_MM))
    trace = plain[area].max(axis=2) < 60
    assert trace.sum() > 10_000
    assert (shaded[area].max(axis=2)[trace] < 75).all()
    text = words(render(report(steps(), attention=looked_at("V2"))))
    assert "Shade: where the model looked, not why (asked for: Acute or recent infarction)" in text
    assert "not why (HiResCAM): V2 100%; outside the leads 0%" in text


def test_attention_goes_with_its_lead_into_another_layout() -> None:
    boxes = layouts.LAYOUTS["12x1"].boxes()
    found = {to: source for source, to in pieces(boxes, layouts.LAYOUTS[layouts.DEFAULT_LAYOUT])}
    # V2 is row 8 of twelve; its seconds 5 to 7.5 are what 3×4 shows of it.
    assert found[(125.0, 36.0, 187.5, 66.0)] == (125.0, 7 * 16.0, 187.5, 8 * 16.0)
    # The rhythm strip shows all ten seconds of II.
    assert found[(0.0, 96.0, 250.0, 126.0)] == (0.0, 16.0, 250.0, 32.0)
    assert len(found) == 13


def test_a_page_too_tall_for_the_sheet_says_by_how_much_it_is_reduced() -> None:
    page = from_record(record(Heart()), layout="12x1")
    tall = replace(report(record(Heart())), page=page, waves=None)
    # Twelve rows of 16 mm and two margins are 204 mm; 140 mm have room.
    size = 140 / 204
    text = words(render(tall))
    assert f"NOT 25 mm/s: too tall for this sheet, printed at {size:.1%} of its size" in text
    assert f"{25 * size:.3g} mm/s {10 * size:.3g} mm/mV" in text
    assert "25 mm/s 10 mm/mV" not in text
    opened(render(tall, Paper.LETTER))


def test_it_tells_answer_numbers_decision_and_limits() -> None:
    reading = Reading("Ewa Łęcka", True, Triage.ACUTE_MI, Priority.IMMEDIATE, note="Anterior MI.")
    stored = StoredReading(7, WHEN, reading, None)
    text = words(render(report(record(Heart(rate_bpm=70)), (stored,))))
    for expected in (
        NOTICE,
        "70/min",
        "Acute or recent infarction 70 %",
        "Agree, acute or recent infarction, priority immediate. Signed by Ewa Łęcka",
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


def heights(pdf: bytes, *said: str) -> list[float]:
    """How high on the sheet each text stands (mm from its top)."""
    page = opened(pdf)[0]
    text = page.get_textpage()
    found = []
    for one in said:
        place = text.search(one).get_next()
        assert place is not None, one
        found.append((page.get_height() - text.get_charbox(place[0])[3]) / 72 * 25.4)
    return found


def test_a_signed_report_begins_with_its_conclusion_and_ends_with_the_numbers() -> None:
    reading = Reading("Ewa", True, Triage.ACUTE_MI, Priority.IMMEDIATE, note="Anterior MI.")
    signed = report(record(Heart(rate_bpm=70)), (StoredReading(7, WHEN, reading, None),))
    pdf = render(signed)
    order = ("Anterior MI.", "Signed by Ewa", "25 mm/s", "QTcF", "The machine said", "Readings")
    places = heights(pdf, *order)
    assert places == sorted(places)
    # The ECG lies between the signature and the numbers.
    assert places[2] - places[1] > 100
    assert places[1] < 25
    # What the machine said is one line; nothing of its draft is left.
    draft = report(record(Heart(rate_bpm=70)))
    assert draft.text and draft.text[:40] in words(render(draft))
    text = words(pdf)
    assert "The machine said: Acute or recent infarction 70 %; priority immediate." in text
    assert "Findings:" not in text and draft.text[:40] not in text
    first, second = heights(render(draft), "QTcF", "25 mm/s")
    assert first < second


def test_a_conclusion_too_long_for_its_place_stands_in_full_below() -> None:
    note = "Sinus rhythm, no change since the last ECG. " * 14 + "Last words."
    reading = Reading("B", True, Triage.ACUTE_MI, Priority.SOON, note=note)
    pdf = render(report(record(Heart()), (StoredReading(7, WHEN, reading, None),)))
    assert "in full below" in words(pdf)
    assert "Last words." in words(pdf)
    above, below = heights(pdf, "in full below", "Conclusion in full")
    assert above < 25 and below > 150


def test_the_whole_of_a_long_record_follows_on_sheets_of_eight_rows() -> None:
    # Twelve leads of 100 s: a first sheet, then eight rows and two.
    rng = np.random.default_rng(4)
    mv = rng.normal(0, 0.05, (12, 50_000)).astype(np.float32)
    # Lead II has one spike a row, at 2 s: twice 25 mm from the left edge of the paper.
    mv[1] = 0.0
    mv[1, 1000::5000] = 1.0
    ecg = EcgRecord("long", "0" * 64, mv, STANDARD_LEADS, STANDARD_LEADS, 500.0, 100.0)
    first = ten_seconds(ecg, 30.0)
    printed = replace(report(first), whole=whole_record(ecg, Band.AS_RECORDED, 30.0))
    pdf = pypdfium2.PdfDocument(render(printed))
    assert len(pdf) == 3
    texts = [page.get_textpage().get_text_bounded() for page in pdf]
    assert "The whole record, 0:00 to 1:20" in texts[1]
    assert "The whole record, 1:20 to 1:40" in texts[2]
    assert all(NOTICE in text for text in texts)
    assert re.findall(r"II\s+(\d:\d\d)", texts[1]) == [
        f"{t // 60}:{t % 60:02d}" for t in range(0, 80, 10)
    ]
    shown = np.asarray(pdf[1].render(scale=PX_PER_MM * 25.4 / 72).to_pil().convert("L"))
    left_mm = (PAPER_MM[Paper.A4][0] - layouts.PAGE_WIDTH_MM) / 2
    # Row 5 (50 s to 60 s): its zero line lies 16 mm + 5.5 rows of 20 mm from the upper edge.
    row = shown[round((16 + 5 * 20) * PX_PER_MM) : round((16 + 5.4 * 20) * PX_PER_MM)]
    dark = np.flatnonzero((row < 90).sum(axis=0) > 5 * PX_PER_MM)
    spikes = dark / PX_PER_MM - left_mm
    assert spikes[np.abs(spikes - 50) < 2].mean() == pytest.approx(50, abs=0.4)


@pytest.mark.parametrize("signed", [False, True])
def test_a_report_in_german_says_nothing_in_english(signed: bool) -> None:
    reading = Reading("Ewa Łęcka", True, Triage.ACUTE_MI, Priority.IMMEDIATE, note="STEMI.")
    readings = (StoredReading(7, WHEN, reading, None),) if signed else ()
    made = replace(report(record(Heart(rate_bpm=70)), readings, "Ada Müller"), language="de")
    printed = words(render(made))
    assert "EKG-Befund" in printed and "Ada Müller" in printed
    assert "Kammerfrequenz 70/min." in printed or signed
    left = words_in(printed) & english_words()
    # The program's name, and names of its model and case.
    assert left <= {"ecg", "model", "case", "triage"}, (left, printed)
