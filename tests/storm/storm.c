/* storm KIND N [--seed S] [--only K] MODEL.uqdm...: N random cases of round-trips, prefixes or
 * flips with models drawn from those, and how much that was. Ends with 1 at the first failure,
 * whose seed and number it prints; --only runs that case alone. */
#include "storm.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_MODELS = 16, MAX_TOTALS = 32, MAX_MODEL_SIZE = 1 << 28 };

static const struct {
    const char *kind, *cases;
    storm_case run;
} storms[] = {
    {"round-trips", "round trips", storm_round_trip},
    {"prefixes", "files with every prefix", storm_prefixes},
    {"flips", "files with flipped bits", storm_flips},
};

enum { N_STORMS = sizeof storms / sizeof storms[0] };

static struct {
    uint64_t seed, number;
} now;

static struct {
    const char *what;
    uint64_t n;
} totals[MAX_TOTALS];

void storm_count(const char *what, uint64_t n)
{
    for (unsigned i = 0; i < MAX_TOTALS; i++) {
        if (totals[i].what == NULL)
            totals[i].what = what;
        if (strcmp(totals[i].what, what) == 0) {
            totals[i].n += n;
            return;
        }
    }
    storm_fail(__FILE__, __LINE__, "there is room for the total");
}

_Noreturn void storm_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "case %llu of seed %llu: %s:%d: does not hold: %s\n",
            (unsigned long long)now.number, (unsigned long long)now.seed, file, line, condition);
    exit(1);
}

void *storm_alloc(size_t size)
{
    void *const memory = calloc(1, size > 0 ? size : 1);
    if (memory == NULL)
        storm_fail(__FILE__, __LINE__, "there is memory");
    return memory;
}

/* An assertion of the library, or a crash: which case it was. */
static void report_signal(int number)
{
    char text[128];
    const int n = snprintf(text, sizeof text, "case %llu of seed %llu: signal %d\n",
                           (unsigned long long)now.number, (unsigned long long)now.seed, number);
    if (write(STDERR_FILENO, text, (size_t)n) < 0)
        _exit(1);
    raise(number);
}

static void watch_signals(void)
{
    static const int signals[] = {SIGABRT, SIGFPE, SIGILL};
    struct sigaction action = {.sa_handler = report_signal, .sa_flags = (int)SA_RESETHAND};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaction(signals[i], &action, NULL);
#ifndef __SANITIZE_ADDRESS__ /* which says where it was */
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
#endif
}

static struct uqd_model *read_model(const char *path)
{
    FILE *const file = fopen(path, "rb");
    struct uqd_model *model = NULL;
    const int status = file != NULL ? uqd_model_open(&model, fileno(file)) : UQD_ERR_ARG;
    if (status < 0) {
        fprintf(stderr, "%s: %s\n", path, file == NULL ? strerror(errno) : uqd_status_text(status));
        exit(2);
    }
    fclose(file);
    return model;
}

/* Models that cost less are drawn more often, so that none takes most of the time. */
static const struct uqd_model *draw_model(struct uqd_model *const *models, unsigned n,
                                          struct random *random)
{
    enum { SHARE = 1 << 20 };
    uint32_t weights[MAX_MODELS], sum = 0;
    for (unsigned i = 0; i < n; i++) {
        struct uqd_model_info info;
        uqd_model_get_info(models[i], &info);
        weights[i] = 1 + (uint32_t)(SHARE / (1 + info.macs / 16384));
        sum += weights[i];
    }
    uint32_t at = random_below(random, sum);
    unsigned i = 0;
    for (; at >= weights[i]; i++)
        at -= weights[i];
    return models[i];
}

static void run_case(storm_case run, struct uqd_model *const *models, unsigned n_models)
{
    struct random random = random_of_case(now.seed, now.number);
    const struct uqd_model *const model = draw_model(models, n_models, &random);
    run(model, &random);
}

static uint64_t number_of(const char *text)
{
    char *end;
    errno = 0;
    const uint64_t number = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-') {
        fprintf(stderr, "storm: not a number: %s\n", text);
        exit(2);
    }
    return number;
}

struct arguments {
    unsigned storm;
    uint64_t n, only; /* only: UINT64_MAX for all */
    struct uqd_model *models[MAX_MODELS];
    unsigned n_models;
};

static int parse(struct arguments *arguments, int argc, char **argv)
{
    *arguments = (struct arguments){.only = UINT64_MAX};
    now.seed = 1;
    if (argc < 4)
        return 0;
    while (arguments->storm < N_STORMS && strcmp(storms[arguments->storm].kind, argv[1]) != 0)
        arguments->storm++;
    arguments->n = number_of(argv[2]);
    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            now.seed = number_of(argv[++i]);
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            arguments->only = number_of(argv[++i]);
        else if (arguments->n_models < MAX_MODELS)
            arguments->models[arguments->n_models++] = read_model(argv[i]);
    }
    return arguments->storm < N_STORMS && arguments->n_models > 0;
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    if (!parse(&arguments, argc, argv)) {
        fputs("usage: storm round-trips|prefixes|flips N [--seed S] [--only K] MODEL.uqdm...\n"
              "N cases, each with one of the models, which tests/storm of a build directory has.\n"
              "A case that fails is told with its seed and number: --only repeats it alone.\n",
              stderr);
        return 2;
    }
    watch_signals();
    const int all = arguments.only == UINT64_MAX;
    const uint64_t end = all ? arguments.n : arguments.only + 1;
    for (now.number = all ? 0 : arguments.only; now.number < end; now.number++)
        run_case(storms[arguments.storm].run, arguments.models, arguments.n_models);
    printf("%llu %s of seed %llu, %u models (%s): 0 failures\n",
           (unsigned long long)(all ? arguments.n : 1), storms[arguments.storm].cases,
           (unsigned long long)now.seed, arguments.n_models, uqd_cpu_features());
    for (unsigned i = 0; i < MAX_TOTALS && totals[i].what != NULL; i++)
        printf("  %llu %s\n", (unsigned long long)totals[i].n, totals[i].what);
    for (unsigned i = 0; i < arguments.n_models; i++)
        uqd_model_free(arguments.models[i]);
    return 0;
}
