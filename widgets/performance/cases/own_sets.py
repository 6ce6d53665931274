"""Your own labelled cases: bring them in, watch them being scored, choose one to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Literal

import streamlit as st

from ecg_core import intake
from ecg_core.evidence.own_sets import scoring, sets
from ecg_core.evidence.own_sets.as_cases import as_cases
from ecg_core.evidence.own_sets.checking import Checked, check
from ecg_core.evidence.own_sets.columns import EXAMPLE, TableError, code_name, read_table
from ecg_core.evidence.own_sets.set_room import SetRoom
from ecg_core.evidence.own_sets.sets import LabelledSet, State
from ecg_core.evidence.values import CaseSet
from ecg_core.intake.values import Bundle, Upload
from ecg_core.network.card import ModelCard
from ecg_core.store.people.roles import Permission
from widgets.performance.cases import mapper, without_ecg
from widgets.session import engine, person
from widgets.session.text import plain
from widgets.session.words import Later, _, day, noted

Colour = Literal["gray", "blue", "orange", "green"]
STATES: dict[State, tuple[str, str, Colour]] = {
    State.WAITING: (noted("Waiting"), ":material/schedule:", "gray"),
    State.RUNNING: (noted("Scoring"), ":material/progress_activity:", "blue"),
    State.CHECKING: (noted("Looking for shortcuts"), ":material/progress_activity:", "blue"),
    State.STOPPED: (noted("Stopped"), ":material/pause:", "orange"),
    State.DONE: (noted("Scored"), ":material/check:", "green"),
}
SHOWN_PROBLEMS = 50
REFRESH_S = 2


def choose(card: ModelCard) -> CaseSet | None:
    """The chosen set of the reader's own, or None while there is none to look at."""
    _resume()
    found = sets.list_sets(engine.data_dir())
    if person.me().may(Permission.ADD_ECGS):
        with st.expander(_("Add labelled ECGs"), expanded=not found, icon=":material/upload_file:"):
            _bring_in(card)
    elif not found:
        st.info(_("No labelled ECGs have been added yet."))
    if not found:
        return None
    names = {one.folder.name: one.info.name for one in found}
    chosen = st.selectbox(
        _("Set"),
        list(names),
        format_func=lambda key: plain(names[key]),
        key="own_set",
        label_visibility="collapsed",
        width=420,
    )
    one = next(
        labelled for labelled in found if labelled.folder.name == (chosen or next(iter(names)))
    )
    _progress(one)
    if not person.me().may(Permission.SEE_LABELLED):
        st.caption(_("Your role sees how far the scoring is, not the ECGs and figures."))
        return None
    if not one.done():
        st.info(
            _(
                "Figures appear when the first ECGs are scored. The model is loaded "
                "first, and ECGs on the worklist are read before: on a busy server "
                "that takes minutes."
            )
        )
        return None
    info = one.info
    if info.weights_sha256 != card.weights_sha256:
        st.warning(
            _(
                "This set was scored by other weights ({model} {version}); the "
                "operating points shown are those of the model here.",
                model=info.model,
                version=info.version,
            )
        )
    without_ecg.section(one)
    return _cases(one.folder.name, one.done(), one, card)


@st.cache_resource(max_entries=8, show_spinner=Later("Reading the answers"))
def _cases(key: str, done: int, _labelled: LabelledSet, _card: ModelCard) -> CaseSet:
    return as_cases(_labelled, _card)


@st.cache_resource(show_spinner=False)
def _resume() -> int:
    """Once a process of the app: go on with what was interrupted."""
    return scoring.resume_all(engine.data_dir())


@st.fragment(run_every=REFRESH_S)
def _progress(labelled: LabelledSet) -> None:
    if not (labelled.folder / "set.json").exists():
        st.rerun()
    state, info = scoring.state(labelled), labelled.info
    done = labelled.done()
    # What the page around this shows changes with the state, and when the first answers are here.
    stage = (state, done > 0)
    seen: dict[str, tuple[State, bool]] = st.session_state.setdefault("own_set_stages", {})
    before = seen.get(info.id, stage)
    seen[info.id] = stage
    if before != stage:
        if state is State.DONE:
            st.session_state["open_view"] = "summary"
        st.rerun()
    word, icon, colour = STATES[state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(_(word), icon=icon, color=colour)
        if state not in (State.DONE, State.CHECKING):
            st.progress(done / max(info.cases, 1), width=260)
        st.caption(
            _(
                "{done} of {cases} ECGs · {created}",
                done=done,
                cases=info.cases,
                created=day(date.fromisoformat(info.created_utc[:10])),
            ),
            width="content",
        )
        room = person.set_room()
        if room.may_stop(labelled):
            if state in (State.RUNNING, State.WAITING, State.CHECKING):
                if st.button(_("Stop"), icon=":material/stop:", key=f"stop_{info.id}"):
                    room.stop(labelled)
            elif state is State.STOPPED and st.button(
                _("Resume"), icon=":material/play_arrow:", key=f"go_on_{info.id}"
            ):
                room.resume(labelled)
        if state not in (State.RUNNING, State.CHECKING) and room.may_remove(labelled):
            _offer_removal(room, labelled)


def _offer_removal(room: SetRoom, labelled: LabelledSet) -> None:
    with st.popover(_("Delete"), icon=":material/delete:", key=f"delete_{labelled.info.id}"):
        st.caption(_("Removes the uploaded files, labels and answers of this set."))
        if st.button(_("Delete this set"), type="primary", key=f"delete_now_{labelled.info.id}"):
            room.remove(labelled)
            st.rerun()


def _bring_in(card: ModelCard) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        files = st.file_uploader(
            _("ECGs: files, a folder or a ZIP"), accept_multiple_files=True, key="own_ecgs"
        )
    with right:
        table_file = st.file_uploader(_("Labels: a CSV with one row per ECG"), key="own_labels")
        st.download_button(
            _("Example CSV"),
            data=EXAMPLE,
            file_name="labels_example.csv",
            mime="text/csv",
            icon=":material/download:",
            key="own_example",
            on_click="ignore",
            type="tertiary",
        )
    if not files or table_file is None:
        st.caption(
            _(
                "One column names the file; others carry labels: a triage class, yes "
                "or no for a finding, or a list of SCP codes. Nothing leaves this "
                "machine."
            )
        )
        return
    try:
        table = read_table(table_file.getvalue())
    except TableError as error:
        st.error(_(str(error)), icon=":material/block:")
        return
    bundles = _bundles(tuple((file.name, file.getvalue()) for file in files))
    key = hashlib.sha256(table_file.getvalue()).hexdigest()[:12]
    columns = mapper.columns(table, key)
    meanings = mapper.meanings(table, columns, key)
    try:
        checked = check(table, columns, [bundle.name for bundle in bundles], meanings)
    except TableError as error:
        st.warning(_(str(error)), icon=":material/rule:")
        return
    _report(checked)
    name = st.text_input(
        _("Name of the set"), value=table_file.name.rsplit(".", 1)[0], key="own_name"
    )
    if st.button(
        _("Score {n} ECGs", n=checked.labels.n),
        type="primary",
        disabled=not checked.labels.n,
        key="own_score",
    ):
        _create(card, name, bundles, checked)


def _create(card: ModelCard, name: str, bundles: Sequence[Bundle], checked: Checked) -> None:
    owner = person.me(Permission.ADD_ECGS)
    asked = sets.identity(card.name, card.version, card.weights_sha256)
    try:
        made = sets.create(engine.data_dir(), name, bundles, checked.labels, asked, owner.id)
    except (ValueError, OSError) as error:
        st.error(_("The set was not stored: {error}", error=error), icon=":material/block:")
        return
    person.set_room().brought_in(made)
    scoring.start(made)
    st.session_state["own_set"] = made.folder.name
    st.session_state["open_view"] = "summary"
    for key in ("own_ecgs", "own_labels"):
        st.session_state.pop(key, None)
    st.rerun()


@st.cache_resource(max_entries=2, show_spinner=Later("Sorting the files"))
def _bundles(files: tuple[tuple[str, bytes], ...]) -> tuple[Bundle, ...]:
    return intake.split([Upload(name, data) for name, data in files])


def _report(checked: Checked) -> None:
    labels = checked.labels
    judged = [_(code_name(code)) for code in labels.codes]
    if (labels.triage >= 0).any():
        judged.append(_("triage class"))
    st.caption(
        _(
            "{n} ECGs can be scored. Labels: {labels}.",
            n=labels.n,
            labels=", ".join(judged) or _("none", context="labels"),
        )
        + (
            _(" {n} uploaded ECGs have no row.", n=len(checked.unlabelled))
            if checked.unlabelled
            else ""
        )
    )
    if not checked.problems:
        return
    count = len(checked.problems) + checked.more_problems
    with st.expander(_("{n} rows need attention", n=count), icon=":material/rule:"):
        lines = [f"- {plain(_(str(problem)))}" for problem in checked.problems[:SHOWN_PROBLEMS]]
        if count > SHOWN_PROBLEMS:
            lines.append("- " + _("and {n} more", n=count - SHOWN_PROBLEMS))
        st.markdown("\n".join(lines))
