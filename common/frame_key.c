#include "frame_key.h"

bool frame_key_equal(const struct frame_key *a, const struct frame_key *b)
{
    return a->step == b->step && a->mode == b->mode && a->seed == b->seed &&
           a->reduce == b->reduce && a->bytes == b->bytes && a->codec == b->codec &&
           a->cut == b->cut;
}

bool frame_key_same_content(const struct frame_key *a, const struct frame_key *b)
{
    struct frame_key other = *b;
    other.reduce = a->reduce;
    return frame_key_equal(a, &other);
}
