"""The rows of the two tables, the most telling first: what runs first is there if time ends."""

from __future__ import annotations

from dataclasses import replace

from ecg_core.studies.baselines import heavy, hybrid, mobile, ours, signal, two_stage

BASELINES = (
    ours.method,
    hybrid.method,
    replace(ours.method, key="ours-65", words="Ours, 65 % of the time", share=0.65),
    replace(
        ours.method,
        key="ours-bf16-65",
        words="Ours, trained in bf16, 65 % of the time",
        share=0.65,
        bf16=True,
    ),
    two_stage.method,
    mobile.imagenet,
    signal.method,
    heavy.method,
    mobile.random,
)
ABLATIONS = (ours.method, *ours.ABLATIONS)
