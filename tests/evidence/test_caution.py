"""What is said against a method of attention comes from the rows, and only where they tell it."""

from __future__ import annotations

from ecg_core import network
from ecg_core.evidence.attention import rows
from ecg_core.evidence.attention.caution import caution
from ecg_core.evidence.attention.rows import OTHER, AttentionRow
from ecg_core.network.attention import DEFAULT_METHOD, METHODS
from ecg_core.network.registry import card_of
from ecg_core.network.values import METHOD_NAMES


def row(test: str, part: str, map_: str, ecg: int, value: float) -> AttentionRow:
    return AttentionRow(test, map_, part, "MI", ecg, ecg, value, "fold 9", True, 0.33, "m", "0")


def planted(part: str, **first: int) -> list[AttentionRow]:
    """Of forty ECGs, with how many each method ranked a planted lead first."""
    return [
        row("planted", part, method, ecg, float(ecg < count))
        for method, count in first.items()
        for ecg in range(40)
    ]


def likeness(**values: float) -> list[AttentionRow]:
    return [
        row("randomised", "heads", method, ecg, value + 0.01 * (ecg % 3 - 1))
        for method, value in values.items()
        for ecg in range(40)
    ]


def test_a_method_that_another_one_beats_is_said_to_with_both_figures() -> None:
    known = planted("lateral", gradcam=20, hirescam=36) + planted(
        "inferior", gradcam=36, hirescam=35
    )
    told = caution(known, "gradcam")
    assert "lateral 50% (HiResCAM 90%)" in told and "inferior" not in told
    assert told.endswith("PTB-XL fold 9.")
    assert caution(known, "hirescam") == ""


def test_a_map_that_stays_without_the_classes_is_named() -> None:
    known = likeness(gradcam=0.1, hirescam=0.3, **{"gradcam++": 0.8})
    known += [row("planted", "lateral", OTHER, ecg, 1.0) for ecg in range(40)]
    told = caution(known, "gradcam++")
    assert "stays alike (0.80; Grad-CAM 0.10)" in told
    assert caution(known, "gradcam") == "" and caution(known, "hirescam") == ""


def test_a_map_whose_places_count_less_is_named_with_the_best() -> None:
    known = [
        row("deletion", "", method, ecg, value + 0.02 * (ecg % 3))
        for method, value in (("gradcam", 0.6), ("hirescam", 0.4), ("hirescam-fine", 0.3))
        for ecg in range(40)
    ] + [row("deletion", "", OTHER, ecg, 0.1) for ecg in range(40)]
    told = caution(known, "gradcam")
    assert "leaves more of the probability, 62% on average (HiResCAM, fine 32%)" in told
    assert caution(known, "hirescam-fine") == ""
    # Of "HiResCAM" 0.1 more is left; of a map that leaves 0.04 more nothing is said.
    close = [row("deletion", "", "gradcam++", ecg, 0.34 + 0.02 * (ecg % 3)) for ecg in range(40)]
    assert "HiResCAM, fine 32%" in caution(known + close, "hirescam")
    assert caution(known + close, "gradcam++") == ""
    # What lies no further apart than the ECGs do is not held against a method.
    noise = [
        row("deletion", "", method, ecg, 0.5 + 0.3 * (-1) ** (ecg + turn))
        for turn, method in enumerate(("gradcam", "hirescam"))
        for ecg in range(40)
    ]
    assert caution(noise, "gradcam") == "" and caution(noise, "hirescam") == ""


def test_without_evidence_nothing_is_said() -> None:
    assert caution((), "gradcam") == ""


def test_nothing_is_held_against_the_shipped_default() -> None:
    card = card_of(network.default_model())
    shipped = rows.load(card.name, card.weights_sha256)
    assert shipped and caution(shipped, DEFAULT_METHOD) == ""


def test_what_the_shipped_evidence_holds_against_grad_cam() -> None:
    card = card_of(network.default_model())
    shipped = rows.load(card.name, card.weights_sha256)
    planted_lateral = {
        figure.map: figure.mean.value
        for figure in rows.figures(shipped)
        if (figure.test, figure.part) == ("planted", "lateral")
    }
    told = caution(shipped, "gradcam")
    assert f"lateral {planted_lateral['gradcam']:.0%}" in told
    assert f"HiResCAM, fine {planted_lateral['hirescam-fine']:.0%}" in told


def test_names_are_those_of_the_methods() -> None:
    assert {key: method.name for key, method in METHODS.items()} == METHOD_NAMES
