"""One made-up ECG goes the whole way, so that the first real one does not wait.

What is imported and set up when it is first asked for takes longer than any ECG.
"""

from __future__ import annotations

from importlib import import_module

import numpy as np

from ecg_core.answer import Answer, answer
from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.who_answers import Models
from ecg_core.signal.synthetic.beat_model import Heart, synthesise


def made_up() -> EcgRecord:
    """Ten seconds of a healthy heart in twelve leads."""
    made, leads = synthesise(Heart()), STANDARD_LEADS
    mv = made.signals_mv.astype(np.float32)
    return EcgRecord("made up", "0" * 64, mv, leads, leads, made.fs_hz, 10.0)


def rehearse(models: Models) -> None:
    """Answer it, with all that rests on the answer. Raises what answering a real ECG would."""
    # What reads pictures, of which the made-up one is none.
    import_module("ecg_core.page.joined")
    said = answer(made_up(), models)
    if isinstance(said, Answer):
        _ = said.draft, said.attention()
