/* A small picture of a file, from as few bytes and in as little time as its size allows. */
#ifndef UQD_COMMON_THUMBNAIL_RENDER_H
#define UQD_COMMON_THUMBNAIL_RENDER_H

#include "image_file.h"
#include "input.h"
#include "message.h"

#include <stdbool.h>
#include <stdint.h>

/* What is asked of a decoder for a picture of that size. */
struct render_plan {
    uint32_t width, height; /* of the picture */
    uint32_t reduce;        /* that is decoded, to be scaled */
    uint64_t enough;        /* bytes of the file */
};

struct render_request {
    uint32_t edge; /* the picture fits so many pixels in both directions */
    int64_t (*milliseconds_left)(void *cookie); /* until it has to be there; 0 or less: no time */
    void *cookie;
    /* Asked, before anything is decoded, for the picture that the plan wants decoded, and may take
     * so long. 0, or -1 if it cannot be had. May be NULL. */
    int (*elsewhere)(const struct input *input, const struct render_plan *plan,
                     int64_t milliseconds, struct pixels *pixels);
    int64_t reserve; /* milliseconds that are kept back at the moment; of render alone */
};

struct render_plan render_plan(const struct uqd_info *info, uint32_t edge);

/* Whether no step behind this one, which is decoded or known by the header, is worth its bytes and
 * time for the plan. */
bool render_is_enough(const struct input *input, const struct render_plan *plan, uint32_t step);

/* For the decoder's settings: tells it to stop when the time is over. cookie: the request. */
int render_progress(void *cookie, double done);

/* Makes the picture, exactly of the planned size, in the colours and channels of the file. If the
 * time ends while it is being refined, it is a coarser one that could be had. Of a cut or damaged
 * file it is what the bytes give. 0, or -1 with a message; free with pixels_free. */
int render(struct input *input, struct render_request *request, struct pixels *pixels,
           struct message *message);

/* Whether a coarse picture of that size can be had in a small part of the time. */
bool render_has_coarse(const struct render_plan *plan);

/* Makes a coarse picture of the planned size: of the first step, decoded as small as is cheap. The
 * input must be new. Otherwise as render. */
int render_coarse(struct input *input, struct render_request *request, struct pixels *pixels,
                  struct message *message);

#endif
