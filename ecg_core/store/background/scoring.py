"""One ECG from bytes to a stored case, as background jobs do it: the same calls as everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import ecg_core
from ecg_core import intake
from ecg_core.intake.values import Bundle, EcgRecord
from ecg_core.page import to_page
from ecg_core.page.layouts import DEFAULT_LAYOUT, PAGE_SECONDS
from ecg_core.store.audit.chain import MACHINE
from ecg_core.store.cases.store import Store
from ecg_core.triage.priority import decide

if TYPE_CHECKING:
    from ecg_core.network.classifier import Classifier


class Answers(Protocol):
    """Who answers a page of a layout: `network.Answering`, or one model for all."""

    def to(self, layout: str) -> Classifier:
        """The model that answers."""
        ...


def score(
    store: Store,
    answering: Answers,
    bundle: Bundle,
    list_name: str = "",
    added_by: str = MACHINE,
) -> str:
    """Read, predict, explain and store one ECG; gives the case's id.

    Raises IntakeError or PageError when it cannot be read, StoreError when it cannot be stored.
    """
    # Imports torch, for which a server that only writes jobs down must not wait.
    from ecg_core.network import explain

    source = intake.read(bundle, key=store.pseudonym_key())
    if isinstance(source, EcgRecord) and source.duration_s > PAGE_SECONDS:
        source = source.window(0.0)
    page = to_page(source, DEFAULT_LAYOUT)
    classifier = answering.to(page.layout)
    prediction = classifier.predict(page)
    attention = explain.attend(classifier, page, prediction.triage_class)
    table = store.settings().priority_table
    return store.add_case(
        bundle,
        page,
        prediction,
        attention,
        decide(prediction, page.remarks, table),
        {finding.code: finding.threshold for finding in prediction.findings},
        ecg_core.__version__,
        list_name,
        added_by,
        source.patient,
    )
