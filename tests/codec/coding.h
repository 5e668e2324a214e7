/* Files that uqd_encode does not make. */
#ifndef UQD_TESTS_CODING_H
#define UQD_TESTS_CODING_H

#include "codec_support.h"

#include "codec/lattice/tile.h"

/* How a picture is coded. */
struct coding {
    const char *name;
    uint32_t colours, tile_log2;
    int solid, dithered, phased, separate, joint, sign_curves;
    struct uqd_tile first; /* in tiles; with separate only */
};

/* As uqd_encode, which has no other tiles than the usual ones. */
struct file encode_as(const struct uqd_model *model, const struct uqd_image *image,
                      const struct coding *coding);

#endif
