"""Finding cases: each filter alone, together, in order and by the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from ecg_core.network.statements import Triage
from ecg_core.store.audit import chain
from ecg_core.store.cases import adding
from ecg_core.store.cases.schema import CaseRow
from ecg_core.store.cases.store import CaseFilter, FilterValues, Status, Store
from tests.store.stored_cases import MODEL, add, agrees, case, overrides


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Four cases on three days: case 1 agreed by Ada, then overridden by Ben; case 2 agreed by
    Ada; cases 3 (another model) and 4 unread."""
    store = Store.open(tmp_path_factory.mktemp("filled"))
    days = iter(["2026-01-30", "2026-01-31", "2026-01-31", "2026-02-01"])
    newer = replace(MODEL, version="2")
    with pytest.MonkeyPatch.context() as patch:
        ids = []
        for new in (
            case(1, name="Holter 100% _a"),
            case(2, Triage.PRIOR_MI),
            case(3, Triage.NORMAL, model=newer),
            case(4, name="Émile"),
        ):
            moment = f"{next(days)}T23:59:59.999999Z"
            for module in (adding, chain):
                patch.setattr(module, "utc_now", lambda moment=moment: moment)
            ids.append(add(store, new))
    store.record_reading(ids[0], agrees("Dr Ada"), "a")
    store.record_reading(ids[0], overrides("Dr Ben", reason="Wandering baseline"), "b")
    store.record_reading(ids[1], agrees("Dr Ada", Triage.PRIOR_MI, note="Old ECG agrees"), "c")
    yield store
    store.close()


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (CaseFilter(), ["Émile", "rec3", "rec2", "Holter 100% _a"]),
        (CaseFilter(limit=2, offset=1), ["rec3", "rec2"]),
        (CaseFilter(date_from=date(2026, 1, 31)), ["Émile", "rec3", "rec2"]),
        (CaseFilter(date_to=date(2026, 1, 31)), ["rec3", "rec2", "Holter 100% _a"]),
        (CaseFilter(date_from=date(2026, 1, 31), date_to=date(2026, 1, 31)), ["rec3", "rec2"]),
        (CaseFilter(date_to=date.max, limit=1), ["Émile"]),
        # Ada read case 1 first, though Ben's reading stands.
        (CaseFilter(reader="Dr Ada"), ["rec2", "Holter 100% _a"]),
        (CaseFilter(reader="Dr Ben"), ["Holter 100% _a"]),
        # The standing class: Ben made case 1 normal.
        (CaseFilter(triage=Triage.NORMAL), ["rec3", "Holter 100% _a"]),
        (CaseFilter(triage=Triage.OTHER), ["Émile"]),
        (CaseFilter(agreement=True), ["rec2"]),
        (CaseFilter(agreement=False), ["Holter 100% _a"]),
        (CaseFilter(model_version="page 2"), ["rec3"]),
        (CaseFilter(status=Status.UNREAD), ["Émile", "rec3"]),
        (CaseFilter(status=Status.READ, model_version="page 1"), ["rec2", "Holter 100% _a"]),
        (CaseFilter(text="  WANDERING "), ["Holter 100% _a"]),
        (CaseFilter(text="old ecg"), ["rec2"]),
        # Wildcards of the database are letters like others.
        (CaseFilter(text="0% _"), ["Holter 100% _a"]),
        (CaseFilter(text="%"), ["Holter 100% _a"]),
        (CaseFilter(text="nothing of the kind"), []),
        (CaseFilter(text="'; DROP TABLE cases; --"), []),
    ],
)
def test_filters(filled: Store, wanted: CaseFilter, names: list[str]) -> None:
    assert [line.name for line in filled.search(wanted)] == names
    if wanted.limit == 100:
        assert filled.count(wanted) == len(names)


def test_by_id_and_input_hash(filled: Store) -> None:
    line = filled.search(CaseFilter(triage=Triage.PRIOR_MI))[0]
    assert filled.search(CaseFilter(text=line.id)) == [line]
    assert filled.search(CaseFilter(text=line.input_sha256[:20].upper())) == [line]


def test_values_for_the_filters(filled: Store, store: Store) -> None:
    assert filled.filter_values() == FilterValues(
        readers=("Dr Ada", "Dr Ben"),
        triages=(Triage.NORMAL, Triage.PRIOR_MI, Triage.OTHER),
        model_versions=("page 1", "page 2"),
        first_day=date(2026, 1, 30),
        last_day=date(2026, 2, 1),
    )
    assert store.filter_values() == FilterValues((), (), (), None, None)


def test_five_thousand_cases_are_searched_at_once(store: Store, tmp_path: Path) -> None:
    add(store, case(1))
    with store._writer.begin() as connection:
        row = dict(connection.execute(text("SELECT * FROM cases")).mappings().one())
        many = [
            row | {"id": f"{n:016x}", "identity": f"{n:064x}", "added_seq": n}
            for n in range(10, 5_010)
        ]
        connection.execute(insert(CaseRow), many)
    for wanted in (CaseFilter(), CaseFilter(status=Status.UNREAD, triage=Triage.OTHER)):
        started = time.perf_counter()
        assert len(store.search(wanted)) == 100
        assert time.perf_counter() - started < 0.5
