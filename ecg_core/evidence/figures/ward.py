"""What a threshold would mean on a ward: a hundred patients at a prevalence of one's choosing."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.evidence.figures.rates import Rates

PATIENTS = 100


@dataclass(frozen=True)
class Ward:
    """Expected numbers among a hundred patients, from sensitivity and specificity alone.

    found, missed: of the ill. alarms, spared: of the well. ppv: share of flags that are right,
    NaN when nothing is flagged.
    """

    prevalence: float
    found: float
    missed: float
    alarms: float
    spared: float

    @property
    def ppv(self) -> float:
        """Share of the flagged that are ill."""
        flagged = self.found + self.alarms
        return self.found / flagged if flagged else float("nan")


def ward(rates: Rates, prevalence: float) -> Ward:
    """A ward where `prevalence` (0 to 1) of the patients have it.

    Sensitivity and specificity are taken over from the evidence, which assumes that the ward's
    patients are ill and well in the same way as the evidence's.
    """
    ill, well = PATIENTS * prevalence, PATIENTS * (1 - prevalence)
    found = ill * rates.sensitivity.value
    spared = well * rates.specificity.value
    return Ward(prevalence, found, ill - found, well - spared, spared)
