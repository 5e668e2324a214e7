"""Numbers and symbols out of the bytes of a picture file, from docs/format.md."""
import numpy as np


class Damage(Exception):
    pass


class Cut(Exception):
    """A symbol needs a byte behind the end of what is there."""


def check(is_right, what):
    if not is_right:
        raise Damage(what)


class Reader:
    """Numbers one behind the other; Cut if there are no more."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def bytes(self, size):
        if self.at + size > len(self.data):
            raise Cut
        self.at += size
        return self.data[self.at - size : self.at]

    def rest(self, size=None):
        """What is left, of so many bytes."""
        data = self.data[self.at :][:size]
        self.at += len(data)
        return data

    def number(self, size):
        return int.from_bytes(self.bytes(size), "little")

    def varint(self):
        value = 0
        for place in range(9):
            byte = self.number(1)
            value |= (byte & 127) << (7 * place)
            if byte < 128:
                check(byte > 0 or place == 0, "a varint is longer than needed")
                return value
        raise Damage("a varint of more than 9 bytes")


class RangeDecoder:
    def __init__(self, data, is_cut):
        self.data, self.is_cut, self.n_read = data, is_cut, 0
        self.value, self.range = 0, 2**64 - 1
        for _ in range(8):
            self.value = self.value << 8 | self.next_byte()
        check(self.value < 2**64 - 1, "range coder: start")

    def next_byte(self):
        self.n_read += 1
        if self.n_read <= len(self.data):
            return self.data[self.n_read - 1]
        if self.is_cut:
            raise Cut
        check(self.n_read <= len(self.data) + 8, "range coder: bytes behind the end")
        return 0

    def read(self, cumulative):
        """The number i of a symbol, that with cumulative[i] .. cumulative[i + 1] - 1 of the last of them."""
        while self.range < 2**56:
            self.value = self.value << 8 | self.next_byte()
            self.range <<= 8
        r = self.range // int(cumulative[-1])
        i = int(np.searchsorted(cumulative[1:-1], self.value // r, side="right"))
        begin = r * int(cumulative[i])
        end = self.range if i == len(cumulative) - 2 else r * int(cumulative[i + 1])
        self.value -= begin
        self.range = end - begin
        return i
