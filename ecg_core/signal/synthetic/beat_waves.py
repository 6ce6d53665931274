"""Tables of the beat model: what every wave of a beat looks like in the leads.

A row gives a wave's height in mV in the eight leads that are recorded independently; the other
four limb leads follow from I and II. Heights are those of a healthy adult with an electrical
axis near 60 degrees; times are seconds from the R peak of lead II.
"""

from __future__ import annotations

from dataclasses import dataclass

INDEPENDENT_LEADS = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")

Heights = tuple[float, float, float, float, float, float, float, float]


@dataclass(frozen=True)
class Gaussian:
    """One Gaussian, of different width before and after its peak.

    centre_s: from the R peak. rise_s, fall_s: standard deviations of the two flanks.
    mv: height in each of `INDEPENDENT_LEADS`.
    """

    centre_s: float
    rise_s: float
    fall_s: float
    mv: Heights


# The right atrium first, then the left: their sum is the P wave, biphasic in V1.
P_RIGHT: Heights = (0.035, 0.095, 0.065, 0.055, 0.045, 0.035, 0.030, 0.025)
P_LEFT: Heights = (0.055, 0.075, -0.035, 0.020, 0.035, 0.040, 0.040, 0.040)

#                       I      II     V1     V2     V3     V4     V5     V6
QRS_NORMAL: tuple[Gaussian, ...] = (
    # septum, left to right: r in V1, q in I and V6
    Gaussian(-0.025, 0.009, 0.009, (-0.07, -0.06, 0.20, 0.32, 0.20, 0.04, -0.09, -0.10)),
    # apex and free wall of the left ventricle
    Gaussian(-0.004, 0.010, 0.010, (0.38, 0.60, -0.25, 0.00, 0.55, 1.05, 0.80, 0.55)),
    Gaussian(0.008, 0.010, 0.011, (0.38, 0.50, -0.75, -1.25, -0.55, 0.20, 0.60, 0.55)),
    # base, last
    Gaussian(0.028, 0.009, 0.010, (-0.09, -0.10, -0.12, -0.30, -0.35, -0.32, -0.18, -0.08)),
)
QRS_LBBB: tuple[Gaussian, ...] = (
    Gaussian(-0.045, 0.013, 0.014, (0.22, 0.22, 0.06, 0.14, 0.16, 0.20, 0.25, 0.25)),
    Gaussian(-0.012, 0.019, 0.019, (0.62, 0.50, -0.70, -1.15, -0.95, 0.05, 0.65, 0.75)),
    Gaussian(0.036, 0.021, 0.017, (0.70, 0.48, -0.95, -1.55, -1.35, -0.45, 0.68, 0.88)),
    Gaussian(0.062, 0.014, 0.012, (0.12, 0.05, -0.25, -0.40, -0.35, -0.15, 0.12, 0.15)),
)
QRS_RBBB: tuple[Gaussian, ...] = (
    *QRS_NORMAL[:3],
    # the right ventricle, late and slowly: R' in V1, broad S in I and V6
    Gaussian(0.050, 0.018, 0.020, (-0.28, -0.12, 0.85, 0.45, -0.10, -0.30, -0.32, -0.32)),
)
VENTRICULAR: tuple[Gaussian, ...] = (
    Gaussian(-0.030, 0.026, 0.024, (0.30, 0.95, -0.65, -0.90, -0.30, 0.60, 0.70, 0.65)),
    Gaussian(0.022, 0.024, 0.030, (0.25, 0.80, -0.60, -0.85, -0.45, 0.30, 0.55, 0.50)),
    Gaussian(0.310, 0.075, 0.055, (-0.15, -0.45, 0.35, 0.45, 0.20, -0.25, -0.35, -0.30)),
)
"""A premature ventricular beat with its T wave."""

T_NORMAL: Heights = (0.19, 0.29, -0.03, 0.34, 0.42, 0.42, 0.34, 0.24)
T_LBBB: Heights = (-0.26, -0.10, 0.38, 0.62, 0.60, 0.25, -0.20, -0.32)
T_RBBB: Heights = (0.19, 0.27, -0.22, -0.05, 0.35, 0.40, 0.34, 0.24)

ST_LBBB: Heights = (-0.10, -0.03, 0.16, 0.26, 0.26, 0.08, -0.09, -0.12)
ST_FLAT: Heights = (0.0, 0.0, 0.0, 0.02, 0.02, 0.01, 0.0, 0.0)

TERRITORIES: dict[str, Heights] = {
    # reciprocal depression in III and aVF follows from I and II
    "anterior": (0.28, -0.14, 0.35, 0.90, 1.00, 0.80, 0.42, 0.20),
    # elevation in III above II; reciprocal in I, aVL, V2
    "inferior": (-0.28, 0.66, -0.05, -0.40, -0.30, -0.10, 0.05, 0.12),
    "lateral": (0.70, 0.10, -0.20, -0.25, -0.10, 0.15, 0.70, 0.80),
}
"""Where an injury current points: its ST shift in each lead, 1 in the lead that shows it most."""

SCARS: dict[str, Heights] = {
    "anterior": (-0.05, 0.00, -0.35, -0.80, -1.00, -0.75, -0.20, -0.05),
    "inferior": (0.12, -0.78, 0.02, 0.08, 0.00, 0.00, -0.10, -0.15),
    "lateral": (-0.80, -0.10, 0.10, 0.15, 0.00, -0.10, -0.70, -0.80),
}
"""The Q wave of an old infarction, where the dead wall no longer pulls: 1 at its deepest."""

HYPERTROPHY: Heights = (1.9, 1.05, 1.5, 1.75, 1.4, 1.5, 2.1, 2.1)
"""How much taller the QRS of a thick left ventricle is in each lead."""

STRAIN_ST: Heights = (-0.12, -0.03, 0.10, 0.16, 0.10, -0.04, -0.15, -0.15)
STRAIN_T: Heights = (-0.24, 0.08, 0.25, 0.55, 0.50, 0.10, -0.32, -0.34)

FIBRILLATION: Heights = (0.20, 0.45, 1.0, 0.5, 0.3, 0.2, 0.2, 0.2)
"""Share of the fibrillating atria in each lead: most in V1."""
