"""What a method of attention is."""

from __future__ import annotations

from dataclasses import dataclass

from pytorch_grad_cam.base_cam import BaseCAM


@dataclass(frozen=True)
class AttentionMethod:
    """A class activation map, computed in one pass over the page as it is.

    key: as on the command line and in stored cases. name: as a reader knows it. about: what it
    weighs, in one sentence. cam: the implementation. Its smoothing by augmentation mirrors the
    input, which would run time backwards: it is never used.
    """

    key: str
    name: str
    about: str
    source: str
    cam: type[BaseCAM]
