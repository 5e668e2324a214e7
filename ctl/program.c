#include "program.h"

int report_failure(const struct message *message)
{
    message_print(stderr, ctl_program.name, message);
    return EXIT_FAILED;
}

int report_usage(const struct command *command, const struct message *message)
{
    fprintf(stderr, "%s: %s (see %s %s --help)\n", ctl_program.name, message->text,
            ctl_program.name, command->name);
    return EXIT_USAGE;
}

int report_options(const struct command *command, int result, const struct message *message)
{
    return result == OPTIONS_PRINTED ? EXIT_DONE : report_usage(command, message);
}
