"""Performance: how far the model can be trusted, against labelled cases."""

from __future__ import annotations

import streamlit as st

from ecg_core import network
from ecg_core.evidence.values import Origin
from ecg_core.store.people.roles import Permission
from widgets.performance import filters
from widgets.performance.cases import sources
from widgets.performance.cases.origins import SOURCES
from widgets.performance.context import Context
from widgets.performance.views import GROUPS, VIEWS, views_of
from widgets.session import person
from widgets.session.entrance import through_app
from widgets.session.words import _

through_app()
account = person.me(Permission.SEE_PERFORMANCE)
try:
    card = network.card_of(network.default_model())
except KeyError as error:
    st.warning(_("The model cannot be used: {error}.", error=error.args[0]))
    st.stop()
bar = st.container(horizontal=True, vertical_alignment="center")
origin = bar.segmented_control(
    _("Cases from"),
    [one.origin for one in SOURCES.values() if one.is_open_to(account)],
    default=Origin.SHIPPED,
    required=True,
    format_func=lambda one: _(str(one).capitalize()),
    label_visibility="collapsed",
    key="origin",
    bind="query-params",
    wrap=True,
)
source = SOURCES[Origin(origin)]
if not source.is_open_to(account):
    person.me(source.needs[0])
whole = source.choose(card, bar)
if whole is None:
    st.stop()
cases = filters.filtered(whole, bar)
st.caption(
    _("{n} ECGs of {people} patients", n=cases.n, people=cases.people)
    + (_(" (of {n})", n=whole.n) if cases.n < whole.n else "")
    + _(
        "; {abstained} abstained, {refused} could not be read · {model} {version}",
        abstained=int(cases.abstained.sum()),
        refused=whole.refused,
        model=whole.model,
        version=whole.version,
    )
)
if opens := st.session_state.pop("open_view", None):
    st.session_state["view"] = opens
    st.session_state["group"] = next(one.group for one in VIEWS if one.key == opens)
if "group" not in st.session_state:
    asked = st.query_params.get("view")
    st.session_state["group"] = next(
        (one.group for one in VIEWS if asked in (one.name, _(one.name))), GROUPS[0]
    )


def _open_first() -> None:
    st.session_state["view"] = views_of(st.session_state["group"])[0].key


group = st.segmented_control(
    _("Group"),
    GROUPS,
    required=True,
    format_func=_,
    label_visibility="collapsed",
    key="group",
    on_change=_open_first,
    wrap=True,
)
offered = views_of(group or GROUPS[0])
chosen = offered[0]
if len(offered) > 1:
    view = st.segmented_control(
        _("View"),
        [one.key for one in offered],
        default=offered[0].key,
        required=True,
        format_func={one.key: _(one.name) for one in offered}.__getitem__,
        label_visibility="collapsed",
        key="view",
        bind="query-params",
        wrap=True,
    )
    chosen = next((one for one in offered if one.key == view), offered[0])
if whole.model in network.list_models():
    card = network.card_of(whole.model)
everything = sources.everything(network.card_of(network.default_model()))
siblings = tuple(one for one in everything if one is not whole and one.dataset == whole.dataset)
if not cases.n:
    st.info(_("No cases left: the filters exclude all of them, or none could be read."))
else:
    chosen.show(Context(cases, whole, card, siblings))
