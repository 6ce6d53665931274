"""What the form of a decision offers: decision, findings, seconds, note, and the keys of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Literal

import streamlit as st

from ecg_core.network.statements import STATEMENTS, Triage
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.ten_seconds import clock
from ecg_core.store.cases.readings import VERDICT_NAMES, Covers, Decision
from ecg_core.triage.priority import Priority
from widgets.desk.deciding.at_hand import AtHand
from widgets.session import engine
from widgets.session.words import _, noted

AGREE, OVERRIDE = VERDICT_NAMES[Decision.AGREE], VERDICT_NAMES[Decision.OVERRIDE]
DECIDE = noted("Decide on a class")
OTHERS = (VERDICT_NAMES[Decision.CANNOT_DECIDE], VERDICT_NAMES[Decision.REPEAT])
KEYS = {OVERRIDE: "O", DECIDE: "O", OTHERS[0]: "D", OTHERS[1]: "T"}
"""Streamlit keeps R and C for itself, so that repeating is T and not deciding D."""
LabelVisibility = Literal["visible", "collapsed"]
BY_NAME = {name: verdict for verdict, name in VERDICT_NAMES.items()} | {DECIDE: Decision.OVERRIDE}


def verdict(hand: AtHand, settles: bool, may_agree: bool) -> Decision | None:
    """What the reader chose; agreeing while nothing else is chosen, where that can be.

    An abstaining machine has no answer to agree with.
    """
    if may_agree:
        label = _("The machine says: **{says}**", says=hand.says)
    elif settles:
        label = _("What is it?")
    elif hand.prediction.abstained:
        label = _("The model gives no class here, so the decision is yours alone.")
    else:
        label = _("With this age and sex the verdict differs from the stored one: choose a class.")
    offered = [OVERRIDE if may_agree else DECIDE, *OTHERS]
    choice = st.segmented_control(
        label,
        offered,
        # Agreeing stands on the button below; without an answer there is a class to choose.
        # What was read before the answer was shown still stands.
        default=None if may_agree and hand.differs is None else offered[0],
        # What the machine says stands above, with its probability, or that it says nothing.
        label_visibility="collapsed" if may_agree or hand.prediction.abstained else "visible",
        # As on a button, the key that does the same.
        format_func=lambda name: f"{_(name)} :gray[{KEYS[name]}]",
        key=f"verdict_{hand.case_id}",
        wrap=True,
        persist_state="session",
    )
    if choice is None:
        return Decision.AGREE if may_agree else None
    return BY_NAME[choice]


def findings(
    key: str, read: tuple[str, ...] = (), label: LabelVisibility = "visible"
) -> tuple[str, ...] | None:
    """Codes of what the reader sees; None where nothing is named."""
    chosen = st.multiselect(
        _("Findings"),
        list(STATEMENTS),
        default=[code for code in read if code in STATEMENTS],
        format_func=lambda code: _(STATEMENTS[code].name),
        placeholder=_("Name what you see"),
        label_visibility=label,
        key=key,
        persist_state="session",
    )
    return tuple(chosen) or None


def covers(hand: AtHand) -> Covers | None:
    """What of a long record the decision is about: the seconds on the screen, or all of it."""
    about = hand.covers
    if about is None:
        return None
    end = clock(min(about.start_s + PAGE_SECONDS, about.duration_s))
    names = {
        False: _("{begin} to {end}", begin=clock(about.start_s), end=end),
        True: _("Whole record ({length})", length=clock(about.duration_s)),
    }
    whole = st.segmented_control(
        _("This decision covers :gray[W]"),
        [False, True],
        default=False,
        required=True,
        format_func=names.__getitem__,
        key=f"covers_{hand.case_id}",
        wrap=True,
        persist_state="session",
    )
    return replace(about, whole=bool(whole))


def note(case: str) -> str:
    """Free text, with the service's templates one click away."""
    key = f"note_{case}"
    templates = engine.settings().note_templates

    def put() -> None:
        words = [st.session_state.get(key, ""), st.session_state.get(f"template_{case}") or ""]
        st.session_state[key] = " ".join(word for word in words if word).strip()
        st.session_state[f"template_{case}"] = None

    text = st.text_area(
        _("Note"),
        key=key,
        persist_state="session",
        height=68,
        placeholder=_("Note (N)"),
        label_visibility="collapsed",
    )
    if templates:
        st.selectbox(
            _("Template"),
            templates,
            index=None,
            placeholder=_("Template for the note"),
            label_visibility="collapsed",
            key=f"template_{case}",
            on_change=put,
        )
    return text


def keys(hand: AtHand, may_agree: bool, agreeing: bool) -> None:
    """The keys of the form: buttons out of sight until one of them has the focus."""
    case = hand.case_id
    deciding = OVERRIDE if may_agree else DECIDE

    def choose(value: str | None, triage: Triage | None = None) -> None:
        st.session_state[f"verdict_{case}"] = value
        if triage is not None:
            st.session_state[f"class_{case}"] = triage

    def next_priority() -> None:
        row = list(Priority)
        now = st.session_state.get(hand.priority_key) or hand.priority.priority
        st.session_state[hand.priority_key] = row[(row.index(now) + 1) % len(row)]

    def other_seconds() -> None:
        name = f"covers_{case}"
        st.session_state[name] = not st.session_state.get(name)

    rows: list[tuple[str, str, Callable[[], None]]] = [
        (_("Class: {name}", name=hand.names[one]), str(k), partial(choose, deciding, one))
        for k, one in enumerate(hand.prediction.triage_classes, 1)
    ]
    rows += [
        *((_(name), KEYS[name], partial(choose, name)) for name in (deciding, *OTHERS)),
        (_("Next priority"), "P", next_priority),
    ]
    if hand.covers is not None:
        rows.append((_("These seconds, or the whole record"), "W", other_seconds))
    if may_agree and not agreeing:
        # Once more, it is saved: the button that agrees is there then.
        rows.append((_("Agree after all"), "A", partial(choose, None)))
    with st.container(key=f"keys_{case}"):
        for words, key, run in rows:
            st.button(
                words,
                shortcut=key,
                type="tertiary",
                width="stretch",
                key=f"key_{key}_{case}",
                on_click=run,
            )
