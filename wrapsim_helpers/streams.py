"""Random streams, and ln, exp and the normal quantile with the same bits on every platform.

Every draw in wrapsim is a pure function of (seed, listener, decision name, counter). So listener 17
is the same person alone, in a crowd, on another worker or in another part, and a new decision
changes no older draw.
"""

import hashlib
import math

import numpy as np

from .compiled import compiled

# SplitMix64 (Steele, Lea, Flood 2014): output n of the stream that starts at s is mix(s + n *
# GOLDEN).

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
ONE, S11, S27, S30, S31 = map(np.uint64, (1, 11, 27, 30, 31))


def decision(name):
    """The number of a named decision, uint64; it depends on the name alone."""
    return np.uint64(
        int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    )


@compiled
def mix(z):
    """The finaliser of SplitMix64, uint64 to uint64.

    Each output bit depends on every input bit.
    """
    z = (z ^ (z >> S30)) * MIX_A
    z = (z ^ (z >> S27)) * MIX_B
    return z ^ (z >> S31)


@compiled
def subkey(key, number):
    """Key of one stream of a family, such as a session of a listener, uint64."""
    return mix(key ^ mix(np.uint64(number) * GOLDEN + ONE))


@compiled
def bits(key, what, counter):
    """Draw number `counter` (0, 1, ...) of decision `what` under `key`: 64 random bits, uint64."""
    return mix((key ^ what) + (np.uint64(counter) + ONE) * GOLDEN)


@compiled
def uniform(key, what, counter):
    """Draw number `counter` of a decision as a float64 strictly between 0 and 1."""
    return (np.float64(bits(key, what, counter) >> S11) + 0.5) * 1.1102230246251565e-16


# Logarithm, exponential and the normal quantile use only +, -, *, / and sqrt. IEEE 754 rounds these
# the same way everywhere, so the same draw gives the same play on every platform, compiled or not.
# Coefficients of ln and exp: fdlibm (Sun Microsystems, 1993); of normal: Wichura,
# algorithm AS 241 (1988). All polynomials have the highest power first.

LN2_HI, LN2_LO = 6.93147180369123816490e-01, 1.90821492927058770002e-10
LN_ODD = 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01
LN_EVEN = (
    1.479819860511658591e-01,
    1.818357216161805012e-01,
    2.857142874366239149e-01,
    6.666666666666735130e-01,
)
EXP_TERMS = (
    4.13813679705723846039e-08,
    -1.65339022054652515390e-06,
    6.61375632143793436117e-05,
    -2.77777777770155933842e-03,
    1.66666666666666019037e-01,
)


@compiled
def polynomial(coefficients, x):
    """A polynomial at x, by Horner's rule."""
    value = coefficients[0]
    for coefficient in coefficients[1:]:
        value = value * x + coefficient
    return value


@compiled
def ln(x):
    """Natural logarithm of a positive, normal float64."""
    bits_of_x = np.float64(x).view(np.int64)
    k = (bits_of_x >> 52) - 1022
    mantissa = np.int64((bits_of_x & 0xFFFFFFFFFFFFF) | (1022 << 52)).view(np.float64)  # 0.5 to 1
    if mantissa < 0.7071067811865476:
        mantissa, k = mantissa * 2.0, k - 1
    f = mantissa - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    terms = w * polynomial(LN_ODD, w) + z * polynomial(LN_EVEN, w)
    half = 0.5 * f * f
    return k * LN2_HI - ((half - (s * (half + terms) + k * LN2_LO)) - f)


@compiled
def exp(x):
    """Exponential of a float64 between -700 and 700."""
    k = math.floor(x * 1.44269504088896338700 + 0.5)
    hi = x - k * LN2_HI
    lo = k * LN2_LO
    r = hi - lo
    c = r - r * r * polynomial(EXP_TERMS, r * r)
    power_of_two = np.int64((np.int64(k) + 1023) << 52).view(np.float64)
    return (1.0 - ((lo - (r * c) / (2.0 - c)) - hi)) * power_of_two


# numerators and denominators of the normal quantile in three ranges
MIDDLE_TOP = (
    2509.0809287301226727,
    33430.575583588128105,
    67265.770927008700853,
    45921.953931549871457,
    13731.693765509461125,
    1971.5909503065514427,
    133.14166789178437745,
    3.387132872796366608,
)
MIDDLE_BOTTOM = (
    5226.495278852545925,
    28729.085735721942674,
    39307.89580009271061,
    21213.794301586595867,
    5394.1960214247511077,
    687.1870074920579083,
    42.313330701600911252,
    1.0,
)
NEAR_TOP = (
    7.7454501427834140764e-4,
    0.0227238449892691845833,
    0.24178072517745061177,
    1.27045825245236838258,
    3.64784832476320460504,
    5.7694972214606914055,
    4.6303378461565452959,
    1.42343711074968357734,
)
NEAR_BOTTOM = (
    1.05075007164441684324e-9,
    5.475938084995344946e-4,
    0.0151986665636164571966,
    0.14810397642748007459,
    0.68976733498510000455,
    1.6763848301838038494,
    2.05319162663775882187,
    1.0,
)
FAR_TOP = (
    2.01033439929228813265e-7,
    2.71155556874348757815e-5,
    0.0012426609473880784386,
    0.026532189526576123093,
    0.29656057182850489123,
    1.7848265399172913358,
    5.4637849111641143699,
    6.6579046435011037772,
)
FAR_BOTTOM = (
    2.04426310338993978564e-15,
    1.4215117583164458887e-7,
    1.8463183175100546818e-5,
    7.868691311456132591e-4,
    0.0148753612908506148525,
    0.13692988092273580531,
    0.59983220655588793769,
    1.0,
)


@compiled
def normal(u):
    """Standard normal quantile of a float64 between 0 and 1."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        return q * polynomial(MIDDLE_TOP, r) / polynomial(MIDDLE_BOTTOM, r)
    r = math.sqrt(-ln(u if q < 0 else 1.0 - u))
    if r <= 5.0:
        x = polynomial(NEAR_TOP, r - 1.6) / polynomial(NEAR_BOTTOM, r - 1.6)
    else:
        x = polynomial(FAR_TOP, r - 5.0) / polynomial(FAR_BOTTOM, r - 5.0)
    return -x if q < 0 else x


@compiled
def uniforms(keys, what, counter):
    """One uniform draw per key. keys uint64, shape (L,). Returns float64, shape (L,)."""
    return np.array([uniform(key, what, counter) for key in keys])


@compiled
def normals(keys, what, counter):
    """One standard normal draw per key. keys uint64, shape (L,). Returns float64, shape (L,)."""
    return np.array([normal(uniform(key, what, counter)) for key in keys])


@compiled
def exps(values):
    """Exponential of each value, float64, (L,); the same bits on every platform, unlike NumPy."""
    return np.array([exp(value) for value in values])


@compiled
def lns(values):
    """Natural logarithm of each value, float64, (L,); the same bits on every platform."""
    return np.array([ln(value) for value in values])


@compiled
def numbered_keys(seed, ids):
    """Key of the streams of each listener, artist or track, uint64, (N,).

    seed: uint64; ids: int64, (N,), their numbers.
    """
    root = mix(np.uint64(seed) + GOLDEN)
    return np.array([subkey(root, number) for number in ids])


def choose(u, weights):
    """Index of the choice that each uniform draw selects, in proportion to the weights.

    u        float64, shape (L,), between 0 and 1
    weights  float64, shape (K,), not negative, not all 0
    Returns  int64, shape (L,)
    """
    totals = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.minimum(
        np.searchsorted(totals, np.asarray(u) * totals[-1], side="right"), len(totals) - 1
    )
