/* Files with flipped bits, whole and cut: a documented failure, or pictures; the steps before the
 * damage stay, and nothing wrong is called complete.
 *
 * Where the format has 16 bits of checksum, the header and the body of a solid file, damage passes
 * once in 65,536 times. Such cases are counted, and only too many of them are a failure. */
#include "metadata.h"
#include "sample.h"
#include "storm.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 1200, MAX_FLIPS = 8, MAX_UNNOTICED = 3 };

struct damaged {
    const struct sample *sample;
    uint8_t *data;
    size_t size;  /* perhaps cut */
    size_t first; /* byte that is damaged */
};

static struct damaged damage(const struct sample *sample, struct random *random)
{
    struct damaged damaged = {sample, storm_alloc(sample->file.size), sample->file.size,
                              sample->file.size};
    memcpy(damaged.data, sample->file.data, damaged.size);
    /* Half of them are all in one place. */
    const uint32_t size = (uint32_t)damaged.size;
    const int is_burst = random_chance(random, 50);
    const uint32_t at = random_below(random, size), n = random_between(random, 1, MAX_FLIPS);
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t near = at + random_below(random, 3);
        const uint32_t byte = !is_burst ? random_below(random, size) : near < size ? near : at;
        damaged.data[byte] ^= (uint8_t)(1u << random_below(random, 8));
    }
    for (size_t i = damaged.size; i-- > 0;)
        if (damaged.data[i] != sample->file.data[i])
            damaged.first = i;
    if (damaged.first < damaged.size && random_chance(random, 25))
        damaged.size = random_between(random, (uint32_t)damaged.first + 1, (uint32_t)damaged.size);
    return damaged;
}

static void count_unnoticed(void)
{
    static unsigned n;
    storm_count("unnoticed by a checksum of 16 bits", 1);
    STORM_CHECK(++n <= MAX_UNNOTICED);
}

/* Of a header that is damaged nothing follows, but that pictures are there if it passes. */
static void check_header(const struct damaged *damaged, struct uqd_decoder *decoder, int status,
                         struct random *random)
{
    struct uqd_info info;
    storm_count("damaged headers", 1);
    STORM_CHECK(status == UQD_NEED_DATA || status == UQD_END || status == UQD_ERR_CORRUPT ||
                status == UQD_ERR_UNSUPPORTED || status == UQD_ERR_LIMIT ||
                status == UQD_ERR_MODEL);
    const int known = uqd_decoder_info(decoder, &info);
    STORM_CHECK(known == status || known == UQD_NEED_DATA || known == UQD_OK);
    if (known != UQD_OK || damaged->size < damaged->sample->info.header_size)
        return;
    count_unnoticed();
    if ((uint64_t)info.width * info.height <= 1 << 16 && status != UQD_ERR_LIMIT) {
        const struct uqd_picture_request request = request_random(random, UQD_STEP_LATEST);
        size_t size;
        free(picture_of(decoder, &request, &size));
    }
}

/* Steps of a body with a checksum of its own are never shown wrong, nor are those that end before
 * the damage; and a complete file with damage has it in its metadata. */
static void check_steps(const struct damaged *damaged, struct uqd_decoder *decoder, int status)
{
    const struct sample *const sample = damaged->sample;
    const uint32_t complete = uqd_decoder_steps_complete(decoder);
    const uint32_t sound = sample_steps_within(sample, damaged->first);
    STORM_CHECK(status == UQD_ERR_CORRUPT || status == UQD_NEED_DATA || status == UQD_END);
    STORM_CHECK(complete <= sample->info.n_steps);
    if (!sample->info.solid)
        STORM_CHECK(complete >= sound);
    for (uint32_t s = 0; s < complete; s++)
        if (!sample->info.solid || s < sound)
            STORM_CHECK(sample_shows(sample, decoder, s));
    storm_count("steps", complete);
}

static void check_end(const struct damaged *damaged, struct uqd_decoder *decoder, int status,
                      uint32_t n_damaged_blocks)
{
    const struct sample *const sample = damaged->sample;
    if (status == UQD_ERR_CORRUPT)
        storm_count("damaged steps", 1);
    if (status != UQD_END)
        return;
    STORM_CHECK(uqd_decoder_steps_complete(decoder) == sample->info.n_steps);
    if (sample->info.solid && n_damaged_blocks == 0 && damaged->size == sample->file.size) {
        count_unnoticed();
        return;
    }
    if (damaged->size == sample->file.size)
        STORM_CHECK(n_damaged_blocks > 0);
    STORM_CHECK(sample_shows(sample, decoder, sample->info.n_steps - 1));
    storm_count("pictures that the damage does not touch", 1);
}

/* What is shown last: no part of a step that is known to be damaged. */
static void check_latest(const struct damaged *damaged, struct uqd_decoder *decoder, int status,
                         struct random *random)
{
    const struct uqd_picture_request request = request_random(random, UQD_STEP_LATEST);
    const uint32_t complete = uqd_decoder_steps_complete(decoder);
    size_t size;
    free(picture_of(decoder, &request, &size));
    if (status == UQD_ERR_CORRUPT && complete > 0 && !damaged->sample->info.solid) {
        uint8_t *const latest = step_picture(decoder, UQD_STEP_LATEST, &size);
        STORM_CHECK(memcmp(latest, damaged->sample->steps[complete - 1], size) == 0);
        free(latest);
    }
}

static void check_damaged(const struct damaged *damaged, const struct uqd_model *model,
                          struct random *random)
{
    const struct sample *const sample = damaged->sample;
    struct uqd_decoder *const decoder = decoder_new(model, machine_random(random, model));
    const int status = random_chance(random, 50)
                           ? decode_whole(decoder, damaged->data, damaged->size)
                           : decode_in_pieces(decoder, damaged->data, damaged->size, random);
    if (damaged->first < sample->info.header_size) {
        check_header(damaged, decoder, status, random);
    } else {
        check_steps(damaged, decoder, status);
        check_latest(damaged, decoder, status, random);
        check_end(damaged, decoder, status, check_metadata(decoder, &sample->options, 1));
    }
    uqd_decoder_free(decoder);
}

void storm_flips(const struct uqd_model *model, struct random *random)
{
    struct sample sample;
    sample_random(&sample, random, model, MAX_PIXELS);
    struct damaged damaged = damage(&sample, random);
    if (damaged.first < sample.file.size)
        check_damaged(&damaged, model, random);
    free(damaged.data);
    sample_free(&sample);
}
