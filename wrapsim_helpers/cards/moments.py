"""Cards of moments: the song played most on one day, and round numbers that were reached."""

import numpy as np

from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    dots,
    one_line,
    page,
    rectangles,
    write,
    write_centred,
    write_name,
)
from .fonts import shown
from .words import LONG_MONTHS, count, counted, day, percent_text, short_title, span, words_on

# ---------------------------------------------------------------- on repeat

TOP, BOTTOM = 620, 1490  # of the discs
MOST_COLUMNS = 24
DISC = 0.78  # diameter as a part of the distance between discs


def draw_on_repeat(ax, story, theme="press"):
    """Which song did the listener stream most often on one day? A disc for each play of that day;
    those of the song come first, in the accent.
    """
    look = page(ax, story, "on_repeat", theme, words_of_on_repeat(story))
    song = story.first("on_repeat")
    sizes = (NAME, READING, RULE)
    sub = sizes, "text", look.text, "sub", MEASURE
    write_name(ax, LEFT, 548, title_and_artist(song), *sub, n_lines=2, lift=12)
    n, n_all = int(song["n_streams"]), int(song["n_of_day"])
    columns = columns_for(n_all)
    pitch = MEASURE / columns
    place = np.arange(n_all)
    at = np.c_[LEFT + pitch * (place % columns + 0.5), TOP + pitch * (place // columns + 0.5)]
    dots(ax, at[:n], DISC * pitch, look.accent, "of song")
    if n_all > n:
        dots(ax, at[n:], DISC * pitch, look.muted, "of day")
    return ax


def columns_for(n):
    """The fewest columns in which n discs, in squares over the whole width, fit the height."""
    for columns in range(4, MOST_COLUMNS):
        if -(-n // columns) * MEASURE / columns <= BOTTOM - TOP:
            return columns
    return int(np.ceil(np.sqrt(n * MEASURE / (BOTTOM - TOP)))) + 1


def words_of_on_repeat(story):
    """The words of the card `on_repeat`."""
    song = story.first("on_repeat")
    n, n_all, date = int(song["n_streams"]), int(song["n_of_day"]), day(song["date"])
    return words_on(
        story,
        "On repeat",
        headline=one_line(
            f"{counted(n, 'time')}, {long_day(song['date'])}", f"{counted(n, 'time')}, {date}"
        ),
        reading=(
            f"{count(n)} of {counted(n_all, 'play')} on {date}.",
            "Nothing else that day."
            if n == n_all
            else f"{percent_text(n / n_all)} of that day's plays.",
        ),
        rule="The song played most on one day, local time. Simulated.",
        before=f"{song['title']} by {song['artist']}, {counted(n, 'time')} on {date}.",
    )


def title_and_artist(song):
    """The sub-line of the card `on_repeat`."""
    return f"{shown(short_title(song['title']), 'title')}, {shown(song['artist'])}"


def long_day(date):
    """A date with the month's whole name: "30 July"."""
    return f"{date.day} {LONG_MONTHS[date.month - 1]}"


# ---------------------------------------------------------------- milestones

LANES = {"minutes": "Minutes", "plays": "Plays", "songs": "Different songs"}
LANE_TOP, LANE_PITCH, LINE = 610, 300, 12
NEAREST = 250  # pixels between two milestones of a lane


def draw_milestones(ax, story, theme="press"):
    """When did the listener reach round numbers? A year for each of minutes, plays and songs, with
    a disc on the day of each milestone; the part before the last one is strong.
    """
    look = page(ax, story, "milestones", theme, words_of_milestones(story))
    rows = story.tables["milestones"]
    latest = rows["date"].max()
    lanes = [name for name in LANES if name in set(rows["counted"])]
    for i, name in enumerate(lanes):
        steps = shown_steps(story, rows[rows["counted"] == name])
        y = LANE_TOP + LANE_PITCH * i + LANE_PITCH / 2 * (3 - len(lanes))
        last = float(steps["x"].iloc[-1])
        write(ax, LEFT, y, LANES[name], RULE, "bold", look.text, "lane name")
        rectangles(ax, LEFT, y + 108, last - LEFT, LINE, look.mark, "reached")
        if last < RIGHT - 30:
            rectangles(ax, last + 30, y + 108, RIGHT - last - 30, LINE, look.muted, "later")
        for step in steps.itertuples():
            paint = look.accent if step.date == latest else look.mark
            dots(ax, (step.x, y + 114), 40, paint, "steps")
            number, date = count(step.number), day(step.date)
            write_centred(ax, step.x, y + 78, number, NAME, "hero", look.text, "value")
            write_centred(ax, step.x, y + 174, date, RULE, "text", look.quiet, "end")
        title = shown(short_title(steps["title"].iloc[-1] or ""), "title")
        if steps["title"].iloc[-1]:
            text = f"Number {count(steps['number'].iloc[-1])}: {title}"
            write_name(ax, LEFT, y + 228, text, (RULE,), "text", look.text, "name", MEASURE)
    return ax


def shown_steps(story, rows):
    """The last milestones of a lane with x, pixels; earlier ones only where there is room."""
    n = (story.last_day - story.first_day).days + 1
    x = [LEFT + MEASURE * (date - story.first_day).days / n for date in rows["date"]]
    placed = rows.assign(x=x).sort_values("number", ascending=False)
    kept = []
    for i, at in enumerate(placed["x"]):
        if not kept or placed["x"].iloc[kept[-1]] - at >= NEAREST:
            kept.append(i)
    return placed.iloc[kept[::-1]]


def words_of_milestones(story):
    """The words of the card `milestones`."""
    rows = story.tables["milestones"].sort_values(["date", "number"], kind="stable")
    last = rows.iloc[-1]
    said = "; ".join(
        f"{count(r.number)} {r.counted} on {day(r.date)}"
        + f", {r.title} by {r.artist}" * bool(r.title)
        for r in rows.itertuples()
    )
    number = f"{count(last['number'])} {last['counted']}"
    pace = (last["date"] - story.first_day).days + 1
    return words_on(
        story,
        "Milestones",
        headline=named_headline(f"{number}, {day(last['date'])}", number),
        reading=(
            f"{number} in {counted(pace, 'day')}.",
            f"That is {per_day(last['number'] / pace)} a day.",
        ),
        rule=f"Round numbers, {span(story)}, local time. Simulated.",
        before=f"{said}.",
    )


def per_day(n):
    """A number of things a day as text: at least 1."""
    return f"about {count(n)}" if n >= 1.5 else "about one"
