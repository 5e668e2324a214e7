/* Work on the rows of a grid, on all threads. */
#ifndef UQD_CODEC_ROWS_H
#define UQD_CODEC_ROWS_H

#include "util/parallel.h"

#include <stdint.h>

typedef void uqd_row_function(void *arguments, uint32_t row_begin, uint32_t row_end);

/* Calls the function for all rows of a grid, in chunks on all threads, band by band with progress
 * in between; each call in the environment of uqd_fpenv_enter. Errors: UQD_ERR_CANCELLED. */
int uqd_for_rows(struct uqd_work *work, uint32_t width, uint32_t height, double macs_per_pixel,
                 uqd_row_function *function, void *arguments);

#endif
