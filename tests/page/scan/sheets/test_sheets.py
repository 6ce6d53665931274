"""Parts of the sheet reader on small cases whose answers are worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.broken import with_broken
from ecg_core.page.scan.composed import as_printed
from ecg_core.page.scan.geometry.gridless import told_by_pulses
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.penned import penned
from ecg_core.page.scan.sheets import doubted, laws, rhythm, size
from ecg_core.page.scan.sheets.columns import Division, divisions
from ecg_core.page.scan.sheets.dividers import Marks
from ecg_core.page.scan.sheets.rows import Row, rows_of
from ecg_core.page.scan.sheets.sheet import Draft
from ecg_core.page.scan.sheets.strokes import strokes_of
from ecg_core.page.scan.sheets.text import Letters


def picture(*rows: str) -> np.ndarray:
    """Ink where a letter stands."""
    return np.array([[0.0 if one == "." else 1.0 for one in row] for row in rows])


BARS = picture(*["..##....##.."] * 14)
SERIFS = picture("#####.#####", *[".###...###."] * 12, "#####.#####")
TOUCHING = picture("###########", *[".###...###."] * 12, "###########")
CUP = picture(*["##....##"] * 12, "########", "########")
GATE = picture("########", "########", *["##....##"] * 12)
ARMS = picture(
    *["." * (k // 3) + "##" + "." * (10 - 2 * (k // 3)) + "##" + "." * (k // 3) for k in range(14)]
)
LADDER = picture(*["##....##"] * 5, *["########"] * 3, *["##....##"] * 6)


@pytest.mark.parametrize(
    ("crop", "read"),
    [
        (BARS, "II"),
        (np.concatenate([BARS, BARS[:, 2:8]], axis=1)[:, 1:17], "III"),
        (SERIFS, "II"),
        (TOUCHING, "II"),
        (CUP, ""),
        (GATE, ""),
        (ARMS, ""),
        (LADDER, ""),
        (BARS[:5], ""),
    ],
    ids=["bars", "three", "serifs", "serifs that touch", "U", "pulse", "V", "H", "too low"],
)
def test_ii_and_iii_are_told_by_their_strokes(crop: np.ndarray, read: str) -> None:
    assert strokes_of(crop) == read


def test_an_upright_line_beside_a_name_is_no_part_of_it() -> None:
    text = np.zeros((120, 120), np.float32)
    text[:, 20:23] = 1.0
    text[50:64, 24:26] = text[50:64, 30:32] = 1.0
    (name,) = Letters(text, 6.0).read().names
    assert name.lead == "II"
    # Its first stroke begins at pixel 24; the line is three pixels wide and cut with one beside.
    assert name.x0_mm == pytest.approx(24 / 6.0, abs=0.2)


def spikes(width: int, level: int, every: int = 120) -> np.ndarray:
    """Heights of a level line with a spike of 8 mm every so many pixels."""
    y = np.full(width, float(level))
    for x in range(40, width - 10, every):
        y[x : x + 6] -= 8 * RASTER * np.array([0.3, 0.7, 1.0, 0.7, 0.3, 0.1])
    return y


def drawn(heights: np.ndarray, into: np.ndarray) -> None:
    """Draw a line, two pixels thick."""
    for x, (one, other) in enumerate(zip(heights, np.roll(heights, 1), strict=True)):
        low, high = sorted((one, other if x else one))
        into[round(low) : round(high) + 2, x] = 1.0


def test_rows_are_found_at_their_heights_below_a_torn_edge() -> None:
    trace = np.zeros((400, 900), np.float32)
    for level in (120, 240, 340):
        drawn(spikes(900, level), trace)
    # An edge of paper that runs aslant above them changes the number of pieces in every column.
    for x in range(0, 900, 7):
        trace[20 + x // 30 : 23 + x // 30, x : x + 5] = 1.0
    found = rows_of(trace, float(RASTER))
    assert [120, 240, 340] in [[round(row.baseline_px) for row in rows] for rows in found]


def test_short_pieces_in_the_gaps_of_a_row_are_its_own_and_names_are_not() -> None:
    whole = np.zeros((200, 900), np.float32)
    drawn(spikes(900, 100), whole)
    kept = whole > 0
    kept[:, 300:360] = False
    cover = whole.copy()
    cover[60:76, 500:503] = cover[60:76, 508:511] = 1.0
    back = with_broken(cover, kept)
    # The spike at 280 ends before the gap; the line in it comes back, the name does not.
    assert back[98:104, 300:360].any(axis=0).all()
    assert not back[60:76, 500:511].any()


def test_a_pen_that_is_thick_on_the_level_leaves_thin_steep_strokes() -> None:
    cover = np.zeros((200, 600), np.float32)
    cover[100:108] = 1.0
    cover[40:100, 300:302] = 1.0
    thinner = penned(cover)
    assert (thinner[:, 100] > 0.5).sum() < 8
    assert (thinner[45:95, 300:302] > 0.5).all()


def test_columns_are_fitted_by_even_marks_and_not_by_letters_behind_them() -> None:
    strength = np.zeros(round(300 * RASTER))
    for begin in (82.5, 145.0, 207.5):
        strength[round(begin * RASTER)] = 0.6
        # Letters stand alike behind every beginning, though not quite.
        strength[round((begin + 1.3 + 0.2 * (begin > 100)) * RASTER)] = 0.9
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    best = divisions(
        4, rows, Marks({"ticks": strength}, RASTER), (), (20.0, 270.1, "ink"), (False, False)
    )[0]
    assert best.start_mm == pytest.approx(20.0, abs=0.2)
    assert best.width_mm == pytest.approx(62.5, abs=0.05)


def test_bars_at_every_begin_say_more_than_where_the_rows_end() -> None:
    """On a scan stretched by 0.7 % whose last column the picture cuts by 3 mm."""
    strength = np.zeros(round(300 * RASTER))
    for begin in (82.95, 145.9, 208.85):
        strength[round(begin * RASTER)] = 2.0
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    marks = Marks({"bars": strength}, RASTER)
    for cut in (False, True):
        best = divisions(4, rows, marks, (), (21.3, 268.3, "ink"), (False, cut))[0]
        begins = [x0 for x0, _ in best.edges()][1:]
        assert begins == pytest.approx([82.95, 145.9, 208.85], abs=0.7)


def test_columns_begin_before_the_picture_where_it_cuts_them() -> None:
    """Of columns of 62.5 mm the first lost 4.9 mm and the last 7 mm, so that columns of 59.5 mm
    would just fill what is left."""
    strength = np.zeros(round(300 * RASTER))
    for begin in (67.6, 130.1, 192.6):
        strength[round(begin * RASTER)] = 2.0
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    marks = Marks({"bars": strength}, RASTER)
    best = divisions(4, rows, marks, (), (10.0, 248.1, "ink"), (True, True))[0]
    assert best.start_mm == pytest.approx(5.1, abs=0.3)
    assert best.width_mm == pytest.approx(62.5, abs=0.05)
    # A pulse before the rows, or a margin, tells that nothing is missing there.
    whole = divisions(4, rows, marks, (), (10.0, 248.1, "ink"), (False, True))[0]
    assert whole.start_mm > 5.9


def test_rows_that_the_picture_cuts_do_not_tell_how_wide_columns_are() -> None:
    """Of four columns of 62.5 mm the picture lost 0.5 mm on the left and 1.3 mm on the right."""
    strength = np.zeros(round(300 * RASTER))
    strength[round(131.4 * RASTER)] = 1.0
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    marks, ends = Marks({"ticks": strength}, RASTER), (6.9, 255.1, "ink")
    best = divisions(4, rows, marks, (), ends, (True, True), (True, True))[0]
    assert best.width_mm == pytest.approx(62.5, abs=0.01)
    assert best.start_mm == pytest.approx(6.4, abs=0.2)


@pytest.mark.parametrize(
    ("width_mm", "stretch", "guessed", "against"),
    [
        (62.5, 1.0, False, 0.0),
        (62.5, 1.25, False, 0.0),
        (50.0, 1.0, False, 0.0),
        (50.0, 1.25, False, size.IMPOSSIBLE),
        (62.5, 1.0, True, 0.0),
        (50.0, 1.0, True, size.IMPOSSIBLE),
    ],
)
def test_millimetres_are_square_unless_columns_say_otherwise(
    width_mm: float, stretch: float, guessed: bool, against: float
) -> None:
    """Lines 1.25 times as far apart across as down: columns of 2.5 s are then 62.5 mm long if the
    picture was stretched, and 50 mm if overtones of the lines were taken for lines."""
    draft = SimpleNamespace(
        division=Division(20.0, width_mm, 4, 20.0 + 4 * width_mm, 0.0),
        seen=SimpleNamespace(pulses=(), pulse_mm=None),
    )
    said = size.square(SimpleNamespace(draft=draft), stretch, guessed)
    assert said.value == pytest.approx(-against)


@pytest.mark.parametrize(
    ("high", "wide", "source", "against"),
    [
        (6.5, 3.3, "print", size.IMPOSSIBLE),
        (10.2, 5.1, "print", 0.0),
        (10.0, 3.3, "print", 0.0),
        (6.5, 5.0, "print", 0.0),
        (6.5, 3.3, "pulse", 0.0),
    ],
    ids=["two thirds", "as printed", "narrow ones", "another gain", "no print"],
)
def test_pulses_too_small_both_ways_say_that_millimetres_are_none(
    high: float, wide: float, source: str, against: float
) -> None:
    """10 mm/mV and 25 mm/s in print: a pulse of 1 mV and 0.2 s is 10 mm high and 5 mm wide."""
    pulse = SimpleNamespace(height_mm=high, width_mm=wide, cut=False)
    scale = SimpleNamespace(gain_limb=10.0, gain_chest=10.0, speed=25.0, gain_from=source)
    seen = SimpleNamespace(pulses=(pulse,) * 3)
    said = size.pulses(SimpleNamespace(draft=SimpleNamespace(seen=seen), scale=scale))
    assert said.value == -against


@pytest.mark.parametrize(("stretch", "against"), [(1.09, size.UNLIKELY), (1.03, 0.0)])
def test_a_strip_without_pulse_on_lines_that_are_not_square_is_doubted(
    stretch: float, against: float
) -> None:
    """Pixels of a screen passed for a grid 5.83 px across and 5.37 px down: 1.09 times."""
    draft = SimpleNamespace(
        division=Division(20.0, 245.0, 1, 265.0, 0.0),
        seen=SimpleNamespace(pulses=(), pulse_mm=None),
    )
    said = size.square(SimpleNamespace(draft=draft), stretch, guessed=False)
    assert said.value == pytest.approx(-against)


@pytest.mark.parametrize(
    ("heights", "longer"),
    [
        ((10.4, 10.5, 10.4), 250.2 / 240.2),
        ((10.1, 10.2, 10.1), 1.0),
        ((10.1, 10.7, 10.4), 1.0),
        ((5.2, 5.2, 5.2), 1.0),
        ((10.4,), 1.0),
    ],
    ids=["rows of 9.6 s", "near enough", "they differ", "too low to tell", "one alone"],
)
def test_without_a_grid_pulses_that_agree_tell_the_scale(
    heights: tuple[float, ...], longer: float
) -> None:
    pulses = tuple(SimpleNamespace(height_mm=high) for high in heights)
    assert told_by_pulses(pulses) == pytest.approx(longer)


def row_of(curve: np.ndarray, drawn: np.ndarray) -> Row:
    """A row with its curve and pen."""
    return Row(curve, drawn, drawn, float(RASTER))


EVERYWHERE = np.ones(900, bool)
BROKEN = np.arange(900) % 10 < 7
ROUGH = 300.0 + 9.0 * np.sin(np.arange(900) / 20)


@pytest.mark.parametrize(
    ("curve", "drawn", "agreement", "is_litter"),
    [
        (np.full(900, 300.0), EVERYWHERE, 0.3, True),
        (ROUGH, BROKEN, 0.0, True),
        (ROUGH, EVERYWHERE, 0.0, False),
        (ROUGH, BROKEN, 0.7, False),
    ],
    ids=["a frame", "a crease", "a strip of other seconds", "a faint strip"],
)
def test_what_does_not_beat_and_is_no_trace_costs_more_than_leaving_it_out(
    curve: np.ndarray, drawn: np.ndarray, agreement: float, is_litter: bool
) -> None:
    rows = tuple(row_of(spikes(900, 100), EVERYWHERE) for _ in range(4))
    seen = SimpleNamespace(
        rows=(*rows, row_of(curve, drawn)),
        agreements=[0.8] * 4 + [agreement],
        spans_px=(0, 900),
        alike=0.0,
    )
    draft = SimpleNamespace(
        seen=seen, main=3, leads=((),) * 5, assumed=(4,), simultaneous=True, name="3x4+2R"
    )
    assert laws.litter(draft, 4) == is_litter
    without = SimpleNamespace(
        seen=SimpleNamespace(agreements=[0.8] * 4, alike=0.0),
        main=3,
        leads=((),) * 4,
        assumed=(),
        simultaneous=True,
    )
    cost = laws.together(without).value - laws.together(draft).value
    # A trace that rests all along beside the rows costs no more than five.
    assert (cost > 5.0) == is_litter


def test_a_strip_alone_ends_where_it_ends_and_not_at_a_frame() -> None:
    trace = np.zeros((480, 900), np.float32)
    drawn(spikes(900, 300), trace)
    trace[:, :150] = trace[:, 750:] = 0.0
    trace[20:23, :150] = trace[20:23, 750:] = 1.0
    (row,) = rows_of(trace, float(RASTER))[0]
    assert row.span_px == (pytest.approx(150, abs=12), pytest.approx(750, abs=12))


@pytest.mark.parametrize(
    ("marked", "end_mm", "time", "weak"),
    [
        (1, 280.0, 0.0, False),
        (0, 280.0, 0.0, False),
        (0, 275.0, 0.0, True),
        (1, 275.0, 0.0, False),
        (0, 280.0, 0.02, True),
    ],
    ids=["marked", "as usual", "the last is short", "short but marked", "unusual, unmarked"],
)
def test_columns_that_no_mark_tells_and_no_length_are_doubted(
    marked: int, end_mm: float, time: float, weak: bool
) -> None:
    division = Division(30.0, 125.0, 2, end_mm, 9.0, marked)
    assert doubted._weakly_told(SimpleNamespace(division=division), time) == weak


def test_a_rhythm_strip_named_by_strokes_is_the_lead_it_repeats() -> None:
    """Its name was read as III, and its waves are those of II; a second name V1 is no better."""
    shapes = {lead: spikes(900, 0, every) for lead, every in (("I", 90), ("II", 70), ("III", 110))}
    slow = {lead: 12.0 * np.sin(np.arange(900) / (9 + 2 * at)) for at, lead in enumerate(shapes)}
    main = [row_of(shapes[lead] + slow[lead], EVERYWHERE) for lead in shapes]
    strip = row_of(shapes["II"] + slow["II"] + 200.0, EVERYWHERE)
    seen = SimpleNamespace(
        rows=(*main, strip), agreements=[0.8] * 4, px_per_mm=float(RASTER), baselines_mm=None
    )

    def settled(name: str) -> str:
        draft = Draft(
            "3x1+1R",
            seen,
            None,
            Division(0.0, 900 / RASTER, 1, 900 / RASTER, 0.0),
            (("I",), ("II",), ("III",), (name,)),
            3,
            0.0,
            (),
        )
        return rhythm.rhythm_found(draft).leads[3][0]

    assert settled("III") == "II"
    assert settled("II") == "II"
    assert settled("V1") == "V1"


def test_two_rhythm_strips_of_one_name_are_never_both_believed() -> None:
    """A strip that the edge cuts bears specks that read II, below the one of II."""
    curve = spikes(900, 0, 70)
    rows = tuple(row_of(curve + 200.0 * row, EVERYWHERE) for row in range(5))
    seen = SimpleNamespace(
        rows=rows, agreements=[0.8] * 4 + [0.2], px_per_mm=float(RASTER), baselines_mm=None
    )
    leads = (("I",), ("II",), ("III",), ("II",), ("II",))
    whole = Division(0.0, 900 / RASTER, 1, 900 / RASTER, 0.0)
    draft = Draft("3x1+2R", seen, None, whole, leads, 3, 0.0, ())
    assert rhythm.rhythm_found(draft).assumed == (4,)


@pytest.mark.parametrize(
    ("read", "named"),
    [
        ({"I": 4.0, "II": 4.0}, False),
        ({"I": 4.0, "II": 1.0}, False),
        ({"aVR": 4.0, "V1": 4.0, "V4": 4.0}, True),
        ({"I": 4.0, "aVR": 4.0, "inked": 4.0}, True),
    ],
    ids=["strokes alone", "strokes at odds", "most names", "two names, and ink at the others"],
)
def test_a_lead_is_named_where_its_name_or_ink_like_it_stands(
    read: dict[str, float], named: bool
) -> None:
    """One row of four columns; names stand 4 mm above it. Strokes of waves pass for I and II."""
    leads = ("I", "aVR", "V1", "V4") if named else ("I", "II", "V1", "V4")
    pieces = tuple(
        SimpleNamespace(lead=lead, x0_mm=10.0 + 60.0 * at, x1_mm=70.0 + 60.0 * at, row=0)
        for at, lead in enumerate(leads)
    )
    moves = tuple(SimpleNamespace(from_zero_mm=30.0) for _ in pieces)
    places = {piece.lead: piece.x0_mm for piece in pieces}
    names = tuple(
        SimpleNamespace(lead=lead, x0_mm=places[lead] + 2.0, y_mm=30.0 - up)
        for lead, up in read.items()
        if lead in places
    )
    text = np.zeros((360, 1600), np.float32)
    if "inked" in read:
        for x0 in places.values():
            text[150:165, round((x0 + 2.0) * RASTER) : round((x0 + 4.0) * RASTER)] = 1.0
    flat = SimpleNamespace(text=text, trace=np.zeros_like(text), px_per_mm=float(RASTER))
    row = SimpleNamespace(baseline_px=180.0, px_per_mm=float(RASTER))
    draft = SimpleNamespace(
        print_=SimpleNamespace(names=names), main=1, seen=SimpleNamespace(rows=(row,))
    )
    found = as_printed._named(flat, SimpleNamespace(draft=draft), pieces, moves)
    assert found == (named,) * 4
