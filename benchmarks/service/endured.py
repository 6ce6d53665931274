"""Tables of what the service endures: many readers, outages, a flood of sign-ins."""

from __future__ import annotations

from typing import Any

from benchmarks.markdown import measured

Rows = list[dict[str, Any]]


def load(rows: Rows) -> str:
    """Fifty and a hundred sessions; processor time is that of the app and its readers of files."""
    told = measured(
        (
            "what",
            "processes of the app",
            "cases",
            "load before",
            "n",
            "p50",
            "p95",
            "processor per decision",
        ),
        [
            (
                row["what"],
                row.get("apps", 1),
                f"{row['cases']:,}",
                f"{row['load']:.0f}",
                row["n"],
                f"{row['p50_ms']:,.0f} ms",
                f"{row['p95_ms']:,.0f} ms",
                f"{row['cpu_ms']:.0f} ms",
            )
            for row in rows
            if "cpu_ms" in row
        ],
    )
    for row in rows:
        if "wrong" in row:
            whole = "whole" if row["chain_whole"] else "**broken**"
            told += f"\n\nMixed up: {row['wrong']} of {row['n']} decisions; the chain is {whole}."
    return told


def outages(rows: Rows) -> str:
    """What failed, how much had been confirmed by then, and what of it is lost."""
    return measured(
        ("what", "times", "decisions confirmed", "refused, and said so", "lost", "broken chains"),
        [
            (
                row["what"],
                row.get("times", row.get("cuts", 1)),
                f"{row['decisions_confirmed']:,}",
                row.get("refused_in_words"),
                row["decisions_lost"] + row.get("bytes_damaged", 0),
                row["chain_broken"],
            )
            for row in rows
        ],
    )


def hostile(rows: Rows) -> str:
    """Hostile inputs, and what became of them."""
    return measured(
        (
            "what",
            "formats",
            "tried",
            "refused, cause named",
            "refused as damaged",
            "stopped by a limit or lock",
            "answered",
            "crashed",
            "longest",
            "memory",
            "files outside",
        ),
        [
            (
                row["kind"],
                row["formats"],
                f"{row['files']:,}",
                f"{row['refused']:,}",
                row["unnamed"],
                row["stopped"],
                f"{row['answered']:,}",
                row["crashed"],
                f"{row['longest_s']:.1f} s",
                f"{row['memory_mb']:,} MiB",
                row["written_outside"],
            )
            for row in rows
        ],
    )


def flood(rows: Rows) -> str:
    """Eighty sign-ins at once."""
    return measured(
        (
            "from",
            "posts",
            "passwords looked at",
            "turned away before",
            "let in",
            "all answered",
            "memory",
            "new events",
        ),
        [
            (
                row["what"],
                row["posts"],
                row["looked_at"],
                row["turned_away"],
                row["let_in"],
                f"{row['seconds']:.1f} s",
                f"+{row['memory_mb']:.0f} MiB",
                row["events"],
            )
            for row in rows
        ],
    )
