"""Settings: the priority rule, blind reading, note templates, time limits, second factors."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import streamlit as st

from ecg_core.store.cases.store import StoreError
from ecg_core.store.people.roles import Permission
from ecg_core.store.upkeep.settings import BlindFor, FactorFor, Settings
from ecg_core.triage.priority import Priority
from ecg_core.triage.table import RULES
from widgets.desk.badges import priority_name
from widgets.session import engine, notice, person
from widgets.session.entrance import through_app
from widgets.session.words import _, noted, why

OFF = noted("Off")
ROW_PX = 62
"""Three lines of words: no rule is cut off."""
TABLE_PX = 560
PLACES = {
    "name": noted("[finding]"),
    "percent": noted("… %"),
    "leads": noted("[leads]"),
    "of_flags": "",
    "st": noted("[ST]"),
}
"""What a case puts into a rule's sentence, where dots would not say it."""
FACTOR_NAMES = {
    FactorFor.NOBODY: noted("Nobody"),
    FactorFor.ADMINISTRATORS: noted("Administrators"),
    FactorFor.EVERYBODY: noted("Everybody"),
}
BLIND_NAMES = {
    BlindFor.NOBODY: noted("Nobody"),
    BlindFor.LISTS: noted("For some lists"),
    BlindFor.EVERYBODY: noted("Everybody"),
}


def _shown(sentence: str) -> str:
    """A rule's sentence, with dots where a case puts its own numbers.

    >>> _shown("Ventricular rate {rate}/min, fast."), _shown("{name} ({percent}).")
    ('Ventricular rate …/min, fast.', '[finding] (… %).')
    """
    return re.sub(r"\{(\w+)\}", lambda found: _(PLACES.get(found[1], "…")), sentence)


def rules(present: Settings) -> Settings:
    """The table that decides what an ECG is called and who is read first."""
    st.subheader(_("Who is read first"))
    st.caption(
        _(
            "The most urgent rule that applies decides the priority; one that is "
            "off is still reported. A change applies to ECGs added from now on; "
            "earlier cases keep the rule that decided them."
        )
    )
    names = {one.value: priority_name(one) for one in Priority} | {"off": _(OFF)}
    values = {name: value for value, name in names.items()}
    given = present.priority_table
    table = pd.DataFrame(
        {
            _("Rule"): [_(given.words(rule)) for rule in RULES],
            _("Reported as"): [_shown(_(rule.sentence)) for rule in RULES],
            _("Source"): [rule.guideline for rule in RULES],
            _("As released"): [priority_name(rule.priority) for rule in RULES],
            _("In force"): [
                names[present.rule_priorities.get(rule.id, rule.priority.value)] for rule in RULES
            ],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        height=TABLE_PX,
        row_height=ROW_PX,
        disabled=[_("Rule"), _("Reported as"), _("Source"), _("As released")],
        # What is set stays in sight on a tablet; the rest lies to the right of it.
        column_order=[
            _(name) for name in ("In force", "Rule", "Reported as", "Source", "As released")
        ],
        column_config={
            _("Rule"): st.column_config.TextColumn(width=430),
            _("Reported as"): st.column_config.TextColumn(width=330),
            _("Source"): st.column_config.TextColumn(width=290),
            _("In force"): st.column_config.SelectboxColumn(
                options=list(values), required=True, pinned=True, width=110
            ),
        },
        key=f"rules_{st.session_state.get('settings_saved', 0)}",
    )
    surely = st.slider(
        _("A normal ECG is routine at or above this probability"),
        min_value=0.5,
        max_value=0.99,
        value=min(max(present.surely_normal, 0.5), 0.99),
        step=0.01,
        format="percent",
        key="surely_normal",
    )
    changed = {
        rule.id: values[word]
        for rule, word in zip(RULES, edited[_("In force")], strict=True)
        if values[word] != rule.priority.value
    }
    same = abs(surely - present.surely_normal) < 0.005
    return replace(
        present,
        rule_priorities=changed,
        surely_normal=present.surely_normal if same else round(surely, 2),
    )


def reading(present: Settings) -> Settings:
    """Blind reading and note templates."""
    st.subheader(_("Reading"))
    blind = st.segmented_control(
        _("Reads blind before seeing the machine's answer"),
        list(BlindFor),
        default=present.blind_for,
        required=True,
        format_func=lambda one: _(BLIND_NAMES[one]),
        help=_("An account can be set to always or never read blind on the page Accounts."),
        key="blind_for",
    )
    lists = present.blind_lists
    if blind is BlindFor.LISTS:
        known = sorted({*person.room().lists(), *present.blind_lists})
        lists = tuple(
            st.multiselect(_("Lists"), known, default=present.blind_lists, key="blind_lists")
        )
    templates = st.text_area(
        _("Phrases offered for notes, one to a line"),
        value="\n".join(present.note_templates),
        key="templates",
    )
    lines = tuple(line.strip() for line in templates.splitlines() if line.strip())
    return replace(
        present,
        blind_for=BlindFor(blind or BlindFor.NOBODY),
        blind_lists=lists,
        note_templates=lines,
    )


def limits(present: Settings) -> Settings:
    """Time limits and second factors, for administrators."""
    st.subheader(_("Signing in"))
    factor = st.segmented_control(
        _("Second factor required for"),
        list(FactorFor),
        default=present.factor_for,
        required=True,
        format_func=lambda one: _(FACTOR_NAMES[one]),
        help=_(
            "An authenticator app shows a code that is typed beside the password. "
            "Whoever must have one sees nothing until it is set up. Your "
            "organisation's own sign-in is not meant."
        ),
        key="factor_for",
    )
    with st.container(horizontal=True):
        idle = st.number_input(
            _("Sign out after this many idle minutes"),
            min_value=1,
            max_value=1440,
            value=present.idle_minutes,
            key="idle_minutes",
        )
        taken = st.number_input(
            _("Minutes that an opened case is kept for its reader"),
            min_value=1,
            max_value=240,
            value=present.taken_minutes,
            key="taken_minutes",
        )
    return replace(
        present,
        idle_minutes=int(idle),
        taken_minutes=int(taken),
        factor_for=FactorFor(factor or FactorFor.NOBODY),
    )


through_app()
me = person.me(Permission.CHANGE_RULES)
try:
    before = engine.settings()
    wanted = reading(rules(before))
    if me.may(Permission.CHANGE_SETTINGS):
        wanted = limits(wanted)
    if st.button(
        _("Save settings"), type="primary", disabled=wanted == before, key="save_settings"
    ):
        person.room().change_settings(wanted)
        st.session_state["settings_saved"] = st.session_state.get("settings_saved", 0) + 1
        notice.later(_("Saved."))
        st.rerun()
except StoreError as problem:
    st.error(why(problem), icon=":material/block:")
