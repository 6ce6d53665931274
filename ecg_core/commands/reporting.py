"""`report CASE|FILE --out PDF`: one page of report of a stored case or of a file."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecg_core import network
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import EcgRecord, IntakeError, read
from ecg_core.intake.values import Bundle, EcgScan, Upload
from ecg_core.page import PageError, to_page
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.recovered.samples import recover
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves, waves_of_page, waves_of_record
from ecg_core.report.building import content
from ecg_core.report.content import Content, Paper
from ecg_core.report.narrative import compose
from ecg_core.report.pdf import render
from ecg_core.report.values import Facts
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.triage.limits import Person, Sex
from ecg_core.triage.priority import decide

SHEETS = {"a4": Paper.A4, "letter": Paper.LETTER}


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("report", help="one page as PDF")
    parser.add_argument("case", metavar="CASE|FILE", help="id of a stored case, or a path")
    parser.add_argument("--out", type=Path, required=True, metavar="PDF")
    parser.add_argument("--paper", choices=tuple(SHEETS), default="a4")
    parser.add_argument("--patient", default="", help="printed on the report, stored nowhere")
    parser.add_argument("--age", type=float, metavar="YEARS", help="for the limits of the draft")
    parser.add_argument("--sex", choices=tuple(Sex), help="for the limits of the draft")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the PDF; exit 3 when the ECG cannot be read, 2 when there is none."""
    person = Person(arguments.age, arguments.sex and Sex(arguments.sex))
    try:
        if Path(arguments.case).suffix or Path(arguments.case).exists():
            found = _of_file(arguments.case, person)
        else:
            found = _of_case(arguments.case, arguments.data_dir, person)
    except (FileNotFoundError, StopIteration):
        complain(f"No ECG at {arguments.case}")
        return WRONG_USAGE
    except StoreError as error:
        complain(f"{error.reason} {error.hint}")
        return WRONG_USAGE
    except (IntakeError, PageError) as error:
        emit({"input": arguments.case, "status": "rejected", "reasons": [str(error)]})
        return SOME_REJECTED
    pdf = render(replace(found, patient=arguments.patient), SHEETS[arguments.paper])
    arguments.out.write_bytes(pdf)
    emit({"input": arguments.case, "status": "ok", "out": str(arguments.out)})
    return ALL_READ


def _of_file(path: str, person: Person) -> Content:
    # Grad-CAM takes a second to import; the other commands do not wait for it.
    from ecg_core.network.explain import attend

    source = read(next(bundles([path]))[1])
    record = source if isinstance(source, EcgRecord) else None
    page = to_page(_seen(source, 0.0))
    classifier = network.Answering().to(page.layout)
    prediction = classifier.predict(page)
    measurements = measure_page(page, record)
    draft = compose(Facts(measurements, prediction, page.remarks, person=person)).text
    return content(
        page,
        _waves(page, record),
        measurements,
        prediction,
        decide(prediction, page.remarks),
        attend(classifier, page, str(prediction.triage_class)),
        draft,
        datetime.now(UTC),
    )


def _of_case(case_id: str, data_dir: Path, person: Person) -> Content:
    store = Store.open(data_dir, os.environ.get("ECG_DATABASE_URL"))
    case = store.reopen(case_id)
    record = None
    if case.page.source == "record":
        files = [Upload(f.name, store.original(case_id, n)) for n, f in enumerate(case.files)]
        source = read(Bundle(case.name, tuple(files)))
        record = source if isinstance(source, EcgRecord) else None
    measurements = measure_page(case.page, record)
    draft = compose(Facts(measurements, case.prediction, case.page.remarks, person=person)).text
    return content(
        case.page,
        _waves(case.page, record),
        measurements,
        case.prediction,
        case.priority,
        case.attention,
        draft,
        datetime.now(UTC),
        case.readings,
        case.id,
    )


def _seen(source: EcgRecord | EcgScan, start_s: float) -> EcgRecord | EcgScan:
    if isinstance(source, EcgRecord) and source.duration_s > PAGE_SECONDS:
        return source.window(start_s)
    return source


def _waves(page: EcgPage, record: EcgRecord | None) -> Waves | None:
    if record is None:
        return waves_of_page(replace(page, traces=recover(page).traces))
    seen = _seen(record, max(page.start_s - record.start_s, 0.0))
    assert isinstance(seen, EcgRecord)
    return waves_of_record(seen)
