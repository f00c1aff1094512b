"""Numbers, dates and texts as cards write them."""

import re
from datetime import date
from typing import NamedTuple

import pytz

from ..checking import front_door
from ..instants import MINUTE_MS, whole_minutes
from ..wrapped.editions import EDITIONS

THIN = "\u2009"  # thin space, between thousands and before "%"
MONTHS = (
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
)  # not strftime, which depends on the locale
LONGEST_YEAR = 366  # days
EDGE_DAYS = 7  # without a play, or not in the run, at either end of a year that a title names
LONG_MONTHS = (
    "January February March April May June July August September October November December".split()
)
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
VERSION = re.compile(  # what a title says about guests and remastering
    r"""\s*(?:[(\[](?:feat\.?|ft\.?|featuring)\s[^)\]]*[)\]]
    |[(\[][^)\]]*\bremaster[^)\]]*[)\]]
    |\s[-–]\s[^-–]*\bremaster.*$
    |\s(?:feat\.|ft\.|featuring)\s.*?(?=\s[-–]\s|$))""",
    re.IGNORECASE | re.VERBOSE,
)
GUEST_WEIGHTS = {0: "do not count", 0.5: "count half", 1: "count in full"}
WITH_ARTICLE = {"Netherlands", "Philippines", "Bahamas", "Maldives", "Gambia", "Seychelles"}
WITH_ARTICLE_AT_END = (" Islands", " Republic", " Emirates", " States")
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


class Words(NamedTuple):
    """The texts of a card.

    kicker    the subject
    headline  the finding, at most 4 words; of about 15 letters, so that it fits on one line
    reading   two lines of at most 40 letters: the number behind the finding, then a comparison
    rule      how it was counted
    alt       the card as text for people who do not see it, with every number of the card
    hero      the large number, or ""
    sub       one line under the headline, or two with a line break
    """

    kicker: str
    headline: str
    reading: tuple[str, ...]
    rule: str
    alt: str
    hero: str = ""
    sub: str = ""


def words_on(story, subject, headline, reading, rule, before="", after="", **more):
    """The `Words` on a subject of the year, such as "Top songs". The alt text says the headline,
    after the hero number if there is one, then the reading lines.

    before, after  what the alt text says before and after the reading lines
    """
    finding = f"{more.get('hero', '')} {headline}".strip()
    said = " ".join([before, *reading, after]).strip()
    sentence = finding if finding.endswith("?") else f"{finding}."
    what = f"{subject[:1].lower()}{subject[1:]} of {period_named(story)}"
    alt = f"{story.listener['name']}, {what}: {sentence} {said}"
    return Words(f"{subject}, {period_named(story)}", headline, reading, rule, alt, **more)


def short_title(title):
    """A title without its guests and without "Remaster": "Salt (feat. Ivy) - 2011 Remaster" ->
    "Salt". A title of nothing else stays as it is.
    """
    return VERSION.sub("", title).strip() or title


def count(n):
    """A whole number as text: thin spaces from 10 000 on, no decimals."""
    return f"{round(n):,}".replace(",", THIN if round(n) >= 10_000 else "")


def capital(text):
    """A text whose first letter is a capital: "k-pop" -> "K-pop"."""
    return text[:1].upper() + text[1:]


def counted(n, thing):
    """A count with its noun: 3, "play" -> "3 plays"."""
    return f"{count(n)} {thing}{'' if n == 1 else 's'}"


def ordinal(n):
    """A rank as text: "first", "tenth", "11th", "22nd"."""
    if n <= len(ORDINALS):
        return ORDINALS[n - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{'th' if n % 100 in (11, 12, 13) else ending}"


def in_upper_half(rank, n):
    """Whether a rank among n is told: those of the lower half are not. rank: 1 for the most"""
    return 2 * rank <= n or rank == 1


def is_only_largest(numbers):
    """Whether no number equals the largest one, so that one month or day can be named as its."""
    return list(numbers).count(max(numbers)) == 1


def with_article(country):
    """A country's name as it stands in a sentence: "the Netherlands", "Japan"."""
    takes_one = country.startswith("United ") or country in WITH_ARTICLE
    return f"the {country}" if takes_one or country.endswith(WITH_ARTICLE_AT_END) else country


def ranks_by_minutes(story):
    """Whether the rules of a story rank by minutes instead of streams."""
    return story.rules.by == "minutes"


def unit_of_ranks(story):
    """What the bars of a ranking count: "play", or "minute" if minutes rank."""
    return "minute" if ranks_by_minutes(story) else "play"


def ranked_amounts(story, table, plays="n_streams"):
    """The lengths of the bars of a ranking, an array: plays, or whole minutes if minutes rank.

    plays  column of the plays
    """
    minutes = ranks_by_minutes(story)
    return (whole_minutes(table["ms_played"]) if minutes else table[plays]).to_numpy()


def guest_plays(rules):
    """How much a play as a guest counts in a ranking of artists: "Guest plays count half"."""
    weight = 1 if rules.by == "minutes" else rules.featured_weight
    return f"Guest plays {GUEST_WEIGHTS[weight]}"


def minutes_text(ms):
    """Whole minutes of milliseconds: what was played is rounded down, as in all tables."""
    return int(whole_minutes(ms))


def counted_minutes(ms):
    """Milliseconds in minutes with the noun: "12 minutes"."""
    return counted(minutes_text(ms), "minute")


def average_minutes(ms):
    """The mean of some milliseconds in minutes, to the nearest, with the noun: "12 minutes"."""
    return counted(round(ms / MINUTE_MS), "minute")


def minutes_of_average_day(ms):
    """Milliseconds on an average day as text, to the nearest minute; under ten minutes it says that
    it is no exact number: "43 minutes", "about 4 minutes", "under a minute".
    """
    if ms < MINUTE_MS:
        return "under a minute" if ms else "nothing"
    return average_minutes(ms) if ms >= 9.5 * MINUTE_MS else f"about {average_minutes(ms)}"


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
    """A story's period as text: "1 Jan to 31 Dec", of over a year "2019 to 2024", or "Nov 2019–Feb
    2024".
    """
    first, last = story.first_day, story.last_day
    if (last - first).days < LONGEST_YEAR:
        return f"{day(first)} to {day(last)}"
    is_whole = (day(first), day(last)) == ("1 Jan", "31 Dec")
    return f"{first.year} to {last.year}" if is_whole else f"{month(first)}–{month(last)}"


def month(date):
    """The month of a date as text: "May 2024"."""
    return f"{MONTHS[date.month - 1]} {date.year}"


def span_and_year(story):
    """A story's period as text with its year or years: "1 Jan to 31 Dec 2024", "3 Nov 2024 to 8 Feb
    2025".
    """
    first, last = story.first_day, story.last_day
    year = f" {first.year}" if first.year != last.year else ""
    return f"{day(first)}{year} to {day(last)} {last.year}"


def period_named(story):
    """A story's period as titles name it: "2025" for the days of its edition in a year, give or
    take EDGE_DAYS, "2023–2025" for more than a year, "1 Mar to 15 Jun 2025" for any other days.
    """
    edition = EDITIONS.get(story.edition, EDITIONS["all"])
    first, last = date(story.year, 1, 1), date(story.year, *edition.last_day)
    missing = max(story.first_day - first, last - story.last_day)
    is_of_year = missing.days <= EDGE_DAYS and story.last_day.year == story.year
    is_long = (story.last_day - story.first_day).days >= LONGEST_YEAR
    return story.years if is_of_year or is_long else span_and_year(story)


@front_door
def describe_story(story):
    """Who the listener is, and below it what the period holds."""
    who, n = story.listener, story.first("minutes")
    home = who["city"], pytz.country_names.get(who["country"], who["country"])
    return (
        f"{', '.join(filter(None, (who['name'], *home)))}\n"
        f"{span_and_year(story)}: {counted_minutes(n['ms_played'])} on "
        f"{counted(n['n_days'], 'day')}, {counted(n['n_plays'], 'play')}, "
        f"{count(n['n_streams'])} of them streams, {counted(n['n_artists'], 'artist')}"
    )


def in_days(n_minutes):
    """Minutes of music in a larger unit: "31 days", "5.9 days", "7 hours"; under two hours, as they
    are.
    """
    days = n_minutes / 1440
    return first_true(
        (n_minutes < 120, counted(n_minutes, "minute")),
        (days < 2, f"{count(n_minutes / 60)} hours"),
        (days < 10, f"{days:.1f} days"),
        f"{count(days)} days",
    )


def first_true(*cases):
    """The text of the first true case; cases: (condition, text), ..., and a default text."""
    return next((text for holds, text in cases[:-1] if holds), cases[-1])
