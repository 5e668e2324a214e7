#include "program.h"

#include "confinement.h"
#include "interrupt.h"

#include <string.h>
#include <uqd/uqd.h>

static const struct command *const commands[] = {
    &encode_command,
    &decode_command,
    &info_command,
    &compare_command,
};

static const struct manual_section sections[] = {
    {"EXIT STATUS", "0 if everything was done, 1 after a failure, 2 if the command line is wrong, "
                    "130 after an interrupt from the keyboard."},
    {"INSTRUCTION SETS",
     "The network is computed with AVX-512, with AVX2 and FMA, or on 64-bit ARM with NEON. On "
     "other processors plain C does it, which is slow. The files and the pictures are the same "
     "to the last bit. uqd --version --verbose prints what is used."},
    {"SECURITY",
     "Before a command reads its files it confines itself: until it ends it can open nothing but "
     "them, the models, and the directories of its outputs, start no program, reach no network "
     "and no other process. Files are limited to these places where the kernel has Landlock; "
     "without it, any can be read, and any written by encode and decode. If the kernel cannot "
     "filter system calls, as in some emulators, the command says so and does nothing, unless "
     "UQD_CONFINE is off. uqd --version --verbose prints whether this build confines itself.\n\n"
     "An input that is replaced by another file after the command was started cannot be read."},
    {"ENVIRONMENT",
     "UQD_MODELS is a directory with models (*.uqdm). It is searched before "
     "$XDG_DATA_HOME/uqd/models, uqd/models below each directory of $XDG_DATA_DIRS, and the "
     "directory of the installation.\n\n"
     "OMP_NUM_THREADS limits the threads where --threads does not.\n\n"
     "UQD_CONFINE=off: the command does not confine itself (see SECURITY)."},
    {"EXAMPLES", "A photograph, all of it and its first 40,000 bytes:\n\n"
                 "  uqd encode photo.png -o photo.uqd\n"
                 "  uqd decode photo.uqd -o same.png\n"
                 "  head -c 40000 photo.uqd | uqd decode - -o preview.png\n\n"
                 "All photographs of a directory, and what they have become:\n\n"
                 "  uqd encode photos/*.png --output-dir coded\n"
                 "  uqd info coded/*.uqd\n\n"
                 "What the first five steps of one cost, and what they look like:\n\n"
                 "  uqd info photo.uqd\n"
                 "  uqd decode photo.uqd --step 4 -o step4.png\n"
                 "  uqd compare photo.png step4.png"},
    {"SEE ALSO", "uqd-view(1), uqd(5)"},
};

static const struct kernel_name {
    const char *feature, *name;
} kernel_names[] = {
    {"amx", "AMX and AVX-512"}, {"vnni", "AVX-512 with VNNI"},
    {"avx512", "AVX-512"},      {"avxvnni", "AVX2, FMA and AVX-VNNI"},
    {"avx2", "AVX2 and FMA"},   {"neon", "NEON"},
    {"c", "plain C"},
};

void print_kernels(FILE *out, const char *features)
{
    const size_t length = strcspn(features, " ");
    for (size_t i = 0; i < sizeof kernel_names / sizeof *kernel_names; i++)
        if (strlen(kernel_names[i].feature) == length &&
            memcmp(kernel_names[i].feature, features, length) == 0)
            fprintf(out, "kernels: %s\n", kernel_names[i].name);
    if (strcmp(features, "c") == 0)
        fprintf(out, "This processor has neither AVX2 and FMA nor NEON: plain C is slow, but its "
                     "results are the same bits.\n");
}

static void print_details(FILE *out)
{
    print_kernels(out, uqd_cpu_features());
    confinement_print(out);
}

const struct program uqd_program = {
    .name = "uqd",
    .version = UQD_VERSION,
    .summary = "progressive image compression that ends lossless",
    .description =
        "A .uqd file can be cut anywhere: its first bytes are a picture, every further step "
        "refines it, and the last step makes it equal to the original.\n\n"
        "An image file is PNG, JPEG or PNM, told apart by its content. In place of a file name, - "
        "is standard input or "
        "standard output.\n\n"
        "Files are written under a temporary name and renamed when complete: after a failure an "
        "older file is still there. Only in a directory where no file can be made, an older file "
        "is overwritten in place.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof *commands,
    .sections = sections,
    .n_sections = sizeof sections / sizeof *sections,
    .print_details = print_details,
};

int report_failure(const struct message *message)
{
    if (interrupt_signal())
        return EXIT_SIGNAL + interrupt_signal();
    message_print(stderr, uqd_program.name, message);
    return EXIT_FAILED;
}

int report_usage(const struct command *command, const struct message *message)
{
    fprintf(stderr, "%s: %s (see %s %s --help)\n", uqd_program.name, message->text,
            uqd_program.name, command->name);
    return EXIT_USAGE;
}

int report_options(const struct command *command, int result, const struct message *message)
{
    return result == OPTIONS_PRINTED ? EXIT_DONE : report_usage(command, message);
}
