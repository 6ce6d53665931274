"""Live bench: damage one print-out with sliders and watch the answer."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core import intake
from ecg_core.evidence.probes import damaged
from ecg_core.evidence.probes.damaged import Damage, Trial
from ecg_core.intake.values import EcgRecord, IntakeError
from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES
from widgets.desk import bars
from widgets.intake.demos import demos
from widgets.performance import tables
from widgets.session import models
from widgets.session.text import plain
from widgets.session.words import _
from widgets.viewer.pictures import data_url

SHOWN_PX = 900


def section() -> None:
    """Choose a demo ECG and how badly it is photographed; nothing is read before that."""
    if not st.toggle(_("Try it: damage a print-out and see the answer"), key="bench_open"):
        return
    records = {
        demo.id: demo for demo in demos() if any(name.endswith(".hea") for name in demo.files)
    }
    controls, picture, answers = st.columns([1, 2, 1], gap="large")
    with controls:
        chosen = st.selectbox(
            _("ECG"), list(records), format_func=lambda key: _(records[key].title), key="bench_ecg"
        )
        damage = Damage(
            rotation_deg=st.slider(_("Rotation (°)"), -30.0, 30.0, 0.0, 0.5, key="bench_rotation"),
            blur_mm=st.slider(_("Blur (mm on paper)"), 0.0, 1.0, 0.0, 0.05, key="bench_blur"),
            noise=st.slider(_("Noise (grey levels)"), 0, 80, 0, 2, key="bench_noise"),
            px_per_mm=st.slider(
                _("Resolution (px/mm)"), 1.5, 8.0, 8.0, 0.1, key="bench_resolution"
            ),
        )
    try:
        model = models.classifier()
        found = _trial(chosen or next(iter(records)), damage, model.identity.weights_sha256)
        clean = _trial(chosen or next(iter(records)), Damage(), model.identity.weights_sha256)
    except (models.ModelUnavailableError, IntakeError) as error:
        st.warning(plain(_(str(error))))
        return
    with picture:
        step = max(found.pixels.shape[1] // SHOWN_PX, 1)
        st.image(data_url(found.pixels[::step, ::step], lossless=False), alt=_("Damaged print-out"))
    with answers:
        _answer(found, clean)


@st.cache_resource(max_entries=40, show_spinner=False)
def _trial(demo_id: str, damage: Damage, weights_sha256: str) -> Trial:
    demo = next(one for one in demos() if one.id == demo_id)
    ecg = intake.read_here(demo.bundle())
    assert isinstance(ecg, EcgRecord)
    return damaged.trial(ecg, damage, models.Loaded())


def _rows(found: Trial, clean: Trial) -> pd.DataFrame:
    """Probabilities on the damaged print-out beside those on the undamaged one."""

    def said(trial: Trial) -> dict[str, float]:
        answer = trial.prediction
        if answer is None:
            return {}
        triage = {
            TRIAGE_NAMES[k]: float(p) for k, p in zip(TRIAGE_CLASSES, answer.triage, strict=True)
        }
        return triage | {one.name: float(one.probability) for one in answer.superclasses}

    return (
        pd.DataFrame({"damaged": said(found), "undamaged": said(clean)})
        .rename_axis("class")
        .reset_index()
    )


def _answer(found: Trial, clean: Trial) -> None:
    if found.prediction is None:
        st.badge(_("Refused"), icon=":material/block:", color="orange")
        st.caption(plain(_(found.refusal)))
        return
    if found.prediction.abstained:
        st.badge(_("Abstains"), icon=":material/help:", color="orange")
        st.caption(plain(_(found.prediction.reasons[0].text)))
    bars.triage_bars(found.prediction, "bench_triage")
    bars.finding_bars(found.prediction.superclasses, _("Diagnostic classes"), "bench_classes")
    tables.csv_button(_rows(found, clean), "bench", "bench")
    if clean.prediction is not None:
        moved = max(
            abs(a.probability - b.probability)
            for a, b in zip(
                found.prediction.superclasses, clean.prediction.superclasses, strict=True
            )
        )
        st.caption(
            _("Largest change of a class against the undamaged print-out: {moved:.2f}", moved=moved)
        )
