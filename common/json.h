/* Values of JSON text. */
#ifndef UQD_COMMON_JSON_H
#define UQD_COMMON_JSON_H

#include <stdio.h>

/* A quoted string. JSON text is UTF-8: bytes that are not become the replacement character. */
void json_string(FILE *out, const char *text);

/* A number; "inf" as a string if it is infinite, null if it is not a number, for JSON has
 * neither. */
void json_number(FILE *out, double number);

#endif
