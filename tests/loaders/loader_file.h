/* A .uqd file of the tiny model in the scratch directory, "a.uqd", and what it shows by `uqd
 * decode`. Everything here fails the test if it cannot. */
#ifndef UQD_TESTS_LOADER_FILE_H
#define UQD_TESTS_LOADER_FILE_H

#include "image_file.h"

#include <stddef.h>
#include <stdint.h>
#include <uqd/uqd.h>

/* Path of `uqd`, to be told first. */
void loader_file_uqd(const char *path);

/* A cmocka group fixture, ended by scratch_teardown: the model is models/lattice.uqdm, and what the
 * loaders could find elsewhere they do not. */
int loader_file_setup(void **state);

/* Encodes a picture with some texture. */
void loader_file_write(uint32_t width, uint32_t height, uint32_t channels);

/* The same with metadata, or solid. */
void loader_file_encode(uint32_t width, uint32_t height, uint32_t channels,
                        const struct uqd_metadata *metadata, uint32_t n_metadata, int solid);

/* What the header says; the lengths of the file up to and including each step are only filled in
 * of a file that is not solid. */
enum { LOADER_MAX_STEPS = 32 };
struct loader_file_info {
    struct uqd_info info;
    uint64_t step_bytes[LOADER_MAX_STEPS];
};
struct loader_file_info loader_file_read_info(void);

/* What `uqd decode` makes of "a.uqd" with the options, which NULL ends, expanded to so many
 * channels. Free with pixels_free. */
#define LOADER_DECODED(channels, ...)                                                              \
    loader_file_decoded(channels, (const char *const[]){__VA_ARGS__, NULL})
struct pixels loader_file_decoded(uint32_t channels, const char *const options[]);

/* EXIF data that says nothing but an orientation. */
enum { LOADER_EXIF_SIZE = 26 };
void loader_file_exif(uint8_t exif[LOADER_EXIF_SIZE], unsigned orientation);

/* Makes the header of "a.uqd" claim the largest picture that the format knows, with the right
 * checksum. Only of a picture whose sides are below 128 pixels. */
void loader_file_claim_largest(void);

#endif
