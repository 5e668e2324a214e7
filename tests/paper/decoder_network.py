"""The network of paper models, from docs/format.md: planes are arrays [channel, y, x] of 64 x 64 pixels."""
import numpy as np

from decoder_arithmetic import clamp, cos, exp, f4, f8, fma, number, silu, sin, softplus

SIDE = 64
PIXELS = SIDE * SIDE
QUERIES, KEYS, LANES = 512, 512, 16  # of the first any number gives the same bits


def conv(weight, plane, bias=0.0, accumulate_on=None):
    """weight [out, in] or [out, in, ky, kx], bias a number for each output."""
    weight = weight.reshape(*weight.shape[:2], *(weight.shape[2:] or (1, 1)))
    n_outputs, n_inputs, size, _ = weight.shape
    radius, (_, height, width) = size // 2, plane.shape
    padded = np.pad(plane.astype(f8), ((0, 0), (radius, radius), (radius, radius)))
    acc = np.zeros((n_outputs, height, width), f4)
    for ky in range(size):
        for kx in range(size):
            for channel in range(n_inputs):
                inputs = padded[channel, ky : ky + height, kx : kx + width]
                acc = fma(inputs, weight[:, channel, ky, kx, None, None], acc)
    output = fma(acc, f4(1), np.broadcast_to(f4(bias), n_outputs)[:, None, None])
    return output if accumulate_on is None else accumulate_on + output


def added(values):
    """Sum over the last axis, one after the other."""
    total = np.zeros(values.shape[:-1], values.dtype)
    for i in range(values.shape[-1]):
        total = total + values[..., i]
    return total


def norm(weight, bias, plane, n_groups):
    plane8 = plane.astype(f8)
    sums, squares = (added(added(x)).reshape(n_groups, -1) for x in (plane8, plane8 * plane8))
    count = f8(PIXELS * sums.shape[1])
    mean = added(sums) / count
    var = added(squares) / count - mean * mean
    r = 1 / np.sqrt(np.where(var > 0, var, 0) + 1e-5)
    f = weight.astype(f8).reshape(n_groups, -1) * r[:, None]
    shift = bias.astype(f8).reshape(n_groups, -1) - mean[:, None] * f
    scale, shift = (x.astype(f4).reshape(-1, 1, 1) for x in (f, shift))
    return fma(plane, scale, shift)


def larger(a, b):
    return np.where(a > b, a, b)


def fold(values, function):
    """Of the 16 lanes of the first axis."""
    for half in 8, 4, 2, 1:
        values = function(values[:half], values[half : 2 * half])
    return values[0]


def weight_of(x):
    return exp(np.where(x > f4(-60), x, f4(-60)))


def attend(q, k, v):
    """Of queries [channel, query] to keys and values [channel, pixel]."""
    scale = f4(1) / np.sqrt(f4(len(q)))
    top = np.full(q.shape[1], number("-0x1.fffffep127"))
    total, o = np.zeros_like(top), np.zeros_like(q)
    for begin in range(0, PIXELS, KEYS):
        keys, values = k[:, begin : begin + KEYS], v[:, begin : begin + KEYS]
        s = scores(q, keys, scale).reshape(-1, LANES, q.shape[1])
        lanes = np.broadcast_to(top, s.shape[1:])
        for row in s:
            lanes = larger(row, lanes)
        new = fold(lanes, larger)
        factor, top = weight_of(top - new), new
        p = weight_of(s - top)
        lanes = np.zeros(s.shape[1:], f4)
        for row in p:
            lanes = lanes + row
        total = fma(total, factor, fold(lanes, np.add))
        o = o * factor
        o = o + fma(weighted(p.reshape(KEYS, -1), values), f4(1), f4(0))
    return o * (f4(1) / total)


def scores(q, keys, scale):
    """[key, query]"""
    dot = np.zeros((keys.shape[1], q.shape[1]), f4)
    for channel in range(len(q)):
        dot = fma(q[channel], keys[channel][:, None], dot)
    return fma(dot, scale, f4(0))


def weighted(p, values):
    """Sum of values [channel, key], p [key, query] of each: [channel, query]."""
    dot = np.zeros((len(values), p.shape[1]), f4)
    p, values = p.astype(f8), values.astype(f8)
    for key in range(len(p)):
        dot = fma(p[key], values[:, key, None], dot)
    return dot


def features(z):
    f, g = number("0x1.921fb6p7"), number("0x1.921fb6p8")
    return np.concatenate([z, sin(f * z), sin(g * z), cos(f * z), cos(g * z)])


class Network:
    """Of a model with `tensors` by name, `width`, `n_blocks` and `n_groups`."""

    def __init__(self, model):
        self.model, self.tensors, self.known = model, model.tensors, {}

    def outputs(self, z, time):
        """eps_hat and factor, planes like z; run once for each z."""
        key = z.tobytes(), time
        if key not in self.known:
            self.known[key] = self.run(z, time)
        return self.known[key]

    def norm(self, name, plane):
        return norm(self.tensors[name + ".weight"], self.tensors[name + ".bias"], plane, self.model.n_groups)

    def conv(self, name, plane, **rest):
        return conv(self.tensors[name + ".weight"], plane, self.tensors[name + ".bias"], **rest)

    def conditions(self, time):
        """One pixel of 4E channels."""
        t = time * f4(1000)
        a = t * self.tensors["embed.timescales"]
        embedded = np.concatenate([sin(a), cos(a)]).reshape(-1, 1, 1)
        inner = silu(self.conv("embed0", embedded))
        return silu(self.conv("embed1", inner))

    def block(self, name, cond, h, kept=None):
        tensors, width = self.tensors, self.model.width
        bias = conv(tensors[name + ".cond"], cond, tensors[name + ".conv1.bias"]).ravel()
        both = h if kept is None else np.concatenate([h, kept])
        inner = conv(tensors[name + ".conv1.weight"], silu(self.norm(name + ".norm1", both)), bias)
        x = h
        if kept is not None:
            skip = tensors[name + ".skip.weight"]
            x = conv(skip[:, :width], h, tensors[name + ".skip.bias"])
            x = conv(skip[:, width:], kept, accumulate_on=x)
        return self.conv(name + ".conv2", silu(self.norm(name + ".norm2", inner)), accumulate_on=x)

    def attention(self, h):
        qkv = self.conv("attn.qkv", self.norm("attn.norm", h)).reshape(3, -1, PIXELS)
        parts = [attend(qkv[0][:, i : i + QUERIES], qkv[1], qkv[2]) for i in range(0, PIXELS, QUERIES)]
        o = np.concatenate(parts, axis=1).reshape(h.shape)
        return self.conv("attn.out", o, accumulate_on=h)

    def run(self, z, time):
        cond, kept = self.conditions(time), []
        h = self.conv("in", features(z))
        for i in range(self.model.n_blocks):
            kept.append(h)
            h = self.block(f"down{i}", cond, h)
        kept.append(h)
        h = self.block("mid0", cond, h)
        h = self.attention(h)
        h = self.block("mid1", cond, h)
        for i in range(self.model.n_blocks + 1):
            h = self.block(f"up{i}", cond, h, kept.pop())
        out = self.conv("out.conv", silu(self.norm("out.norm", h)))
        factor = softplus(out[3:] + number("0x1.152888p-1"))
        return clamp(out[:3] + z, -2.0**60, 2.0**60), np.where(factor < f4(2.0**60), factor, f4(2.0**60))
