/* Makes what the format protects by checksums right, so that mutations reach what lies behind. */
#ifndef UQD_FUZZ_SEAL_H
#define UQD_FUZZ_SEAL_H

#include <stddef.h>
#include <stdint.h>

/* Gives the header at the beginning of the bytes its checksum, if it is one but for that. Returns
 * whether it is valid now. */
int fuzz_seal_header(uint8_t *file, size_t size);

/* Makes the bytes a file for the model of fuzz_model with at most FUZZ_MAX_PIXELS pixels, as far as
 * they are one: shape and model in the header, its checksum, and those of the bodies and records
 * that are there. Returns whether the header is valid now. */
int fuzz_seal_file(uint8_t *file, size_t size);

#endif
