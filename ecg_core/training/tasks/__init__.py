"""What can be trained and released, a file each: twelve-lead pages, rhythm strips.

A task says what the loop draws and learns, what a release is fitted on, and what evidence reports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from ecg_core.evidence.values import CaseSet
from ecg_core.network.architecture import PageNetwork
from ecg_core.network.classifier import Classifier
from ecg_core.training import config
from ecg_core.training.config import PageNetworkConfig, StripConfig, TwelveLeadConfig
from ecg_core.training.loop import Task
from ecg_core.training.release import Releasing
from ecg_core.training.tasks.strips import StripTask
from ecg_core.training.tasks.twelve_leads import TwelveLeadTask


class ReleasedTask(Task, Releasing, Protocol):
    """A task whose network is released."""

    @property
    def config(self) -> PageNetworkConfig:
        """How it is trained."""

    def network(self) -> PageNetwork:
        """The network as it begins."""

    def evidence(self, classifier: Classifier) -> Iterator[CaseSet]:
        """Its answers to the cases that report."""


TASKS: dict[type, Callable[..., ReleasedTask]] = {
    TwelveLeadConfig: TwelveLeadTask.from_folders,
    StripConfig: StripTask,
}
"""The task of each kind of configuration."""


def read(path: Path, data: Path, runs: Path) -> ReleasedTask:
    """The task that a configuration describes.

    data: folder holding the data sets. runs: where teachers are kept. Raises ValueError, TypeError
    or KeyError naming what is wrong with the configuration, FileNotFoundError without the data.
    """
    chosen = config.read(path)
    return TASKS[type(chosen)](chosen, data, runs)
