#include "commands.h"
#include "program.h"

static const struct command *const commands[] = {
    &status_command, &open_command, &monitor_command, &frame_command, &thumbnail_command,
};

static const struct manual_section sections[] = {
    {"EXIT STATUS", "0 if all went well, 1 with one sentence on standard error if not, 2 if the "
                    "command line is wrong."},
    {"ENVIRONMENT", "The session bus is found by DBUS_SESSION_BUS_ADDRESS or XDG_RUNTIME_DIR."},
    {"EXAMPLES", "A line for each step of a photograph, for a program to read:\n\n"
                 "  uqdctl monitor --json photo.uqd\n\n"
                 "The same while it is being downloaded:\n\n"
                 "  uqdctl monitor --json --follow photo.uqd\n\n"
                 "What 20,000 bytes of it look like, on 800 pixels:\n\n"
                 "  uqdctl frame photo.uqd --bytes 20000 --max-edge 800 -o early.png\n\n"
                 "Thumbnails for all of a directory, before it is shown:\n\n"
                 "  uqdctl thumbnail --flavor large photos/*.uqd"},
    {"SEE ALSO", "uqd(1), uqdd(1), uqd-view(1), uqd-thumbnailer(1), gdbus(1), org.uqd.Decoder1(7)"},
};

const struct program ctl_program = {
    .name = "uqdctl",
    .version = UQD_VERSION,
    .summary = "asks the daemon that decodes .uqd files",
    .description = "Every command is one errand to uqdd(1) over the session bus, which starts the "
                   "daemon if it is not running. The daemon gets the open file, not its path: it "
                   "sees what this program may see. uqd(1) decodes without a daemon.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof *commands,
    .sections = sections,
    .n_sections = sizeof sections / sizeof *sections,
};
