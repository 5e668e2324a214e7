#include "shared_frame.h"

#include "bus_names.h"

void shared_frame_put(struct dict *dict, const struct shared_frame *frame)
{
    dict_add_u32(dict, KEY_WIDTH, frame->width);
    dict_add_u32(dict, KEY_HEIGHT, frame->height);
    dict_add_u32(dict, KEY_STRIDE, frame->stride);
    dict_add_u64(dict, KEY_OFFSET, frame->offset);
    dict_add_u64(dict, KEY_SIZE, frame->size);
    dict_add_u32(dict, KEY_FORMAT, frame->format);
}

/* The size follows from the shape; that it is announced is for those who copy the bytes. */
bool shared_frame_get(const DBusMessageIter *dict, struct shared_frame *frame)
{
    *frame = (struct shared_frame){0};
    return dict_get_u32(dict, KEY_WIDTH, &frame->width) &&
           dict_get_u32(dict, KEY_HEIGHT, &frame->height) &&
           dict_get_u32(dict, KEY_STRIDE, &frame->stride) &&
           dict_get_u64(dict, KEY_OFFSET, &frame->offset) &&
           dict_get_u32(dict, KEY_FORMAT, &frame->format);
}
