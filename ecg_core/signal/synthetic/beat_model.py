"""A small model of the twelve-lead ECG, for demonstration and tests: synthetic, never a patient.

Every wave is a Gaussian with a height per lead (tables in `beat_waves`); beats are laid out by a
rhythm; leads I, II and V1 to V6 are summed and the other limb leads computed from I and II, so
that Einthoven's and Goldberger's relations hold exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.synthetic import beat_waves as tables
from ecg_core.signal.synthetic.beat_waves import Gaussian, Heights

PAROXYSM_SPEED, PAROXYSM_IRREGULARITY = 1.6, 0.22
"""How much faster, and how irregularly, the ventricles beat while the atria fibrillate."""


class Rhythm(StrEnum):
    """What sets the pace."""

    SINUS = "sinus"
    FIBRILLATION = "atrial fibrillation"


class Conduction(StrEnum):
    """How the ventricles are activated."""

    NORMAL = "normal"
    LEFT_BUNDLE_BLOCK = "left bundle branch block"
    RIGHT_BUNDLE_BLOCK = "right bundle branch block"


@dataclass(frozen=True)
class Lesion:
    """An infarction of one territory (a key of `beat_waves.TERRITORIES`).

    st_mv: elevation in the lead that shows it most. q_mv: depth of the Q wave there, for scars.
    t_mv: change of the T wave there, positive for hyperacute, negative for inverted.
    """

    territory: str
    st_mv: float = 0.0
    q_mv: float = 0.0
    t_mv: float = 0.0


@dataclass(frozen=True)
class Heart:
    """What is asked of the model; the defaults are a healthy adult at rest.

    rate_bpm: mean ventricular rate. pr_s: start of P to start of QRS. qtc_s: QT at 60/min
    (Fridericia). qrs_stretch: width of the QRS against the table's. irregularity: standard
    deviation of the beat interval over its mean. premature_every: a ventricular premature beat
    after so many beats, 0 for none. paroxysm_s: from when to when the atria of a heart in sinus
    rhythm fibrillate. hypertrophy: 0 none to 1 full left ventricular hypertrophy with strain.
    voltage: factor on all waves. noise_mv, wander_mv: of muscle and breathing.
    """

    rate_bpm: float = 68.0
    rhythm: Rhythm = Rhythm.SINUS
    conduction: Conduction = Conduction.NORMAL
    pr_s: float = 0.16
    qtc_s: float = 0.40
    qrs_stretch: float = 1.0
    irregularity: float = 0.02
    premature_every: int = 0
    paroxysm_s: tuple[float, float] | None = None
    hypertrophy: float = 0.0
    lesions: tuple[Lesion, ...] = ()
    voltage: float = 1.0
    noise_mv: float = 0.006
    wander_mv: float = 0.03


@dataclass(frozen=True)
class ModelBeat:
    """One beat: when its R wave peaks, whether a P wave leads it or it is ventricular."""

    time_s: float
    p_wave: bool = True
    ventricular: bool = False


@dataclass(frozen=True, eq=False)
class Synthetic:
    """What the model gives. signals_mv: 12 × samples in `STANDARD_LEADS` order, on whole µV."""

    signals_mv: np.ndarray
    fs_hz: float
    beats: tuple[ModelBeat, ...]

    def lead(self, name: str) -> np.ndarray:
        """The samples of one lead, in mV."""
        return np.asarray(self.signals_mv[STANDARD_LEADS.index(name)])


def synthesise(
    heart: Heart, duration_s: float = 10.0, fs_hz: float = 500.0, seed: int = 0
) -> Synthetic:
    """Lay out beats for `duration_s` and add up their waves; same seed, same ECG.

    >>> ecg = synthesise(Heart(rate_bpm=60))
    >>> ecg.signals_mv.shape, bool(ecg.lead("II").max() > 0.8)
    ((12, 5000), True)
    """
    rng = np.random.default_rng(seed)
    time = np.arange(round(duration_s * fs_hz)) / fs_hz
    beats = _beats(heart, duration_s, rng)
    leads = np.zeros((len(tables.INDEPENDENT_LEADS), len(time)))
    atrial, conducted = _p_waves(heart), _conducted_waves(heart)
    breath = rng.uniform(0, 2 * np.pi)
    for beat in beats:
        # Breathing turns the heart a little: heights swing by some per cent.
        swing = 1.0 + 0.03 * np.sin(2 * np.pi * 0.25 * beat.time_s + breath)
        waves = tables.VENTRICULAR if beat.ventricular else conducted
        for wave in (*atrial, *waves) if beat.p_wave else waves:
            _add(leads, time - beat.time_s, wave, swing * heart.voltage)
        if not beat.ventricular:
            _add_st(leads, time - beat.time_s, heart)
    leads += np.array(tables.FIBRILLATION)[:, None] * _fibrillation(heart, time, rng)
    leads += _disturbance(heart, time, rng)
    return Synthetic(_twelve(leads), fs_hz, beats)


def _beats(heart: Heart, duration_s: float, rng: np.random.Generator) -> tuple[ModelBeat, ...]:
    mean = 60.0 / heart.rate_bpm
    # Beats that begin outside still reach in with their P or T wave.
    now = -mean * rng.uniform(0.2, 1.0)
    beats: list[ModelBeat] = []
    while now < duration_s + mean:
        fibrillates = _fibrillates(heart, now)
        beats.append(ModelBeat(now, p_wave=not fibrillates))
        if heart.premature_every and len(beats) % (heart.premature_every + 1) == 0:
            beats.append(ModelBeat(now + 0.62 * mean, p_wave=False, ventricular=True))
            now += 2.0 * mean  # the compensatory pause
            continue
        paroxysm = fibrillates and heart.rhythm is Rhythm.SINUS
        irregularity = PAROXYSM_IRREGULARITY if paroxysm else heart.irregularity
        spread = float(np.clip(rng.normal(0.0, irregularity), -0.45, 0.9))
        now += (mean / PAROXYSM_SPEED if paroxysm else mean) * (1.0 + spread)
    return tuple(beats)


def _fibrillates(heart: Heart, time_s: float) -> bool:
    if heart.paroxysm_s and heart.paroxysm_s[0] <= time_s < heart.paroxysm_s[1]:
        return True
    return heart.rhythm is Rhythm.FIBRILLATION


def _qt_s(heart: Heart) -> float:
    return float(heart.qtc_s * (60.0 / heart.rate_bpm) ** (1 / 3))


def _qrs(heart: Heart) -> tuple[Gaussian, ...]:
    return {
        Conduction.NORMAL: tables.QRS_NORMAL,
        Conduction.LEFT_BUNDLE_BLOCK: tables.QRS_LBBB,
        Conduction.RIGHT_BUNDLE_BLOCK: tables.QRS_RBBB,
    }[heart.conduction]


def _onset_s(heart: Heart) -> float:
    """Start of the QRS, from the R peak."""
    return heart.qrs_stretch * min(w.centre_s - 2.2 * w.rise_s for w in _qrs(heart))


def _j_point_s(heart: Heart) -> float:
    return heart.qrs_stretch * max(w.centre_s + 2.0 * w.fall_s for w in _qrs(heart))


def _p_waves(heart: Heart) -> tuple[Gaussian, ...]:
    start = _onset_s(heart) - heart.pr_s
    return (
        Gaussian(start + 0.042, 0.018, 0.020, tables.P_RIGHT),
        Gaussian(start + 0.072, 0.020, 0.020, tables.P_LEFT),
    )


def _conducted_waves(heart: Heart) -> tuple[Gaussian, ...]:
    """QRS and T of a conducted beat."""
    waves: list[Gaussian] = []
    taller = 1.0 + heart.hypertrophy * (np.array(tables.HYPERTROPHY) - 1.0)
    stretch = heart.qrs_stretch
    for wave in _qrs(heart):
        heights = _row(np.array(wave.mv) * taller)
        centre, rise, fall = wave.centre_s, wave.rise_s, wave.fall_s
        waves.append(Gaussian(centre * stretch, rise * stretch, fall * stretch, heights))
    for lesion in heart.lesions:
        if lesion.q_mv:
            scar = _row(lesion.q_mv * np.array(tables.SCARS[lesion.territory]))
            waves.append(Gaussian(-0.020 * stretch, 0.015, 0.015, scar))
    waves.append(_t_wave(heart))
    return tuple(waves)


def _t_wave(heart: Heart) -> Gaussian:
    heights = np.array(
        {
            Conduction.NORMAL: tables.T_NORMAL,
            Conduction.LEFT_BUNDLE_BLOCK: tables.T_LBBB,
            Conduction.RIGHT_BUNDLE_BLOCK: tables.T_RBBB,
        }[heart.conduction]
    )
    heights = heights + heart.hypertrophy * (np.array(tables.STRAIN_T) - heights)
    for lesion in heart.lesions:
        heights = heights + lesion.t_mv * np.array(tables.TERRITORIES[lesion.territory])
    fall = 0.036
    centre = _onset_s(heart) + _qt_s(heart) - 2.4 * fall
    return Gaussian(centre, 0.062, fall, _row(heights))


def _row(heights: np.ndarray) -> Heights:
    one, two, v1, v2, v3, v4, v5, v6 = (float(height) for height in heights)
    return one, two, v1, v2, v3, v4, v5, v6


def _add(leads: np.ndarray, since: np.ndarray, wave: Gaussian, scale: float) -> None:
    away = since - wave.centre_s
    sigma = np.where(away < 0, wave.rise_s, wave.fall_s)
    near = np.abs(away) < 5 * sigma
    shape = np.exp(-0.5 * (away[near] / sigma[near]) ** 2)
    leads[:, near] += scale * np.array(wave.mv)[:, None] * shape


def _add_st(leads: np.ndarray, since: np.ndarray, heart: Heart) -> None:
    """The ST segment: on at the J point, off within the T wave."""
    bundle = heart.conduction is Conduction.LEFT_BUNDLE_BLOCK
    shift = np.array(tables.ST_LBBB if bundle else tables.ST_FLAT)
    shift = shift + heart.hypertrophy * np.array(tables.STRAIN_ST)
    for lesion in heart.lesions:
        shift = shift + lesion.st_mv * np.array(tables.TERRITORIES[lesion.territory])
    begin, end = _j_point_s(heart), _t_wave(heart).centre_s + 0.02
    near = (since > begin - 0.1) & (since < end + 0.3)
    at = since[near]
    plateau = 1.0 / (1.0 + np.exp(-(at - begin + 0.008) / 0.006))
    plateau /= 1.0 + np.exp((at - end) / 0.026)
    leads[:, near] += heart.voltage * shift[:, None] * plateau


def _fibrillation(heart: Heart, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Coarse waves of the fibrillating atria, in mV: several rates near 350/min that drift."""
    total = np.zeros_like(time)
    for rate_hz in (5.1, 5.9, 6.8):
        drift = np.cumsum(rng.normal(0, 1.0, len(time))) * 6.6 / np.sqrt(len(time))
        phase = 2 * np.pi * rate_hz * time + drift + rng.uniform(0, 2 * np.pi)
        total += 0.035 * (np.sin(phase) + 0.3 * np.sin(2 * phase))
    if heart.rhythm is Rhythm.FIBRILLATION:
        return total
    if heart.paroxysm_s is None:
        return np.zeros_like(time)
    start, end = heart.paroxysm_s
    return np.asarray(
        total / ((1 + np.exp((start - time) / 0.1)) * (1 + np.exp((time - end) / 0.1)))
    )


def _disturbance(heart: Heart, time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Breathing wander and muscle noise, different in every lead."""
    count = len(tables.INDEPENDENT_LEADS)
    noise = heart.noise_mv * rng.standard_normal((count, len(time)))
    smooth = (noise + np.roll(noise, 1, axis=1) + np.roll(noise, 2, axis=1)) / np.sqrt(3)
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    height = heart.wander_mv * rng.uniform(0.3, 1.0, (count, 1))
    return np.asarray(smooth + height * np.sin(2 * np.pi * 0.25 * time + phase))


def _twelve(leads: np.ndarray) -> np.ndarray:
    # I and II on even µV: the halves in aVR, aVL and aVF are then whole µV as well.
    uv = np.rint(leads * 1000.0)
    one, two = 2 * np.rint(uv[0] / 2), 2 * np.rint(uv[1] / 2)
    limbs = [one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2]
    return np.vstack([*limbs, uv[2:]]) / 1000.0
