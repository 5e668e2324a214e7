/* Where the parts of a file lie. */
#ifndef UQD_CONTAINER_LAYOUT_H
#define UQD_CONTAINER_LAYOUT_H

#include "container/header.h"

#include <stdint.h>

/* File offsets. */
struct uqd_layout {
    uint64_t body[UQD_HEADER_MAX_STEPS];     /* where each body begins; a solid file has one */
    uint64_t step_end[UQD_HEADER_MAX_STEPS]; /* solid: the end of the body, for every step */
    uint64_t record[UQD_HEADER_MAX_RECORDS];
    uint64_t file_size;
};

void uqd_layout_make(struct uqd_layout *layout, const struct uqd_header *header);

#endif
