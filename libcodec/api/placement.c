#include "api/placement.h"

#include "codec/alpha.h"
#include "container/record.h"

#include <stdlib.h>

/* Up to so many bytes of a record lie before the first body, whatever comes behind. */
enum { SMALL_PROFILE = 1024, SMALL_ALPHA = 1024 };
/* Else profiles and other metadata wait until they are at most this part of the bytes before. */
enum { PROFILE_SHARE = 4, METADATA_SHARE = 8 };

static int add(struct uqd_placement *placement, uint8_t type, uint8_t *data, size_t size)
{
    placement->records[placement->n] = (struct uqd_waiting){
        .record = {.type = type, .size = size}, .data = data, .number = placement->n};
    placement->n++;
    return UQD_OK;
}

static int add_metadata(struct uqd_placement *placement, const struct uqd_metadata *metadata,
                        struct uqd_work *work)
{
    uint8_t *data;
    size_t size;
    const int status = uqd_record_pack(metadata->data, metadata->size, &data, &size, work);
    return status < 0 ? status : add(placement, (uint8_t)metadata->type, data, size);
}

static int add_alpha(struct uqd_placement *placement, const struct uqd_image *image,
                     struct uqd_work *work)
{
    int status = UQD_OK;
    for (int piece = 0; piece < UQD_ALPHA_PIECES && status == UQD_OK; piece++) {
        uint8_t *data;
        size_t size;
        status = uqd_alpha_encode(image, (enum uqd_alpha_piece)piece, &data, &size, work);
        if (status == UQD_OK)
            status = add(placement, UQD_RECORD_ALPHA, data, size);
    }
    return status;
}

static int tells_colours(enum uqd_metadata_type type)
{
    return type == UQD_METADATA_ICC || type == UQD_METADATA_CICP;
}

int uqd_placement_init(struct uqd_placement *placement, const struct uqd_image *image,
                       const struct uqd_metadata *metadata, uint32_t n_metadata,
                       struct uqd_work *work)
{
    int status = UQD_OK;
    *placement = (struct uqd_placement){.n = 0};
    for (uint32_t i = 0; i < n_metadata && status == UQD_OK; i++)
        if (tells_colours(metadata[i].type))
            status = add_metadata(placement, &metadata[i], work);
    if (status == UQD_OK && image->channels % 2 == 0)
        status = add_alpha(placement, image, work);
    for (uint32_t i = 0; i < n_metadata && status == UQD_OK; i++)
        if (!tells_colours(metadata[i].type))
            status = add_metadata(placement, &metadata[i], work);
    return status;
}

/* A body that is being added. */
struct place {
    uint32_t body, n_bodies;
    uint64_t body_size;
};

/* Alpha is as good as a step of the colours: what is shorter comes first. The coarse piece does not
 * wait any longer than for the first step, so that no later one is shown opaque. */
static int alpha_belongs(const struct uqd_record *record, int is_coarse, struct place place)
{
    const int fits = record->size <= (place.body == 0 ? SMALL_ALPHA : place.body_size);
    return fits || place.body + 1 >= place.n_bodies || (is_coarse && place.body > 0);
}

/* Whether a record that is not alpha is to lie before this body. A file of one body has what tells
 * the colours before it and the rest behind. */
static int metadata_belongs(const struct uqd_record *record, uint64_t n_bytes_before,
                            struct place place)
{
    const int is_first = place.body == 0, is_last = place.body + 1 >= place.n_bodies;
    if (tells_colours((enum uqd_metadata_type)record->type))
        return (is_first && record->size <= SMALL_PROFILE) || is_last ||
               record->size * PROFILE_SHARE <= n_bytes_before;
    return place.body == place.n_bodies ||
           (!is_first && record->size * METADATA_SHARE <= n_bytes_before);
}

/* Moves record i to the end of those that are placed; the others go on waiting in their order. */
static void put(struct uqd_placement *placement, uint32_t i, uint32_t body)
{
    struct uqd_waiting waiting = placement->records[i];
    waiting.record.position = (uint8_t)body;
    for (; i > placement->n_placed; i--)
        placement->records[i] = placement->records[i - 1];
    placement->records[placement->n_placed++] = waiting;
    placement->n_bytes += waiting.record.size;
}

void uqd_placement_add_body(struct uqd_placement *placement, uint32_t body, uint32_t n_bodies,
                            uint64_t size)
{
    const struct place place = {body, n_bodies, size};
    int alpha_waits = 0; /* its pieces stay in order */
    for (uint32_t i = placement->n_placed; i < placement->n; i++) {
        const struct uqd_record *record = &placement->records[i].record;
        const int is_alpha = record->type == UQD_RECORD_ALPHA;
        const int belongs =
            is_alpha ? !alpha_waits && alpha_belongs(record, placement->n_alpha == 0, place)
                     : metadata_belongs(record, placement->n_bytes, place);
        alpha_waits |= is_alpha && !belongs;
        placement->n_alpha += is_alpha && belongs;
        if (belongs)
            put(placement, i, body);
    }
    placement->n_bytes += size;
}

static int by_number(const void *a, const void *b)
{
    const struct uqd_waiting *first = a, *second = b;
    return (first->number > second->number) - (first->number < second->number);
}

void uqd_placement_restart(struct uqd_placement *placement)
{
    qsort(placement->records, placement->n, sizeof *placement->records, by_number);
    placement->n_placed = placement->n_alpha = 0;
    placement->n_bytes = 0;
}

void uqd_placement_free(struct uqd_placement *placement)
{
    for (uint32_t i = 0; i < placement->n; i++)
        free(placement->records[i].data);
    placement->n = 0;
}
