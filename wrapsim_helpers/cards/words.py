"""Numbers, dates and texts as cards write them."""

from typing import NamedTuple

from ..instants import whole_minutes

THIN = "\u2009"  # thin space, between thousands and before "%"
MONTHS = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
)  # not strftime, which depends on the locale
LONG_MONTHS = (
    "January February March April May June July August September October November December".split()
)
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Words(NamedTuple):
    """The texts of a card.

    kicker    the subject
    headline  the finding, at most 4 words; of about 15 letters, so that it fits on one line
    reading   two lines of at most 40 letters: the number behind the finding, then a comparison
    rule      how it was counted
    alt       the card as text for people who do not see it, with every number of the card
    hero      the large number, or ""
    sub       one line under the headline
    """

    kicker: str
    headline: str
    reading: tuple[str, ...]
    rule: str
    alt: str
    hero: str = ""
    sub: str = ""


def words_on(story, subject, headline, reading, rule, before="", after="", **more):
    """The `Words` on a subject of the year, such as "Top songs".

    before, after  what the alt text says before and after the reading lines
    """
    said = " ".join([before, *reading, after]).strip()
    alt = f"{story.listener['name']}, {subject.lower()} of {story.year}: {said}"
    return Words(f"{subject}, {story.year}", headline, reading, rule, alt, **more)


def count(n):
    """A count as text: thin spaces from 10 000 on, a half as ½, no decimals."""
    whole, half = divmod(round(2 * n), 2)
    text = f"{whole:,}".replace(",", THIN if whole >= 10_000 else "")
    return (text if whole or not half else "") + "½" * half


def counted(n, thing):
    """A count with its noun: 3, "play" -> "3 plays"."""
    return f"{count(n)} {thing}{'' if n == 1 else 's'}"


def minutes_text(ms):
    """Milliseconds rounded to whole minutes."""
    return int(whole_minutes(ms))


def counted_minutes(ms):
    """Milliseconds in minutes with the noun: "12 minutes"."""
    return counted(minutes_text(ms), "minute")


def of_100(share):
    """A share as text, of 100: 0.34 -> "34"; "under 1" and "over 99" near the ends."""
    if 0 < share < 0.005:
        return "under 1"
    return "over 99" if 0.995 <= share < 1 else str(round(100 * share))


def percent_text(share):
    """0.34 as "34 %", with a thin space."""
    return f"{of_100(share)}{THIN}%"


def day(date):
    """A date as text: "25 May"."""
    return f"{date.day} {MONTHS[date.month - 1]}"


def span(story):
    """A story's period as text: "1 Jan to 31 Dec"."""
    return f"{day(story.first_day)} to {day(story.last_day)}"


def whole_days(n_minutes):
    """Minutes as days or hours without a pause: "13 days and nights", "7 hours"."""
    return (
        f"{counted(n_minutes // 1440, 'day')} and nights"
        if n_minutes >= 2880
        else counted(n_minutes // 60, "hour")
    )


def first_true(*cases):
    """The text of the first true case; cases: (condition, text), ..., and a default text."""
    return next((text for holds, text in cases[:-1] if holds), cases[-1])
