"""The patient's age at the time of an ECG, in whole years: dates stay where they are read."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

OLDEST = 130
YEARS_PER_UNIT: dict[str, float] = {
    "y": 1.0,
    "a": 1.0,
    "yr": 1.0,
    "year": 1.0,
    "years": 1.0,
    "m": 1 / 12,
    "mo": 1 / 12,
    "month": 1 / 12,
    "months": 1 / 12,
    "w": 7 / 365.25,
    "wk": 7 / 365.25,
    "week": 7 / 365.25,
    "weeks": 7 / 365.25,
    "d": 1 / 365.25,
    "day": 1 / 365.25,
    "days": 1 / 365.25,
    "h": 1 / 8766,
    "hour": 1 / 8766,
    "hours": 1 / 8766,
}
"""Years in a unit of age, as DICOM, UCUM and carts write it."""
_STATED = re.compile(
    r"<?\bage\b>?\s*(?:[(\[]\s*(?:in\s+)?(y(?:ea)?rs?|months?)\s*[)\]])?\s*[:=]?\s*"
    r"(\d{1,3}(?:\.\d+)?)(?!\d|[-./]\d)\s*([a-z]{2,}|y\b)?",
    re.IGNORECASE,
)
_AGE_AND_SEX = re.compile(r"\s*(\d{1,3})\s+[MF]\b.*")
"""As the records of MIT-BIH begin: "69 M 1085 1629 x1"."""
_ISO = re.compile(r"(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?")


def years(value: float | None, unit: str = "y") -> int | None:
    """Whole years of a stated age; None where the unit is unknown or nobody is so old.

    >>> years(30, "months"), years(9.0), years(200), years(3, "parsecs")
    (2, 9, None, None)
    """
    factor = YEARS_PER_UNIT.get(unit.strip().lower())
    if value is None or factor is None or not 0 <= value * factor <= OLDEST:
        return None
    return int(value * factor + 1e-9)


def stated(text: str) -> int | None:
    """Whole years of an age in words: "Age: 8", "<age>: 63 <sex>: M", "age: 8 months", "69 M".

    >>> stated("Age: 8 years old"), stated("age: 8 months"), stated("8 F x1"), stated("stage: 3")
    (8, 0, 8, None)
    """
    if match := _AGE_AND_SEX.fullmatch(text):
        return years(float(match[1]))
    if (match := _STATED.search(text)) is None:
        return None
    unit = (match[1] or match[3] or "years").lower()
    return years(float(match[2]), unit if unit in YEARS_PER_UNIT else "years")


def between(born: date | None, recorded: date | None) -> int | None:
    """Whole years from birth to the recording, or None.

    >>> between(date(2010, 5, 3), date(2020, 5, 2))
    9
    """
    if born is None or recorded is None or recorded < born:
        return None
    had_birthday = (recorded.month, recorded.day) >= (born.month, born.day)
    return years(recorded.year - born.year - (0 if had_birthday else 1))


def day(text: str | None) -> date | None:
    """The day that a text begins with: 20200131 or 2020-01-31; None where it is none.

    Of a month or a year alone ("2015-05", "2015"), its last day: who is born then is rather taken
    for too young than for too old.

    >>> day("20200131"), day("2015-05"), day("2015"), day("31.01.2020")
    (datetime.date(2020, 1, 31), datetime.date(2015, 5, 31), datetime.date(2015, 12, 31), None)
    """
    match = _ISO.match((text or "").strip())
    if match is None:
        return None
    year, month = int(match[1]), int(match[2] or 12)
    try:
        return date(year, month, int(match[3] or monthrange(year, month)[1]))
    except ValueError:
        return None
