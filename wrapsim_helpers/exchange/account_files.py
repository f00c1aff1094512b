"""Library and playlists of account data, from the actions of a listener."""

import json

from ..wrapped.wrapped_file import uri
from .export_formats import (
    ACCOUNT_FOLDER,
    ACCOUNT_READ_ME,
    LIBRARY_KEYS,
    LIBRARY_TRACK_KEYS,
    PLAYLIST,
    PLAYLIST_KEYS,
    PLAYLIST_TRACK_KEYS,
)
from .read_me import pdf_bytes


def library_files(actions, tracks):
    """YourLibrary.json, Playlist1.json and the PDF of a listener: name -> bytes.

    actions  of one listener, Arrow, in order of time;  tracks  as from `named_tracks`
    """
    songs = tracks.take(actions["track_id"]).to_pylist()
    acts = [song | act for song, act in zip(songs, actions.to_pylist())]
    return {
        f"{ACCOUNT_FOLDER}/YourLibrary.json": pretty(library_of(acts)),
        f"{ACCOUNT_FOLDER}/Playlist1.json": pretty({"playlists": playlists_of(acts)}),
        f"{ACCOUNT_FOLDER}/{ACCOUNT_READ_ME}": pdf_bytes(),
    }


def pretty(value):
    """A value as the bytes of a readable JSON file with its keys in the given order."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def first_of_kind(acts, kind, *names):
    """The first action of a kind for each song or artist; names: columns that tell them apart."""
    first = {}
    for act in acts:
        if act["kind"] == kind:
            first.setdefault(tuple(act[name] for name in names), act)
    return list(first.values())


def library_of(acts):
    """Saved tracks and followed artists. No action saves an album or a podcast."""
    library = {key: [] for key in LIBRARY_KEYS}
    library["tracks"] = [
        dict(zip(LIBRARY_TRACK_KEYS, (act["artist"], act["album"], act["title"], track_uri(act))))
        for act in first_of_kind(acts, "save", "song_id")
    ]
    library["artists"] = [
        {"name": act["artist"], "uri": uri("artist", act["artist"])}
        for act in first_of_kind(acts, "follow", "artist")
    ]
    return library


def track_uri(act):
    """The URI of the track of an action."""
    return f"spotify:track:{act['song_id']}"


def playlists_of(acts):
    """The playlist with all tracks that the listener put into one; none without such an action."""
    added = first_of_kind(acts, "playlist_add", "song_id")
    if not added:
        return []
    items = [{"track": playlist_track(act), "addedDate": f"{act['at']:%Y-%m-%d}"} for act in added]
    values = (PLAYLIST, items[-1]["addedDate"], None, 0, [], items)
    return [dict(zip(PLAYLIST_KEYS, values))]


def playlist_track(act):
    """A track in a playlist."""
    values = (act["title"], act["artist"], act["album"], track_uri(act))
    return dict(zip(PLAYLIST_TRACK_KEYS, values))
