/* Records: what a file carries between the bodies of its steps (docs/format.md, "Records"). A
 * record is a CRC-32 and a content, which is a varint, the size unpacked, and a deflate stream. */
#ifndef UQD_CONTAINER_RECORD_H
#define UQD_CONTAINER_RECORD_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* Types of records: those of metadata are enum uqd_metadata_type. A decoder skips types that it
 * does not know, but for those with UQD_RECORD_NEEDED. */
enum {
    UQD_RECORD_NEEDED = 0x80,
    UQD_RECORD_ALPHA = 0x80, /* one piece of the alpha channel (codec/alpha.h) */
};

/* work is NULL, or who may cancel: then UQD_ERR_CANCELLED is one more error of each. */

/* Packs bytes. *data is malloc'ed and belongs to the caller. Errors: UQD_ERR_NOMEM. */
int uqd_record_pack(const void *unpacked, size_t unpacked_size, uint8_t **data, size_t *size,
                    struct uqd_work *work);

/* The most bytes that the first `available` bytes of a record can be unpacked to. */
uint64_t uqd_record_most(size_t available);

/* The unpacked size that a whole record tells, its checksum verified. Errors: UQD_ERR_CORRUPT, also
 * where it is above most or above what so many bytes can be unpacked to. */
int uqd_record_check(const uint8_t *data, size_t size, uint64_t most, uint64_t *unpacked_size,
                     struct uqd_work *work);

/* Unpacks a whole record, which uqd_record_check has accepted, into unpacked_size bytes.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM. */
int uqd_record_unpack(const uint8_t *data, size_t size, void *unpacked, size_t unpacked_size,
                      struct uqd_work *work);

/* Unpacks what the first bytes of a record tell, at most unpacked_size bytes; *n: how many. Nothing
 * is verified. Errors: UQD_ERR_NOMEM. */
int uqd_record_unpack_part(const uint8_t *data, size_t available, void *unpacked,
                           size_t unpacked_size, size_t *n, struct uqd_work *work);

#endif
