#!/usr/bin/env python3
"""Prints adaptive_table.c: the logarithm and the first estimates of entropy/adaptive.h.

    make_adaptive_table.py > adaptive_table.c
"""
from decimal import Decimal, getcontext

from c_table import print_array, rounded

getcontext().prec = 50

LOG2_SIZE = 256
BINS = 49
MAX_LOG_ODDS = 12
SLOWNESS, SLOWEST = 20, 80
RECIPROCAL_BITS = 23


def log2(i):
    return rounded(LOG2_SIZE * (1 + Decimal(i) / LOG2_SIZE).ln() / Decimal(2).ln())


def start(i):
    return rounded(65536 / (1 + Decimal(2) ** (MAX_LOG_ODDS - Decimal(i) / 2)))


print("/* Made by make_adaptive_table.py. */")
print("/* clang-format off */")
print('#include "entropy/adaptive.h"')
print_array("const uint8_t uqd_log2_table[256]", [log2(i) for i in range(LOG2_SIZE)], "", 16)
print_array("const uint16_t uqd_adaptive_start[UQD_ADAPTIVE_BINS]", [start(i) for i in range(BINS)], "", 12)
print_array(
    "const uint32_t uqd_adaptive_reciprocal[UQD_ADAPTIVE_SLOWEST + 1]",
    [2**RECIPROCAL_BITS // (seen + SLOWNESS) + 1 for seen in range(SLOWEST + 1)], "", 10,
)
