/* How what is missing of a picture is filled in, as an option. */
#ifndef UQD_CTL_MODE_H
#define UQD_CTL_MODE_H

#include <uqd/uqd.h>

/* The words of the option, in the order of enum uqd_mode, which begins at 1. */
#define MODE_WORDS "denoised|ancestral|flow"

enum { MODE_FIRST = UQD_MODE_DENOISED };

#endif
