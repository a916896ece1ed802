# SPDX-License-Identifier: MIT
"""docs/score.md."""


def keep(rows, seed, rounds):
    pass


def write():
    return 0


def check():
    return 0
