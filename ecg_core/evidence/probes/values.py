"""What a probe of labels found, as a plain value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Probe:
    """How well a small classifier tells the class from what is no ECG, grouped cross-validation.

    accuracy, balanced_accuracy: value and 95 % interval by group. majority: accuracy of always
    saying the commonest class. chance: balanced accuracy of knowing nothing.
    """

    name: str
    n: int
    accuracy: tuple[float, float, float]
    balanced_accuracy: tuple[float, float, float]
    majority: float
    chance: float

    @property
    def leaks(self) -> bool:
        """Whether the interval of the balanced accuracy lies above chance."""
        return self.balanced_accuracy[1] > self.chance
