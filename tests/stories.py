"""Stories made by hand, for tests that look at cards: typical, longest, hardly, small."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from wrapsim_helpers.latin import latin_form
from wrapsim_helpers.wrapped.archive import TEMPLATES, amounts
from wrapsim_helpers.wrapped.party import AWARDS
from wrapsim_helpers.wrapped.posters import SCENES
from wrapsim_helpers.wrapped.story import Story

DAYS = [date(2025, 1, 1) + timedelta(n) for n in range(365)]
HOURS = [9, 5, 2, 1, 1, 2, 8, 21, 26, 17, 14, 15, 18, 16, 15, 17, 22, 29, 27, 24, 27, 34, 31, 20]

SONGS = [
    ("Paper Lanterns in the Rain", "Mila Osterhaus", 147),
    ("夜のドライブ", "青い電話", 131),
    ("Slow Orbit", "The Kitchen Radios", 96),
    ("I Kept Your Umbrella (And Other Weather)", "Northbound Choir", 88),
    ("Salt", "Ode & Ivy 🌊", 71),
]
ARTISTS = [
    ("Mila Osterhaus", 512),
    ("青い電話", 431),
    ("The Kitchen Radios", 296.5),
    ("Northbound Choir", 240),
    ("Ode & Ivy 🌊", 171),
]
GENRES = [
    ("dance pop", 1720),
    ("neo mellow", 1110),
    ("indie folk", 860),
    ("hip hop", 758),
    ("film score", 290),
    *((f"genre {n}", 12) for n in range(26)),
]
FAMILIES = {
    "dance pop": "Pop",
    "neo mellow": "Ballads",
    "indie folk": "Folk & country",
    "hip hop": "Rap",
    "film score": "Classical",
    "classical piano": "Classical",
    "jazz": "Soul & jazz",
    "deep atmospheric post-rock with choir and found sound, live": "Rock",
    "शास्त्रीय": "Классика и всё, что на неё похоже, от оркестра до рояля",
}

LONG = "The Unreasonably Long Name of a Song That Never Seems to End"
LONG_SONGS = [
    (LONG, "An Orchestra of Sixty Characters, Give or Take a Few of Them", 147),
    (
        "夜のドライブと青い電話と長い長い夏の終わりの"
        "静かな海辺の町の小さな駅で待っていた君の最後の手紙を読む",
        "긴 여름밤의 전화와 오래된 골목",
        146,
    ),
    (
        "बारिश में काग़ज़ की लालटेन",
        "ฝนตกในเมืองเล็ก ๆ ริมทะเล",
        140,
    ),
    (
        "فوانيس ورقية تحت المطر في مدينة بعيدة",
        "עיר קטנה ליד הים",
        139,
    ),
    ('$5 $10 "Quoted" & <Ampersand> 🌊🎧', "X", 138),
]
LONG_ARTISTS = [
    ("An Orchestra of Sixty Characters, Give or Take a Few of Them", 1512),
    ("긴 여름밤의 전화와 오래된 골목", 1431),
    ("ฝนตกในเมืองเล็ก ๆ ริมทะเล", 1400.5),
    ("X", 1399),
    ("Donaudampfschifffahrtsgesellschaftskapitänsmützenfabrikantin", 3),
]
LONG_GENRES = [
    ("deep atmospheric post-rock with choir and found sound, live", 900),
    ("музыка для дороги", 870),
    ("शास्त्रीय", 400),
    ("$5 $10 pop", 300),
    ("k", 290),
    ("late", 280),
    ("later", 20),
]


def ranked(rows, *columns):
    """Rows in order, with a rank in front and made-up minutes behind."""
    table = pd.DataFrame(rows, columns=columns)
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def year_of_minutes(seed, mean, silent):
    """Minutes per day: louder on Sundays and in summer, some days silent."""
    rng = np.random.default_rng(seed)
    season = 1 + 0.45 * np.sin((np.arange(365) - 80) / 365 * 2 * np.pi)
    week = np.array([0.85, 0.8, 0.85, 0.9, 1.1, 1.25, 1.5])[[d.weekday() for d in DAYS]]
    values = rng.gamma(3.2, mean / 3.2, 365) * season * week
    values[rng.random(365) < silent] = 0
    values[100:141] = np.maximum(values[100:141], 7)
    return np.round(values * 60_000).astype(np.int64)


def longest_run(ms):
    """Days, first and last day of the longest run of days with music; no row where it is shorter
    than two.
    """
    best, start = (0, 0), None
    for i, heard in enumerate([*(ms > 0), False]):
        start = i if heard and start is None else start
        if not heard and start is not None:
            best, start = max(best, (i - start, -start)), None
    n, first = best[0], -best[1]
    return [(n, DAYS[first], DAYS[first + n - 1])] if n >= 2 else []


def tell(
    name, ms, songs, artists, genres, months, hours=HOURS, crowd=None, skips=0.34, too_little=False
):
    """A story whose tables agree with each other."""
    streams = np.ceil(ms / 195_000).astype(int)
    songs, artists = (
        ranked(songs, "title", "artist", "n_streams").assign(song_id="0123456789abcdefghijkl"),
        ranked(artists, "artist", "n_streams"),
    )
    genres = ranked(genres, "genre", "n_streams")
    hour_ms = np.asarray(hours) / max(sum(hours), 1) * ms.sum()
    volume = volume_of(ms, int(streams.sum()), len(songs), len(artists), too_little)
    tables = {
        "minutes": pd.DataFrame([volume]),
        "top_songs": songs.assign(
            ms_played=songs["n_streams"] * 195_000, first_played=pd.Timestamp(DAYS[33])
        ),
        "top_artists": artists.assign(
            n_whole=np.ceil(artists["n_streams"]).astype(int),
            ms_played=artists["n_streams"] * 195_000,
        ),
        "top_genres": genres.assign(share=genres["n_streams"] / max(genres["n_streams"].sum(), 1)),
        "top_families": families_of(genres),
        "listening_clock": pd.DataFrame({"hour": range(24), "ms_played": hour_ms.astype(np.int64)}),
        "calendar": pd.DataFrame({"date": DAYS, "ms_played": ms, "n_streams": streams}),
        "monthly_genres": table([(m + 1, g) for m, g in enumerate(months) if g], "month", "genre"),
        "monthly_families": monthly_families(genres, months, streams),
        "longest_streak": table(longest_run(ms), "n_days", "first_day", "last_day"),
        "skip_rate": pd.DataFrame([skips_of(volume["n_plays"], skips, crowd)]),
        "place": table(place_in(crowd, ms.sum()), *PLACE),
        "crowd": table(crowd or [], "from_ms", "to_ms", "n_listeners"),
        **release_tables(int(streams.sum()), songs, crowd),
        **mood_tables(int(streams.sum()), months),
        "energy": energy_of(months, streams),
        "hourly_families": hourly_families(families_of(genres), hour_ms),
        **evolution_tables(genres, artists, months),
        "archive": archive_table(ms, streams, artists, genres),
        **artist_tables(songs, artists),
        **type_tables(artists["artist"].iloc[0], int(artists["n_streams"].iloc[0] * 3), crowd),
        **similar_tables(songs, crowd),
        **year_tables(artists),
        **recap_tables(ms, songs, artists),
        "new_releases": releases_of(songs),
        "pioneer": pioneered(songs, crowd),
        "rare_artists": rare_of(artists, crowd),
        "kept_songs": kept_by_month(songs),
        "stand_out": of_genres_at_home(genres, crowd),
        "country_place": rank_at_home(int(ms.sum()), crowd),
        "two_truths": statements_of(ms, songs, artists),
        **poster_tables(songs, artists, genres),
        **group_tables(name, songs, artists),
    }
    listener = {
        "user_id": "u1",
        "name": name,
        "name_latin": latin_form(name),
        "city": "Lyon",
        "country": "FR",
        "time_zone": "Europe/Paris",
    }
    listener["birth_date"] = date(2001, 5, 4)
    return Story(listener, 2025, "all", DAYS[0], DAYS[-1], too_little, tables)


PLACE = "ms_played", "n_listeners", "n_below", "rank", "least_ms", "most_ms"


def families_of(genres):
    """The families of genres, ranked; a genre that FAMILIES does not name is "Other"."""
    families = genres.assign(family=[FAMILIES.get(name, "Other") for name in genres["genre"]])
    counts = families.groupby("family", sort=False).agg(
        n_streams=("n_streams", "sum"), genre=("genre", "first"), n_genres=("genre", "size")
    )
    counts = counts.sort_values("n_streams", ascending=False, kind="stable").reset_index()
    counts.insert(0, "rank", range(1, len(counts) + 1))
    return counts.assign(share=counts["n_streams"] / max(counts["n_streams"].sum(), 1))


def hourly_families(families, hour_ms):
    """Streams by hour and family: each family has more of them at an hour of its own."""
    rows = [
        (hour, row.family, round(row.share * ms / 195_000 * (2 if hour // 3 == k else 1)))
        for hour, ms in enumerate(hour_ms)
        for k, row in enumerate(families.itertuples())
    ]
    counts = table(rows, "hour", "family", "n_streams")
    return counts[counts["n_streams"] > 0].reset_index(drop=True)


def energy_of(months, streams):
    """Energy by month, no row for a month without a genre; two months if all have the same one."""
    of_month = np.bincount([d.month - 1 for d in DAYS], streams, 12)
    rows = [
        (m + 1, int(of_month[m]), 55.0 + 7 * m % 13, 48.0 - 5 * m % 7, 121.0 + m, 61 - m % 4 / 10)
        for m, genre in enumerate(months)
        if genre and (m in (4, 5) or len(set(months)) > 1)
    ]
    return table(rows, "month", "n_streams", "energy", "valence", "bpm", "crowd_energy")


def monthly_families(genres, months, streams):
    """Streams by month and family: three quarters of the month's top genre, the rest of the first
    family of the year.
    """
    of_month = np.bincount([d.month - 1 for d in DAYS], streams, 12)
    first = families_of(genres)["family"][0]
    rows = [
        row
        for m, genre in enumerate(months)
        if genre
        for row in (
            (m + 1, FAMILIES.get(genre, "Other"), int(of_month[m] * 0.75)),
            (m + 1, first, int(of_month[m] * 0.25)),
        )
    ]
    counts = table(rows, "month", "family", "n_streams")
    return counts.groupby(["month", "family"], as_index=False)["n_streams"].sum()


def table(rows, *columns):
    return pd.DataFrame(rows, columns=columns)


def volume_of(ms, n_streams, n_songs, n_artists, too_little):
    """The one row of minutes; a listener with enough heard more than the tops show."""
    n_tracks, n_more = (n_songs, n_artists) if too_little else (n_streams // 6, n_streams // 30)
    return {
        "ms_played": ms.sum(),
        "n_plays": int(1.4 * n_streams),
        "n_streams": n_streams,
        "n_tracks": max(n_tracks, n_songs),
        "n_artists": max(n_more, n_artists),
        "n_days": int((ms > 0).sum()),
    }


def skips_of(n_plays, share, crowd):
    n_skips = round(n_plays * share)
    others = np.nan if crowd is None else 0.29
    return {
        "n_plays": n_plays,
        "n_skips": n_skips,
        "share": n_skips / max(n_plays, 1),
        "crowd_share": others,
    }


def crowd_of(n, seed=3, mean=14_000):
    """n listeners in bins of minutes, each 20 % wider than the one before."""
    minutes = np.random.default_rng(seed).lognormal(np.log(mean), 0.75, n)
    edges = 300 * 1.2 ** np.arange(40)
    counts = np.histogram(minutes.clip(edges[0], edges[-1]), edges)[0]
    used = slice(np.flatnonzero(counts)[0], np.flatnonzero(counts)[-1] + 1)
    return list(zip(edges[:-1][used] * 60_000, edges[1:][used] * 60_000, counts[used], strict=True))


def place_in(crowd, ms):
    """The listener's place, counting whole bins below; no row without a crowd."""
    if crowd is None:
        return []
    n, below = sum(c for *_, c in crowd), sum(c for _, to, c in crowd if to <= ms)
    least, most = min(ms, crowd[0][0] * 1.07), max(ms, crowd[-1][1] * 0.93)
    return [(ms, n, below, n - below, least, most)]


def release_tables(n, songs, crowd):
    """Tables of release years: most streams of recent years, and of five years around 2012."""
    years = np.arange(1958 if crowd else 2019, 2026)
    share = np.exp((years - 2025) / 4) + 0.3 * (abs(years - 2012) <= 2) + 0.002
    others = np.exp((years - 2025) / 3) + 0.004
    n_streams = np.round(n * share / share.sum()).astype(int)
    n_others = np.round(40_000 * others / others.sum()).astype(int) * (crowd is not None)
    top = int(n_streams.argmax())
    old = songs.iloc[-1]
    window = abs(years - 2012) <= 2
    ages = [(29, 2010, 2014, n_streams[window].sum(), n_streams.sum(), n_others[window].sum())]
    ages = [(*age, n_others.sum(), 2000, 0) for age in ages]
    return {
        "release_years": pd.DataFrame(
            {
                "release_year": years,
                "n_streams": n_streams,
                "n_others": n_others,
                "cohort": 2000 * (crowd is not None),
                "share": n_streams / max(n_streams.sum(), 1),
                "others_share": n_others / max(n_others.sum(), 1),
            }
        ),
        "top_release_year": table(
            [(years[top], n_streams[top], 195_000 * n_streams[top], 0)],
            "release_year",
            "n_streams",
            "ms_played",
            "first_ms",
        ),
        "oldest_song": table(
            [(0, old["n_streams"], 195_000, 0, old["title"], old["artist"], years[0])],
            *("track_id", "n_streams", "ms_played", "first_ms", "title", "artist", "release_year"),
        ),
        "listening_age": table(
            ages if crowd else [],
            *("age", "first_year", "last_year", "n_window", "n_streams", "n_others_window"),
            *("n_others", "cohort", "n_undated"),
        ),
    }


def mood_tables(n, months):
    """Tables of moods: two colours, one if all months have one genre; three parts of the day."""
    moods = [("energetic", "yellow", 0.41), ("romantic", "purple", 0.22)][: len(set(months))]
    words = ("bright", "energetic", "dreamy", "calm", "romantic", "strange")
    slices = [
        (mood, colour, round(n * share), n, rank, i, round(n / 24 * share * (1 + 0.6 * wave)))
        for rank, (mood, colour, share) in enumerate(moods, 1)
        for i, wave in enumerate(np.sin(np.arange(24) / 24 * 6 * np.pi * rank))
    ]
    parts = [
        (part, rank, words[2 * i + rank - 1], round(n / 3 * (0.5 - 0.1 * rank)), n // 3)
        for i, part in enumerate(("morning", "midday", "evening"))
        for rank in (1, 2)
    ]
    parts = parts if len(moods) == 2 else parts[2:3]
    columns = ("mood", "colour", "n_mood", "n_all", "rank", "slice", "n_streams")
    return {
        "audio_aura": table(slices, *columns),
        "audio_day": table(parts, "part", "rank", "mood", "n_streams", "n_part"),
    }


def evolution_tables(genres, artists, months):
    """Tables of the genres by month, and three phases unless all months have one genre."""
    names = [*genres["genre"][:5], *[""] * (len(genres) > 5)]
    mixture = [
        (month, rank, name, 20 * (7 - rank) + 60 * ((month + 2 * rank) % 12 < 4))
        for month in range(1, 13)
        for rank, name in enumerate(names, 1)
        if month != 6 or len(set(months)) > 1
    ]
    words = ("danceable", "energetic"), ("acoustic", "romantic"), ("electric", "")
    phases = [
        (
            p,
            4 * p - 3,
            4 * p,
            4 * p - 1,
            *words[p - 1],
            names[(p - 1) % len(names)],
            list(artists["artist"][:2]),
            90,
        )
        for p in (1, 2, 3)[: 3 * (len(set(months)) > 1)]
    ]
    columns = ("phase", "first_month", "last_month", "peak_month", "descriptor", "mood", "genre")
    return {
        "genre_mixture": table(mixture, "month", "rank", "genre", "n_streams"),
        "music_evolution": table(phases, *columns, "artists", "n_streams"),
    }


def archive_table(ms, streams, artists, genres):
    """Up to five remarkable days in their order, on the loudest days."""
    names = {3: artists["artist"][0], 4: genres["genre"][0]}
    days = sorted(np.argsort(-ms, kind="stable")[: 5 if len(genres) > 2 else 2])
    rows = []
    for reason, day in enumerate(days, 1):
        amount = 33 if reason in (2, 5) else int(ms[day])
        row = {"amount": amount, "name": names.get(reason, ""), "n_streams": streams[day]}
        row["date"] = DAYS[day]
        title, words = TEMPLATES[reason - 1]
        words = words.format(**amounts(row))
        name = row["name"]
        rows.append((DAYS[day], title, words, reason, amount, name, ms[day], streams[day]))
    columns = ("date", "title", "words", "reason", "amount", "name", "ms_played", "n_streams")
    return table(rows, *columns)


def artist_tables(songs, artists):
    """Tables of albums, of the number-one song, and of artists by month: made up from the ranks of
    songs and artists.
    """
    song, names = songs.iloc[0], list(artists["artist"][:5])
    n = int(song["n_streams"])
    days = DAYS[33 : 33 + 2 * n : 2][: min(n, 160)]
    each = np.full(len(days), n // len(days)) + (np.arange(len(days)) < n % len(days))
    months = [
        (
            r + 1,
            r,
            name,
            m,
            1 + (5 * r + m * (r + 2)) % (4 + 3 * r),
            1 + (7 * m + 3 * r) % (40 - 5 * r),
        )
        for r, name in enumerate(names)
        for m in range(1, 13)
        if (m + r) % 7
    ]
    race = table(months, "year_rank", "artist_id", "artist", "month", "rank", "n_whole")
    race = race.assign(n_streams=race["n_whole"] * 1.0, ms_played=0, trail=3)
    best = race.groupby("year_rank")["n_whole"].transform("max") == race["n_whole"]
    is_peak = best & ~race[best].duplicated("year_rank").reindex(race.index, fill_value=False)
    top = [max(9 - k // 2, 0) * (k != 4) for k in range(14 if n > 50 else 3)]
    album = {"rank": 1, "album": song["title"], "artist": song["artist"], "n_tracks": len(top)}
    album |= {"n_heard": sum(k > 0 for k in top), "n_streams": sum(top), "track_streams": top}
    album |= {"ms_played": 195_000 * sum(top)}
    streak = DAYS[70 : 70 + min(n // 3, 120)]
    return {
        "top_albums": pd.DataFrame([album]),
        "number_one": pd.DataFrame(
            {
                "date": days,
                "title": song["title"],
                "artist": song["artist"],
                "n_streams": each,
                "n_so_far": each.cumsum(),
                "known": n > 140,
            }
        ),
        "artist_race": race,
        "peak_months": race[["year_rank", "artist", "month", "n_streams", "n_whole"]].assign(
            is_peak=is_peak
        ),
        "artist_streak": pd.DataFrame(
            [(names[0], streak[0], streak[-1], d, 1 + k * 7 % 12) for k, d in enumerate(streak)],
            columns=["artist", "first_day", "last_day", "date", "n_streams"],
        )
        if streak
        else table([], "artist"),
        "first_song": pd.DataFrame(
            [{"title": song["title"], "artist": song["artist"], "n_streams": n}]
        ).assign(first_local_ms=1_735_733_043_119),
        "discoveries": pd.DataFrame(
            {
                "month": range(2, 13),
                "n_artists": [7 + 3 * m % 11 for m in range(11)],
                "n_genres": 2,
                "first_artist": names[-1],
                "first_date": [date(2025, m, 9) for m in range(2, 13)],
                "artist": [names[m % len(names)] for m in range(11)],
                "n_whole": [9 + 5 * m % 23 for m in range(11)],
            }
        ).assign(n_streams=lambda t: t["n_whole"] * 1.0),
        "seasons": pd.DataFrame(
            {
                "number": range(5),
                "season": ["winter", "spring", "summer", "autumn", "winter"],
                "artist": [names[k % len(names)] for k in range(5)],
                "n_whole": [40, 160, 90, 120, 3],
            }
        ),
        "world": world_of(n),
    }


def world_of(n):
    """Countries of artists, the more the larger n."""
    known = [
        ("US", "United States"),
        ("GB", "United Kingdom"),
        ("BR", "Brazil"),
        ("SE", "Sweden"),
        ("ZA", "South Africa"),
        ("XX", "XX"),
    ] + [(f"{a}{b}", f"Country {a}{b}") for a in "AB" for b in "CDEFGHIJKLM"]
    known = known[: 2 + n // 5]
    artists = [max(240 // (k + 1), 1) for k in range(len(known))]
    rows = [
        (k + 1, code, artists[k], artists[k] * 4.0, artists[k] / sum(artists), 31, name)
        for k, (code, name) in enumerate(known)
    ]
    columns = "rank", "country", "n_artists", "n_streams", "share", "n_genres", "name"
    return table([(0, "", 12, 30.0, 0.0, 31, ""), *rows], *columns)


def type_tables(artist, minutes, crowd):
    """Tables of insights that compare listeners; only a personality and a club without a crowd."""
    n = sum(c for *_, c in crowd or [])
    values = np.random.default_rng(5).normal(0, 1, (4, min(n, 240) or 1))
    axes = (
        ("Familiar", 0.43, 0.11),
        ("New", 518, 185),
        ("Loyal", 0.68, 0.11),
        ("Celebrated", 17, 4),
    )
    rank = max(n // 9, 1)
    fans = [(i, i, minutes + 61 * (rank - i), i == rank) for i in range(max(rank - 3, 1), rank + 4)]
    habits = [("Cyclops", "top_genre_share", 0.62, 2.1), ("Vampire", "dark_share", 0.44, 1.4)]
    names = "Shapeshifter Roboticist Mastermind Luminary Hypnotist Librarian Nostalgist Fanatic"
    more = enumerate([*names.split(), "Repeater", "Alchemist"])
    habits += [(name, "top_artist_share", 0.1, 0.9 - 0.3 * i) for i, name in more]
    clubs = [("Cosmic Stereo Club", 420, 0.31, "Archivist", min(n, 3) or 1, n // 5 or 1)]
    clubs += [("Club Serotonin", 380, 0.28, "", 0, 0), ("Soft Hearts Club", 40, 0.03, "", 0, 0)]
    town = "Llanfairpwllgwyngyllgogerychwyrndrobwll" if minutes > 3_000 else "Lyon"
    home = ("GB" if minutes > 3_000 else "FR", town, 7, 12, artist, 3, 4.25)
    many = crowd is not None
    return {
        "personality": pd.DataFrame(
            {
                **{"code": ["FNLU"], "name": "Devotee"},
                **{"nearest_code": "ENLU", "nearest_name": "Nomad"},
                **{"familiar_share": 0.45, "age_days": 412, "repeat_share": 0.81},
                **{"popularity": 11.5, "n_listeners": n or 1, "n_same": n // 16 or 1},
            }
        ),
        "personality_axes": pd.concat(
            [
                pd.DataFrame({"axis": axis, "cut": cut, "value": np.sort(cut + spread * v)})
                for (axis, cut, spread), v in zip(axes, values)
            ],
            ignore_index=True,
        ),
        "character": ranked(habits * many, "character", "habit", "value", "score").assign(
            n_below=max(n - 6, 0), n_listeners=n
        ),
        "club": ranked(
            clubs, *("club", "n_streams", "share", "role", "role_rank", "n_members")
        ).assign(n_listeners=n or 1),
        "fan_rank": table(
            [(7, artist, minutes, rank, max(n // 2, rank), 0.2)] * many,
            *("artist_id", "artist", "minutes", "rank", "n_fans", "share"),
        ),
        "leaderboard": table(fans * many, "position", "rank", "minutes", "is_listener"),
        "sound_town": table(
            [home] * many,
            *("country", "city", "n_artists", "n_people", "artist", "n_fans", "times"),
        ),
    }


PEOPLE = [
    "Anneliese Brandt-Ferreira",
    "青木 さくら",
    "Bo",
    "عمر حداد",
    "Maximiliane-Henriette von Hohenstaufen",
    "Кирило Мельник",
    "Ödön Nagy",
    "Ana Lu",
    "Yvaine Quartermaine",
    "Æthel",
]


def similar_tables(songs, crowd):
    """Similar listeners and missed songs; no row without a crowd."""
    people = PEOPLE if crowd else []
    similarity = [round(0.97 / (1 + 0.3 * i), 9) for i in range(len(people))]
    shared = [max(9 - i, 1) for i in range(len(people))]
    rows = list(zip(range(len(people)), similarity, shared, people))
    few = songs[: 5 if crowd else 0]
    missed = few[["rank", "title", "artist"]].assign(
        n_listeners=[10, 7, 3, 2, 2][: len(few)], n_streams=few["n_streams"] * 30
    )
    similar = with_latin(ranked(rows, "other_id", "similarity", "n_shared", "name"))
    return {"similar_listeners": similar, "missed_songs": missed}


def year_tables(artists):
    """Artists kept in three years, and artists back after 365 days and more."""
    first = artists[:5]
    kept = first.assign(n_years=3, n_streams=np.ceil(first["n_streams"]).astype(int))
    gaps = [365, 400, 512, 730, 1461][: len(first)]
    back = [DAYS[20 * i + 5] for i in range(len(first))]
    left = [day - timedelta(gap) for day, gap in zip(back, gaps)]
    returned = kept.drop(columns="n_years").assign(last_day=left, first_day=back, gap_days=gaps)
    return {"loyalty": kept, "comebacks": returned}


def recap_tables(ms, songs, artists):
    """Ten years, or three if there are few songs; one year without a play, one without a song."""
    n, minutes = (10 if len(songs) == 5 else 3), int(ms.sum())
    rows = [
        (2025 - k, minutes * (7 - k % 5) // 7, s.title, s.artist, s.n_streams, a.artist, a.n_whole)
        for k in range(n)
        for s, a in [(songs.iloc[k % len(songs)], with_whole(artists).iloc[k % 3])]
    ]
    years = table(rows[::-1], *"year ms_played title artist n_streams top_artist n_whole".split())
    years.loc[0, ["title", "artist", "top_artist"]] = None
    years.loc[0, ["n_streams", "n_whole"]] = np.nan
    before = (2025, int(ms.sum()), 4_123, 1, int(ms.sum()) * 2 // 3, 5_000, 2)
    compared = "year ms_played n_songs n_artists ms_before songs_before artists_before".split()
    return {"decade": years.drop(index=1), "year_before": table([before], *compared)}


def releases_of(songs):
    """A release of each song's artist; one has 30 tracks, one was not streamed; one if there are
    few songs.
    """
    n_tracks, n_heard = [1, 30, 12, 4, 9], [1, 17, 12, 0, 2]
    rows = [
        (
            k,
            s.artist,
            1,
            s.title,
            DAYS[60 * k],
            n_tracks[k - 1],
            n_heard[k - 1],
            12_345 * n_heard[k - 1],
        )
        for k, s in enumerate(songs.head(5 if len(songs) == 5 else 1).itertuples(), 1)
    ]
    columns = "artist_rank artist place album released n_tracks n_heard n_streams".split()
    return table(rows, *columns)


def pioneered(songs, crowd):
    """Songs streamed early: the first on the day of its release; no row without a crowd."""
    n = sum(c for *_, c in crowd or [])
    rows = [
        (s.title, s.artist, DAYS[90 + 7 * k], DAYS[90 + 5 * k], k * n // 20, n // 2 - k * n // 20)
        for k, s in enumerate(songs.head(5 if crowd else 0).itertuples())
    ]
    early = ranked(rows, *"title artist date released n_before n_after".split())
    return early.assign(n_all=early["n_before"] + early["n_after"] + 1 + early["rank"])


def rank_at_home(ms, crowd):
    """The rank in a country of nine listeners, or of groups of ten; no row without a crowd."""
    many = sum(c for *_, c in crowd or []) > 5_000
    group = 31 if many else 1
    means = [ms * 1.09 ** (k - group) for k in range(40 if many else 9)]
    n, below = (400, 312) if many else (9, 1)
    row = ("FR", "France", ms, n, below, n - below, means, group)
    columns = "country name ms_played n_listeners n_below rank group_ms group".split()
    return table([row] if crowd else [], *columns)


def of_genres_at_home(genres, crowd):
    """Genres of which the others stream a half, a fifth ... and nothing; no row without a crowd."""
    rows = genres[: 5 if crowd else 0].assign(country="GB", name="United Kingdom", n_listeners=9)
    parts = [0.5, 0.2, 0.12, 0.9, 0.0][: len(rows)]
    return rows.assign(
        share=rows["n_streams"] / 5_000, others_share=rows["n_streams"] * parts / 5_000
    )


def kept_by_month(songs):
    """Songs kept in twelve months, or in one if there are few songs."""
    rows = [
        (m, 1_234 if m == 3 else m, m + 1, m, s.title, s.artist, s.n_streams - m)
        for m in range(1, 13 if len(songs) == 5 else 2)
        for s in [songs.iloc[m % len(songs)]]
    ]
    return table(rows, *"month n_kept n_adds n_saves title artist n_streams".split())


def rare_of(artists, crowd):
    """Artists with no other listener, with one, two ...; no row without a crowd."""
    rows = with_whole(artists)[: 5 if crowd else 0]
    n_all = max(40 * len(artists), 1)
    rare = rows.assign(n_others=range(len(rows)), n_rare=n_all // 9, n_artists=n_all)
    return rare.assign(n_listeners=sum(c for *_, c in crowd or []))


def statements_of(ms, songs, artists):
    """Statements on the song, on minutes and on the artist; that on minutes is false."""
    minutes, n_song, n_artist = int(ms.sum() // 60_000), songs["n_streams"][0], 1_234_567
    rows = [
        (1, "top_song", songs["title"][0], n_song, True, n_song),
        (2, "minutes", "", minutes * 3 // 2, False, minutes),
        (3, "top_artist", artists["artist"][0], n_artist, True, n_artist),
    ]
    return table(rows, *"place fact name number is_true true_number".split())


def with_whole(artists):
    return artists.assign(n_whole=np.ceil(artists["n_streams"]).astype(int))


def poster_tables(songs, artists, genres):
    """A quiz, a festival and a film if there are enough songs; moments of the year."""
    some = slice(0 if len(songs) < 5 or len(genres) == 1 else None)
    quiz = songs.head(5).sort_values("title").reset_index(drop=True)
    names = artists["artist"]
    stages = [
        (stage, family, place, names[(stage + place) % len(names)], 90 + place)
        for stage, family in enumerate(families_of(genres)["family"][:3], 1)
        for place in range(1, 6)
    ]
    rows = songs[["title", "artist", "n_streams"]].values.tolist()
    scenes = [(i, scene, *rows[i % min(len(rows), 5)]) for i, scene in enumerate(SCENES, 1)]
    return {
        "top_song_quiz": quiz.assign(place=quiz.index + 1, is_answer=quiz["rank"] == 1)[some],
        "festival": table(stages, "stage", "family", "place", "artist", "n_whole")[some],
        "movie": table(scenes, "number", "scene", "title", "artist", "n_streams")[some],
        "tastebreakers": breakers_of(songs, genres)[some],
        **moment_tables(songs.iloc[0]),
    }


def breakers_of(songs, genres):
    """Songs of the first genres, each with fewer fans."""
    rows = [(s.title, s.artist, g) for s, g in zip(songs.head(5).itertuples(), genres["genre"])]
    songs = ranked(rows, "title", "artist", "genre")
    return songs.assign(n_listeners=[12_345, 310, 44, 2, 1][: len(songs)])


def moment_tables(song):
    """The song on one day, and milestones; without those of minutes if it has few plays."""
    n = int(song["n_streams"])
    reached = [("minutes", 10_000, 60), ("minutes", 25_000, 360), ("plays", 1_000, 50)]
    reached += [("plays", 5_000, 300), ("songs", 100, 20), ("songs", 1_000, 364)]
    steps = table(reached, "counted", "number", "day")
    of_song = steps["counted"] == "songs"
    steps = steps.assign(date=[DAYS[k] for k in steps["day"]])
    steps["title"], steps["artist"] = ([song[k] * b for b in of_song] for k in ("title", "artist"))
    day = (song["title"], song["artist"], DAYS[120], n // 7 + 3, n // 2 + 3)
    return {
        "on_repeat": table([day], "title", "artist", "date", "n_streams", "n_of_day"),
        "milestones": steps[0 if n > 40 else 2 :],
    }


def group_tables(name, songs, artists):
    """A blend with Bo, and a party of ten (of two if there are few songs)."""
    names = [name, *PEOPLE[: 9 if len(songs) == 5 else 1]]
    shared = artists[:5].assign(n_a=artists["n_streams"][:5], n_b=artists["n_streams"][:5][::-1])
    given = songs[:2].assign(giver=[name, "Bo"])
    pair = {"similarity": 0.456, "n_shared": len(shared), "name_a": name, "name_b": "Bo"}
    pair |= {"latin_a": latin_form(name), "latin_b": "Bo"}
    awards = [
        (
            award.name,
            n % len(names),
            names[n % len(names)],
            0.345 if award.factor == 100 else 12_345,
        )
        for n, award in enumerate(AWARDS)
    ]
    guests = [(n, guest, AWARDS[n % 9].name, 1 + n // 9) for n, guest in enumerate(names)]
    return {
        "blend": pd.DataFrame([pair]),
        "shared_artists": shared[["rank", "artist", "n_a", "n_b"]],
        "exchange": given[["giver", "rank", "title", "artist", "n_streams"]],
        "party": with_latin(table(awards, "award", "listener_id", "name", "value")),
        "guests": with_latin(table(guests, "listener_id", "name", "award", "place")),
        "party_label": table([("Good Neighbours", 0.456)], "label", "similarity"),
    }


def with_latin(rows):
    return rows.assign(name_latin=rows["name"].map(latin_form))


def typical():
    months = ["neo mellow"] * 2 + ["dance pop"] * 5 + ["indie folk"] * 3 + ["dance pop", "hip hop"]
    return tell(
        "Ines Okafor",
        year_of_minutes(7, 52, 0.07),
        SONGS,
        ARTISTS,
        GENRES,
        months,
        crowd=crowd_of(1000),
    )


def longest():
    months = [
        "deep atmospheric post-rock with choir and found sound, live",
        "музыка для дороги",
        "शास्त्रीय",
        None,
    ] * 3
    name = "Maximiliane-Henriette von Hohenstaufen-Wittelsbach y Quintana"
    return tell(
        name,
        year_of_minutes(8, 1100, 0).clip(0, 86_000_000),
        LONG_SONGS,
        LONG_ARTISTS,
        LONG_GENRES,
        months,
        hours=[60] * 24,
        crowd=crowd_of(12_345, mean=90_000),
        skips=0.004,
    )


def hardly():
    ms = np.zeros(365, np.int64)
    ms[[40, 41, 200]] = [700_000, 400_000, 1_300_000]
    songs = [
        ("Salt", "Ode & Ivy", 4),
        ("Slow Orbit", "The Kitchen Radios", 3),
        *((f"Song {n}", "Ode & Ivy", 1) for n in range(10)),
    ]
    return tell(
        "Bo",
        ms,
        songs,
        [("Ode & Ivy", 14), ("The Kitchen Radios", 3), ("X", 1)],
        [("film score", 18)],
        [None, "film score"],
        too_little=True,
    )


def small():
    ms = year_of_minutes(9, 9, 0.72)
    ms[100:141] = np.where(np.arange(41) % 3, ms[100:141], 0)
    songs = [(f"Étude No. {n}", "Ana Lu", 30 - n) for n in range(1, 31)]
    artists = [("Ana Lu", 300), ("Bela", 90), ("Ciro", 20), ("Dot", 9), ("Ewe", 5), ("Fay", 1)]
    return tell(
        "Åse",
        ms,
        songs,
        artists,
        [("classical piano", 400), ("jazz", 25)],
        ["classical piano"] * 12,
        hours=[0] * 6 + [5, 30, 4] + [0] * 15,
        skips=0,
    )


def artist_story():
    """The year of an artist of a long name."""
    story = typical()
    row = {"n_listeners": 917, "n_streams": 50_700, "ms_played": 9_025_136_513, "n_songs": 47}
    row |= {"n_countries": 39, "n_super": 78, "crowd_size": 11_196}
    codes = "US MX ID BR IN AU GB DE FR".split()
    accolades = [
        ("The Early Riser", "from 5 to 9", 0.1, 0.08, 1.25),
        ("The Afternoon Friend", "from 14 to 18", 0.333, 0.3, 1.11),
        ("The Weekday Regular", "from Monday to Friday", 0.8, 0.75, 1.07),
        ("The Lunch Guest", "from 12 to 14", 0.11, 0.1045, 1.05),
    ]
    countries = [(c, 113 - 12 * i, 12_000 // (i + 1), "Isle of Man") for i, c in enumerate(codes)]
    tables = {
        "artist_year": pd.DataFrame([row]),
        "artist_countries": table(countries, "country", "n_listeners", "n_streams", "name"),
        "artist_months": table([(m, 100 + m) for m in range(1, 13)], "month", "n_streams"),
        "accolades": table(accolades, "accolade", "when", "share", "crowd_share", "ratio"),
    }
    names = ("top_songs", "calendar", "listening_clock", "monthly_families", "top_families")
    kept = {name: story.tables[name] for name in names}
    listener = story.listener | {"name": "Los Planetas del Mar"}
    return replace(story, listener=listener, tables=tables | kept)


ALL = {
    "typical": typical,
    "longest": longest,
    "hardly": hardly,
    "small": small,
    "artist": artist_story,
}
