"""The Performance page in a real browser: every view, one's own set to its end, the PDF."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest
from playwright.sync_api import Page, expect
from sklearn.metrics import roc_auc_score

from ecg_core.evidence.figures import words
from ecg_core.evidence.figures.metrics import Interval
from tests.browser.conftest import NARROW, PATIENCE_MS, ROOT, WIDE, at_rest, shoot_whole
from tests.evidence.own_sets.made_sets import DEMO, NAMES
from widgets.performance.views import VIEWS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

MANY = 24
COUNT = re.compile(r"\d+ ECGs of \d+ patients")
TABLE = (
    "file;case no;triage;CD;sex\n"
    "normal;p1;normal;0;f\n"
    "left_bundle;p2;other;1;m\n"
    "hypertrophy;p3;other;maybe;m\n"
    "old_inferior;p4;prior;0;f\n"
    "gone;p5;prior;0;f\n"
)


def come_to_rest(page: Page) -> None:
    """Wait until the run that draws the page is over, and see that it ended well."""
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def csv_of(page: Page, label: str) -> pd.DataFrame:
    """What a button of the page gives as a CSV file."""
    with page.expect_download() as given:
        page.get_by_role("button", name=label, exact=True).first.click()
    return pd.read_csv(given.value.path())


@pytest.mark.parametrize("key", [one.key for one in VIEWS])
def test_every_view_opens(visit: Callable[..., Page], key: str) -> None:
    name = next(one.name for one in VIEWS if one.key == key)
    page = visit(f"performance?view={name}")
    expect(page.get_by_text(COUNT).first).to_be_visible()
    expect(page.get_by_role("radio", name=name, exact=True).first).to_be_checked()
    come_to_rest(page)
    shoot_whole(page, f"performance_{key}_wide_light")
    assert page.get_by_text("Research use only. Not a diagnosis.").first.is_visible()
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    come_to_rest(page)
    # Nothing is wider than the telephone.
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]


def test_report_and_rows_say_what_the_page_says(visit: Callable[..., Page]) -> None:
    page = visit("performance")
    expect(page.get_by_text(COUNT).first).to_be_visible()
    come_to_rest(page)
    shown = page.get_by_test_id("stMetric").filter(has_text="Mean AUC of 5 classes")
    value = shown.get_by_test_id("stMetricValue").inner_text().strip()
    said = page.get_by_text("with an infarction it flags").first.inner_text()
    with page.expect_download() as given:
        page.get_by_role("button", name="Report, A4").click()
    document = pypdfium2.PdfDocument(Path(given.value.path()).read_bytes())
    text = " ".join(" ".join(one.get_textpage().get_text_range().split()) for one in document)
    assert " ".join(said.split()) in text
    assert "Research use only. Not a diagnosis." in text
    rows = csv_of(page, "Every case as CSV")
    assert f"{len(rows)} ECGs of {rows['patient'].nunique()} patients" in text
    areas = [
        roc_auc_score(rows[f"label_{code}"].astype(bool), rows[f"p_{code}"])
        for code in ("NORM", "MI", "STTC", "CD", "HYP")
    ]
    assert value == f"{sum(areas) / 5:.3f}"


def test_own_set_from_the_drop_to_the_figures_of_the_command(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit("performance?origin=Your+labelled+cases")
    come_to_rest(page)
    example = csv_of(page, "Example CSV")
    assert list(example)[:2] == ["file", "patient"]
    drops = page.get_by_test_id("stFileUploaderDropzoneInput")
    files = [str(DEMO / f"{name}{suffix}") for name in NAMES for suffix in (".hea", ".dat")]
    drops.nth(0).set_input_files(files)
    drops.nth(1).set_input_files(
        {"name": "ward.csv", "mimeType": "text/csv", "buffer": TABLE.encode()}
    )
    expect(page.get_by_text("4 ECGs can be scored.").first).to_be_visible()
    page.get_by_text("2 rows need attention").click()
    expect(page.get_by_text("Row 3: “maybe” in CD is neither yes nor no.").first).to_be_visible()
    expect(page.get_by_text("Row 5: “gone” is not among the uploaded files.").first).to_be_visible()
    page.get_by_role("button", name="Score 4 ECGs").click()
    # Scoring waits for everything else that the machine does.
    expect(page.get_by_text("4 of 4 ECGs").first).to_be_visible(timeout=3 * PATIENCE_MS)
    expect(page.get_by_text("Too few ECGs to look for shortcuts").first).to_be_visible()
    expect(page.get_by_text("4 ECGs of 4 patients").first).to_be_visible()
    shoot_whole(page, "performance_own_wide_light")
    rows = csv_of(page, "Every case as CSV")
    assert rows["label_CD"].notna().sum() == 3
    page.get_by_role("radio", name="Classes", exact=True).click()
    shown = page.get_by_test_id("stMetric").filter(has_text="Sensitivity")
    expect(shown).to_be_visible()
    come_to_rest(page)
    command = evaluated(tmp_path, files)["CD"]
    assert (command["n"], command["positives"]) == (3, 1)
    expected = words.told(Interval(**command["sensitivity"])).split(" (")[0]
    assert shown.get_by_test_id("stMetricValue").inner_text().strip() == expected


FOREIGN = (
    "Aufnahme;Fall;Befund;Schenkelblock;Alter in Jahren\n"
    "EKG-1;p1;unauffällig;nein;41\n"
    "EKG-2;p2;krank;ja;63\n"
    "EKG-3;p3;krank;nein;58\n"
    "EKG-4;p4;alter Infarkt;nein;70\n"
)


def pick(page: Page, label: str, option: str, several: bool = False) -> None:
    """Choose in a box by the keyboard: type the beginning, take what is offered first.

    several: the box takes more than one, and stays open for the next.
    """
    box = page.get_by_role("combobox", name=label, exact=True)
    box.focus()
    page.keyboard.type(option)
    # Enter takes the first on the list, which must have followed what was typed.
    expect(page.get_by_role("option").first).to_contain_text(option)
    page.keyboard.press("Enter")
    if several:
        page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    come_to_rest(page)


def test_foreign_columns_and_words_are_mapped_by_the_keyboard_to_a_scored_set(
    visit: Callable[..., Page],
) -> None:
    page = visit("performance?origin=Your+labelled+cases")
    at_rest(page)
    drops = page.get_by_test_id("stFileUploaderDropzoneInput")
    if not page.get_by_text("ECGs: files, a folder or a ZIP").is_visible():
        page.get_by_text("Add labelled ECGs").click()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, name in enumerate(NAMES, start=1):
            header = (DEMO / f"{name}.hea").read_text().replace(name, f"EKG-{number}")
            archive.writestr(f"Archiv/EKG-{number}.hea", header)
            archive.writestr(f"Archiv/EKG-{number}.dat", (DEMO / f"{name}.dat").read_bytes())
    drops.nth(0).set_input_files(
        {"name": "Archiv.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}
    )
    expect(page.get_by_text("Archiv.zip").first).to_be_visible()
    at_rest(page)
    table = FOREIGN.encode("latin-1")
    drops.nth(1).set_input_files({"name": "Archiv.csv", "mimeType": "text/csv", "buffer": table})
    expect(page.get_by_text("Say which column names the file.").first).to_be_visible()
    pick(page, "File", "Aufnahme")
    expect(page.get_by_text("Say which columns carry labels.").first).to_be_visible()
    pick(page, "Patient", "Fall")
    pick(page, "Triage class", "Befund")
    pick(page, "Age", "Alter")
    # No word of the table is known yet: nothing can be scored.
    expect(page.get_by_role("button", name="Score 0 ECGs")).to_be_disabled()
    pick(page, "“unauffällig” means", "Normal")
    pick(page, "“krank” means", "Other")
    pick(page, "“alter infarkt” means", "Prior")
    expect(page.get_by_text("4 ECGs can be scored. Labels: triage class.").first).to_be_visible()
    pick(page, "Columns that answer yes or no", "Schenkelblock", several=True)
    expect(page.get_by_text("Say what the column Schenkelblock answers.").first).to_be_visible()
    pick(page, "Schenkelblock answers", "Conduction")
    pick(page, "“nein” means", "No")
    pick(page, "“ja” means", "Yes")
    expect(
        page.get_by_text("4 ECGs can be scored. Labels: Conduction disturbance, triage class.")
    ).to_be_visible()
    expect(page.get_by_text("need attention")).to_have_count(0)
    shoot_whole(page, "performance_mapper_wide_light")
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    shoot_whole(page, "performance_mapper_narrow_light")
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.get_by_role("button", name="Score 4 ECGs").click()
    expect(page.get_by_text("4 of 4 ECGs").first).to_be_visible(timeout=3 * PATIENCE_MS)
    # The last stage: the page is not drawn anew any more.
    expect(page.get_by_text("Too few ECGs to look for shortcuts").first).to_be_visible()
    expect(page.get_by_text("4 ECGs of 4 patients").first).to_be_visible()
    at_rest(page)
    rows = csv_of(page, "Every case as CSV").set_index("case")
    assert rows["patient"].tolist() == ["p1", "p2", "p3", "p4"]
    assert rows["label_CD"].tolist() == [0, 1, 0, 0]
    assert rows["age"].tolist() == ["40–59", "60–74", "40–59", "60–74"]


def test_a_set_is_stopped_goes_on_and_survives_a_reload(visit: Callable[..., Page]) -> None:
    page = visit("performance?origin=Your+labelled+cases")
    come_to_rest(page)
    page.get_by_text("Add labelled ECGs").click()
    drops = page.get_by_test_id("stFileUploaderDropzoneInput")
    packed = io.BytesIO()
    lines = ["file,MI"]
    with zipfile.ZipFile(packed, "w") as archive:
        for k in range(MANY):
            header = (DEMO / "normal.hea").read_text().replace("normal", f"n{k}")
            archive.writestr(f"n{k}.hea", header)
            archive.writestr(f"n{k}.dat", (DEMO / "normal.dat").read_bytes())
            lines.append(f"n{k},{k % 2}")
    drops.nth(0).set_input_files(
        {"name": "many.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}
    )
    drops.nth(1).set_input_files(
        {"name": "many.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}
    )
    page.get_by_role("button", name=f"Score {MANY} ECGs").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Stopped").first).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    # Two processes start anew, on a machine that may be busy.
    expect(page.get_by_text(f"{MANY} of {MANY} ECGs").first).to_be_visible(timeout=6 * PATIENCE_MS)
    expect(
        page.get_by_text(re.compile("Too few ECGs to look|No shortcut found")).first
    ).to_be_visible()
    come_to_rest(page)


def evaluated(folder: Path, files: list[str]) -> dict[str, dict]:
    """What `evaluate` prints of the same ECGs and labels, by code."""
    ecgs, labels = folder / "ecgs", folder / "ward.csv"
    ecgs.mkdir()
    for file in map(Path, files):
        (ecgs / file.name).write_bytes(file.read_bytes())
    labels.write_text(TABLE, encoding="utf-8")
    command = ["evaluate", "--dataset", "labelled", "--root", str(ecgs), "--labels", str(labels)]
    done = subprocess.run(
        [sys.executable, "-m", "ecg_core", *command, "--out", str(folder / "var")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )
    assert done.returncode == 3, done.stderr
    lines = map(json.loads, done.stdout.splitlines())
    return {line["code"]: line for line in lines if "code" in line}
