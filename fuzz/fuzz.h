/* What the fuzz targets share. A target is LLVMFuzzerTestOneInput with its seeds; it links with
 * libFuzzer, or with replay.c, which runs the seeds, mutations of them and files as a test. */
#ifndef UQD_FUZZ_FUZZ_H
#define UQD_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <uqd/uqd.h>

/* A broken promise of the library ends the program, as a crash does. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);         \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* The target. Does not keep data. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The target's seed number index: *data is malloc'ed. Returns its size, 0 behind the last. */
size_t fuzz_seed(unsigned index, uint8_t **data);

/* The model of the file that $UQD_FUZZ_MODEL names, loaded once; file may be NULL. Owned by this
 * function. */
const struct uqd_model *fuzz_model(const uint8_t **file, size_t *file_size);

/* Of a picture that is decoded: enough for two of the tiles that uqd_encode makes. */
enum { FUZZ_MAX_PIXELS = 264 };

/* All kernels; plain C where the sanitizer knows no others. */
uint32_t fuzz_kernels(void);

/* Kernels for a run that is to differ from one with those: plain C, or, where that would take
 * seconds, those of small vectors. */
uint32_t fuzz_other_kernels(void);

/* A heap block of exactly this size, so that the sanitizer sees reads past the end. */
uint8_t *fuzz_copy(const uint8_t *data, size_t size);

/* Packed pixels with structure and noise, by seed; malloc'ed. */
uint8_t *fuzz_picture(uint32_t width, uint32_t height, uint32_t channels, uint32_t seed);

/* Steps with a body each, in one body, or some steps and an exact copy; tiles of which some come
 * first; the same as if levels were joint and signs adapted, without the header's checksum. */
enum fuzz_layout { FUZZ_STEPS, FUZZ_SOLID, FUZZ_COPY, FUZZ_FIRST, FUZZ_JOINT };

/* Encodes fuzz_picture with the tiny model, with metadata if it has alpha; the file is malloc'ed.
 */
size_t fuzz_encode(uint32_t width, uint32_t height, uint32_t channels, enum uqd_dither dither,
                   enum fuzz_layout layout, uint8_t **file);

/* Seed number index of targets that take a file behind a byte that chooses: small files of all
 * sorts, whole and cut. As fuzz_seed. */
size_t fuzz_file_seed(unsigned index, uint8_t **data);

#endif
