"""The reader's decision on a case: first reading, decision, adjudication; each saved once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from ecg_core.network.statements import Triage
from ecg_core.store.cases.readings import Confidence, Covers, Decision, Phase, Reading
from ecg_core.store.cases.room import Turn
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.limits import Person
from ecg_core.triage.priority import Priority, PriorityDecision, rank
from widgets.desk.badges import priority_name
from widgets.desk.deciding import choices, saving
from widgets.desk.deciding.at_hand import AtHand
from widgets.desk.deciding.recorded import recorded_person
from widgets.desk.deciding.saving import refuse, save
from widgets.session import engine, one_run, queue, unsaved
from widgets.session.engine import Kept
from widgets.session.text import plain
from widgets.session.words import _, noted
from widgets.worklist import pile


def decision_form(
    entry: queue.Entry,
    answer: Kept,
    turn: Turn,
    shown: PriorityDecision,
    about: Covers | None = None,
) -> None:
    """Ask for the decision on an opened ECG; once it is saved, offer the next one.

    shown: the verdict on the screen. about: of a long record, the seconds on the screen.
    """
    if entry.event is not None:
        st.subheader(_("Your decision"))
        _saved(entry, answer.case_id)
        return
    firsts: dict[str, Reading] = st.session_state.setdefault("firsts", {})
    first = firsts.get(answer.case_id)
    hand = AtHand(
        answer.case_id,
        entry.name,
        answer.prediction,
        answer.priority,
        answer.machine,
        shown,
        first,
        about,
    )

    def saved(event: int) -> None:
        queue.update(entry.sha256, event=event)
        st.rerun()

    form(hand, turn, saved)


def form(
    hand: AtHand,
    turn: Turn,
    saved: Callable[[int], None],
    at_once: Callable[[int], None] | None = None,
) -> None:
    """The form that this person's turn asks for. at_once: as `decide` takes it."""
    if turn.taken_by is not None:
        who = engine.names().get(turn.taken_by) or _("another reader")
        st.info(_("{who} has this case open.", who=plain(who)), icon=":material/lock_person:")
    elif turn.phase is None:
        st.caption(_(turn.why))
    elif turn.phase is Phase.FIRST:
        first_reading(hand, lambda _event: st.rerun())
    else:
        decide(hand, turn.phase, saved, at_once)
    # Nothing waits for a form that is not there.
    saving.take_press(hand)


def first_reading(hand: AtHand, saved: Callable[[int], None]) -> None:
    """What the reader sees before the machine's answer is shown."""
    case = hand.case_id
    st.subheader(_("Your first reading"))
    st.caption(_("The machine's answer is shown after your own reading."))
    triage = st.radio(
        _("Class"),
        list(hand.prediction.triage_classes),
        index=None,
        format_func=lambda name: hand.names[name],
        key=f"first_class_{case}",
        persist_state="session",
    )
    findings = choices.findings(f"first_findings_{case}")
    confidence = st.segmented_control(
        _("How sure are you?"),
        list(Confidence),
        format_func=lambda one: _(one.capitalize()),
        key=f"first_sure_{case}",
        wrap=True,
        persist_state="session",
    )
    about = choices.covers(hand)
    unsaved.warn(hand.case_id, hand.name, bool(triage or findings or confidence))
    st.button(
        _("Save first reading"),
        type="primary",
        key=f"save_first_{case}",
        on_click=saving.press,
        args=(hand,),
    )
    if saving.take_press(hand):
        reading = Reading(
            "", None, triage, None, findings=findings, confidence=confidence, covers=about
        )
        st.session_state.setdefault("firsts", {})[case] = reading
        save(hand, reading, Phase.FIRST, saved)


def decide(
    hand: AtHand,
    phase: Phase,
    saved: Callable[[int], None],
    at_once: Callable[[int], None] | None = None,
) -> None:
    """The decision, with the machine's answer in sight; or the adjudication.

    Nothing is chosen beforehand. Agreeing is one key or click; whatever else is decided is chosen
    first and saved then. at_once: called instead of `saved` where agreeing is stored before the
    next run: the case that was agreed with is not drawn once more.
    """
    case, machine = hand.case_id, hand.machine
    settles = phase is Phase.ADJUDICATION
    st.subheader(_("Your adjudication") if settles else _("Your decision"))
    may_agree = hand.to_agree_with and not settles
    verdict = choices.verdict(hand, settles, may_agree)
    triage: Triage | None = machine if verdict is Decision.AGREE else None
    reason, findings = "", None
    if verdict is Decision.OVERRIDE:
        read = hand.differs if hand.differs in hand.prediction.triage_classes else None
        triage = st.selectbox(
            _("Class"),
            list(hand.prediction.triage_classes),
            index=None if read is None else list(hand.prediction.triage_classes).index(read),
            placeholder=_("Choose the class (1–{n})", n=len(hand.prediction.triage_classes)),
            format_func=lambda name: hand.names[name],
            label_visibility="collapsed",
            key=f"class_{case}",
            persist_state="session",
        )
        read_first = (hand.first and hand.first.findings) or ()
        findings = choices.findings(f"findings_{case}", read_first, "collapsed")
    if verdict not in (Decision.AGREE, None):
        needed = verdict is Decision.OVERRIDE and not settles
        given = noted("The machine abstained.") if hand.prediction.abstained and not settles else ""
        asked_for = _("Why") if settles else _("Reason: what the machine missed or misread")
        said = st.text_input(
            _("Reason (required)") if needed else _("Reason"),
            label_visibility="collapsed",
            key=f"reason_{case}",
            persist_state="session",
            placeholder=_(given) or asked_for,
        )
        reason = said or given
    priority = st.segmented_control(
        _("Priority"),
        list(Priority),
        default=hand.priority.priority,
        required=True,
        format_func=priority_name,
        label_visibility="collapsed",
        key=hand.priority_key,
        wrap=True,
        persist_state="session",
    )
    if not reason and priority is not None and rank(priority) > rank(hand.priority.priority):
        reason = st.text_input(
            _("Why it may wait longer than the rule says (required)"),
            label_visibility="collapsed",
            placeholder=_("Why it may wait longer than the rule says"),
            key=f"lowered_{case}",
            persist_state="session",
        )
    about = choices.covers(hand)
    note = choices.note(case)
    second = not settles and st.checkbox(
        _("Ask a second reader"), key=f"second_{case}", persist_state="session"
    )
    edited = bool(note or second or verdict not in (Decision.AGREE, None))
    unsaved.warn(case, hand.name, edited and not (hand.prediction.abstained and triage is None))
    agreeing = verdict is Decision.AGREE
    st.button(
        _("Agree: {says}", says=hand.says) if agreeing else _("Save decision"),
        type="primary",
        icon=":material/check:",
        shortcut="A" if agreeing else "Enter",
        width="stretch",
        key=f"save_{case}",
        on_click=partial(_agree, hand, phase, at_once, recorded_person(case))
        if agreeing and at_once is not None and about is None
        else partial(saving.press, hand),
    )
    choices.keys(hand, may_agree, agreeing)
    if saving.take_press(hand):
        if verdict is None:
            refuse(_("Choose what you decide."))
            return
        if verdict is Decision.OVERRIDE and triage is None:
            refuse(_("Choose the class that you decide on."))
            return
        if verdict is Decision.OVERRIDE and not may_agree and _as_stored(hand, triage, findings):
            verdict = Decision.AGREE
        agrees = {Decision.AGREE: True, Decision.OVERRIDE: False}.get(verdict)
        reading = Reading(
            "",
            agrees,
            triage,
            priority,
            reason,
            note,
            verdict,
            findings,
            second_wanted=second,
            covers=about,
        )
        save(hand, reading, phase, saved)


def _agree(hand: AtHand, phase: Phase, at_once: Callable[[int], None], whose: Person) -> None:
    """Store a plain agreement with what was on the screen, before anything is drawn.

    Whatever else was chosen or said with the same click, and what is refused, is left to the run.
    whose: by whose limits the verdict on the screen was.
    """
    case, kept = hand.case_id, st.session_state
    if pile.at_hand(st.query_params.get("case", "")) != case:
        # The key was pressed again before the browser showed the next case.
        return
    chosen = kept.get(f"verdict_{case}") is not None
    moved = kept.get(hand.priority_key) != hand.priority.priority
    saving.press(hand)
    if chosen or moved or recorded_person(case) != whose:
        return
    reading = Reading(
        "",
        True,
        hand.machine,
        hand.priority.priority,
        "",
        kept.get(f"note_{case}") or "",
        Decision.AGREE,
        second_wanted=bool(kept.get(f"second_{case}")),
    )
    with suppress(StoreError), one_run.run():
        event = saving.store(hand, reading, phase)
        saving.take_press(hand)
        at_once(event)


def _as_stored(hand: AtHand, triage: Triage | None, findings: tuple[str, ...] | None) -> bool:
    """Whether what was decided without an answer to agree with is the stored class after all."""
    return not hand.prediction.abstained and triage is hand.machine and findings is None


def _saved(entry: queue.Entry, case: str) -> None:
    said = saving.what_was_saved(entry.event) if entry.event is not None else ""
    st.success(_("Saved: {said}.", said=said), icon=":material/task_alt:")
    after = queue.following()
    with st.container(horizontal=True):
        if after is not None:
            if st.button(
                _("Next ECG"), type="primary", icon=":material/arrow_forward:", key="next"
            ):
                queue.show(after.sha256)
                st.rerun()
        elif st.button(_("Open ECGs"), type="primary", icon=":material/arrow_back:", key="next"):
            queue.leave()
            st.rerun()
        if st.button(_("Add a reading"), icon=":material/edit:", key="again"):
            saving.again(case)
            queue.update(entry.sha256, event=None)
            st.rerun()
        if entry.event is not None:
            saving.take_back(case, entry.event, "take_back")
