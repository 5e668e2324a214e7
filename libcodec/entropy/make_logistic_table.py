#!/usr/bin/env python3
"""Prints logistic_table.c: the reciprocals and the curve of entropy/logistic.h.

    make_logistic_table.py > logistic_table.c
"""
from decimal import Decimal, getcontext

from c_table import print_array, rounded

getcontext().prec = 50

T_BITS = 24
RECIP_BITS = 18
TABLE_BITS = 30
STEPS = 256  # intervals per unit of t
T_END = 16
SCALES = 241


def reciprocal(index):
    octaves = T_BITS + RECIP_BITS - 4 + Decimal(64 - index) / 16
    return rounded(Decimal(2) ** octaves)


def entry(i):
    if i == 0:
        return 0
    if i >= T_END * STEPS:
        return 1 << (TABLE_BITS - 1)
    f = 1 / (1 + (-Decimal(i) / STEPS).exp())
    curvature = f * (1 - f) * (1 - 2 * f)
    chord_error = -curvature / (8 * STEPS * STEPS)
    return rounded((f - Decimal("0.5") + chord_error / 2) * (1 << TABLE_BITS))


print("/* Made by make_logistic_table.py. */")
print("/* clang-format off */")
print('#include "entropy/logistic.h"')
print_array(
    "const uint64_t uqd_logistic_reciprocal[UQD_LOGISTIC_SCALES]",
    [reciprocal(i) for i in range(SCALES)],
    "u",
    6,
)
print_array(
    "const uint32_t uqd_logistic_table[UQD_LOGISTIC_TABLE_SIZE]",
    [entry(i) for i in range(T_END * STEPS + 2)],
    "u",
    10,
)
