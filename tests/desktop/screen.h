/* Pictures that cannot be mistaken, as files and on the screen. */
#ifndef UQD_TESTS_SCREEN_H
#define UQD_TESTS_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

/* Encodes a picture of four saturated quarters: red and green above blue and yellow; or the other
 * way round, blue and yellow above. The program of the installation does it. Bytes without meaning
 * follow until the file has so many at least. */
void quarters_write(const char *path, bool upside_down, size_t at_least);

/* Whether the point where the four quarters meet is somewhere in a screenshot of xwd(1), with a
 * square of each colour around it. */
bool quarters_are_on_screen(const char *screenshot, bool upside_down);

#endif
