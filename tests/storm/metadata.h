/* The metadata that a decoder tells of a file whose blocks are known. */
#ifndef UQD_TESTS_STORM_METADATA_H
#define UQD_TESTS_STORM_METADATA_H

#include "coding.h"

/* Checks that every block that has been fed is one that was encoded, or is reported as damaged,
 * where a file may be, and that the others are still to come. Returns how many are damaged. */
uint32_t check_metadata(struct uqd_decoder *decoder, const struct options *options,
                        int may_be_damaged);

#endif
