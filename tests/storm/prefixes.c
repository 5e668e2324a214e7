/* Every prefix of a file, whole and in pieces: never a failure, never fewer steps than of a shorter
 * prefix, and the steps that are complete are those of the whole file. */
#include "metadata.h"
#include "sample.h"
#include "storm.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PIXELS = 150, MAX_SLOW_PIXELS = 12, EXTRA = 9 };

static void check_no_header(struct uqd_decoder *decoder, int status)
{
    struct uqd_info info;
    STORM_CHECK(status == UQD_NEED_DATA);
    STORM_CHECK(uqd_decoder_info(decoder, &info) == UQD_NEED_DATA);
    STORM_CHECK(uqd_decoder_advance(decoder) == UQD_NEED_DATA);
    STORM_CHECK(uqd_decoder_prepare(decoder) == UQD_NEED_DATA);
    STORM_CHECK(uqd_decoder_steps_complete(decoder) == 0);
}

/* The steps that a prefix has, and the last of them and another one. */
static void check_steps(const struct sample *sample, struct uqd_decoder *decoder, size_t n,
                        struct random *random)
{
    const uint32_t complete = uqd_decoder_steps_complete(decoder);
    STORM_CHECK(complete == sample_steps_within(sample, n));
    if (complete > 0) {
        STORM_CHECK(sample_shows(sample, decoder, complete - 1));
        STORM_CHECK(sample_shows(sample, decoder, random_below(random, complete)));
    }
    (void)check_metadata(decoder, &sample->options, 0);
}

/* What is shown of the first n bytes by their decoder is what the whole file's shows of them. */
static void check_latest(const struct sample *sample, struct uqd_decoder *decoder,
                         struct uqd_decoder *pieces, size_t n, struct random *random)
{
    struct uqd_picture_request request = request_random(random, UQD_STEP_LATEST);
    STORM_CHECK(show_the_same(decoder, pieces, &request));
    size_t size, size_of_cut;
    uint8_t *const latest = picture_of(decoder, &request, &size);
    request.bytes = n;
    uint8_t *const cut = picture_of(sample->whole, &request, &size_of_cut);
    STORM_CHECK(size == size_of_cut && memcmp(latest, cut, size) == 0);
    free(latest);
    free(cut);
}

static void check_prefix(const struct sample *sample, const struct uqd_model *model, size_t n,
                         struct random *random)
{
    struct uqd_decoder *const decoder = decoder_new(model, machine_random(random, model));
    struct uqd_decoder *const pieces = decoder_new(model, machine_random(random, model));
    const int status = decode_whole(decoder, sample->file.data, n);
    STORM_CHECK(decode_in_pieces(pieces, sample->file.data, n, random) == status);
    if (n < sample->info.header_size) {
        check_no_header(decoder, status);
        check_no_header(pieces, status);
    } else {
        const int is_all = sample_steps_within(sample, n) == sample->info.n_steps;
        STORM_CHECK(status == (is_all ? UQD_END : UQD_NEED_DATA));
        check_steps(sample, decoder, n, random);
        check_steps(sample, pieces, n, random);
        check_latest(sample, decoder, pieces, n, random);
    }
    uqd_decoder_free(decoder);
    uqd_decoder_free(pieces);
}

/* The whole file with bytes behind it, which do not count. */
static void check_longer(const struct sample *sample, const struct uqd_model *model,
                         struct random *random)
{
    const size_t size = sample->file.size;
    uint8_t *const data = storm_alloc(size + EXTRA);
    memcpy(data, sample->file.data, size);
    for (size_t i = size; i < size + EXTRA; i++)
        data[i] = (uint8_t)random_bits(random);
    struct uqd_decoder *const decoder = decoder_new(model, machine_random(random, model));
    STORM_CHECK(decode_in_pieces(decoder, data, size + EXTRA, random) == UQD_END);
    for (uint32_t s = 0; s < sample->info.n_steps; s++)
        STORM_CHECK(sample_shows(sample, decoder, s));
    uqd_decoder_free(decoder);
    free(data);
}

void storm_prefixes(const struct uqd_model *model, struct random *random)
{
    struct sample sample;
    sample_random(&sample, random, model, is_slow(model) ? MAX_SLOW_PIXELS : MAX_PIXELS);
    for (size_t n = 0; n <= sample.file.size; n++)
        check_prefix(&sample, model, n, random);
    check_longer(&sample, model, random);
    storm_count("prefixes", sample.file.size + 1);
    sample_free(&sample);
}
