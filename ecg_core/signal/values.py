"""What is measured on an ECG: intervals, axes, levels, each with its quality."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Quality(StrEnum):
    """How far a measurement can be trusted; NONE has no value."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    NONE = "none"


@dataclass(frozen=True)
class Measurement:
    """One number. value: None where it cannot be measured. leads: those it was read from.

    why: what makes it doubtful or impossible, in words; "" when nothing does. code: the same for
    programs, a key of `reasons.REASONS`.
    """

    value: float | None
    quality: Quality
    leads: tuple[str, ...] = ()
    why: str = ""
    code: str = ""


@dataclass(frozen=True)
class Judgement:
    """A question of `QUESTIONS` answered yes or no. value: None where it cannot be told.

    why, code: what makes it doubtful or impossible, or what a no rests on; see `Measurement`.
    """

    value: bool | None
    quality: Quality
    why: str = ""
    code: str = ""


@dataclass(frozen=True)
class LeadMeasurement:
    """The median beat of one lead, in mV against the level just before its QRS complex.

    beats: how many it is made of. st_j_mv: at the J point; st_j60_mv: 60 ms later. q_mv and
    s_mv are negative or 0, r_mv positive or 0. q_ms: length of the Q wave. r2_mv: a second R
    behind an S, 0 without one. t_mv: peak of T with its sign, None where there is no T to be seen;
    t_high_mv, t_low_mv: its highest and lowest point, both far from 0 where T is biphasic;
    t_half_ms: its width at half its height. p_mv: peak of P with its sign against the level before
    it, None where no P leads the beats. noise_mv: of one beat.
    """

    lead: str
    beats: int
    quality: Quality
    st_j_mv: float
    st_j60_mv: float
    q_mv: float
    q_ms: float
    r_mv: float
    s_mv: float
    t_mv: float | None
    noise_mv: float
    r2_mv: float = 0.0
    t_high_mv: float | None = None
    t_low_mv: float | None = None
    t_half_ms: float | None = None
    p_mv: float | None = None

    @property
    def peak_to_peak_mv(self) -> float:
        """Height of the QRS complex."""
        return max(self.r_mv, self.r2_mv) - min(self.q_mv, self.s_mv)


class BeatKind(StrEnum):
    """What a beat looks like next to the others of the same ECG."""

    USUAL = "usual"
    EARLY = "early"
    OTHER_SHAPE = "other shape"


@dataclass(frozen=True)
class Beat:
    """One beat: time of its QRS from the start of the signals, and its kind."""

    time_s: float
    kind: BeatKind


class MarkKind(StrEnum):
    """What a mark on the trace points at."""

    P_START = "P"
    QRS_START = "QRS"
    QRS_END = "J"
    T_END = "T end"
    OTHER_BEAT = "other beat"
    SPIKE = "spike"


@dataclass(frozen=True)
class Mark:
    """A point on the trace. lead: None for all leads. time_s: from the start of the signals."""

    lead: str | None
    time_s: float
    kind: MarkKind


@dataclass(frozen=True)
class Sign:
    """Something seen on the signals that needs no network. leads: where; none for all."""

    code: str
    text: str
    leads: tuple[str, ...] = ()
    times_s: tuple[float, ...] = ()


@dataclass(frozen=True)
class Measurements:
    """Everything measured on one ECG. Keys of `values` are those of `QUANTITIES`, of `judged`
    those of `QUESTIONS`.

    off_paper: read off a page, where narrow waves come back blunted.
    """

    values: dict[str, Measurement]
    leads: tuple[LeadMeasurement, ...]
    beats: tuple[Beat, ...]
    marks: tuple[Mark, ...]
    signs: tuple[Sign, ...]
    duration_s: float
    fs_hz: float
    off_paper: bool = False
    judged: dict[str, Judgement] = field(default_factory=dict)

    def says(self, key: str) -> bool | None:
        """The answer to a question by its key, None where it could not be told."""
        return self.judged[key].value

    def value(self, key: str) -> float | None:
        """A number by its key, None where it could not be measured."""
        return self.values[key].value

    def lead(self, name: str) -> LeadMeasurement | None:
        """What was measured in one lead, None where there was nothing to measure."""
        return next((lead for lead in self.leads if lead.lead == name), None)


@dataclass(frozen=True)
class Quantity:
    """How a number is called and printed. low, high: usual range of adults, where there is one."""

    key: str
    name: str
    unit: str
    low: float | None = None
    high: float | None = None


QUANTITIES: dict[str, Quantity] = {
    quantity.key: quantity
    for quantity in (
        Quantity("rate", "Rate", "bpm", 50, 100),
        Quantity("rr", "RR", "ms"),
        Quantity("rr_sd", "RR variability (SD)", "ms"),
        Quantity("pr", "PR", "ms", 120, 200),
        Quantity("qrs", "QRS", "ms", None, 120),
        Quantity("qt", "QT", "ms"),
        Quantity("qtcf", "QTc Fridericia", "ms", 350, 460),
        Quantity("qtcb", "QTc Bazett", "ms", 350, 460),
        Quantity("p_axis", "P axis", "°", 0, 75),
        Quantity("qrs_axis", "QRS axis", "°", -30, 90),
        Quantity("t_axis", "T axis", "°"),
        Quantity("shortest_rr", "Shortest RR", "ms"),
        Quantity("longest_pause", "Longest pause", "ms"),
        Quantity("early_beats", "Premature beats of the usual shape", "", None, 0),
        Quantity("other_beats", "Beats of another shape", "", None, 0),
        Quantity("wide_beats", "Beats of another shape and wide", "", None, 0),
        Quantity("wide_run", "Longest run of wide beats", "", None, 0),
    )
}
"""In the order of a recorder's header. Ranges: AHA/ACCF/HRS recommendations (Surawicz et al. and
Rautaharju et al., Circulation 2009;119), with QTc limits of women, the wider ones."""


QUESTIONS: dict[str, str] = {
    "p_present": "Do P waves lead the usual beats?",
    "sinus_p": "Does a P wave of the sinus node lead every usual beat?",
    "pr_constant": "Is the distance from P to QRS always the same?",
    "p_outnumber": "Are there more P waves than QRS complexes, at a pace of their own?",
    "regular": "Do the usual beats follow each other at even intervals?",
    "slurred_onset": "Does the QRS complex begin slowly, as a delta wave does?",
    "late_t": "Does T peak so late that QT is long wherever T ends?",
    "late_t_end": "Does what seems the end of T lie so late that QT may be markedly long?",
    "paced": "Do spikes of a pacemaker lead the beats?",
    "low_voltage_limb": "Is every QRS complex of the limb leads lower than 0.5 mV?",
    "low_voltage_chest": "Is every QRS complex of the chest leads lower than 1.0 mV?",
}
"""What is answered yes, no or not at all."""
