"""User ids: a UUID from seed and listener number, from which the number can be recovered."""

import numpy as np
import pyarrow as pa

from ..compiled import compiled
from ..streams import bits, decision, listener_keys

USER_ID = decision("listener.user_id")
ODD = 0x9E3779B1  # multiplying by an odd number modulo 2**32 can be undone
ODD_INVERSE = pow(ODD, -1, 2**32)
HEX_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
DIGIT_PLACES = np.array(
    [i for i in range(36) if i not in (8, 13, 18, 23)]
)  # of the digits in a UUID's text


def user_ids(seed, ids):
    """A UUID (version 8) per listener number, made from seed and number: Arrow text, (L,).

    `listener_number` recovers the number.
    """
    keys = listener_keys(np.uint64(seed), ids)
    high = (hashed(keys, 0) & ~np.uint64(0xF000)) | np.uint64(0x8000)
    hidden = (ids.astype(np.uint64) * np.uint64(ODD) + np.uint64(mask_of(seed))) & np.uint64(
        0xFFFFFFFF
    )
    low = (
        (hashed(keys, 1) >> np.uint64(34) << np.uint64(32)) | hidden | np.uint64(0x8000000000000000)
    )
    octets = np.stack([high, low], axis=1).astype(">u8").view(np.uint8)
    text = np.full((len(ids), 36), ord("-"), np.uint8)
    text[:, DIGIT_PLACES[0::2]], text[:, DIGIT_PLACES[1::2]] = (
        HEX_DIGITS[octets >> 4],
        HEX_DIGITS[octets & 15],
    )
    limits = np.arange(0, 36 * len(ids) + 1, 36, dtype=np.int32)
    return pa.StringArray.from_buffers(len(ids), pa.py_buffer(limits), pa.py_buffer(text))


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
    return (
        number
        if number < 2**31 and user_ids(seed, np.array([number]))[0].as_py() == user_id.lower()
        else None
    )
