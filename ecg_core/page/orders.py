"""In which order printers put leads on a sheet: a table of arrangements, filled from lead lists.

An arrangement says how many rows and columns a block has and which way it is filled; the block
may stand above rows that show one lead all along. A new printer is a row here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS

CABRERA = ("aVL", "I", "-aVR", "II", "aVF", "III")
CABRERA_PLAIN = ("aVL", "I", "aVR", "II", "aVF", "III")
RIGHT = ("V1R", "V2R", "V3R", "V4R", "V5R", "V6R")
RIGHT_FROM_3 = ("V1", "V2", "V3R", "V4R", "V5R", "V6R")
POSTERIOR = ("V1", "V2", "V3", "V7", "V8", "V9")


AS_PRINTED = " as printed"
"""What is added to the name of an arrangement whose leads were named by print alone."""

ONE_LEAD = "one lead"
"""Rows of one lead that follow one another."""


@dataclass(frozen=True)
class LeadList:
    """Leads in a printed order; rarity is what it costs against the usual one (natural log)."""

    name: str
    leads: tuple[str, ...]
    rarity: float


LISTS: tuple[LeadList, ...] = (
    LeadList("", (*LIMB_LEADS, *CHEST_LEADS), 0.0),
    LeadList("Cabrera", (*CABRERA, *CHEST_LEADS), 3.0),
    LeadList("Cabrera, aVR", (*CABRERA_PLAIN, *CHEST_LEADS), 4.5),
    LeadList("right", (*LIMB_LEADS, *RIGHT), 5.0),
    LeadList("right from V3", (*LIMB_LEADS, *RIGHT_FROM_3), 5.0),
    LeadList("posterior", (*LIMB_LEADS, *POSTERIOR), 5.0),
    LeadList("limb", LIMB_LEADS, 2.0),
    LeadList("limb Cabrera", CABRERA, 4.0),
    LeadList("limb Cabrera, aVR", CABRERA_PLAIN, 5.0),
    LeadList("chest", CHEST_LEADS, 3.0),
    LeadList("15", (*LIMB_LEADS, *CHEST_LEADS, "V7", "V8", "V9"), 4.0),
    LeadList("15 right", (*LIMB_LEADS, *CHEST_LEADS, "V3R", "V4R", "V7"), 4.0),
)


@dataclass(frozen=True)
class Block:
    """Rows and columns of a block, which way it is filled, and how many rows may stand below."""

    rows: int
    columns: int
    by_rows: bool
    most_below: int
    rarity: float


BLOCKS: tuple[Block, ...] = (
    Block(3, 4, False, 3, 0.0),
    Block(6, 2, False, 2, 0.5),
    Block(12, 1, False, 1, 0.5),
    Block(4, 3, False, 1, 4.0),
    Block(3, 4, True, 3, 4.0),
    Block(4, 3, True, 1, 4.5),
    # Two rows are mostly what is left of three: more names must be read to prove them.
    Block(2, 6, False, 1, 8.0),
    Block(2, 6, True, 1, 8.0),
    Block(6, 2, True, 1, 5.0),
    Block(6, 1, False, 1, 0.0),
    Block(3, 2, False, 1, 2.5),
    Block(2, 3, True, 1, 3.5),
    Block(3, 5, False, 2, 1.0),
)


@dataclass(frozen=True)
class Order:
    """Leads of a block, row by row, and how rare the arrangement is (natural log)."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    rarity: float

    def named(self, below: int) -> str:
        """Name of the layout with so many rows of one lead below the block.

        >>> Order("3x4 Cabrera", (), 0.0).named(1)
        '3x4+1R Cabrera'
        """
        size, *words = self.name.split(" ", 1)
        return " ".join([f"{size}+{below}R" if below else size, *words])

    @property
    def columns(self) -> int:
        """Leads in a row."""
        return len(self.rows[0])


@lru_cache(maxsize=1)
def orders() -> tuple[tuple[Order, int], ...]:
    """Every arrangement, and how many rows of one lead may stand below it."""
    found = []
    for block in BLOCKS:
        size = block.rows * block.columns
        for leads in LISTS:
            if len(leads.leads) != size:
                continue
            at = _by_rows if block.by_rows else _by_columns
            rows = tuple(
                tuple(leads.leads[at(block, r, c)] for c in range(block.columns))
                for r in range(block.rows)
            )
            name = f"{block.rows}x{block.columns}"
            words = " by rows" if block.by_rows else ""
            words += f" {leads.name}" if leads.name else ""
            found.append((Order(name + words, rows, block.rarity + leads.rarity), block.most_below))
    return tuple(found)


def _by_rows(block: Block, row: int, column: int) -> int:
    return row * block.columns + column


def _by_columns(block: Block, row: int, column: int) -> int:
    return column * block.rows + row


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """Names of all arrangements, with and without rows of one lead below them."""
    return frozenset(order.named(below) for order, most in orders() for below in range(most + 1))


def is_known(name: str) -> bool:
    """Whether a scan's layout is one of the table, leads named as printed included."""
    return name.removesuffix(AS_PRINTED) in names()
