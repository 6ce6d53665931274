"""From page to prediction: one forward pass, calibration, and an honest way out."""

from __future__ import annotations

import hashlib
import threading
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor

from ecg_core.network.architecture import Outputs, PageNetwork
from ecg_core.network.card import ModelCard, Output
from ecg_core.network.statements import TRIAGE_CLASSES, Reads, Triage
from ecg_core.network.values import Finding, ModelIdentity, Prediction, Reason
from ecg_core.page.arrange import arrange
from ecg_core.page.doubts import as_filed
from ecg_core.page.doubts.limits import NO_HEARTBEAT
from ecg_core.page.orders import is_known
from ecg_core.page.values import PREPROCESSING_VERSION, SAME_FROM_RECORDS, EcgPage

LEAST_LEADS = 9
"""Of twelve; with fewer the model abstains."""
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
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        if digest != self.card.weights_sha256:
            raise ModelError(
                f"{weights}: SHA-256 is {digest}, the card says {self.card.weights_sha256}"
            )
        if self.card.preprocessing_version not in SAME_FROM_RECORDS:
            raise ModelError(
                f"{folder.name} reads pages of {self.card.preprocessing_version}, "
                f"this version draws {PREPROCESSING_VERSION}"
            )
        tensors = load_file(weights)
        self._whitening, self._centre = tensors.pop(WHITENING), tensors.pop(CENTRE)
        self.network = PageNetwork(self.card.architecture)
        self.network.load_state_dict(tensors)
        self.network.eval().requires_grad_(False)
        self.network.to(memory_format=torch.channels_last)
        self.lock = threading.Lock()

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
        with self.lock, torch.inference_mode():
            outputs, pooled = self.network.answer(self.network_input(page))
            strangeness = self.strangeness(pooled)
        triage = tuple(float(p) for p in self.triage_probabilities(outputs.triage)[0])
        like = self.card.triage.flags_like(triage[TRIAGE_CLASSES.index(Triage.ACUTE_MI)])
        return Prediction(
            triage=triage,
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
            acute_right=like.right / like.flags if like else self.card.triage.acute_right,
            acute_missed=self.card.triage.acute_missed,
            acute_flags=like.flags if like else None,
            page_sha256=page.sha256,
            reads=self.card.reads,
            elapsed_ms=(time.perf_counter() - started) * 1e3,
        )

    def network_input(self, page: EcgPage) -> Tensor:
        """The page as this network reads it: 1×1×H×W, 0 paper to 1 ink."""
        return as_input(self.read_ink(page))

    def read_ink(self, page: EcgPage) -> np.ndarray:
        """The ink this network reads (uint8): arranged as the default page, or as it lies."""
        return arrange(page.ink, page.boxes) if self.card.arranged else page.ink

    def triage_probabilities(self, logits: Tensor) -> Tensor:
        """Calibrated softmax, B×4; classes that the model does not tell apart have zero."""
        offsets = torch.tensor(self.card.triage.offsets)
        told = torch.softmax(logits / self.card.triage.temperature + offsets, dim=1)
        probabilities = told.new_zeros(len(told), len(TRIAGE_CLASSES))
        probabilities[:, [TRIAGE_CLASSES.index(c) for c in self.card.triage_classes]] = told
        return probabilities

    def strangeness(self, pooled: Tensor) -> Tensor:
        """Distance of pooled features (B×F) from the training pages; about 1 for those."""
        whitened = (pooled - self._centre) @ self._whitening
        return whitened.square().mean(dim=1).sqrt()

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
        codes = (*NO_HEARTBEAT, *as_filed.ABSTAINS)
        told = (remark for remark in page.remarks if remark.code in codes)
        doubts.extend(Reason(remark.code, f"{remark.text} {remark.hint}") for remark in told)
        return tuple(doubts)


def as_input(ink: np.ndarray) -> Tensor:
    """One page of ink (uint8, H×W) as the network reads it: 1×1×H×W, 0 paper to 1 ink."""
    scaled = torch.from_numpy(ink).to(torch.float32).div_(255)
    return scaled[None, None].contiguous(memory_format=torch.channels_last)


def calibrated(logits: Tensor, outputs: tuple[Output, ...]) -> Tensor:
    """Calibrated probabilities of sigmoid heads, B×K (Platt scaling per output)."""
    slope = torch.tensor([output.slope for output in outputs])
    offset = torch.tensor([output.offset for output in outputs])
    return torch.sigmoid(logits * slope + offset)


def _findings(logits: Tensor, outputs: tuple[Output, ...]) -> tuple[Finding, ...]:
    probabilities = calibrated(logits[None], outputs)[0]
    return tuple(
        Finding(output.code, output.name, float(probability), output.threshold)
        for output, probability in zip(outputs, probabilities, strict=True)
    )


def answer_all(classifier: Classifier, ink: np.ndarray) -> tuple[Outputs, Tensor]:
    """Logits and strangeness for a stack of pages of one size (uint8, N×H×W)."""
    logits, strange = [], []
    with torch.inference_mode():
        for start in range(0, len(ink), 64):
            pages = torch.from_numpy(ink[start : start + 64]).to(torch.float32).div_(255)
            outputs, pooled = classifier.network.answer(
                pages[:, None].contiguous(memory_format=torch.channels_last)
            )
            logits.append(outputs)
            strange.append(classifier.strangeness(pooled))
    return Outputs(*(torch.cat(heads) for heads in zip(*logits, strict=True))), torch.cat(strange)
