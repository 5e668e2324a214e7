/* What the workspace holds for the attention (uqd_paper_run_attention). */
#ifndef UQD_PAPER_ATTENTION_H
#define UQD_PAPER_ATTENTION_H

#include "codec/paper/network.h"

#include <stddef.h>

/* Keys that are attended to at a time. Part of the definition, since weights are summed up in
 * blocks of so many. */
enum { UQD_PAPER_KEYS = 512 };

/* Floats of scratch memory that a thread needs. */
size_t uqd_paper_attention_scratch(size_t width);

/* Fills in score_gain and score_bias, which all runs have in common. To be called in the
 * environment of uqd_fpenv_enter. */
void uqd_paper_attention_prepare(const struct uqd_paper_network *network);

#endif
