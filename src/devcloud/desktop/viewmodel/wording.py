"""Times, lengths and numbers as a person reads them. Pure: the moment is an argument.

Times are 24-hour in both languages; days are those of the local clock (datetimes come with a zone).
"""

import unicodedata
from datetime import datetime

from devcloud.model.texts import Language, say

_DAYS = {
    Language.FRENCH: ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    Language.ENGLISH: (
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    ),
}  # fmt: skip
_MONTHS = {
    Language.FRENCH: (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    Language.ENGLISH: (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip


def local(at: float) -> datetime:
    """Return a moment (seconds since 1970) in the machine's own zone."""
    return datetime.fromtimestamp(at).astimezone()


def clock_time(at: datetime) -> str:
    """«18:12»."""
    return f"{at.hour:02d}:{at.minute:02d}"


def clock_time_s(at: datetime) -> str:
    """«18:12:07», for the log."""
    return f"{clock_time(at)}:{at.second:02d}"


def day(at: datetime, now: datetime, language: Language) -> str:
    """«Today», «Yesterday», «Monday» within the week, then «14 March» and «14 March 2025»."""
    days = (now.date() - at.date()).days
    if days == 0:
        return say("desktop.day_today", language)
    if days == 1:
        return say("desktop.day_yesterday", language)
    if 1 < days < 7:
        named = _DAYS[language][at.weekday()]
        return named[:1].upper() + named[1:]
    first = "1er" if at.day == 1 and language is Language.FRENCH else str(at.day)
    written = f"{first} {_MONTHS[language][at.month - 1]}"
    return written if at.year == now.year else f"{written} {at.year}"


def moment(at: datetime, now: datetime, language: Language) -> str:
    """«Yesterday at 18:12»."""
    return say("desktop.day_at", language, day=day(at, now, language), time=clock_time(at))


def length(seconds: float) -> str:
    """«45 s», «12 min», «1 h 04»: how long a call was."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min"
    return f"{whole // 3600} h {whole // 60 % 60:02d}"


def timer(seconds: float) -> str:
    """«04:32», then «1:04:32»."""
    whole = max(0, int(seconds))
    minutes = f"{whole // 60 % 60:02d}:{whole % 60:02d}"
    return minutes if whole < 3600 else f"{whole // 3600}:{minutes}"


def decimal(value: float, places: int, language: Language) -> str:
    """«4.1» or «4,1»."""
    written = f"{value:.{places}f}"
    return written.replace(".", ",") if language is Language.FRENCH else written


def percent(share: float, language: Language) -> str:
    """«0.3%» or «0,3 %», of a share from 0 to 1."""
    number = decimal(100 * share, 1, language)
    return f"{number}\u202f%" if language is Language.FRENCH else f"{number}%"


def milliseconds(value: float) -> str:
    """«38 ms»."""
    return f"{value:.0f} ms"


def search_key(text: str) -> str:
    """Return `text` without accents and case, to find and to sort by."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def in_silent_hours(at: datetime, start: str, end: str) -> bool:
    """Say whether a moment is between «22:00» and «07:00»; never when one of them is empty."""
    if not start or not end or start == end:
        return False
    now = clock_time(at)
    return start <= now < end if start < end else now >= start or now < end
