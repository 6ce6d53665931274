"""A store with many cases and events, filled in minutes: the same rows and hashes as by hand."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from ecg_core import network
from ecg_core.answer import answer, keep
from ecg_core.intake import Bundle, Upload
from ecg_core.prepared import Refusal
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import canonical_json, sha256_bytes, sha256_text
from ecg_core.store.cases import workflow
from ecg_core.store.cases.blobs import Blobs
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.schema import Action, BlobRow, CaseRow, EventRow, FileRow, HeadRow
from ecg_core.store.cases.store import Store
from ecg_core.triage.priority import Priority, rank

DEMO = Path(__file__).parents[2] / "assets" / "demo"
_BATCH = 2000


def fill(store: Store, cases: int, events: int, seed: int = 8) -> None:
    """Add cases with their two events each, and views up to this number of events.

    All cases show the page of one demonstration ECG and have its priority, since the rule's is
    what a reader may not lower without a reason; names differ, and so do the headers among their
    original files, so that each is read from its own.
    """
    draw = random.Random(seed)
    first = _first(store)
    with store.changing() as session:
        head = chain.lock_head(session)
        pattern = session.get_one(CaseRow, first)
        files = session.query(FileRow).where(FileRow.case_id == first).all()
        answer = session.query(EventRow).where(EventRow.action == Action.MACHINE_ANSWER).one()
        header = DEMO / "normal.hea"
        maker = _Maker(session, head, header.read_bytes(), store.data_dir / "blobs")
        made = [first]
        for number in range(1, cases):
            made.append(maker.case(pattern, files, answer, number, draw))
        while maker.seq < events:
            maker.event(Action.VIEW, "Dr. Filler", draw.choice(made), {"account": "filler"})
        maker.flush()
    store._anchor.begin(store.link_before_end(0))
    store._anchor.advance(store.link_before_end(0))


def _first(store: Store) -> str:
    uploads = tuple(
        Upload(name, (DEMO / name).read_bytes()) for name in ("normal.hea", "normal.dat")
    )
    said = answer(Bundle("normal", uploads), network.Answering())
    assert not isinstance(said, Refusal), said
    return keep(store, said).id


class _Maker:
    """Rows in batches, every event with the hash of the one before it."""

    def __init__(self, session: Session, head: HeadRow, header: bytes, blobs: Path) -> None:
        self._session = session
        self._header, self._blobs, self._dat = header, Blobs(blobs), b""
        self.seq, self._hash = head.seq, head.hash
        self._start = datetime.now(UTC) - timedelta(days=30)
        self._rows: dict[type, list[dict[str, object]]] = {
            BlobRow: [],
            CaseRow: [],
            FileRow: [],
            EventRow: [],
            CaseStateRow: [],
        }
        session.expunge(head)

    def case(
        self,
        pattern: CaseRow,
        files: list[FileRow],
        answer: EventRow,
        number: int,
        draw: random.Random,
    ) -> str:
        plain = {c.key: getattr(pattern, c.key) for c in CaseRow.__mapper__.column_attrs}
        priority = Priority(pattern.priority)
        identity = sha256_text(f"filled {number}")
        signals = next(f for f in files if f.name.endswith(".dat"))
        header = self._header + f"# filled {number}\n".encode()
        whole = Bundle(
            "", (Upload("normal.hea", header), Upload("normal.dat", self._signals(signals)))
        )
        kept = self._blob(header)
        plain |= {
            "id": identity[:16],
            "identity": identity,
            "added_seq": self.seq + 1,
            "created_utc": self._moment(),
            "name": f"ECG {number:05d}",
            "input_sha256": whole.sha256,
        }
        row = CaseRow(**plain)
        own = [
            FileRow(
                case_id=row.id,
                position=f.position,
                name=f.name,
                sha256=f.sha256 if f is signals else kept,
            )
            for f in files
        ]
        self._rows[CaseRow].append(plain)
        self._rows[FileRow] += [
            {"case_id": f.case_id, "position": f.position, "name": f.name, "sha256": f.sha256}
            for f in own
        ]
        added = {
            "input_sha256": row.input_sha256,
            "files": [{"sha256": f.sha256, "size": 1} for f in own],
            "page_sha256": row.page_sha256,
            "page_blob": row.page_blob,
            "row_sha256": chain.case_hash(row, own),
        }
        self.event(Action.CASE_ADDED, chain.MACHINE, row.id, added)
        self.event(Action.MACHINE_ANSWER, chain.MACHINE, row.id, answer.payload)
        self._rows[CaseStateRow].append(
            {
                "case_id": row.id,
                "status": workflow.CaseStatus.NEW.value,
                "priority": priority.value,
                "rank": rank(priority),
                "arrived_utc": row.created_utc,
                "readers": "",
                "list_name": f"Ward {number % 12}",
                "doubtful": draw.random() < 0.1,
            }
        )
        return row.id

    def event(self, action: Action, actor: str, case_id: str, payload: object) -> None:
        text = payload if isinstance(payload, str) else canonical_json(payload)
        event = EventRow(
            seq=self.seq + 1,
            created_utc=self._moment(),
            actor=actor,
            action=action.value,
            case_id=case_id,
            payload=text,
            previous_hash=self._hash,
        )
        event.hash = chain.event_hash(event)
        plain = {c.key: getattr(event, c.key) for c in EventRow.__mapper__.column_attrs}
        self._rows[EventRow].append(plain)
        self.seq, self._hash = event.seq, event.hash
        if len(self._rows[EventRow]) >= _BATCH:
            self.flush()

    def _signals(self, kept: FileRow) -> bytes:
        if not self._dat:
            self._dat = self._blobs.get(kept.sha256)
        return self._dat

    def _blob(self, data: bytes) -> str:
        """Bytes on the disk, without waiting for the disk as the store does."""
        sha256 = sha256_bytes(data)
        path = self._blobs.path(sha256)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        self._rows[BlobRow].append({"sha256": sha256, "size": len(data)})
        return sha256

    def flush(self) -> None:
        for model, rows in self._rows.items():
            if rows:
                self._session.execute(insert(model), rows)
        # The database lets the head move on one event at a time.
        for row in self._rows[EventRow]:
            self._session.execute(
                update(HeadRow)
                .values(seq=row["seq"], hash=row["hash"])
                .execution_options(synchronize_session=False)
            )
        for rows in self._rows.values():
            rows.clear()

    def _moment(self) -> str:
        moment = self._start + timedelta(seconds=10 * self.seq)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
