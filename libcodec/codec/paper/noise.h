/* The noise that both sides know, from the seed of the file. */
#ifndef UQD_PAPER_NOISE_H
#define UQD_PAPER_NOISE_H

#include <stdint.h>

/* What random numbers are for. Each use of each step has its own, for every value of a picture. */
enum uqd_paper_use {
    UQD_PAPER_START,       /* z of the first step */
    UQD_PAPER_DITHER,      /* of universal quantization */
    UQD_PAPER_OUTSIDE,     /* cells outside the picture */
    UQD_PAPER_DRAW,        /* cells of steps that are drawn, by a seed that may equal the file's */
    UQD_PAPER_DRAW_DITHER, /* their dither */
};

/* 24 random bits. step is below 32; index: of a value, tile after tile. */
uint32_t uqd_paper_bits(uint64_t seed, enum uqd_paper_use use, uint32_t step, uint64_t index);

/* Uniform in -1/2 .. 1/2 - 2^-24. */
float uqd_paper_dither(uint64_t seed, enum uqd_paper_use use, uint32_t step, uint64_t index);

/* Normal with mean 0 and variance 1, from bits of UQD_PAPER_START (Box and Muller 1958). To be
 * called in the environment of uqd_fpenv_enter. */
float uqd_paper_gaussian(uint64_t seed, uint64_t index);

#endif
