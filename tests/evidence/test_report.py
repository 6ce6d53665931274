"""The printed report says the figures of the case set, on paper of the asked size."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest

from ecg_core import network
from ecg_core.evidence import figures_pdf
from ecg_core.evidence.figures import rates, words
from ecg_core.evidence.values import Choice
from tests.evidence.case_sets import case_set, question, separable


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("US Letter", (612, 792))])
def test_the_report_says_the_figures(paper: str, size: tuple[int, int]) -> None:
    truth, score = separable(400, 1.5)
    choice = Choice(
        ("Normal", "Acute & recent"), truth.astype(int), np.stack([1 - score, score], 1)
    )
    cases = case_set(question(truth, score), question(~truth, 1 - score, "NORM"), choice=choice)
    card = network.card_of(network.default_model())
    document = pypdfium2.PdfDocument(figures_pdf.pdf(cases, card, ("MI", "NORM"), paper))
    assert document.get_page_size(0) == pytest.approx(size, abs=1)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    area = rates.areas(cases.question("MI"), cases.patients).auc
    assert words.told(area).split()[0] in text
    assert words.told(area).split()[1] in text
    assert "400 ECGs of 400 patients" in text
    assert "Acute & recent" in text
    assert text.count("Research use only. Not a diagnosis.") == len(document)
