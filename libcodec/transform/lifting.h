/* One wavelet level by lifting, in place on up to three planes at once.
 *
 * Lifted samples need not be what is kept: a level may replace each row's samples of one parity,
 * once they are lifted, by others, which the samples lifted later then see. transform/colour.h
 * rotates and rounds three planes like that. */
#ifndef UQD_TRANSFORM_LIFTING_H
#define UQD_TRANSFORM_LIFTING_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* n samples of each plane. `lifted` comes in as lifting left it and goes out replaced; `before` is
 * what it was before, forward only. */
typedef void uqd_replace_samples(int32_t *const lifted[3], const int32_t *const before[3],
                                 size_t n);

struct uqd_lifting {
    int32_t *planes[3]; /* rows of width samples, pitch elements apart */
    uint32_t n_planes;
    size_t pitch;
    uqd_replace_samples *replace, *restore; /* forward and inverse; NULL: none */
};

/* Splits a picture of width x height (at least 1) into its subbands in the Mallat layout
 * (transform/wavelet.h), and back. Returns UQD_OK, UQD_ERR_NOMEM with the planes untouched, or
 * UQD_ERR_CANCELLED with the planes undefined. */
int uqd_lifting_forward(const struct uqd_lifting *lifting, uint32_t width, uint32_t height,
                        struct uqd_work *work);
int uqd_lifting_inverse(const struct uqd_lifting *lifting, uint32_t width, uint32_t height,
                        struct uqd_work *work);

#endif
