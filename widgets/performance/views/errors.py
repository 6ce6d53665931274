"""Error review: the surest mistakes and the most doubtful answers, seen, opened and tagged."""

from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import streamlit as st

from ecg_core import intake
from ecg_core.evidence import originals, tags
from ecg_core.evidence.figures import mistakes
from ecg_core.evidence.figures.mistakes import Doubtful
from ecg_core.evidence.values import CaseSet
from ecg_core.intake.values import IntakeError
from ecg_core.page.values import PageError
from ecg_core.preparing import page_of
from ecg_core.store.people.roles import Permission
from widgets.performance import tables
from widgets.performance.context import Context
from widgets.session import engine, materials, person, queue
from widgets.session.text import plain
from widgets.session.words import _, noted
from widgets.viewer.pictures import data_url

LISTED = 60
PER_PAGE = 6
THUMBNAIL_PX = 420
UNTAGGED = noted("Cause not tagged")
LISTS = {
    "mistakes": noted("Most confident mistakes"),
    "doubtful": noted("Nearest to the operating point"),
}


def show(context: Context) -> None:
    """Choose class and list; see each case with label, answer, picture and cause."""
    if not person.me().may(Permission.SEE_LABELLED):
        st.info(_("Individual ECGs are shown to readers; your role sees the figures."))
        return
    codes = [question.code for question in context.asked]
    if not codes:
        st.info(_("None of these cases has a label to compare the model with."))
        return
    cases = context.cases
    with st.container(horizontal=True, vertical_alignment="top"):
        code = st.selectbox(
            _("Class"),
            codes,
            index=codes.index("MI") if "MI" in codes else 0,
            format_func=lambda code: _(cases.question(code).name),
            key="errors_class",
            width=320,
        )
        kind = st.segmented_control(
            _("List"),
            list(LISTS),
            default="mistakes",
            required=True,
            format_func=lambda one: _(LISTS[one]),
            key="errors_list",
        )
    question = cases.question(code or codes[0])
    listed = (mistakes.most_doubtful if kind == "doubtful" else mistakes.surest_mistakes)(
        cases, question, LISTED
    )
    if not listed:
        st.caption(_("None."))
        return
    given = tags.load(engine.data_dir(), cases.dataset, question.code)
    counted = tags.counts(given)
    st.caption(
        _(
            "{name}, flagged from {threshold:.2f} · {cases}",
            name=_(question.name),
            threshold=question.threshold,
            cases=tables.source_line(cases),
        )
        + (" · " + ", ".join(f"{_(name)}: {n}" for name, n in counted) if counted else "")
    )
    pages = -(-len(listed) // PER_PAGE)
    page = st.pagination(pages, key=f"errors_page_{question.code}_{kind}") if pages > 1 else 1
    first = ((page or 1) - 1) * PER_PAGE
    with st.grid(3, min_column_width=330, gap="medium"):
        for one in listed[first : first + PER_PAGE]:
            _case(cases, question.code, one, given)
    tables.csv_button(_table(listed, given), f"errors_{question.code}", "errors", cases=cases)


def _case(cases: CaseSet, code: str, one: Doubtful, given: dict[str, tags.Tag]) -> None:
    with st.container(border=True):
        picture = _thumbnail(cases.digest, one.case_id, cases)
        if picture:
            st.image(picture, width="stretch", alt=_("Ink of case {case_id}", case_id=one.case_id))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{plain(one.case_id)}**", width="content")
            st.badge(
                _("model {score:.2f}", score=one.score),
                color="orange" if one.wrong else "gray",
                icon=":material/flag:" if one.flagged else ":material/outlined_flag:",
            )
            st.caption(
                _("label: has it") if one.truth else _("label: does not have it"), width="content"
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            if picture and st.button(
                _("Open"), key=f"open_{code}_{one.case_id}", icon=":material/open_in_full:"
            ):
                _open(cases, one.case_id)
            held = given.get(one.case_id)
            key = f"tag_{code}_{one.case_id}"
            st.selectbox(
                _("Cause"),
                ["", *tags.CAUSES],
                index=0 if held is None else 1 + list(tags.CAUSES).index(held.cause),
                format_func=lambda cause: _(tags.CAUSES.get(cause, UNTAGGED)),
                label_visibility="collapsed",
                key=key,
                on_change=_tag,
                args=(cases.dataset, code, one.case_id, key),
                width=200,
            )


def _tag(dataset: str, code: str, case_id: str, key: str) -> None:
    by = person.me(Permission.OPEN_CASE).full_name
    tags.add(engine.data_dir(), dataset, case_id, code, st.session_state[key] or "", by)


def _open(cases: CaseSet, case_id: str) -> None:
    """Put the ECG on the desk of the Triage page, where attention can be seen."""
    bundle = originals.bundle_of(cases, case_id, engine.data_dir())
    if bundle is None:
        st.toast(_("This ECG is no longer here."), icon=":material/block:")
        return
    key = materials.shelf().put(bundle)
    queue.add([queue.Entry(key, bundle.name)])
    st.switch_page("pages/triage.py")


@st.cache_data(max_entries=300, show_spinner=False)
def _thumbnail(digest: str, case_id: str, _cases: CaseSet) -> str:
    """Address of a small picture of the page's ink, "" where the ECG is not here."""
    bundle = originals.bundle_of(_cases, case_id, engine.data_dir())
    if bundle is None:
        return ""
    try:
        ink = page_of(intake.read(bundle)).ink
    except (IntakeError, PageError):
        return ""
    height = round(ink.shape[0] * THUMBNAIL_PX / ink.shape[1])
    small = cv2.resize(ink, (THUMBNAIL_PX, height), interpolation=cv2.INTER_AREA)
    grey = np.clip(255 - 1.6 * small.astype(float), 0, 255).astype(np.uint8)
    return data_url(np.repeat(grey[..., None], 3, axis=2))


def _table(rows: tuple[Doubtful, ...], given: dict[str, tags.Tag]) -> pd.DataFrame:
    causes = [given[row.case_id].cause if row.case_id in given else "" for row in rows]
    return pd.DataFrame(
        {
            "case": [row.case_id for row in rows],
            "probability": [row.score for row in rows],
            "label": [row.truth for row in rows],
            "flagged": [row.flagged for row in rows],
            "cause": causes,
        }
    )
