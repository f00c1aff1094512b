"""Colours of the cards. One table: theme -> card -> look."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..checking import check_choice

INK, PAPER, CORAL, BLUE, SUN, MINT = (
    "#17151F",
    "#F3EEE3",
    "#FF5A3C",
    "#2438C9",
    "#FFC53D",
    "#8FE3C0",
)
RUST, GREY, MIST, PERI = "#C0341B", "#5A5563", "#B9B4C7", "#C9CFFF"
BLACK, WHITE, YELLOW = "#000000", "#FFFFFF", "#FFE600"


class Paint(NamedTuple):
    """The fill of a shape: face colour, colour of a 4 px edge or "none", hatching or None."""

    face: str
    edge: str = "none"
    hatch: str | None = None


@dataclass(frozen=True)
class Look:
    """The colours of one card: texts first, then shapes, each from strong to weak."""

    ground: str  # background
    text: str  # normal text
    quiet: str  # less important text
    loud: str  # the headline or hero number
    accent: Paint  # the shape that the headline is about
    mark: Paint  # the other shapes with data
    muted: Paint  # less important shapes with data
    other: str  # the line of the crowd
    faint: str  # hairlines and outlines without data
    layers: tuple[
        tuple[Paint, str], ...
    ]  # neighbouring fills, each with the colour of its text; the last is for "N more"
    disc: tuple[str, str, str, str]  # three genres, and all other genres
    badge: str  # background of the small disc

    def paints(self, accented):
        """The paint of each shape: accent where `accented` is true, mark elsewhere."""
        return [self.accent if is_accent else self.mark for is_accent in accented]


ON_INK = Look(
    ground=INK,
    text=PAPER,
    quiet=MIST,
    loud=SUN,
    accent=Paint(SUN),
    mark=Paint(CORAL),
    muted=Paint("#6F6A86"),
    other=MINT,
    faint="#2B2838",
    layers=(
        (Paint(CORAL), INK),
        (Paint(PAPER), INK),
        (Paint(BLUE), PAPER),
        (Paint(MINT), INK),
        (Paint(RUST), PAPER),
        (Paint(INK, MIST), PAPER),
    ),
    disc=(SUN, CORAL, MINT, "#6F6A86"),
    badge=INK,
)
ON_PAPER = replace(
    ON_INK,
    ground=PAPER,
    text=INK,
    quiet=GREY,
    loud=RUST,
    accent=Paint(RUST),
    mark=Paint(INK),
    muted=Paint("#8C8794"),
    other=BLUE,
    faint="#D9D2C4",
)
ON_CORAL = replace(
    ON_INK,
    ground=CORAL,
    text=INK,
    quiet=INK,
    loud=INK,
    accent=Paint(PAPER, INK),
    mark=Paint(INK),
    muted=Paint("#7A1E0E"),
    other=INK,
    faint="#E0452A",
)
ON_BLUE = replace(
    ON_INK,
    ground=BLUE,
    text=PAPER,
    quiet=PERI,
    loud=SUN,
    accent=Paint(SUN),
    mark=Paint(PAPER),
    muted=Paint("#8E9BFF"),
    other=MINT,
    faint="#3F52DB",
)
ON_SUN = replace(
    ON_INK,
    ground=SUN,
    text=INK,
    quiet=INK,
    loud=BLUE,
    accent=Paint(BLUE),
    mark=Paint(INK),
    muted=Paint("#8A6200"),
    other=RUST,
    faint="#E3AC28",
    layers=(*ON_INK.layers[:-1], (Paint(SUN, INK), INK)),
)
CONTRAST = replace(
    ON_INK,
    ground=BLACK,
    text=WHITE,
    quiet=WHITE,
    loud=YELLOW,
    accent=Paint(YELLOW),
    mark=Paint(WHITE),
    muted=Paint("#9A9A9A"),
    other=WHITE,
    faint="#333333",
    layers=(
        *((Paint(YELLOW, BLACK), BLACK), (Paint(WHITE, BLACK), BLACK)) * 2,
        (Paint(YELLOW, BLACK), BLACK),
        (Paint(BLACK, WHITE), WHITE),
    ),
    disc=(YELLOW, "#9A9A9A", WHITE, "#C8C8C8"),
    badge=BLACK,
)
PRINT = replace(
    ON_INK,
    ground=WHITE,
    text=BLACK,
    quiet=BLACK,
    loud=BLACK,
    accent=Paint(BLACK),
    mark=Paint(WHITE, BLACK),
    muted=Paint("#767676"),
    other=BLACK,
    faint="#E6E6E6",
    layers=tuple((Paint(WHITE, BLACK, hatch), BLACK) for hatch in ("//", "", "\\\\", "", "xx", "")),
    disc=(BLACK, "#767676", "#444444", "#949494"),
    badge=WHITE,
)

# Neighbouring cards differ in ground, also if a card between them is missing. A card that is not
# listed is on paper.
PRESS = defaultdict(
    lambda: ON_PAPER,
    minutes=ON_CORAL,
    top_song_quiz=ON_INK,
    top_songs=ON_PAPER,
    top_artists=ON_BLUE,
    top_genres=ON_SUN,
    listening_clock=ON_INK,
    calendar=ON_PAPER,
    longest_streak=ON_CORAL,
    skip_rate=ON_SUN,
    place=ON_BLUE,
    top_albums=ON_INK,
    number_one=ON_PAPER,
    artist_race=ON_BLUE,
    peak_months=ON_PAPER,
    artist_streak=ON_CORAL,
    first_song=ON_PAPER,
    discoveries=ON_SUN,
    seasons=ON_CORAL,
    world=ON_BLUE,
    oldest_song=ON_CORAL,
    listening_age=ON_PAPER,
    audio_aura=ON_INK,
    audio_day=ON_BLUE,
    music_evolution=ON_SUN,
    archive=ON_PAPER,
    similar_listeners=ON_INK,
    missed_songs=ON_SUN,
    loyalty=ON_CORAL,
    comebacks=ON_BLUE,
    blend=ON_BLUE,
    party=ON_CORAL,
    personality=ON_PAPER,
    character=ON_INK,
    club=ON_CORAL,
    leaderboard=ON_SUN,
    sound_town=ON_BLUE,
    on_repeat=ON_CORAL,
    milestones=ON_PAPER,
    movie=ON_INK,
    tastebreakers=ON_BLUE,
    festival=ON_SUN,
    decade=ON_CORAL,
    new_releases=ON_PAPER,
    two_truths=ON_CORAL,
    year_before=ON_SUN,
    pioneer=ON_INK,
    rare_artists=ON_BLUE,
    country_place=ON_INK,
    hourly_families=ON_BLUE,
    energy=ON_CORAL,
    stand_out=ON_PAPER,
    kept_songs=ON_SUN,
    artist_year=ON_INK,
    artist_countries=ON_SUN,
    accolades=ON_BLUE,
    summary=ON_INK,
    too_little=ON_BLUE,
)
THEMES = {
    "press": PRESS,
    "night": defaultdict(lambda: ON_INK),
    "contrast": defaultdict(lambda: CONTRAST),
    "print": defaultdict(lambda: PRINT),
}


def check_theme(theme):
    """The name of a theme, in any case. Raises ValueError, with the nearest name, if it is
    unknown.
    """
    return check_choice("theme", theme, tuple(THEMES))
