/* Runs the network of a paper model and writes down what it said, for test_reference.py.
 *
 * usage: dump_paper MODEL STEP ISA THREADS Z OUTPUT [RUNS]
 *
 * Z and OUTPUT are native float32 in planes [3][64][64]; OUTPUT is eps_hat, then factor. ISA is a
 * name of those in util/isa.h, or all. More than one run: seconds of each behind the first, to
 * standard output. */
#include "codec/paper/network.h"
#include "util/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <fcntl.h>
#include <unistd.h>

enum { N_VALUES = UQD_PAPER_COLOURS * UQD_PAPER_PIXELS };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "dump_paper: %s\n", what);
    exit(1);
}

static unsigned isa_named(const char *name)
{
    if (strcmp(name, "all") == 0)
        return UQD_CPU_ALL;
    for (size_t i = 0; i < uqd_n_isas; i++)
        if (strcmp(uqd_isas[i].name, name) == 0)
            return uqd_isas[i].flag | uqd_isas[i].needs;
    fail("unknown instruction set");
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static struct uqd_model *open_model(const char *path)
{
    struct uqd_model *model;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || uqd_model_open(&model, fd) != UQD_OK || model->paper == NULL)
        fail("no model");
    close(fd);
    return model;
}

static void read_values(const char *path, float *values)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(values, sizeof *values, N_VALUES, file) != N_VALUES)
        fail(path);
    fclose(file);
}

static void write_values(const char *path, const float *values, size_t n)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(values, sizeof *values, n, file) != n || fclose(file) != 0)
        fail(path);
}

int main(int argc, char **argv)
{
    static float z[N_VALUES], results[2 * N_VALUES];
    if (argc < 7)
        fail("wrong number of arguments");
    struct uqd_model *model = open_model(argv[1]);
    const uint32_t step = (uint32_t)atoi(argv[2]), n_runs = argc > 7 ? (uint32_t)atoi(argv[7]) : 1;
    struct uqd_work work = {.threads = (uint32_t)atoi(argv[4])};
    struct uqd_paper_network network;
    read_values(argv[5], z);
    if (step >= model->paper->n_steps || work.threads == 0 ||
        uqd_paper_network_init(&network, model, isa_named(argv[3]), work.threads) != UQD_OK)
        fail("no network");
    for (uint32_t i = 0; i < n_runs; i++) {
        const double begin = now();
        if (uqd_paper_network_run(&network, step, z, results, results + N_VALUES, &work) != UQD_OK)
            fail("no run");
        if (i > 0)
            printf("%.4f\n", now() - begin);
    }
    write_values(argv[6], results, sizeof results / sizeof *results);
    uqd_paper_network_free(&network);
    uqd_model_free(model);
    return 0;
}
