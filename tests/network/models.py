"""A small model with random weights, released for tests: real files, real hashes."""

import hashlib
from pathlib import Path

import torch
from safetensors.torch import save_file

from ecg_core.network.architecture import Architecture, PageNetwork
from ecg_core.network.card import Limits, ModelCard, Output, Triaging
from ecg_core.network.classifier import CENTRE, WHITENING
from ecg_core.network.statements import STATEMENTS, SUPERCLASS_NAMES, Reads, triage_classes
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.page.layouts import LAYOUTS, STRIP
from ecg_core.page.values import PREPROCESSING_VERSION, PX_PER_MM

SHOWN = {"AFIB", "IMI"} | {"AF", "VRUN"}
"""Of a twelve-lead model, and of a strip's."""


def write_model(
    folder: Path,
    seed: int = 0,
    strangeness: float = 1e9,
    arranged: bool = False,
    cell_features: int = 0,
    reads: Reads = Reads.TWELVE_LEADS,
) -> Path:
    """Write weights.safetensors and card.json of an untrained network into `folder`."""
    torch.manual_seed(seed)
    strip = reads is Reads.STRIP
    statements = tuple(STRIP_STATEMENTS) if strip else tuple(STATEMENTS.values())
    supers = {} if strip else SUPERCLASS_NAMES
    shape = Architecture(
        len(statements),
        stem=8,
        widths=(8, 16),
        depths=(1, 1),
        cell_features=cell_features,
        superclasses=len(supers),
        triage=len(triage_classes(reads)),
    )
    network = PageNetwork(shape)
    features = 32
    tensors = {
        **network.state_dict(),
        WHITENING: torch.eye(features),
        CENTRE: torch.zeros(features),
    }
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / "weights.safetensors"
    save_file(tensors, weights)
    ModelCard(
        name=folder.name,
        version="0",
        summary="Random weights for tests.",
        weights_sha256=hashlib.sha256(weights.read_bytes()).hexdigest(),
        preprocessing_version=PREPROCESSING_VERSION,
        px_per_mm=PX_PER_MM,
        layouts=(STRIP,) if strip else tuple(LAYOUTS),
        architecture=shape,
        parameters=sum(p.numel() for p in network.parameters()),
        superclasses=tuple(
            Output(code, name, 1.0, 0.0, 0.5, False) for code, name in supers.items()
        ),
        statements=tuple(
            Output(s.code, s.name, 1.0, 0.0, 0.5, s.code in SHOWN) for s in statements
        ),
        triage=Triaging(1.0, (0.0,) * shape.triage, 1.0 if strip else 0.4),
        limits=Limits(0.0, 1.0, strangeness),
        calibrated_on="nothing",
        thresholds_rule="none",
        findings_rule="none",
        training_data="none",
        intended_use="tests",
        out_of_scope=("everything",),
        do_not_trust_when=("always",),
        arranged=arranged,
        reads=reads,
    ).write(folder / "card.json")
    return folder
