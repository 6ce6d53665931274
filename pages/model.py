"""Model: the card in words that a clinician reads, its training, and what others published."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core import network
from ecg_core.network.card import Figure, ModelCard
from ecg_core.page.layouts import STRIP
from ecg_core.store.people.roles import Permission
from widgets.performance import literature, training
from widgets.session import models, person
from widgets.session.entrance import through_app
from widgets.session.words import _, decimals, noted, number


def figures_table(figures: tuple[Figure, ...]) -> pd.DataFrame:
    """Measured figures as rows, the interval as text."""
    return pd.DataFrame(
        {
            _("Figure"): [_(f.name[0].upper() + f.name[1:]) for f in figures],
            _("Value"): [f.value for f in figures],
            _("95 % CI"): [f"{number(f.low, 3)}–{number(f.high, 3)}" for f in figures],
            _("ECGs"): [f.n for f in figures],
            _("Data"): [_(f"{f.dataset} {f.split}") for f in figures],
            _("Pages"): [f"{_(f.condition)}, {f.layout}" for f in figures],
        }
    )


def show(card: ModelCard) -> None:
    st.subheader(f"{card.name} {card.version}")
    st.markdown(_(card.summary))
    use, limits = st.columns(2, gap="large")
    with use:
        st.markdown(_("**What it is for**"))
        st.markdown(_(card.intended_use))
        st.markdown(_("**What it was trained on**"))
        st.markdown(_(card.training_data))
    with limits:
        st.markdown(_("**What it is not for**"))
        st.markdown("\n".join(f"- {_(line)}" for line in card.out_of_scope))
        st.markdown(_("**When not to trust it**"))
        st.markdown("\n".join(f"- {_(line)}" for line in card.do_not_trust_when))
    if card.figures:
        _measured(card)
    st.subheader(_("What it can report"))
    st.markdown(_(card.findings_rule))
    outputs = (*card.superclasses, *(o for o in card.statements if o.shown))
    st.dataframe(
        pd.DataFrame(
            {
                _("Finding"): [_(o.name) for o in outputs],
                _("Code"): [o.code for o in outputs],
                _("Flagged from"): [round(o.threshold, 2) for o in outputs],
            }
        ),
        hide_index=True,
        column_config={
            _("Flagged from"): st.column_config.ProgressColumn(
                _("Flagged from"), format="percent", min_value=0.0, max_value=1.0
            )
        },
        alt=_("Findings with the probability from which each is flagged"),
    )
    st.caption(
        _(
            "{thresholds_rule} Calibrated on {calibrated_on}.",
            thresholds_rule=_(card.thresholds_rule),
            calibrated_on=_(card.calibrated_on),
        )
    )
    with st.expander(_("For the record")):
        st.markdown(
            _(
                "- Parameters: {parameters:,}\n- Weights, SHA-256: `{weights_sha256}`\n- "
                "Page preparation: `{preprocessing_version}`, {px_per_mm:g} pixels per "
                "millimetre\n- Layouts seen in training: {layouts}",
                parameters=card.parameters,
                weights_sha256=card.weights_sha256,
                preprocessing_version=card.preprocessing_version,
                px_per_mm=card.px_per_mm,
                layouts=", ".join(card.layouts),
            )
        )


def _measured(card: ModelCard) -> None:
    st.subheader(_("Measured"))
    st.dataframe(
        decimals(figures_table(card.figures), {_("Value"): ".3f"}),
        hide_index=True,
        alt=_("Measured figures of the model with 95 % intervals"),
    )
    st.caption(_("Each figure is regenerated from the evidence files shipped with the model."))


READS_NOW = {
    network.model_for(STRIP): noted(", reads new rhythm strips"),
    network.default_model(): noted(", reads new ECGs"),
}
"""What stands beside the models that answer now."""


def chosen() -> str:
    """The model to show: the one that answers, unless the reader picks another."""
    names, default = network.list_models(), network.default_model()
    if len(names) < 2 or default not in names:
        return default
    picked = st.selectbox(
        _("Model"),
        names,
        index=names.index(default),
        format_func=lambda name: name + _(READS_NOW.get(name, "")),
        help=_("Older models stay here: the cases that they read reopen with their answers."),
        key="model_shown",
        width=420,
    )
    return picked or default


PARTS = (noted("Card"), noted("Training"), noted("Literature"))
"""What it is and says, how it was trained and what that cost, what others published."""


def part() -> str:
    """What to show of the model."""
    picked = st.segmented_control(
        _("Part"),
        PARTS,
        default=PARTS[0],
        required=True,
        format_func=_,
        label_visibility="collapsed",
        key="part",
        bind="query-params",
        wrap=True,
    )
    return picked or PARTS[0]


through_app()
person.me(Permission.SEE_PERFORMANCE)
try:
    card = models.classifier(chosen()).card
except models.ModelUnavailableError as error:
    st.warning(_(str(error)))
else:
    shown = part()
    if shown == "Training":
        training.show(card)
    elif shown == "Literature":
        literature.show()
    else:
        show(card)
