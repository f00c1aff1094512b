"""Editions of Wrapped: each one's days, rules, and insights in story order."""

from dataclasses import dataclass
from datetime import date

from ..checking import check_count, front_door
from .counting import Rules
from .insights import INSIGHTS


@dataclass(frozen=True)
class Edition:
    """One year's Wrapped.

    name      "all", or the year whose rules it follows
    last_day  (month, day), the last day it counts; the first is 1 January
    story     names of the insights that it tells, each by a card, in order
    rules     the rules of counting
    """

    name: str
    last_day: tuple
    story: tuple
    rules: Rules = Rules()

    @property
    def insights(self):
        """Names of the insights: those of the story, then those that its cards need too."""
        return tuple(dict.fromkeys([*self.story, *OF_CARDS]))

    @property
    def records(self):
        """The insights as records, in the order of `insights`."""
        return tuple(INSIGHTS[name] for name in self.insights)

    @property
    def queries(self):
        """Name -> query of the insights that have one."""
        return {insight.name: insight.query for insight in self.records if insight.query}

    @property
    def tallies(self):
        """Names of the tallies that the insights read, each once."""
        names = [name for insight in self.records for name in insight.tallies]
        return tuple(dict.fromkeys(["totals", *names]))


# "all" is the whole year; the editions of a year end when the service stopped counting
LAST_DAYS = {
    "all": (12, 31),
    "2025": (11, 15),
    "2024": (11, 15),
    "2023": (11, 19),
    **{str(year): (10, 31) for year in range(2022, 2012, -1)},
}
STORY = (
    "minutes",
    "top_song_quiz",
    "top_songs",
    "top_artists",
    "top_genres",
    "top_families",
    "listening_clock",
    "hourly_families",
    "calendar",
    "monthly_genres",
    "monthly_families",
    "longest_streak",
    "skip_rate",
    "place",
    "crowd",
    "country_place",
    "release_years",
    "top_release_year",
    "oldest_song",
    "listening_age",
    "audio_aura",
    "audio_day",
    "energy",
    "genre_mixture",
    "music_evolution",
    "archive",
    "top_albums",
    "number_one",
    "artist_race",
    "peak_months",
    "artist_streak",
    "first_song",
    "discoveries",
    "pioneer",
    "seasons",
    "world",
    "stand_out",
    "similar_listeners",
    "missed_songs",
    "rare_artists",
    "loyalty",
    "comebacks",
    "personality",
    "personality_axes",
    "character",
    "club",
    "sound_town",
    "fan_rank",
    "leaderboard",
    "on_repeat",
    "kept_songs",
    "milestones",
    "movie",
    "tastebreakers",
    "festival",
    "decade",
    "new_releases",
    "two_truths",
    "year_before",
)
# insights that several cards read: the small disc, the summary, and comparisons with the crowd; and
# listening_habits, which Wrapped<year>.json and a party read
OF_CARDS = (
    "minutes",
    "top_songs",
    "top_artists",
    "top_genres",
    "top_families",
    "monthly_genres",
    "monthly_families",
    "calendar",
    "listening_clock",
    "longest_streak",
    "skip_rate",
    "place",
    "crowd",
    "fan_rank",
    "release_years",
    "genre_mixture",
    "personality_axes",
    "listening_habits",
)
# What each year told, as the press and the service described it, as far as the data hold it; what
# they lack is listed in docs/tables.md. Neighbours differ in ground.
EARLY = ("minutes", "top_songs", "top_artists", "seasons")
STORIES = {
    "2013": EARLY,
    "2014": EARLY,
    "2015": EARLY,
    "2016": ("minutes", "top_song_quiz", "top_songs", "top_artists", "top_genres"),
    "2017": ("minutes", "top_songs", "top_artists", "missed_songs"),
    "2018": (
        "minutes",
        "first_song",
        "oldest_song",
        "top_songs",
        "top_artists",
        "discoveries",
        "rare_artists",
    ),
    "2019": ("minutes", "top_songs", "top_artists", "seasons", "top_genres", "world"),
    "2020": (
        "minutes",
        "top_songs",
        "discoveries",
        "number_one",
        "pioneer",
        "kept_songs",
        "top_artists",
        "top_genres",
    ),
    "2021": (
        "minutes",
        "country_place",
        "top_songs",
        "audio_aura",
        "top_artists",
        "movie",
        "top_genres",
    ),
    "2022": (
        "minutes",
        "top_songs",
        "top_artists",
        "top_genres",
        "audio_day",
        "personality",
        "leaderboard",
    ),
    "2023": (
        "minutes",
        "top_songs",
        "sound_town",
        "top_genres",
        "calendar",
        "character",
        "top_artists",
        "peak_months",
    ),
    "2024": (
        "minutes",
        "top_songs",
        "top_artists",
        "music_evolution",
        "artist_streak",
        "place",
        "leaderboard",
    ),
    "2025": (
        "minutes",
        "top_song_quiz",
        "top_songs",
        "top_artists",
        "top_genres",
        "top_albums",
        "artist_race",
        "leaderboard",
        "listening_age",
        "club",
        "archive",
    ),
    "all": STORY,
}
EDITIONS = {name: Edition(name, day, STORIES[name]) for name, day in LAST_DAYS.items()}


def edition_named(name):
    """The `Edition` of a name (text or number); an `Edition` as it is. Raises ValueError for an
    unknown name.
    """
    if isinstance(name, Edition):
        return name
    key = str(name).casefold()
    if key not in EDITIONS:
        years = sorted(EDITIONS.keys() - {"all"})
        raise ValueError(
            f"edition is {name!r}; it must be 'all', or a year from {years[0]} to {years[-1]}."
        )
    return EDITIONS[key]


def joined_edition(editions):
    """One edition with the insights of several that count by the same rules: the one that has them
    all, or a new one.
    """
    story = tuple(dict.fromkeys(name for edition in editions for name in edition.story))
    name = f"{editions[0].name}-{editions[-1].name}"
    joined = Edition(name, editions[0].last_day, story, editions[0].rules)
    return next((edition for edition in editions if set(story) <= set(edition.insights)), joined)


@front_door
def window(year, edition="all"):
    """First and last day of an edition in a year, both inclusive; the first is 1 January."""
    check_count("year", year, 2000, 2037)
    return date(year, 1, 1), date(year, *edition_named(edition).last_day)
