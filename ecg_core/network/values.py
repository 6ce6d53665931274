"""What the network answers: a prediction, its model, and where it looked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.network.statements import TRIAGE_CLASSES, Reads, Triage, triage_classes, triage_names


@dataclass(frozen=True)
class ModelIdentity:
    """Which model said it, to the byte."""

    name: str
    version: str
    weights_sha256: str
    preprocessing_version: str


@dataclass(frozen=True)
class Finding:
    """One SCP statement with its calibrated probability and operating point."""

    code: str
    name: str
    probability: float
    threshold: float

    @property
    def flagged(self) -> bool:
        """Whether the probability reaches the operating point."""
        return self.probability >= self.threshold


@dataclass(frozen=True)
class Reason:
    """Why the machine should not be trusted on this page."""

    code: str
    text: str


@dataclass(frozen=True)
class Prediction:
    """Calibrated probabilities of one page.

    triage: in `TRIAGE_CLASSES` order, sums to one. superclasses: five findings in
    `SUPERCLASSES` order. findings: SCP statements that the evidence carries.
    reasons: empty unless the model abstains. acute_threshold: probability of an acute
    infarction from which it is flagged, whatever the most probable class.
    reads: what the model reads. Of a strip only `triage_classes` are told apart: the others are
    not ruled out, their probability is zero because nothing is said of them.
    acute_right, acute_missed: of acute flags the share that was right, of acute infarctions the
    share not flagged, on the card's evidence; None where it was not measured. acute_flags: how many
    flags of about this probability `acute_right` is the share of; None where it is that of all.
    """

    triage: tuple[float, ...]
    superclasses: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    reasons: tuple[Reason, ...]
    model: ModelIdentity
    page_sha256: str
    elapsed_ms: float
    acute_threshold: float = 0.5
    reads: Reads = Reads.TWELVE_LEADS
    acute_right: float | None = None
    acute_missed: float | None = None
    acute_flags: int | None = None

    @property
    def triage_classes(self) -> tuple[Triage, ...]:
        """The classes that the model tells apart."""
        return triage_classes(self.reads)

    @property
    def triage_class(self) -> Triage:
        """The class with the highest probability."""
        return TRIAGE_CLASSES[int(np.argmax(self.triage))]

    @property
    def acute_flagged(self) -> bool:
        """Whether the acute-infarction probability reaches its operating point."""
        return self.triage[TRIAGE_CLASSES.index(Triage.ACUTE_MI)] >= self.acute_threshold

    @property
    def abstained(self) -> bool:
        """Whether the machine says that it should not be trusted here."""
        return bool(self.reasons)

    def name_of(self, target: str) -> str:
        """Plain name of a triage class, superclass or finding, as this answer names it."""
        if target in set(Triage):
            return triage_names(self.reads)[Triage(target)]
        answered = (*self.superclasses, *self.findings)
        return next((finding.name for finding in answered if finding.code == target), target)


OUTSIDE_LIMIT = 0.2
"""Share of attention outside the leads from which a reader is warned.

Even attention leaves 9 % there, the margins of the page; of 200 ECGs of PTB-XL fold 9 the 95th
percentile was 10 % and none reached 20 %, with any of the three methods.
"""


METHOD_NAMES: dict[str, str] = {
    "hirescam-stages": "HiResCAM, all stages",
    "hirescam-fine": "HiResCAM, fine",
    "hirescam": "HiResCAM",
    "gradcam": "Grad-CAM",
    "gradcam++": "Grad-CAM++",
}
"""Methods of attention by key, for whoever prints one without computing one; the first is the
default, as the evidence favours it."""


@dataclass(frozen=True)
class LeadShare:
    """Share of the attention in one lead's boxes, and the same per area (mean lead = 1)."""

    lead: str
    share: float
    density: float


@dataclass(frozen=True, eq=False)
class Attention:
    """Where the model looked for one target, not why.

    target: triage class ("acute_mi"), superclass ("MI") or statement code ("AFIB").
    heat: float32, page height × width in page pixels, 0 to 1.
    shares: one per standard lead on the page; with `outside` they sum to one.
    """

    target: str
    method: str
    heat: np.ndarray
    shares: tuple[LeadShare, ...]
    outside: float

    @property
    def strays(self) -> bool:
        """Whether so much lies outside the leads that the reader must know."""
        return self.outside > OUTSIDE_LIMIT
