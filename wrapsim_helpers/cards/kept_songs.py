"""The card of the songs that a listener kept in playlists or saved."""

from .canvas import page, reading_line
from .evolution import name_of_month
from .firsts import compare_plays, most_played, of_month
from .fonts import shown
from .words import count, counted, first_true, is_only_largest, short_title, words_on


def draw_kept_songs(ax, story, theme="press"):
    """Which songs were kept? Of the songs that were added to playlists or saved, the most played of
    each month, five of them; the length of a bar is the number of plays.
    """
    look = page(ax, story, "kept_songs", theme, words_of_kept_songs(story))
    months = most_played(story.tables["kept_songs"])
    titles = [shown(short_title(title), "title") for title in months["title"]]
    of_months = [of_month(row.month, row.n_kept, "kept song") for row in months.itertuples()]
    compare_plays(ax, look, titles, of_months, months["n_streams"].to_numpy(), "kept")
    return ax


def best_of(months):
    """The row of the kept song with most plays."""
    return months.loc[months["n_streams"].idxmax()]


def words_of_kept_songs(story):
    """The words of the card `kept_songs`."""
    months = story.tables["kept_songs"]
    best, most = best_of(months), months.loc[months["n_kept"].idxmax()]
    month, n_most = name_of_month(most["month"]), counted(most["n_kept"], "song")
    n_kept = int(months["n_kept"].sum())
    adds, saves = (months[name].sum() for name in ("n_adds", "n_saves"))
    said = "; ".join(
        f"{m.title} by {m.artist}, {counted(m.n_streams, 'play')}, "
        f"{of_month(m.month, m.n_kept, 'kept song')}"
        for m in most_played(months).itertuples()
    )
    return words_on(
        story,
        "Kept songs",
        headline=f"{counted(n_kept, 'song')} kept",
        reading=(
            first_true(
                (is_only_largest(months["n_kept"]), f"Most kept in {month}: {n_most}."),
                f"At most {n_most} in one month.",
            ),
            reading_line(
                f"{count(adds)} added to playlists, {count(saves)} saved.",
                f"{count(adds)} added, {count(saves)} saved.",
            ),
        ),
        rule="Some songs count in both. Bars: plays."
        if adds + saves > n_kept
        else "The most played of each month; bars: plays.",
        before=f"{counted(months['n_kept'].sum(), 'kept song')}. {said}.",
        sub=f"Most played: {shown(short_title(best['title']), 'title')}",
    )
