"""Random recordings in every format that we can write come back as they were, or by no means.

Order of leads, their signs, unit, gain, rate and parts are drawn; only the same microvolts under
the same names are right, or a refusal with a reason. Planted names never leave intake.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecg_core.intake import Bundle, EcgRecord, IntakeError, Upload, read_here
from ecg_core.intake.gather import AVERAGE_LEFT_OUT
from ecg_core.leads import STANDARD_LEADS
from tests.intake.battery import told
from tests.intake.dicom_files import group, waveform
from tests.intake.vendor_files import PATIENT, aecg, edf, levels, muse, scp

EXAMPLES = int(os.environ.get("ECG_FUZZ_EXAMPLES", "150"))
SECONDS = 2
NUMBER_OF = {lead: n for n, lead in enumerate(("I", "II"), 1)} | {
    **{f"V{n}": n + 2 for n in range(1, 7)},
    **{"III": 61, "aVR": 62, "aVL": 63, "aVF": 64},
}


@dataclass(frozen=True, eq=False)
class Drawn:
    """One recording. levels: leads × samples as stored. turned: leads stored upside down.

    step_uv: of a level. parts: how many groups of leads the file has. average: whether it also
    holds averaged beats. number: the patient's.
    """

    leads: tuple[str, ...]
    levels: np.ndarray
    turned: frozenset[str]
    step_uv: float
    unit: str
    fs_hz: int
    parts: int
    average: bool
    number: str

    def label(self, lead: str) -> str:
        """As the file names it."""
        return f"-{lead}" if lead in self.turned else lead

    def grouped(self) -> list[np.ndarray]:
        """Places of the leads of each part."""
        return [
            part for part in np.array_split(np.arange(len(self.leads)), self.parts) if part.size
        ]


def _wfdb(d: Drawn) -> tuple[Upload, ...]:
    per_unit = {"uV": 1 / d.step_uv, "mV": 1000 / d.step_uv, "V": 1e6 / d.step_uv}[d.unit]
    stored = d.levels + 7
    lines = [
        f"r{n}.dat 16 {np.format_float_positional(per_unit)}(7)/{d.unit} 16 0 {stored[i, 0]} "
        f"{(stored[i].sum() + 32768) % 65536 - 32768} 0 {d.label(d.leads[i])}"
        for n, part in enumerate(d.grouped())
        for i in part
    ]
    header = f"r {len(lines)} {d.fs_hz} {d.levels.shape[1]}\n" + "\n".join(lines)
    header += f"\n# Patient ID: {d.number}\n# Name: {PATIENT}\n"
    signals = [
        Upload(f"r{n}.dat", stored[part].T.astype("<i2").tobytes())
        for n, part in enumerate(d.grouped())
    ]
    return (Upload("r.hea", header.encode()), *signals)


def _dicom(d: Drawn) -> tuple[Upload, ...]:
    scale = {"uV": 1.0, "mV": 1e-3, "V": 1e-6}[d.unit]

    def of(part: Sequence[int], rows: np.ndarray, **more: str) -> object:
        sources = [
            ("x", f"Lead {d.label(d.leads[i])}")
            if d.leads[i] in d.turned
            else (f"2:{NUMBER_OF[d.leads[i]]}", "whatever")
            for i in part
        ]
        return group(rows, sources, d.fs_hz, d.step_uv * scale, d.unit, **more)

    groups = [of(part, d.levels[part]) for part in d.grouped()]
    if d.average:
        beat = d.levels[:, : d.fs_hz // 2] * 3
        groups.insert(0, of(range(len(d.leads)), beat, label="MEDIAN BEAT"))
    return (Upload("e", waveform(*groups, PatientID=d.number)),)


def _between(text: str, tag: str) -> str:
    return re.search(rf"<{tag}>.*?</{tag}>", text, re.S)[0]  # type: ignore[index]


def _aecg(d: Drawn) -> tuple[Upload, ...]:
    scale = {"uV": 1.0, "mV": 1e-3, "V": 1e-6}[d.unit]
    names = [f"{lead.upper()}NEG" if lead in d.turned else lead.upper() for lead in d.leads]

    def of(part: Sequence[int], rows: np.ndarray) -> str:
        return aecg(
            rows, [names[i] for i in part], d.fs_hz, d.unit, d.step_uv * scale, number=d.number
        ).decode()

    sets = [of(part, d.levels[part]) for part in d.grouped()]
    more = "".join(f"<component>{_between(text, 'sequenceSet')}</component>" for text in sets[1:])
    whole = sets[0].replace("</series>", more + "</series>")
    if d.average:
        beat = of(range(len(d.leads)), d.levels[:, : d.fs_hz // 2] * 3)
        series = _between(beat, "series").replace("RHYTHM", "REPRESENTATIVE_BEAT")
        place = whole.index("<component><series>")
        whole = f"{whole[:place]}<component>{series}</component>{whole[place:]}"
    return (Upload("e", whole.encode()),)


def _muse(d: Drawn) -> tuple[Upload, ...]:
    unit = {"uV": "MICROVOLTS", "mV": "MILLIVOLTS", "V": "VOLTS"}[d.unit]
    per_bit = np.format_float_positional(d.step_uv * {"uV": 1.0, "mV": 1e-3, "V": 1e-6}[d.unit])
    wholes = [
        muse(d.levels[part], [d.label(d.leads[i]) for i in part], d.fs_hz, per_bit, unit, d.number)
        for part in d.grouped()
    ]
    texts = [whole.decode("latin-1") for whole in wholes]
    rhythms = [re.findall(r"<Waveform>.*?</Waveform>", text, re.S)[1] for text in texts]
    whole = texts[0].replace("</RestingECG>", "".join(rhythms[1:]) + "</RestingECG>")
    return (Upload("e", whole.encode("latin-1")),)


def _scp(d: Drawn) -> tuple[Upload, ...]:
    labels = [d.label(lead) for lead in d.leads]
    beat = d.levels[:, : d.fs_hz // 2] * 3 if d.average else None
    step_nv, packed = round(d.step_uv * 1000), d.parts % 2 == 0
    data = scp(d.levels, labels, d.fs_hz, step_nv, packed, number=d.number, beat=beat)
    return (Upload("e", data),)


def _edf(d: Drawn) -> tuple[Upload, ...]:
    span = d.step_uv * {"uV": 1.0, "mV": 1e-3, "V": 1e-6}[d.unit]
    data = edf(
        list(d.levels), [f"ECG {d.label(lead)}" for lead in d.leads], [d.fs_hz] * len(d.leads),
        unit=d.unit, physical=(-32768 * span, 32767 * span), onsets=tuple(range(SECONDS)),
        number=d.number,
    )  # fmt: skip
    return (Upload("e", data),)


FORMATS: dict[str, tuple[Callable[[Drawn], tuple[Upload, ...]], tuple[str, ...]]] = {
    # Writer, and the leads whose other sign the format has a name for.
    "wfdb": (_wfdb, STANDARD_LEADS),
    "dicom": (_dicom, STANDARD_LEADS),
    "aecg": (_aecg, ("aVR", "aVL", "aVF")),
    "muse": (_muse, STANDARD_LEADS),
    "scp": (_scp, ("aVR",)),
    "edf": (_edf, STANDARD_LEADS),
}


@st.composite
def drawn(draw: st.DrawFn, form: str) -> Drawn:
    order = draw(st.permutations(STANDARD_LEADS))
    leads = tuple(order[: draw(st.integers(1, 12))])
    can_turn = [lead for lead in leads if lead in FORMATS[form][1]]
    fs_hz = draw(st.sampled_from((100, 125, 200, 250, 500, 1000)))
    rows = levels(len(leads), SECONDS * fs_hz, draw(st.integers(0, 2**16)))
    return Drawn(
        leads,
        rows * draw(st.sampled_from((-1, 1))),
        frozenset(draw(st.sets(st.sampled_from(can_turn))) if can_turn else ()),
        # Steps that eight signs of an EDF header can state exactly.
        draw(st.sampled_from((1.0, 2.0, 2.5, 5.0))),
        "uV" if form == "edf" else draw(st.sampled_from(("uV", "mV", "V"))),
        fs_hz,
        draw(st.integers(1, 4)),
        draw(st.booleans()),
        draw(st.from_regex(r"[0-9]{7}-[A-Z]{3}", fullmatch=True)),
    )


@given(st.sampled_from(sorted(FORMATS)).flatmap(lambda f: st.tuples(st.just(f), drawn(f))))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_microvolts_under_the_same_names_or_a_refusal(case: tuple[str, Drawn]) -> None:
    form, one = case
    files = FORMATS[form][0](one)
    try:
        found = read_here(Bundle("case", files))
    except IntakeError as error:
        assert error.reason and error.hint
        assert PATIENT not in str(error) and one.number not in str(error)
        return
    assert isinstance(found, EcgRecord)
    # Of several parts none may be lost unsaid: all leads, or a remark on what was left out.
    lost = set(one.leads) - set(found.leads)
    assert not lost or any("left out" in note for note in found.notes)
    assert set(found.leads) <= set(one.leads) and found.fs_hz == one.fs_hz
    average = form == "muse" or (one.average and form in ("dicom", "aecg", "scp"))
    assert (AVERAGE_LEFT_OUT in found.notes) == average
    assert {doubt.code for doubt in found.doubts} <= {"time_unstated"}
    true_mv = {
        lead: row * one.step_uv / 1000 * (-1 if lead in one.turned else 1)
        for lead, row in zip(one.leads, one.levels, strict=True)
    }
    for lead, mv in zip(found.leads, found.signals_mv, strict=True):
        np.testing.assert_allclose(mv, true_mv[lead], rtol=1e-6, atol=2e-6)
    for planted in (PATIENT, one.number, "1950", "20200102", "ACUTE INFARCTION"):
        assert planted not in told(found)


def test_every_format_is_read_and_not_only_refused() -> None:
    rows = levels(12, 1000)
    for form, (write, can_turn) in FORMATS.items():
        one = Drawn(
            STANDARD_LEADS, rows, frozenset(can_turn[:1]), 5.0, "uV", 500, 2, True, "1234567-ABC"
        )
        found = read_here(Bundle(form, write(one)))
        assert isinstance(found, EcgRecord) and found.leads == STANDARD_LEADS, form
        assert any("upside down" in note for note in found.notes), form
