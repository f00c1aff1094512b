"""Numbers, dates and sentences as the cards write them."""

from typing import NamedTuple

from ..instants import whole_minutes

THIN = "\u2009"  # thin space, between thousands and before "%"
MONTHS = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
)  # not strftime: that asks the locale
LONG_MONTHS = (
    "January February March April May June July August September October November December".split()
)
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Words(NamedTuple):
    """Everything a card says.

    kicker    what it is about; hero  the number, where a number leads; headline  the finding, at
              most 4 words
    sub       one line under it; reading  the finding's measure, then a comparison; rule  how it was
              counted
    alt       the card for somebody who does not see it, with the same numbers
    """

    kicker: str
    headline: str
    reading: tuple[str, ...]
    rule: str
    alt: str
    hero: str = ""
    sub: str = ""


def count(n):
    """A count as text: thin space from 10 000 on, halves as 1/2, no decimals otherwise."""
    whole, half = divmod(round(2 * n), 2)
    text = f"{whole:,}".replace(",", THIN if whole >= 10_000 else "")
    return (text if whole or not half else "") + "½" * half


def counted(n, thing):
    """3, "play" -> "3 plays"."""
    return f"{count(n)} {thing}{'' if n == 1 else 's'}"


def minutes(ms):
    """Milliseconds as whole minutes, the nearest."""
    return int(whole_minutes(ms))


def of_100(share):
    """0.34 -> "34"; a little is not 0, and almost everything is not 100."""
    if 0 < share < 0.005:
        return "under 1"
    return "over 99" if 0.995 <= share < 1 else str(round(100 * share))


def percent(share):
    """0.34 as "34 %", with a thin space."""
    return f"{of_100(share)}{THIN}%"


def day(date):
    """25 May"""
    return f"{date.day} {MONTHS[date.month - 1]}"


def span(story):
    """1 Jan to 31 Dec"""
    return f"{day(story.first_day)} to {day(story.last_day)}"


def whole_days(n_minutes):
    """How long that is without a pause: "13 days and nights", "7 hours"."""
    return (
        counted(n_minutes // 1440, "day") + " and nights"
        if n_minutes >= 2880
        else counted(n_minutes // 60, "hour")
    )


def listed(items):
    """a, b and c"""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def first_true(*cases):
    """The text of the first case that holds: (condition, text), ..., text."""
    return next((text for holds, text in cases[:-1] if holds), cases[-1])
