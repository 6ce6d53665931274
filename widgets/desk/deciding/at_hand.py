"""What a decision is about, and what agreeing would say."""

from __future__ import annotations

from dataclasses import dataclass

from ecg_core.network.statements import Triage, triage_names
from ecg_core.network.values import Prediction
from ecg_core.store.cases.readings import Covers, Reading
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.priority import PriorityDecision
from ecg_core.triage.verdict import Verdict
from widgets.desk.badges import level_name
from widgets.session.words import _


@dataclass(frozen=True)
class AtHand:
    """What a decision is about.

    priority, machine: the verdict as stored, and the class that it stands for. shown: the verdict
    on the screen, by the limits of the person. first: what this person read before the answer was
    shown. covers: of a long record, the seconds on the screen.
    """

    case_id: str
    name: str
    prediction: Prediction
    priority: PriorityDecision
    machine: Triage
    shown: PriorityDecision
    first: Reading | None = None
    covers: Covers | None = None

    @property
    def names(self) -> dict[Triage, str]:
        """The classes as the model that read names them."""
        return {one: _(name) for one, name in triage_names(self.prediction.reads).items()}

    @property
    def priority_key(self) -> str:
        """Of the widget that holds the priority: other seconds of a record suggest their own."""
        if self.covers is None or self.covers.answer is None:
            return f"priority_{self.case_id}"
        return f"priority_{self.case_id}_{self.covers.start_s:g}"

    @property
    def differs(self) -> Triage | None:
        """The class of the first reading, where it is not the machine's."""
        if self.first is None or self.first.triage is self.machine:
            return None
        return self.first.triage

    @property
    def to_agree_with(self) -> bool:
        """Whether there is an answer to agree with: the verdict on the screen is the stored class.

        It is not where age or sex, said since, changed the class, nor on some cases from before
        agreeing meant the verdict.
        """
        stands_for = verdict_class(self.shown, self.prediction)
        return not self.prediction.abstained and stands_for is self.machine

    @property
    def says(self) -> str:
        """What agreeing says: the verdict, and the class that it stands for."""
        return agreed_words(self.shown, self.prediction, self.machine)


def agreed_words(said: PriorityDecision, prediction: Prediction, machine: Triage) -> str:
    """A verdict with its class where that says more; the class of a case without a verdict."""
    named = _(triage_names(prediction.reads)[machine])
    if not isinstance(said, Verdict):
        return named
    level = level_name(said.level)
    return level if level == named else f"{level} ({named})"
