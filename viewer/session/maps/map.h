/* Maps: pictures of what other pictures say about decoding; where two of them differ, how wrong one
 * is, where samples disagree, where the bits of a file go.
 *
 * Pixels of a map are red, green and blue, whatever the pictures have, and lie where theirs do. A
 * map has one reference, the caller's, and is NULL if there is no memory or what it is made of does
 * not fit together: pictures of other sizes or channels, as of a grey one and a coloured one. Its
 * legend is filled if it is not NULL. Nothing is kept. A map is the same on every machine: no
 * arithmetic depends on one. Ranges are fixed, so that maps of two steps or two files can be
 * compared. May be called from any thread. */
#ifndef UQD_VIEWER_SESSION_MAPS_MAP_H
#define UQD_VIEWER_SESSION_MAPS_MAP_H

#include "session/maps/scale.h"
#include "source/picture.h"

/* What the colours of a map mean. */
struct map_legend {
    char title[80];
    enum scale_kind scale;
    char low[32], middle[32], high[32]; /* at the ends of the scale and halfway */
};

enum map_difference_kind {
    MAP_SIGNED,   /* a channel each: grey where equal, lighter where a is higher */
    MAP_ABSOLUTE, /* a channel each: black where equal */
    MAP_HEAT,     /* mean of the absolute differences of all channels */
    MAP_LUMA,     /* blue where a is darker, orange where it is lighter */
    MAP_N_DIFFERENCES
};

/* What a has more than b, times a gain, which is taken as the nearest of 1 .. 255. Alpha counts in
 * MAP_HEAT only, as one more channel. */
struct picture *map_difference(const struct picture *a, const struct picture *b,
                               enum map_difference_kind kind, int gain, struct map_legend *legend);

/* From where on the heat of errors, changes and deviations is the same, grey levels. */
#define MAP_MOST_LEVELS 32

/* The error of each pixel: the root of the mean squared error over its channels, alpha as one more.
 * A quarter of the range is in the middle of the scale: its places go with the square root, so that
 * small errors are told apart, too. */
struct picture *map_error(const struct picture *picture, const struct picture *reference,
                          struct map_legend *legend);

/* The same measure for what a step changes in the picture of the step before. */
struct picture *map_change(const struct picture *picture, const struct picture *previous,
                           struct map_legend *legend);

/* The standard deviation of each pixel over pictures of one step by different seeds, by the same
 * scale: where it is 0 the bytes decide, elsewhere the decoder makes things up. Their variances
 * (divided by n - 1) are averaged over the channels. NULL also for fewer than 2 pictures. */
struct picture *map_variance(struct picture *const *pictures, uint32_t n,
                             struct map_legend *legend);

/* The mean of pictures of one step by different seeds, with their channels: what the bytes tell.
 * NULL also for no picture. */
struct picture *map_mean(struct picture *const *pictures, uint32_t n);

/* The side of the blocks whose bits are counted, and from where on their heat is the same. */
#define MAP_BLOCK         8
#define MAP_MOST_BITS     8 /* for a pixel */
#define MAP_BIT_FRACTIONS 256

/* Bits for each pixel, of blocks that begin in the upper left corner of a picture of that size.
 * bits[blocks_wide * blocks_high] in 1/256 bit, row by row; those at the right and at the bottom
 * may be for fewer pixels. The scale's places go with the fourth root, from a hundredth of a bit up
 * to several: a sixteenth of the range is in its middle. The legend tells the most that a block
 * has. NULL also if so many blocks are not what covers such a picture. */
struct picture *map_bits(const uint32_t *bits, uint32_t blocks_wide, uint32_t blocks_high,
                         uint32_t width, uint32_t height, struct map_legend *legend);

/* Of an exact copy the map is flat, and its legend says why: bytes of a copy are about the whole
 * picture. */
void map_bits_explain_copy(struct map_legend *legend);

/* From the denoised picture (0) to a sample of the same step (100), with their channels, as
 * uqd_mix. NULL also if the percentage is above 100. */
struct picture *map_mix(const struct picture *denoised, const struct picture *sample,
                        uint32_t percent);

#endif
