"""What may be said of a rhythm strip, and where each label comes from.

One row a statement. MIT-BIH marks every beat with a symbol and every change of rhythm with a name
(PhysioNet, WFDB annotation codes); PTB-XL gives SCP-ECG codes for ten seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StripStatement:
    """One statement on ten seconds of rhythm.

    beats: MIT-BIH symbols; `in_a_row` of them one after the other make the statement true.
    rhythms, least_share: MIT-BIH rhythms that make it true when they last this share of the strip.
    ptbxl: SCP codes that make it true; empty when PTB-XL does not tell.
    """

    code: str
    name: str
    beats: frozenset[str] = frozenset()
    in_a_row: int = 1
    rhythms: frozenset[str] = frozenset()
    least_share: float = 0.0
    ptbxl: frozenset[str] = frozenset()


STRIP_STATEMENTS: tuple[StripStatement, ...] = (
    StripStatement(
        "AF",
        "Atrial fibrillation or flutter",
        rhythms=frozenset({"AFIB", "AFL"}),
        least_share=0.5,
        ptbxl=frozenset({"AFIB", "AFLT"}),
    ),
    StripStatement(
        "PVC",
        "Ventricular premature complexes",
        beats=frozenset("VEF"),
        ptbxl=frozenset({"PVC"}),
    ),
    StripStatement(
        "VRUN",
        "Run of three or more ventricular beats",
        beats=frozenset("VE!"),
        in_a_row=3,
    ),
    StripStatement(
        "PAC",
        "Supraventricular premature complexes",
        beats=frozenset("AaJS"),
        ptbxl=frozenset({"PAC"}),
    ),
    StripStatement(
        "CLBBB", "Left bundle branch block", beats=frozenset("L"), ptbxl=frozenset({"CLBBB"})
    ),
    StripStatement(
        "CRBBB", "Right bundle branch block", beats=frozenset("R"), ptbxl=frozenset({"CRBBB"})
    ),
    StripStatement("PACE", "Paced rhythm", beats=frozenset("/f"), ptbxl=frozenset({"PACE"})),
)
"""In output order."""

NORMAL_BEATS = frozenset("N")
UNJUDGED_BEATS = frozenset("Q?")
"""Beats nobody could classify count neither way."""
NORMAL_RHYTHMS = frozenset({"N"})

PTBXL_ABNORMAL = frozenset(
    {
        *("AFIB", "AFLT", "PVC", "PAC", "BIGU", "TRIGU", "SVARR", "SVTAC", "PSVT"),
        *("PACE", "CLBBB", "CRBBB", "WPW", "2AVB", "3AVB"),
    }
)
"""SCP codes that MIT-BIH too would have marked as an abnormal beat or rhythm."""
PTBXL_UNCLEAR = frozenset(
    {"STACH", "SBRAD", "IRBBB", "ILBBB", "IVCD", "1AVB", "LPR", "ABQRS", "PRC(S)"}
)
"""SCP codes for which the two data sets draw the line elsewhere: left out of that label."""
