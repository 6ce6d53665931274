"""Why a measurement is blank or doubtful: a code for programs and a sentence for readers."""

from __future__ import annotations

from ecg_core.signal.values import Judgement, Measurement, Quality

REASONS: dict[str, str] = {
    "few_beats": "Fewer than two beats were found.",
    "no_clear_beat": "No beat is clear enough.",
    "under_three_beats": "Fewer than three beats.",
    "faint_beats": "The beats stand out little.",
    "under_three_intervals": "Fewer than three usual intervals.",
    "no_p": "No P wave leads every beat.",
    "p_start_unclear": "The P wave has no clear beginning.",
    "p_unclear": "No clear P wave.",
    "pr_varies": "The P wave stands at varying distances from the QRS complex.",
    "p_on_t": "The P wave lies on the T wave before it.",
    "atrial_waves": "Atrial waves follow one another between the beats.",
    "paced": "A pacemaker stimulates: there is no PR of the heart's own.",
    "qrs_end_unclear": "The QRS complex has no clear end.",
    "qrs_unclear": "No clear QRS complex.",
    "t_end_unclear": "The T wave has no clear end.",
    "t_on_p": "T is not over when the next P begins.",
    "t_unclear": "No clear T wave.",
    "irregular": "The rhythm is irregular.",
    "two_limb_leads": "Two limb leads are needed.",
    "p_no_direction": "The P wave has no clear direction.",
    "qrs_no_direction": "The QRS complex has no clear direction.",
    "t_no_direction": "The T wave has no clear direction.",
    "slow_sampling": "Sampled too slowly, or read off paper: a spike would not be seen.",
    "missing_leads": "The leads that this is judged by are missing.",
    "noisy_leads": "The leads that this is judged by are noisy.",
    "not_compared": "Every lead shows other beats: their shapes cannot be compared.",
    "beats_unlike": "The beats of one lead differ from one another: they may be misread.",
    "coarse_picture": "The picture is so coarse that a pixel lasts 10 ms or more.",
    "spike_drawn": "A narrow stroke begins the complex, as a pacemaker's spike does.",
    "beat_missed": "A beat may have been missed here.",
    "nothing_read": "No trace could be read.",
}
"""Code: sentence."""


def blank(code: str, leads: tuple[str, ...] = ()) -> Measurement:
    """A number that could not be measured, for a reason of the table."""
    return Measurement(None, Quality.NONE, leads, REASONS[code], code)


def number(value: float, leads: tuple[str, ...] = (), doubt: str = "") -> Measurement:
    """A measured number; `doubt`: the code of what makes it doubtful."""
    if doubt:
        return Measurement(value, Quality.DOUBTFUL, leads, REASONS[doubt], doubt)
    return Measurement(value, Quality.GOOD, leads)


def untold(code: str) -> Judgement:
    """A question that cannot be answered, for a reason of the table."""
    return Judgement(None, Quality.NONE, REASONS[code], code)


def told(yes: bool, code: str = "", doubtful: bool = False) -> Judgement:
    """A yes or a no; `code`: what it rests on or what makes it doubtful."""
    quality = Quality.DOUBTFUL if doubtful else Quality.GOOD
    return Judgement(yes, quality, REASONS[code] if code else "", code)
