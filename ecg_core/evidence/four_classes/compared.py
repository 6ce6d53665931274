"""What is compared on the four-class pages: methods and protocols, as their names and rules.

How a method fits, and how a protocol divides, is a study's matter (`ecg_core.studies.crossval`);
whoever shows the figures needs no more than these rows.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ComparedMethod:
    """One method.

    print_needed: it looks at header or footer, which honest protocols remove. trivial: it knows
    nothing of ECGs, or nothing but the rate. parts: of the methods whose answers it is the mean
    of; such a method fits nothing itself.
    """

    name: str
    print_needed: bool = False
    trivial: bool = True
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Protocol:
    """One way of cross-validation.

    curated: only the files that curation keeps. grouped: no group is divided between training
    and testing. print_removed: methods that need header or footer are left out. answers: what the
    protocol's figures answer.
    """

    name: str
    curated: bool
    grouped: bool
    print_removed: bool
    answers: str

    def admits(self, method: ComparedMethod) -> bool:
        """Whether a method may see what it needs."""
        return not (self.print_removed and method.print_needed)


MAJORITY = "majority"
RATE = "heart rate alone"
HEADER = "header only"
WHOLE_PAGE = "thumbnail and random forest, whole page"
NEAREST = "nearest page"
TRACES = "thumbnail and random forest, traces"
SCRATCH = "page network, from scratch"
READ_OUT = "page network, PTB-XL features"
FINE_TUNED = "page network, fine-tuned from PTB-XL"
MEAN = "page network, mean of these two"
MATCHED = "page network and thumbnails, mean"
"""What published networks see: traces, header and footer. Only shows what copies are worth: of
several such means the one with the fewest errors as published was taken, after seeing them."""

METHODS: tuple[ComparedMethod, ...] = (
    ComparedMethod(MAJORITY),
    ComparedMethod(RATE),
    ComparedMethod(HEADER, print_needed=True),
    ComparedMethod(WHOLE_PAGE, print_needed=True),
    ComparedMethod(NEAREST, print_needed=True),
    ComparedMethod(TRACES),
    ComparedMethod(SCRATCH, trivial=False),
    ComparedMethod(READ_OUT, trivial=False),
    ComparedMethod(FINE_TUNED, trivial=False),
    ComparedMethod(MEAN, trivial=False, parts=(READ_OUT, FINE_TUNED)),
    ComparedMethod(MATCHED, print_needed=True, trivial=False, parts=(READ_OUT, TRACES, WHOLE_PAGE)),
)
"""The trivial baselines, then ours."""

PROTOCOLS: tuple[Protocol, ...] = (
    Protocol("as published", False, False, False, "random split over the files as distributed"),
    Protocol("copies removed", True, False, False, "random split over one copy of every page"),
    Protocol("honest", True, True, True, "one copy, grouped, header and footer removed"),
)
