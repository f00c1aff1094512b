"""Charts of the survey and the songs file; each has its finding as the title."""

import numpy as np

from ..cards.themes import GREY
from ..cards.words import count, counted
from ..music.catalogue import pool_sizes
from ..music.genres import SMALL_POOL
from ..people.survey_shares import listener_types, response_shares
from .style import ACCENT, DATA, chart, frame, note, percent, percent_axis, series_text, tell, units


def draw_two_groups(survey, window=20):
    """Where in the survey file are the rows of its second group, B?

    Draws the share of group B among neighbouring rows.
    """
    is_b = (np.asarray(listener_types(survey)) == "B").astype(float)
    share = np.convolve(is_b, np.ones(window) / window, mode="same")
    blocks = blocks_of(share > 0.5)
    ax = chart(
        f"Group B is {percent(is_b.mean())} of the survey, in "
        f"{counted(len(blocks), 'block')} of neighbouring rows",
        f"Group B among {window} neighbouring rows. A row's group follows from the likelihood of "
        f"all its answers.",
    )
    ax.fill_between(range(len(share)), share, color=ACCENT, linewidth=0)
    ax.set(xlim=(0, len(share)), ylim=(0, 1.12))
    percent_axis(ax.yaxis)
    rows = [f"{count(first)} to {count(last)}" for first, last in blocks]
    for (first, last), text in zip(blocks, rows):
        note(ax, (first + last) / 2, 1.06, f"rows {text}", GREY, ha="center")
    tell(ax, f"Rows mostly of group B: {'; '.join(rows) or 'none'}.")
    return units(ax, "row of the survey file", "share of group B; all other rows are of group A")


def blocks_of(mask):
    """(first, last) position of each run of true values. mask: bool, (R,)"""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(int), 0]))
    return [(int(first), int(after) - 1) for first, after in edges.reshape(-1, 2)]


def draw_genre_by_gender(survey, genres=("Melody", "Pop", "Classical", "Rap")):
    """How does the favourite genre depend on gender in the survey's first group?

    Draws smoothed shares of respondents aged 20 to 35 on the free plan.
    """
    of_cell = response_shares(survey, "genre").loc["A"].loc["20 to 35"].xs("free", level="plan")
    shares = of_cell.loc[["female", "male"], list(genres)]
    widest = (shares.loc["female"] - shares.loc["male"]).abs().idxmax()
    ax = chart(
        f"{widest} differs most: {percent(shares.loc['female', widest])} of women, "
        f"{percent(shares.loc['male', widest])} of men",
        "Respondents of group A, aged 20 to 35, on the free plan; small cells smoothed towards "
        "their gender.",
    )
    for offset, gender, name, colour in (
        (-0.2, "female", "women", ACCENT),
        (0.2, "male", "men", DATA),
    ):
        labelled_bars(ax, offset, shares.loc[gender], name, colour)
    ax.set_xticks(range(len(genres)), genres)
    ax.set_ylim(0, 1.2 * shares.to_numpy().max())
    ax.set_yticks([])
    tell(ax, " ".join(map(gender_sentence, ("Women", "Men"), shares.to_numpy(), 2 * [genres])))
    return units(ax, "favourite genre", "share of respondents")


def labelled_bars(ax, offset, shares, name, colour):
    """Bars with their percentages; the first one also has the name of the group.

    offset  from the ticks, in ticks;  shares  Series
    """
    at = np.arange(len(shares)) + offset
    ax.bar(at, shares, 0.38, color=colour)
    text = GREY if colour == DATA else colour
    for i, (x, share) in enumerate(zip(at, shares)):
        label = f"{name}\n{percent(share)}" if i == 0 else percent(share)
        note(ax, x, share, label, text, ha="center", va="bottom")


def gender_sentence(who, shares, genres):
    """ "Women: Pop 12 %, Rap 3 %." for the alt text."""
    return f"{who}: {series_text(genres, map(percent, shares))}."


def draw_pool_sizes(catalogue):
    """How many tracks are in the pool of each survey genre?"""
    sizes = pool_sizes(catalogue).sort_values("tracks").set_index("genre")["tracks"]
    ax = chart(
        f"{sizes.index[0]} has the smallest pool: {count(sizes.iloc[0])} of "
        f"{count(catalogue.tracks.num_rows)} tracks",
        f"By genre label or sound; a track may be in several pools. Red: fewer than "
        f"{count(2 * SMALL_POOL)} tracks.",
    )
    ax.set_position((*frame(0.30)[:1], 0.12, 0.58, 0.68))
    ax.barh(sizes.index, sizes, color=np.where(sizes < 2 * SMALL_POOL, ACCENT, DATA))
    for row, n in enumerate(sizes):
        note(ax, n + sizes.max() / 100, row, count(n), GREY)
    ax.set_xticks([])
    ax.grid(False)
    ax.spines["bottom"].set_visible(False)
    tell(ax, f"Tracks: {series_text(sizes.index[::-1], map(count, sizes[::-1]))}.")
    return units(ax, y="tracks in the pool of each favourite genre")
