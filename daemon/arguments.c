#include "arguments.h"

#include "bus_names.h"

#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

enum { MAX_THREADS = 1024, MAX_JOBS = 1024, MAX_IDLE_SECONDS = 10000000, MAX_MEMORY = 1 << 30 };

/* Until the whole command line is known. */
#define IDLE_DEFAULT UINT32_MAX

#define MEMBER(name) offsetof(struct arguments, name)

static const struct option_row rows[] = {
    {"session", 0, OPTION_FLAG, NULL, MEMBER(session), "serve the session bus (the default)", NULL},
    {"address", 0, OPTION_TEXT, "ADDRESS", MEMBER(address), "serve the bus at this address", NULL},
    {"replace", 0, OPTION_FLAG, NULL, MEMBER(replace), "take over from a running daemon", NULL},
    {"thumbnailer", 0, OPTION_FLAG, NULL, MEMBER(thumbnailer),
     "be there for file managers that look for the desktop's own thumbnailer", NULL},
    {"idle", 0, OPTION_U32, "SECONDS", MEMBER(idle_seconds),
     "exit after this time without work; 0: never (default 60, or 0 with --thumbnailer)", NULL},
    {"threads", 0, OPTION_U32, "N", MEMBER(threads),
     "threads of one computation (default: one per processor)", NULL},
    {"max-jobs", 0, OPTION_U32, "N", MEMBER(max_jobs), "files open at a time (default 32)", NULL},
    {"max-pixels", 0, OPTION_U64, "N", MEMBER(max_pixels),
     "refuse to open larger pictures (default 67108864, 64 megapixels); thumbnails are made of any",
     NULL},
    {"max-memory", 0, OPTION_U64, "MIB", MEMBER(max_memory),
     "refuse to open pictures when decoding all that are open would take more; a program that "
     "has some may have half of it (default: half of the machine's memory)",
     NULL},
};

static const struct command command = {
    .synopsis = "",
    .summary = "decode UQD pictures for other programs",
    .rows = rows,
    .n_rows = sizeof rows / sizeof rows[0],
};

static const struct command *const commands[] = {&command};

static const struct manual_section sections[] = {
    {"SIGNALS", "SIGTERM, SIGINT and SIGHUP cancel all work; the daemon leaves within a second."},
    {"SECURITY",
     "Each file is decoded by a process of its own, which confines itself before it reads the "
     "file: "
     "it can open nothing but models, and nothing at all once it has its model. Without that no "
     "file is opened. uqdctl status says what is in force. If such a process ends by itself, its "
     "job fails and no other. Where the build has no libseccomp, system calls are not filtered."},
    {"EXIT STATUS", "0 after serving, if another daemon is running already, or when the bus goes "
                    "away; 1 if the bus cannot be reached; 2 for a wrong command line."},
    {"ENVIRONMENT", "UQD_MODELS: a directory that is searched for models first. XDG_CACHE_HOME: "
                    "thumbnails are in its directory thumbnails, else in .cache of the home. "
                    "UQD_CONFINE=off: nothing is confined."},
    {"FILES",
     LIBEXECDIR "/uqdd: the program, which is in no directory of PATH. To have it run with "
                "--thumbnailer from the beginning of a session on, see THUMBNAILS in "
                "org.uqd.Decoder1(7)."},
    {"SEE ALSO", "uqdctl(1), uqd(1), uqd-view(1), org.uqd.Decoder1(7)"},
};

const struct program uqdd_program = {
    .name = "uqdd",
    .version = UQD_VERSION,
    .summary = "decode UQD pictures for other programs, over D-Bus",
    .description =
        "uqdd owns the name " BUS_NAME " on the session bus. The bus starts it when a program "
        "first calls that name, and it leaves when it has had nothing to do for a while. Clients "
        "pass open files and receive pictures in shared memory, step by step; file managers get "
        "thumbnails by the interfaces of freedesktop.org.",
    .commands = commands,
    .n_commands = 1,
    .sections = sections,
    .n_sections = sizeof sections / sizeof sections[0],
};

static int check(const struct arguments *arguments, struct message *message)
{
    if (arguments->session && arguments->address)
        return message_set(message, "--session and --address exclude each other");
    if (arguments->idle_seconds != IDLE_DEFAULT && arguments->idle_seconds > MAX_IDLE_SECONDS)
        return message_set(message, "--idle: at most %d seconds", MAX_IDLE_SECONDS);
    if (arguments->threads < 1 || arguments->threads > MAX_THREADS)
        return message_set(message, "--threads: from 1 to %d", MAX_THREADS);
    if (arguments->max_jobs < 1 || arguments->max_jobs > MAX_JOBS)
        return message_set(message, "--max-jobs: from 1 to %d", MAX_JOBS);
    if (arguments->max_memory < 1 || arguments->max_memory > MAX_MEMORY)
        return message_set(message, "--max-memory: from 1 to %d", MAX_MEMORY);
    return 0;
}

/* In megabytes. */
static uint64_t half_of_memory(void)
{
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    return pages > 0 && page > 0 ? ((uint64_t)pages * (uint64_t)page >> 21) + 1 : 1024;
}

int arguments_read(struct arguments *arguments, int argc, char *argv[])
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct message message;
    int result;

    *arguments = (struct arguments){
        .idle_seconds = IDLE_DEFAULT,
        .threads = processors > 0 && processors <= MAX_THREADS ? (uint32_t)processors : 1,
        .max_jobs = 32,
        .max_pixels = UINT64_C(1) << 26,
        .max_memory = half_of_memory(),
    };
    result = options_parse(&uqdd_program, &command, argc, argv, arguments, &message);
    if (result == OPTIONS_PRINTED)
        return ARGUMENTS_PRINTED;
    if (result < 0 || check(arguments, &message) < 0) {
        fprintf(stderr, "uqdd: %s\nTry 'uqdd --help'.\n", message.text);
        return -1;
    }
    /* Nothing would start it again. */
    if (arguments->idle_seconds == IDLE_DEFAULT)
        arguments->idle_seconds = arguments->thumbnailer ? 0 : 60;
    return 0;
}
