"""What listeners do by habit: how much, when, on which devices, with how much patience."""

import numpy as np

from ..schema import DEVICES, MALE, PREMIUM, symbol_codes
from ..streams import choose, decision, exps, lns, normals, uniforms
from .behaviour import rounded
from .curves import slot_chronotypes
from .homes import countries
from .survey_weights import OWNED

MINUTES, NOVELTY, SKIP, SHUFFLE, PRIVATE, OFFLINE = (
    decision(f"listener.{name}")
    for name in ("minutes", "novelty", "skip", "shuffle", "private", "offline")
)
WAKING_MIN = 600.0  # bound of a listener's mean minutes a day (assumed)
CHRONOTYPE, TABLET, WEIGHT, PHONE_OS, COMPUTER_OS = (
    decision(f"listener.{name}")
    for name in ("chronotype", "tablet", "device_weight", "phone_os", "computer_os")
)
ANDROID, IOS, WINDOWS, MACOS, LINUX = symbol_codes(
    "platform", "android", "ios", "windows", "macos", "linux"
)
# system of the computer by system of the phone: iPhone owners more often have a Mac (assumed)
COMPUTERS = {
    ANDROID: {WINDOWS: 0.78, MACOS: 0.15, LINUX: 0.07},
    IOS: {WINDOWS: 0.5, MACOS: 0.47, LINUX: 0.03},
}


def parameters(behaviours, kind):
    """A function from a parameter's name to its values for each listener, float64, (L, ...).

    behaviours: one per kind of listener; kind: number of each listener's kind.
    """
    return lambda name: np.array(
        [getattr(behaviour, name) for behaviour in behaviours], dtype=np.float64
    )[kind]


def habits(people, parameter):
    """How much, when and how each listener listens: name -> codes, or float64 to 0.001, (L,).

    parameter: a function as from `parameters`.
    """
    keys = people["key"]
    premium = people["plan"] == PREMIUM
    years = people["age"]
    log_minutes = (
        parameter("log_minutes")
        + parameter("sigma_minutes") * normals(keys, MINUTES, 0)
        + parameter("age_slope") * (years - 30)
        + lns(parameter("minutes_factor"))
        + premium * lns(parameter("premium_factor"))
        + (people["gender"] == MALE) * lns(parameter("male_factor"))
    )
    novelty, skip = (
        exps(sigma * normals(keys, what, 0) - sigma**2 / 2)
        for sigma, what in ((parameter("sigma_novelty"), NOVELTY), (parameter("sigma_skip"), SKIP))
    )
    novelty *= 1 + parameter("novelty_age_slope") * (years - 30)
    columns = {
        "minutes_per_day": within_a_day(np.maximum(exps(log_minutes), 0.05)),
        "novelty": novelty.clip(0.2, 4),
        "skip_tendency": skip,
        "shuffle_share": kumaraswamy(uniforms(keys, SHUFFLE, 0), *parameter("shuffle_shape").T),
        "private_share": (2 * parameter("private_share") * uniforms(keys, PRIVATE, 0)).clip(0, 1),
        "offline_share": (2 * parameter("offline_share") * uniforms(keys, OFFLINE, 0)).clip(0, 1),
    }
    return {name: column.round(3) for name, column in columns.items()} | {
        "chronotype": chronotypes(keys, people["time_slot"])
    }


def within_a_day(minutes):
    """Minutes a day that fit into WAKING_MIN; small values hardly change. float64, (L,)."""
    return minutes / np.sqrt(1 + (minutes / WAKING_MIN) ** 2)


def chronotypes(keys, slots):
    """Chronotype of each listener, drawn by the surveyed time slot: codes, int64, (L,)."""
    u = uniforms(keys, CHRONOTYPE, 0)
    chronotype = np.empty(len(keys), int)
    for slot, row in enumerate(slot_chronotypes()):
        at = slots == slot
        chronotype[at] = choose(u[at], rounded(row))
    return chronotype


def kumaraswamy(u, alpha, beta):
    """Quantiles of Kumaraswamy's distribution, float64, (L,), 0 to 1.

    It is close to beta(alpha, beta) but has a closed form.
    """
    return (1 - (1 - u) ** (1 / beta)) ** (1 / alpha)


def device_shares(people):
    """Share of sessions on each device a listener owns: name_share -> float64, (L,), to 0.01."""
    keys = people["key"]
    weights = np.zeros((len(keys), len(DEVICES)))
    for i, (device, (_, weight, chance)) in enumerate(OWNED.items()):
        owns = people[device] & (uniforms(keys, TABLET, i) < chance)
        weights[:, i] = owns * weight * exps(0.5 * normals(keys, WEIGHT, i))
    weights[weights.sum(axis=1) == 0, 0] = 1.0
    shares = np.round(weights / weights.sum(axis=1, keepdims=True), 2)
    shares[np.arange(len(keys)), shares.argmax(axis=1)] += 1 - shares.sum(axis=1)
    return {f"{device}_share": shares[:, i].round(2) for i, device in enumerate(OWNED)}


def platforms(people):
    """Platform of each listener's phone and computer, codes int64, (L,); UNKNOWN if they own none.

    The phone depends on the country, the computer on the phone (both assumed).
    """
    keys = people["key"]
    ios = np.append(countries()["phone_ios"].to_numpy(), 0.3)[people["home_country"]]
    phone = np.where(uniforms(keys, PHONE_OS, 0) < ios, IOS, ANDROID)
    computer = np.empty(len(keys), np.int64)
    for system, shares in COMPUTERS.items():
        owners = phone == system
        picked = choose(uniforms(keys, COMPUTER_OS, 0)[owners], list(shares.values()))
        computer[owners] = np.array(list(shares))[picked]
    return {
        "phone_platform": phone * (people["phone_share"] + people["tablet_share"] > 0),
        "computer_platform": computer * (people["desktop_share"] > 0),
    }
