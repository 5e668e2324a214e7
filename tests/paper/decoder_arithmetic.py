"""Arithmetic of docs/format.md: binary32, element by element, every function from its lines there."""
import numpy as np

f4, f8 = np.float32, np.float64


def number(text):
    """A hexadecimal float of the document."""
    return f4(float.fromhex(text))


def fma(a, b, c):
    """a * b + c, rounded once: to nearest unless the result is subnormal and the sum not exact in binary64."""
    product = np.multiply(a, b, dtype=f8)
    total = np.atleast_1d(product + c)
    is_middle = (total.view(np.uint64) & np.uint64(0x1FFFFFFF)) == 0x10000000
    if is_middle.any():
        at = np.nonzero(is_middle)
        total[at] = off_middle(*(np.broadcast_to(x, total.shape)[at] for x in (product, c)), total[at])
    return total.astype(f4)


def off_middle(a, b, total):
    """a + b, whose rounded sum total lies between two binary32 numbers, moved to the side of the exact sum."""
    b = b.astype(f8)
    rounded_b = total - a
    error = (a - (total - rounded_b)) + (b - rounded_b)
    return np.where(error == 0, total, np.nextafter(total, np.copysign(np.inf, error)))


def bits(x):
    return x.view(np.uint32)


def from_bits(x):
    return x.astype(np.uint32).view(f4)


def clamp(x, low, high):
    x = np.where(x > f4(low), x, f4(low))
    return np.where(x < f4(high), x, f4(high))


def polynomial(factors, x):
    """Of factors in the order written, each step an fma."""
    p = number(factors[0])
    for factor in factors[1:]:
        p = fma(p, x, number(factor))
    return p


def exp(x):
    x = clamp(x, -87, 87)
    s = fma(x, number("0x1.715476p0"), number("0x1.8p23"))
    k = s - number("0x1.8p23")
    r = fma(k, number("-0x1.62e4p-1"), x)
    r = fma(k, number("-0x1.7f7d1cp-20"), r)
    p = polynomial(["0x1.6a2434p-10", "0x1.1239e2p-7", "0x1.5558f2p-5", "0x1.555492p-3", "0x1.fffffcp-2", "1", "1"], r)
    return p * from_bits((bits(s) + np.uint32(127)) << np.uint32(23))


def sigmoid(x):
    return f4(1) / (f4(1) + exp(-x))


def silu(x):
    x = np.where(x > f4(-87), x, f4(-87))
    return x * sigmoid(x)


def log_of_parts(k, f):
    """The logarithm of 2^k * (1 + f)."""
    p = polynomial(["-0x1.2e8766p-4", "0x1.0394fp-3", "-0x1.0efb04p-3", "0x1.2356a2p-3", "-0x1.545198p-3", "0x1.9995f4p-3",
                    "-0x1.000298p-2", "0x1.555574p-2", "-0x1p-1"], f)
    p = fma(p, f * f, f)
    return fma(k.astype(f4), number("0x1.62e43p-1"), p)


def log1p(x):
    k = (bits(f4(1) + x) - np.uint32(0x3F3504F3)) >> np.uint32(23)
    s = from_bits((np.uint32(127) - k) << np.uint32(23))
    return log_of_parts(k, fma(x, s, s - f4(1)))


def asinh(x):
    a = np.minimum(np.abs(x), f4(2.0**60))
    root = np.sqrt(fma(a, a, f4(1)))
    return np.copysign(log1p(a + a * a / (f4(1) + root)), x)


def softplus(x):
    return np.where(x > f4(20), x, log1p(exp(x)))


def log(x):
    x = clamp(x, float.fromhex("0x1p-126"), float.fromhex("0x1.fffffep127"))
    k = (bits(x) - np.uint32(0x3F3504F3)) & np.uint32(0xFF800000)
    f = from_bits(bits(x) - k) - f4(1)
    return log_of_parts(k.view(np.int32) // 2**23, f)


def turned(x):
    x = clamp(x, -2.0**20, 2.0**20)
    s = fma(x, number("0x1.45f306p-1"), number("0x1.8p23"))
    k = s - number("0x1.8p23")
    r = fma(k, number("-0x1.921fb6p0"), x)
    r = fma(k, number("0x1.777a5cp-25"), r)
    r = fma(k, number("0x1.ee59dap-50"), r)
    return r, bits(s)


def wave(r, t):
    s = r * r
    even = polynomial(["-0x1.9943f2p-13", "0x1.11073cp-7", "-0x1.555546p-3"], s)
    even = fma(even, s * r, r)
    odd = polynomial(["0x1.99eb9cp-16", "-0x1.6c0c34p-10", "0x1.55554ap-5", "-0x1p-1", "1"], s)
    p = np.where(t & np.uint32(1), odd, even)
    return np.where(t & np.uint32(2), -p, p)


def sin(x):
    return wave(*turned(x))


def cos(x):
    r, t = turned(x)
    return wave(r, t + np.uint32(1))


def random(key, counter):
    """64 bits for every counter."""
    key, z = np.uint64(key), np.asarray(counter, np.uint64)
    z = key + (z + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        z = z + key
    return z
