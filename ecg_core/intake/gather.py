"""Files of several parts: which of them are one recording, and what is left out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecg_core.intake.assemble import ChannelSamples
from ecg_core.intake.told import Told
from ecg_core.intake.values import IntakeError
from ecg_core.leads import signed_lead

BEAT_S, TIMES_LONGER = 2.0, 2.0
"""A part shorter than this beside one so many times as long is an averaged beat."""
ADJOINING_S = 1.0
"""Parts that lie no further apart were recorded in one go."""
AVERAGE_LEFT_OUT = "An averaged beat in the file is left out; the rhythm is shown."
SAME_SAMPLE = 1.5
"""A lead goes on where the next part begins within so many samples of its end."""


@dataclass(frozen=True, eq=False)
class Part:
    """Channels that a file holds together: a series, a group, a waveform.

    average: whether the file calls it an average or median beat. clock: parts of different
    clocks have no known time between them. timed: whether the file says when it begins.
    """

    waves: tuple[ChannelSamples, ...]
    average: bool = False
    clock: str = ""
    timed: bool = True

    @property
    def leads(self) -> tuple[str, ...]:
        """The standard leads by name, whichever way up they are."""
        named = (signed_lead(wave.label) for wave in self.waves)
        return tuple(dict.fromkeys(name[0] for name in named if name))

    @property
    def start_s(self) -> float:
        """When the first channel begins."""
        return min((wave.start_s for wave in self.waves), default=0.0)

    @property
    def end_s(self) -> float:
        """When the last channel ends."""
        return max((wave.end_s for wave in self.waves), default=0.0)

    @property
    def duration_s(self) -> float:
        """From the first sample to the last."""
        return self.end_s - self.start_s


def fullest(parts: Sequence[Part], told: Told, name: str) -> list[ChannelSamples]:
    """The channels of the fullest recording: the part of the most leads, then the longest, and
    every part of the same time that adds leads or goes on where it ends.

    Averages never count beside a rhythm. What is left out is told, averages among it. Raises
    IntakeError where a file holds averages only.
    """
    longest = max((part.duration_s for part in parts), default=0.0)
    rhythm = [
        part
        for part in parts
        if not part.average
        and not (part.duration_s < BEAT_S and longest > TIMES_LONGER * part.duration_s)
    ]
    if not rhythm:
        raise IntakeError(
            f"{name} holds averaged beats only, no rhythm.", "Export the whole ten seconds."
        )
    if len(rhythm) < len(parts):
        told.note(AVERAGE_LEFT_OUT)
    order = sorted(rhythm, key=lambda part: (-len(part.leads), -part.duration_s))
    taken, left = order[0], [part for part in rhythm if part is not order[0]]
    untimed = {} if taken.timed else dict.fromkeys(taken.leads)
    groups = [taken]
    while (add := _next(taken, left)) is not None:
        left.remove(add)
        untimed |= {} if add.timed else dict.fromkeys(add.leads)
        groups += [add] if set(add.leads) - set(taken.leads) else []
        taken = _joined(taken, add, told)
    if untimed and len(groups) > 1:
        told.doubt("time_unstated", leads=", ".join(untimed))
    for part in left:
        told.note(
            f"Another recording in the file is left out: {', '.join(part.leads) or 'no leads'}, "
            f"{part.duration_s:.1f} s."
        )
    return list(taken.waves)


def _next(taken: Part, left: Sequence[Part]) -> Part | None:
    """The next part of the same time that brings leads or goes on, earliest first."""
    for part in sorted(left, key=lambda part: (part.start_s, -len(part.leads))):
        if part.clock != taken.clock or _apart_s(taken, part) > ADJOINING_S:
            continue
        if set(part.leads) - set(taken.leads) or _goes_on(taken, part) or _longer(taken, part):
            return part
    return None


def _apart_s(one: Part, other: Part) -> float:
    return max(one.start_s - other.end_s, other.start_s - one.end_s)


def _by_lead(part: Part) -> dict[str, ChannelSamples]:
    found: dict[str, ChannelSamples] = {}
    for wave in part.waves:
        if (named := signed_lead(wave.label)) is not None:
            found.setdefault(named[0], wave)
    return found


def _follows(one: ChannelSamples, other: ChannelSamples) -> bool:
    """Whether the other begins with the sample after the last of the one."""
    return (
        one.fs_hz == other.fs_hz
        and signed_lead(one.label) == signed_lead(other.label)
        and abs(other.start_s - one.end_s) * one.fs_hz < SAME_SAMPLE
    )


def _goes_on(taken: Part, part: Part) -> bool:
    """Whether every lead of the part goes on, or comes before, what is there of it."""
    own, new = _by_lead(taken), _by_lead(part)
    return bool(new) and all(
        lead in own and (_follows(own[lead], wave) or _follows(wave, own[lead]))
        for lead, wave in new.items()
    )


def _joined(taken: Part, part: Part, told: Told) -> Part:
    own, new = _by_lead(taken), _by_lead(part)
    if _goes_on(taken, part):
        grown = {id(own[lead]): _behind(own[lead], wave) for lead, wave in new.items()}
        return replace(taken, waves=tuple(grown.get(id(w), w) for w in taken.waves))
    longer = _longer(taken, part)
    if again := [lead for lead in new if lead in own]:
        told.note(f"{', '.join(again)}: in the file more than once; the longest is shown.")
    kept = [w for w in taken.waves if all(w is not own[lead] for lead in longer)]
    more = [wave for lead, wave in new.items() if lead in longer or lead not in own]
    unknown = [wave for wave in part.waves if signed_lead(wave.label) is None]
    return replace(taken, waves=(*kept, *more, *unknown))


def _longer(taken: Part, part: Part) -> list[str]:
    """Leads of which the part shows all that is there, and more: a rhythm strip."""
    own, new = _by_lead(taken), _by_lead(part)
    slack = {lead: SAME_SAMPLE / max(wave.fs_hz, 1.0) for lead, wave in new.items()}
    return [
        lead
        for lead, wave in new.items()
        if lead in own
        and wave.start_s <= own[lead].start_s + slack[lead]
        and wave.end_s + slack[lead] >= own[lead].end_s
        and wave.end_s - wave.start_s > own[lead].end_s - own[lead].start_s + 2 * slack[lead]
    ]


def _behind(one: ChannelSamples, other: ChannelSamples) -> ChannelSamples:
    first, second = (one, other) if one.start_s <= other.start_s else (other, one)
    samples = np.concatenate([first.samples_mv, second.samples_mv])
    return replace(first, samples_mv=samples)
