/* Structures of settings of other versions of the library. */
#ifndef UQD_API_SETTINGS_H
#define UQD_API_SETTINGS_H

#include <stddef.h>

/* Copies the members that a caller's structure has, which begins with its size, over the defaults.
 * Both begin with a size_t. Errors: UQD_ERR_ARG if the size is none that a default function has
 * written. */
int uqd_settings_take(void *defaults, size_t size, const void *given);

/* Writes defaults into a caller's structure of given_size bytes, of which the first are its size;
 * what a later version has more is 0. */
void uqd_settings_give(const void *defaults, size_t size, void *given, size_t given_size);

#endif
