"""What is heard next: memory, taste, releases, lists, the radio, festive music and noise."""

from dataclasses import replace
from datetime import date

import numba
import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.listening import local_time, loop, memory, own_artists, picks, releases, taste
from wrapsim_helpers.listening.loop_types import Known, Listener
from wrapsim_helpers.listening.state import new_known, new_state
from wrapsim_helpers.people import homes, loop_types
from wrapsim_helpers.people.behaviour import CONTEXTS, lag_quantiles, lowered
from wrapsim_helpers.people.survey_shares import GENRE_NAMES
from wrapsim_helpers.schema import (
    ALBUM,
    ARTIST_PAGE,
    EDITORIAL,
    FREE,
    OWN_PLAYLIST,
    PERSONALIZED,
    PREMIUM,
    RADIO,
    SEARCH,
    code,
)

KEY = np.uint64(9)
ROCK = GENRE_NAMES.index("Rock")
FORTNIGHT = ws.Run(
    num_users=150, start_time="2025-03-03", end_time="2025-03-17", seed=3, catalogue_tracks=5_000
)


def someone(behaviour, music, **who):
    """A listener who has heard nothing, ready to pick: a `Listener`. who: fields of PERSON."""
    person = np.zeros(1, loop_types.PERSON).view(np.recarray)
    person["key"], person["home_country"], person["other_totals"], person["novelty"] = (
        KEY,
        -1,
        np.arange(1, len(GENRE_NAMES) + 1) / len(GENRE_NAMES),
        1.0,
    )
    for name, value in who.items():
        person[name] = value
    state = new_state()
    state.stamp, state.age, state.day, state.month = 1, 30, day_of(date(2025, 3, 3)), 55 * 12 + 2
    listener = Listener(person[0], music, lowered([behaviour])[0], state, new_known(music))
    own_artists.fill_taste(listener)
    return listener


def row_of(country):
    """The row of places.csv of a country."""
    return int(np.flatnonzero(homes.countries()["country"] == country)[0])


def born(year):
    """Fields of PERSON of a listener of a birth year, in 2025."""
    return {"birth_year": year, "origin_ms": day_of(date(2025, 1, 1)) * 86_400_000}


def no_track_known(n_tracks):
    """The `Known` of a catalogue of `n_tracks` by one artist."""
    tracks, artists = memory.KNOWN_TRACK, memory.KNOWN_ARTIST
    return Known(
        np.zeros(n_tracks, tracks).view(np.recarray), np.zeros(1, artists).view(np.recarray)
    )


def day_of(when):
    return (when - date(1970, 1, 1)).days


@pytest.fixture(scope="module")
def music(invented):
    return invented.world.catalogue.music


@pytest.fixture(scope="module")
def year(invented):
    return told(invented)


def told(heard):
    """The plays of a `Listened` with what the catalogue and the listeners table say: DataFrame in
    order of play_id.
    """
    music, plays = heard.world.catalogue.music, heard.plays.to_pandas()
    track, who = (
        plays["track_id"].to_numpy(),
        heard.listeners.to_pandas().set_index("listener_id").loc[plays["listener_id"]],
    )
    artist = np.asarray(music.tracks["artist"])[track]
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        plays["utc_offset_min"], unit="min"
    )
    return plays.assign(
        local=local,
        day=(local - pd.Timestamp("1970-01-01")).dt.days,
        artist=artist,
        birth_year=pd.DatetimeIndex(who["birth_date"]).year,
        **{
            name: np.asarray(music.tracks[name])[track]
            for name in ("released", "festive", "noise", "intensity", "album_from", "album_to")
        },
        **{
            name: np.asarray(music.artists[name])[artist]
            for name in ("lean", "renown", "family_pool")
        },
        home_country=who["country"]
        .map({name: row for row, name in enumerate(homes.countries()["country"])})
        .fillna(-1)
        .to_numpy(),
        artist_country=np.asarray(music.artists["country"])[artist],
        gender=who["gender"].to_numpy(),
        age=2025 - pd.DatetimeIndex(who["birth_date"]).year,
    )


def pairs(plays, context):
    """Plays of a context with the one before them, where both follow each other there of
    themselves: DataFrame, `_before` columns.
    """
    before = plays.shift(1).add_suffix("_before")
    both = pd.concat([plays, before], axis=1)
    of_itself = ("trackdone", "fwdbtn")
    return both[
        (both["session_id"] == both["session_id_before"])
        & (both["context"] == context)
        & (both["context_before"] == context)
        & both["reason_start"].isin(of_itself)
        & (both["reason_start_before"] != "backbtn")
    ]


# -- memory ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_heard, reach", [(1000, 512), (300, 256), (5000, 4096)])
def test_what_is_heard_again_lies_back_as_the_recency_kernel_says(n_heard, reach):
    b, state, known = lowered([ws.Behaviour()])[0], new_state(), no_track_known(n_heard)
    for track in range(n_heard):
        memory.remember(state, known, track)
    lags = np.array([n_heard - memory.remembered_track(KEY, i, b, state) for i in range(10_000)])
    weights = (
        np.arange(1, reach + 1) ** -b.recency
    )  # a history is drawn from by its last power of two
    expected = np.cumsum(weights / weights.sum())
    for edge in (1, 2, 5, 20, 100, reach - 10):
        assert (lags <= edge).mean() == pytest.approx(expected[edge - 1], abs=0.06)
    assert lags.min() == 1 and lags.max() <= reach + 1


def test_a_short_history_is_drawn_from_as_a_whole_and_its_latest_first():
    b, state, known = lowered([ws.Behaviour()])[0], new_state(), no_track_known(50)
    assert memory.remembered_track(KEY, 0, b, state) == memory.NO_TRACK
    for track in range(50):
        memory.remember(state, known, track)
    counts = np.bincount(
        [memory.remembered_track(KEY, i, b, state) for i in range(5_000)], minlength=50
    )
    assert (
        (counts > 0).sum() > 40
        and counts[40:].sum() > 2 * counts[:40].sum() / 4
        and counts[49] == counts.max()
    )


def test_lag_quantiles_run_from_one_to_the_size_of_the_memory():
    quantiles = lag_quantiles(0.9, 256)
    assert (
        quantiles[0] == 1 and quantiles[-1] == pytest.approx(257) and (np.diff(quantiles) > 0).all()
    )
    assert lag_quantiles(1.0, 256)[128] == pytest.approx(257**0.5)


def test_a_track_is_known_as_often_as_this_listener_heard_it():
    state, known = new_state(), no_track_known(3)
    state.stamp = 1
    for track in (2, 0, 2):
        memory.remember(state, known, track)
    assert [memory.times_played(state, known, track) for track in range(3)] == [1, 0, 2]
    assert (state.n_learned, known.tracks["learned"][:2].tolist()) == (2, [2, 0])
    state.stamp = 2
    assert memory.times_played(state, known, 2) == 0


def test_what_is_worn_out_comes_back_less(music):
    def share_of_worn(satiation):
        listener = someone(replace(ws.Behaviour(), satiation=satiation, intensity_pull=0.0), music)
        for track in (1, 2, 3) * 50 + (4, 5):
            memory.remember(listener.state, listener.known, track)
        return np.isin(
            [picks.known_or_new(KEY, i, 0.0, listener) for i in range(2_000)], (1, 2, 3)
        ).mean()

    assert share_of_worn(5.0) < share_of_worn(1e6) - 0.1


def test_the_share_of_new_tracks_falls_as_the_history_grows(music):
    listener = someone(ws.Behaviour(), music)
    shares = []
    for heard in (taste.WARM_UP, taste.WARM_UP + 1_000, taste.WARM_UP + 10_000):
        listener.state.heard = heard
        shares.append(taste.novelty_now(listener))
    assert shares[0] == pytest.approx(listener.behaviour.novelty) and shares[1] == pytest.approx(
        listener.behaviour.novelty * 2**-listener.behaviour.novelty_decay
    )
    assert shares[2] < shares[1]


# -- releases --------------------------------------------------------------------------------------


def test_nothing_is_heard_before_it_is_out(year):
    assert (year["day"] >= year["released"]).all()
    assert (year["released"] > day_of(date(2025, 1, 1))).sum() > 10_000, (
        "too little is new, so the test proves nothing"
    )


def test_nobody_remembers_from_before_the_window_what_came_out_in_it(invented, music):
    first = told(ws.listen(replace(invented.run, end_time="2025-01-03")))
    assert len(first) > 500 and (first["day"] >= first["released"]).all()


def test_of_an_artist_only_what_is_out_is_drawn_and_the_latest_oftener(music):
    listener = someone(ws.Behaviour(), music)
    artist = int(np.argmax(music.artists["after"] - music.artists["first"]))
    discography = music.discography[music.artists[artist].first : music.artists[artist].after]
    listener.state.day = int(discography["released"][len(discography) // 2])
    out = discography["track"][discography["released"] <= listener.state.day]

    def age_of_draws(fresh_share):
        some = Listener(
            listener.person,
            music,
            lowered([replace(ws.Behaviour(), fresh_share=fresh_share)])[0],
            listener.state,
            listener.known,
        )
        drawn = np.array([releases.track_by_artist(KEY, i, artist, some) for i in range(2_000)])
        assert set(drawn) <= set(out)
        return listener.state.day - music.tracks["released"][drawn].mean()

    assert age_of_draws(1.0) < age_of_draws(0.0) / 2
    listener.state.day = int(discography["released"][0]) - 1
    assert releases.track_by_artist(KEY, 0, artist, listener) == memory.NO_TRACK


def test_the_search_in_a_discography_finds_the_same_wherever_the_last_one_ended(music):
    listener, discography = someone(ws.Behaviour(), music), music.discography
    for artist in np.random.default_rng(1).choice(len(music.artists), 50):
        first, after = music.artists[artist].first, music.artists[artist].after
        days = discography["released"][first:after]
        for day in np.random.default_rng(artist).permutation([*days, *(days - 1), 0, 30_000]):
            expected = first + np.searchsorted(days, day, side="right")
            assert releases.released_by(artist, day, listener) == expected
        assert music.artists[artist].last == max(days, default=-(2**31))


def test_a_new_release_is_taken_up_and_worn_off(year, invented):
    def by_month(plays):
        """Plays of the first half-year's releases in their first six times thirty days: the same
        tracks, as long at risk.
        """
        fresh = plays[
            (plays["released"] >= day_of(date(2025, 1, 1)))
            & (plays["released"] < day_of(date(2025, 7, 1)))
            & (plays["festive"] == 0)
        ]
        return [((fresh["day"] - fresh["released"]) // 30 == month).sum() for month in range(6)]

    usual, never = (
        by_month(year),
        by_month(told(ws.listen(invented.run, behaviour=ws.Behaviour(fresh_share=0.0)))),
    )
    assert usual[1] > usual[3] > usual[5] and usual[1] > 1.2 * usual[5], (
        "from the month on in which the lists have it"
    )
    assert usual[0] > 1.2 * never[0]


def test_the_older_a_track_the_less_it_is_heard(year, music):
    ordinary = (music.tracks["festive"] == 0) & (music.tracks["noise"] == 0)
    age, plays = (
        (day_of(date(2025, 1, 1)) - music.tracks["released"]) / 365.25,
        np.bincount(year["track_id"], minlength=len(ordinary)),
    )
    per_track = [
        plays[ordinary & (age > low) & (age <= high)].mean()
        for low, high in ((0, 1), (1, 3), (3, 10), (10, 30))
    ]
    assert (
        per_track[0] > 1.4 * per_track[1]
        and per_track[1] > 1.2 * per_track[2]
        and per_track[2] > 1.1 * per_track[3]
    )


# -- contexts --------------------------------------------------------------------------------------


def test_a_list_is_the_same_for_all_who_follow_it_and_another_one_each_month(music):
    def artists(number, month=660):
        listener = someone(ws.Behaviour(), music, home_country=3, country=3, key=np.uint64(number))
        listener.state.month = month
        return [picks.listed_artist(i, ROCK, listener)[1] for i in range(picks.LIST_LENGTH)]

    same = artists(5)
    followers = [artists(number) for number in range(6, 6 + 4 * picks.N_LISTS)]
    assert 1 < sum(other == same for other in followers) < len(followers) / 4
    kept = np.mean([a == b for a, b in zip(same, artists(5, month=661))])
    assert kept < 0.3, "not only new releases change, the places are drawn again"


def test_the_artists_of_lists_have_a_release_of_the_months_before(music):
    listener = someone(ws.Behaviour(), music)
    month = listener.state.month = 55 * 12 + 2
    until = month * picks.DAYS_OF_MONTH
    recent = [
        any(
            until - picks.RECENT_DAYS < day <= until
            for day in music.discography["released"][first:after]
        )
        for first, after in zip(music.artists["first"], music.artists["after"])
    ]
    listed = [picks.listed_artist(i, own_artists.ALL, listener)[1] for i in range(50)]
    assert np.mean(np.array(recent)[listed]) > max(0.7, 1.5 * np.mean(recent))


def test_free_listeners_search_less_often_than_premium_listeners(music):
    always = tuple(float(name == "search") for name in CONTEXTS)
    listener = someone(replace(ws.Behaviour(), context_shares=always, free_search=0.55), music)

    def share_of_searches(plan):
        listener.state.plan, opened = plan, []
        for i in range(2_000):
            picks.open_context(KEY, i, listener)
            opened.append(listener.state.context)
        assert set(opened) <= {SEARCH, OWN_PLAYLIST}
        return np.mean(np.array(opened) == SEARCH)

    assert share_of_searches(PREMIUM) == 1
    assert share_of_searches(FREE) == pytest.approx(0.55, abs=4 * (0.55 * 0.45 / 2_000) ** 0.5)


def test_the_list_of_the_listeners_own_genre_is_the_one_that_is_opened(music):
    listener = someone(
        replace(
            ws.Behaviour(),
            context_shares=tuple(float(name == "editorial") for name in CONTEXTS),
            favourite_share=1.0,
            focus_age_slope=0.0,
            disliked=1.0,
        ),
        music,
        favourite=ROCK,
    )
    picks.open_context(KEY, 0, listener)
    assert (listener.state.context, listener.state.pool) == (EDITORIAL, ROCK)
    listed = {picks.listed_artist(i, ROCK, listener)[1] for i in range(picks.LIST_LENGTH)}
    tracks = [picks.track_of_list(KEY, i, ROCK, listener) for i in range(300)]
    chosen = [track for track in tracks if track != memory.NO_TRACK]
    assert {int(music.tracks["artist"][track]) for track in chosen} <= listed
    assert len(chosen) > 250


def test_an_album_is_heard_in_order_unless_it_is_shuffled(year, music):
    album = pairs(year[~year.groupby("session_id")["shuffle"].transform("any")], "album")
    places = np.asarray(music.tracks["by_album"])  # place -> track
    place = np.empty(len(places), int)
    place[places] = np.arange(len(places))
    here, before = place[album["track_id"]], place[album["track_id_before"].astype(int)]
    follows = album["reason_start"] == "trackdone"
    assert (here == before + 1)[follows].mean() > 0.95 and follows.sum() > 1_000

    shuffled = pairs(year[year["shuffle"]], "album")
    here, before = place[shuffled["track_id"]], place[shuffled["track_id_before"].astype(int)]
    long_albums = shuffled["album_to"] - shuffled["album_from"] > 5
    assert (here == before + 1)[long_albums].mean() < 0.4


def test_an_album_that_is_used_up_goes_on_as_a_radio_station_of_its_family(music):
    listener = someone(ws.Behaviour(), music)
    state, track = listener.state, 0
    state.context, state.seed_track = ALBUM, track
    n = int(music.tracks["album_to"][track] - music.tracks["album_from"][track])
    for i in range(n):
        assert (
            picks.pick_track(KEY, i, False, 0.5, listener)
            == music.tracks["by_album"][music.tracks["album_from"][track] + i]
        )
        assert state.context == ALBUM
    picks.pick_track(KEY, n, False, 0.5, listener)
    family = music.artists["family_pool"][music.tracks["artist"][track]]
    assert (state.context, state.pool) == (RADIO, family)


def test_an_artist_page_stays_with_the_artist(year):
    page = pairs(year[year["festive"] == 0], "artist")
    page = page[page["play_id"] == page["play_id_before"] + 1]
    assert (page["artist"] == page["artist_before"]).all() and len(page) > 10_000


def test_the_radio_stays_in_the_family_of_its_seed(year):
    def alike(context):
        both = pairs(year[year["festive"] == 0], context)
        return (both["family_pool"] == both["family_pool_before"]).mean()

    assert alike("radio") > 0.95 and alike("search") < 0.8


# -- festive music and noise -----------------------------------------------------------------------


def test_festive_picks_grow_up_to_christmas_eve_and_end_within_a_fortnight():
    b = lowered([ws.Behaviour()])[0]
    shares = {
        text: local_time.festive_share(day_of(date.fromisoformat(text)), 2025, b)
        for text in ("2025-07-15", "2025-10-09", "2025-11-13", "2025-12-24", "2025-12-26")
    }
    assert (
        shares["2025-12-24"] == b.festive_peak and shares["2025-07-15"] == shares["2025-10-09"] == 0
    )
    assert (
        0.015 < shares["2025-11-13"] < 0.02
    )  # songs remembered from the days before make up 2 % with it
    assert shares["2025-12-26"] == pytest.approx(b.festive_peak / np.e)
    new_year = local_time.festive_share(day_of(date(2026, 1, 2)), 2026, b)
    assert new_year == pytest.approx(b.festive_peak * np.exp(-4.5))
    assert local_time.festive_share(day_of(date(2025, 1, 8)), 2025, b) == 0


@pytest.mark.parametrize(
    "start, end, low, high",
    [
        ("2025-11-12", "2025-11-15", 0.5, 1.75),
        ("2025-12-23", "2025-12-26", 0.6, 1.2),
        ("2025-07-01", "2025-07-15", 0.0, 0.0),
    ],
)
def test_as_much_festive_music_is_heard_as_the_parameters_say(start, end, low, high):
    heard = ws.listen(replace(FORTNIGHT, num_users=1500, start_time=start, end_time=end))
    b = lowered([ws.Behaviour()])[0]
    middle = local_time.festive_share(
        day_of(date.fromisoformat(start)) + 1, 2025, b
    )  # 13 November, Christmas Eve, July
    assert low * middle <= told(heard)["festive"].mean() <= high * middle


def test_festive_music_is_over_in_february():
    winter = told(
        ws.listen(replace(FORTNIGHT, num_users=60, start_time="2025-12-10", end_time="2026-02-15"))
    )
    by_month = winter.groupby(winter["local"].dt.month)["festive"].mean()
    assert by_month[12] > 0.05 and by_month[2] == 0


def test_noise_is_heard_at_night_by_sleepers_alone_and_ranks_nowhere():
    heard = ws.listen(
        replace(FORTNIGHT, num_users=200, end_time="2025-05-01"),
        behaviour=ws.Behaviour(noise_share=0.3),
    )
    plays = told(heard)
    opened = plays.groupby("session_id")["local"].transform("min").dt.hour
    noisy = plays["noise"] > 0
    assert noisy.sum() > 500 and (opened[noisy].between(22, 23) | (opened[noisy] < 2)).all()
    assert (
        plays[noisy].groupby("listener_id")["track_id"].nunique().max() <= 6
    )  # three slots of an alias table, two tracks each
    late = plays[(opened >= 22) | (opened < 2)].groupby("listener_id")["noise"].agg(["max", "size"])
    assert (late[late["size"] > 60]["max"] > 0).mean() == pytest.approx(0.3, abs=0.12)
    noise_ids = set(np.flatnonzero(heard.world.catalogue.music.tracks["noise"]))
    assert not noise_ids & {track for ids in heard.answers["song_ids"].to_pylist() for track in ids}


# -- taste -----------------------------------------------------------------------------------------


def test_the_side_taste_changes_between_quarters_alone_and_no_oftener_than_it_drifts(music):
    listener = someone(ws.Behaviour(), music)
    sides = []
    for day in range(91 * 150, 91 * 550):
        loop.begin_day(day, listener)
        sides.append(int(listener.state.side_genre))
    changed = np.flatnonzero(np.diff(sides)) + 1
    assert (changed % 91 == 0).all() and len(set(sides)) == len(GENRE_NAMES)
    expected = listener.behaviour.drift_share * (1 - 1 / len(GENRE_NAMES))
    assert len(changed) / 400 == pytest.approx(
        expected, abs=4 * (expected * (1 - expected) / 400) ** 0.5
    )


def test_new_music_comes_from_the_favourite_genre_the_side_taste_and_people_alike_by_their_shares(
    music,
):
    listener = someone(
        replace(ws.Behaviour(), favourite_share=0.5, side_share=0.5, focus_age_slope=0.01),
        music,
        favourite=20,
    )
    listener.state.side_genre = 21
    for age, focus in ((30, 0.5), (60, 0.65)):
        listener.state.age = age
        pools = np.array([taste.taste_pool(KEY, i, listener) for i in range(5_000)])
        assert (pools == 20).mean() == pytest.approx(focus, abs=0.03) and (
            pools == 21
        ).mean() == pytest.approx((1 - focus) / 2, abs=0.03)
        others = set(listener.state.other_genres.tolist())
        assert set(pools) == {20, 21} | others and len(others) > 2


@pytest.fixture(scope="module")
def fortnight():
    return told(ws.listen(FORTNIGHT))


def without(**changed):
    """The same listeners and streams with other parameters."""
    return told(ws.listen(FORTNIGHT, behaviour=ws.Behaviour(**changed)))


def test_the_gender_lean_draws_men_and_women_to_different_artists(fortnight):
    def gap(plays):
        lean = plays.groupby("gender", observed=True)["lean"].mean()
        return lean["male"] - lean["female"]

    assert gap(fortnight) > gap(without(gender_lean=0.0)) + 0.05


def test_youth_draws_everybody_to_the_years_of_their_own(fortnight):
    def share_of_youth(plays):
        years = plays["released"] / 365.25 + 1970 - plays["birth_year"]
        return ((years > 9) & (years < 19))[plays["age"] >= 25].mean()

    assert share_of_youth(fortnight) > share_of_youth(without(youth_pull=0.0))
    assert share_of_youth(without(youth_pull=8.0)) > 1.05 * share_of_youth(fortnight)


def test_the_young_keep_to_the_best_known_artists(music):
    part, places = own_artists.part_of(own_artists.ALL, -1, music), range(own_artists.OWN_ARTISTS)

    def renown(birth_year, mainstream):
        listener = someone(
            replace(ws.Behaviour(), mainstream=mainstream), music, **born(birth_year)
        )
        selected = [own_artists.selected_artist(place, part, listener) for place in places]
        return music.artists["renown"][selected].mean()

    assert renown(2009, 0.9) > renown(2009, 0.0) + 0.01
    assert renown(1980, 0.9) == renown(1980, 0.0)


def test_home_draws_to_artists_of_the_listeners_country(fortnight):
    def share_of_home(plays):
        return (plays["artist_country"] == plays["home_country"])[plays["home_country"] >= 0].mean()

    assert (
        share_of_home(without(home_share=1.2))
        > share_of_home(fortnight)
        > share_of_home(without(home_share=0.0))
    )


def slopes_of_intensity(plays):
    """How much more intense music is heard per unit of the curves of hour, weekday and age.
    float64, (3,).
    """
    b, weekday = ws.Behaviour(), plays["local"].dt.day_of_week.to_numpy()
    hours = np.array(b.intensity_hours)[(weekday >= 5).astype(int), plays["local"].dt.hour]
    ages = np.array(b.intensity_age)[
        np.searchsorted(b.intensity_age_from, plays["age"], side="right") - 1
    ]
    curves = np.column_stack(
        [hours, np.array(b.intensity_days)[weekday], ages, np.ones(len(plays))]
    )
    return np.linalg.lstsq(curves, plays["intensity"].to_numpy(dtype=float), rcond=None)[0][:3]


def test_the_intensity_of_music_follows_the_hour_the_weekday_and_age():
    crowd = replace(FORTNIGHT, num_users=1_000)
    none, usual, strong = (
        slopes_of_intensity(told(ws.listen(crowd, behaviour=ws.Behaviour(intensity_pull=pull))))
        for pull in (0.0, 0.9, 2.0)
    )
    assert (usual > none + 0.005).all() and (strong > usual).all()


def test_the_suitability_of_a_track_is_the_product_of_youth_and_of_the_hour(music):
    track, none = 0, replace(ws.Behaviour(), youth_pull=0.0)
    song = music.tracks[track]
    assert taste.suitability(track, someone(none, music)) == 1

    born = round(song.released / 365.25 + 1970 - 14)
    young, old = (
        taste.suitability(track, someone(replace(none, youth_pull=2.0), music, birth_year=year))
        for year in (born, born - 40)
    )
    assert young > 0.99 and old == pytest.approx((1 + 2 / (1 + 64)) / 3, abs=0.01)
    listener = someone(none, music)
    listener.state.intensity_pull = 0.5
    fit = (1 + 0.5 * (2 * song.intensity - 1)) / 1.5
    assert taste.intensity_fit(track, listener) == pytest.approx(fit)
    assert taste.suitability(track, listener) == pytest.approx(fit)


def test_the_fit_of_an_artist_is_the_product_of_gender_age_and_fame(music):
    none = replace(ws.Behaviour(), gender_lean=0.0, mainstream=0.0, age_lean=0.0)
    artist = music.artists[int(np.argmin(music.artists["renown"]))]
    assert own_artists.artist_fit(artist, someone(none, music)) == 1
    lean = [
        own_artists.artist_fit(
            artist, someone(replace(none, gender_lean=0.9), music, gender=code("gender", name))
        )
        for name in ("male", "other", "female")
    ]
    assert lean == pytest.approx(
        [np.exp(-1.8 * max(-artist.lean, 0.0)), 1, np.exp(-1.8 * max(artist.lean, 0.0))]
    )
    far = 1 + 0.12 * np.log(1.0001 - artist.renown)  # from the best known artists
    age = [
        own_artists.artist_fit(
            artist, someone(replace(none, age_lean=0.9), music, birth_year=1970 - years)
        )
        for years in (10, 35, 60)  # in 1970
    ]
    assert age == pytest.approx(
        [np.exp(-1.8 * max(artist.age_lean, 0.0)), 1, np.exp(-1.8 * max(-artist.age_lean, 0.0))],
        abs=0.002,
    )
    fame = [
        own_artists.artist_fit(
            artist, someone(replace(none, mainstream=0.6), music, birth_year=1970 - age)
        )
        for age in (14, 24, 34, 60)  # in 1970
    ]
    assert fame == pytest.approx([1 - 0.6 * far, 1 - 0.3 * far, 1, 1], abs=0.01) and far > 0.9


# -- artists of one's own --------------------------------------------------------------------------


def test_a_listener_likes_a_fixed_share_of_the_artists_and_each_listener_others(music):
    n = len(music.artists)
    even = {"gender_lean": 0.0, "mainstream": 0.0, "age_lean": 0.0}
    behaviour = replace(ws.Behaviour(), liked_share=0.3, **even)
    one, same, other = (
        np.array([own_artists.is_liked(artist, someone_with_key) for artist in range(n)])
        for someone_with_key in (
            someone(behaviour, music, key=np.uint64(number)) for number in (5, 5, 6)
        )
    )
    assert (one == same).all()
    assert one.mean() == pytest.approx(0.3, abs=4 * (0.21 / n) ** 0.5)
    assert (one & other).mean() == pytest.approx(0.09, abs=4 * (0.0819 / n) ** 0.5)


def test_whom_a_listener_likes_does_not_depend_on_the_listener_before(music):
    first, second = (someone(ws.Behaviour(), music, key=np.uint64(number)) for number in (5, 6))
    second = second._replace(known=first.known)
    second.state.stamp += 1
    for listener in (first, second, second):
        liked = [own_artists.is_liked(artist, listener) for artist in range(300)]
        assert liked == [own_artists.may_like(artist, listener) for artist in range(300)]
        assert 0 < sum(liked) < 300


def test_an_artist_of_a_rank_does_not_depend_on_what_was_asked_before(music):
    listener, fresh = (someone(ws.Behaviour(), music, home_country=3) for _ in range(2))
    first = [own_artists.own_artist(KEY, i, ROCK, listener) for i in range(3_000)]
    for i in reversed(range(3_000)):
        fresh.state.memo_keys[:] = 0
        assert own_artists.own_artist(KEY, i, ROCK, fresh) == first[i]


def test_the_ranks_of_countries_have_the_shares_of_their_distribution():
    u = (np.arange(5_000) + 0.5) / 5_000
    ranks = np.array([own_artists.country_rank(each, 15.0) for each in u])
    for rank in (1, 15, 150):
        assert (ranks >= rank).mean() == pytest.approx(15 / (15 + rank), abs=0.001)


def test_a_listeners_selection_is_of_liked_artists_and_always_the_same(music):
    listener = someone(ws.Behaviour(), music)
    part, places = own_artists.part_of(ROCK, -1, music), range(own_artists.OWN_ARTISTS)
    selected = [own_artists.selected_artist(place, part, listener) for place in places]
    assert selected == [own_artists.selected_artist(place, part, listener) for place in places]
    assert np.mean([own_artists.is_liked(artist, listener) for artist in selected]) > 0.8
    slots = slice(music.parts[part], music.parts[part + own_artists.N_ERAS])
    assert set(selected) <= set(music.part_slots["own"][slots]) and len(set(selected)) > 10


def test_a_listeners_countries_of_music_often_share_their_language(music):
    language = own_artists.LANGUAGES[row_of("AR")]
    spanish = np.flatnonzero(np.equal(own_artists.LANGUAGES, language))

    def share_from(home):
        drawn = []
        for number in range(40):
            who = {"key": np.uint64(number), "home_country": row_of(home)}
            drawn.extend(someone(ws.Behaviour(), music, **who).state.own_countries)
        return np.isin(drawn, spanish).mean()

    by_weight = share_from("JP")
    assert row_of("MX") in spanish and row_of("BR") not in spanish and by_weight > 0.05
    assert share_from("AR") == pytest.approx(1 - (1 - by_weight) ** 2, abs=0.04)


def test_two_listeners_of_a_genre_share_few_favourites(music):
    def favourites(number):
        listener = someone(
            replace(ws.Behaviour(), explored_share=0.0), music, key=np.uint64(number)
        )
        drawn = [own_artists.own_artist(KEY, i, ROCK, listener) for i in range(2_000)]
        return set(pd.Series(drawn).value_counts().index[:20])

    tops = [favourites(number) for number in range(12)]
    shared = [len(a & b) for i, a in enumerate(tops) for b in tops[:i]]
    assert np.mean(shared) < 6, "of 20, in a small catalogue"


def by_weight(listener):
    """400 artists of the countries that a listener may choose, drawn by weight alone."""
    parts = [own_artists.part_for(KEY, i, own_artists.ALL, listener) for i in range(400)]
    return [
        own_artists.artist_of_part(KEY, i, part, listener.music) for i, part in enumerate(parts)
    ]


def test_explored_artists_are_mostly_liked_ones(music):
    listener = someone(ws.Behaviour(), music)
    unmet = [own_artists.unmet_artist(KEY, i, own_artists.ALL, listener) for i in range(400)]
    usual, liked = (
        np.mean([own_artists.is_liked(artist, listener) for artist in artists])
        for artists in (by_weight(listener), unmet)
    )
    tries = own_artists.UNMET_TRIES
    assert liked == pytest.approx(1 - (1 - usual) ** tries, abs=0.1)


def test_explored_artists_are_new_to_the_listener(music):
    listener = someone(ws.Behaviour(), music)
    new, usual = [], len(set(by_weight(listener))) / 400
    for i in range(400):
        artist = own_artists.unmet_artist(KEY, i, own_artists.ALL, listener)
        new.append(not memory.has_met(artist, listener))
        track = int(music.discography["track"][music.artists["first"][artist]])
        memory.remember(listener.state, listener.known, track)
    assert np.mean(new[:50]) > 0.95 and np.mean(new) > 1.2 * usual


def test_the_artists_of_a_part_are_of_its_country_and_the_eras_follow_the_weights(music):
    us = row_of("US")
    part = own_artists.part_of(own_artists.ALL, us, music)
    drawn = [own_artists.artist_of_part(KEY, i, part, music) for i in range(500)]
    assert (music.artists["country"][drawn] == us).all()
    listener = someone(replace(ws.Behaviour(), era_pull=0.0), music)
    weights = music.part_weights[part : part + own_artists.N_ERAS]
    eras = [own_artists.era_of(u, part, listener) for u in (np.arange(4_000) + 0.5) / 4_000]
    shares = np.bincount(eras, minlength=own_artists.N_ERAS) / 4_000
    assert shares == pytest.approx(weights / weights.sum(), abs=0.001)


def test_eras_near_the_listeners_youth_are_drawn_more_often(music):
    part = own_artists.part_of(own_artists.ALL, -1, music)

    def share_of_seventies(birth_year, era_pull):
        listener = someone(replace(ws.Behaviour(), era_pull=era_pull), music, birth_year=birth_year)
        eras = [own_artists.era_of(u, part, listener) for u in (np.arange(20_000) + 0.5) / 20_000]
        return np.mean(np.array(eras) == 1)

    usual = share_of_seventies(1961, 0.0)
    assert usual == share_of_seventies(1995, 0.0) > 0
    assert share_of_seventies(1961, 25.0) > 3 * usual > 6 * share_of_seventies(1995, 25.0)


# -- no broken record ------------------------------------------------------------------------------


def test_the_forward_button_never_leads_to_the_same_track(year):
    before = year.shift(1)
    after_skip = (year["session_id"] == before["session_id"]) & (year["reason_start"] == "fwdbtn")
    assert not (year["track_id"] == before["track_id"])[after_skip].any()
    assert after_skip.sum() > 50_000


def test_no_context_plays_a_track_twice_in_a_row_without_repeat_one():
    plays = without(repeat_share=0.0)
    before = plays.shift(1)
    twice = (plays["track_id"] == before["track_id"]) & (
        plays["session_id"] == before["session_id"]
    )
    twice &= (plays["noise"] == 0) & (plays["reason_start"] != "backbtn")
    assert not twice.any() and len(plays) > 20_000


def test_repeat_one_plays_a_track_again_for_a_while_and_is_rare(year):
    music = year[year["noise"] == 0]
    change = (music["track_id"] != music["track_id"].shift(1)) | (
        music["session_id"] != music["session_id"].shift(1)
    )
    runs = music.groupby(change.cumsum()).size()
    assert 4 < runs.max() <= 30
    assert 0.001 < (runs > 2).mean() < 0.02


def test_a_context_with_one_track_becomes_a_radio_station(music):
    listener = someone(ws.Behaviour(), music)
    alone = int(np.flatnonzero(music.artists["after"] - music.artists["first"] == 1)[0])
    track = int(music.discography["track"][music.artists["first"][alone]])
    listener.state.context, listener.state.seed_track = ARTIST_PAGE, track
    memory.remember(listener.state, listener.known, track)
    played = [track]
    for i in range(1, 6):
        played.append(next_of(listener, i))
        memory.remember(listener.state, listener.known, played[-1])
    assert listener.state.context == RADIO
    assert all(a != b for a, b in zip(played, played[1:]))


def test_a_session_may_begin_with_the_last_track_of_the_one_before(music):
    listener = someone(ws.Behaviour(), music)
    state, track = listener.state, 0
    state.context, state.seed_track = ALBUM, track
    memory.remember(
        state, listener.known, int(music.tracks["by_album"][music.tracks["album_from"][track]])
    )
    first = next_of(listener, 0)
    assert first == memory.track_before(state, 1) and state.context == ALBUM


def test_a_personalised_playlist_never_becomes_a_station_since_its_rules_are_others():
    songs = ws.load_songs().iloc[:1]
    with pytest.warns(UserWarning):
        listener = someone(ws.Behaviour(), ws.build_catalogue(songs).music)
    listener.state.context = PERSONALIZED
    memory.remember(listener.state, listener.known, 0)
    assert next_of(listener, 1) == 0 and listener.state.context == PERSONALIZED


@numba.njit
def next_of(listener, i):
    """The next track of the listener's context."""
    return picks.other_than_last(KEY, i, False, 0.5, listener)


def test_nobody_hears_music_for_more_than_18_hours_of_a_local_day():
    plays = without(log_minutes=6.2)  # about eight hours a day
    hours = plays[plays["noise"] == 0].groupby(["listener_id", "day"])["ms_played"].sum() / 3.6e6
    assert 14 < hours.max() <= 18
