"""One labelled case through the same calls as every upload: read, page, network."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache

from ecg_core import network
from ecg_core.answer import answer_page
from ecg_core.evidence.probes.trace_area import trace_area
from ecg_core.intake.reading import read
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError, Upload
from ecg_core.network.who_answers import Models
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.values import EcgPage, PageError, Severity
from ecg_core.preparing import page_of

ANSWERED, ABSTAINED, REFUSED = "answered", "abstained", "refused"


@dataclass(frozen=True)
class CaseFiles:
    """The files of one case on disk: name and path of each."""

    name: str
    files: tuple[tuple[str, str], ...]
    part: int | None = None

    def bundle(self) -> Bundle:
        """As intake takes it."""
        uploads = []
        for name, path in self.files:
            with open(path, "rb") as file:
                uploads.append(Upload(name, file.read()))
        return Bundle(self.name, tuple(uploads), self.part)


@dataclass(frozen=True)
class CaseAnswer:
    """What the machine made of one case.

    status: `ANSWERED`, `ABSTAINED` or `REFUSED`. reason: of the refusal or the first doubt.
    triage: in `TRIAGE_CLASSES` order; findings: (code, probability), superclasses first; both
    empty when refused. quality: "read", or the worst remark's code. trace_area_px: of a scan that
    was read, first and last pixel row, first and last pixel column of its traces.
    """

    name: str
    sha256: str
    status: str
    reason: str
    triage: tuple[float, ...]
    findings: tuple[tuple[str, float], ...]
    layout: str
    quality: str
    elapsed_ms: float
    trace_area_px: tuple[int, int, int, int] | None = None


def answer(case: CaseFiles, model: str) -> CaseAnswer:
    """Read one case with a shipped model. Nothing is raised for what cannot be read."""
    started = time.perf_counter()
    try:
        bundle = case.bundle()
        sha256 = bundle.sha256
    except OSError as error:
        return _refused(case, "", f"The file is gone: {error.strerror}.", started)
    try:
        ecg = read(bundle)
        page, area = _page_of(ecg)
    except IntakeError as error:
        return _refused(case, sha256, error.reason, started)
    except PageError as error:
        return _refused(case, sha256, error.remark.text, started)
    prediction = answer_page(ecg, page, _models(model)).prediction
    worst = next((r.code for r in page.remarks if r.severity is not Severity.NOTE), "read")
    return CaseAnswer(
        case.name,
        sha256,
        ABSTAINED if prediction.abstained else ANSWERED,
        prediction.reasons[0].text if prediction.reasons else "",
        tuple(map(float, prediction.triage)),
        tuple(
            (finding.code, float(finding.probability))
            for finding in (*prediction.superclasses, *prediction.findings)
        ),
        page.layout,
        worst,
        round((time.perf_counter() - started) * 1e3, 1),
        area,
    )


def _page_of(
    ecg: EcgRecord | EcgScan,
) -> tuple[EcgPage, tuple[int, int, int, int] | None]:
    """The page, as `page_of` gives it, and where its traces lie on a scan. Raises PageError."""
    if isinstance(ecg, EcgRecord):
        return page_of(ecg), None
    reading = read_scan(ecg, with_picture=False)
    height, width = ecg.pixels.shape[:2]
    return reading.page, trace_area(reading, (height, width))


def _refused(case: CaseFiles, sha256: str, reason: str, started: float) -> CaseAnswer:
    elapsed_ms = round((time.perf_counter() - started) * 1e3, 1)
    return CaseAnswer(case.name, sha256, REFUSED, reason, (), (), "", "", elapsed_ms)


@lru_cache(maxsize=2)
def _models(model: str) -> Models:
    """Once a process."""
    return network.Answering(model)
