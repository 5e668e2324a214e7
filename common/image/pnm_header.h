/* The header of a PNM or PAM file. */
#ifndef UQD_COMMON_PNM_HEADER_H
#define UQD_COMMON_PNM_HEADER_H

#include "image_input.h"

struct pnm_header {
    uint64_t width, height;
    unsigned maxval; /* 1 .. 65535 */
    uint32_t channels;
    int is_bitmap; /* P1 or P4: 1 is black */
    int is_plain;  /* P1 to P3: the samples are text */
    size_t end;    /* where the samples begin */
};

/* 0, or -1 with a message. */
int pnm_read_header(const struct image_input *input, struct pnm_header *header);

/* The position of the first byte from `at` on that is neither space nor of a comment. */
size_t pnm_skip_space(const struct image_input *input, size_t at);

/* Reads a decimal number behind space and comments. Returns the position behind it, 0 if there is
 * none or it has more than nine digits. */
size_t pnm_read_number(const struct image_input *input, size_t at, uint64_t *number);

#endif
