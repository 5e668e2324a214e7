#include "codec/session.h"

#include "model/class.h"

#include <assert.h>

static struct uqd_extent extent(const struct uqd_source *source, uint64_t begin, uint64_t size)
{
    const uint64_t left = source->size > begin ? source->size - begin : 0;
    return (struct uqd_extent){source->data + (left > 0 ? begin : 0),
                               (size_t)(left < size ? left : size), (size_t)size};
}

struct uqd_extent uqd_source_extent(const struct uqd_source *source, uint32_t step)
{
    const int solid = source->header->solid;
    const uint32_t body = solid ? 0 : step;
    return extent(source, source->layout->body[body],
                  solid ? source->header->body_size : source->header->step_size[body]);
}

struct uqd_extent uqd_source_record(const struct uqd_source *source, uint32_t record)
{
    return extent(source, source->layout->record[record], source->header->records[record].size);
}

/* The steps of a solid file with an empty body need no byte, not even those before the body. */
uint32_t uqd_source_steps(const struct uqd_source *source, uint32_t n)
{
    const int needs_nothing = source->header->solid && source->header->body_size == 0;
    uint32_t steps = 0;
    while (steps < n && (needs_nothing || source->layout->step_end[steps] <= source->size))
        steps++;
    return steps;
}

const struct uqd_session_class *uqd_sessions_of(const struct uqd_model *model)
{
    static const struct uqd_session_class *const sessions[] = {
        [UQD_MODEL_LATTICE] = &uqd_lattice_sessions,
        [UQD_MODEL_PAPER] = &uqd_paper_sessions,
    };
    const uint32_t number = model->class->number;
    assert(number < sizeof sessions / sizeof *sessions && sessions[number] != NULL);
    return sessions[number];
}

const struct uqd_session_class *uqd_sessions_for(const struct uqd_model *model,
                                                 const struct uqd_header *header)
{
    return header->has_copy ? &uqd_copy_sessions : uqd_sessions_of(model);
}
