/* The commands of `uqdctl`, one file each. */
#ifndef UQD_CTL_COMMANDS_H
#define UQD_CTL_COMMANDS_H

#include "options.h"

extern const struct command status_command, open_command, monitor_command, frame_command,
    thumbnail_command;

#endif
