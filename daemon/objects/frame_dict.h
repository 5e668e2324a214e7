/* How messages about jobs describe frames. */
#ifndef UQD_DAEMON_OBJECTS_FRAME_DICT_H
#define UQD_DAEMON_OBJECTS_FRAME_DICT_H

#include "decode/frame.h"
#include "dict.h"
#include "workers/decoding.h"

/* What the colours of a file's pictures are. */
const char *colour_of(const struct decoding *decoding);

/* Where the pixels lie, their colours, and what the frame shows but its step. */
void frame_dict_put(struct dict *dict, const struct frame *frame, const char *colour);

/* The distortion of a frame that was measured. */
void frame_dict_put_measured(struct dict *dict, const struct frame *frame);

#endif
