"""Tables of whole numbers as C."""
from decimal import ROUND_HALF_EVEN


def rounded(value):
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def print_array(declaration, values, suffix, per_line):
    print(f"\n{declaration} = {{")
    for first in range(0, len(values), per_line):
        print("    " + " ".join(f"{v}{suffix}," for v in values[first : first + per_line]))
    print("};")
