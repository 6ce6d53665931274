"""What people do to a case, each as one event after the chain's head, with the case's new state."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import ecg_core
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.cases import workflow
from ecg_core.store.cases.readings import Phase, Reading, checked
from ecg_core.store.cases.room_schema import AccountRow, CaseStateRow
from ecg_core.store.cases.schema import Action, CaseRow, EventRow, HeadRow, ReadingRow
from ecg_core.store.cases.workflow import CaseStatus, reader_key
from ecg_core.store.people.roles import Actor
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.priority import Priority

ACTIONS: dict[Phase, Action] = {
    Phase.FIRST: Action.FIRST_READING,
    Phase.FINAL: Action.READING,
    Phase.ADJUDICATION: Action.ADJUDICATION,
}
_TELLING = (Action.ANSWER_SHOWN, Action.VIEW, Action.READING, Action.ADJUDICATION)
"""After one of these a reader has seen the machine's answer or another reader's."""


def record(
    session: Session,
    head: HeadRow,
    case: CaseRow,
    reading: Reading,
    token: str,
    actor: Actor,
    phase: Phase,
) -> int:
    """Store a reading; gives its event's number. Raises StoreError."""
    # Of a long record the answer that counts is the one to the seconds on the screen.
    shown = reading.covers.answer if reading.covers else None
    machine = Triage(case.triage) if shown is None else shown.triage
    abstained = case.abstained if shown is None else shown.abstained
    suggested = Priority(case.priority) if shown is None else shown.priority
    clean = checked(reading, machine, abstained, phase, suggested)
    row = ReadingRow(
        case_id=case.id,
        reader=clean.reader,
        agrees=clean.agrees,
        triage=None if clean.triage is None else clean.triage.value,
        priority=None if clean.priority is None else clean.priority.value,
        reason=clean.reason,
        note=clean.note,
        phase=phase.value,
        verdict=None if clean.verdict is None else clean.verdict.value,
        findings=None if clean.findings is None else canonical_json(clean.findings),
        confidence=clean.confidence,
        second_wanted=clean.second_wanted,
        account=actor.account or None,
    )
    earlier = session.scalars(select(EventRow).where(EventRow.token == token)).one_or_none()
    if earlier is not None:
        return _same_click(session, earlier, row)
    state = session.get_one(CaseStateRow, case.id)
    _check_turn(state, row, phase)
    if phase is Phase.FIRST:
        row.blind = not _has_been_told(session, case, actor)
    latest = session.scalars(
        select(ReadingRow)
        .where(ReadingRow.case_id == case.id)
        .order_by(ReadingRow.seq.desc())
        .limit(1)
    ).one_or_none()
    row.number = 1 if latest is None else latest.number + 1
    standing = None if state.standing_seq is None else session.get(ReadingRow, state.standing_seq)
    before: CaseRow | ReadingRow = case if standing is None else standing
    payload = {
        "reading": chain.reading_plain(row),
        "old": {"triage": before.triage, "priority": before.priority},
        "new": {"triage": row.triage, "priority": row.priority or before.priority},
        "earlier_event": None if latest is None else latest.seq,
        "reason": row.reason,
        **basis(session, case),
    }
    if clean.covers is not None:
        payload["covers"] = clean.covers.plain()
    if row.agrees is not None:
        payload["agreement"] = "agreed" if row.agrees else "overridden"
    event = chain.append(session, head, ACTIONS[phase], actor, case.id, payload, token)
    row.seq, row.created_utc = event.seq, event.created_utc
    session.add(row)
    session.flush()
    workflow.settle(session, case)
    return event.seq


def show_answer(session: Session, head: HeadRow, case: CaseRow, actor: Actor) -> int:
    """Note that a reader now sees the machine's answer; once for each reader and case."""
    shown = _events_by(session, case, actor, (Action.ANSWER_SHOWN,))
    if shown:
        return shown[0]
    return chain.append(
        session, head, Action.ANSWER_SHOWN, actor, case.id, {"account": actor.account}
    ).seq


def undo(
    session: Session, head: HeadRow, case: CaseRow, seq: int, actor: Actor, reason: str
) -> int:
    """Take back one's own reading, adjudication or withdrawal by a new event that names it."""
    event = session.get(EventRow, seq)
    known = (Action.READING, Action.ADJUDICATION, Action.WITHDRAWN)
    if event is None or event.case_id != case.id or event.action not in known:
        raise StoreError(f"Event {seq} is nothing that can be taken back.", "Reload the page.")
    row = session.get(ReadingRow, seq)
    owner = json.loads(event.payload).get("account") if row is None else reader_key(row)
    if owner != (actor.account or actor.name):
        raise StoreError(
            "Only the person who decided can take a decision back.", "Add a reading of your own."
        )
    taken_back = [
        json.loads(payload)["undoes"]
        for payload in session.scalars(
            select(EventRow.payload).where(
                EventRow.case_id == case.id, EventRow.action == Action.UNDONE
            )
        )
    ]
    if seq in taken_back:
        raise StoreError(f"Event {seq} was taken back already.", "Reload the page.")
    payload = {
        "undoes": seq,
        "account": actor.account or actor.name,
        "reason": reason.strip()[:1000],
        "old": {"status": _kept(session, case)},
    }
    number = chain.append(session, head, Action.UNDONE, actor, case.id, payload).seq
    workflow.settle(session, case)
    return number


def withdraw(session: Session, head: HeadRow, case: CaseRow, actor: Actor, reason: str) -> int:
    """Take a case out of the reading, with the reason."""
    if not reason.strip():
        raise StoreError("A case is withdrawn with a reason.", "Give the reason.")
    payload = {
        "account": actor.account or actor.name,
        "reason": reason.strip()[:1000],
        "old": {"status": _kept(session, case)},
        "new": {"status": CaseStatus.WITHDRAWN.value},
    }
    number = chain.append(session, head, Action.WITHDRAWN, actor, case.id, payload).seq
    workflow.settle(session, case)
    return number


def replace_by(session: Session, head: HeadRow, case: CaseRow, other: str, actor: Actor) -> int:
    """Take a case out of the reading: a person said how its ECG is to be read, which made the
    case `other`. Raises StoreError where somebody has begun to read it."""
    if _kept(session, case) != CaseStatus.NEW:
        raise StoreError(
            "Somebody has begun to read this case.", "Withdraw it, and add the ECG again."
        )
    payload = {
        "account": actor.account or actor.name,
        "reason": "Read anew by hand.",
        "replaced_by": other,
        "old": {"status": _kept(session, case)},
        "new": {"status": CaseStatus.WITHDRAWN.value},
    }
    number = chain.append(session, head, Action.WITHDRAWN, actor, case.id, payload).seq
    workflow.settle(session, case)
    return number


def put_back(session: Session, head: HeadRow, case: CaseRow, actor: Actor) -> None:
    """Take a case that was replaced into the reading again: its ECG is read as it was."""
    events = [
        (event.seq, event.action, json.loads(event.payload))
        for event in session.scalars(
            select(EventRow).where(
                EventRow.case_id == case.id,
                EventRow.action.in_([Action.UNDONE, Action.WITHDRAWN]),
            )
        )
    ]
    gone = workflow.undone((action, payload) for _, action, payload in events)
    for seq, action, told in events:
        if action == Action.WITHDRAWN and seq not in gone and "replaced_by" in told:
            payload = {
                "undoes": seq,
                "account": actor.account or actor.name,
                "reason": "Read like this again.",
                "old": {"status": CaseStatus.WITHDRAWN.value},
            }
            chain.append(session, head, Action.UNDONE, actor, case.id, payload)
    workflow.settle(session, case)


def assign(
    session: Session, head: HeadRow, case: CaseRow, actor: Actor, account_id: str | None
) -> int:
    """Give a case to a reader, or to nobody."""
    if account_id is not None and session.get(AccountRow, account_id) is None:
        raise StoreError("There is no such reader.", "Reload the page.")
    state = session.get_one(CaseStateRow, case.id)
    payload = {"old": {"assignee": state.assignee}, "new": {"assignee": account_id}}
    state.assignee = account_id
    return chain.append(session, head, Action.ASSIGNED, actor, case.id, payload).seq


def put_on_list(
    session: Session, head: HeadRow, case_id: str, list_name: str, actor: str | Actor
) -> None:
    """Put a case that came by no list on one; a case that has its list stays there.

    A list may be read blind: nobody takes a case off it by adding the same ECG elsewhere.
    """
    state = session.get_one(CaseStateRow, case_id)
    if state.list_name or not list_name:
        return
    payload = {"old": {"list": ""}, "new": {"list": list_name}}
    state.list_name = list_name
    chain.append(session, head, Action.ASSIGNED, actor, case_id, payload)


def basis(session: Session, case: CaseRow) -> dict[str, Any]:
    """What a decision rests on: input, page, model, probabilities and thresholds."""
    answer = session.execute(
        select(EventRow.seq, EventRow.payload).where(
            EventRow.case_id == case.id, EventRow.action == Action.MACHINE_ANSWER
        )
    ).one()
    said = json.loads(answer.payload)
    prediction = said["prediction"]
    return {
        "machine": {
            "triage": case.triage,
            "priority": case.priority,
            "abstained": case.abstained,
            "model": case.model,
        }
        | ({"level": said["verdict"]["level"]} if "verdict" in said else {}),
        "answer_event": answer.seq,
        "input_sha256": case.input_sha256,
        "page_sha256": case.page_sha256,
        "weights_sha256": prediction["model"]["weights_sha256"],
        "preprocessing_version": prediction["model"]["preprocessing_version"],
        "probabilities": dict(zip(map(str, TRIAGE_CLASSES), prediction["triage"], strict=True)),
        "thresholds": {"acute_mi": prediction["acute_threshold"]},
        "app_version": ecg_core.__version__,
    }


def told(session: Session, case: CaseRow, actor: Actor) -> bool:
    """Whether the machine's answer was shown to this person, or need not be hidden any more."""
    return bool(_events_by(session, case, actor, (Action.ANSWER_SHOWN, Action.READING)))


def need_not_wait(session: Session, case: CaseRow, actor: Actor) -> bool:
    """Whether this person has given a first reading, or has been shown the answer already."""
    done = (Action.FIRST_READING, Action.ANSWER_SHOWN, Action.READING)
    return bool(_events_by(session, case, actor, done))


def _has_been_told(session: Session, case: CaseRow, actor: Actor) -> bool:
    return bool(_events_by(session, case, actor, _TELLING))


def _events_by(
    session: Session, case: CaseRow, actor: Actor, actions: tuple[Action, ...]
) -> list[int]:
    rows = session.execute(
        select(EventRow.seq, EventRow.actor, EventRow.payload)
        .where(EventRow.case_id == case.id, EventRow.action.in_(actions))
        .order_by(EventRow.seq)
    )
    return [row.seq for row in rows if _by(row.actor, row.payload, actor)]


def _by(name: str, payload: str, actor: Actor) -> bool:
    """Whether an event is this person's: by account, or by name where it names none."""
    plain = json.loads(payload)
    account = plain.get("account") or plain.get("reading", {}).get("account")
    return account == actor.account if account and actor.account else name == actor.name


def _check_turn(state: CaseStateRow, row: ReadingRow, phase: Phase) -> None:
    """Raises StoreError when this reader may not say this now."""
    readers = state.readers.split("\n") if state.readers else []
    status, mine = CaseStatus(state.status), reader_key(row) in readers
    if status is CaseStatus.WITHDRAWN:
        raise StoreError("This case was withdrawn.", "Take another one.")
    if phase is Phase.ADJUDICATION:
        if status not in (CaseStatus.DISAGREEMENT, CaseStatus.ADJUDICATED):
            raise StoreError("There is nothing to adjudicate.", "Reload the page.")
        if mine and status is CaseStatus.DISAGREEMENT:
            raise StoreError(
                "You are one of the two readers who differ.", "Another lead adjudicates."
            )
    elif status is CaseStatus.ADJUDICATED:
        raise StoreError("This case was adjudicated.", "A lead can adjudicate it anew.")
    elif status is CaseStatus.DISAGREEMENT and not mine:
        raise StoreError("Two readers differ on this case.", "A lead adjudicates it.")


def _kept(session: Session, case: CaseRow) -> str:
    return session.get_one(CaseStateRow, case.id).status


def _same_click(session: Session, earlier: EventRow, row: ReadingRow) -> int:
    """The event that a token already has, if it told of the same reading."""
    stored = session.get(ReadingRow, earlier.seq)
    if stored is not None and stored.case_id == row.case_id:
        row.number, row.blind = stored.number, stored.blind
        if canonical_json(chain.reading_plain(stored)) == canonical_json(chain.reading_plain(row)):
            return earlier.seq
    raise StoreError(
        f"This decision was already saved as event {earlier.seq}.",
        "To change it, add a new reading.",
    )
