"""Other ten seconds of a long record: looked at and judged there, and still the same case."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ecg_core import answer as answers
from ecg_core.answer import Answer
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.values import Attention, Prediction
from ecg_core.network.who_answers import OneModel
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.ten_seconds import LEAST_MORE_S, clock, is_longer
from ecg_core.page.values import EcgPage, PageError
from ecg_core.preparing import page_of
from ecg_core.read_as import ReadAs
from ecg_core.signal import bands
from ecg_core.signal.bands import Band
from ecg_core.store.cases.readings import AnswerShown, Covers, Phase
from ecg_core.store.cases.store import StoredCase
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.priority import PriorityDecision
from ecg_core.triage.verdict import Verdict
from widgets.desk.badges import level_name
from widgets.session import engine, materials, models
from widgets.session.words import _
from widgets.viewer import along
from widgets.viewer.navigator import navigator


def has_more(source: EcgRecord | EcgScan | None) -> bool:
    """Whether a record has other ten seconds than those of one page."""
    if not isinstance(source, EcgRecord) or not is_longer(source):
        return False
    return source.duration_s >= PAGE_SECONDS + LEAST_MORE_S


def band_of(page: EcgPage) -> Band:
    """The filter that a record's page was drawn through."""
    named = {one: bands.label(one, None).partition(",")[0] for one in Band}
    return next(one for one in Band if page.filter_name.startswith(named[one]))


def chosen(case: StoredCase, blind: bool = False) -> StoredCase:
    """A stored case at the ten seconds that the reader chose on the overview, drawn here.

    blind: no answer of the machine is shown, so that only the page is another. Of all but long
    records it is the case itself.
    """
    record = materials.stored_record(case)
    if record is None or not has_more(record):
        return case
    try:
        models.check_judge(case.prediction.model)
    except models.ModelUnavailableError:
        return case
    band = band_of(case.page)
    lane = [] if blind else along.lane(case.input_sha256, band)
    # Where the machine looked first is an answer, too.
    start_s = navigator(record, 0.0 if blind else _decided_at(case), case.id, lane)
    if start_s == case.page.start_s:
        return case
    view = ReadAs(band, start_s, record_layout=case.page.layout)
    try:
        if blind:
            return replace(case, page=page_of(record, view), measurements=None)
        said, looked = _judged(case.id, view, case, record)
    except PageError as error:
        st.warning(
            _(
                "From {start_s} there is no page: {text} {start_s2} is shown.",
                start_s=clock(start_s),
                text=_(error.remark.text),
                start_s2=clock(case.page.start_s),
            ),
            icon=":material/timelapse:",
        )
        return case
    machine = verdict_class(said.priority, said.prediction)
    return replace(
        case,
        page=said.page,
        prediction=said.prediction,
        attention=looked,
        priority=said.priority,
        machine=machine,
        measurements=said.measurements,
    )


def read_along(case: StoredCase) -> bool:
    """Have a stored long record read along, after its page is on the screen; whether that is new.

    Raises ModelUnavailableError.
    """
    record = materials.stored_record(case)
    if record is None or not has_more(record):
        return False
    return along.read_along(case.input_sha256, band_of(case.page), record)


def covered(
    source: EcgRecord | EcgScan | None,
    page: EcgPage,
    answer: AnswerShown | None = None,
) -> Covers | None:
    """What a reading of this page is about, where the record is longer than the page."""
    if not isinstance(source, EcgRecord) or not is_longer(source):
        return None
    return Covers(float(page.start_s), float(source.duration_s), answer=answer)


def covered_case(case: StoredCase, stored: StoredCase) -> Covers | None:
    """What a reading of a case is about. case: at the chosen seconds. stored: as it was stored."""
    other = None
    if case.priority is not stored.priority:
        other = answer_shown(case.page, case.prediction, case.priority, case.machine)
    return covered(materials.stored_record(stored), case.page, other)


def answer_shown(
    page: EcgPage, prediction: Prediction, said: PriorityDecision, machine: Triage
) -> AnswerShown:
    """The answer on the screen, as it goes into the event of a reading that rests on it."""
    return AnswerShown(
        page.filter_name,
        page.sha256,
        machine,
        prediction.abstained,
        said.priority,
        str(said.level) if isinstance(said, Verdict) else "",
        dict(zip(map(str, TRIAGE_CLASSES), map(float, prediction.triage), strict=True)),
        float(prediction.acute_threshold),
    )


def said_elsewhere(case: StoredCase, stored: StoredCase) -> None:
    """Where another answer is on the screen than the one that the list shows: say so."""
    if case.page.start_s != stored.page.start_s:
        judged_elsewhere(case.page, stored.page, stored.priority)
    elif (record := materials.stored_record(stored)) is not None and has_more(record):
        listed_by(record, case.page)


def listed_by(record: EcgRecord, shown: EcgPage) -> None:
    """Which ten seconds of a long record are on the screen, and why these."""
    st.caption(
        ":material/timelapse: "
        + _(
            "From {begin} of {length}. A long record is listed by its most urgent ten seconds.",
            begin=clock(shown.start_s),
            length=clock(record.duration_s),
        )
    )


def judged_elsewhere(shown: EcgPage, stored: EcgPage, said: PriorityDecision) -> None:
    """What is shown was judged now; said: the verdict that the case was stored with."""
    words = level_name(said.level) if isinstance(said, Verdict) else _(said.rule)
    st.caption(
        ":material/timelapse: "
        + _(
            "Judged now, from {start_s}. The worklist has {start_s2}: {words}.",
            start_s=clock(shown.start_s),
            start_s2=clock(stored.start_s),
            words=words,
        )
    )


def _decided_at(case: StoredCase) -> float:
    """Where the record is opened: at the seconds of the latest decision that stands."""
    for stored in reversed(case.readings):
        about = stored.reading.covers
        if about is not None and not stored.undone and stored.phase is not Phase.FIRST:
            return about.start_s
    return case.page.start_s


@st.cache_resource(show_spinner=False, max_entries=48)
def _judged(
    case_id: str, view: ReadAs, _case: StoredCase, _record: EcgRecord
) -> tuple[Answer, Attention]:
    """The answer to other seconds, by the weights of the case, and where they looked."""
    model = models.judge(_case.prediction.model)
    rule = engine.settings().priority_table
    said = answers.answer_page(_record, page_of(_record, view), OneModel(model), rule)
    return said.without_source(), said.attention()
