"""The invented catalogue of songs, drawn from `behaviour/songs_profile.json` and
`sample_names.json`.
"""

import itertools
import re
from statistics import NormalDist

import numpy as np
import pandas as pd
from sample_dice import choose, dice, first_of, quotas, shuffled

N_SONGS = 2_000

# ---------------------------------------------------------------- what is not in the figures

DECADES = ["2000s", "2010s", "1970s", "1980s", "1990s", "1960s", "1950s"]  # the order of the blocks
MIXED_YEARS = "2000s"  # the one block whose years are not sorted

CAREER = 0.3  # how far an artist's songs spread over the family's years; 0 = one moment
SHARED_BY_THREE = 3  # titles used by three artists; the other shared ones by two

REMASTERS = {  # how catalogues write it; an artist keeps to one
    " - Remastered {year}": 0.30,
    " - {year} Remaster": 0.36,
    " - Remastered": 0.18,
    " (Remastered)": 0.03,
    " - {year} - Remaster": 0.04,
    " - Remaster": 0.03,
    " - Remastered Version": 0.03,
    " - {year} Digital Remaster": 0.03,
}
LIVE = {" - Live": 0.4, " (Live)": 0.1, " - Live Version": 0.1, " - {venue}": 0.4}
FROM_A_FILM = {
    ' - From "{film}"': 0.4,
    ' - From "{film}" Soundtrack': 0.3,
    ' - Love Theme from "{film}"': 0.1,
    ' (From the Motion Picture "{film}")': 0.2,
}
EDITS = {
    " - Radio Edit": 0.5,
    " - Single Version": 0.25,
    " - Original Mix": 0.15,
    " - Acoustic": 0.1,
}
N_EDITS = 20  # our guess; the figures do not count them
DANCE_VOICES = {"pop", "electronic", "hip_hop", "soul", "europop"}
FILM_VOICES = {"pop", "standards", "rock", "soul", "europop", "electronic"}

LETTERS = {
    "NOVELLE": str.upper,
    "CHLORA": str.upper,
    "Wren Okada": str.lower,
    "Cocoon Theatre": str.lower,
    "Attic Philosophers": str.lower,
}
EVERY_WORD_CAPITAL = 0.2  # share of artists whose titles Look Like This In Every Word
CURLY_APOSTROPHES = 0.25  # share of artists whose titles have ’ and not '


# ---------------------------------------------------------------- the songs


def sample_songs(figures, names):
    """The catalogue, one row per song, in the order and with the headers of the file."""
    songs = sample_artists(figures, names)
    songs = songs.loc[songs.index.repeat(songs["n_songs"])].reset_index(drop=True)
    songs["Year"] = sample_years(figures, songs)
    songs[figures["about"]["features"]] = sample_features(figures, songs)
    songs["Title"] = sample_titles(figures, names, songs)
    return in_file_order(figures, songs)


def sample_artists(figures, names):
    """One row per artist: family, n_songs, label, Artist, voice. Sizes as in the family's table."""
    families = figures["families"]
    counts = quotas([entry["share"] for entry in families.values()], N_SONGS)
    rows = []
    for (family, entry), n in zip(families.items(), counts):
        sizes = artist_sizes(entry, n)
        rows += [
            {"family": family, "n_songs": size, "label": label}
            for label, size in zip(labels_for(sizes, entry["labels"]), sizes)
        ]
    artists = pd.DataFrame(rows)
    artists["Artist"] = name_artists(artists, names)
    artists["voice"] = [voice_of(row, names) for row in artists.itertuples()]
    return artists


def artist_sizes(entry, n):
    """Songs per artist of a family, largest first, n in all; one-song artists make up the
    difference.
    """
    sizes = [
        int(size)
        for size, times in entry["artists_by_number_of_songs"].items()
        for _ in range(times)
    ]
    ones = n - sum(size for size in sizes if size > 1)
    return sorted([size for size in sizes if size > 1] + [1] * ones, reverse=True)


def labels_for(sizes, labels):
    """One label per artist, the largest artist first, so that each label gets its songs and its
    artists.

    An artist goes to a label with room for so many songs, if there is one, and among those to the
    one with most songs left per artist left.
    """
    songs = {entry["label"]: entry["songs"] for entry in labels}
    seats = {entry["label"]: entry["artists"] for entry in labels}
    seats[labels[0]["label"]] += max(len(sizes) - sum(seats.values()), 0)
    given = []
    for size in sizes:
        label = max(
            (name for name in seats if seats[name]),
            key=lambda name: (songs[name] - size >= seats[name] - 1, songs[name] / seats[name]),
        )
        songs[label], seats[label] = songs[label] - size, seats[label] - 1
        given.append(label)
    return given


def name_artists(artists, names):
    """A name per artist from the list of the label, or of the family where the label has none."""
    lists = np.where(
        artists["label"].isin(list(names["artists"])), artists["label"], artists["family"]
    )
    given = pd.Series("", index=artists.index)
    for key in sorted(set(lists)):
        here = artists.index[lists == key]
        if len(here) > len(names["artists"].get(key, [])):
            raise ValueError(
                f"sample_names.json has too few artists for {key!r}; {len(here)} are needed"
            )
        given[here] = shuffled(names["artists"][key][: len(here)], f"artists | {key}")
    return given


def voice_of(artist, names):
    """Which list of titles an artist sings from: the artist's own, else the label's, else the
    family's.
    """
    listed = [
        (wanted, voice)
        for table, wanted in (
            (names["voices_of_artists"], artist.Artist),
            (names["voices"], artist.label),
            (names["voices"], artist.family),
        )
        for voice, members in table.items()
        if wanted in members
    ]
    return listed[0][1]


def sample_years(figures, songs):
    """A year per song, int, by the family's shares of decades; an artist's songs stay near each
    other.

    Each song gets a place in time, the artist's plus a little of its own; the family's years,
    sorted, are handed out by that place.
    """
    artist = songs["Artist"].map(
        dict(zip(songs["Artist"].unique(), dice("careers").random(len(songs))))
    )
    place = artist + CAREER * (dice("song in career").random(len(songs)) - 0.5)
    years = pd.Series(0, index=songs.index)
    for family, group in songs.groupby("family"):
        order = place[group.index].sort_values(kind="stable").index
        years[order] = family_years(figures, family, len(group))
    return years


def family_years(figures, family, n):
    """n years of a family, sorted: decades by the family's shares, years within them by all songs'
    shares.
    """
    shares = {
        int(year): share * count / figures["decades"][decade]["songs"]
        for decade, share in figures["families"][family]["decade_share"].items()
        for year, count in figures["decades"][decade]["songs_per_year"].items()
    }
    bounds = np.cumsum([shares[year] for year in sorted(shares)])
    return np.array(sorted(shares))[np.searchsorted(bounds / bounds[-1], (np.arange(n) + 0.5) / n)]


def sample_features(figures, songs):
    """The ten measures as integers, shape (n, 10), in the order of `features`.

    Recipe of songs_profile.json: the family's normal distribution with shrunk covariance, then each
    measure by rank to the overall quantiles. Two steps stand between: a song moves by what its
    decade's mean has beyond the families of that decade, and the whole is mixed to the published
    rank correlations.
    """
    raw = np.zeros((len(songs), len(figures["about"]["features"])))
    scores = normal_scores("features", raw.shape)
    for family, group in songs.groupby("family"):
        entry = figures["families"][family]
        raw[group.index] = (
            entry["mean"] + scores[group.index] @ np.linalg.cholesky(shrunk(figures, entry)).T
        )
    raw = with_correlations(figures, raw + decade_shift(figures, songs), songs["Year"])
    return np.column_stack(
        [
            to_quantiles(values, knots(figures, name))
            for name, values in zip(figures["about"]["features"], raw.T)
        ]
    )


def with_correlations(figures, raw, years):
    """Normal scores of the ten measures, mixed so that their rank correlations are the published
    ones.

    R. L. Iman and W. J. Conover (1982), "A distribution-free approach to inducing rank correlation
    among input variables". The year comes first and stays as it is.
    """
    order = [-1, *range(raw.shape[1])]
    wanted = np.array(figures["spearman"]["matrix"])[np.ix_(order, order)]
    scores = np.column_stack([rank_scores(values) for values in [years.to_numpy(), *raw.T]])
    towards = np.linalg.cholesky(
        2 * np.sin(np.pi / 6 * wanted)
    )  # Pearson, from Spearman, of normal scores
    mix = towards @ np.linalg.inv(np.linalg.cholesky(np.corrcoef(scores.T)))
    return np.round((scores @ mix.T)[:, 1:], 9)  # ranks must not hang on the last bit


def rank_scores(values):
    """The normal scores of the ranks: what a standard normal sample with these ranks would be."""
    return np.array([NormalDist().inv_cdf(percent / 100) for percent in percent_ranks(values)])


def percent_ranks(values):
    """Ranks as percent, taken at the centre of each step: above 0 and below 100."""
    return (values.argsort(kind="stable").argsort(kind="stable") + 0.5) / len(values) * 100


def normal_scores(name, shape):
    """Standard normal numbers."""
    return np.array([NormalDist().inv_cdf(u) for u in dice(name).random(shape).ravel()]).reshape(
        shape
    )


def shrunk(figures, entry):
    """The family's covariance, a small family's drawn towards the pooled one; see `shrinkage`."""
    pooled = np.array(figures["pooled_within_family_cov"])
    return (entry["songs"] * np.array(entry["cov"]) + 20 * pooled) / (entry["songs"] + 20)


def decade_shift(figures, songs):
    """What each song's decade adds to the mean of its family, shape (n, 10)."""
    by_family = np.array([figures["families"][family]["mean"] for family in songs["family"]])
    decades, shift = decade_of(songs["Year"]), np.zeros_like(by_family)
    for decade in sorted(set(decades)):
        here = decades == decade
        shift[here] = list(figures["decades"][decade]["mean"].values()) - by_family[here].mean(
            axis=0
        )
    return shift


def decade_of(years):
    """ "1970s" for 1974."""
    return np.array([f"{year // 10 * 10}s" for year in years])


def knots(figures, feature):
    """The quantiles of a measure as {percent: value}, with the published share of zeros, where
    there is one.
    """
    points = {float(percent): value for percent, value in figures["quantiles"][feature].items()}
    if feature in figures["share_zero"]:
        points[100 * figures["share_zero"][feature]] = 0.49  # the last that is rounded to nought
    return dict(sorted(points.items()))


def to_quantiles(values, points):
    """Values replaced by the quantiles of their ranks, rounded to integers.

    Between two quantiles the line is straight over normal scores, which keeps long tails thin.
    """
    edge = 50 / len(values)
    at = [NormalDist().inv_cdf(min(max(percent, edge), 100 - edge) / 100) for percent in points]
    return np.floor(np.interp(rank_scores(values), at, list(points.values())) + 0.5).astype(int)


# ---------------------------------------------------------------- titles


def sample_titles(figures, names, songs):
    """A title per song: from the voice's list, spelt the artist's way, some with a note of the
    edition.
    """
    titles = pd.Series("", index=songs.index)
    for voice, group in songs.groupby("voice"):
        if len(group) > len(names["titles"][voice]):
            raise ValueError(
                f"sample_names.json has too few titles for {voice!r}; {len(group)} are needed"
            )
        titles[group.index] = shuffled(names["titles"][voice][: len(group)], f"titles | {voice}")
    titles = spelt(titles, songs["Artist"]) + edition_notes(figures, names, songs)
    return with_shared(titles, songs, figures["titles"])


def spelt(titles, artists):
    """Titles in the spelling that each artist keeps to."""
    unique = artists.unique()
    capital = dict(zip(unique, dice("capitals").random(len(unique)) < EVERY_WORD_CAPITAL))
    curly = dict(zip(unique, dice("apostrophes").random(len(unique)) < CURLY_APOSTROPHES))
    out = []
    for title, artist in zip(titles, artists):
        title = (
            re.sub(r" [a-z]", lambda found: found[0].upper(), title) if capital[artist] else title
        )
        title = title.replace("'", "’") if curly[artist] else title
        out.append(LETTERS.get(artist, str)(title))
    return pd.Series(out, index=titles.index)


def edition_notes(figures, names, songs):
    """What follows the title, "" for most songs; no song has two notes. Shares from `titles`."""
    shares, years = figures["titles"], songs["Year"]
    dance, film = songs["voice"].isin(DANCE_VOICES), songs["voice"].isin(FILM_VOICES)
    artists = songs["Artist"].unique()
    fond = songs["Artist"].map(dict(zip(artists, dice("remasters").random(len(artists)))))
    kinds = [  # share of songs, which songs come first (low numbers), how the notes are worded
        (shares["share_with_remaster"], 9 * (years >= 2000) + 3 * fond, remasters),
        (shares["share_with_live"], years > 2012, lambda some: drawn_notes(some, LIVE, names)),
        (shares["share_with_feat"], ~dance | (years < 1998), lambda some: guests(some, songs)),
        (
            shares["share_with_double_quote"],
            ~film,
            lambda some: drawn_notes(some, FROM_A_FILM, names),
        ),
        (N_EDITS / N_SONGS, ~dance, lambda some: drawn_notes(some, EDITS, names)),
    ]
    notes = pd.Series("", index=songs.index)
    for k, (share, later, worded) in enumerate(kinds):
        keys = dice(f"notes {k}").random(len(songs)) + later + 99 * (notes != "")
        chosen = first_of(keys.to_numpy(), round(share * N_SONGS))
        notes.iloc[chosen] = worded(songs.iloc[chosen])
    return notes


def remasters(songs):
    """A remaster note per song; an artist has one wording and one year."""
    artists = songs["Artist"].unique()
    wording = dict(zip(artists, choose(REMASTERS, len(artists), "remaster wording")))
    year = dict(zip(artists, 2002 + (17 * dice("remaster year").random(len(artists))).astype(int)))
    return [wording[artist].format(year=year[artist]) for artist in songs["Artist"]]


def drawn_notes(songs, wordings, names):
    """A note per song from a table of wordings, with invented films and venues filled in."""
    wording = choose(wordings, len(songs), f"wording | {next(iter(wordings))}")
    film, venue = (itertools.cycle(shuffled(names[kind], kind)) for kind in ("films", "venues"))
    return [
        text.format(
            film=next(film) if "{film}" in text else "",
            venue=next(venue).format(year=year) if "{venue}" in text else "",
        )
        for text, year in zip(wording, songs["Year"])
    ]


def guests(songs, everyone):
    """(feat. X) per song, where X is another artist of the same family."""
    notes = []
    for song in songs.itertuples():
        family = everyone.loc[everyone["family"] == song.family, "Artist"].unique()
        others = [artist for artist in family if artist != song.Artist]
        notes.append(f" (feat. {shuffled(others, f'guest {song.Index}')[0]})")
    return notes


def with_shared(titles, songs, figures):
    """Gives some short titles to a second or third artist who sings from the same list.

    Catalogues have such titles; a title alone is no key.
    """
    titles = titles.copy()
    plain = [
        i
        for i in titles.index
        if re.fullmatch(r"[^\d(]{1,25}", titles[i]) and " - " not in titles[i]
    ]
    plain = sorted(shuffled(plain, "shared titles"), key=lambda i: songs["voice"][i])
    trios = [
        trio
        for trio in zip(plain[::3], plain[1::3], plain[2::3])
        if songs.loc[list(trio), ["voice", "Artist"]].nunique().tolist() == [1, 3]
    ]
    chosen = shuffled(trios, "which trios")[: figures["titles_used_by_several_artists"]]
    for k, (first, second, third) in enumerate(chosen):
        titles[second] = titles[first]
        titles[third] = titles[first] if k < SHARED_BY_THREE else titles[third]
    return titles


def in_file_order(figures, songs):
    """Blocks of decades, sorted by year but for one block; the columns of the file, a thousand as
    "1,000".
    """
    features, headers = figures["about"]["features"], figures["about"]["columns_of_the_file"]
    block = [DECADES.index(decade) for decade in decade_of(songs["Year"])]
    year = np.where(decade_of(songs["Year"]) == MIXED_YEARS, 0, songs["Year"])
    order = np.lexsort((dice("order").random(len(songs)), year, block))
    table = (
        songs[["Title", "Artist", "label", "Year", *features]].iloc[order].reset_index(drop=True)
    )
    table["Length"] = [f"{seconds:,}" for seconds in table["Length"]]
    table.insert(0, "Index", range(1, len(table) + 1))
    return table.set_axis(headers, axis="columns")
