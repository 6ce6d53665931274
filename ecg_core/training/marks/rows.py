"""Rows of leads and words, as recorders print them, onto the plates of a sheet."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.training.marks.plates import Plates, font_files, pulse, separator

NAMES = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
MORE_NAMES = (
    "-aVR",
    "V3R",
    "V4R",
    "V7",
    "V8",
    "V9",
    "C1",
    "C4",
    "MCL1",
    "AVR",
    "AVL",
    "AVF",
    "avf",
)
PRINT = (
    "25mm/s",
    "25 mm/s",
    "50 mm/s",
    "10mm/mV",
    "10 mm/mV",
    "5mm/mV",
    "20 mm/mV",
    "0.05-150 Hz",
    "0.5-40Hz",
    "F 50~",
    "AC 50Hz",
    "Normal sinus rhythm",
    "Vent. rate 72 BPM",
    "PR interval 160 ms",
    "QRS duration 92 ms",
    "QT/QTc 380/412 ms",
    "P-R-T axes 45 12 60",
    "Unconfirmed",
    "Sinus bradycardia",
    "ABNORMAL ECG",
    "Name:",
    "Page 1 of 1",
    "Technician:",
    "12SL v239",
    "MAC55 009C",
    "Limb: 10 mm/mV",
    "Chest: 5 mm/mV",
    "P",
    "QRS",
    "T",
    "PAC",
    "x",
    "1 s",
    "0.34 sec",
    "(1)",
    "05-Nov-2019 12:03:44",
    "HR 88",
)


def _beat_like(r: np.random.Generator, n: int) -> np.ndarray:
    """Waves that are no sinus rhythm: flutter, fibrillation, a flat line (mV at 400 Hz)."""
    t = np.arange(n) / 400
    kind = r.integers(3)
    if kind == 0:
        return np.zeros(n) + 0.02 * np.sin(t)
    f = r.uniform(2, 7)
    y = np.sin(2 * np.pi * (f * t + 0.3 * np.sin(t * r.uniform(0.5, 4)))) * r.uniform(0.1, 1.2)
    return (
        y * (1 + 0.5 * np.sin(t * r.uniform(0.3, 3)))
        if kind == 1
        else np.abs(y) ** 0.7 * np.sign(y)
    )


def _piece(r: np.random.Generator, lead: np.ndarray, seconds: float) -> np.ndarray:
    """A stretch of one lead at 400 Hz, in mV about zero, now and then disturbed."""
    n = int(seconds * 100)
    if r.random() < 0.05:
        y = _beat_like(r, n * 4)
    else:
        at = int(r.integers(0, max(1, len(lead) - n)))
        y = lead[at : at + n]
        y = np.interp(np.arange(0, len(y), 0.25), np.arange(len(y)), y)
        if len(y) > 8:  # rounds the corners of linear interpolation
            y = np.convolve(np.pad(y, 2, mode="edge"), (0.1, 0.2, 0.4, 0.2, 0.1), "valid")
    y = y - np.median(y)
    if r.random() < 0.1:  # muscle
        y = y + r.standard_normal(len(y)) * r.uniform(0.01, 0.12)
    if r.random() < 0.06:  # a wandering line
        y = y + np.cumsum(r.standard_normal(len(y))) * 0.01
    if r.random() < 0.05:  # a pacemaker's spikes
        for q in np.arange(r.uniform(0, 300), len(y), r.uniform(240, 480)):
            y[int(q) : int(q) + 2] += r.uniform(-2, 2)
    if r.random() < 0.05:  # tall complexes
        y = y * r.uniform(1.5, 4)
    if r.random() < 0.03:
        y = np.clip(y, -r.uniform(0.4, 1.5), r.uniform(0.4, 1.5))
    return y


def print_rows(r: np.random.Generator, plates: Plates, recordings: np.ndarray, k: float) -> None:
    h, w = plates.shape
    record = recordings[int(r.integers(len(recordings)))]
    gain = k * 10 * float(r.choice([0.5, 1, 2], p=[0.12, 0.68, 0.2]))
    speed = k * 25 * (2 if r.random() < 0.12 else 1)
    pitch = float(r.uniform(11, 34) * k)
    width = float(max(k * r.uniform(0.12, 0.55), 0.55))
    if r.random() < 0.12:
        width = float(k * r.uniform(0.5, 0.9))
    steep = float(r.uniform(0.25, 0.9)) if r.random() < 0.35 else 1.0
    face = int(r.integers(len(font_files()) + 6))
    separators, named, gap = r.random() < 0.5, r.random() < 0.85, r.random() < 0.35
    name_high, name_dy, name_dx = (
        r.uniform(1.8, 4.5) * k,
        r.uniform(-9, 7) * k,
        r.uniform(-2, 4) * k,
    )
    y = float(r.uniform(-0.3, 1.0) * pitch)
    while y < h + pitch:
        x = float(r.uniform(-40, 25) * k)
        while x < w:
            seconds = float(r.choice([1.0, 2.5, 2.5, 3.0, 5.0, 10.0]))
            if r.random() < 0.15:
                wide = k * (10 if speed > 26 * k else 5) * r.uniform(0.6, 1.1)
                at = x + r.uniform(1, 4) * k
                plates.trace(
                    pulse(at, y, k, gain * r.choice([1, 1, 0.5]), wide, int(r.integers(2))),
                    width,
                    1.0,
                )
                x = at + wide + r.uniform(0, 4) * k
            lead = int(r.integers(12))
            wave = _piece(r, record[lead], seconds)
            points = np.stack([x + np.arange(len(wave)) / 400 * speed, y - wave * gain], 1)
            near = (points[:, 0] > -4) & (points[:, 0] < w + 4)
            if near.sum() > 1:
                plates.trace(points[near], width, steep)
            if named:
                text = NAMES[lead] if r.random() < 0.9 else str(r.choice(MORE_NAMES))
                nx, ny = x + name_dx, y + name_dy
                if r.random() < 0.06:
                    cv2.rectangle(
                        plates.patch,
                        (int(nx - k), int(ny - name_high - k)),
                        (int(nx + name_high * 2.5), int(ny + k)),
                        255,
                        -1,
                    )
                plates.write(r, text, nx, ny, name_high, face)
            if separators and r.random() < 0.8:
                separator(r, plates, x, y, k)
            x += len(wave) / 400 * speed + (r.uniform(0, 5) * k if gap else 0.0)
        y += float(pitch * r.uniform(0.9, 1.1))


def print_words(r: np.random.Generator, plates: Plates, k: float) -> None:
    h, w = plates.shape
    for _ in range(int(r.choice([0, 0, 1, 1, 2, 4]))):
        face, high = int(r.integers(len(font_files()) + 6)), r.uniform(1.5, 4.5) * k
        x, y = r.uniform(-0.2, 0.8) * w, r.uniform(0, 1) * h
        for _ in range(int(r.choice([1, 1, 1, 2, 5]))):
            if r.random() < 0.7:
                text = str(r.choice(PRINT))
            else:
                text = "".join(
                    r.choice(list("0123456789 ABCDEFabcdefghmnV:/.%-()"), int(r.integers(2, 20)))
                )
            plates.write(r, text, x, y, high, face)
            y += high * r.uniform(1.6, 2.2)
    if r.random() < 0.12:  # arrows and calipers
        for _ in range(int(r.integers(1, 4))):
            a = r.uniform(0, 1, 2) * (w, h)
            turn, size = r.uniform(0, 2 * np.pi), r.uniform(3, 12) * k
            b = a + size * np.array([np.cos(turn), np.sin(turn)])
            cv2.arrowedLine(
                plates.text,
                tuple(int(v * plates.s) for v in a),
                tuple(int(v * plates.s) for v in b),
                255,
                max(1, int(k * r.uniform(0.2, 0.9) * plates.s)),
                cv2.LINE_AA,
                0,
                r.uniform(0.15, 0.4),
            )
    if r.random() < 0.1:  # handwriting: loops of a pen
        for _ in range(int(r.integers(1, 4))):
            n = int(r.integers(20, 70))
            step = r.standard_normal((n, 2)).cumsum(0)
            loop = np.stack([np.linspace(0, r.uniform(8, 40) * k, n), np.zeros(n)], 1)
            loop += (
                np.stack([np.sin(np.arange(n) * 0.9), np.cos(np.arange(n) * 0.9 + 1)], 1)
                * r.uniform(0.8, 3)
                * k
            )
            loop += step * 0.12 * k + r.uniform(0, 0.8, 2) * (w, h)
            plates.stroke(plates.text, loop, k * r.uniform(0.2, 0.6))
    if r.random() < 0.1:  # a frame, or a ruled table of the header
        x0, y0, x1, y1 = (
            r.uniform(-0.3, 0.5) * w,
            r.uniform(-0.3, 0.5) * h,
            r.uniform(0.5, 1.3) * w,
            r.uniform(0.5, 1.3) * h,
        )
        box = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])
        plates.stroke(plates.text, box, k * r.uniform(0.1, 0.6))
