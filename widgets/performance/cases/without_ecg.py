"""Own labelled sets: whether their labels can be told without looking at the ECGs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd
import streamlit as st

from ecg_core.evidence.figures import words
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.own_sets.sets import LabelledSet
from ecg_core.evidence.probes import shortcuts
from ecg_core.evidence.probes.shortcuts import CHANCE, Look
from widgets.performance import tables
from widgets.session.text import plain
from widgets.session.words import _, figures, noted

WORDS_SAID = 2
ALIKE = noted("the same for every ECG")


def section(labelled: LabelledSet) -> None:
    """A warning where they can, a line where they cannot, and everything that was tried."""
    looks = shortcuts.load(labelled)
    if looks is None:
        return
    if not looks:
        st.caption(
            _(
                "Too few ECGs to look for shortcuts: that takes five patients with a "
                "label and five without it."
            )
        )
        return
    leaks = [look for look in looks if look.leaks]
    if leaks:
        st.warning(
            _("**The labels can be told without looking at the ECG:**")
            + " "
            + "; ".join(map(_leak, leaks))
            + _(
                ". Chance is {chance}. ECGs with and without a label seem to have come "
                "from different places, and the figures below may owe to that instead "
                "of the heart.",
                chance=CHANCE,
            ),
            icon=":material/visibility_off:",
        )
    with st.expander(
        _("Can the labels be told without the ECG?")
        if leaks
        else _("No shortcut found: without the ECG the labels are told no better than by chance"),
        icon=":material/visibility_off:" if leaks else ":material/check:",
    ):
        table = _table(looks)
        st.dataframe(
            tables.spoken(table),
            hide_index=True,
            alt=_("How well the labels are told without the ECG"),
        )
        st.caption(
            _(
                "Small classifiers, cross-validated by patient; mean AUC of the "
                "labels, 95 % CI by patient, chance {chance}.",
                chance=CHANCE,
            )
            + " "
            + (
                ""
                if _people(labelled)
                else _("Without a patient column every ECG counts as its own.")
            )
        )
        tables.csv_button(_rows(looks), "shortcuts", "shortcuts")
        said = [word for look in looks for word in look.words]
        if said:
            words_table = pd.DataFrame(
                {
                    "Printed word": [one.word for one in said],
                    "Label": [one.label for one in said],
                    "Patients with it": [
                        _("{k} of {n}", k=one.with_label, n=one.all_with) for one in said
                    ],
                    "Without it": [
                        _("{k} of {n}", k=one.without_label, n=one.all_without) for one in said
                    ],
                }
            )
            st.dataframe(
                tables.spoken(words_table),
                hide_index=True,
                alt=_("Printed words that go with labels"),
            )
            st.caption(
                _(
                    "Words on a sample of pages, printed for five patients or more, that "
                    "go with a label (Fisher's exact test by patient, corrected for the "
                    "number of words)."
                )
            )
            tables.csv_button(pd.DataFrame(map(asdict, said)), "words", "words")


def _people(labelled: LabelledSet) -> bool:
    labels = labelled.labels()
    return bool((labels.patients != labels.files).any())


def _leak(look: Look) -> str:
    """What tells the labels, with its figure, and the words that do."""
    said = ", ".join(
        _(
            "“{word}” for {k} of {n} patients with {label}, {k_without} of {n_without} without",
            word=plain(one.word),
            k=one.with_label,
            n=one.all_with,
            label=_(one.label),
            k_without=one.without_label,
            n_without=one.all_without,
        )
        for one in look.words[:WORDS_SAID]
    )
    if not look.above_chance:
        return _("by {look}: {words}", look=_(look.name), words=said)
    alone = _("from {look} alone, {figure}", look=_(look.name), figure=_figure(look))
    return alone + (f" ({said})" if said else "")


def _figure(look: Look) -> str:
    assert look.mean is not None
    return f"AUC {figures(words.told(look.mean))}, n = {look.n}"


def _rows(looks: Sequence[Look]) -> pd.DataFrame:
    """One row a way to look and label, then the mean over the labels."""
    rows: list[tuple[str, str, int, int | None, Interval | None]] = []
    for look in looks:
        rows += [(look.name, one.label, one.n, one.positives, one.auc) for one in look.told]
        rows.append((look.name, "mean of the labels", look.n, None, look.mean))
    return pd.DataFrame(rows, columns=["Seen alone", "Label", "ECGs", "With it", "AUC"])


def _table(looks: Sequence[Look]) -> pd.DataFrame:
    best = [look.best for look in looks]
    return pd.DataFrame(
        {
            "Seen alone": [look.name[0].upper() + look.name[1:] for look in looks],
            "ECGs": [look.n for look in looks],
            "AUC": [ALIKE if look.mean is None else words.told(look.mean) for look in looks],
            "Told best": [
                "" if one is None else f"{_(one.label)}: {figures(words.told(one.auc))}"
                for one in best
            ],
            "Above chance": [noted("yes") if look.above_chance else noted("no") for look in looks],
        }
    )
