"""User ids: a UUID from seed and listener number, from which the number can be recovered."""

import numpy as np
import pyarrow as pa

from ..compiled import compiled
from ..streams import bits, decision, numbered_keys

USER_ID = decision("listener.user_id")
ODD = 0x9E3779B1  # multiplying by an odd number modulo 2**32 can be undone
ODD_INVERSE = pow(ODD, -1, 2**32)
# places of the 32 digits in a UUID's text
DIGIT_PLACES = np.delete(np.arange(36), (8, 13, 18, 23))


def user_ids(keys, seed, ids):
    """A UUID (version 8) per listener, made from seed and number: Arrow text, (L,).

    `listener_number` recovers the number. keys: the listeners' keys, as from `numbered_keys`.
    """
    hidden = (ids.astype(np.uint64) * ODD + mask_of(seed)) & 0xFFFFFFFF
    high = hashed(keys, 0) & 0xFFFFFFFFFFFF0FFF | 0x8000  # version 8
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
    """The listener number of a user id of this seed; None if the id is not of this seed."""
    number = (int(user_id.replace("-", "")[-8:], 16) - mask_of(seed)) * ODD_INVERSE % 2**32
    numbers = np.array([number])
    same = user_ids(numbered_keys(np.uint64(seed), numbers), seed, numbers)[0].as_py()
    return number if number < 2**31 and same == user_id.lower() else None
