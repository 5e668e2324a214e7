/* Where the records of a file lie: early enough to be of use, but never so that the pictures of a
 * prefix suffer much from what lies before them. */
#ifndef UQD_API_PLACEMENT_H
#define UQD_API_PLACEMENT_H

#include "container/header.h"
#include "util/parallel.h"

#include <stdint.h>
#include <uqd/uqd.h>

/* Records of a file that is being made. */
struct uqd_placement {
    struct uqd_waiting {
        struct uqd_record record;
        uint8_t *data;   /* owned */
        uint32_t number; /* before any was placed */
    } records[UQD_HEADER_MAX_RECORDS];
    uint32_t n, n_placed; /* the placed ones come first, in the order of the file */
    uint32_t n_alpha;     /* placed pieces of alpha */
    uint64_t n_bytes;     /* of the file so far, header aside */
};

/* Packs the pieces of the image's alpha, if it has any, and the metadata.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. uqd_placement_free is needed in any case. */
int uqd_placement_init(struct uqd_placement *placement, const struct uqd_image *image,
                       const struct uqd_metadata *metadata, uint32_t n_metadata,
                       struct uqd_work *work);

/* Places what is to lie before the body, which has so many bytes; after the last, what is left is
 * to be placed before body n_bodies of 0 bytes. */
void uqd_placement_add_body(struct uqd_placement *placement, uint32_t body, uint32_t n_bodies,
                            uint64_t size);

/* All records wait again, before any body has been added. */
void uqd_placement_restart(struct uqd_placement *placement);

void uqd_placement_free(struct uqd_placement *placement);

#endif
