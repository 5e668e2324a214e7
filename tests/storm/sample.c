#include "sample.h"

#include "picture.h"
#include "storm.h"

#include <stdlib.h>
#include <string.h>

void sample_random(struct sample *sample, struct random *random, const struct uqd_model *model,
                   uint32_t max_pixels)
{
    sample->image = picture_random(random, max_pixels);
    options_random(&sample->options, random, model);
    const struct machine machine = machine_random(random, model);
    sample->file = encode(model, &sample->image, &sample->options, machine);
    sample->whole = decoder_new(model, machine);
    STORM_CHECK(decode_whole(sample->whole, sample->file.data, sample->file.size) == UQD_END);
    sample->info = info_of(sample->whole);
    for (uint32_t s = 0; s < sample->info.n_steps; s++) {
        struct uqd_step_info step;
        STORM_CHECK(uqd_decoder_step_info(sample->whole, s, &step) == UQD_OK);
        sample->step_end[s] = step.bytes;
        sample->steps[s] = step_picture(sample->whole, s, &sample->picture_size);
    }
    if (sample->info.lossless)
        STORM_CHECK(are_pixels_of(&sample->image, sample->steps[sample->info.n_steps - 1]));
    storm_count("bytes", sample->file.size);
}

void sample_free(struct sample *sample)
{
    for (uint32_t s = 0; s < sample->info.n_steps; s++)
        free(sample->steps[s]);
    uqd_decoder_free(sample->whole);
    free(sample->file.data);
    options_free(&sample->options);
    free((void *)sample->image.pixels);
}

uint32_t sample_steps_within(const struct sample *sample, uint64_t n)
{
    uint32_t steps = 0;
    while (n >= sample->info.header_size && steps < sample->info.n_steps &&
           sample->step_end[steps] <= n)
        steps++;
    return steps;
}

int sample_shows(const struct sample *sample, struct uqd_decoder *decoder, uint32_t step)
{
    size_t size;
    uint8_t *const pixels = step_picture(decoder, step, &size);
    const int same = size == sample->picture_size && memcmp(pixels, sample->steps[step], size) == 0;
    free(pixels);
    return same;
}
