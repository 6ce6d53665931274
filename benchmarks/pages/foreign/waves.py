"""Signals that are no ECG, as twelve-lead records and as sheets from the ECG printer.

These are the hard ones: layout, grid, lead names and calibration pulse are those of a true ECG, and
only the waves tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from matplotlib import cbook
from scipy import signal

from benchmarks.pages.foreign.values import Maker, jpeg, print_waves, wfdb_files
from ecg_core.intake.values import Upload
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn.damage import apply
from ecg_core.page.drawn.printed import PrintStyle

Inputs = Iterator[tuple[str, tuple[Upload, ...]]]
Wave = Callable[[np.random.Generator], np.ndarray]

FS_HZ = 250.0
TIME_S = np.arange(round(10 * FS_HZ)) / FS_HZ
LEADS = len(STANDARD_LEADS)


def white(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0, rng.uniform(0.05, 0.5), (LEADS, TIME_S.size))


def muscle(rng: np.random.Generator) -> np.ndarray:
    """Band-limited noise that comes and goes."""
    sos = signal.butter(2, (5, 40), "bandpass", fs=FS_HZ, output="sos")
    noise = signal.sosfilt(sos, rng.normal(size=(LEADS, TIME_S.size)), axis=1)
    swell = 0.3 + np.abs(np.sin(2 * np.pi * rng.uniform(0.05, 0.3) * TIME_S + rng.uniform(0, 6)))
    return rng.uniform(0.3, 1.2) * noise * swell


def wander(rng: np.random.Generator) -> np.ndarray:
    """A random walk, slowly pulled back."""
    return signal.lfilter([1], [1, -0.998], rng.normal(0, 0.02, (LEADS, TIME_S.size)), axis=1)


def flat(rng: np.random.Generator) -> np.ndarray:
    """Electrodes off: a constant, with or without the last bit's noise."""
    level = rng.uniform(-0.3, 0.3, (LEADS, 1))
    return level + rng.normal(0, rng.choice([0.0, 0.001, 0.004]), (LEADS, TIME_S.size))


def mains(rng: np.random.Generator) -> np.ndarray:
    hum = np.sin(2 * np.pi * 50.0 * TIME_S + rng.uniform(0, 6, (LEADS, 1)))
    return rng.uniform(0.1, 0.8) * hum + rng.normal(0, 0.01, (LEADS, TIME_S.size))


def sine(rng: np.random.Generator) -> np.ndarray:
    phase = 2 * np.pi * rng.choice([0.3, 1.0, 1.3, 2.5, 5.0, 10.0]) * TIME_S
    shift = rng.uniform(0, 6, (LEADS, 1)) * rng.integers(0, 2)
    return rng.uniform(0.3, 1.2, (LEADS, 1)) * np.sin(phase + shift)


def square(rng: np.random.Generator) -> np.ndarray:
    phase = 2 * np.pi * rng.uniform(0.7, 2.5) * TIME_S
    return rng.uniform(0.3, 1.2, (LEADS, 1)) * signal.square(phase, rng.uniform(0.3, 0.6))


def sawtooth(rng: np.random.Generator) -> np.ndarray:
    phase = 2 * np.pi * rng.uniform(0.7, 3.0) * TIME_S
    return rng.uniform(0.3, 1.2, (LEADS, 1)) * signal.sawtooth(phase, rng.uniform(0.2, 1.0))


def eeg(rng: np.random.Generator) -> np.ndarray:
    """Pink noise and spindles of 8 to 12 Hz, partly common to neighbouring channels."""
    common, own = rng.normal(size=(1, TIME_S.size)), rng.normal(size=(LEADS, TIME_S.size))
    pink = signal.lfilter([1, -0.98], [1, -0.9], np.cumsum(0.5 * common + own, axis=1) * 0.05)
    swell = np.maximum(np.sin(2 * np.pi * 0.25 * TIME_S + rng.uniform(0, 6, (LEADS, 1))), 0)
    alpha = np.sin(2 * np.pi * rng.uniform(8, 12) * TIME_S + rng.uniform(0, 1, (LEADS, 1)))
    mixed = pink / pink.std() + 1.5 * swell * alpha
    return rng.uniform(0.1, 0.35) * mixed


def recorded_eeg(rng: np.random.Generator) -> np.ndarray:
    """The four channels of EEG that Matplotlib ships, in other places and sizes."""
    with cbook.get_sample_data("eeg.dat") as file:
        four = np.frombuffer(file.read(), float).reshape(800, 4).T
    four = (four - four.mean(axis=1, keepdims=True)) / four.std(axis=1, keepdims=True)
    twelve = np.stack([np.roll(four[k % 4], 37 * k) for k in range(LEADS)])
    return rng.uniform(0.1, 0.4) * signal.resample(twelve, TIME_S.size, axis=1)


def pulse(rng: np.random.Generator) -> np.ndarray:
    """Finger pulse: a steep rise, a notch, a slow fall; the same beats in every row."""
    rate_hz = rng.uniform(0.8, 1.8)
    phase = np.cumsum(rate_hz * (1 + 0.03 * np.sin(2 * np.pi * 0.25 * TIME_S))) / FS_HZ % 1.0
    beat = np.exp(-(((phase - 0.2) / 0.09) ** 2)) + 0.45 * np.exp(-(((phase - 0.5) / 0.12) ** 2))
    return rng.uniform(0.4, 1.4, (LEADS, 1)) * (beat - beat.mean())


def breathing(rng: np.random.Generator) -> np.ndarray:
    slow = np.sin(2 * np.pi * rng.uniform(0.15, 0.4) * TIME_S + rng.uniform(0, 0.4, (LEADS, 1)))
    return rng.uniform(0.3, 1.0, (LEADS, 1)) * (slow + 0.2 * slow**3)


WAVES: dict[str, Wave] = {
    "white noise": white,
    "muscle noise": muscle,
    "baseline wander": wander,
    "flat line": flat,
    "mains hum": mains,
    "sine wave": sine,
    "square wave": square,
    "sawtooth": sawtooth,
    "EEG-like": eeg,
    "EEG": recorded_eeg,
    "finger pulse": pulse,
    "breathing": breathing,
}


def limb_leads_agree(signals: np.ndarray) -> np.ndarray:
    """The same with III, aVR, aVL and aVF computed from I and II, as every cart computes them."""
    one, two = signals[0], signals[1]
    limb = np.stack([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2])
    return np.concatenate([limb, signals[6:]])


def records(name: str) -> Maker:
    """Twelve-lead WFDB records of one kind of wave."""

    def draw(rng: np.random.Generator) -> Inputs:
        for number in range(6):
            signals = WAVES[name](rng)
            agreeing = number % 2 == 1
            signals = limb_leads_agree(signals) if agreeing else signals
            what = "limb leads agree" if agreeing else "leads as they come"
            yield what, wfdb_files(signals, STANDARD_LEADS, FS_HZ)

    return Maker(f"12-lead record: {name}", draw)


def sheets(name: str) -> Maker:
    """The same waves from the ECG printer, clean and photographed."""

    def draw(rng: np.random.Generator) -> Inputs:
        plans = (("3x4+1R", "clean"), ("12x1", "colour_scan"), ("6x2", "clean"), ("3x4", "clean"))
        for number, (layout, condition) in enumerate(plans):
            signals = WAVES[name](rng)
            style = PrintStyle(grid=str(rng.choice(["pink", "red", "orange", "green", "grey"])))
            pixels = print_waves(signals, STANDARD_LEADS, FS_HZ, layout, style)
            pixels = apply(condition, pixels, int(rng.integers(1 << 30)), 5.0)
            yield f"{layout}, {condition}", jpeg(pixels, 90 - number)

    return Maker(f"ECG sheet: {name}", draw)


def montage(rng: np.random.Generator) -> Inputs:
    """EEG and polygraph pages as their own machines print them: many rows, no ECG paper."""
    for number in range(12):
        rows = (4, 6, 8, 12, 16, 19)[number % 6]
        page = np.full((1000, 1500, 3), 255, np.uint8)
        for x in range(100, 1500, 140):
            cv2.line(page, (x, 0), (x, 999), (205, 225, 205), 1)
        make = (eeg, recorded_eeg, pulse, muscle)[number % 4]
        for row in range(rows):
            wave = make(rng)[row % LEADS]
            at = (row + 0.5) * 1000 / rows - wave / np.abs(wave).max() * 420 / rows
            points = np.stack([np.linspace(100, 1480, wave.size), at], axis=1).astype(np.int32)
            cv2.polylines(page, [points], False, (15, 15, 90 * (number % 2)), 1, cv2.LINE_AA)
            cv2.putText(
                page, f"F{row}-C{row}", (20, round((row + 0.5) * 1000 / rows)), 0, 0.5, 0, 1
            )
        yield f"{rows} rows", jpeg(page)


MAKERS: tuple[Maker, ...] = (
    *(records(name) for name in WAVES),
    *(sheets(name) for name in WAVES),
    Maker("polygraph page", montage),
)
