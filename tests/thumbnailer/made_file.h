/* A .uqd file of the tiny model in the scratch directory, for tests that call the functions of the
 * program. All fail the test if they cannot. */
#ifndef UQD_TESTS_MADE_FILE_H
#define UQD_TESTS_MADE_FILE_H

#include "input.h"
#include "render.h"

#include <stdint.h>
#include <uqd/uqd.h>

/* A cmocka group fixture, ended by scratch_teardown: the model is models/lattice.uqdm. */
int made_file_setup(void **state);

/* Encodes a picture with some texture into "a.uqd". */
void made_file_write(uint32_t width, uint32_t height, uint32_t channels, int solid);

/* Encodes given pixels without gaps, with a colour profile unless that is NULL. */
void made_file_encode(const struct uqd_image *image, const struct uqd_metadata *profile, int solid);

/* Opens "a.uqd", to be closed by input_close. request: for render_progress, or NULL. */
void made_file_open(struct input *input, struct render_request *request);

/* For requests: there is always time. */
int64_t made_file_no_deadline(void *cookie);

/* A picture by the library alone, in packed pixels, to be freed with pixels_free. */
struct pixels made_file_picture(uint32_t step, uint32_t reduce);

/* Fails the test unless both are the same. */
void assert_same_pixels(const struct pixels *a, const struct pixels *b);

#endif
