#include "app/app.h"
#include "sdl/window.h"
#include "wait_policy.h"

int main(int argc, char **argv)
{
    wait_policy_passive(argv);
    return app_main(argc, argv, sdl_window_open);
}
