/* Curves as tables of comma-separated values (RFC 4180), to compare with other codecs and to go on
 * with elsewhere.
 *
 * The first line names the columns, in any order; unknown ones are ignored:
 *
 *   label        of the curve; without this column `codec` is taken, and without both, or where it
 * is empty, the file's name. Rows of one label, mode and seed are a curve. mode         denoised,
 * ancestral, flow, or empty seed         of the mode; whole, empty is 0 step         number of the
 * step from 0; empty: between steps bytes        of the file; empty if unknown bpp          bits
 * per pixel, above 0; this column and every cell of it is needed psnr         decibels, or inf
 *   ms_ssim      -1 to 1
 *   butteraugli  0 and more
 *
 * Of the last three, one column at least is needed; an empty cell or nan is unknown, and rows in
 * which all are unknown are ignored. So `label,bpp,psnr` suffices, and the lines of one image of
 * the benchmark's tables in docs/results/ can be read, too.
 *
 * Cells may be in double quotes, with "" for a quote; lines end with LF or CRLF; empty lines and a
 * byte order mark are ignored. Numbers have a decimal point, whatever the locale of the process,
 * which must not change meanwhile. */
#ifndef UQD_VIEWER_SESSION_CURVE_CSV_H
#define UQD_VIEWER_SESSION_CURVE_CSV_H

#include "message.h"
#include "session/curve_set.h"

#define CURVE_CSV_MAX_SIZE ((uint64_t)4 << 20) /* bytes */

/* Adds the curves of a regular file as imported ones. 0, or -1 with a message that names file, line
 * and cause; then the set is as it was. */
int curve_csv_read(struct curve_set *set, const char *path, struct message *message);

/* The same of a table in memory; the name is that of the file. */
int curve_csv_parse(struct curve_set *set, const char *name, const void *data, size_t size,
                    struct message *message);

/* Writes all curves, so that reading them gives the same numbers to six digits; an older file stays
 * unless all is written. 0, or -1 with a message. */
int curve_csv_write(const struct curve_set *set, const char *path, struct message *message);

#endif
