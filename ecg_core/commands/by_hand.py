"""What can be set by hand on the command line, as in the app: `--layout --speed --gain --lead`."""

from __future__ import annotations

import argparse

from ecg_core.page.correction import (
    GAINS_MM_PER_MV,
    SINGLE_LEADS,
    SPEEDS_MM_PER_S,
    Correction,
)
from ecg_core.page.layouts import DEFAULT_LAYOUT, LAYOUTS, SCANNED, STRIP
from ecg_core.page.orders import ONE_LEAD, is_known
from ecg_core.read_as import ReadAs


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to a command that reads ECGs."""
    parser.add_argument(
        "--layout",
        type=_layout,
        metavar="LAYOUT",
        help=f"layout of a scan ({', '.join((*SCANNED, STRIP))}, or as a question offers it); "
        f"of records, to be drawn in one of {', '.join(LAYOUTS)}",
    )
    parser.add_argument("--speed", type=float, choices=SPEEDS_MM_PER_S, help="of a scan, mm/s")
    parser.add_argument("--gain", type=float, choices=GAINS_MM_PER_MV, help="of a scan, mm/mV")
    for option, what in (("--lead", "a strip"), ("--rhythm", "the rhythm strips of a scan")):
        parser.add_argument(
            option,
            type=_leads,
            metavar="LEAD[,LEAD]",
            help=f"what the rows of {what} show, top to bottom",
        )


def read_as(arguments: argparse.Namespace) -> ReadAs:
    """How ECGs are to be read by what was set."""
    layout = arguments.layout
    return ReadAs(
        record_layout=layout if layout in LAYOUTS else DEFAULT_LAYOUT,
        scan_layout=layout,
        correction=Correction(
            speed_mm_per_s=arguments.speed,
            gain_mm_per_mv=arguments.gain,
            leads=arguments.lead or arguments.rhythm,
        ),
    )


def _layout(text: str) -> str:
    if not (text in (STRIP, ONE_LEAD) or is_known(text)):
        raise argparse.ArgumentTypeError(
            f"layouts are {', '.join((*SCANNED, STRIP))} and their kin, not {text}"
        )
    return text


def _leads(text: str) -> tuple[str, ...]:
    found = tuple(lead.strip() for lead in text.split(","))
    if unknown := [lead for lead in found if lead not in SINGLE_LEADS]:
        raise argparse.ArgumentTypeError(
            f"leads are {', '.join(SINGLE_LEADS)}, not {', '.join(unknown)}"
        )
    return found
