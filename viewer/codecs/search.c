#include "codecs/search.h"

#include <math.h>

/* After so many guesses that did not end the search, it halves what is left. */
enum { MAX_GUESSES = 5 };

/* Sizes are kept as logarithms of base 2: these are nearly straight over the settings. */
struct search {
    const struct search_settings *settings;
    double wanted;
    int fits, exceeds; /* the nearest settings known to do so; -1 and n if there is none */
    double fits_size, exceeds_size;
    int n_guesses;
};

static double log_size(double bytes)
{
    return log2(fmax(bytes, 1));
}

/* Along the line through both ends, or of the usual slope through the end that is known. */
static double guess(const struct search *search, double pixels)
{
    const struct search_settings *settings = search->settings;
    double wanted = search->wanted;
    if (search->fits >= 0 && search->exceeds < settings->n) {
        double share =
            (wanted - search->fits_size) / fmax(search->exceeds_size - search->fits_size, 1e-9);
        return search->fits + share * (search->exceeds - search->fits);
    }
    if (search->fits >= 0)
        return search->fits + (wanted - search->fits_size) * settings->doubling;
    if (search->exceeds < settings->n)
        return search->exceeds - (search->exceeds_size - wanted) * settings->doubling;
    return settings->one_bit + (wanted - log_size(pixels / 8)) * settings->doubling;
}

static int next_setting(struct search *search, double pixels)
{
    double first = search->fits + 1, last = search->exceeds - 1;
    double setting = search->n_guesses++ < MAX_GUESSES ? guess(search, pixels)
                                                       : (search->fits + search->exceeds) / 2.0;
    return (int)fmin(fmax(floor(setting), first), last);
}

/* Keeps a file that fits, in place of the one before. */
static void take(struct search *search, int setting, uint64_t bytes, struct codec_file *made,
                 struct codec_file *best)
{
    if (made->size > bytes) {
        search->exceeds = setting;
        search->exceeds_size = log_size((double)made->size);
        return;
    }
    search->fits = setting;
    search->fits_size = log_size((double)made->size);
    codec_file_free(best);
    *best = *made;
    *made = (struct codec_file){0};
}

int search_make(const struct encode_job *job, const struct search_settings *settings,
                uint64_t bytes, struct codec_file *file)
{
    double pixels = (double)job->image->width * job->image->height;
    struct search search = {.settings = settings,
                            .wanted = log_size(0.99 * (double)bytes),
                            .fits = -1,
                            .exceeds = settings->n};
    while (search.exceeds - search.fits > 1 && (double)file->size < 0.98 * (double)bytes) {
        struct codec_file made = {0};
        int setting = next_setting(&search, pixels);
        int status =
            encode_job_is_cancelled(job) ? CODEC_CANCELLED : settings->encode(job, setting, &made);
        if (status == 0)
            take(&search, setting, bytes, &made, file);
        codec_file_free(&made);
        if (status != 0)
            return status;
    }
    return search.fits < 0 ? CODEC_TOO_FEW_BYTES : 0;
}
