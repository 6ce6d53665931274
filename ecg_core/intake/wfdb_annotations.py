"""Beat and rhythm marks of a WFDB record (.atr)."""

from __future__ import annotations

import logging
from pathlib import Path

from ecg_core.intake.limits import Limits
from ecg_core.intake.values import Annotation, Bundle

log = logging.getLogger(__name__)


def read_annotations(
    path: Path, bundle: Bundle, fs_hz: float, frames: int, limits: Limits, notes: list[str]
) -> tuple[Annotation, ...]:
    """Marks of the bundle's .atr file, beside the clean header at `path`.

    Free text is dropped: it may hold a name or a diagnosis; only rhythm names such as "(AFIB"
    are kept. Marks that cannot be read cost a note, not the record.
    """
    files = [file for file in bundle.files if file.name.lower().endswith(".atr")]
    if not files:
        return ()
    path.with_suffix(".atr").write_bytes(files[0].data)
    # Slow to import, and mostly only the worker reads.
    import wfdb

    try:
        marks = wfdb.rdann(str(path), "atr")
        rate = float(marks.fs or fs_hz)
        texts = [(text or "").strip("\0 ") for text in marks.aux_note]
        found = tuple(
            Annotation(float(sample) / rate, str(symbol), text if text.startswith("(") else "")
            for sample, symbol, text in zip(marks.sample, marks.symbol, texts, strict=True)
            if 0 <= sample / rate <= frames / fs_hz
        )
    except Exception as error:
        # The library raises whatever its arrays do; the signals do not depend on the marks.
        log.warning("annotations could not be read: %s", type(error).__name__)
        notes.append(f"{files[0].name} cannot be read; the record is shown without annotations.")
        return ()
    if len(found) > limits.max_annotations:
        notes.append(f"Only the first {limits.max_annotations} annotations are kept.")
    return found[: limits.max_annotations]
