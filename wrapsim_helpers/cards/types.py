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
from .words import capital, count, counted, ordinal, percent_text, words_on

# ---------------------------------------------------------------- personality

FIRST_SLIDER, SLIDER_STEP, BAND = 742, 198, 96  # first label, from label to label, height of dots
MIDDLE, HALF = (LEFT + RIGHT) / 2, MEASURE / 2 - 24
FEW = 100  # listeners who get larger dots
MEANING = 654  # baseline of the sentence on the type, pixels
LETTERS = {  # what a letter of a type means
    "F": "Known artists",
    "E": "New artists",
    "N": "new songs",
    "T": "older songs",
    "L": "many repeats",
    "V": "few repeats",
    "C": "well known",
    "U": "little known",
}
OUTER = 0.03  # share of the crowd beyond each end of a slider


def draw_personality(ax, story, theme="press"):
    """Which of 16 types is the listener?

    The code, and a slider for each letter: small dots are listeners of the crowd, a large one is
    the listener, and the line at the centre is the cut.
    """
    look = page(ax, story, "personality", theme, words_of_personality(story), sizes=(162,))
    row, crowd = story.first("personality"), story.tables["personality_axes"]
    write(ax, LEFT, MEANING, type_meaning(row["code"]), RULE, "text", look.text, "meaning")
    for i, axis in enumerate(AXES):
        y, is_first = FIRST_SLIDER + SLIDER_STEP * i, row["code"][i] == axis.first[0]
        for x, ha, word, mine in (
            (LEFT, "left", axis.first, is_first),
            (RIGHT, "right", axis.second, not is_first),
        ):
            face, colour = ("name", look.loud) if mine else ("text", look.quiet)
            write(ax, x, y, word, READING, face, colour, "axis", ha=ha)
        draw_slider(ax, look, axis, y + 84, crowd[crowd["axis"] == axis.first], row[axis.measure])
    return ax


def type_meaning(code):
    """What a type plays, as a sentence: "New artists, older songs, ..."."""
    return f"{', '.join(LETTERS[letter] for letter in code)}."


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
    letters = [a.first if row["code"][i] == a.first[0] else a.second for i, a in enumerate(AXES)]
    return words_on(
        story,
        "Personality",
        hero=row["code"],
        headline=row["name"],
        reading=(
            reading_line(f"Nearest type: {row['nearest_name']}, {row['nearest_code']}."),
            line_on_same_type(row["code"], n_same - 1, n - 1)
            if n > 1
            else "Cut at fixed points, without a crowd.",
        ),
        rule="Small dots: simulated listeners, cut at their median."
        if n > 1
        else "Cut at the medians of 60 simulated listeners.",
        before=f"{', '.join(letters)}. {type_meaning(row['code'])}",
    )


def line_on_same_type(code, n_same, n):
    """The reading line on the n_same of n other listeners who have the same type."""
    if not n_same:
        return f"No other listener is {code}."
    same = f"{count(n_same)} of {counted(n, 'other listener')}"
    is_or_are = "is" if n_same == 1 else "are"
    return reading_line(
        f"{same} {is_or_are} {code} too.", f"{same}: {code} too.", f"{same}: {code}."
    )


# ---------------------------------------------------------------- character

FIRST_HABIT, HABIT_STEP, BAR = 632, 72, 44
BARS_LEFT = 430  # pixels; the names are left of it
HABITS = {character.measure: character.habit for character in CHARACTERS}
SENTENCES = {  # what a character does, after its name
    "Vampire": "plays a lot of dark music",
    "Alchemist": "adds many songs to playlists",
    "Time Traveler": "returns to the same songs",
    "Cyclops": "stays with one genre",
    "Luminary": "plays a lot of happy music",
    "Mastermind": "plays many genres, evenly",
    "Roboticist": "plays radio and daily mixes",
    "Shapeshifter": "changes artist at each song",
    "Collector": "plays playlists of their own",
    "Hypnotist": "plays albums in their order",
    "Fanatic": "stays with one artist",
    "Replayer": "plays songs loved before",
}


def draw_character(ax, story, theme="press"):
    """Which habit of the listener stands out most?

    One bar per habit, right of the line if it is stronger than the crowd's mean, left of it if it
    is weaker.
    """
    look = page(ax, story, "character", theme, words_of_character(story))
    table = story.tables["character"]
    scores, y = table["score"].to_numpy(), FIRST_HABIT + HABIT_STEP * np.arange(len(table))
    weakest, strongest = min(scores.min(), 0), max(scores.max(), 0.5)
    scale = (RIGHT - BARS_LEFT) / (strongest - weakest)
    zero = BARS_LEFT - weakest * scale
    for i, (name, score) in enumerate(zip(table["character"], scores)):
        face, colour = ("name", look.loud) if i == 0 else ("text", look.text)
        write(ax, LEFT, y[i] + 38, name, READING, face, colour, "habit")
        paint = look.accent if i == 0 else look.mark if score > 0 else look.muted
        long = max(abs(score) * scale, 4)
        rectangles(ax, zero - long * (score < 0), y[i], long, BAR, paint, "bars")
    lines(ax, [[(zero, y[0] - 14), (zero, y[-1] + BAR + 14)]], look.faint, 4, "hairline")
    return ax


def words_of_character(story):
    """The words of the card `character`."""
    table = story.tables["character"]
    first = table.iloc[0]
    n, below = int(first["n_listeners"]) - 1, int(first["n_below"])
    than = f"all {count(n)}" if below == n else f"{count(below)} of {count(n)}"
    reading = [reading_line(f"More than {than} other listeners.", f"More than {than} listeners.")]
    for second in table[1:2].itertuples():
        next_one = f"Next: {second.character}"
        reading.append(reading_line(f"{next_one}, {HABITS[second.habit]}.", f"{next_one}."))
    return words_on(
        story,
        "Character",
        headline=f"{article_of(first['character'])} {first['character']}",
        sub=SENTENCES[first["character"]],
        reading=tuple(reading),
        rule="The line is the average of the simulated listeners.",
        before=f"{SENTENCES[first['character']]}.".capitalize(),
    )


def article_of(name):
    """The indefinite article of a name: "An" before a vowel, else "A"."""
    return "An" if name[0] in "AEIOU" else "A"


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
        headline=club_headline(row["club"], row["role"], row["role_rank"]),
        sub=capital(f"{', '.join(MOODS_OF[row['club']])} music"),
        reading=(
            reading_line(*ranked) if n > 1 else alone,
            f"{percent_text(row['share'])} of your plays fit this club.",
        ),
        rule="A song can belong to several clubs. Simulated.",
        after=f"Ranked by {MEANINGS[row['role']]}. Shares: {', '.join(shares)}.",
    )


def club_headline(club, role, rank):
    """The club's whole name and the role. Only the first by music of the club is called leader."""
    return club if role == "Leader" and rank > 1 else f"{club}: {role.lower()}"


def ranks_in_words(role, rank, n):
    """Texts on the listener's rank among the n members of the club, the longest first."""
    members = f"{ordinal(rank)} of {count(n)} members".capitalize()
    if role == "Leader":  # by music of the club
        return (f"{members}.",)
    return f"{members} by {MEANINGS[role]}.", f"{members} by {BRIEFLY[role]}.", f"{members}."
