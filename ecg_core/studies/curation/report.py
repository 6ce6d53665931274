"""The result of curation as files: manifest (CSV), summary (JSON), one self-contained HTML page."""

from __future__ import annotations

import base64
import html
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from ecg_core.evidence.probes.values import Probe
from ecg_core.studies.curation.likeness import page_ink, picture_ink
from ecg_core.studies.curation.readings import ReadingStore, read_kept, read_scan_file
from ecg_core.studies.curation.values import Copy, Curation, Fate, ManifestRow

PAIRS_SHOWN = 6
"""Pairs with pictures for each kind of finding."""
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2733; margin: 2rem auto; max-width: 70rem;
  padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .25rem .8rem; text-align: right;
  border-bottom: 1px solid #d5dbe1; } th:first-child, td:first-child { text-align: left; }
figure { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; margin: 0 0 1.2rem; }
figcaption { grid-column: 1 / -1; } img { width: 100%; border: 1px solid #d5dbe1; }
.note { color: #52606d; }
"""


def summary(curation: Curation) -> dict[str, object]:
    """Counts, groups, probes and cost: what to quote."""
    rows = curation.rows
    kept = [row for row in rows if row.kept]
    return {
        "files": len(rows),
        "kept": len(kept),
        "reasons": dict(Counter(row.reason.split(":")[0] for row in rows)),
        "classes": [
            {
                "label": label,
                "files": sum(row.label == label for row in rows),
                "kept": sum(row.label == label for row in kept),
                "groups": len({row.group for row in kept if row.label == label}),
            }
            for label in sorted({row.label for row in rows})
        ],
        "groups": len({row.group for row in kept}),
        "groups_in_several_classes": _shared_groups(kept),
        "pages_in_such_groups": sum(row.group in _mixed(kept) for row in kept),
        "header_and_footer_read": curation.printed,
        "identities_found": sum(bool(row.identifier) for row in kept),
        "identities": len({row.identifier for row in kept if row.identifier}),
        "days_found": sum(bool(row.day) for row in kept),
        "days": len({row.day for row in kept if row.day}),
        "quality": dict(Counter(row.quality for row in kept)),
        "probes": [asdict(probe) | {"leaks": probe.leaks} for probe in curation.probes],
        "pairs": curation.pairs,
        "cpu_s": {step: round(seconds, 1) for step, seconds in curation.cost_s.items()},
    }


def _mixed(kept: Sequence[ManifestRow]) -> set[str]:
    labels: dict[str, set[str]] = {}
    for row in kept:
        labels.setdefault(row.group, set()).add(row.label)
    return {group for group, found in labels.items() if len(found) > 1}


def _shared_groups(kept: Sequence[ManifestRow]) -> int:
    return len(_mixed(kept))


def write(curation: Curation, root: Path, store: ReadingStore, folder: Path) -> dict[str, object]:
    """Write `manifest.csv`, `summary.json` and `report.html` into a folder; return the summary."""
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame([asdict(row) for row in curation.rows]).to_csv(
        folder / "manifest.csv", index=False, lineterminator="\n"
    )
    found = summary(curation)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    page = _page(curation, found, root, store)
    (folder / "report.html").write_text(page, encoding="utf-8")
    return found


def _page(curation: Curation, found: dict[str, object], root: Path, store: ReadingStore) -> str:
    rows = curation.rows
    parts = [
        f"<h1>Curation of {len(rows)} files</h1>",
        f"<p>{found['kept']} are kept, in {found['groups']} groups that must not be divided "
        "between training and testing. Pictures show the ink of the traces only; header and "
        "footer, where names and dates stand, are left out.</p>",
        "<h2>What becomes of the files</h2>",
        _table(
            ("Reason", "Files"), Counter(row.reason.split(":")[0] for row in rows).most_common()
        ),
        "<h2>Classes</h2>",
        _table(
            ("Class", "Files", "Kept", "Share kept", "Groups"),
            [
                (c["label"], c["files"], c["kept"], f"{c['kept'] / c['files']:.0%}", c["groups"])
                for c in _classes(found)
            ],
        ),
        "<h2>Groups</h2>",
        f"<p>{_groups_text(curation, found)}</p>",
        "<h2>What header and footer give away</h2>",
        _probes_table(curation.probes),
        "<h2>Quality of the kept pages</h2>",
        _table(
            ("Reading", "Pages"), Counter(row.quality for row in rows if row.kept).most_common(12)
        ),
    ]
    for fate, title in (
        (Fate.CONFLICT, "The same page in two classes"),
        (Fate.NEAR, "Near-duplicates"),
        (Fate.EXACT, "Exact duplicates"),
        (Fate.SAME_PIXELS, "Same pixels in different files"),
    ):
        pairs = _pairs(curation, fate)
        if pairs:
            parts.append(f"<h2>{title}: {len(pairs)} pairs</h2>")
            parts += [_figure(curation, pair, root, store) for pair in _spread(pairs)]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Curation</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _classes(found: dict[str, object]) -> list[dict]:
    """The rows of the table of classes."""
    classes = found["classes"]
    assert isinstance(classes, list)
    return classes


def _groups_text(curation: Curation, found: dict[str, object]) -> str:
    if not curation.printed:
        return "Header and footer were not read: only copies of one recording form a group."
    return (
        f"A printed identity was read on {found['identities_found']} of {found['kept']} kept "
        f"pages ({found['identities']} different ones), a date on {found['days_found']} "
        f"({found['days']} days). {found['groups_in_several_classes']} groups, with "
        f"{found['pages_in_such_groups']} pages, have pages in more than one class."
    )


def _probes_table(probes: Sequence[Probe]) -> str:
    if not probes:
        return '<p class="note">Not measured: fewer than two classes or five groups in a class.</p>'
    cells = [
        (
            probe.name,
            probe.n,
            "{:.3f} ({:.3f} to {:.3f})".format(*probe.accuracy),
            f"{probe.majority:.3f}",
            "{:.3f} ({:.3f} to {:.3f})".format(*probe.balanced_accuracy),
            f"{probe.chance:.3f}",
            "leaks" if probe.leaks else "nothing found",
        )
        for probe in probes
    ]
    head = ("Seen", "Pages", "Accuracy", "Majority", "Balanced accuracy", "Chance", "")
    return _table(head, cells)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    cells = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>"
        for row in rows
    )
    return f"<table><tr>{cells}</tr>{body}</table>"


def _pairs(curation: Curation, fate: Fate) -> list[Copy]:
    """Pairs of one kind; a conflict counts as such, however its copies were found."""

    def shown_as(copy: Copy) -> str:
        reason = curation.rows[copy.second].reason
        return reason if reason == Fate.CONFLICT else copy.fate

    return [copy for copy in curation.copies if shown_as(copy) == fate]


def _spread(pairs: list[Copy]) -> list[Copy]:
    if len(pairs) <= PAIRS_SHOWN:
        return pairs
    return [pairs[i] for i in np.linspace(0, len(pairs) - 1, PAIRS_SHOWN).astype(int)]


def _figure(curation: Curation, copy: Copy, root: Path, store: ReadingStore) -> str:
    pictures, names = [], []
    for index in (copy.first, copy.second):
        file = curation.files[index]
        names.append(html.escape(file.path))
        pictures.append(f'<img alt="{names[-1]}" src="{_thumbnail(root / file.path, store)}">')
    caption = f"{names[0]} and {names[1]}: {copy.fate}, ink in common {copy.likeness:.3f}"
    return f"<figure><figcaption>{caption}</figcaption>{''.join(pictures)}</figure>"


def _thumbnail(path: Path, store: ReadingStore) -> str:
    """The traces of a page as a data address; nothing above or below them."""
    reading = read_kept(path, store)
    if reading.page is not None:
        ink = page_ink(reading.page)
    else:
        top, bottom = reading.trace_rows
        ink = picture_ink(read_scan_file(path).pixels[top:bottom])
    data = cv2.imencode(".png", 255 - ink, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
    return "data:image/png;base64," + base64.b64encode(data).decode()
