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


def figures_table(figures: tuple[Figure, ...]) -> pd.DataFrame:
    """Measured figures as rows, the interval as text."""
    return pd.DataFrame(
        {
            "Figure": [f.name[0].upper() + f.name[1:] for f in figures],
            "Value": [f.value for f in figures],
            "95 % CI": [f"{f.low:.3f}–{f.high:.3f}" for f in figures],
            "ECGs": [f.n for f in figures],
            "Data": [f"{f.dataset} {f.split}" for f in figures],
            "Pages": [f"{f.condition}, {f.layout}" for f in figures],
        }
    )


def show(card: ModelCard) -> None:
    st.subheader(f"{card.name} {card.version}")
    st.markdown(card.summary)
    use, limits = st.columns(2, gap="large")
    with use:
        st.markdown("**What it is for**")
        st.markdown(card.intended_use)
        st.markdown("**What it was trained on**")
        st.markdown(card.training_data)
    with limits:
        st.markdown("**What it is not for**")
        st.markdown("\n".join(f"- {line}" for line in card.out_of_scope))
        st.markdown("**When not to trust it**")
        st.markdown("\n".join(f"- {line}" for line in card.do_not_trust_when))
    if card.figures:
        _measured(card)
    st.subheader("What it can report")
    st.markdown(card.findings_rule)
    outputs = (*card.superclasses, *(o for o in card.statements if o.shown))
    st.dataframe(
        pd.DataFrame(
            {
                "Finding": [o.name for o in outputs],
                "Code": [o.code for o in outputs],
                "Flagged from": [round(o.threshold, 2) for o in outputs],
            }
        ),
        hide_index=True,
        column_config={
            "Flagged from": st.column_config.ProgressColumn(
                "Flagged from", format="percent", min_value=0.0, max_value=1.0
            )
        },
        alt="Findings with the probability from which each is flagged",
    )
    st.caption(f"{card.thresholds_rule} Calibrated on {card.calibrated_on}.")
    with st.expander("For the record"):
        st.markdown(
            f"- Parameters: {card.parameters:,}\n"
            f"- Weights, SHA-256: `{card.weights_sha256}`\n"
            f"- Page preparation: `{card.preprocessing_version}`, {card.px_per_mm:g} pixels "
            "per millimetre\n"
            f"- Layouts seen in training: {', '.join(card.layouts)}"
        )


def _measured(card: ModelCard) -> None:
    st.subheader("Measured")
    st.dataframe(
        figures_table(card.figures),
        hide_index=True,
        column_config={"Value": st.column_config.NumberColumn("Value", format="%.3f")},
        alt="Measured figures of the model with 95 % intervals",
    )
    st.caption("Each figure is regenerated from the evidence files shipped with the model.")


READS_NOW = {
    network.model_for(STRIP): ", reads new rhythm strips",
    network.default_model(): ", reads new ECGs",
}
"""What stands beside the models that answer now."""


def chosen() -> str:
    """The model to show: the one that answers, unless the reader picks another."""
    names, default = network.list_models(), network.default_model()
    if len(names) < 2 or default not in names:
        return default
    picked = st.selectbox(
        "Model",
        names,
        index=names.index(default),
        format_func=lambda name: f"{name}{READS_NOW.get(name, '')}",
        help="Older models stay here: the cases that they read reopen with their answers.",
        key="model_shown",
        width=420,
    )
    return picked or default


PARTS = ("Card", "Training", "Literature")
"""What it is and says, how it was trained and what that cost, what others published."""


def part() -> str:
    """What to show of the model."""
    picked = st.segmented_control(
        "Part",
        PARTS,
        default=PARTS[0],
        required=True,
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
    st.warning(str(error))
else:
    shown = part()
    if shown == "Training":
        training.show(card)
    elif shown == "Literature":
        literature.show()
    else:
        show(card)
