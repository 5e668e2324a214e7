#include "options.h"

#include "util/isa.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uqd/uqd.h>

static _Noreturn void usage(void)
{
    fprintf(stderr,
            "usage: bench_kernels MODEL.uqdm [--threads 1,2] [--rounds %u..%u] [--csv FILE]\n"
            "                     [--kernels amx|vnni|avx512|avxvnni|avx2|neon|c]\n",
            MIN_ROUNDS, MAX_ROUNDS);
    exit(2);
}

/* A number in the range; moves the text behind it. */
static unsigned parse_number(const char **text, unsigned low, unsigned high)
{
    char *end;
    const long value = strtol(*text, &end, 10);

    if (end == *text || value < (long)low || value > (long)high)
        usage();
    *text = end;
    return (unsigned)value;
}

/* The same, and nothing behind it. */
static unsigned parse_only_number(const char *text, unsigned low, unsigned high)
{
    const unsigned value = parse_number(&text, low, high);

    if (*text != '\0')
        usage();
    return value;
}

static void parse_threads(struct options *options, const char *text)
{
    for (options->n_counts = 0;; text++) {
        if (options->n_counts == MAX_COUNTS)
            usage();
        options->threads[options->n_counts++] = parse_number(&text, 1, MAX_THREADS);
        if (*text == '\0')
            return;
        if (*text != ',')
            usage();
    }
}

static unsigned parse_kernels(const char *name)
{
    for (size_t i = 0; i < uqd_n_isas; i++) {
        const unsigned flags = uqd_isas[i].flag | uqd_isas[i].needs;

        if (strcmp(uqd_isas[i].name, name) == 0 && (uqd_cpu_flags() & flags) == flags)
            return flags;
    }
    fprintf(stderr, "bench_kernels: this machine has no kernels %s\n", name);
    exit(2);
}

void parse_options(struct options *options, int argc, char **argv)
{
    static const struct option names[] = {{"threads", required_argument, NULL, 't'},
                                          {"rounds", required_argument, NULL, 'r'},
                                          {"csv", required_argument, NULL, 'c'},
                                          {"kernels", required_argument, NULL, 'k'},
                                          {NULL, 0, NULL, 0}};
    int option;

    *options = (struct options){
        .threads = {1, 2}, .n_counts = 2, .rounds = 31, .cpu_flags = uqd_cpu_flags()};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (option == 't')
            parse_threads(options, optarg);
        else if (option == 'r')
            options->rounds = parse_only_number(optarg, MIN_ROUNDS, MAX_ROUNDS);
        else if (option == 'c')
            options->csv = optarg;
        else if (option == 'k')
            options->cpu_flags = parse_kernels(optarg);
        else
            usage();
    }
    if (optind + 1 != argc)
        usage();
    options->model = argv[optind];
}
