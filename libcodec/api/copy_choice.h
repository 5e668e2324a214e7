/* Whether the rest of a file is an exact copy of the picture by a lossless coder instead of the
 * steps that are left of the model: where that is smaller. Photographs are not; screenshots,
 * charts, text, pixel art and noise are.
 *
 * The copy costs about as much time as the steps, so it is only made once the steps have become
 * larger than a few squares of the picture say that the copy would be. */
#ifndef UQD_API_COPY_CHOICE_H
#define UQD_API_COPY_CHOICE_H

#include "container/header.h"
#include "util/parallel.h"

struct uqd_copy_choice {
    const struct uqd_image *image; /* colours alone; borrowed */
    int is_open;                   /* a copy may still be chosen */
    uint64_t estimate;             /* bytes of the copy, more rather than less */
    uint8_t *body;                 /* the copy with its checksum; NULL until it is made; owned */
    size_t size;
};

/* For a picture of one or three channels. may_copy: whether the file may have a copy at all.
 * Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_copy_choice_init(struct uqd_copy_choice *choice, const struct uqd_image *image,
                         int may_copy, struct uqd_work *work);
void uqd_copy_choice_free(struct uqd_copy_choice *choice);

/* Once the first n_done of the header's steps are encoded, and header->body_size and step_size tell
 * of them: UQD_END if a copy is to follow the first *n_before of them, none in a solid file; UQD_OK
 * if none is (yet). Errors: UQD_ERR_NOMEM, UQD_ERR_CANCELLED. */
int uqd_copy_choice_look(struct uqd_copy_choice *choice, const struct uqd_header *header,
                         uint32_t n_done, uint32_t *n_before, struct uqd_work *work);

#endif
