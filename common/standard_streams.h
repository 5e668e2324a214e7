/* Standard input, output and error. */
#ifndef UQD_COMMON_STANDARD_STREAMS_H
#define UQD_COMMON_STANDARD_STREAMS_H

/* Takes the place of those that are closed by ones that fail: or else the next file that is opened
 * would be read or written for them. To be called before any file is opened. */
void standard_streams_open(void);

#endif
