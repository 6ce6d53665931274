"""What a form of evidence file owes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard


@dataclass(frozen=True)
class Form:
    """One form of evidence file.

    below: folder beneath a model's evidence. cases: the set that columns and metadata make.
    columns, shared: the columns and the metadata of a set. named_by: parts of the file's name.
    order: key by which a model's sets are listed. least: cases with a statement from which it is
    shown.
    """

    below: str
    cases: Callable[[pd.DataFrame, Mapping[str, str], ModelCard], CaseSet]
    columns: Callable[[CaseSet], dict[str, np.ndarray]]
    shared: Callable[[CaseSet], dict[str, object]]
    named_by: Callable[[CaseSet], tuple[str, ...]]
    order: Callable[[CaseSet], tuple[bool, ...]]
    least: int
