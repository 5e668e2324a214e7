/* Runs a fuzz target without a fuzzer, printing TAP: its seeds, some mutations of each, and the
 * files named on the command line.
 *
 * usage: fuzz_TARGET_replay [--mutations N] [--seeds N] [--write FOLDER] [FILE...]
 * With --seeds it takes the first seeds only, with --write it stores them as files for libFuzzer to
 * start from. */
#include "fuzz.h"

#include <string.h>
#include <sys/resource.h>

enum { MAX_FILE = 1 << 24, MAX_RESIDENT = 1 << 20 /* kB */ };

static uint32_t random_below(uint64_t *state, size_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % n);
}

/* Changes one place of the data and returns the new size, at most size. */
static size_t mutate(uint8_t *data, size_t size, uint64_t *state)
{
    /* Headers deserve more attention than their size gives them. */
    const size_t at = random_below(state, random_below(state, 2) && size > 64 ? 64 : size);
    switch (random_below(state, 5)) {
    case 0:
        data[at] ^= (uint8_t)(1u << random_below(state, 8));
        return size;
    case 1:
        data[at] = (uint8_t)random_below(state, 256);
        return size;
    case 2:
        data[at] = random_below(state, 2) ? 0xff : 0;
        return size;
    case 3:
        memmove(data + at, data + at + 1, size - at - 1);
        return size - 1;
    default:
        return at + 1;
    }
}

/* The target, which must not take much more memory than libFuzzer would let it have. */
static void run(const uint8_t *data, size_t size)
{
    struct rusage usage;
    LLVMFuzzerTestOneInput(data, size);
    FUZZ_CHECK(getrusage(RUSAGE_SELF, &usage) == 0 && usage.ru_maxrss <= MAX_RESIDENT);
}

static void run_mutations(const uint8_t *seed, size_t size, unsigned n)
{
    uint64_t state = size;
    for (unsigned i = 0; i < n; i++) {
        uint8_t *const data = fuzz_copy(seed, size);
        size_t left = size;
        for (uint32_t k = 0; k <= random_below(&state, 3) && left > 1; k++)
            left = mutate(data, left, &state);
        uint8_t *const exact = fuzz_copy(data, left);
        run(exact, left);
        free(exact);
        free(data);
    }
}

static void write_seed(const char *folder, unsigned index, const uint8_t *data, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/seed-%u", folder, index);
    FILE *const file = fopen(path, "wb");
    if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static int run_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    uint8_t *const buffer = malloc(MAX_FILE);
    if (file == NULL || buffer == NULL) {
        perror(path);
        exit(1);
    }
    const size_t size = fread(buffer, 1, MAX_FILE, file);
    fclose(file);
    uint8_t *const exact = fuzz_copy(buffer, size);
    free(buffer);
    run(exact, size);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned n_tests = 0, n_mutations = 0, n_seeds = UINT32_MAX;
    const char *folder = NULL;
    int i = 1;
    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
        if (strcmp(argv[i], "--mutations") == 0)
            n_mutations = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seeds") == 0)
            n_seeds = (unsigned)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--write") == 0)
            folder = argv[i + 1];
    }
    uint8_t *seed;
    size_t size;
    for (unsigned index = 0; index < n_seeds && (size = fuzz_seed(index, &seed)) > 0; index++) {
        if (folder != NULL)
            write_seed(folder, index, seed, size);
        run(seed, size);
        run_mutations(seed, size, n_mutations);
        free(seed);
        printf("ok %u - seed %u and %u mutations\n", ++n_tests, index, n_mutations);
        fflush(stdout);
    }
    for (; i < argc; i++) {
        run_file(argv[i]);
        printf("ok %u - %s\n", ++n_tests, argv[i]);
    }
    printf("1..%u\n", n_tests);
    return 0;
}
