"""One ECG on the desk: the page, the machine's answer, the decision."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ecg_core.intake.values import EcgRecord, EcgScan, IntakeError
from ecg_core.network.values import Attention
from ecg_core.page.values import Option, PageError
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.readings import Covers, StoredReading
from ecg_core.store.cases.room import Turn
from ecg_core.store.cases.store import StoreError
from ecg_core.store.cases.workflow import CaseStatus
from widgets.desk import answering, badges, earlier, looking, opened_bar, seconds, verdict
from widgets.desk.asking import correction, other_half, question
from widgets.desk.asking.lead_naming import name_leads
from widgets.desk.asking.refused import refusal, refused
from widgets.desk.deciding.at_hand import AtHand
from widgets.desk.deciding.decision import decision_form
from widgets.desk.desk import blind_desk
from widgets.desk.report import measuring, report_parts, take_away
from widgets.desk.report.original import offer_original
from widgets.desk.report.report_parts import Reported
from widgets.session import materials, models, person, queue
from widgets.session.engine import Kept
from widgets.session.rows import places
from widgets.session.text import plain
from widgets.session.words import _, noted, why
from widgets.viewer import along
from widgets.viewer.paper import Overlay, paper

NO_TURN = Turn(
    CaseStatus.NEW,
    None,
    False,
    False,
    None,
    None,
    "",
    noted("A demonstration: no decision is asked for, and nothing of it is stored."),
)


def reading_screen(entry: queue.Entry) -> None:
    """Show one opened ECG, or why it cannot be read."""
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="case_bar")
    opened_bar.steps(bar, entry)
    if entry.demonstration:
        with bar:
            st.badge(_("Demonstration"), icon=":material/science:", color="orange")
    if entry.caption:
        st.caption(f":material/science: {_(entry.caption)}")
    if entry.signals:
        name_leads(entry)
        return
    if entry.reason:
        refusal(entry.name, entry.reason, entry.hint)
        return
    try:
        source = materials.material(entry.sha256)
        view = entry.view
        with bar:
            badges.patient_badge(source.patient)
        if isinstance(source, EcgRecord):
            view = opened_bar.view_choice(bar, source, entry)
        elif correction.is_open(entry.sha256):
            correction.correction_screen(
                correction.Correcting(
                    entry.sha256,
                    source,
                    view,
                    partial(materials.page, entry.sha256),
                    partial(materials.waves, entry.sha256),
                    partial(_read_anew, entry),
                )
            )
            return
        elif source.second_from is None:
            with bar:
                correction.offer(entry.sha256)
                other_half.offer(entry, view)
        with bar:
            offer_original(entry.sha256, source)
            take_away.offer(entry.sha256, source, view)
        answering.first_its_page(entry, view)
        _desk(entry, answering.answered(entry, view), source)
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
            partial(materials.page, entry.sha256),
            partial(_read_anew, entry),
        )
    except StoreError as error:
        st.error(why(error), icon=":material/block:")
    except models.ModelUnavailableError as error:
        st.error(plain(_(str(error))), icon=":material/block:")


def _read_anew(entry: queue.Entry, view: ReadAs) -> None:
    """Have an opened scan read as the reader says; the case that it was gives way to it."""
    case = st.session_state.setdefault("case_of", {}).get(entry.sha256, "")
    queue.update(entry.sha256, view=view, replaces=case)
    st.rerun()


def _desk(entry: queue.Entry, answer: Kept, source: EcgRecord | EcgScan) -> None:
    room = person.room()
    turn = NO_TURN if entry.demonstration else room.turn(answer.case_id)
    waves = materials.waves(entry.sha256, entry.view)
    if turn.blind:
        said = answer.priority
        about = seconds.covered(source, answer.page)
        hand = AtHand(
            answer.case_id,
            entry.name,
            answer.prediction,
            said,
            answer.machine,
            said,
            covers=about,
        )
        blind_desk(answer.page, waves, hand, turn, partial(_answered, entry))
        return
    if turn.taken_by is None and not entry.demonstration:
        room.see(answer.case_id)
    first = str(answer.prediction.triage_class)
    at = looking.looking(answer.case_id, first)
    attention, second = looking.attentions(answer.page, at, answer.prediction.model)
    targets = [(key, _(name)) for key, name in models.targets(answer.prediction.model)]
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
                models.methods(),
                second,
                models.caution(answer.prediction.model, attention.method),
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
        if answer.stored is not None:
            seconds.judged_elsewhere(answer.page, answer.stored.page, answer.stored.priority)
        elif isinstance(source, EcgRecord) and seconds.has_more(source):
            seconds.listed_by(source, answer.page)
    with place.decides:
        decision_form(entry, answer, turn, told.priority, _covered(source, answer))
    with place.said:
        report_parts.draft_view(told)
        if entry.event is None and not entry.demonstration:
            report_parts.editor_view(told)
    with place.classes:
        verdict.classes(answer.prediction, told.measurements)
    with place.leads:
        verdict.looked(attention, dict(targets)[at.target])
        verdict.quality(answer.prediction, answer.page.remarks)


def _covered(source: EcgRecord | EcgScan, answer: Kept) -> Covers | None:
    """What a decision is about, where the record is longer than the page."""
    elsewhere = None
    if answer.stored is not None:
        elsewhere = seconds.answer_shown(
            answer.page, answer.prediction, answer.priority, answer.machine
        )
    return seconds.covered(source, answer.page, elsewhere)


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
        materials.waves(entry.sha256, entry.view),
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
        lambda: report_parts.printed_whole(materials.material(entry.sha256), answer.page),
    )


def _own_reading(case_id: str, event: int | None) -> tuple[StoredReading, ...]:
    """The reading just saved; those of others may be hidden from this reader."""
    if event is None:
        return ()
    readings = person.room().reopen(case_id).readings
    return tuple(stored for stored in readings if stored.event == event)
