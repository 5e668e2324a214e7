#include "jobs/limits.h"

#include "plural.h"

/* A decode to the last step takes 44 to 59 bytes a pixel (docs/performance.md, "Scale"), each of
 * the frames that are kept up to 4, and comparing with a reference 16. */
enum { BYTES_PER_PIXEL = 64, BYTES_OF_FRAMES = 16, BYTES_OF_REFERENCE = 16, BYTES_OF_COPY = 8 };

/* Of address space, which is more than memory: what a program has before, and what the C library
 * sets aside for each thread. */
#define SPACE_OF_PROGRAM (UINT64_C(2) << 30)
#define SPACE_OF_THREAD  (UINT64_C(200) << 20)

static const uint64_t process_memory = UINT64_C(24) << 20;

int limits_check_job(const struct limits *limits, unsigned n_jobs, const struct client *client,
                     struct failure *failure)
{
    /* Whoever has none finds room when others have all that they may have. */
    const unsigned max_jobs = client ? limits->max_jobs - limits->max_jobs / 4 : limits->max_jobs;

    if (client && client->n_jobs >= MAX_JOBS_PER_CLIENT)
        return failure_set(failure, FAILURE_LIMIT,
                           "this program has %u file%s open, which is its limit", client->n_jobs,
                           plural(client->n_jobs));
    if (n_jobs >= limits->max_jobs)
        return failure_set(failure, FAILURE_LIMIT, "%u file%s %s open, which is the limit", n_jobs,
                           plural(n_jobs), plural_are(n_jobs));
    if (n_jobs >= max_jobs)
        return failure_set(failure, FAILURE_LIMIT,
                           "%u file%s %s open; what is left of %u is for programs that have none",
                           n_jobs, plural(n_jobs), plural_are(n_jobs), limits->max_jobs);
    return 0;
}

uint64_t limits_memory_of(const struct uqd_info *info, const struct uqd_region *shown,
                          bool has_reference)
{
    /* 16 bits a side, and small factors. */
    const uint64_t n_pixels = (uint64_t)info->width * info->height;
    const uint64_t n_shown = (uint64_t)shown->width * shown->height;
    const uint64_t bytes = BYTES_PER_PIXEL + (has_reference ? BYTES_OF_REFERENCE : 0) +
                           (info->has_copy ? BYTES_OF_COPY : 0);

    return process_memory + n_pixels * bytes + n_shown * BYTES_OF_FRAMES;
}

uint64_t limits_most_memory(const struct limits *limits, uint32_t threads)
{
    const uint64_t n_pixels =
        limits->max_pixels < UINT32_MAX ? limits->max_pixels : (uint64_t)UINT32_MAX;

    return SPACE_OF_PROGRAM + threads * SPACE_OF_THREAD + n_pixels * 2 * BYTES_PER_PIXEL;
}

static unsigned megabytes(uint64_t bytes)
{
    return (unsigned)((bytes + (1u << 20) - 1) >> 20);
}

int limits_check_memory(const struct limits *limits, uint64_t taken, const struct client *client,
                        uint64_t bytes, struct failure *failure)
{
    if (bytes > limits->max_memory - (taken < limits->max_memory ? taken : limits->max_memory))
        return failure_set(failure, FAILURE_LIMIT,
                           "decoding this picture takes %u MiB, and %u of %u MiB are taken",
                           megabytes(bytes), megabytes(taken), megabytes(limits->max_memory));
    /* One picture may take more than half if there is nothing else of the program. */
    if (client->memory > 0 && client->memory + bytes > limits->max_memory / 2)
        return failure_set(failure, FAILURE_LIMIT,
                           "decoding this picture takes %u MiB, and this program has %u of the %u "
                           "MiB that are its limit",
                           megabytes(bytes), megabytes(client->memory),
                           megabytes(limits->max_memory / 2));
    return 0;
}
