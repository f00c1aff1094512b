"""Song ids: 22 base-62 characters from artist and title, so that songs join across runs."""

import hashlib

import numpy as np
import pyarrow as pa

from ..names import normalised

BASE62 = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"), "S1")


def song_keys(artists, titles):
    """128 bits per song from artist and title alone: uint64, (N, 2), the high half first.

    Both names are normalised, so that blanks and the encoding of accents make no difference.
    """
    return text_keys(
        f"{normalised(artist)}\0{normalised(title)}" for artist, title in zip(artists, titles)
    )


def text_keys(texts):
    """128 bits of the SHA-256 of each text: uint64, (N, 2), the high half first."""
    digests = b"".join(hashlib.sha256(text.encode()).digest()[:16] for text in texts)
    return np.frombuffer(digests, ">u8").reshape(-1, 2).astype(np.uint64)


def song_ids(keys):
    """A song_id of 22 base-62 characters per song: Arrow strings.

    The same song has the same id in all runs and catalogues. keys: as from `song_keys`.
    """
    limbs = np.stack([keys >> 32, keys & 0xFFFFFFFF], axis=2).reshape(-1, 4).T.copy()
    text = np.empty((len(keys), 22), "S1")
    for place in range(21, -1, -1):  # long division by 62 of four 32-bit digits
        rest = np.zeros(len(keys), np.uint64)
        for limb in limbs:
            rest = rest << 32 | limb
            limb[:], rest = divmod(rest, 62)
        text[:, place] = BASE62[rest]
    return pa.array(text.view("S22").ravel()).cast(pa.string())
