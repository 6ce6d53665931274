"""Published systems that read ECGs as pictures or set the mark, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Nearest(StrEnum):
    """Which of our own tests comes nearest to a published one."""

    AS_PUBLISHED = "four-class set, as published"
    PTBXL = "PTB-XL fold 10"
    NONE = "none"


class Known(StrEnum):
    """Where a quoted figure was read."""

    ABSTRACT = "abstract of the paper"
    CITED = "cited elsewhere"
    DATA = "the benchmark's own paper"


@dataclass(frozen=True)
class PublishedSystem:
    """One published result.

    claim: the figure as published. protocol: what is known of the data and how they were divided.
    known: where the figure was read; `CITED` is second-hand. source: DOI or preprint, "" where we
    have none. nearest: our test to compare with. caution: what the comparison does not say.
    """

    name: str
    year: int
    claim: str
    protocol: str
    known: Known
    source: str
    nearest: Nearest
    caution: str = ""

    @property
    def second_hand(self) -> bool:
        """Whether the figure was not read in the paper itself."""
        return self.known is Known.CITED


NOT_READ = "Paper not read; data and split not known to us."
PAGES = "Whether the four-class page set was used is not known to us."

SYSTEMS: tuple[PublishedSystem, ...] = (
    PublishedSystem(
        "Srinivasulu, CNN", 2024, "accuracy 93.8 %", NOT_READ, Known.CITED, "",
        Nearest.AS_PUBLISHED, PAGES,
    ),
    PublishedSystem(
        "Ananthi, CNN", 2024, "accuracy 94.2 %", NOT_READ, Known.CITED, "",
        Nearest.AS_PUBLISHED, PAGES,
    ),
    PublishedSystem(
        "MobileNetV2 and VGG16, fine-tuned", 2022, "accuracy 95 %",
        "The four-class page set: 928 files, 741 to train and 187 to test. The set's 239 files "
        "of infarction are 30 pages, so nearly every such test page was trained on.",
        Known.CITED, "Reference 37 of https://doi.org/10.3390/diagnostics15121501",
        Nearest.AS_PUBLISHED,
    ),
    PublishedSystem(
        "Begum, one-stage network", 2024, "accuracy 95.6 %", NOT_READ, Known.CITED, "",
        Nearest.AS_PUBLISHED, PAGES,
    ),
    PublishedSystem(
        "Tabassum, hybrid", 2025, "accuracy 96.1 %", NOT_READ, Known.CITED, "",
        Nearest.AS_PUBLISHED, PAGES,
    ),
    PublishedSystem(
        "Alsayat, ensemble", 2025, "accuracy 97.3 %",
        "ECG images of four classes, which its abstract names; eight networks pre-trained on "
        "ImageNet, cross-validated (abstract). Whether copies were removed is not said there.",
        Known.CITED, "https://doi.org/10.1186/s40537-025-01070-4",
        Nearest.AS_PUBLISHED,
    ),
    PublishedSystem(
        "Alghieth, DeepECG-Net", 2025, "accuracy 98.2 %",
        "Recordings, not pages: anomalies in signals, convolution and transformer (abstract).",
        Known.ABSTRACT, "https://doi.org/10.1038/s41598-025-07781-1",
        Nearest.NONE, "Another task: nothing of ours compares.",
    ),
    PublishedSystem(
        "Nam, VizECGNet", 2024, "accuracy 96.5 %",
        "Printed ECGs drawn from a large multi-label twelve-lead set, a signal network as teacher; "
        "the abstract reports precision, recall and F1 relative to signal models, no accuracy.",
        Known.CITED, "https://arxiv.org/abs/2408.02888",
        Nearest.PTBXL, "Other data and labels; accuracy over many rare labels is high by itself.",
    ),
    PublishedSystem(
        "Ding", 2024, "AUC above 0.98",
        "No such AUC stands in the abstracts that we found under this name, which are on another "
        "task.",
        Known.CITED, "",
        Nearest.NONE, "Another task: nothing of ours compares.",
    ),
    PublishedSystem(
        "Sangha et al., network on ECG images", 2022,
        "mean AUC 0.99 on its own test set, 0.97 on PTB-XL",
        "2.2 million ECGs of Brazil to train; six labels of rhythm and conduction, without "
        "infarction; PTB-XL as external test (abstract).",
        Known.ABSTRACT, "https://doi.org/10.1038/s41467-022-29153-3",
        Nearest.PTBXL, "Six plainer labels; ours are the five superclasses.",
    ),
    PublishedSystem(
        "Wang et al., winner of the British Heart Foundation challenge", 2025,
        "AUC 0.968 on the private test set",
        "Paper-like ECG images in five categories, ConvNeXt, hidden test set (abstract).",
        Known.ABSTRACT, "https://arxiv.org/abs/2507.21968",
        Nearest.PTBXL, "Other data; a far larger network.",
    ),
    PublishedSystem(
        "PTB-XL benchmark, best signal models", 2021, "superclass macro-AUC 0.925 to 0.930",
        "PTB-XL, official folds: 1 to 8 train, 9 chooses, 10 reports; signals, not pages.",
        Known.DATA, "https://doi.org/10.1109/JBHI.2020.3022989",
        Nearest.PTBXL, "The same test recordings and labels: directly comparable.",
    ),
    PublishedSystem(
        "Al-Masud et al., benchmark of signal models: S4, supervised", 2026,
        "superclass macro-AUC 0.932",
        "PTB-XL's five superclasses from signals, trained on its training folds alone.",
        Known.CITED, "https://arxiv.org/abs/2509.25095",
        Nearest.PTBXL, "Signals, not pages; the mark for learning on PTB-XL alone.",
    ),
    PublishedSystem(
        "Al-Masud et al., benchmark of signal models: ECG-CPC", 2026,
        "superclass macro-AUC 0.934",
        "As above; pre-trained on ten million ECGs, 3.8 million parameters.",
        Known.CITED, "https://arxiv.org/abs/2509.25095",
        Nearest.PTBXL, "Signals, not pages; learned beforehand on other ECGs as well.",
    ),
    PublishedSystem(
        "Al-Masud et al., benchmark of signal models: ECGFounder", 2026,
        "superclass macro-AUC 0.935",
        "As above; pre-trained on over ten million ECGs with their diagnoses.",
        Known.CITED, "https://arxiv.org/abs/2509.25095",
        Nearest.PTBXL, "Signals, not pages; learned beforehand on other ECGs as well.",
    ),
    PublishedSystem(
        "Pham et al., ECG-Scan, network on ECG images", 2026,
        "macro-AUC: superclasses 0.909, sub-classes 0.853, form 0.841, rhythm 0.933",
        "ECG images, pre-trained against signals and texts of other ECGs; PTB-XL's five "
        "superclasses. How its pages were drawn is not known to us.",
        Known.CITED, "https://arxiv.org/abs/2604.01526",
        Nearest.PTBXL, "The same labels; the nearest published result from pictures. Of form it "
        "is ahead of ours, of the rest behind (six tasks, BENCHMARKS.md).",
    ),
    PublishedSystem(
        "Nolin-Lapalme et al., DeepECG-SL and DeepECG-SSL", 2025,
        "AUC 0.980 and 0.981 on four public sets",
        "Signals of over a million ECGs of one hospital, 77 conditions read from reports "
        "(abstract).",
        Known.ABSTRACT, "https://www.broadinstitute.org/publications/broad1362301",
        Nearest.PTBXL, "Signals; other labels, most of them rare: not comparable.",
    ),
    PublishedSystem(
        "Digitization of ECG images, public competition, 2025 to 2026", 2026,
        "signal-to-noise ratio, not quoted here",
        "Scans and photographs of printed ECGs turned into signals; nothing is diagnosed.",
        Known.CITED, "https://www.kaggle.com/competitions/physionet-ecg-image-digitization",
        Nearest.NONE, "Recovered waveforms; ours are measured in BENCHMARKS.md, on other pages.",
    ),
    PublishedSystem(
        "PhysioNet Challenge 2024, classification winners", 2024,
        "macro-F, not quoted here",
        "Scans and photographs of printed PTB-XL ECGs, hidden test set, models retrained by the "
        "organisers.",
        Known.CITED, "https://moody-challenge.physionet.org/2024/results",
        Nearest.NONE, "The hidden pages are not public; a macro-F at one threshold is not an AUC.",
    ),
)  # fmt: skip
"""By what they claim."""
