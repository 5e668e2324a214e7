#include "codec/session.h"

struct uqd_extent uqd_source_extent(const struct uqd_source *source, uint32_t step)
{
    const int solid = source->header->solid;
    const uint32_t body = solid ? 0 : step;
    const uint64_t begin = source->layout->body[body];
    const uint64_t size = solid ? source->header->body_size : source->header->step_size[body];
    const uint64_t left = source->size > begin ? source->size - begin : 0;
    return (struct uqd_extent){source->data + (left > 0 ? begin : 0),
                               (size_t)(left < size ? left : size), (size_t)size};
}

const struct uqd_session_class *uqd_sessions_of(const struct uqd_model *model)
{
    return model->class == UQD_MODEL_PAPER ? &uqd_paper_sessions : &uqd_lattice_sessions;
}
