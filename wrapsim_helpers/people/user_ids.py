"""User ids: a UUID from seed, listener number and what is fixed about the listeners.

The number can be recovered from the UUID and the seed.
"""

import hashlib

import numpy as np
import pyarrow as pa

from ..compiled import compiled
from ..parameters import Run, canonical
from ..streams import bits, decision, numbered_keys
from .survey_shares import GENRE_NAMES
from .survey_weights import NO_GENRE, fixed_genres

USER_ID = decision("listener.user_id")
ODD = 0x9E3779B1  # multiplying by an odd number modulo 2**32 can be undone
ODD_INVERSE = pow(ODD, -1, 2**32)
# places of the 32 digits in a UUID's text
DIGIT_PLACES = np.delete(np.arange(36), (8, 13, 18, 23))
# fields of `Given` that select or change a listener
FIXED = ("age", "gender", "plan", "latitude", "longitude")


def run_user_ids(run, ids):
    """The user id of each listener of a run, Arrow text, (L,): the given one, or see `user_ids`.

    ids: int64, (L,), numbers of listeners.
    """
    if run.given.user_id:
        return pa.array([run.given.user_id] * len(ids), pa.string())
    keys = numbered_keys(np.uint64(run.seed), ids)
    return user_ids(keys, run.seed, ids, fixed_keys(run, keys))


def fixed_keys(run, keys):
    """64 bits per listener from what is fixed about them, uint64, (L,); 0 if nothing is.

    This is all that makes them other people than in a crowd of the world: a fixed age, gender,
    plan or home, a favourite genre that is given or drawn from a list, and another population or
    survey group. keys: uint64, (L,), the listeners' keys.
    """
    genres, position = np.unique(fixed_genres(run, keys), return_inverse=True)
    nothing = fixed_values(Run(), NO_GENRE)
    fixed = [fixed_values(run, genre) for genre in genres]
    return np.array([0 if each == nothing else hash_of(each) for each in fixed], np.uint64)[
        position
    ]


def fixed_values(run, genre):
    """What is fixed about a listener, a dict. genre: as from `fixed_genres`."""
    return {
        "genre": "" if genre == NO_GENRE else GENRE_NAMES[genre],
        **{name: getattr(run.given, name) for name in FIXED},
        "population": run.population,
        "survey_group": run.survey_group,
    }


def hash_of(record):
    """64 bits of the hash of a dict, int."""
    digest = hashlib.blake2b(canonical(record).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


def user_ids(keys, seed, ids, fixed=np.uint64(0)):
    """A UUID (version 8) per listener, made from seed, number and `fixed`: Arrow text, (L,).

    `listener_number` recovers the number, whatever is fixed. keys: the listeners' keys, as from
    `numbered_keys`; fixed: as from `fixed_keys`.
    """
    hidden = (ids.astype(np.uint64) * ODD + mask_of(seed)) & 0xFFFFFFFF
    high = hashed(keys ^ fixed, 0) & 0xFFFFFFFFFFFF0FFF | 0x8000  # version 8
    low = hashed(keys, 1) >> 34 << 32 | hidden | 1 << 63  # the usual variant
    digits = np.stack([high, low], axis=1).astype(">u8").tobytes().hex().encode()
    text = np.full((len(ids), 36), b"-", "S1")
    text[:, DIGIT_PLACES] = np.frombuffer(digits, "S1").reshape(-1, 32)
    return pa.array(text.view("S36").ravel()).cast(pa.string())


@compiled
def hashed(keys, counter):
    """64 random bits per key for the user id, uint64, (L,)."""
    result = np.empty(len(keys), np.uint64)
    for i in range(len(keys)):
        result[i] = bits(keys[i], USER_ID, counter)
    return result


def mask_of(seed):
    """The number that masks listener numbers in the user ids of a seed, 0 to 2**32 - 1."""
    return int(bits(np.uint64(seed), USER_ID, 0)) & 0xFFFFFFFF


def listener_number(user_id, seed):
    """The listener number of a user id of this seed; None if the id is not of this seed.

    It compares the version and the last 16 digits, which do not depend on what is fixed.
    """
    number = (int(user_id.replace("-", "")[-8:], 16) - mask_of(seed)) * ODD_INVERSE % 2**32
    numbers = np.array([number])
    same = user_ids(numbered_keys(np.uint64(seed), numbers), seed, numbers)[0].as_py()
    is_same = recoverable(same) == recoverable(user_id.lower())
    return number if number < 2**31 and is_same else None


def recoverable(user_id):
    """The parts of a user id that depend on seed and number alone, and the version; text."""
    return user_id[14] + user_id[19:]
