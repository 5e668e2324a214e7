#include "coding.h"

#include "codec/session.h"

#include <stdlib.h>
#include <string.h>

static struct file assemble(const struct uqd_header *header,
                            uint8_t *const bodies[UQD_HEADER_MAX_STEPS])
{
    struct uqd_layout layout;
    struct uqd_header sized = *header;
    struct file file;
    assert_int_equal(uqd_header_write(header, &file.data, &sized.size), UQD_OK);
    uqd_layout_make(&layout, &sized);
    file.size = (size_t)layout.file_size;
    file.data = realloc(file.data, file.size);
    assert_non_null(file.data);
    for (uint32_t body = 0; body < uqd_header_bodies(header); body++)
        if (header->step_size[body] > 0)
            memcpy(file.data + layout.body[body], bodies[body], (size_t)header->step_size[body]);
    return file;
}

struct file encode_as(const struct uqd_model *model, const struct uqd_image *image,
                      const struct coding *coding)
{
    const struct uqd_session_class *class = uqd_sessions_of(model);
    const struct uqd_session_settings settings = {.threads = 1, .cpu_mask = (uint32_t)UQD_CPU_ALL};
    struct uqd_header header = {
        .width = image->width,
        .height = image->height,
        .colours = image->channels,
        .model_id = (uint32_t)model->id,
        .dithered = coding->dithered,
        .phased = coding->phased,
        .tile_log2 = coding->tile_log2,
        .separate = coding->separate,
        .joint = coding->joint,
        .sign_curves = coding->sign_curves,
        .first = {coding->first.x_begin, coding->first.x_end, coding->first.y_begin,
                  coding->first.y_end},
        .solid = coding->solid,
        .n_steps = model->n_steps,
    };
    uint8_t *bodies[UQD_HEADER_MAX_STEPS] = {NULL};
    struct uqd_session *session;
    assert_int_equal(class->open(&session, model, &header, &settings), UQD_OK);
    assert_int_equal(class->load(session, image, &header), UQD_OK);
    const uint32_t per_body = header.solid ? header.n_steps : 1;
    for (uint32_t s = 0; s < header.n_steps; s += per_body) {
        const struct uqd_body body = {s, s + per_body - 1, header.solid};
        size_t size;
        assert_int_equal(class->encode(session, body, &bodies[s], &size), UQD_OK);
        header.step_size[s] = size;
        header.body_size += size;
    }
    class->close(session);
    const struct file file = assemble(&header, bodies);
    for (uint32_t s = 0; s < header.n_steps; s++)
        free(bodies[s]);
    return file;
}
