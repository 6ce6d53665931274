"""A stored case, shown exactly as it was decided.

Its answer and its attention come from the store. Attention for something else is computed when it
is asked for, by the very weights that gave the answer, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from ecg_core.network.values import Attention
from ecg_core.page.values import Option
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoredCase
from widgets.desk import earlier, looking, seconds, verdict
from widgets.desk.asking import question
from widgets.desk.looking import Looking
from widgets.desk.readings_said import readings_view
from widgets.desk.report import measuring, report_parts
from widgets.desk.report.report_parts import Reported
from widgets.session import materials, models, person
from widgets.session.rows import Places, places
from widgets.session.text import plain
from widgets.session.words import _, second
from widgets.viewer.paper import Overlay, paper


def case_view(
    case: StoredCase,
    decide: Callable[[], None] | None = None,
    readings: bool = True,
    answered: Callable[[Option], None] | None = None,
    stored: StoredCase | None = None,
) -> None:
    """Page, attention, numbers, readings, hashes and originals of one case.

    decide: draws what is asked of the reader, before the readings. readings: whether those of
    others are to be seen. answered: called with the answer to what the page asks; None where it is
    not to be asked any more. stored: the case as it was stored, where other seconds of its record
    may be on the screen.
    """
    stored = stored or case
    place = places()
    # What is saved leads to another case: this one is not drawn anew before that.
    at_once = decide is not None and bool(st.session_state.get(f"save_{case.id}"))
    if at_once:
        _asked(place, decide)
    at = looking.looking(case.id, case.attention.target)
    attention, second, gone = _attention(case, at)
    with place.ecg:
        told = _reported(case, attention, at.previous, readings)
        if answered is not None:
            rate = told.measurements.value("rate")
            question.ask(case.page, told.waves, rate, case.id, answered)
        caution = models.caution(case.prediction.model, attention.method)
        probable = looking.probable(case.prediction)
        overlay = Overlay(attention, *_offered(case, gone), second, caution, probable)
        _sheet(case, overlay, at, gone)
        report_parts.header_view(told)
    with place.says:
        verdict.headline(case.prediction, told.priority, case.page.remarks)
        seconds.said_elsewhere(case, stored)
    if not at_once:
        _asked(place, decide)
    with place.said:
        report_parts.draft_view(told)
        if decide is not None:
            report_parts.editor_view(told)
        if readings and (decide is None or case.readings):
            readings_view(case)
        if readings:
            _originals(case)
    with place.classes:
        verdict.classes(case.prediction, told.measurements)
    with place.leads:
        verdict.looked(attention, _(case.prediction.name_of(attention.target)))
        if attention is not stored.attention:
            st.caption(
                _(
                    "Worked out now by the model that read this ECG. Stored with its "
                    "answer: {target}.",
                    target=_(stored.prediction.name_of(stored.attention.target)),
                )
            )
        verdict.quality(case.prediction, case.page.remarks)
    if readings:
        with place.end:
            _record(stored)


def _asked(place: Places, decide: Callable[[], None] | None) -> None:
    """What is asked of the reader."""
    if decide is not None:
        with place.decides:
            decide()


def _attention(case: StoredCase, at: Looking) -> tuple[Attention, Attention | None, str]:
    """The attention to show, the one beside it, and why no other than the stored one can be."""
    kept = case.attention
    if not case.checks.page:
        return kept, None, _("The page is not the one that was read.")
    try:
        models.check_judge(case.prediction.model)
        is_kept = at.target == kept.target and (at.method or kept.method) == kept.method
        if is_kept and not at.against:
            return kept, None, ""
        first, second = looking.attentions(case.page, at, case.prediction.model)
    except models.ModelUnavailableError as error:
        return kept, None, _(str(error))
    return kept if is_kept else first, second, ""


def _offered(
    case: StoredCase, gone: str
) -> tuple[list[tuple[str, str]], tuple[tuple[str, str], ...]]:
    """Targets and methods to choose from: without the judge only what was stored."""
    offered = (case.attention.target,) if gone else targets_of(case)
    named = [(target, _(case.prediction.name_of(target))) for target in offered]
    return named, () if gone else models.methods()


def _sheet(case: StoredCase, overlay: Overlay, at: Looking, gone: str) -> None:
    """The page with the attention over it, and what else attention can be shown for."""
    waves = materials.stored_waves(case)
    others = earlier.offered(case.input_sha256, case.patient)
    paper(
        case.page,
        waves,
        overlay,
        key=f"paper_{case.id}",
        on_choice=looking.chooser(case.id, case.attention.target),
        offered=[(offer.key, offer.title, offer.same) for offer in others],
        earlier=earlier.load(at.previous, waves, others),
        marks=report_parts.marks(case.page, measuring.measured_case(case), case.id),
    )
    if gone:
        st.caption(
            ":material/info: " + _("{gone} Everything shown is what was stored.", gone=plain(gone))
        )


def _reported(case: StoredCase, attention: Attention, previous: str, readings: bool) -> Reported:
    """Measurements and draft, made now; what was signed is in the readings, if they may be seen."""
    found = measuring.measured_case(case)
    earlier_ecg = measuring.of_earlier(previous)
    said = report_parts.for_person(case.page, found, case.prediction, case.id, case.priority)
    return Reported(
        case.id,
        case.page,
        materials.stored_waves(case),
        found,
        report_parts.drafted(case.page, found, case.prediction, earlier_ecg, case.id, said),
        case.prediction,
        said,
        attention,
        lambda: case.readings if readings else (),
        lambda: report_parts.printed_whole(materials.stored_record(case), case.page),
    )


def targets_of(case: StoredCase) -> tuple[str, ...]:
    """What the model that read the case can be asked about: what it answered then."""
    answered = (*case.prediction.superclasses, *case.prediction.findings)
    return tuple(
        dict.fromkeys(
            (*map(str, case.prediction.triage_classes), *(finding.code for finding in answered))
        )
    )


def checks_badge(case: StoredCase, brief: bool = False) -> None:
    """Whether everything of the case still matches its hashes; brief: one word while it does."""
    if case.checks.ok:
        words = _("Unchanged") if brief else _("Unchanged since stored")
        st.badge(words, icon=":material/verified_user:", color="green")
        return
    failed = [
        words
        for fine, words in (
            (case.checks.page, _("the page")),
            (case.checks.originals, _("the original files")),
            (case.checks.rows, _("the stored case or a reading")),
            (case.checks.events, _("an audit event")),
        )
        if not fine
    ]
    st.error(
        _(
            "Changed since it was stored: {failed}. Do not rely on this case.",
            failed=", ".join(failed),
        ),
        icon=":material/gpp_bad:",
    )


def _originals(case: StoredCase) -> None:
    st.subheader(_("Original files"))
    room = person.room_later()
    with st.container(horizontal=True):
        for position, file in enumerate(case.files):
            st.download_button(
                _("{name} ({size:.0f} kB)", name=plain(file.name), size=file.size / 1024),
                # Read from the disk only when it is asked for.
                partial(_original, room, case.id, position),
                file_name=file.name,
                icon=":material/download:",
                key=f"original_{case.id}_{position}",
                on_click="ignore",
            )


def _original(room: Callable[[], Room], case_id: str, position: int) -> bytes:
    return room().original(case_id, position)


def _record(case: StoredCase) -> None:
    """Drawn when it is opened."""
    label = _("For the record: versions, hashes and events")
    with st.expander(label, key=f"record_{case.id}", on_change="rerun") as opened:
        if not opened.open:
            return
        model = case.prediction.model
        target = _(case.prediction.name_of(case.attention.target))
        st.markdown(
            _(
                "- Case: `{id}`, stored {created_utc} UTC by version "
                "{app_version}\n- Model: {name} {version}\n- Weights, SHA-256: "
                "`{weights_sha256}`\n- Page preparation: `{preprocessing_version}`\n- "
                "Input, SHA-256: `{input_sha256}`\n- Page, SHA-256: `{page_sha256}`\n- "
                "Attention: {method} for {target}",
                id=case.id,
                created_utc=second(case.created_utc),
                app_version=case.app_version,
                name=model.name,
                version=model.version,
                weights_sha256=model.weights_sha256,
                preprocessing_version=model.preprocessing_version,
                input_sha256=case.input_sha256,
                page_sha256=case.prediction.page_sha256,
                method=case.attention.method,
                target=target,
            )
        )
        st.dataframe(
            pd.DataFrame(
                {
                    _("Event"): [event.seq for event in case.events],
                    _("Time (UTC)"): [second(e.created_utc) for e in case.events],
                    _("Who"): [event.actor for event in case.events],
                    _("What"): [_(event.action.replace("_", " ")) for event in case.events],
                    _("Hash"): [event.hash for event in case.events],
                }
            ),
            hide_index=True,
            alt=_("Audit events of this case"),
        )
