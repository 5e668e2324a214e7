/* A small paper model with random weights: width 16, one block, four groups, three steps. Its noise
 * is near the input and its scales around 1, so that a picture is coded, but not well. */
#ifndef UQD_TESTS_TINY_PAPER_H
#define UQD_TESTS_TINY_PAPER_H

#include <stddef.h>
#include <stdint.h>

/* The bytes of the model file, always the same. malloc'ed; never NULL. */
uint8_t *tiny_paper_model(size_t *size);

#endif
