/* The directory of a model file's tensors, the same for all classes of models but for the type of
 * the values. */
#ifndef UQD_MODEL_DIRECTORY_H
#define UQD_MODEL_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

enum { UQD_MODEL_TENSOR_SIZE = 64 };

struct uqd_tensors {
    const uint8_t *entries; /* [n][UQD_MODEL_TENSOR_SIZE] */
    uint32_t n;
    uint32_t value_size;  /* 2: binary16 and whole numbers of 16 bits, 4: binary32 */
    uint64_t begin, size; /* of the part of the file that the values lie in; offsets count from
                             its begin */
    const uint8_t *data;  /* the whole file, or NULL: values are read from fd */
    int fd;
};

/* Checks the values of all tensors of a file whose data is there. Errors: UQD_ERR_CORRUPT. */
int uqd_tensors_verify(const struct uqd_tensors *tensors);

/* The values of the tensor of exactly that name and shape (unused dimensions 1), widened from
 * little-endian numbers to values[product of shape]; NULL: only the directory is asked.
 * Errors: UQD_ERR_CORRUPT if it is missing, has another shape or lies outside the part;
 * UQD_ERR_MODEL_FILE if what the descriptor gives is not what the directory says; UQD_ERR_NOMEM. */
int uqd_tensors_read(const struct uqd_tensors *tensors, const char *name, const uint32_t shape[4],
                     float *values);

/* The same of a tensor of whole numbers, in files whose values have 2 bytes. */
int uqd_tensors_read_int16(const struct uqd_tensors *tensors, const char *name,
                           const uint32_t shape[4], int16_t *values);

#endif
