/* Distortion between two images, for those who have work to cancel. */
#ifndef UQD_API_METRICS_H
#define UQD_API_METRICS_H

#include "util/parallel.h"

#include <uqd/uqd.h>

/* As uqd_compare; work: NULL, or who may cancel. Errors: also UQD_ERR_CANCELLED. */
int uqd_metrics_of(const struct uqd_image *a, const struct uqd_image *b, int with_ms_ssim,
                   struct uqd_metrics *metrics, struct uqd_work *work);

#endif
