"""The Performance page: figures from evidence that is worked out by hand here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from streamlit.testing.v1 import AppTest

from ecg_core.evidence import forms
from ecg_core.evidence.field import method_rows
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.forms import twelve_leads
from ecg_core.evidence.values import CaseSet, Kind
from ecg_core.network.statements import SUPERCLASSES
from tests.app.conftest import words
from tests.evidence.field.test_method_rows import row
from tests.evidence.ward_months import fill
from widgets.performance import tables
from widgets.performance.views import GROUPS, VIEWS, views_of
from widgets.session import engine, models

pytestmark = pytest.mark.slow

N = 40


def known_evidence() -> CaseSet:
    """Forty cases: infarction in ten of them, found in eight; false alarms in three of thirty."""
    card = models.classifier().card
    infarction = np.arange(N) < 10
    flagged = np.zeros(N, bool)
    flagged[:8] = flagged[10:13] = True
    labels = np.tile(infarction[:, None], (1, 5))
    threshold = card.superclasses[1].threshold
    score = np.where(flagged, (1 + threshold) / 2, threshold / 2)
    # Half of the cases normal, half acute; one in four taken for the other.
    truth = np.arange(N) % 2
    said = np.where(np.arange(N) % 4 == 0, 1 - truth, truth)
    triage = np.full((N, 4), 0.1)
    triage[np.arange(N), said] = 0.7
    return twelve_leads.case_set(
        card,
        {"dataset": "Made up", "split": "test", "condition": "clean", "layout": "3x4+1R"},
        refused=0,
        case_ids=np.arange(N).astype(str),
        patients=np.arange(N),
        facts={
            "age": np.full(N, 60.0),
            "sex": np.zeros(N),
            "device": np.full(N, "x"),
            "site": np.full(N, "x"),
        },
        abstained=np.zeros(N, bool),
        superclasses=(labels, np.tile(score[:, None], (1, 5))),
        triage=(truth, triage),
        codes=("AFIB",),
        statements=(infarction[:, None], score[:, None]),
    )


@pytest.fixture
def page(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    found = known_evidence()
    monkeypatch.setattr(forms, "read_all", lambda home, card: (found,))
    return app.switch_page("pages/performance.py").run()


def shown(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_the_summary_says_it_in_words(page: AppTest) -> None:
    assert not page.exception
    # 8 of 10 found, 3 of 30 flagged wrongly.
    assert "Of 100 ECGs with an infarction it flags 80 (" in words(page)
    assert "of 100 without one it wrongly flags 10 (" in words(page)
    assert "rests on few cases" in words(page)
    assert "Research use only. Not a diagnosis." in words(page)


def view(page: AppTest, key: str) -> AppTest:
    group = next(one.group for one in VIEWS if one.key == key)
    page.button_group(key="group").set_value(group).run()
    if len(views_of(group)) > 1:
        page.button_group(key="view").set_value(key).run()
    assert not page.exception
    return page


def test_four_groups_open_each_with_its_first_view(page: AppTest) -> None:
    assert GROUPS == ("Results", "Trust", "Errors", "Readers")
    assert page.button_group(key="view").value == "summary"
    view(page, "robustness")
    page.button_group(key="group").set_value("Results").run()
    assert page.button_group(key="view").value == "summary"
    page.button_group(key="group").set_value("Trust").run()
    assert page.button_group(key="view").value == "calibration"
    assert {one.group for one in VIEWS} == set(GROUPS)
    # What others published, and how the model was trained, are told of the model.
    assert not {"literature", "training"} & {one.key for one in VIEWS}


def test_an_address_opens_its_view(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "read_all", lambda home, card: (known_evidence(),))
    app.query_params["view"] = "Doubt"
    page = app.switch_page("pages/performance.py").run()
    assert not page.exception
    assert page.button_group(key="group").value == "Trust"
    assert page.button_group(key="view").value == "doubt"


def test_rates_at_the_shipped_operating_point(page: AppTest) -> None:
    figures = shown(view(page, "classes"))
    # 8 of 10 found, 27 of 30 let be, 8 of 11 flags right, 27 of 29 silences right.
    # Forty cases carry two digits.
    assert figures["Sensitivity"] == "0.80"
    assert figures["Specificity"] == "0.90"
    assert figures["PPV"] == f"{8 / 11:.2f}"
    assert figures["NPV"] == f"{27 / 29:.2f}"
    assert figures["F1"] == f"{16 / 21:.2f}"
    assert figures["Accuracy"] == f"{35 / 40:.2f}"
    table = page.dataframe[0].value.set_index("Class")
    assert table.loc["Myocardial infarction", "With it"] == 10
    assert table.loc["Myocardial infarction", "Sensitivity"].startswith("0.80 (")


def test_the_slider_moves_the_rates(page: AppTest) -> None:
    view(page, "classes")
    for value, sensitivity, specificity in ((0.0, "1.00", "0.00"), (1.0, "0.00", "1.00")):
        slider = next(s for s in page.slider if s.label.startswith("Flag at"))
        slider.set_value(value).run()
        figures = shown(page)
        assert (figures["Sensitivity"], figures["Specificity"]) == (sensitivity, specificity)


def test_a_ward_of_a_hundred(page: AppTest) -> None:
    view(page, "classes")
    slider = next(s for s in page.slider if s.label.startswith("Patients in 100"))
    slider.set_value(20).run()
    # 20 ill, 16 found; 80 well, 8 false alarms.
    assert "**16.0 found**, **4.0 missed**, 8.0 false alarms. 67% of the flags" in words(page)


def test_triage_classes_are_counted_by_the_likeliest(page: AppTest) -> None:
    # Of twenty normal cases ten were said to be acute (numbers divisible by four are even).
    view(page, "classes")
    table = page.dataframe[2].value.set_index("Class")
    assert table["With it"].tolist() == [20, 20, 0, 0]
    assert table.loc["Normal", "Sensitivity"].startswith("0.50 (")
    assert table.loc["Acute or recent infarction", "Sensitivity"].startswith("1.00 (0.83–1.00")
    assert table.loc["Acute or recent infarction", "PPV"].startswith(f"{20 / 30:.2f} (")


def test_filters_leave_out_what_the_model_abstained_on(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    found = replace(known_evidence(), abstained=np.arange(N) >= 30)
    monkeypatch.setattr(forms, "read_all", lambda home, card: (found,))
    page = app.switch_page("pages/performance.py").run()
    page.toggle(key="filter_abstained").set_value(True).run()
    assert not page.exception
    assert "30 ECGs of 30 patients (of 40)" in words(page)


@pytest.mark.parametrize("key", [one.key for one in VIEWS])
def test_every_view_of_every_set_can_be_shown(page: AppTest, key: str) -> None:
    shown = view(page, key)
    drawn = (*shown.get("plotly_chart"), *shown.dataframe, *shown.info, *shown.caption)
    assert len(drawn) > 2


CSV = {
    "summary": {"said", "summary"},
    "classes": {
        *("rates", "roc", "precision", "benefit", "classes", "averages", "confusion", "triage"),
    },
    "calibration": {"reliability", "calibration"},
    "doubt": {"doubt"},
    "robustness": {"bench"},
    "groups": {"groups"},
    "errors": {"errors"},
}
"""What can be taken along from each view of evidence made up here."""


@pytest.mark.parametrize("key", CSV)
def test_every_figure_offers_its_rows(page: AppTest, key: str) -> None:
    shown = view(page, key)
    if key == "robustness":
        # The print-out to damage is read when it is asked for.
        shown.toggle(key="bench_open").set_value(True).run()
    buttons = shown.get("download_button")
    found = {one.proto.id.rsplit("-csv_", 1)[-1] for one in buttons if "-csv_" in one.proto.id}
    assert CSV[key] <= found


def test_rows_taken_along_are_numbers_with_both_ends_and_say_what_they_are_of() -> None:
    interval = Interval(0.83216, 0.7904, 0.86812)
    table = pd.DataFrame({"Class": ["a", "b"], "AUC": [interval, None], "n": [3, 4]})
    assert tables.shown(table, missing="too few").to_dict("list") == {
        "Class": ["a", "b"],
        "AUC": ["0.83 (0.79–0.87)", "too few"],
        "n": [3, 4],
    }
    card = models.classifier().card
    cases = known_evidence().telling()
    first, second = tables.spelled(table, cases).to_dict("records")
    assert (first["AUC"], first["AUC low"], first["AUC high"]) == (0.83216, 0.7904, 0.86812)
    assert np.isnan(second["AUC"])
    assert (first["data set"], first["split"], first["condition"]) == ("Made up", "test", "clean")
    assert first["model"] == f"{card.name} {card.version}"


def test_methods_are_shown_with_their_cost_or_as_not_measured(
    page: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load = method_rows.load
    rows = tmp_path / "rows.jsonl"
    monkeypatch.setattr(method_rows, "load", lambda: load(rows))
    page.switch_page("pages/model.py").run()
    page.button_group(key="part").set_value("Training").run()
    assert "Not measured: the evidence file" in words(page)
    given = (row("ours", 0.8716, 300.1), row("hybrid", 0.8558, 200.1))
    rows.write_text("".join(json.dumps(one) + "\n" for one in given), encoding="utf-8")
    page.run()
    assert not page.exception
    published, ablations = (frame.value.set_index("Method") for frame in page.dataframe)
    ours = published.loc["Ours: residual attention network"]
    assert ours["Mean AUC (95 % CI)"] == "0.872 (0.862–0.882)"
    assert ours["Training (CPU-s)"] == 300
    assert published.loc["Heavy CNN: ResNet-50, 1 px/mm", "Mean AUC (95 % CI)"] == "not measured"
    assert ablations.loc["No attention", "Mean AUC (95 % CI)"] == "not measured"
    assert "n = 728 clean" in words(page)


def test_evidence_of_other_weights_is_not_shown(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    other = replace(known_evidence(), weights_sha256="0" * 64)
    monkeypatch.setattr(forms, "read_all", lambda home, card: (other,))
    page = app.switch_page("pages/performance.py").run()
    assert not page.exception
    assert "without evidence" in page.info[0].value
    assert "Research use only. Not a diagnosis." in words(page)


@pytest.fixture
def released(app: AppTest) -> tuple[AppTest, CaseSet]:
    """The page on the evidence as it is shipped, and that evidence."""
    card = models.classifier().card
    found = forms.shipped(card)
    if not found:
        pytest.skip("the model in models/ has no evidence files")
    return app.switch_page("pages/performance.py").run(), found[0]


def test_shipped_summary_says_what_the_evidence_file_holds(
    released: tuple[AppTest, CaseSet],
) -> None:
    page, found = released
    assert not page.exception
    card = models.classifier().card
    ill = found.question("MI").truth
    flagged = found.question("MI").score >= card.superclasses[SUPERCLASSES.index("MI")].threshold
    said = words(page)
    assert f"with an infarction it flags {round(100 * recall_score(ill, flagged))} (" in said
    wrongly = round(100 * (flagged & ~ill).sum() / (~ill).sum())
    assert f"of 100 without one it wrongly flags {wrongly} (" in said
    people = len(np.unique(found.patients))
    assert f"{found.n} ECGs of {people} patients" in said
    assert f"PTB-XL, fold 10, clean, 3x4+1R · n = {found.n} of {people} patients" in said
    area = np.mean(
        [
            roc_auc_score(question.truth, question.score)
            for question in found.of_kind(Kind.SUPERCLASS)
        ]
    )
    assert shown(page)["Mean AUC of 5 classes"] == f"{area:.3f}"
    # The card's own figure is the one that README quotes.
    carried = next(f for f in card.figures if f.name == "superclass macro-AUC" and f.n == found.n)
    assert f"{carried.low:.3f}–{carried.high:.3f}" in page.metric[0].delta


def test_shipped_classes_are_scikit_learns(released: tuple[AppTest, CaseSet]) -> None:
    page, found = released
    view(page, "classes")
    table = page.dataframe[0].value.set_index("Class")
    card = models.classifier().card
    for output in card.superclasses:
        question = found.question(output.code)
        ill, flagged = question.truth, question.score >= output.threshold
        row = table.loc[output.name]
        assert row["With it"] == ill.sum()
        for name, value in (
            ("AUC", roc_auc_score(ill, question.score)),
            ("Sensitivity", recall_score(ill, flagged)),
            ("PPV", precision_score(ill, flagged)),
        ):
            printed = row[name].split(" (")[0]
            assert printed == f"{value:.{len(printed) - 2}f}"


def test_shipped_robustness_and_groups(released: tuple[AppTest, CaseSet]) -> None:
    page, found = released
    view(page, "groups")
    page.button_group(key="group_dimension").set_value("sex").run()
    groups = page.dataframe[0].value.set_index("Group")["ECGs"]
    assert groups["men"] == (found.facts["sex"] == 0).sum()
    assert groups["women"] == (found.facts["sex"] == 1).sum()
    view(page, "robustness")
    heat, comparison = (frame.value for frame in page.dataframe)
    card = models.classifier().card
    carried = next(f for f in card.figures if f.name == "superclass macro-AUC" and f.n == found.n)
    (clean,) = heat.to_dict("records")[:1]
    assert (clean["Condition"], clean["Layout"], clean["ECGs"]) == ("Clean", "3x4+1R", found.n)
    assert clean["Mean AUC"] == f"{carried.value:.3f} ({carried.low:.3f}–{carried.high:.3f})"
    # Every recording is held against itself on another layout, of triage those that have a class.
    classed = int(found.choice.known.sum())
    assert set(comparison["Cases"]) <= {found.n, classed} and len(comparison) == 6


def test_a_month_of_daily_use_and_its_adjudications(
    released: tuple[AppTest, CaseSet],
) -> None:
    page, _ = released
    settled = fill(engine.store(), 2, 52, datetime(2026, 8, 2, 7, tzinfo=UTC))
    assert settled > 0
    said = words(view(page, "readers"))
    assert "Daily use: 104 ECGs" in said and "2026-08 to 2026-09" in said
    assert "readings given blind first" in said
    assert "Where a lead adjudicated (" in said
    table = next(f.value for f in page.dataframe if "Cohen's kappa (95 % CI)" in f.value)
    assert set(table["Reader"]) == {"Dr. Berg", "Dr. Castro"}
    drift = next(f.value for f in page.dataframe if "2026-09 (n = 52)" in f.value)
    # Nearly all ECGs of that month are infarctions.
    assert "large shift" in drift.set_index("Class").loc["Myocardial infarction"].iloc[-1]
    assert "In 2026-09 the machine's probabilities differ from those in" in said
    page.button_group(key="origin").set_value("adjudicated decisions").run()
    assert not page.exception
    assert f"{settled} ECGs of {settled} patients" in words(page)
