"""Invented music: artists with careers, their releases and tracks, as many as asked for.

Families of genres, labels and sound follow data/behaviour/songs_profile.json, the figures of a
catalogue of classic hits; labels.csv adds labels that it does not know, words.json the words of
names and titles. How much each artist is heard follows the published concentration of listening.
What no figure tells is assumed and says so. Everything is drawn from streams named "catalogue."
under the seed, by number of artist or track.
"""

import csv
import functools
import itertools
import math

import numpy as np
import pandas as pd

from ..compiled import compiled
from ..people.figures import figures
from ..resources import resource
from ..streams import decision, exps, listener_keys, ln, normal, normals, uniform, uniforms

TRACKS_PER_ARTIST, MOST_TRACKS = 10, 240  # on average; by one artist
EARLIEST_YEAR, YEARS_AHEAD = (
    1955,
    5,
)  # first release; calendar years of releases, from the first of a run on
# Plays of the artist of rank r: (r + RANK_SHIFT)^-RANK_SLOPE / (1 + (r / (BEND + BEND_SHARE x
# artists))^BEND_POWER). Fitted, for 10,000 to 50,000 artists, to top1pct_artists_share,
# gini_artists and zipf_artists (HetRec Last.fm 2011).
RANK_SHIFT, RANK_SLOPE, BEND, BEND_SHARE, BEND_POWER = 4.0, 0.98, 1_800.0, 0.08, 1.75
SIGMA_TRACK, SIGMA_RELEASE, LEAD = (
    1.0,
    0.5,
    0.06,
)  # spread of ln(weight) of a track, of a release; fall per track number (assumed)
GROWTH, GROWTH_YEARS = (
    0.18,
    15.0,
)  # how much more per year an active artist's newer music is heard; how far back (assumed)
ACTIVE_SHARES = (
    0.97,
    0.3,
)  # share of artists who are active, of the most heard and of the least (assumed)
ACTIVE_YEARS, NEWCOMERS = (
    8.0,
    0.06,
)  # mean years since an active artist's debut; share yet to begin (assumed)
GONE_YEARS, CAREER_YEARS = (
    14.0,
    8.0,
)  # mean years since the last release of a former artist; mean length of a career (assumed)
QUICKENING = 0.75  # releases of a career come ever quicker: place in it to this power (assumed)
SIZE, SIGMA_SIZE = (
    4.2,
    0.6,
)  # ln of how many more tracks the most heard artist has than the least; spread (assumed)
LIKENESS = 0.4  # how alike the tracks of an artist sound: share of the family's variance (assumed)
# year -> length of tracks as a share of the classic hits' (track_duration_mean: 215.9 s by plays in
# 2018, against 262 s there)
LENGTH_YEARS, LENGTHS = (1955, 1990, 2005, 2015, 2020, 2030), (1.0, 1.0, 0.97, 0.9, 0.82, 0.8)
GUEST_YEARS, GUESTS = (
    (1970, 1990, 2000, 2010, 2020, 2030),
    (0.01, 0.03, 0.08, 0.14, 0.2, 0.22),
)  # share of tracks with a guest (assumed)
GUESTS_ASKED, GUESTS_KNOWN = 3, 50
GUEST_FAMILY = {
    "hip_hop": 2.2,
    "electronic": 1.6,
    "dance_pop": 1.2,
    "soul_funk_disco_reggae": 1.2,
}  # factor on it; 0.5 elsewhere
EXPLICIT = {
    "hip_hop": 0.65,
    "dance_pop": 0.2,
    "pop": 0.15,
    "soul_funk_disco_reggae": 0.15,
    "metal": 0.15,
    "electronic": 0.08,
    "modern_rock": 0.1,
    "alternative_rock": 0.1,
    "indie": 0.12,
}  # share of explicit tracks today (assumed); 0.03 elsewhere
EXPLICIT_YEARS, EXPLICIT_TREND = (1984, 1995, 2010, 2018), (0.0, 0.4, 0.7, 1.0)
FRIDAYS_FROM, FRIDAY = (
    16_626,
    0.85,
)  # day from which music comes out on Fridays (10 July 2015), and share that does (assumed)
FESTIVE_SHARE, NOISE_SHARE = 0.005, 0.003  # shares of tracks, of artists (assumed)
FESTIVE_TOP = 0.4  # the heaviest festive track against the heaviest of all (assumed)
TITLE_TRACK = 0.5  # share of longer releases called after one of their tracks (assumed)
# release -> (share where the artist began before 2005, share after, fewest tracks, most)
RELEASES = {"single": (0.4, 0.7, 1, 1), "ep": (0.15, 0.14, 3, 6), "album": (0.45, 0.16, 8, 16)}
NAME_KINDS = {"person": 0.55, "band": 0.27, "coined": 0.18}  # assumed
DECADES = range(1950, 2030, 10)
# First words of labels that name a country
NATIONS = {
    "dutch": "NL",
    "nederpop": "NL",
    "levenslied": "NL",
    "streektaal": "NL",
    "carnaval": "NL",
    "christelijk": "NL",
    "british": "GB",
    "uk": "GB",
    "britpop": "GB",
    "classic uk": "GB",
    "scottish": "GB",
    "irish": "IE",
    "german": "DE",
    "belgian": "BE",
    "austropop": "AT",
    "australian": "AU",
    "canadian": "CA",
    "classic canadian": "CA",
    "detroit": "US",
    "atl": "US",
    "east coast": "US",
    "chicago": "US",
    "la": "US",
    "alaska": "US",
    "arkansas": "US",
    "motown": "US",
    "g": "US",
    "gangster": "US",
    "danish": "DK",
    "finnish": "FI",
    "italian": "IT",
    "classic italian": "IT",
    "chanson": "FR",
    "j-core": "JP",
}


def nation(label):
    """Country code of a genre label that names a country, "" for all others."""
    words = label.split()
    return NATIONS.get(" ".join(words[:2]), NATIONS.get(words[0], "")) if words else ""


def sample_discographies(n_tracks, seed, first_year, taken=()):
    """Invented tracks and their artists: two DataFrames as from `catalogue.from_songs`, tracks
    artist by artist.

    n_tracks    how many;  seed  0 to 2**63 - 1
    first_year  calendar year in which a run begins; music comes out until YEARS_AHEAD years
                later
    taken       names of artists that nobody else may have
    """
    artists = sample_artists(max(n_tracks // TRACKS_PER_ARTIST, 2), seed, first_year, taken)
    tracks = sample_tracks(artists, n_tracks, seed, first_year)
    return with_titles(with_guests(tracks, artists), artists), artists


def draw(name, keys, counter=0):
    """One uniform draw of the decision catalogue.`name` per key. float64, (keys,)."""
    return uniforms(keys, decision(f"catalogue.{name}"), counter)


def waits(u):
    """Exponential waiting times of mean 1 from uniforms: float64, (N,), at most 8."""
    return np.minimum(-lns(u), 8.0)


# -- artists ---------------------------------------------------------------------------------------


def sample_artists(n, seed, first_year, taken):
    """Artists: name, genre, country, language, family, weight, debut and until (years), key, noise;
    one row per artist.
    """
    keys = listener_keys(np.uint64(seed), np.arange(n))
    rank = draw("rank", keys).argsort(kind="stable").argsort(kind="stable")
    weight = rank_weights(np.arange(1.0, n + 1), n)
    debut, until = careers(keys, (np.cumsum(weight) / np.cumsum(weight)[-1])[rank], first_year)
    countries = words()["countries"]
    country = np.array(list(countries))[
        chosen(draw("country", keys), np.zeros(n, int), origins()[None])
    ]
    labels, families = label_names()
    decade = np.clip(debut // 10 * 10, DECADES[0], DECADES[-1]).astype(int) // 10 - DECADES[0] // 10
    label = chosen(
        draw("label", keys), list_places(country, countries) * len(DECADES) + decade, label_shares()
    )
    english = (
        draw("english", keys) < pd.Series(country).map(words()["english"]).fillna(0).to_numpy()
    )
    artists = pd.DataFrame(
        {
            "key": keys,
            "weight": weight[rank],
            "debut": debut,
            "until": until,
            "country": country,
            "genre": np.array(labels)[label],
            "family": np.array(families)[label],
            "language": np.where(english, "en", pd.Series(country).map(countries)),
            "noise": least(draw("noise", keys), NOISE_SHARE * n),
        }
    )
    return named(with_noise(artists), seed, taken)


def rank_weights(rank, n):
    """How much the artist of each rank is heard, float64; see RANK_SHIFT."""
    bend = rank / (BEND + BEND_SHARE * n)
    return exps(-RANK_SLOPE * lns(rank + RANK_SHIFT)) / (1 + exps(BEND_POWER * lns(bend)))


def careers(keys, above, first_year):
    """When each artist's first and last music comes out, as years with fractions.

    above  share of plays of those at least as much heard, float64, (N,)

    Those who make most plays are nearly all active throughout the years ahead; most of the others
    stopped some time ago.
    """
    active, begins = (
        draw("active", keys) < ACTIVE_SHARES[0] - (ACTIVE_SHARES[0] - ACTIVE_SHARES[1]) * above**6,
        draw("newcomer", keys),
    )
    since = first_year - ACTIVE_YEARS * waits(draw("since", keys))
    since = np.where(
        begins < NEWCOMERS, first_year + (YEARS_AHEAD - 0.5) * draw("begins", keys), since
    )
    gone = first_year - 0.5 - GONE_YEARS * waits(draw("gone", keys))
    gone = np.where(
        gone < EARLIEST_YEAR + 3,
        EARLIEST_YEAR + 3 + (first_year - EARLIEST_YEAR - 4) * draw("again", keys),
        gone,
    )
    debut = np.where(active, since, gone - 0.2 - CAREER_YEARS * waits(draw("career", keys)))
    debut, until = (
        np.maximum(debut, EARLIEST_YEAR + draw("first", keys)),
        np.where(active, first_year + YEARS_AHEAD, gone),
    )
    return np.round(debut, 6), np.round(until, 6)


def least(u, n):
    """The n smallest of the draws, at least one, as bool."""
    order = np.argsort(u, kind="stable")[: max(1, round(n))]
    return np.isin(np.arange(len(u)), order)


def with_noise(artists):
    """Artists with those of rain and white noise in their place: no language, no family to compete
    with.
    """
    kinds = np.where(draw("noise_kind", artists["key"].to_numpy()) < 0.5, "white noise", "rain")
    return artists.assign(
        genre=np.where(artists["noise"], kinds, artists["genre"]),
        language=np.where(artists["noise"], "", artists["language"]),
    )


# -- countries and labels --------------------------------------------------------------------------


@functools.cache
def words():
    """words.json as a dict."""
    return figures("words")


@functools.cache
def origins():
    """Share of artists from each country of words.json: listeners' shares times how much a country
    exports. float64, (C,).
    """
    places = pd.read_csv(
        resource("data", "behaviour", "places.csv"), keep_default_na=False
    ).set_index("country")["weight"]
    return np.array(
        [places[country] * words()["origin"].get(country, 1.0) for country in words()["countries"]]
    )


def more_labels():
    """Labels that the songs file does not know, from labels.csv: a list of dicts."""
    with open(resource("data", "behaviour", "labels.csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known_labels():
    """Labels of songs_profile.json: [(label, family, weight in the family), ...]."""
    return [
        (label["label"], family, label["weight"])
        for family, entry in figures("songs_profile")["families"].items()
        for label in entry["labels"]
    ]


@functools.cache
def label_names():
    """All labels and the family of songs_profile.json that each sounds like: two lists."""
    both = [(label, family) for label, family, _ in known_labels()] + [
        (row["label"], row["family"]) for row in more_labels()
    ]
    return [label for label, _ in both], [family for _, family in both]


@functools.cache
def label_shares():
    """Share of artists of each country and decade of debut with each label: float64, (countries x
    decades, labels).

    A label that names a country is only that country's. Labels of labels.csv have their share
    there; the rest is shared out as in the songs file in that decade.
    """
    return np.array(
        [shares_of(country, decade) for country in words()["countries"] for decade in DECADES]
    )


def shares_of(country, decade):
    """Share of each label among the artists of one country who began in one decade, float64,
    (labels,).
    """
    old = np.array(
        [
            family_share(family, decade) * weight * (nation(label) in ("", country))
            for label, family, weight in known_labels()
        ]
    )
    new = np.array(
        [
            float(row["share"])
            * (
                int(row["from_decade"]) <= decade
                and country in (row["countries"].split() or [country])
            )
            for row in more_labels()
        ]
    )
    return np.concatenate([old / old.sum() * max(0.15, 1 - new.sum()), new])


def family_share(family, decade):
    """Share of a family among the songs of a decade; the 2010s stand for what came after."""
    decade = f"{min(decade, 2010)}s"
    entry = figures("songs_profile")["families"][family]
    return (
        entry["share"]
        * entry["decade_share"].get(decade, 0.0)
        / figures("songs_profile")["decades"][decade]["share"]
    )


def list_places(values, order):
    """Place of each value in a list, int64."""
    return (
        pd.Series(values).map({value: i for i, value in enumerate(order)}).to_numpy(dtype=np.int64)
    )


def chosen(u, table, shares):
    """One choice per draw by the shares of its own table. u (N,); table int (N,); shares (tables,
    K). Returns int64, (N,).
    """
    totals = np.cumsum(shares, axis=1)
    totals = totals / totals[:, -1:] + np.arange(len(shares))[:, None]
    return np.minimum(
        np.searchsorted(totals.ravel(), u + table, side="right") - table * shares.shape[1],
        shares.shape[1] - 1,
    )


# -- names -----------------------------------------------------------------------------------------


def named(artists, seed, taken):
    """Artists with a name each, in the manner of their language; a name that is used up or taken
    gets a numeral.
    """
    kinds = name_kinds(artists)
    names = np.empty(len(artists), object)
    for (language, kind), group in artists.groupby([artists["language"], kinds], sort=True):
        pieces, join = name_pieces(language, kind)
        names[group.index] = combined(pieces, join, len(group), seed, f"{language} {kind}")
    artists.insert(0, "artist", with_numerals(names, taken))
    return artists


def name_kinds(artists):
    """Kind of each artist's name, text: persons take over where a language's bands and coined names
    are used up.
    """
    kinds = np.array(list(NAME_KINDS))[
        chosen(
            draw("name", artists["key"].to_numpy()),
            np.zeros(len(artists), int),
            np.array([list(NAME_KINDS.values())]),
        )
    ]
    kinds = np.where(artists["noise"], "noise", kinds)
    for (language, kind), group in artists.groupby([artists["language"], kinds]).indices.items():
        if kind in ("band", "coined"):
            kinds[group[math.prod(map(len, words()["languages"][language].get(kind, [[]]))) :]] = (
                "person"
            )
    return kinds


def name_pieces(language, kind):
    """What names of a kind are joined from, and what stands between given and family name: (lists
    of text, text).
    """
    if kind == "noise":
        return words()["noise"]["names"], " "
    book = words()["languages"][language]
    if kind == "coined":
        return book["coined"], ""
    if kind == "band":
        return book["band"], book["join"]
    family = ["".join(parts) for parts in itertools.product(*book["family"])]
    return ([book["given"], family], " ") if book["join"] else ([family, book["given"]], "")


def combined(pieces, join, n, seed, name):
    """n combinations of one piece out of each list, all different while there are any left: a list
    of text.
    """
    sizes = list(map(len, pieces))
    total = math.prod(sizes)
    places = np.unravel_index(
        spread(np.arange(n), uniform(np.uint64(seed), decision(f"catalogue.{name}"), 0), total),
        sizes,
    )
    return [
        join.join(parts)
        for parts in zip(*(np.array(list_, object)[place] for list_, place in zip(pieces, places)))
    ]


def spread(turn, u, total):
    """A different place for each turn from 0 to total - 1, far from the one before: int64, below
    total.

    u  uniform, where to start: one for all turns, or one each
    """
    step = next(
        step for step in range(int(total * 0.618) + 1, 2 * total + 2) if math.gcd(step, total) == 1
    )
    return ((np.asarray(u) * total).astype(np.int64) + turn * step) % total


def with_numerals(names, taken):
    """Names of which each occurs once: a second one becomes `NAME II`, and so on.

    A list of text.
    """
    seen, unique = dict.fromkeys(taken, 1), []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} {numeral(seen[name])}")
    return unique


def numeral(number):
    """Roman numeral of a number up to 399, arabic above."""
    tens = ["", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC"]
    ones = ["", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"]
    return (
        "C" * (number // 100) + tens[number // 10 % 10] + ones[number % 10]
        if number < 400
        else str(number)
    )


# -- releases and tracks ---------------------------------------------------------------------------


def sample_tracks(artists, n_tracks, seed, first_year):
    """Tracks, artist by artist in order of release: all columns of `catalogue.from_songs` but those
    of `with_titles`.
    """
    counts = track_counts(artists, n_tracks)
    artist = np.repeat(np.arange(len(artists)), counts)
    keys = listener_keys(np.uint64(seed), np.arange(n_tracks))
    own = {
        name: artists[name].to_numpy()[artist] for name in ("family", "genre", "language", "noise")
    }
    album, number = releases(keys, artists, counts, artist)
    released = release_days(artists, artist, album, keys, first_year)
    tracks = pd.DataFrame(
        {
            "artist_id": artist,
            "album_id": album,
            "track_number": number,
            "released": released,
            **own,
            "key": keys,
        }
    )
    tracks = with_festive(
        tracks.assign(weight=track_weights(tracks, artists, first_year)), first_year
    )
    tracks["popularity"] = np.clip(
        np.round(60 + 8 * lns(tracks["weight"].to_numpy()) / 0.6931471805599453), 0, 100
    ).astype(np.int64)
    return with_sound(tracks, artists)


def track_counts(artists, n_tracks):
    """How many tracks each artist has, int64: at least one, more the more they are heard and the
    longer; n_tracks in all.
    """
    heard = lns(artists["weight"].to_numpy())
    place = (heard - heard.min()) / max(heard.max() - heard.min(), 1e-9)
    size = exps(
        SIZE * place
        + SIGMA_SIZE * normals(artists["key"].to_numpy(), decision("catalogue.size"), 0)
    )
    size *= (artists["until"] - artists["debut"]).to_numpy() + 1
    counts, most = np.ones(len(size), np.int64), MOST_TRACKS - 1
    while counts.sum() < n_tracks:
        room = np.where(counts <= most, size, 0.0)
        exact = room / np.cumsum(room)[-1] * (n_tracks - counts.sum())
        more = np.minimum(np.floor(exact).astype(np.int64), most + 1 - counts)
        if not more.any():
            more[
                np.argsort(-(exact - np.floor(exact)), kind="stable")[: n_tracks - counts.sum()]
            ] = 1
        counts += more
    return counts


def releases(keys, artists, counts, artist):
    """The release that each track is on, counted over all, and its number there: two int64
    arrays.
    """
    shares = np.array([[kind[era] for kind in RELEASES.values()] for era in (0, 1)])
    kind = chosen(
        draw("release", keys), (artists["debut"].to_numpy()[artist] >= 2005).astype(int), shares
    )
    fewest, most = np.array([bounds[2:] for bounds in RELEASES.values()]).T
    sizes = fewest[kind] + (draw("tracks", keys) * (most - fewest + 1)[kind]).astype(np.int64)
    return cut(sizes, np.cumsum([0, *counts]))


@compiled
def cut(sizes, first):
    """Cut each artist's tracks into releases, each as long as drawn at its first track.

    Returns (release, number from 1).
    """
    release, number, current = np.empty(len(sizes), np.int64), np.empty(len(sizes), np.int64), -1
    for artist in range(len(first) - 1):
        left = 0
        for i in range(first[artist], first[artist + 1]):
            if left == 0:
                current, left = current + 1, sizes[i]
                number[i] = 1
            else:
                number[i] = number[i - 1] + 1
            release[i] = current
            left -= 1
    return release, number


def release_days(artists, artist, album, keys, first_year):
    """Day on which each track comes out, int64, days since 1970-01-01: releases spread over the
    artist's career in order.
    """
    lead = np.flatnonzero(np.diff(album, prepend=-1))  # first track of each release
    owner, of_artist = artist[lead], np.searchsorted(artist[lead], np.arange(len(artists) + 1))
    turn = np.arange(len(lead)) - of_artist[owner]  # the first one opens the career
    place = np.where(
        turn > 0,
        (turn - 1 + draw("moment", keys[lead])) / np.maximum(np.diff(of_artist)[owner] - 1, 1),
        0,
    )
    place = exps(QUICKENING * lns(np.maximum(place, 1e-9)))
    debut, until = artists["debut"].to_numpy()[owner], artists["until"].to_numpy()[owner]
    day = np.floor((debut + (until - debut) * place - 1970) * 365.2425).astype(np.int64)
    friday = (day >= FRIDAYS_FROM) & (draw("friday", keys[lead]) < FRIDAY)
    return np.minimum(np.where(friday, day - (day - 1) % 7, day), last_day(first_year))[album]


def last_day(first_year):
    """The last day on which music comes out, days since 1970-01-01."""
    return (
        int(
            np.datetime64(f"{first_year + YEARS_AHEAD}-01-01")
            .astype("datetime64[D]")
            .astype(np.int64)
        )
        - 1
    )


def year_of(released):
    """Years with fractions of days since 1970-01-01, float64."""
    return 1970 + np.asarray(released) / 365.2425


def track_weights(tracks, artists, first_year):
    """How much each track is heard, float64; an artist's sum to the artist's weight, the heaviest
    of all is 32.

    Few of an artist's tracks are hits, those first on a release likelier, and of an active artist
    the newer ones.
    """
    leads = tracks["key"].to_numpy()[np.flatnonzero(np.diff(tracks["album_id"], prepend=-1))]
    power = SIGMA_TRACK * normals(tracks["key"].to_numpy(), decision("catalogue.hit"), 0) - LEAD * (
        tracks["track_number"].to_numpy() - 1
    )
    power += SIGMA_RELEASE * normals(leads, decision("catalogue.success"), 0)[tracks["album_id"]]
    active = (artists["until"] >= first_year + YEARS_AHEAD).to_numpy()[tracks["artist_id"]]
    power += GROWTH * active * np.maximum(year_of(tracks["released"]) - first_year, -GROWTH_YEARS)
    within = exps(power)
    weight = (
        within
        / np.bincount(tracks["artist_id"], within)[tracks["artist_id"]]
        * artists["weight"].to_numpy()[tracks["artist_id"]]
    )
    return 32 * weight / weight[~tracks["noise"].to_numpy()].max()


def with_festive(tracks, first_year):
    """Tracks, some releases of which are for Christmas: out in November, heard by their rank among
    themselves.

    All are out before the run begins, so that every year of it knows them.
    """
    first = np.flatnonzero(np.diff(tracks["album_id"], prepend=-1))
    own, released = tracks.iloc[first], tracks["released"].to_numpy()
    u = (
        draw("festive", own["key"].to_numpy())
        + (own["noise"] | (year_of(own["released"]) >= first_year)).to_numpy()
    )
    order = np.argsort(u, kind="stable")
    sizes = np.cumsum(np.bincount(tracks["album_id"])[order])
    festive = np.isin(
        tracks["album_id"], order[: 1 + np.searchsorted(sizes, FESTIVE_SHARE * len(tracks))]
    )
    weight = tracks["weight"].to_numpy().copy()
    rank = np.argsort(np.argsort(-weight[festive], kind="stable"), kind="stable")
    weight[festive] = FESTIVE_TOP * weight[~tracks["noise"].to_numpy()].max() / (1 + 0.6 * rank)
    return tracks.assign(
        festive=festive,
        weight=weight,
        genre=np.where(festive, "christmas", tracks["genre"]),
        released=np.where(festive, november(released), released),
    )


def november(days):
    """A day in November of the year before each day, or of 1955: days since 1970-01-01, int64."""
    years = np.maximum(
        days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) - 1,
        EARLIEST_YEAR - 1970,
    )
    return years.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) + 305 + days % 25


# -- sound -----------------------------------------------------------------------------------------


def with_sound(tracks, artists):
    """Tracks with duration_ms, explicit and the measures of songs_profile.json, whole numbers."""
    profile, keys = figures("songs_profile"), tracks["key"].to_numpy()
    family, year = list_places(tracks["family"], profile["families"]), year_of(tracks["released"])
    decade = np.clip((year // 10 * 10).astype(int), DECADES[0], 2010) // 10 - DECADES[0] // 10
    raw = sounds(
        keys,
        artists["key"].to_numpy()[tracks["artist_id"]],
        decision("catalogue.sound"),
        decision("catalogue.style"),
        family,
        decade,
        *family_sounds(),
        LIKENESS,
    )
    measures = {
        name.lower(): to_quantiles(
            values, profile["quantiles"][name], profile["share_zero"].get(name)
        )
        for name, values in zip(profile["about"]["features"], raw.T)
    }
    length = np.where(
        tracks["noise"],
        40.0 + 360.0 * draw("loop", keys),
        measures.pop("length") * np.interp(year, LENGTH_YEARS, LENGTHS),
    )
    explicit = tracks["family"].map(EXPLICIT).fillna(0.03) * np.interp(
        year, EXPLICIT_YEARS, EXPLICIT_TREND
    )
    del measures["popularity"]
    return tracks.assign(
        duration_ms=np.floor(1000 * (length + draw("length", keys))).astype(np.int64),
        explicit=(draw("explicit", keys) < explicit) & ~tracks["noise"] & ~tracks["festive"],
        **measures,
    )


@functools.cache
def family_sounds():
    """Means by family and decade, (F, D, 10), and Cholesky factors of the covariances, (F, 10, 10),
    of the ten measures.

    A small family's covariance is drawn towards the pooled one; a decade moves the means of all
    families alike.
    """
    profile = figures("songs_profile")
    entries, pooled = (
        list(profile["families"].values()),
        np.array(profile["pooled_within_family_cov"]),
    )
    means = np.array([entry["mean"] for entry in entries])
    shift = np.array([decade_shift(f"{decade}s", means) for decade in DECADES if decade <= 2010])
    factors = [
        cholesky((entry["songs"] * np.array(entry["cov"]) + 20 * pooled) / (entry["songs"] + 20))
        for entry in entries
    ]
    return means[:, None] + shift, np.array(factors)


def decade_shift(decade, means):
    """What a decade adds to its families' means, float64, (10,)."""
    profile = figures("songs_profile")
    shares = [
        entry["share"] * entry["decade_share"].get(decade, 0.0)
        for entry in profile["families"].values()
    ]
    expected = np.cumsum(means * np.array(shares)[:, None], axis=0)[-1] / np.cumsum(shares)[-1]
    return np.array(list(profile["decades"][decade]["mean"].values())) - expected


@compiled
def cholesky(matrix):
    """Lower triangular factor of a symmetric, positive matrix; the same bits everywhere, which
    LAPACK's is not.
    """
    factor = np.zeros_like(matrix)
    for i in range(len(matrix)):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= factor[i, k] * factor[j, k]
            factor[i, j] = math.sqrt(rest) if i == j else rest / factor[j, j]
    return factor


@compiled
def sounds(keys, artist_keys, sound, style, family, decade, means, factors, likeness):
    """Normal draws of the ten measures per track, float64, (N, 10): part the artist's style, part
    the track's own.
    """
    n, drawn = means.shape[2], np.empty((len(keys), means.shape[2]))
    z = np.empty(n)
    for i in range(len(keys)):
        for k in range(n):
            z[k] = math.sqrt(likeness) * normal(uniform(artist_keys[i], style, k)) + math.sqrt(
                1.0 - likeness
            ) * normal(uniform(keys[i], sound, k))
        for j in range(n):
            drawn[i, j] = means[family[i], decade[i], j]
            for k in range(j + 1):
                drawn[i, j] += factors[family[i], j, k] * z[k]
    return drawn


def to_quantiles(values, quantiles, share_zero):
    """Values replaced by the quantiles of their ranks, whole numbers; between two quantiles
    straight over normal scores.

    quantiles  {percent: value};  share_zero  share of values that are 0, or None
    """
    points = {float(percent) / 100: value for percent, value in quantiles.items()} | (
        {share_zero: 0.49} if share_zero else {}
    )
    edge = 0.5 / len(values)
    at = quantile_normals(np.clip(sorted(points), edge, 1 - edge))
    ranks = np.empty(len(values))
    ranks[np.argsort(np.round(values, 6), kind="stable")] = quantile_normals(
        (np.arange(len(values)) + 0.5) / len(values)
    )
    return np.floor(
        np.round(np.interp(ranks, at, [points[point] for point in sorted(points)]), 6) + 0.5
    ).astype(np.int64)


@compiled
def quantile_normals(u):
    """Standard normal quantiles of numbers between 0 and 1. float64, (N,)."""
    z = np.empty(len(u))
    for i in range(len(u)):
        z[i] = normal(u[i])
    return z


# -- guests and titles -----------------------------------------------------------------------------


def with_guests(tracks, artists):
    """Tracks with featured_id: an artist of the same family who began not long before, -1 for
    nobody.

    Of GUESTS_ASKED artists out of the last GUESTS_KNOWN who began before, the most heard one comes.
    """
    owner, weights, keys = (
        tracks["artist_id"].to_numpy(),
        artists["weight"].to_numpy(),
        tracks["key"].to_numpy(),
    )
    circle = pd.factorize(artists["family"].where(~artists["noise"], "noise"))[0]
    order = np.lexsort((artists["debut"], circle))
    place, before = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    place[order], before[order] = np.arange(len(order)), turns(circle[order])
    known = np.minimum(before, GUESTS_KNOWN)[owner]
    asked = [
        order[place[owner] - 1 - (known * draw("guest", keys, turn)).astype(np.int64)]
        for turn in range(GUESTS_ASKED)
    ]
    guest = functools.reduce(
        lambda one, other: np.where(weights[one] >= weights[other], one, other), asked
    )
    share = np.interp(year_of(tracks["released"]), GUEST_YEARS, GUESTS) * tracks["family"].map(
        GUEST_FAMILY
    ).fillna(0.5)
    comes = (draw("featured", keys) < share) & (known > 0) & ~artists["noise"].to_numpy()[owner]
    return tracks.assign(featured_id=np.where(comes, guest, -1))


def with_titles(tracks, artists):
    """Tracks with title and album: from the language's titles, none twice by an artist; guests
    stand in the title.
    """
    owner, festive = tracks["artist_id"].to_numpy(), tracks["festive"].to_numpy()
    turn = turns(owner)
    titles = picked(tracks, turn, artists)
    start = (100 * draw("festive_title", artists["key"].to_numpy()[owner[festive]])).astype(
        np.int64
    )
    titles[festive] = festive_titles(
        tracks["language"].to_numpy()[festive], turns(owner[festive]), start
    )
    album = albums(tracks, titles, picked(tracks, turn + np.bincount(owner)[owner], artists))
    some = np.flatnonzero(tracks["featured_id"] >= 0)
    guests = artists["artist"].to_numpy()[tracks["featured_id"].to_numpy()[some]]
    titles[some] = [f"{title} (feat. {guest})" for title, guest in zip(titles[some], guests)]
    return tracks.assign(title=titles, album=album)


def turns(groups):
    """How many of the same group came before each, int64; groups stand together, in order."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.arange(len(groups)) - np.repeat(first, np.diff([*first, len(groups)]))


@functools.cache
def titles_of(language):
    """Titles of a language, all different, a prime number of them; "" is for noise.

    Object array of text.
    """
    if language == "":
        found = [" ".join(parts) for parts in itertools.product(*words()["noise"]["titles"])]
    else:
        book = words()["languages"][language]
        join = "" if language in ("ja", "ko") else " "
        found = [
            *book["heads"],
            *(head + join + tail for head, tail in itertools.product(book["heads"], book["tails"])),
        ]
    found = list(dict.fromkeys(found))
    n = next(n for n in range(len(found), 1, -1) if all(n % d for d in range(2, math.isqrt(n) + 1)))
    return np.array(found[:n], object)


def picked(tracks, turn, artists):
    """A title per track: each artist goes through the language's titles in steps of their own.

    Object array of text.
    """
    titles = np.empty(len(tracks), object)
    start, step = (
        draw(name, artists["key"].to_numpy())[tracks["artist_id"]]
        for name in ("title_start", "title_step")
    )
    for language, group in tracks.groupby("language").indices.items():
        pool = titles_of(language)
        n = len(pool)  # prime, so every step leads through all of them
        titles[group] = pool[
            (
                (start[group] * n).astype(np.int64)
                + turn[group] * (1 + (step[group] * (n - 1)).astype(np.int64))
            )
            % n
        ]
    return titles


def festive_titles(languages, turn, start):
    """A title of the season for each festive track, object array of text; a second round through
    them is called Pt. 2.
    """
    books = {language: words()["languages"][language]["festive"] for language in set(languages)}
    lists = [books[language] for language in languages]
    return np.array(
        [
            book[(i + first) % len(book)]
            + (f", Pt. {i // len(book) + 1}" if i >= len(book) else "")
            for book, i, first in zip(lists, turn, start)
        ],
        object,
    )


def albums(tracks, titles, others):
    """The name of each track's release: its most heard track, or for half of the longer ones a name
    of its own.
    """
    release = tracks["album_id"].to_numpy()
    order = np.lexsort((-tracks["weight"].to_numpy(), release))
    best, size = order[np.flatnonzero(np.diff(release[order], prepend=-1))], np.bincount(release)
    lead = np.flatnonzero(np.diff(release, prepend=-1))
    own = (
        (size >= 3)
        & (draw("album", tracks["key"].to_numpy()[lead]) >= TITLE_TRACK)
        & ~tracks["festive"].to_numpy()[lead]
    )
    return np.where(own, others[lead], titles[best])[release]


@compiled
def lns(values):
    """Natural logarithm of each value, float64, (N,); the same bits everywhere."""
    result = np.empty(len(values))
    for i in range(len(values)):
        result[i] = ln(values[i])
    return result
