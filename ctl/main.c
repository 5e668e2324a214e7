/* uqdctl: asks the daemon and says what it answers. */
#include "program.h"
#include "standard_streams.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < ctl_program.n_commands; i++)
        if (strcmp(ctl_program.commands[i]->name, name) == 0)
            return ctl_program.commands[i];
    return NULL;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        options_print_help(stderr, &ctl_program, NULL);
        return EXIT_USAGE;
    }
    const struct command *command = find_command(argv[1]);
    if (command)
        return command->run(&ctl_program, command, argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        options_print_help(stdout, &ctl_program, NULL);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        options_print_version(stdout, &ctl_program);
        return EXIT_DONE;
    }
    struct message message;
    message_set(&message, "%s: there is no such command (see %s --help)", argv[1],
                ctl_program.name);
    message_print(stderr, ctl_program.name, &message);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    standard_streams_open();
    /* A closed pipe is a write error, with a message. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    const int code = run(argc, argv);
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
        fprintf(stderr, "%s: standard output: cannot be written: %s\n", ctl_program.name,
                errno ? strerror(errno) : "an earlier line was lost");
        return EXIT_FAILED;
    }
    return code;
}
