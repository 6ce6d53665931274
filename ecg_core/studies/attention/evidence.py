"""All tests of attention on one fold, as rows: the sample, the maps, and what each is asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from tqdm import tqdm

from ecg_core import network
from ecg_core.evidence.attention.rows import OTHER, RANDOM, AttentionRow
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.attention import METHODS
from ecg_core.network.classifier import Classifier, as_input
from ecg_core.network.explain import attend, boxes_read, heat_map, locate
from ecg_core.page.drawn.from_record import from_record
from ecg_core.studies.attention import perturbation, planted, randomisation, sampling, waves
from ecg_core.studies.attention.sampling import Asked
from ecg_core.training.data import ptbxl
from ecg_core.training.data.recordings import record_of

SEED = 0
TESTS = ("outside", "planted", "wave", "randomised", "agreement", "perturbed")
REFERENCE = "gradcam"
"""The method whose map of another ECG is held against all; random maps come with it."""
TRAINED_APART = "resatt-2pxmm-ptbxl"
"""The released model that shares nothing with the later ones but the recordings: another start,
another network, pages as they lie. 3.0 was begun from 2.0 and holds half of its weights."""
RANDOM_NETWORKS = 5
"""Networks with other random weights, in turn."""


class Evidence:
    """The tests of one model on one fold; each yields its rows as it goes."""

    def __init__(
        self,
        classifier: Classifier,
        data: ptbxl.PtbXl,
        fold: int,
        limit: int,
        methods: Sequence[str] = tuple(METHODS),
    ) -> None:
        """limit: about so many ECGs, and half as many planted pages a territory or wave."""
        self.classifier, self.data, self.fold, self.limit = classifier, data, fold, limit
        self.methods = tuple(methods)

    def rows(self, only: str = "") -> Iterator[AttentionRow]:
        """Every test, one after another, or one of `TESTS` alone."""
        tests = (only,) if only else TESTS
        asked: list[Asked] = []
        if not set(tests) <= {"planted", "wave"}:
            asked = sampling.true_positives(self.classifier, self.data, self.fold, self.limit)
        how = {
            "outside": lambda: self.outside(asked),
            "planted": self.planted_pages,
            "wave": self.planted_waves,
            "randomised": lambda: self.randomised(asked),
            "agreement": lambda: self.agreement(asked),
            "perturbed": lambda: self.perturbed(asked),
        }
        for test in tests:
            yield from how[test]()

    def outside(self, asked: list[Asked]) -> Iterator[AttentionRow]:
        """Share of each method's attention outside the leads."""
        for one in tqdm(asked, "outside", mininterval=5):
            for method in self.methods:
                attention = attend(self.classifier, one.page, one.target, method)
                yield self._row("outside", method, "", one, attention.outside)

    def agreement(self, asked: list[Asked]) -> Iterator[AttentionRow]:
        """Likeness of each method's map to that of a model trained apart, of the same ECG and of
        another of its class; nothing for that model itself."""
        if self.classifier.card.name == TRAINED_APART:
            return
        apart = network.load(TRAINED_APART)
        for method in self.methods:
            theirs = [_heat(apart, one, method) for one in asked]
            for index, one in enumerate(tqdm(asked, f"agreement {method}", mininterval=5)):
                own = self._heat(one, method)
                for test, place in (("agreement", index), ("strangers", _next(asked, index))):
                    likeness = randomisation.likeness(own, theirs[place])
                    yield self._row(test, method, "", one, likeness)

    def perturbed(self, asked: list[Asked]) -> Iterator[AttentionRow]:
        """Deletion, insertion and ROAD for each method, a random map and another ECG's map."""
        rng = np.random.default_rng(SEED)
        maps = [{method: self._heat(one, method) for method in self.methods} for one in asked]
        for index, one in enumerate(tqdm(asked, "perturbation", mininterval=5)):
            other = _next(asked, index)
            compared = dict(maps[index])
            if REFERENCE in self.methods:
                compared[OTHER] = maps[other][REFERENCE]
                compared[RANDOM] = perturbation.random_map(one.ink.shape, rng)
            for name, heat in compared.items():
                deleted, inserted = perturbation.deletion_and_insertion(
                    self.classifier, one, heat, rng
                )
                yield self._row("deletion", name, "", one, deleted)
                yield self._row("insertion", name, "", one, inserted)
                filled = perturbation.road(self.classifier, one, heat, rng)
                yield self._row("road", name, "", one, filled)

    def randomised(self, asked: list[Asked]) -> Iterator[AttentionRow]:
        """Likeness of each method's map to that of a network that has forgotten."""
        for part in randomisation.PARTS:
            networks = [
                randomisation.randomised(self.classifier.network, part, SEED + i)
                for i in range(RANDOM_NETWORKS)
            ]
            for index, one in enumerate(tqdm(asked, part, mininterval=5)):
                head, place = locate(self.classifier, one.target)
                for method in self.methods:
                    forgotten = heat_map(
                        networks[index % RANDOM_NETWORKS],
                        as_input(one.ink),
                        head,
                        place,
                        method,
                        boxes_read(self.classifier, one.page),
                    )
                    likeness = randomisation.likeness(self._heat(one, method), forgotten)
                    yield self._row("randomised", method, part, one, likeness)

    def planted_pages(self) -> Iterator[AttentionRow]:
        """Whether planted leads are ranked first, with planted normal leads as control."""
        each = self.limit // 2
        for territory in planted.TERRITORIES:
            for test, donors in (("planted", territory), ("control", None)):
                rows = planted.pairs(self.data, self.fold, donors, each, SEED)
                for host, donor in tqdm(rows, f"{test} {territory.name}", mininterval=5):
                    yield from self._planted_page(test, territory, host, donor)

    def _planted_page(
        self, test: str, territory: planted.Territory, host: int, donor: int
    ) -> Iterator[AttentionRow]:
        signals = self.data.signals_uv
        mixed = planted.plant(np.array(signals[host]), np.array(signals[donor]), territory.leads)
        ecg_id = int(self.data.ecg_ids[host])
        page = from_record(record_of(mixed, ecg_id))
        one = Asked(
            ecg_id, int(self.data.patient_ids[host]), "MI", page, self.classifier.read_ink(page)
        )
        chance = len(territory.leads) / len(STANDARD_LEADS)
        for method in self.methods:
            first = planted.ranked_first(
                attend(self.classifier, page, one.target, method), territory.leads
            )
            yield self._row(test, method, territory.name, one, float(first), chance)

    def planted_waves(self) -> Iterator[AttentionRow]:
        """Whether the hottest place of the leads in which a beat was changed lies in that beat."""
        for wave in waves.WAVES:
            made = waves.planted(self.data, self.fold, wave, self.limit // 2, SEED)
            for planted_wave in tqdm(made, wave.name, self.limit // 2, mininterval=5):
                row = planted_wave.row
                ecg_id = int(self.data.ecg_ids[row])
                page = from_record(record_of(planted_wave.signals_uv, ecg_id))
                ink = self.classifier.read_ink(page)
                one = Asked(ecg_id, int(self.data.patient_ids[row]), wave.target, page, ink)
                boxes = boxes_read(self.classifier, page)
                for method in self.methods:
                    inside, chance = waves.within_beat(self._heat(one, method), boxes, planted_wave)
                    yield self._row("wave", method, wave.name, one, float(inside), chance)

    def _heat(self, one: Asked, method: str) -> np.ndarray:
        return _heat(self.classifier, one, method)

    def _row(
        self, test: str, name: str, part: str, one: Asked, value: float, chance: float = 0.0
    ) -> AttentionRow:
        card = self.classifier.card
        score = sampling.probabilities(self.classifier, one.ink[None], one.target)[0]
        return AttentionRow(
            test,
            name,
            part,
            one.target,
            one.ecg_id,
            one.patient,
            value,
            f"fold {self.fold}",
            bool(score >= sampling.threshold(self.classifier, one.target)),
            chance,
            card.name,
            card.weights_sha256,
        )


def _heat(classifier: Classifier, one: Asked, method: str) -> np.ndarray:
    """A classifier's own map of an ECG: of what it reads of the page."""
    head, place = locate(classifier, one.target)
    boxes = boxes_read(classifier, one.page)
    read = classifier.network_input(one.page)
    return heat_map(classifier.network, read, head, place, method, boxes)


def _next(asked: Sequence[Asked], index: int) -> int:
    """Place of the next ECG that is asked about the same superclass."""
    same = [i for i, other in enumerate(asked) if other.target == asked[index].target]
    return same[(same.index(index) + 1) % len(same)]
