/* Command lines: what a table makes of them, and what it says about wrong ones. */
#include "complete.h"
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct settings {
    const char *output;
    int dither, quiet;
    uint32_t threads;
    uint64_t seed;
};

static const struct option_row rows[] = {
    {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct settings, output), "where to", "Files"},
    {"dither", 0, OPTION_CHOICE, "none|universal|uni", offsetof(struct settings, dither), "dither",
     "Coding"},
    {"quiet", 'q', OPTION_FLAG, NULL, offsetof(struct settings, quiet), "say less", NULL},
    {"threads", 't', OPTION_U32, "N", offsetof(struct settings, threads), "threads", NULL},
    {"seed", 0, OPTION_U64, "N", offsetof(struct settings, seed), "the-seed", NULL},
};

static const struct command command = {
    .name = "work",
    .synopsis = "IN",
    .summary = "does work",
    .description = "First.\n\n.Dot and back\\slash.\n\n  verbatim line",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 1,
    .max_operands = 2,
};

static const struct command *const commands[] = {&command};
static const struct program program = {
    .name = "prog",
    .version = "1.2.3",
    .summary = "a program",
    .description = "It works.",
    .commands = commands,
    .n_commands = 1,
};

enum { MAX_WORDS = 8 };

static int parse(const char *const words[MAX_WORDS], struct settings *settings,
                 struct message *message, char *argv[MAX_WORDS + 2])
{
    int argc = 0;
    argv[argc++] = (char *)"work";
    for (int i = 0; i < MAX_WORDS && words[i]; i++)
        argv[argc++] = (char *)words[i];
    argv[argc] = NULL;
    return options_parse(&program, &command, argc, argv, settings, message);
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        const char *words[MAX_WORDS];
        struct settings want;
    } cases[] = {
        {{"in"}, {NULL, 0, 0, 7, 0}},
        {{"in", "-o", "x"}, {"x", 0, 0, 7, 0}},
        {{"-ox", "in"}, {"x", 0, 0, 7, 0}},
        {{"--output=x", "in"}, {"x", 0, 0, 7, 0}},
        {{"--output", "-", "-q", "-"}, {"-", 0, 1, 7, 0}},
        {{"in", "--dither", "universal", "--quiet"}, {NULL, 1, 1, 7, 0}},
        {{"--dither=uni", "in"}, {NULL, 2, 0, 7, 0}},
        {{"--dither=none", "in"}, {NULL, 0, 0, 7, 0}},
        {{"-qt4", "in"}, {NULL, 0, 1, 4, 0}},
        {{"--threads", "4294967295", "in"}, {NULL, 0, 0, 4294967295u, 0}},
        {{"--seed", "18446744073709551615", "in"}, {NULL, 0, 0, 7, UINT64_MAX}},
        {{"-t1", "-t2", "in"}, {NULL, 0, 0, 2, 0}},
        {{"--", "-q"}, {NULL, 0, 0, 7, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings = {.threads = 7}, want = cases[i].want;
        struct message message = {""};
        char *argv[MAX_WORDS + 2];
        int first = parse(cases[i].words, &settings, &message, argv);
        if (first < 1)
            fail_msg("case %zu: \"%s\"", i, message.text);
        const char *operand = cases[i].words[0][1] == '-' && !cases[i].words[0][2] ? "-q" : "in";
        if (strcmp(argv[first], "-") != 0 && strcmp(argv[first], operand) != 0)
            fail_msg("case %zu: operand %s", i, argv[first]);
        if (!settings.output != !want.output ||
            (want.output && strcmp(settings.output, want.output) != 0) ||
            settings.dither != want.dither || settings.quiet != want.quiet ||
            settings.threads != want.threads || settings.seed != want.seed)
            fail_msg("case %zu: wrong values", i);
    }
}

static void test_wrong_lines(void **state)
{
    (void)state;
    static const struct {
        const char *words[MAX_WORDS];
        const char *message;
    } cases[] = {
        {{NULL}, "an operand is missing: the form is IN"},
        {{"a", "b", "c"}, "c: is one operand too many: the form is IN"},
        {{"in", "--frob"}, "--frob: there is no such option"},
        {{"in", "-x"}, "-x: there is no such option"},
        {{"in", "-o"}, "--output: the value FILE is missing"},
        {{"in", "--output"}, "--output: the value FILE is missing"},
        {{"in", "--quiet=1"}, "--quiet=1: this option takes no value"},
        {{"in", "--help=1"}, "--help=1: this option takes no value"},
        {{"in", "-t", "x"}, "--threads: \"x\" is not a whole number"},
        {{"in", "-t", ""}, "--threads: \"\" is not a whole number"},
        {{"in", "-t", "-1"}, "--threads: \"-1\" is not a whole number"},
        {{"in", "-t", "1k"}, "--threads: \"1k\" is not a whole number"},
        {{"in", "-t", "4294967296"},
         "--threads: 4294967296 is more than the largest value, 4294967295"},
        {{"in", "--seed", "18446744073709551616"},
         "--seed: 18446744073709551616 is more than the largest value, 18446744073709551615"},
        {{"in", "--dither", "univ"}, "--dither: \"univ\" is not one of none|universal|uni"},
        {{"in", "--dither", ""}, "--dither: \"\" is not one of none|universal|uni"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct settings settings = {0};
        struct message message = {""};
        char *argv[MAX_WORDS + 2];
        int result = parse(cases[i].words, &settings, &message, argv);
        if (result != OPTIONS_USAGE || strcmp(message.text, cases[i].message) != 0)
            fail_msg("case %zu: %d, \"%s\"", i, result, message.text);
    }
}

/* The value is left out, or stands behind an equals sign; the next word is an operand. */
static void test_choice_or_first(void **state)
{
    static const struct option_row row[] = {
        {"view", 0, OPTION_CHOICE_OR_FIRST, "near|far", 0, "a view", NULL}};
    static const struct command viewing = {.synopsis = "IN",
                                           .summary = "shows",
                                           .rows = row,
                                           .n_rows = 1,
                                           .min_operands = 1,
                                           .max_operands = 2};
    static const struct {
        const char *words[2];
        int view, n_operands;
    } cases[] = {{{"in", NULL}, 7, 1},      {{"--view", "in"}, 0, 1},
                 {{"--view", "far"}, 0, 1}, {{"--view=far", "in"}, 1, 1},
                 {{"in", "--view"}, 0, 1},  {{"--view=fa", "in"}, 7, OPTIONS_USAGE}};
    struct message message;
    char *text = NULL;
    size_t size;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int view = 7, argc = cases[i].words[1] ? 3 : 2;
        char *argv[] = {(char *)"work", (char *)cases[i].words[0], (char *)cases[i].words[1], NULL};
        int first = options_parse(&program, &viewing, argc, argv, &view, &message);
        if (view != cases[i].view || (first > 0 ? argc - first : first) != cases[i].n_operands)
            fail_msg("case %zu: %d, first operand %d", i, view, first);
    }
    FILE *out = open_memstream(&text, &size);
    options_print_help(out, &program, &viewing);
    fclose(out);
    assert_non_null(strstr(text, "      --view[=near|far]  a view\n"));
    free(text);
}

static void test_texts(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    options_print_help(out, &program, &command);
    fflush(out);
    assert_non_null(strstr(text, "Usage: prog work [OPTIONS] IN\n"));
    assert_non_null(strstr(text, "\nFiles:\n  -o, --output FILE "));
    assert_non_null(strstr(text, "      --dither none|universal|uni  dither\n"));
    rewind(out);
    options_print_manual(out, &program);
    fclose(out);
    assert_non_null(strstr(text, ".SH NAME\nprog \\- a program\n"));
    assert_non_null(strstr(text, "\\fB\\-\\-seed\\fR \\fIN\\fR\nthe\\-seed\n"));
    assert_non_null(strstr(text, "\n\\&.Dot and back\\eslash.\n"));
    assert_non_null(strstr(text, ".nf\n.RS 4\nverbatim line\n.RE\n.fi\n"));
    free(text);
}

/* Spaces, quotes and brackets of a help may not end what a shell reads; a value is completed by
 * what it is. */
static void test_completions(void **state)
{
    static const struct option_row row[] = {
        {"where", 'w', OPTION_TEXT, "DIR", 0, "it's a [place]: here", NULL},
        {"name", 0, OPTION_TEXT, "NAME", 0, "a name", NULL},
        {"view", 0, OPTION_CHOICE_OR_FIRST, "near|far", 0, "a view", NULL}};
    static const struct command viewing = {
        .synopsis = "IN.uqd", .summary = "shows", .rows = row, .n_rows = 3, .max_operands = 1};
    static const struct command *const only[] = {&viewing};
    static const struct program viewer = {.name = "a-viewer", .commands = only, .n_commands = 1};
    static const struct {
        void (*print)(FILE *out, const struct program *program);
        const char *parts[4];
    } cases[] = {
        {complete_print_bash,
         {"\n        -w | --where)\n            _a_viewer_directories \"$word\"\n            "
          "return\n",
          "\n        --name)\n            return\n", "compgen -W 'near far'",
          "\ncomplete -F _a_viewer a-viewer\n"}},
        {complete_print_zsh,
         {"#compdef a-viewer\n",
          " '(-w --where)'{-w+,--where=}'[it'\\''s a \\[place\\]\\: here]:DIR:_files -/' ",
          " '--view=-[a view]::value:(near far)' ", "'*:file:_files -g \"*.uqd\"'"}},
        {complete_print_fish,
         {" -s w -l where -x -a '(__fish_complete_directories)' -d 'it'\\''s a [place]: here'\n",
          " -l name -x -d 'a name'\n", " -l view -f -a 'near far' ",
          "'(__fish_complete_suffix .uqd)'\n"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = NULL;
        size_t size;
        FILE *out = open_memstream(&text, &size);
        cases[i].print(out, &viewer);
        fclose(out);
        for (size_t j = 0; j < 4; j++)
            if (!strstr(text, cases[i].parts[j]))
                fail_msg("case %zu lacks \"%s\":\n%s", i, cases[i].parts[j], text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_completions), cmocka_unit_test(test_values),
        cmocka_unit_test(test_wrong_lines), cmocka_unit_test(test_choice_or_first),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
