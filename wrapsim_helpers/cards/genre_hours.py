"""The card of families of genres by hour of the day."""

import numpy as np

from ..music.families import OTHER
from ..wrapped.genre_hours import FEWEST, NEAR
from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    Paint,
    key,
    page,
    polygons,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import family_in_text, shown_genre
from .words import of_100, words_on

MOST_ROWS, TOP, BOTTOM = 5, 590, 1460  # families; of the rows, pixels
STEP = MEASURE / 24  # from an hour to the next
KEY_Y, QUIET_BOX = 548, 20  # baseline of the key; height of the box of an hour without a share
QUIET = 0.03  # of all streams: with fewer in the three hours around an hour, no share is told


def draw_hourly_families(ax, story, theme="press"):
    """Which families of genres have which hours? A ridge for each family: its height is the share
    of the family in three hours, and each ridge has its own scale. The three hours of the headline,
    around the highest one of its family, are marked. Hours with too few streams have an open box.
    """
    look = page(ax, story, "hourly_families", theme, words_of_hourly_families(story))
    names, shares = hourly_shares(story)
    quiet = np.flatnonzero(~enough_streams(streams_by_hour(story)[2]))
    family, hour, *_ = strongest_hours(story)
    pitch = (BOTTOM - TOP) / len(names)
    hours = highest_hours(story, shares)
    for i, name in enumerate(names):
        named_hours = [(hour + k) % 24 for k in NEAR if name == family]
        y, share = TOP + pitch * i + 44, shares[i][hours[i]]
        name_row(ax, look, y, name, share, hours[i], name == family)
        base = TOP + pitch * (i + 1) - 26
        ridge_of_row(ax, look, base, pitch - 96, shares[i], named_hours)
        quiet_boxes(ax, look, base, quiet)
    if len(quiet):
        key(ax, look, KEY_Y, (Paint(look.ground, look.quiet), STEP, "too few plays"))
    same_size(ax, "name")
    for hour in range(0, 24, 6):
        at = LEFT + STEP * (hour + 0.5)
        write(ax, at, BOTTOM + 36, str(hour), RULE, "text", look.quiet, "tick", ha="center")
    return ax


def ridge_of_row(ax, look, base, height, shares, named_hours):
    """Draw the ridge of a family, and its part at the hours of the headline in the accent.

    base, height  of the highest ridge, pixels
    """
    hours, high = np.arange(25), base - height * shares / max(shares.max(), 1e-9)
    steps = np.c_[np.repeat(hours, 2)[1:-1], np.repeat(high, 2)] * (STEP, 1) + (LEFT, 0)
    polygons(ax, [np.vstack([(LEFT, base), steps, (RIGHT, base)])], look.mark, "ridges")
    marked = [h for h in named_hours if shares[h]]
    if marked:
        x = LEFT + STEP * np.array(marked)
        rectangles(ax, x, high[marked], STEP, base - high[marked], look.accent, "named hours")


def quiet_boxes(ax, look, base, hours):
    """Draw an open box on the base line for each hour with too few streams."""
    if len(hours):
        box = base - QUIET_BOX, STEP, QUIET_BOX, Paint(look.ground, look.quiet)
        rectangles(ax, LEFT + STEP * hours, *box, "ghosts")


def name_row(ax, look, y, name, share, hour, is_named):
    """Write the name of a family, and its largest share with the three hours around its hour."""
    peak = f"{of_100(share)} of 100, {three_hours(hour)}"
    colour = look.loud if is_named else look.text
    write(ax, RIGHT, y, peak, RULE, "text", look.text, "value", ha="right")
    room = MEASURE - 24 - width(peak, "text", RULE)
    write_name(ax, LEFT, y, shown_genre(name), (READING, RULE), "name", colour, "name", room)


def three_hours(hour, to=" to "):
    """The three hours around an hour as text: 4 -> "3 to 6"."""
    return f"{(hour - 1) % 24}{to}{(hour + 2) % 24}"


def streams_by_hour(story):
    """(names of the families of most streams, at most MOST_ROWS; streams of each in the three hours
    around each hour, (families, 24); streams of all families in them, (24,)).
    """
    table = story.tables["hourly_families"]
    counts = table.pivot_table(index="family", columns="hour", values="n_streams", aggfunc="sum")
    counts = counts.reindex(columns=range(24)).fillna(0)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index
    whole = sum(np.roll(counts.to_numpy().sum(0), -k) for k in NEAR)
    each = counts.loc[order[:MOST_ROWS]].to_numpy()
    return list(order[:MOST_ROWS]), sum(np.roll(each, -k, axis=1) for k in NEAR), whole


def hourly_shares(story):
    """(names of families, share of each in the three hours around each hour, (families, 24)); 0 for
    hours with too few streams.
    """
    names, each, whole = streams_by_hour(story)
    shares = np.where(enough_streams(whole), each / np.maximum(whole, 1), 0)
    return [name for name, row in zip(names, shares) if row.any()], shares[shares.any(axis=1)]


def enough_streams(whole):
    """Whether each hour has enough streams around it to tell a share; else the hours with most."""
    enough = (whole >= FEWEST) & (whole >= QUIET * whole.sum() / len(NEAR))
    return enough if enough.any() else whole == whole.max()


def highest_hours(story, shares):
    """The hour of the largest of some shares, of each family: of the hours whose three hours all
    have a share, if there are any.
    """
    enough = enough_streams(streams_by_hour(story)[2])
    all_three = np.all([np.roll(enough, -k) for k in NEAR], axis=0)
    return np.where(all_three if all_three.any() else enough, shares, -1).argmax(axis=1)


def strongest_hours(story):
    """(family, hour, share in the three hours around it, share of the whole day): the hour of the
    largest share of a family. It is the family whose difference of the two shares, times the root
    of all streams of the three hours, is largest; not OTHER if there is another.
    """
    names, each, whole = streams_by_hour(story)
    all_day = each.sum(1) / whole.sum()
    shares = np.where(enough_streams(whole), each / np.maximum(whole, 1), 0)
    hours = highest_hours(story, shares)
    largest = shares[range(len(shares)), hours]
    above = (largest - all_day) * np.sqrt(whole[hours])
    above[[name == OTHER and len(names) > 1 for name in names]] = -np.inf
    i = above.argmax()
    return names[i], int(hours[i]), largest[i], all_day[i]


def words_of_hourly_families(story):
    """The words of the card `hourly_families`."""
    family, hour, share, all_day = strongest_hours(story)
    names, shares = hourly_shares(story)
    name, in_text = shown_genre(family), family_in_text(family)
    from_to, of_share = three_hours(hour), f"{of_100(share)} of 100"
    said = "; ".join(
        f"{shown_genre(n)} {of_100(row[peak])} of 100, {three_hours(peak)}"
        for n, row, peak in zip(names, shares, highest_hours(story, shares))
    )
    return words_on(
        story,
        "Genres by hour",
        headline=named_headline(f"{name}, {from_to}", f"{name}, {three_hours(hour, '–')}", name),
        reading=(
            reading_line(
                f"{of_share} plays from {from_to} are {in_text}.",
                f"From {from_to}, {of_share} are {in_text}.",
                f"{from_to}: {of_share} are {in_text}.",
                f"From {from_to}: {of_share} plays.",
            ),
            f"In the whole day, {of_100(all_day)} of 100.",
        ),
        rule="A bar is the share in three hours; each row has its scale.",
        before=f"{said}.",
    )
