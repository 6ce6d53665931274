"""Curation: which files of a folder of ECG pages are kept, which are not and why, and in groups."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from ecg_core.evidence.probes import leakage
from ecg_core.evidence.probes.groups import alike, joined
from ecg_core.evidence.probes.values import Probe
from ecg_core.studies.curation.hashes import near_pairs
from ecg_core.studies.curation.likeness import likeness
from ecg_core.studies.curation.readings import ReadingStore, read_scan_file
from ecg_core.studies.curation.survey import Progress, Survey, survey_folder
from ecg_core.studies.curation.values import Copy, Curation, Fate, Fingerprint, ManifestRow

RADIUS_BITS = 31
"""Hashes of 256 bits that differ by so much at most are looked at closely."""
SAME_RECORDING = 0.93
"""Ink in common from which two pages show the same recording."""
PROBE_PAGES = 5000
"""The probes look at so many kept pages at most, drawn at random."""
PROCESSES = 2


def curate(
    root: Path,
    store: ReadingStore,
    key: bytes | None,
    by_day: bool = False,
    processes: int = PROCESSES,
    progress: Progress = lambda step, done, total: None,
) -> Curation:
    """Curate a folder whose sub-folders are classes.

    store: where readings are kept between runs. key: hashes printed identities and dates; None to
    leave header and footer unread. by_day: pages of one printed day make one group, too.
    progress: told the step and how far it is.
    """
    survey = survey_folder(root, store, key, processes, progress)
    began = time.process_time()
    exact = _exact_copies(survey)
    near, pairs = _near_copies(survey, {copy.second for copy in exact})
    copies = (*exact, *near)
    compare_s = time.process_time() - began
    clusters = joined(len(survey.files), [(c.first, c.second) for c in copies])
    groups = _groups(survey, copies, by_day)
    rows = _rows(survey, copies, clusters, groups)
    began = time.process_time()
    probes = _probes(survey, rows)
    read = [found for found in survey.found if isinstance(found, Fingerprint)]
    return Curation(
        files=survey.files,
        rows=rows,
        copies=copies,
        probes=probes,
        printed=key is not None,
        cost_s={
            "read and hash": sum({f.sha256: f.cpu_s for f in read}.values()),
            "compare": compare_s,
            "print": sum(p.cpu_s for p in survey.prints.values()),
            "probe": time.process_time() - began,
        },
        pairs=pairs,
    )


def _exact_copies(survey: Survey) -> tuple[Copy, ...]:
    """Each file that repeats an earlier file's bytes or pixels, with that earlier file."""
    by_bytes: dict[str, int] = {}
    by_pixels: dict[str, int] = {}
    copies = []
    for index, found in enumerate(survey.found):
        if isinstance(found, str):
            continue
        same_pixels = by_pixels.setdefault(found.pixels_sha256, index)
        if (same := by_bytes.setdefault(found.sha256, index)) != index:
            copies.append(Copy(same, index, Fate.EXACT, 1.0))
        elif same_pixels != index:
            copies.append(Copy(same_pixels, index, Fate.SAME_PIXELS, 1.0))
    return tuple(copies)


def _near_copies(survey: Survey, seen: set[int]) -> tuple[tuple[Copy, ...], dict[str, int]]:
    """Pairs with near hashes whose ink coincides, and how many pairs each step looked at."""

    ink_of = lru_cache(maxsize=4096)(survey.ink_of)
    copies: list[Copy] = []
    compared, looked_at = 0, 0
    for placed in (True, False):
        members = [
            (index, found)
            for index, found in enumerate(survey.found)
            if isinstance(found, Fingerprint) and found.placed is placed and index not in seen
        ]
        if not members:
            continue
        near = near_pairs(np.stack([found.hash for _, found in members]), RADIUS_BITS)
        compared += near.compared
        looked_at += len(near.pairs)
        for a, b in near.pairs:
            one, two = members[a][0], members[b][0]
            common = likeness(ink_of(one), ink_of(two))
            if common >= SAME_RECORDING:
                copies.append(Copy(one, two, Fate.NEAR, common))
    return tuple(copies), {
        "hashes compared": compared,
        "ink compared": looked_at,
        "near-duplicates": len(copies),
    }


def _groups(survey: Survey, copies: Iterable[Copy], by_day: bool) -> np.ndarray:
    """Group number of each file: joined by copies, printed identity and, when asked, day."""
    links = [(copy.first, copy.second) for copy in copies]
    prints = [survey.print_of(index) for index in range(len(survey.files))]
    links += alike([p.identifier for p in prints])
    if by_day:
        links += alike([p.day for p in prints])
    return joined(len(survey.files), links)


def _rows(
    survey: Survey, copies: tuple[Copy, ...], clusters: np.ndarray, groups: np.ndarray
) -> tuple[ManifestRow, ...]:
    labels = np.array([file.label for file in survey.files])
    stands_for: dict[int, int] = {}
    conflicting = set()
    for cluster in np.unique(clusters[[c.first for c in copies]]) if copies else ():
        members = np.flatnonzero(clusters == cluster)
        if len(set(labels[members])) > 1:
            conflicting.add(int(cluster))
        stands_for |= dict.fromkeys(members.tolist(), _best(survey, members))
    found_by: dict[int, Copy] = {}
    for copy in copies:
        for index in (copy.second, copy.first):
            found_by.setdefault(index, copy)
    rows = []
    for index, (file, found) in enumerate(zip(survey.files, survey.found, strict=True)):
        group = f"g{groups[index]:05d}"
        if isinstance(found, str):
            rows.append(
                ManifestRow(
                    file.path,
                    file.label,
                    False,
                    f"{Fate.UNREADABLE}: {found}",
                    "",
                    0.0,
                    group,
                    "",
                    "",
                    0.0,
                    "",
                    "",
                    "",
                    "",
                )
            )
            continue
        best = stands_for.get(index, index)
        if clusters[index] in conflicting:
            reason = Fate.CONFLICT
        else:
            reason = Fate.KEPT if best == index else found_by[index].fate
        text = survey.print_of(index)
        rows.append(
            ManifestRow(
                file=file.path,
                label=file.label,
                kept=reason is Fate.KEPT,
                reason=str(reason),
                copy_of="" if best == index else survey.files[best].path,
                likeness=found_by[index].likeness if best != index else 1.0,
                group=group,
                quality=found.quality,
                layout=found.layout,
                px_per_mm=round(found.px_per_mm, 3),
                identifier=text.identifier,
                day=text.day,
                sha256=found.sha256,
                pixels_sha256=found.pixels_sha256,
            )
        )
    return tuple(rows)


def _best(survey: Survey, members: np.ndarray) -> int:
    """The copy that stands for the others: the one that was read, the finest, the first."""

    def merit(index: int) -> tuple[bool, float, int]:
        found = survey.found[index]
        assert isinstance(found, Fingerprint)
        return found.placed, round(found.px_per_mm, 1), -index

    return max(members.tolist(), key=merit)


def _probes(survey: Survey, rows: tuple[ManifestRow, ...]) -> tuple[Probe, ...]:
    kept = np.flatnonzero([row.kept for row in rows])
    if len(kept) > PROBE_PAGES:
        kept = np.sort(np.random.default_rng(0).choice(kept, PROBE_PAGES, replace=False))
    labels = np.array([rows[i].label for i in kept])
    groups = np.array([rows[i].group for i in kept])
    if len(set(labels)) < 2:
        return ()
    headers, footers = [], []
    for index in kept:
        found = survey.found[index]
        assert isinstance(found, Fingerprint)
        pixels = read_scan_file(survey.root / survey.files[index].path).pixels
        top, bottom = found.trace_rows
        headers.append(leakage.band(pixels, 0, top))
        footers.append(leakage.band(pixels, bottom, len(pixels)))
    probes = [
        leakage.picture_probe("header, picture", np.stack(headers), labels, groups),
        leakage.picture_probe("footer, picture", np.stack(footers), labels, groups),
    ]
    if survey.prints:
        texts = [survey.print_of(int(index)).text for index in kept]
        probes.append(leakage.text_probe("header and footer, text", texts, labels, groups))
    return tuple(probe for probe in probes if probe is not None)
