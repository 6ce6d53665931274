"""From page to prediction: one forward pass, calibration, and an honest way out."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from safetensors.numpy import load

from ecg_core.network.card import ModelCard, Output
from ecg_core.network.inference import FeatureMap, InkNetwork, Logits, sigmoid
from ecg_core.network.statements import TRIAGE_CLASSES, Reads
from ecg_core.network.values import Finding, ModelIdentity, Prediction, Reason
from ecg_core.page.arrange import arrange
from ecg_core.page.doubts import as_filed, plausible
from ecg_core.page.orders import is_known
from ecg_core.page.values import PREPROCESSING_VERSION, SAME_FROM_RECORDS, EcgPage

if TYPE_CHECKING:
    from ecg_core.network.architecture import PageNetwork

LEAST_LEADS = 9
"""Of twelve; with fewer the model abstains."""
AT_ONCE = 8
"""Pages of a stack that go through the network together: more only take more memory."""
WHITENING = "strangeness.components"
CENTRE = "strangeness.centre"


class ModelError(Exception):
    """A model folder that must not be used: weights and card do not belong together."""


class Classifier:
    """A released model, ready to read pages. Weights never change after loading."""

    def __init__(self, folder: Path) -> None:
        """Load and verify. Raises ModelError naming what does not match."""
        self.folder = folder
        self.card = ModelCard.read(folder / "card.json")
        weights = folder / "weights.safetensors"
        held = weights.read_bytes()
        digest = hashlib.sha256(held).hexdigest()
        if digest != self.card.weights_sha256:
            raise ModelError(
                f"{weights}: SHA-256 is {digest}, the card says {self.card.weights_sha256}"
            )
        if self.card.preprocessing_version not in SAME_FROM_RECORDS:
            raise ModelError(
                f"{folder.name} reads pages of {self.card.preprocessing_version}, "
                f"this version draws {PREPROCESSING_VERSION}"
            )
        self.tensors = load(held)
        self._whitening, self._centre = self.tensors.pop(WHITENING), self.tensors.pop(CENTRE)
        self.asked = InkNetwork(self.tensors, self.card.architecture)
        self.lock = Lock()

    @cached_property
    def network(self) -> PageNetwork:
        """The network in PyTorch, whose import takes seconds: for studies, and for the methods of
        attention that are a library's. Whoever hooks into it holds `lock`."""
        import torch

        from ecg_core.network.architecture import PageNetwork

        # Whoever asks first may be in inference mode; others look for gradients later.
        with torch.inference_mode(False):
            network = PageNetwork(self.card.architecture)
            network.load_state_dict({name: torch.tensor(one) for name, one in self.tensors.items()})
            network.eval().requires_grad_(False)
            return network.to(memory_format=torch.channels_last)

    @property
    def identity(self) -> ModelIdentity:
        """Which model this is, to the byte."""
        return ModelIdentity(
            self.card.name,
            self.card.version,
            self.card.weights_sha256,
            PREPROCESSING_VERSION,
        )

    def predict(self, page: EcgPage, every_statement: bool = False) -> Prediction:
        """Read one page. The page may have any height; its width is that of ten seconds.

        every_statement: also those that the card does not show to readers, for an evaluation.
        """
        started = time.perf_counter()
        outputs, pooled = self.asked.answer(as_input(self.read_ink(page)[None]))
        strangeness = self.strangeness(pooled)
        triage = self.triage_probabilities(outputs.triage)[0]
        return Prediction(
            triage=tuple(float(p) for p in triage),
            superclasses=_findings(outputs.superclasses[0], self.card.superclasses),
            findings=tuple(
                finding
                for finding, output in zip(
                    _findings(outputs.statements[0], self.card.statements),
                    self.card.statements,
                    strict=True,
                )
                if output.shown or every_statement
            ),
            reasons=self.doubts(page, float(strangeness[0])),
            model=self.identity,
            acute_threshold=self.card.triage.acute_threshold,
            acute_right=self.card.triage.acute_right,
            acute_missed=self.card.triage.acute_missed,
            page_sha256=page.sha256,
            reads=self.card.reads,
            elapsed_ms=(time.perf_counter() - started) * 1e3,
        )

    def maps(
        self, ink: np.ndarray, head: str, index: int, blocks: Sequence[int]
    ) -> list[FeatureMap]:
        """What the features after some blocks do for one logit of a page (uint8, H×W)."""
        return self.asked.maps(as_input(ink), head, index, blocks)

    def read_ink(self, page: EcgPage) -> np.ndarray:
        """The ink this network reads (uint8): arranged as the default page, or as it lies."""
        return arrange(page.ink, page.boxes) if self.card.arranged else page.ink

    def triage_probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Calibrated softmax, B×4; classes that the model does not tell apart have zero."""
        offsets = np.array(self.card.triage.offsets, np.float32)
        scaled = logits / np.float32(self.card.triage.temperature) + offsets
        raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        probabilities = np.zeros((len(logits), len(TRIAGE_CLASSES)), np.float32)
        told = [TRIAGE_CLASSES.index(c) for c in self.card.triage_classes]
        probabilities[:, told] = raised / raised.sum(axis=1, keepdims=True)
        return probabilities

    def strangeness(self, pooled: np.ndarray) -> np.ndarray:
        """Distance of pooled features (B×F) from the training pages; about 1 for those."""
        whitened = (pooled - self._centre) @ self._whitening
        return np.asarray(np.sqrt(np.square(whitened).mean(axis=1)))

    def doubts(self, page: EcgPage, strangeness: float) -> tuple[Reason, ...]:
        """Why this page should not be left to the machine; empty when it may be."""
        limits, doubts = self.card.limits, []
        strip = self.card.reads is Reads.STRIP
        # Arranged pages look the same whatever layout they were printed in.
        any_layout = self.card.arranged and not strip
        known = is_known(page.layout) if any_layout else page.layout in self.card.layouts
        if not known:
            wanted = "rhythm strips of one to three leads" if strip else "twelve-lead pages"
            doubts.append(
                Reason(
                    "layout", f"The model reads {wanted}; this one is laid out as {page.layout}."
                )
            )
        leads = {box.lead for box in page.boxes} - set(page.missing_leads)
        if not strip and len(leads) < LEAST_LEADS:
            doubts.append(Reason("leads", f"Only {len(leads)} of twelve leads are on the page."))
        # Strips and columns shorter than usual leave the rest of the page blank.
        ink = float(self.read_ink(page).mean() / page.shown.mean()) / 255
        if not limits.ink_low <= ink <= limits.ink_high:
            doubts.append(
                Reason(
                    "ink",
                    f"{ink:.1%} of the page is ink; ECG pages have between "
                    f"{limits.ink_low:.1%} and {limits.ink_high:.1%}.",
                )
            )
        if strangeness > limits.strangeness:
            doubts.append(
                Reason(
                    "strange",
                    "The page looks unlike the pages the model was trained on "
                    f"({strangeness:.1f}, limit {limits.strangeness:.1f}).",
                )
            )
        codes = (*plausible.CODES, *as_filed.ABSTAINS)
        told = (remark for remark in page.remarks if remark.code in codes)
        doubts.extend(Reason(remark.code, f"{remark.text} {remark.hint}") for remark in told)
        return tuple(doubts)


def as_input(ink: np.ndarray) -> np.ndarray:
    """Pages of ink (uint8, N×H×W) as networks read them: 0 paper to 1 ink."""
    return ink.astype(np.float32) / 255


def calibrated(logits: np.ndarray, outputs: tuple[Output, ...]) -> np.ndarray:
    """Calibrated probabilities of sigmoid heads, B×K (Platt scaling per output)."""
    slope = np.array([output.slope for output in outputs], np.float32)
    offset = np.array([output.offset for output in outputs], np.float32)
    return sigmoid(logits * slope + offset)


def _findings(logits: np.ndarray, outputs: tuple[Output, ...]) -> tuple[Finding, ...]:
    probabilities = calibrated(logits[None], outputs)[0]
    return tuple(
        Finding(output.code, output.name, float(probability), output.threshold)
        for output, probability in zip(outputs, probabilities, strict=True)
    )


def answer_all(classifier: Classifier, ink: np.ndarray) -> tuple[Logits, np.ndarray]:
    """Logits and strangeness for a stack of pages of one size (uint8, N×H×W)."""
    logits, strange = [], []
    for start in range(0, len(ink), AT_ONCE):
        outputs, pooled = classifier.asked.answer(as_input(ink[start : start + AT_ONCE]))
        logits.append(outputs)
        strange.append(classifier.strangeness(pooled))
    heads = (np.concatenate(parts) for parts in zip(*logits, strict=True))
    return Logits(*heads), np.concatenate(strange)
