"""Shares and means of the measures of listeners, see `measures`."""

DIGITS = 9  # of shares and means, so that they do not depend on the order of a sum
MOODS = ("sad", "happy", "calm", "romantic", "energetic")  # moods with a measure of their own
GROUPS = ("dark", "soft", "joyful", "grit", "dreaming", "charged", "cosmic")

# share -> (part, whole): both columns of `measures`
SHARES = {
    "familiar_share": ("n_familiar", "n_later"),
    "loved_share": ("n_loved", "n_later"),
    "new_share": ("n_new", "n_dated"),
    "old_share": ("n_old", "n_dated"),
    "top_genre_share": ("n_top_genre", "n_labelled"),
    "skipped_share": ("n_skips", "n_timed"),
    **{
        f"{name}_share": (f"n_{name}", "n_streams")
        for name in ("top_artist", "changes", "in_order", "own_playlist", "automatic")
    },
    **{f"{name}_share": (f"n_{name}", "n_streams") for name in (*MOODS, *GROUPS)},
    "popularity": ("popularity_sum", "n_rated"),
}


def rounded_share(part, whole):
    """A share or mean, float64, rounded to DIGITS; null if the whole is 0."""
    return (part / whole.nullif(0)).round(DIGITS)


def with_shares(crowd):
    """Measures with each column of SHARES, and repeat_share (1 - songs / streams), finished_share
    (1 - skipped_share), adds_per_100 and saves_per_100 streams, age_days and genre_entropy; null if
    unknown, as a share is of nothing.
    """
    return crowd.mutate(**shares_in(crowd))


def shares_in(crowd):
    """Name -> column of the shares that `with_shares` adds."""
    n_streams = crowd.n_streams
    shares = {
        name: rounded_share(crowd[part], crowd[whole]) for name, (part, whole) in SHARES.items()
    }
    return shares | {
        "repeat_share": rounded_share(n_streams - crowd.n_songs, n_streams),
        "finished_share": rounded_share(crowd.n_timed - crowd.n_skips, crowd.n_timed),
        "adds_per_100": rounded_share(100 * crowd.n_adds, n_streams),
        "saves_per_100": rounded_share(100 * crowd.n_saves, n_streams),
        "age_days": crowd.median_age_days.nullif(-1),
        "genre_entropy": (crowd.n_labelled > 0).ifelse(crowd.entropy, None),
    }


def measures_of(tables):
    """The finished measures of the eligible listeners who played, with their shares, in order."""
    crowd = tables.tallies["measures"]
    mine = crowd.filter(crowd.is_eligible).semi_join(tables.days, "listener_id")
    return with_shares(mine).order_by("listener_id")
