/* Prints the manual page and the completions of `uqd-view`; run while building. */
#include "session/settings.h"

int main(int argc, char **argv)
{
    return settings_print_text(argc, argv);
}
