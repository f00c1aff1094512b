"""One listener's year, told by the insights: what the cards draw."""

from dataclasses import dataclass
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class Story:
    """Everything the cards of one listener need, as plain values and small pandas tables.

    listener   user_id, name, city, country (ISO 3166 alpha-2), time_zone, birth_date
    year       calendar year in the listener's own zone
    edition    which rules were applied, e.g. "full" or "2025"
    first_day, last_day   the window, both inclusive, local dates
    too_little True where the listener heard fewer than 30 tracks or 5 artists: one card says how far they got
    tables     insight name -> pandas table, in ranked or time order:

        minutes         one row: ms_played, n_plays, n_streams, n_tracks, n_artists, n_days
        top_songs       rank, title, artist, n_streams, ms_played, first_played (datetime64, local time)
        top_artists     rank, artist, n_streams (featured streams count half), ms_played
        top_genres      rank, genre, n_streams, share; every genre of the window
        listening_clock hour (0-23), ms_played; 24 rows
        calendar        date (datetime.date), ms_played, n_streams; every day of the window, silent ones too
        monthly_genres  month (1-12), genre: the most streamed genre of the month; silent months are absent
        longest_streak  n_days, first_day, last_day; no row where no two days follow each other
        skip_rate       one row: n_plays, n_skips, share, crowd_share (NaN without a crowd)
        place           one row: ms_played, n_listeners, n_below, rank; no row without a crowd
        crowd           from_ms, to_ms, n_listeners: bins of minutes, each 20 % wider than the one before
    """

    listener: dict
    year: int
    edition: str
    first_day: date
    last_day: date
    too_little: bool
    tables: dict[str, pd.DataFrame]
