/* Pictures for the tests of the viewer's other codecs, and calls that have to succeed. */
#ifndef UQD_TESTS_CODEC_PICTURES_H
#define UQD_TESTS_CODEC_PICTURES_H

#include "codecs/codecs.h"

/* Smooth bands with an edge, fine threads and a little noise; alpha, where there is one, is a disc
 * with soft edges, below which the colours go on. Rows are packed. Free its pixels. */
struct uqd_image codec_paint(uint32_t width, uint32_t height, uint32_t channels);

/* The same picture with alpha 255 everywhere. Free its pixels. */
struct uqd_image codec_without_alpha(const struct uqd_image *image);

/* Files that have to be made; free them. */
struct codec_file codec_file_of(enum codec codec, const struct uqd_image *image, uint64_t bytes);
struct codec_file codec_progressive_of(enum codec codec, const struct uqd_image *image);

/* What codec_decode says of the first bytes; *out is a picture of the shape. Free its pixels. */
int codec_decode_part(enum codec codec, const struct codec_file *file, size_t size,
                      const struct uqd_image *shape, struct uqd_image *out);

/* The picture of the whole file, which has to have one. Free its pixels. */
struct uqd_image codec_picture_of(enum codec codec, const struct codec_file *file,
                                  const struct uqd_image *shape);

double codec_psnr(const struct uqd_image *a, const struct uqd_image *b);

void codec_free_pixels(struct uqd_image *image);

#endif
