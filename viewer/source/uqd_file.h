/* What an open .uqd file says of its picture, by its header and colour profile: nothing is decoded.
 */
#ifndef UQD_VIEWER_SOURCE_UQD_FILE_H
#define UQD_VIEWER_SOURCE_UQD_FILE_H

#include "message.h"

#include <stdint.h>
#include <uqd/uqd.h>

struct uqd_file_step {
    uint64_t bytes; /* of the file up to and including this step */
    double psnr;    /* as stored by the encoder, or NaN */
};

struct uqd_file {
    const char *name; /* what messages call it; borrowed */
    int fd;           /* open for reading */
    uint64_t size;    /* bytes that are really there */
    struct uqd_info info;
    struct uqd_file_step *steps;
    uint8_t *icc; /* colour profile; NULL if there is none, or if it is damaged or cut off */
    size_t icc_size;
};

/* The file ends before its header does; more may come. Also with a message. */
enum { UQD_FILE_SHORT = 1 };

/* Opens a file, which messages call by the name, and reads its header and profile. 0, or -1 with a
 * message. Close with uqd_file_close in any case. */
int uqd_file_open(struct uqd_file *file, const char *path, const char *name,
                  struct message *message);

void uqd_file_close(struct uqd_file *file);

#endif
