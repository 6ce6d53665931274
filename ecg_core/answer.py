"""The one way through an ECG: from its files to everything that the machine says of it.

App, background worker, own labelled sets, commands and evaluation all come through here. Nothing
else asks the classifier or the priority rule (tests/house/test_one_way.py holds that).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

import ecg_core
from ecg_core import intake
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan
from ecg_core.most_urgent import starts_to_judge, urgency
from ecg_core.network.values import Attention, Prediction
from ecg_core.network.who_answers import Models
from ecg_core.page.layouts import STRIP
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import EcgPage, PageError
from ecg_core.prepared import Prepared, Refusal
from ecg_core.read_as import AS_IT_COMES, ReadAs
from ecg_core.report.narrative import compose
from ecg_core.report.values import Facts, Narrative
from ecg_core.signal.values import Measurements
from ecg_core.triage.limits import SOMEBODY, Person
from ecg_core.triage.priority import PriorityDecision
from ecg_core.triage.table import RELEASED, PriorityTable
from ecg_core.triage.verdict import Verdict, judge

if TYPE_CHECKING:
    # PyTorch and SQLAlchemy take seconds to import, which who needs neither does not wait for.
    from ecg_core.network.classifier import Classifier
    from ecg_core.network.strips import WindowAnswer
    from ecg_core.store.cases.room import Room
    from ecg_core.store.cases.store import Store, StoredCase
    from ecg_core.store.people.roles import Actor


LISTED = ("rate", "qrs", "qtcf")
"""What is kept of the measurements with a case, for lists to show."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Everything that the machine says of one ECG.

    ecg: the record, in full, or the scan. model: who answered. rule: the table of priorities in
    force. person: age and sex, where they are known. files: what was read, needed to keep it.
    What takes long (measurements, and all that rests on them) is worked out when first asked for.
    """

    ecg: EcgRecord | EcgScan
    page: EcgPage
    model: Classifier = field(repr=False)
    prediction: Prediction
    rule: PriorityTable = RELEASED
    person: Person = SOMEBODY
    files: Bundle | None = field(default=None, repr=False)

    @property
    def record(self) -> EcgRecord | None:
        """The record that was read; None of a scan."""
        return self.ecg if isinstance(self.ecg, EcgRecord) else None

    @cached_property
    def measurements(self) -> Measurements:
        """Rate, intervals, axes and levels of the ten seconds that the page shows."""
        from ecg_core.page.recovered.measured import measure_page

        return measure_page(self.page, self.record)

    @property
    def facts(self) -> Facts:
        """What verdict and draft are made from."""
        return Facts(self.measurements, self.prediction, self.page.remarks, person=self.person)

    @cached_property
    def verdict(self) -> Verdict:
        """What the machine says of the ECG as a whole, why, and when it is therefore read."""
        return self.priority_by(self.rule)

    @property
    def priority(self) -> Verdict:
        """When it should be read, and by which rule: the verdict."""
        return self.verdict

    def priority_by(self, rule: PriorityTable) -> Verdict:
        """The verdict that another table gives, as after a lead has changed it."""
        return judge(self.facts, rule)

    @cached_property
    def draft(self) -> Narrative:
        """The draft report."""
        return compose(self.facts, self.verdict)

    def without_source(self) -> Answer:
        """The same answer, with its measurements, for whoever holds many of them.

        Of a scan the pixels are gone, of a record all but the ten seconds that the page shows.
        """
        _ = self.verdict
        source: EcgRecord | EcgScan
        if isinstance(self.ecg, EcgRecord):
            seen = ten_seconds(self.ecg, self.page.start_s)
            source = replace(seen, signals_mv=seen.signals_mv.copy())
        else:
            source = replace(self.ecg, pixels=np.empty((0, 0, 3), np.uint8))
        return self._with("ecg", source)

    def measured(self, measurements: Measurements) -> Answer:
        """The same answer with the measurements of its page, worked out by another process."""
        return self._with("measurements", measurements)

    def with_files(self, files: Bundle) -> Answer:
        """The same answer, with its measurements and the files that it can be kept with."""
        return self._with("files", files)

    def _with(self, name: str, value: object) -> Answer:
        # Unlike `dataclasses.replace`, this takes along what was worked out.
        other = copy(self)
        other.__dict__[name] = value
        return other

    def drafted(self, person: Person, previous: Measurements | None = None) -> Narrative:
        """The draft for a person of this age and sex, compared with an earlier ECG."""
        return draft(self.page, self.measurements, self.prediction, person, previous)

    def attention(self, target: str = "", method: str = "") -> Attention:
        """Where the model looked; for its most probable class unless another is asked for.

        Raises KeyError for a target or a method that there is not.
        """
        return attention(self.model, self.page, target or self.prediction.triage_class, method)


def answer(
    source: Bundle | EcgRecord | EcgScan | Prepared,
    models: Models,
    rule: PriorityTable = RELEASED,
    read_as: ReadAs = AS_IT_COMES,
    person: Person = SOMEBODY,
    read: Callable[[Bundle], EcgRecord | EcgScan] = intake.read,
) -> Answer | Refusal:
    """Read an ECG, lay out its page, ask the model that reads such pages.

    source: files, what intake made of them, or what was prepared as `read_as` says.
    rule: the service's table of priorities.
    read: how files are read; in the sandbox unless the caller trusts them.
    Raises ValueError where `read_as` asks for seconds that the record does not have.
    """
    if isinstance(source, Prepared):
        found: Prepared | Refusal = source
    else:
        from ecg_core.preparing import prepare

        found = prepare(source, read_as, read)
    if isinstance(found, Refusal):
        return found
    page = found.page or _most_urgent_page(found.ecg, models, read_as, person)
    if isinstance(page, Refusal):
        return page
    said = answer_page(found.ecg, page, models, rule, person, found.files)
    return said.measured(found.measurements) if found.measurements is not None else said


def _most_urgent_page(
    ecg: EcgRecord | EcgScan, models: Models, read_as: ReadAs, person: Person
) -> EcgPage | Refusal:
    """The page of a record that is longer than one."""
    from ecg_core.preparing import page_of

    assert isinstance(ecg, EcgRecord), "of a scan there is a page"
    try:
        return page_of(ecg, replace(read_as, start_s=opened_at(ecg, models, read_as, person)))
    except PageError as error:
        return Refusal(error.remark.text, error.remark.hint, error.remark.code)


def opened_at(
    record: EcgRecord,
    models: Models,
    read_as: ReadAs = AS_IT_COMES,
    person: Person = SOMEBODY,
    along: Callable[[], Sequence[WindowAnswer]] | None = None,
) -> float:
    """Where a record that is longer than a page is opened: its most urgent ten seconds.

    Every ten seconds of up to two minutes are judged as an ECG of their own. Along longer records
    the strip model reads first (of more than an hour now and then ten seconds), and the least
    normal ones are judged, `MOST_JUDGED` with the beginning. Of equals the one whose line stands
    first in the table is taken, then the earliest; what cannot be judged only where nothing can.
    The table as released decides, so that a record opens at the same place, and is the same case,
    whatever a lead has changed. along: gives the answers along a longer record, where the caller
    keeps them.
    """
    if read_as.start_s is not None:
        return read_as.start_s
    from ecg_core.preparing import page_of

    def read_along(step_s: float) -> Sequence[WindowAnswer]:
        from ecg_core.network import strips

        return along() if along else strips.along(record, models.to(STRIP), read_as.band, step_s)

    starts = starts_to_judge(record, read_along)
    if len(starts) == 1:
        return starts[0]
    ranked: list[tuple[int, int, float]] = []
    for start_s in starts:
        try:
            page = page_of(record, replace(read_as, start_s=start_s))
        except PageError:
            continue
        said = answer_page(record, page, models, RELEASED, person)
        ranked.append((*urgency(said.verdict, page), start_s))
    return min(ranked)[2] if ranked else 0.0


def answer_page(
    ecg: EcgRecord | EcgScan,
    page: EcgPage,
    models: Models,
    rule: PriorityTable = RELEASED,
    person: Person = SOMEBODY,
    files: Bundle | None = None,
    every_statement: bool = False,
) -> Answer:
    """The answer to a page that is already laid out.

    every_statement: also statements that the model's card does not show to readers, which only
    an evaluation asks for.
    """
    model = models.to(page.layout)
    prediction = model.predict(page, every_statement)
    if person == SOMEBODY and ecg.age_years is not None:
        person = Person(float(ecg.age_years))
    return Answer(ecg, page, model, prediction, rule, person, files)


def draft(
    page: EcgPage,
    measurements: Measurements,
    prediction: Prediction,
    person: Person = SOMEBODY,
    previous: Measurements | None = None,
    verdict: PriorityDecision | None = None,
) -> Narrative:
    """The draft report of an ECG, just read or stored, as today's rules write it.

    verdict: what it concludes with, as `judged` gives it; judged by the table as released where it
    is left out, or where the case was stored before there were verdicts.
    """
    facts = Facts(measurements, prediction, page.remarks, previous, person)
    return compose(facts, verdict if isinstance(verdict, Verdict) else judge(facts))


def judged(
    page: EcgPage,
    measurements: Measurements,
    prediction: Prediction,
    person: Person,
    rule: PriorityTable = RELEASED,
    stored: PriorityDecision | None = None,
) -> PriorityDecision:
    """The verdict as stored, or by a person's own limits where age or sex is known."""
    if stored is not None and person == SOMEBODY:
        return stored
    return judge(Facts(measurements, prediction, page.remarks, person=person), rule)


def attention(model: Classifier, page: EcgPage, target: str, method: str = "") -> Attention:
    """Where a model looked on a page for one target. Raises KeyError for an unknown one."""
    from ecg_core.network.attention import DEFAULT_METHOD
    from ecg_core.network.explain import attend

    return attend(model, page, target, method or DEFAULT_METHOD)


def keep(
    place: Room | Store,
    answer: Answer,
    added_by: str | Actor | None = None,
    list_name: str = "",
    attention: Attention | None = None,
    instead_of: str = "",
) -> StoredCase:
    """Store an answer with its files; gives the case as it is stored, perhaps since long ago.

    place: the reading room of a person, who must be allowed to add ECGs and is named as the one
    who did; or the store itself, for programs. added_by: whom a program stores it for.
    attention: for the most probable class, where it was computed already. instead_of: the case
    that the same ECG was before a person said how it is to be read; only a room takes it out.
    A case that was there before keeps the priority that it got then. Raises StoreError.
    """
    from ecg_core.store.cases.adding import NewCase
    from ecg_core.store.cases.room import Room

    if answer.files is None:
        raise ValueError("an answer can only be kept with the files that it was read from")
    new = NewCase(
        answer.files,
        answer.page,
        answer.prediction,
        attention or answer.attention(),
        answer.priority,
        {finding.code: finding.threshold for finding in answer.prediction.findings},
        ecg_core.__version__,
        answer.ecg.patient,
        {key: value for key in LISTED if (value := answer.measurements.value(key)) is not None},
        answer.measurements,
    )
    if isinstance(place, Room):
        if instead_of:
            return place.reopen(place.put_instead(instead_of, new))
        return place.reopen(place.add(new, list_name))
    return place.reopen(place.add_case(new, list_name, added_by))
