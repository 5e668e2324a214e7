/* Prints the manual page of `uqd-view`; run while building. */
#include "session/settings.h"

int main(void)
{
    settings_print_manual(stdout);
    return fflush(stdout) != 0 || ferror(stdout);
}
