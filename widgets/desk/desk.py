"""A case of the worklist on the desk: as much of it as this person may see now, and the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from ecg_core.intake.values import EcgScan, IntakeError
from ecg_core.page.values import EcgPage, Option, PageError
from ecg_core.page.viewed import Waves
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.readings import Phase, StoredReading
from ecg_core.store.cases.room import Room, Turn
from ecg_core.store.cases.store import StoredCase, StoreError
from ecg_core.store.cases.workflow import CaseStatus
from ecg_core.store.people.roles import Permission
from widgets.desk import badges, seconds
from widgets.desk.asking import correction, question
from widgets.desk.case_view import case_view, checks_badge
from widgets.desk.deciding import decision, saving
from widgets.desk.deciding.at_hand import AtHand
from widgets.desk.readings_said import readings_beside
from widgets.desk.report import exchange, measuring, report_parts
from widgets.desk.report.take_away import offer_stored
from widgets.session import anew, engine, materials
from widgets.session.text import plain
from widgets.session.words import _
from widgets.viewer.paper import paper
from widgets.worklist import pile


def desk(
    room: Room,
    case_id: str,
    leave: Callable[[], None],
    go_on: Callable[[], None],
    at_once: Callable[[], None],
    show: Callable[[str], None],
) -> None:
    """Show a case and ask for what this person has to say.

    leave: go back to the list. go_on: called after a decision, opens the next case; at_once: does
    so before a run. show: opens
    the case that took this one's place.
    """
    turn = room.turn(case_id, engine.settings())
    case = stored = room.reopen(case_id)
    read_anew = partial(_read_anew, room, case_id, show)
    answered = partial(_answered, case, read_anew)
    correcting = question.may_answer(turn) and case.page.source == "scan"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="case_bar"):
        to_list = st.button(_("Worklist"), icon=":material/arrow_back:", key="to_list")
        # Who pressed save first and then a way on is taken on by what saving does.
        if to_list and not saving.is_pressed(case_id):
            room.release(case_id)
            leave()
        pile.steps(case_id, partial(_step, room, case_id, show))
        st.markdown(f"**{plain(case.name)}**", width="content")
        badges.status_badge(turn.status)
        checks_badge(case, brief=True)
        badges.patient_badge(case.patient)
        if correcting and not correction.is_open(case_id):
            correction.offer(case_id)
        st.space("stretch")
        if not (turn.blind or turn.hidden):
            exchange.case_menu(room, case)
            offer_stored(room, case)
        _lead_menu(room, case_id, case.name, turn)
    last_saved()
    if correcting and correction.is_open(case_id):
        _correct(case, read_anew)
        return
    first = next(
        (
            stored.reading
            for stored in case.readings
            if stored.account == room.account.id and stored.phase is Phase.FIRST
        ),
        None,
    )
    case = seconds.chosen(stored, turn.blind)
    hand = AtHand(
        case.id,
        case.name,
        case.prediction,
        case.priority,
        case.machine,
        case.priority,
        first,
        seconds.covered_case(case, stored),
    )
    if turn.blind:
        blind_desk(case.page, materials.stored_waves(case), hand, turn, answered)
        return
    _seen(room, case_id, turn)
    done = turn.status in (CaseStatus.READ, CaseStatus.ADJUDICATED, CaseStatus.WITHDRAWN)

    def saved(event: int) -> None:
        st.session_state["last_saved"] = (case_id, event, case.name)
        go_on()

    def agreed(event: int) -> None:
        st.session_state["last_saved"] = (case_id, event, case.name)
        at_once()

    latest = max((stored.event for stored in _own(case, room)), default=0)
    if saving.was_interrupted(case_id, latest):
        saved(latest)

    if done and st.session_state.get("reading_again") != case_id:
        case_view(case, partial(_standing, room, case, turn), stored=stored)
    else:
        case_view(
            case,
            partial(_form, case, hand, turn, saved, agreed),
            not turn.hidden,
            answered if correcting else None,
            stored,
        )
    saving.take_press(hand)
    # The whole record takes seconds: these ten are on the screen first.
    if seconds.read_along(stored):
        st.rerun()


def _form(
    case: StoredCase,
    hand: AtHand,
    turn: Turn,
    saved: Callable[[int], None],
    agreed: Callable[[int], None],
) -> None:
    """The form; above an adjudication, what the readers said, side by side."""
    if turn.phase is Phase.ADJUDICATION:
        readings_beside(case)
    found = measuring.measured_case(case)
    shown = report_parts.for_person(case.page, found, case.prediction, case.id, case.priority)
    decision.form(replace(hand, shown=shown), turn, saved, agreed)


def _step(room: Room, case_id: str, show: Callable[[str], None], other: str) -> None:
    """Lay a case aside undecided, and open its neighbour; one that is to be saved stays for it."""
    if saving.is_pressed(case_id):
        return
    room.release(case_id)
    show(other)


def _read_anew(room: Room, case_id: str, show: Callable[[str], None], view: ReadAs) -> None:
    """Have a stored scan read as the reader says, and go on with the case that this makes."""
    show(anew.take_over(room, case_id, view))


def _answered(case: StoredCase, read_anew: Callable[[ReadAs], None], option: Option) -> None:
    """The reader answered the page's question."""
    try:
        with st.spinner(_("Reading it again")):
            read_anew(ReadAs.of(case.page).chosen(option))
    except (PageError, IntakeError, StoreError) as error:
        st.error(plain(_(str(error))), icon=":material/block:")


def _correct(case: StoredCase, read_anew: Callable[[ReadAs], None]) -> None:
    """Correct by hand how a stored scan is read."""
    scan = materials.stored_source(case.id)
    if not isinstance(scan, EcgScan):
        return
    correction.correction_screen(
        correction.Correcting(
            case.id,
            scan,
            ReadAs.of(case.page),
            partial(anew.page, case.id),
            partial(anew.waves, case.id),
            read_anew,
        )
    )


def blind_desk(
    page: EcgPage,
    waves: Waves | None,
    hand: AtHand,
    turn: Turn,
    answered: Callable[[Option], None],
) -> None:
    """The page alone: no answer, no attention, no priority.

    answered: called with the answer to what the page asks.
    """
    ecg, form = st.container(key="blind").columns([3.3, 1], gap="medium")
    with ecg:
        if question.may_answer(turn):
            question.ask(page, waves, None, hand.case_id, answered)
        paper(page, waves, None, key=f"paper_blind_{hand.case_id}")
        badges.remarks(page.remarks)
    with form, st.container(key="first_reading"):
        decision.form(hand, turn, lambda _event: st.rerun())


def _seen(room: Room, case_id: str, turn: Turn) -> None:
    """Note once what this person was shown."""
    if turn.phase in (Phase.FINAL, Phase.ADJUDICATION) and turn.taken_by is None:
        room.see(case_id)
        return
    viewed: set[str] = st.session_state.setdefault("viewed", set())
    if case_id not in viewed:
        room.view(case_id)
        viewed.add(case_id)


def _standing(room: Room, case: StoredCase, turn: Turn) -> None:
    """What can still be done with a case that is read."""
    mine = _own(case, room)
    with st.container(horizontal=True):
        if turn.phase is Phase.FINAL and st.button(
            _("Add a reading"), icon=":material/edit:", key="read_again"
        ):
            saving.again(case.id)
            st.session_state["reading_again"] = case.id
            st.rerun()
        if mine:
            saving.take_back(case.id, mine[-1].event, "take_back_here")


def _own(case: StoredCase, room: Room) -> list[StoredReading]:
    """This person's decisions on a case that stand."""
    return [
        stored
        for stored in case.readings
        if stored.account == room.account.id and not stored.undone and stored.phase != Phase.FIRST
    ]


def last_saved() -> None:
    """The decision before this one, which can still be taken back."""
    saved = st.session_state.get("last_saved")
    if saved is None:
        return
    case_id, event, name = saved
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            ":green[:material/task_alt:] "
            + _("{name} saved: {event}.", name=plain(name), event=saving.what_was_saved(event)),
            width="content",
        )
        saving.take_back(case_id, event, "take_back_last")


def _lead_menu(room: Room, case_id: str, name: str, turn: Turn) -> None:
    """Assigning, and withdrawing with a reason; drawn when it is opened."""
    may_read = room.account.may(Permission.READ)
    if not may_read or turn.status in (CaseStatus.ADJUDICATED, CaseStatus.WITHDRAWN):
        return
    # Another key once the case is another's: the menu closes over what was done.
    key = f"case_menu_{case_id}_{turn.assignee}"
    with st.popover(_("Case"), icon=":material/more_horiz:", key=key, on_change="rerun") as opened:
        if not opened.open:
            return
        readers = engine.readers()
        if not room.account.may(Permission.ASSIGN):
            readers = {room.account.id: room.account.full_name}
        ids = [None, *readers]
        held = turn.assignee if turn.assignee in readers else None
        chosen = st.selectbox(
            _("Assigned to"),
            ids,
            index=ids.index(held),
            format_func=lambda one: readers.get(one or "") or _("Nobody"),
            key=f"assign_{case_id}",
        )
        if chosen != held:
            room.assign(case_id, chosen)
            st.rerun()
        if room.account.may(Permission.WITHDRAW):
            reason = st.text_input(_("Withdraw with this reason"), key=f"withdraw_reason_{case_id}")
            if st.button(_("Withdraw"), icon=":material/block:", key=f"withdraw_{case_id}"):
                number = room.withdraw(case_id, reason)
                saving.told(number, _("withdrawn"))
                st.session_state["last_saved"] = (case_id, number, name)
                st.rerun()
