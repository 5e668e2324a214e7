/* The CRC-32 of much data. */
#ifndef UQD_CONTAINER_CRC_H
#define UQD_CONTAINER_CRC_H

#include "util/parallel.h"

#include <stddef.h>
#include <stdint.h>

/* work: NULL, or who may cancel. Errors: UQD_ERR_CANCELLED. */
int uqd_crc32(const uint8_t *data, size_t size, uint32_t *crc, struct uqd_work *work);

#endif
