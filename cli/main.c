/* The program `uqd`: finds the command and runs it. */
#include "file.h"
#include "interrupt.h"
#include "program.h"
#include "standard_streams.h"
#include "wait_policy.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < uqd_program.n_commands; i++)
        if (strcmp(uqd_program.commands[i]->name, name) == 0)
            return uqd_program.commands[i];
    return NULL;
}

static int run(int argc, char **argv)
{
    if (argc < 2) {
        options_print_help(stderr, &uqd_program, NULL);
        return EXIT_USAGE;
    }
    const struct command *command = find_command(argv[1]);
    if (command)
        return command->run(&uqd_program, command, argc - 1, argv + 1);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        options_print_help(stdout, &uqd_program, NULL);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        options_print_version(stdout, &uqd_program);
        if (argc > 2 && strcmp(argv[2], "--verbose") == 0)
            uqd_program.print_details(stdout);
        return EXIT_DONE;
    }
    struct message message;
    message_set(&message, "%s: there is no such command (see %s --help)", argv[1],
                uqd_program.name);
    message_print(stderr, uqd_program.name, &message);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    wait_policy_passive(argv);
    standard_streams_open();
    /* A closed pipe and a limit on the size of files are write errors, with a message. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    file_set_wait(interrupt_wait);
    int code = run(argc, argv);
    errno = 0;
    if ((fflush(stdout) != 0 || ferror(stdout)) && code == EXIT_DONE) {
        fprintf(stderr, "%s: standard output: cannot be written: %s\n", uqd_program.name,
                strerror(errno));
        return EXIT_FAILED;
    }
    return code;
}
