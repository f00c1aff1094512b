"""Cards of what sort of listener somebody is: personality, character and club."""

import numpy as np

from ..wrapped.characters import CHARACTERS
from ..wrapped.clubs import CLUBS, ROLES
from ..wrapped.personality import AXES
from .canvas import (
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    Paint,
    dots,
    lines,
    page,
    reading_line,
    rectangles,
    write,
    write_centred,
)
from .words import capital, count, counted, in_upper_half, ordinal, percent_text, words_on

# ---------------------------------------------------------------- personality

FIRST_SLIDER, SLIDER_STEP, BAND = 742, 198, 96  # first label, from label to label, height of dots
MIDDLE, HALF = (LEFT + RIGHT) / 2, MEASURE / 2 - 24
FEW = 100  # listeners who get larger dots
MEANING = 654  # baseline of the sentence on the comparison, pixels
LETTERS = {  # what a letter of a type says, against the median of the crowd
    "F": "more familiar artists",
    "E": "more exploring",
    "N": "newer songs",
    "T": "older songs",
    "L": "more repeats",
    "V": "fewer repeats",
    "C": "more popular",
    "U": "less popular",
}
OUTER = 0.03  # share of the crowd beyond each end of a slider


def draw_personality(ax, story, theme="press"):
    """Which of 16 types is the listener?

    The code, and a slider for each letter: small dots are listeners of the crowd, a large one is
    the listener, and the line at the centre is the cut.
    """
    look = page(ax, story, "personality", theme, words_of_personality(story), sizes=(162,))
    row, crowd = story.first("personality"), story.tables["personality_axes"]
    compared = compared_with(int(row["n_listeners"]))
    write(ax, LEFT, MEANING, compared, RULE, "text", look.text, "meaning")
    for i, axis in enumerate(AXES):
        y, is_first = FIRST_SLIDER + SLIDER_STEP * i, row["code"][i] == axis.first[0]
        for x, ha, letter, mine in (
            (LEFT, "left", axis.first[0], is_first),
            (RIGHT, "right", axis.second[0], not is_first),
        ):
            face, colour = ("name", look.loud) if mine else ("text", look.quiet)
            write(ax, x, y, letter_meaning(letter), READING, face, colour, "axis", ha=ha)
        draw_slider(ax, look, axis, y + 84, crowd[crowd["axis"] == axis.first], row[axis.measure])
    return ax


def letter_meaning(letter):
    """What a letter of a type says: "F: familiar artists"."""
    return f"{letter}: {LETTERS[letter]}"


def compared_with(n):
    """With whom a type compares, as a line over the sliders. n: listeners who have a type"""
    if n > 1:
        return f"Against the median of {count(n)} listeners with a type:"
    return "Against fixed points, without other listeners:"


def draw_slider(ax, look, axis, y, crowd, value):
    """Draw one slider: the crowd's dots, the cut, and the listener."""
    lines(ax, [[(LEFT, y), (RIGHT, y)]], look.faint, 4, "hairline")
    others = slider_x(axis, crowd, crowd["value"].to_numpy(float))
    if len(others) > 1:
        pitch = 11 if len(others) > FEW else 18
        dots(ax, piled(others, y, pitch), 0.82 * pitch, look.muted, "crowd")
    lines(ax, [[(MIDDLE, y - BAND / 2), (MIDDLE, y + BAND / 2)]], look.text, 4, "cut")
    mine = slider_x(axis, crowd, np.array([float(value)]))[0]
    dots(ax, (mine, y), 52, Paint(look.accent.face, look.ground), "listener")


def slider_x(axis, crowd, values):
    """Positions of values on a slider: the first word is left, the cut at the centre, and the ends
    lie where OUTER of the crowd is beyond, but never nearer to the cut than a listener's spread.
    """
    cut = crowd["cut"].iloc[0] if len(crowd) else axis.cut
    ends = crowd["value"].quantile([OUTER, 1 - OUTER]) if len(crowd) else [cut]
    reach = max(*(abs(end - cut) for end in ends), axis.spread / 2)
    side = -1 if axis.high_is_first else 1
    return MIDDLE + side * HALF * np.clip((values - cut) / reach, -1, 1)


def piled(xs, y, pitch):
    """Centres of dots in columns around a line, (n, 2); full columns are set closer."""
    column = np.round((xs - LEFT) / pitch)
    centres = []
    for number in np.unique(column):
        n = int((column == number).sum())
        step = min(pitch, BAND / n)
        rows = y + step * (np.arange(n) - (n - 1) / 2)
        centres.append(np.c_[np.full(n, LEFT + pitch * number), rows])
    return np.concatenate(centres)


def words_of_personality(story):
    """The words of the card `personality`."""
    row = story.first("personality")
    n, n_same = int(row["n_listeners"]), int(row["n_same"])
    return words_on(
        story,
        "Personality",
        hero=row["code"],
        headline=row["name"],
        reading=(
            reading_line(f"Nearest type: {row['nearest_name']}, {row['nearest_code']}."),
            line_on_same_type(row["code"], n_same - 1, n - 1)
            if n > 1
            else "No other listener has a type.",
        ),
        rule="Large dot: you. Each side of a line: half of all."
        if n > 1
        else "Large dot: you. Lines: medians of 60 listeners.",
        before=f"{compared_with(n)} {', '.join(map(letter_meaning, row['code']))}.",
    )


def line_on_same_type(code, n_same, n):
    """The reading line on the n_same of n other listeners who have the same type."""
    if not n_same:
        return f"Nobody else is {code}."
    same = f"{count(n_same)} of the {counted(n, 'other')}"
    is_or_are = "is" if n_same == 1 else "are"
    return reading_line(
        f"{same} with a type {is_or_are} {code}.",
        f"{same} with a type: {code}.",
        f"{count(n_same)} of {count(n)} with a type: {code}.",
    )


# ---------------------------------------------------------------- character

FIRST_HABIT, HABITS_HEIGHT, MOST_STEP = 690, 860, 286  # first bar, all rows, one row, pixels
BAR, MOST_HABITS = 0.42, 5  # thickness of a bar as a share of the row, number of rows
HABITS = {character.measure: character.habit for character in CHARACTERS}
SHORTEST = {  # the habit of each character in two words, in a headline after its name
    "Vampire": "dark music",
    "Alchemist": "songs added",
    "Repeater": "same songs",
    "Cyclops": "one genre",
    "Luminary": "happy music",
    "Mastermind": "many genres",
    "Roboticist": "radio, mixes",
    "Shapeshifter": "artists change",
    "Librarian": "own playlists",
    "Hypnotist": "whole albums",
    "Fanatic": "one artist",
    "Nostalgist": "old favourites",
}
SENTENCES = {  # what a character does
    "Vampire": "plays a lot of dark music",
    "Alchemist": "adds many songs to playlists",
    "Repeater": "returns to the same songs",
    "Cyclops": "stays with one genre",
    "Luminary": "plays a lot of happy music",
    "Mastermind": "plays many genres, evenly",
    "Roboticist": "plays radio and daily mixes",
    "Shapeshifter": "changes artist at each song",
    "Librarian": "plays playlists of their own",
    "Hypnotist": "plays albums in their order",
    "Fanatic": "stays with one artist",
    "Nostalgist": "plays songs loved before",
}


def draw_character(ax, story, theme="press"):
    """Which habits of the listener stand out most? One bar for each of the first ones, as long as
    it is stronger than the crowd's mean.
    """
    look = page(ax, story, "character", theme, words_of_character(story))
    habits = strongest_habits(story)
    step = min(HABITS_HEIGHT / len(habits), MOST_STEP)
    scores, y = habits["score"].to_numpy(), FIRST_HABIT + step * np.arange(len(habits))
    long = np.maximum(MEASURE * scores / max(scores[0], 0.5), 4)
    rectangles(ax, LEFT, y, long, BAR * step, look.paints(np.arange(len(habits)) == 0), "bars")
    for i, habit in enumerate(habits["habit"]):
        colour = look.text if i else look.loud
        write(ax, LEFT, y[i] - 26, capital(HABITS[habit]), READING, "name", colour, "habit")
    return ax


def strongest_habits(story):
    """The rows of the first habit and of the next ones above the crowd's mean, at most five."""
    table = story.tables["character"]
    return table[(table["score"] > 0) | (table.index == table.index[0])][:MOST_HABITS]


def words_of_character(story):
    """The words of the card `character`."""
    table = story.tables["character"]
    first = table.iloc[0]
    n, below = int(first["n_listeners"]) - 1, int(first["n_below"])
    than = f"all {count(n)}" if below == n else f"{count(below)} of {count(n)}"
    habit = capital(SHORTEST[first["character"]])
    reading = [reading_line(f"{habit}: more than {than} others.", f"{habit}: more than {than}.")]
    reading += [f"Next: {HABITS[second.habit]}." for second in table[1:2].itertuples()]
    return words_on(
        story,
        "Character",
        headline=f"{first['character']}: {SHORTEST[first['character']]}",
        sub=SENTENCES[first["character"]],
        reading=tuple(reading),
        rule="Bars: above the average of the simulated listeners.",
        before=f"{SENTENCES[first['character']]}.".capitalize(),
    )


# ---------------------------------------------------------------- club

SHORT = {
    "Soft Hearts Club": "Soft Hearts",
    "Club Serotonin": "Serotonin",
    "Grit Collective": "Grit",
    "Cloud State Society": "Cloud State",
    "Full Charge Crew": "Full Charge",
    "Cosmic Stereo Club": "Cosmic Stereo",
}
LARGEST = 290  # diameter of the largest disc, pixels
COLUMNS, DISC_ROWS = (LEFT + 152, MIDDLE, RIGHT - 152), (752, 1192)
MEANINGS = {role.name: role.meaning for role in ROLES}
BRIEFLY = {  # what ranks a role, in two words
    "Leader": "its music",
    "Scout": "new releases",
    "Archivist": "older music",
    "Curator": "added songs",
    "Collector": "saved songs",
    "Loyalist": "whole songs",
}
MOODS_OF = {club.name: club.moods for club in CLUBS}


def draw_club(ax, story, theme="press"):
    """Which club does the listener's music belong to? A disc per club; its area is the share of the
    streams.
    """
    look = page(ax, story, "club", theme, words_of_club(story))
    shares = story.tables["club"].set_index("club")["share"]
    for i, club in enumerate(CLUBS):
        x, y, share = COLUMNS[i % 3], DISC_ROWS[i // 3], shares.get(club.name, 0)
        mine = club.name == story.first("club")["club"]
        if share:
            diameter = max(LARGEST * np.sqrt(share / shares.max()), 6)
            dots(ax, (x, y), diameter, look.accent if mine else look.mark, "clubs")
        face, colour = ("name", look.loud) if mine else ("text", look.text)
        base = y + LARGEST / 2 + 52
        write_centred(ax, x, base, SHORT[club.name], RULE, face, colour, "club")
        write_centred(ax, x, base + 50, percent_text(share), RULE, face, colour, "club")
    return ax


def words_of_club(story):
    """The words of the card `club`."""
    row = story.first("club")
    n = int(row["n_members"])
    ranked = ranks_in_words(row["role"], int(row["role_rank"]), n)
    alone = "The only member among the listeners."
    shares = [f"{r.club} {percent_text(r.share)}" for r in story.tables["club"].itertuples()]
    return words_on(
        story,
        "Club",
        headline=f"{row['club']}: {percent_text(row['share'])}",
        sub=capital(f"{', '.join(MOODS_OF[row['club']])} music"),
        reading=(
            f"{percent_text(row['share'])} of your plays fit this club.",
            reading_line(*ranked) if n > 1 else alone,
        ),
        rule="A song can belong to several clubs. Simulated.",
        after=f"Ranked by {MEANINGS[row['role']]}. Shares: {', '.join(shares)}.",
    )


def ranks_in_words(role, rank, n):
    """Texts on the listener's role and rank among the n members of the club, the longest first; the
    rank is told in the upper half, and only the first by music of the club is called leader.
    """
    by = f" by {BRIEFLY[role]}"
    if not in_upper_half(rank, n):
        return (f"One of {count(n)} members.",)
    members = f"{ordinal(rank)} of {count(n)}"
    if role == "Leader" and rank > 1:
        return f"{members} members{by}.".capitalize(), f"{members} members.".capitalize()
    return f"{role}: {members} members{by}.", f"{role}: {members}{by}.", f"{role}: {members}."
