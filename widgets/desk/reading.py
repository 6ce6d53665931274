"""One ECG on the desk: the page, the machine's answer, the decision."""

from __future__ import annotations

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core.answer import ReadAs
from ecg_core.intake.values import EcgRecord, EcgScan, IntakeError
from ecg_core.network.values import Attention
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.ten_seconds import is_longer
from ecg_core.page.values import Option, PageError
from ecg_core.signal.filters import Band
from ecg_core.store.cases.readings import StoredReading
from ecg_core.store.cases.room import Turn
from ecg_core.store.cases.store import StoreError
from ecg_core.store.cases.workflow import CaseStatus
from widgets.desk import (
    badges,
    correction,
    earlier,
    looking,
    measuring,
    other_half,
    question,
    report_parts,
    verdict,
)
from widgets.desk.at_hand import AtHand
from widgets.desk.covers import covers
from widgets.desk.decision import decision_form
from widgets.desk.desk import blind_desk
from widgets.desk.lead_naming import name_leads
from widgets.desk.original import original
from widgets.desk.refused import refusal, refused
from widgets.desk.report_parts import Reported
from widgets.desk.take_away import take_away
from widgets.session import batch, engine, person, queue
from widgets.session.engine import Kept
from widgets.session.rows import places, trace_first
from widgets.session.text import plain
from widgets.viewer import along
from widgets.viewer.navigator import navigator
from widgets.viewer.paper import Overlay, paper

BAND_NAMES: dict[Band, str] = {
    Band.DIAGNOSTIC: "Diagnostic 0.05–150 Hz",
    Band.MONITOR: "Monitor 0.5–40 Hz",
    Band.AS_RECORDED: "As recorded",
}

NO_TURN = Turn(
    CaseStatus.NEW,
    None,
    False,
    False,
    None,
    None,
    "",
    "A demonstration: no decision is asked for, and nothing of it is stored.",
)


def reading_screen(entry: queue.Entry) -> None:
    """Show one opened ECG, or why it cannot be read."""
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="case_bar")
    _steps(bar, entry)
    if entry.demonstration:
        with bar:
            st.badge("Demonstration", icon=":material/science:", color="orange")
    if entry.caption:
        st.caption(f":material/science: {entry.caption}")
    if entry.signals:
        name_leads(entry)
        return
    if entry.reason:
        refusal(entry.name, entry.reason, entry.hint)
        return
    try:
        source = engine.material(entry.sha256)
        view = entry.view
        with bar:
            badges.patient_badge(source.patient)
        if isinstance(source, EcgRecord):
            view = _view_choice(bar, source, entry)
        elif correction.is_open(entry.sha256):
            correction.correction_screen(
                correction.Correcting(
                    entry.sha256,
                    source,
                    view,
                    partial(engine.page, entry.sha256),
                    partial(engine.waves, entry.sha256),
                    partial(_read_anew, entry),
                )
            )
            return
        elif source.second_from is None:
            with bar:
                correction.offer(entry.sha256)
                other_half.offer(entry, view)
        if bar.button("Original", icon=":material/description:", key=f"shown_{entry.sha256}"):
            original(engine.bundle(entry.sha256), source)
        if bar.button("Export", icon=":material/download:", key=f"away_{entry.sha256}"):
            take_away(entry.sha256, source, view)
        _trace_first(entry, view)
        _desk(entry, _answer(entry, view), source)
        # The whole record takes seconds: these ten are on the screen first.
        if isinstance(source, EcgRecord) and along.read_along(entry.sha256, view.band, source):
            st.rerun()
    except IntakeError as error:
        refusal(entry.name, error.reason, error.hint)
    except PageError as error:
        refused(
            entry.name,
            error,
            entry.sha256,
            entry.view,
            partial(engine.page, entry.sha256),
            partial(_read_anew, entry),
        )
    except StoreError as error:
        st.error(plain(f"{error.reason} {error.hint}"), icon=":material/block:")
    except engine.ModelUnavailableError as error:
        st.error(plain(str(error)), icon=":material/block:")


def _steps(bar: DeltaGenerator, entry: queue.Entry) -> None:
    """Back to the opening screen, and along the opened ECGs."""
    row = queue.entries()
    if bar.button("Open ECGs", icon=":material/arrow_back:", key="leave"):
        queue.leave()
        st.rerun()
    if len(row) == 1:
        bar.markdown(f"**{plain(entry.name)}**", width="content")
        return
    here = row.index(entry)
    chosen = bar.selectbox(
        "Opened ECGs",
        range(len(row)),
        index=here,
        format_func=lambda i: f"{i + 1} of {len(row)} · {row[i].label}",
        # The list opens at the current ECG, however it became the current one.
        key=f"choose_{entry.sha256}_{len(row)}",
        label_visibility="collapsed",
        width=320,
    )
    if chosen is not None and chosen != here:
        queue.show(row[chosen].sha256)
        st.rerun()


def _read_anew(entry: queue.Entry, view: ReadAs) -> None:
    """Have an opened scan read as the reader says; the case that it was gives way to it."""
    case = st.session_state.setdefault("case_of", {}).get(entry.sha256, "")
    queue.update(entry.sha256, view=view, replaces=case)
    st.rerun()


def _view_choice(bar: DeltaGenerator, record: EcgRecord, entry: queue.Entry) -> ReadAs:
    with bar.popover(
        BAND_NAMES[entry.view.band], icon=":material/tune:", key=f"view_{entry.sha256}"
    ):
        band = st.radio(
            "Filter",
            list(Band),
            index=list(Band).index(entry.view.band),
            format_func=lambda one: BAND_NAMES[one],
            key=f"band_{entry.sha256}",
            persist_state="session",
        )
    start = 0.0
    # Less than a second more leaves nothing to choose.
    if is_longer(record) and record.duration_s >= PAGE_SECONDS + 1.0:
        # Who reads blind sees no answer of any ten seconds before their own.
        blind = person.room().reads_blind()
        lane = [] if blind else along.lane(entry.sha256, entry.view.band)
        start = navigator(record, entry.view.start_s, entry.sha256, lane)
    view = ReadAs(band or entry.view.band, start)
    if view != entry.view:
        queue.update(entry.sha256, view=view)
        # The window's place on the overview and the name of the view are drawn above.
        st.rerun()
    return view


def _trace_first(entry: queue.Entry, view: ReadAs) -> None:
    """Show an ECG that is opened for the first time before the machine is asked about it."""
    if _mark(entry, view) in _seen() or entry.replaces:
        return
    if not entry.demonstration and person.room().reads_blind(entry.list_name):
        return
    page, waves = engine.page(entry.sha256, view), engine.waves(entry.sha256, view)
    ecg, column = trace_first()
    with ecg:
        paper(page, waves, None, key="paper_open")
    with column:
        _answer(entry, view)
    # The page stays where it is; what is said and asked of it comes beside it.
    st.rerun()


def _answer(entry: queue.Entry, view: ReadAs) -> Kept:
    """The machine's answer, with progress in words the first time."""
    mark, seen, room = _mark(entry, view), _seen(), person.room()
    first = mark not in seen or bool(entry.replaces)
    place = st.empty()
    try:
        status = place.status("Reading the ECG") if first else None

        def tell(text: str) -> None:
            if status is not None:
                status.update(label=text)

        if entry.demonstration:
            answer = engine.shown(entry.sha256, view, tell)
        else:
            answer = engine.answer(room, entry.sha256, view, tell, entry.replaces, entry.list_name)
    finally:
        place.empty()
    seen.add(mark)
    if not first or entry.demonstration:
        return answer
    if entry.job:
        batch.settled(entry.job, answer.case_id)
    queue.update(entry.sha256, replaces="", job="")
    st.session_state.setdefault("case_of", {})[entry.sha256] = answer.case_id
    return answer


def _mark(entry: queue.Entry, view: ReadAs) -> str:
    return f"{entry.sha256} {view}"


def _seen() -> set[str]:
    """What was answered in this session already: the same again takes no time."""
    seen: set[str] = st.session_state.setdefault("answered", set())
    return seen


def _desk(entry: queue.Entry, answer: Kept, source: EcgRecord | EcgScan) -> None:
    room = person.room()
    turn = NO_TURN if entry.demonstration else room.turn(answer.case_id)
    waves = engine.waves(entry.sha256, entry.view)
    if turn.blind:
        said = answer.priority
        hand = AtHand(answer.case_id, entry.name, answer.prediction, said, answer.machine, said)
        blind_desk(answer.page, waves, hand, turn, partial(_answered, entry))
        return
    if turn.taken_by is None and not entry.demonstration:
        room.see(answer.case_id)
    first = str(answer.prediction.triage_class)
    at = looking.looking(answer.case_id, first)
    attention, second = looking.attentions(answer.page, at, answer.prediction.model)
    targets = engine.targets(answer.prediction.model)
    others = [] if entry.demonstration else earlier.offered(entry.sha256, source.patient)
    told = _reported(entry, answer, attention, at.previous)
    place = places()
    with place.ecg:
        if question.may_answer(turn):
            rate = told.measurements.value("rate")
            question.ask(answer.page, waves, rate, answer.case_id, partial(_answered, entry))
        paper(
            answer.page,
            waves,
            Overlay(
                attention,
                targets,
                engine.methods(),
                second,
                engine.caution(answer.prediction.model, attention.method),
                looking.probable(answer.prediction),
            ),
            key="paper_open",
            on_choice=looking.chooser(answer.case_id, first),
            offered=[(offer.key, offer.title, offer.same) for offer in others],
            earlier=earlier.load(at.previous, waves, others),
            marks=[
                *(source.annotations if isinstance(source, EcgRecord) else ()),
                *report_parts.marks(answer.page, told.measurements, answer.case_id),
            ],
        )
        report_parts.header_view(told)
    with place.says:
        verdict.headline(
            answer.prediction, told.priority, answer.page.remarks, answer.priority_today()
        )
    with place.decides:
        covers(source, answer.page)
        decision_form(entry, answer, turn, told.priority)
    with place.said:
        report_parts.draft_view(told)
        if entry.event is None and not entry.demonstration:
            report_parts.editor_view(told)
    with place.classes:
        verdict.classes(answer.prediction, told.measurements)
    with place.leads:
        verdict.looked(attention, dict(targets)[at.target])
        verdict.quality(answer.prediction, answer.page.remarks)


def _answered(entry: queue.Entry, option: Option) -> None:
    """The reader answered the page's question."""
    _read_anew(entry, entry.view.chosen(option))


def _reported(entry: queue.Entry, answer: Kept, attention: Attention, previous: str) -> Reported:
    found = answer.said.measurements
    said = report_parts.for_person(
        answer.page, found, answer.prediction, answer.case_id, answer.priority
    )
    return Reported(
        answer.case_id,
        answer.page,
        engine.waves(entry.sha256, entry.view),
        found,
        report_parts.drafted(
            answer.page,
            found,
            answer.prediction,
            measuring.of_earlier(previous),
            answer.case_id,
            said,
        ),
        answer.prediction,
        said,
        attention,
        partial(_own_reading, answer.case_id, entry.event),
        lambda: report_parts.printed_whole(engine.material(entry.sha256), answer.page),
    )


def _own_reading(case_id: str, event: int | None) -> tuple[StoredReading, ...]:
    """The reading just saved; those of others may be hidden from this reader."""
    if event is None:
        return ()
    readings = person.room().reopen(case_id).readings
    return tuple(stored for stored in readings if stored.event == event)
