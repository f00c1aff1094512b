"""Invented music: artists with careers, their releases and tracks, as many as asked for.

Families of genres, labels and sound follow data/behaviour/songs_profile.json, the figures of a
catalogue of classic hits; labels.csv adds labels that it does not know, words.json the words of
names and titles. How much each artist is heard follows the published concentration of listening.
What no figure tells is assumed and says so. Everything is drawn from streams named "catalogue."
under the seed, by number of artist or track.
"""

from .artists import sample_artists
from .releases import sample_tracks
from .sounds import with_sound
from .titles import with_guests, with_titles

TRACKS_PER_ARTIST = 10  # on average


def sample_discographies(n_tracks, seed, first_year, taken=()):
    """Invented tracks and their artists: two DataFrames as from `catalogue.from_songs`, tracks
    artist by artist.

    n_tracks    how many;  seed  0 to 2**63 - 1
    first_year  calendar year in which a run begins; music comes out until YEARS_AHEAD years
                later
    taken       names of artists that nobody else may have
    """
    artists = sample_artists(max(n_tracks // TRACKS_PER_ARTIST, 2), seed, first_year, taken)
    tracks = with_sound(sample_tracks(artists, n_tracks, seed, first_year), artists)
    return with_titles(with_guests(tracks, artists), artists), artists
