"""Tables of measurements against what is known, from the rows of two benchmarks."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binomtest

from benchmarks.markdown import NOT_MEASURED, measured, table

FAR = {"ms": 40.0, "bpm": 2.0}


def measurements(found: list[dict[str, Any]]) -> str:
    """Rate, intervals and labels against what is known."""
    if not found:
        return NOT_MEASURED
    return "\n".join(
        (
            *_rates([row for row in found if row["set"] == "mitdb"]),
            "",
            *_errors([row for row in found if row["set"] == "synthetic"]),
            "",
            *_labels([row for row in found if row["set"] == "ptb-xl fold 10"]),
            "",
            *_printed([row for row in found if row["set"] == "printed"], "printed"),
            "",
            *_printed(
                [row for row in found if row["set"] == "coarse"], "printed at 3.4 px/mm, JPEG"
            ),
            "",
            *_printed([row for row in found if row["set"] == "drawn by others"], "drawn by others"),
        )
    )


def _rates(found: list[dict[str, Any]]) -> list[str]:
    parts = {
        part: [row for row in found if part in (row["part"], "all")]
        for part in ("DS1", "DS2", "paced", "all")
    }
    return table(
        (
            "MIT-BIH records",
            "strips",
            "rate within 2 bpm, strip alone (95 % CI by record)",
            "with the record around it",
        ),
        (
            (
                f"{part} ({len(some)})",
                sum(row["strips"] for row in some),
                _share(some, "alone"),
                _share(some, "in_context"),
            )
            for part, some in parts.items()
        ),
    )


def _printed(found: list[dict[str, Any]], how: str) -> list[str]:
    """Numbers off a print against the record's own. A far one is more than 40 ms, or 2 bpm, off."""
    if not found:
        return [f"{how.capitalize()}: {NOT_MEASURED.lower()}"]
    read = [row for row in found if "refused" not in row]
    lines = []
    for key, unit in {"rate": "bpm", "pr": "ms", "qrs": "ms", "qt": "ms"}.items():
        both = [row[key] for row in read if row[key][0] is not None]
        known = [(two - one, bool(why)) for one, two, why in both if two is not None]
        errors = np.array([error for error, _ in known] or [np.nan], float)
        off = np.abs(errors - np.median(errors))
        far = [doubt for error, doubt in known if abs(error) > FAR[unit]]
        lines.append(
            (
                f"{key.upper() if unit == 'ms' else key}, {unit}",
                len(both),
                len(both) - len(errors),
                f"{errors.mean():+.1f}",
                f"{errors.std(ddof=1):.1f}" if len(errors) > 1 else "",
                f"{1.48 * np.median(off):.1f}",
                len(far),
                len(far) - sum(far),
            )
        )
    head = (
        f"{len(found)} {how}, {len(found) - len(read)} refused",
        "of the record",
        "blank on the page",
        "bias",
        "SD",
        "robust SD",
        "over 40 ms or 2 bpm off",
        "of them without a doubt",
    )
    return table(head, lines)


def _share(some: list[dict[str, Any]], key: str) -> str:
    near = np.array([row[key] for row in some], float)
    total = np.array([row["strips"] for row in some], float)
    drawn = np.random.default_rng(0).integers(0, len(some), (2000, len(some)))
    shares = near[drawn].sum(axis=1) / total[drawn].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return f"{near.sum() / total.sum():.1%} ({low:.1%} to {high:.1%})"


def _errors(found: list[dict[str, Any]]) -> list[str]:
    cells = []
    units = {"rate": "bpm", "pr": "ms", "qrs": "ms", "qt": "ms"}
    kinds = sorted({(row["conduction"], row.get("crowded", False)) for row in found})
    for key, unit in units.items():
        for conduction, crowded in kinds:
            mine = [row for row in found if row["conduction"] == conduction]
            errors = [row[key] for row in mine if row.get("crowded", False) == crowded]
            kind = f"{conduction} conduction" + (", T too close to QRS" if crowded else "")
            known = np.array([error for error in errors if error is not None] or [np.nan], float)
            low, middle, high = np.percentile(known, [5, 50, 95])
            blank = sum(error is None for error in errors)
            cells.append(
                (
                    f"{key.upper() if unit == 'ms' else key}, {kind}",
                    len(errors),
                    blank,
                    f"{middle:+.1f} {unit}",
                    f"{low:+.1f} to {high:+.1f}",
                )
            )
    return table(("synthetic ECGs", "n", "blank", "median error", "5 % to 95 %"), cells)


def _wilson(hits: int, total: int) -> str:
    low, high = binomtest(hits, total).proportion_ci(method="wilson")
    return f"{hits / total:.0%} ({low:.0%} to {high:.0%}; {hits} of {total})"


def _labels(found: list[dict[str, Any]]) -> list[str]:
    return table(
        (
            "PTB-XL fold 10: measured against labelled (Wilson's 95 % CI)",
            "sensitivity",
            "specificity",
        ),
        (
            (
                row["what"],
                _wilson(row["said"], row["labelled"]),
                _wilson(row["not_said"], row["others"]),
            )
            for row in found
        ),
    )


def experts(found: list[dict[str, Any]]) -> str:
    """Intervals against experts' wave borders, by window and by record."""
    names = {"qone": "first expert", "qtwo": "second expert"}
    lines: list[tuple[object, ...]] = [
        (
            f"{row['what'].upper()}, {names[row['expert']]}",
            row["windows"],
            row["blank"],
            f"{row['window_bias_ms']:+.1f}",
            row["window_sd_ms"],
            row["window_far"],
            f"{row['record_n']} of {row['records']}",
            f"{row['record_bias_ms']:+.1f}",
            row["record_sd_ms"],
            row["record_far"],
            f"{row['record_median_ms']:+.1f}",
            row["record_robust_sd_ms"],
        )
        for row in found
        if "what" in row
    ]
    blank = (None,) * 5
    lines += [
        (
            f"{row['experts_apart'].upper()}, second expert against the first",
            *blank,
            row["n"],
            f"{row['bias_ms']:+.1f}",
            row["sd_ms"],
            row["far"],
            f"{row['median_ms']:+.1f}",
            row["robust_sd_ms"],
        )
        for row in found
        if "experts_apart" in row
    ]
    far = "over 40 ms off"
    head = ("interval", "windows", "blank", "bias, ms", "SD", far)
    shown = measured((*head, "records", "bias, ms", "SD", far, "median", "robust SD"), lines)
    long_pr = [
        (row["long_pr_records"], row["right"], row["missed"], row["false"])
        for row in found
        if "long_pr_records" in row
    ]
    if not long_pr:
        return shown
    words = (
        "records with an expert's PR",
        "over 200 ms and said",
        "missed",
        "said, not over 200 ms",
    )
    return "\n".join((shown, "", *table(words, long_pr)))
