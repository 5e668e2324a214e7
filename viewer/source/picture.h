/* Decoded pictures: immutable once filled, shared between threads by reference counting. */
#ifndef UQD_VIEWER_SOURCE_PICTURE_H
#define UQD_VIEWER_SOURCE_PICTURE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

struct picture {
    uint32_t width, height;
    uint32_t channels; /* 1 .. 4 as in struct uqd_image */
    size_t stride;
    const uint8_t *pixels;

    atomic_uint references;
    void *mapping; /* where the memory begins: malloc'ed, or mapped if mapping_size is not 0 */
    size_t mapping_size;
};

/* Allocates a picture with packed rows and one reference; its creator fills picture_pixels() before
 * sharing it. NULL if there is no memory. */
struct picture *picture_new(uint32_t width, uint32_t height, uint32_t channels);
uint8_t *picture_pixels(struct picture *picture);

/* Takes over a read-only memory mapping that holds the pixels at the offset; the caller has checked
 * that they lie inside. NULL if there is no memory: then the mapping stays the caller's. */
struct picture *picture_new_mapped(void *mapping, size_t mapping_size, size_t offset,
                                   const struct uqd_image *shape);

struct picture *picture_ref(struct picture *picture);

/* NULL is allowed. */
void picture_unref(struct picture *picture);

bool picture_has_alpha(const struct picture *picture);

/* A picture with its sides halved so often, every pixel the mean of what it covers, of colours
 * weighted by alpha. NULL if there is no memory. */
struct picture *picture_shrink(const struct picture *picture, uint32_t reduce);

/* The same picture in the terms of the library. */
struct uqd_image picture_image(const struct picture *picture);

/* Bytes of memory that it holds. */
size_t picture_size(const struct picture *picture);

/* PSNR of a picture against a reference in decibels, NaN if their shapes differ. */
double picture_psnr(const struct picture *picture, const struct picture *reference);

#endif
