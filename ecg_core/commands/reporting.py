"""`report CASE|FILE --out PDF`: one page of report of a stored case or of a file."""

from __future__ import annotations

import argparse
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ecg_core import network
from ecg_core.answer import answer, draft, judged
from ecg_core.commands import by_hand
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import EcgRecord, IntakeError, read
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.recovered.samples import recover
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves, waves_of_page, waves_of_record
from ecg_core.prepared import Refusal
from ecg_core.read_as import ReadAs
from ecg_core.report.content import Content, Paper
from ecg_core.report.pdf import render
from ecg_core.store.cases.in_report import content
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.triage.limits import Person, Sex
from ecg_core.words import ENGLISH, languages

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
    parser.add_argument("--language", choices=tuple(languages()), default=ENGLISH)
    by_hand.add(parser)
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the PDF; exit 3 when the ECG cannot be read, 2 when there is none."""
    person = Person(arguments.age, arguments.sex and Sex(arguments.sex))
    found: Content | Refusal
    try:
        if Path(arguments.case).suffix or Path(arguments.case).exists():
            found = _of_file(arguments.case, person, by_hand.read_as(arguments))
        else:
            found = _of_case(arguments.case, arguments.data_dir, person)
    except (FileNotFoundError, StopIteration):
        complain(f"No ECG at {arguments.case}")
        return WRONG_USAGE
    except StoreError as error:
        complain(f"{error.reason} {error.hint}")
        return WRONG_USAGE
    except IntakeError as error:
        found = Refusal(error.reason, error.hint)
    if isinstance(found, Refusal):
        emit({"input": arguments.case, "status": "rejected", "reasons": [str(found)]})
        return SOME_REJECTED
    printed = replace(found, patient=arguments.patient, language=arguments.language)
    pdf = render(printed, SHEETS[arguments.paper])
    arguments.out.write_bytes(pdf)
    emit({"input": arguments.case, "status": "ok", "out": str(arguments.out)})
    return ALL_READ


def _of_file(path: str, person: Person, read_as: ReadAs) -> Content | Refusal:
    said = answer(next(bundles([path]))[1], network.Answering(), read_as=read_as, person=person)
    if isinstance(said, Refusal):
        return said
    return content(
        said.page,
        _waves(said.page, said.record),
        said.measurements,
        said.prediction,
        said.priority,
        said.attention(),
        said.draft.text,
        datetime.now(UTC),
    )


def _of_case(case_id: str, data_dir: Path, person: Person) -> Content:
    store = Store.open(data_dir, os.environ.get("ECG_DATABASE_URL"))
    case = store.reopen(case_id)
    # Of a scan the stored page is measured: its files need not be read again.
    ecg = read(store.bundle(case_id)) if case.page.source == "record" else None
    record = ecg if isinstance(ecg, EcgRecord) else None
    measurements = measure_page(case.page, record)
    verdict = judged(case.page, measurements, case.prediction, person, stored=case.priority)
    return content(
        case.page,
        _waves(case.page, record),
        measurements,
        case.prediction,
        verdict,
        case.attention,
        draft(case.page, measurements, case.prediction, person, verdict=verdict).text,
        datetime.now(UTC),
        case.readings,
        case.id,
    )


def _waves(page: EcgPage, record: EcgRecord | None) -> Waves | None:
    if record is None:
        return waves_of_page(replace(page, traces=recover(page).traces))
    return waves_of_record(ten_seconds(record, max(page.start_s - record.start_s, 0.0)))
