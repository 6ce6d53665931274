"""Write the demonstration ECGs: `python assets/make_demo.py [FOLDER]` (default: assets/demo).

One real ECG (the twelve-lead test waveform that the pydicom package ships) and synthetic ones from
our own beat model. Everything is seeded: the same library versions give the same bytes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pydicom
import wfdb
from PIL import Image
from pydicom.data import get_testdata_file

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from ecg_core.intake.values import EcgRecord  # noqa: E402 (the repository is not installed)
from ecg_core.leads import STANDARD_LEADS  # noqa: E402
from ecg_core.page.drawn import damage  # noqa: E402
from ecg_core.page.drawn.printed import PrintStyle, print_record  # noqa: E402
from ecg_core.signal.synthetic.beat_model import (  # noqa: E402
    Conduction,
    Heart,
    Lesion,
    Rhythm,
    Synthetic,
    synthesise,
)

OUR_LICENCE = "Made by this project; same licence as the source code."
NOT_REAL = "Synthetic, from this project's beat model; no patient."
UNITS_PER_MV = 1000

NORMAL = Heart(rate_bpm=68)
ANTERIOR_STEMI = Heart(rate_bpm=92, lesions=(Lesion("anterior", st_mv=0.45, q_mv=0.32, t_mv=0.22),))
OLD_INFERIOR = Heart(rate_bpm=62, lesions=(Lesion("inferior", q_mv=0.65, t_mv=-0.55),))
FIBRILLATION = Heart(rate_bpm=112, rhythm=Rhythm.FIBRILLATION, irregularity=0.24)
LEFT_BUNDLE = Heart(rate_bpm=74, conduction=Conduction.LEFT_BUNDLE_BLOCK, qtc_s=0.45)
HYPERTROPHY = Heart(rate_bpm=70, hypertrophy=1.0)
PAROXYSM = Heart(rate_bpm=72, paroxysm_s=(22.0, 43.0), irregularity=0.03)


@dataclass(frozen=True)
class Demo:
    """One demonstration ECG. files: written into the folder; the first names the case.

    caption: what it is and what a reader should see in it, in plain words.
    """

    id: str
    title: str
    caption: str
    origin: str
    licence: str
    files: tuple[str, ...]
    write: Callable[[Path, str], None]


def real(folder: Path, name: str) -> None:
    """The rhythm strip of pydicom's test file: signals only, no demographics, unchanged."""
    path = get_testdata_file("waveform_ecg.dcm")
    rhythm = pydicom.dcmread(str(path)).WaveformSequence[0]
    units = np.frombuffer(rhythm.WaveformData, "<i2").reshape(-1, rhythm.NumberOfWaveformChannels)
    sensitivity_uv = float(rhythm.ChannelDefinitionSequence[0].ChannelSensitivity)
    _write_record(
        folder,
        name,
        units,
        STANDARD_LEADS,
        float(rhythm.SamplingFrequency),
        gain=1000.0 / sensitivity_uv,
    )


def record(heart: Heart, seed: int) -> Callable[[Path, str], None]:
    """Ten seconds of twelve leads as a WFDB record."""

    def write(folder: Path, name: str) -> None:
        ecg = synthesise(heart, seed=seed)
        _write_record(folder, name, _units(ecg.signals_mv), STANDARD_LEADS, ecg.fs_hz)

    return write


def strip(folder: Path, name: str) -> None:
    """One minute of two leads with rhythm marks, as a Holter recorder keeps it."""
    ecg = synthesise(PAROXYSM, duration_s=60.0, fs_hz=250.0, seed=11)
    two = np.stack([ecg.lead("II"), ecg.lead("V1")])
    _write_record(folder, name, _units(two), ("MLII", "V1"), ecg.fs_hz)
    _write_marks(folder, name, ecg)


def page(heart: Heart, seed: int, condition: str, style: PrintStyle) -> Callable[[Path, str], None]:
    """A printed sheet, as exported or as it comes back from paper."""

    def write(folder: Path, name: str) -> None:
        ecg = synthesise(heart, seed=seed)
        drawn = EcgRecord(
            name=name,
            sha256="",
            signals_mv=ecg.signals_mv.astype(np.float32),
            leads=STANDARD_LEADS,
            original_leads=STANDARD_LEADS,
            fs_hz=ecg.fs_hz,
            file_duration_s=10.0,
        )
        sheet = print_record(drawn, px_per_mm=6.0, style=style)
        pixels = damage.apply(condition, sheet.pixels, seed, px_per_mm=sheet.px_per_mm)
        image = Image.fromarray(pixels)
        if condition == "clean":
            image.save(folder / f"{name}.png", optimize=True)
        else:
            image.save(folder / f"{name}.jpg", quality=72)

    return write


def _units(signals_mv: np.ndarray) -> np.ndarray:
    return np.rint(signals_mv.T * UNITS_PER_MV).astype(np.int64)


def _write_record(
    folder: Path,
    name: str,
    units: np.ndarray,
    leads: tuple[str, ...],
    fs_hz: float,
    gain: float = UNITS_PER_MV,
) -> None:
    count = len(leads)
    wfdb.wrsamp(
        name,
        fs=fs_hz,
        units=["mV"] * count,
        sig_name=list(leads),
        d_signal=units.astype(np.int64),
        fmt=["16"] * count,
        adc_gain=[gain] * count,
        baseline=[0] * count,
        write_dir=str(folder),
    )


def _write_marks(folder: Path, name: str, ecg: Synthetic) -> None:
    last = ecg.signals_mv.shape[1]
    marks: list[tuple[int, str, str]] = []
    rhythm = ""
    for beat in ecg.beats:
        sample = round(beat.time_s * ecg.fs_hz)
        if not 12 <= sample < last:
            continue
        now = "(N" if beat.p_wave else "(AFIB"
        if now != rhythm:
            marks.append((sample - 10, "+", now))
            rhythm = now
        marks.append((sample, "N", ""))
    samples, symbols, notes = zip(*marks, strict=True)
    wfdb.wrann(
        name,
        "atr",
        np.array(samples),
        list(symbols),
        fs=ecg.fs_hz,
        aux_note=list(notes),
        write_dir=str(folder),
    )


def _synthetic(
    name: str, title: str, caption: str, write: Callable[[Path, str], None], *suffixes: str
) -> Demo:
    files = tuple(f"{name}{suffix}" for suffix in suffixes or (".hea", ".dat"))
    return Demo(name, title, f"{NOT_REAL} {caption}", "synthetic", OUR_LICENCE, files, write)


_HEADER = ("Synthetic ECG of this project's beat model - no patient",)

DEMOS: tuple[Demo, ...] = (
    Demo(
        "real_sinus",
        "Real ECG, sinus rhythm",
        "A real, anonymous twelve-lead ECG: the test recording that the pydicom package ships "
        "(waveform_ecg.dcm, 10 s at 1000 Hz), signals unchanged, all demographics left out. No "
        "diagnosis was published with it. It looks like sinus rhythm near 60/min with some "
        "muscle and movement artefact.",
        "real",
        "MIT, as part of pydicom (Copyright Darcy Mason and pydicom contributors).",
        ("real_sinus.hea", "real_sinus.dat"),
        real,
    ),
    _synthetic(
        "normal",
        "Normal sinus rhythm",
        "It should look like a normal ECG: sinus rhythm at 68/min, R waves that grow from V1 to "
        "V4, upright T waves except in aVR and V1.",
        record(NORMAL, 3),
    ),
    _synthetic(
        "anterior_stemi",
        "Acute anterior infarction",
        "It should look like an acute anterior ST-elevation infarction: ST elevation in V1 to V5, "
        "I and aVL, Q waves in V2 and V3, reciprocal depression in III and aVF, 92/min.",
        record(ANTERIOR_STEMI, 3),
    ),
    _synthetic(
        "old_inferior",
        "Prior inferior infarction",
        "It should look like an inferior infarction of long ago: Q waves and inverted T waves in "
        "II, III and aVF, no ST elevation, 62/min.",
        record(OLD_INFERIOR, 3),
    ),
    _synthetic(
        "fibrillation",
        "Atrial fibrillation",
        "It should look like atrial fibrillation: no P waves, a fine restless baseline best seen "
        "in V1, narrow QRS at irregular intervals, about 110/min.",
        record(FIBRILLATION, 3),
    ),
    _synthetic(
        "left_bundle",
        "Left bundle branch block",
        "It should look like complete left bundle branch block: broad notched R in I, aVL, V5 and "
        "V6, deep broad S in V1 to V3, ST and T opposite to the QRS.",
        record(LEFT_BUNDLE, 3),
    ),
    _synthetic(
        "hypertrophy",
        "Left ventricular hypertrophy",
        "It should look like left ventricular hypertrophy with strain: very tall R in V5 and V6, "
        "deep S in V2, sloping ST depression and inverted T in I, aVL, V5 and V6.",
        record(HYPERTROPHY, 3),
    ),
    _synthetic(
        "one_minute_strip",
        "One minute, two leads",
        "A 60-second strip of two leads (MLII and V1) with rhythm marks. It should look like sinus "
        "rhythm, then atrial fibrillation from about 22 to 43 s, then sinus rhythm again: choose "
        "the ten seconds to read.",
        strip,
        ".hea",
        ".dat",
        ".atr",
    ),
    _synthetic(
        "stemi_export",
        "Acute anterior infarction, exported page",
        "A clean page image, as a cart exports it. It should look like an acute anterior "
        "ST-elevation infarction, with other beats than the record above.",
        page(ANTERIOR_STEMI, 21, "clean", PrintStyle(header=_HEADER)),
        ".png",
    ),
    _synthetic(
        "old_inferior_scan",
        "Prior inferior infarction, scanned page",
        "A page printed and scanned: a little askew, soft, with a colour cast. It should look like "
        "an inferior infarction of long ago.",
        page(OLD_INFERIOR, 22, "colour_scan", PrintStyle(header=_HEADER, grid="red")),
        ".jpg",
    ),
    _synthetic(
        "left_bundle_photo",
        "Left bundle branch block, phone photo",
        "A page photographed by phone: seen from aside, unevenly lit. It should look like complete "
        "left bundle branch block. The page reader may well refuse it: photographs are hard.",
        page(LEFT_BUNDLE, 23, "phone_photo", PrintStyle(header=_HEADER, grid="orange")),
        ".jpg",
    ),
)


def make(folder: Path) -> None:
    """Write every demo and the catalogue into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for demo in DEMOS:
        demo.write(folder, demo.id)
    rows = [{key: value for key, value in asdict(demo).items() if key != "write"} for demo in DEMOS]
    text = json.dumps(rows, indent=2, ensure_ascii=False)
    (folder / "catalogue.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "assets" / "demo")
