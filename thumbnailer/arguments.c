#include "arguments.h"

#include <stddef.h>
#include <uqd/uqd.h>

enum { DEFAULT_SIZE = 128, DEFAULT_DEADLINE = 8, DEFAULT_THREADS = 2, MAX_DEADLINE = 86400 };

#define MEMBER(name) offsetof(struct arguments, name)

static const struct option_row rows[] = {
    {"size", 's', OPTION_U32, "N", MEMBER(size), "fit N x N pixels (128)", NULL},
    {"deadline", 0, OPTION_U32, "SECONDS", MEMBER(deadline),
     "after this time write the best picture that can be had (8)", NULL},
    {"threads", 0, OPTION_U32, "N", MEMBER(threads),
     "use N threads (2, as file managers run several of this program); 0: all cores", NULL},
    {"no-daemon", 0, OPTION_FLAG, NULL, MEMBER(no_daemon), "decode here even if uqdd is running",
     NULL},
};

static const struct command command = {
    .synopsis = "IN.uqd OUT.png",
    .summary = "write a small picture of a .uqd file",
    .rows = rows,
    .n_rows = sizeof rows / sizeof rows[0],
    .min_operands = 2,
    .max_operands = 2,
};

static const struct command *const commands[] = {&command};

static const struct manual_section sections[] = {
    {"OUTPUT",
     "The PNG file has 8-bit RGBA pixels in the colours of sRGB, into which the file's colour "
     "profile is converted, and the keys of the Thumbnail Managing Standard: Thumb::URI, "
     "Thumb::MTime (whole seconds), Thumb::Size, Thumb::Mimetype, Thumb::Image::Width and "
     "Thumb::Image::Height, those of the file, and Software. It is written under a temporary name "
     "and renamed when complete, or into a file that is there and empty; after a failure all is as "
     "it was."},
    {"SECURITY",
     "The file is read by a process of its own, which confines itself before: it can open nothing "
     "but models, and nothing at all once it has the one of the file, start no program, reach no "
     "network and no other process but this program, which asks the daemon for it and writes the "
     "output. Where the kernel has no Landlock it can read other files until it has its model. If "
     "the kernel cannot filter system calls no picture is made, unless UQD_CONFINE is off; in a "
     "build without libseccomp the process is not confined, and uqd --version --verbose says "
     "so."},
    {"EXIT STATUS", "0 if the picture is written, 1 with one sentence on standard error if not, 2 "
                    "if the command line is wrong."},
    {"ENVIRONMENT",
     "UQD_MODELS: a directory that is searched for models first. The session bus is found by "
     "DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR. UQD_CONFINE=off: nothing is confined. None of "
     "them is needed."},
    {"FILES", "<datadir>/thumbnailers/uqd.thumbnailer tells file managers of this program."},
    {"EXAMPLES", "  uqd-thumbnailer -s 256 photo.uqd photo.png\n"
                 "  uqd-thumbnailer -s 256 file:///home/me/my%20photo.uqd photo.png"},
    {"SEE ALSO", "uqd(1), uqdd(1), uqd-view(1)"},
};

const struct program thumbnailer_program = {
    .name = "uqd-thumbnailer",
    .version = UQD_VERSION,
    .summary = "small pictures of .uqd files for file managers",
    .description =
        "IN.uqd is a path or a file: URI. The longer side of the picture gets N pixels and the "
        "other follows; a picture that is smaller stays as it is. Only the first bytes of the file "
        "are read, as many as such a picture shows. Of a file that is cut or damaged it is the "
        "best that there is.\n\n"
        "A daemon that is running, uqdd, is asked for the picture; where there is none, or it does "
        "not answer, this program decodes by itself. It needs no home, no bus and no network, "
        "and writes nothing but its output.",
    .commands = commands,
    .n_commands = 1,
    .sections = sections,
    .n_sections = sizeof sections / sizeof sections[0],
};

static int check(const struct arguments *arguments, struct message *message)
{
    if (arguments->size < 1 || arguments->size > UQD_MAX_SIDE)
        return message_set(message, "--size: from 1 to %d", UQD_MAX_SIDE);
    if (arguments->deadline > MAX_DEADLINE)
        return message_set(message, "--deadline: at most %d seconds", MAX_DEADLINE);
    return 0;
}

int arguments_read(struct arguments *arguments, int argc, char **argv, struct message *message)
{
    *arguments = (struct arguments){
        .size = DEFAULT_SIZE, .deadline = DEFAULT_DEADLINE, .threads = DEFAULT_THREADS};
    const int first = options_parse(&thumbnailer_program, &command, argc, argv, arguments, message);
    if (first == OPTIONS_PRINTED)
        return ARGUMENTS_PRINTED;
    if (first < 0 || check(arguments, message) < 0)
        return -1;
    arguments->input = argv[first];
    arguments->output = argv[first + 1];
    return 0;
}
