#include "session/film.h"

#include "image_file.h"

#include <stdlib.h>
#include <string.h>

#define MILLISECONDS 1000 /* for each step */

static struct frame_key key_of(const struct pane *pane, uint32_t step, uint32_t reduce)
{
    struct frame_key key = progress_key(pane->progress, step, pane->wanted.mode, pane->wanted.seed);
    key.reduce = reduce;
    return key;
}

/* The first step whose picture is not at hand in this size, or how many steps there are. */
static uint32_t first_missing(const struct pane *pane, struct frames *frames, uint32_t reduce)
{
    uint32_t n = progress_n_positions(pane->progress), step = 0;
    for (; step < n; step++) {
        struct frame_key key = key_of(pane, step, reduce);
        if (!frames_find(frames, &key))
            break;
    }
    return step;
}

static int copy(const struct picture *picture, struct pixels *frame)
{
    size_t row = picture->width * (size_t)picture->channels;
    *frame = (struct pixels){
        .width = picture->width, .height = picture->height, .channels = picture->channels};
    frame->data = malloc(row * picture->height);
    if (!frame->data)
        return -1;
    for (uint32_t y = 0; y < picture->height; y++)
        memcpy(frame->data + y * row, picture->pixels + y * picture->stride, row);
    return 0;
}

int film_gather(struct film *film, const struct pane *pane, struct frames *frames,
                struct message *message)
{
    uint32_t n = progress_n_positions(pane->progress), reduce = 0;
    *film = (struct film){.frames = NULL};
    if (n == 0)
        return message_set(message, "nothing is decoded yet");
    while (reduce < pane->reduce && first_missing(pane, frames, reduce) < n)
        reduce++;
    uint32_t missing = first_missing(pane, frames, reduce);
    if (missing < n)
        return message_set(message,
                           "the picture of step %u is not at hand: wait until all are decoded, or "
                           "keep more of them with --cache",
                           (unsigned)missing);
    film->frames = calloc(n, sizeof *film->frames);
    for (uint32_t step = 0; film->frames && step < n; step++) {
        struct frame_key key = key_of(pane, step, reduce);
        if (copy(frames_find(frames, &key)->picture, &film->frames[film->n_frames]))
            break;
        film->n_frames++;
    }
    return film->n_frames == n ? 0 : message_set(message, "there is no memory for all pictures");
}

void film_free(struct film *film)
{
    for (uint32_t i = 0; i < film->n_frames; i++)
        free(film->frames[i].data);
    free(film->frames);
    *film = (struct film){.frames = NULL};
}

int film_write_animation(const struct film *film, const char *path, struct message *message)
{
    return image_write_animation(path, film->frames, film->n_frames, MILLISECONDS, message);
}
