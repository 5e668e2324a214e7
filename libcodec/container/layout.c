#include "container/layout.h"

/* Sizes are below 2^40 and there are fewer than 2^9 of them: no sum overflows. */
void uqd_layout_make(struct uqd_layout *layout, const struct uqd_header *header)
{
    const uint32_t n_bodies = uqd_header_bodies(header);
    uint64_t offset = header->size;
    uint32_t record = 0;
    for (uint32_t body = 0; body <= n_bodies; body++) {
        for (; record < header->n_records && header->records[record].position == body; record++) {
            layout->record[record] = offset;
            offset += header->records[record].size;
        }
        if (body == n_bodies)
            break;
        layout->body[body] = offset;
        offset += header->solid ? header->body_size : header->step_size[body];
        layout->step_end[body] = offset;
    }
    for (uint32_t step = n_bodies; step < header->n_steps; step++)
        layout->step_end[step] = layout->step_end[0];
    layout->file_size = offset;
}
