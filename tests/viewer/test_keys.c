/* Events of SDL become the names of keys that the table of commands uses, on any keyboard. */
#include "sdl/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct backend *window;

static int setup(void **state)
{
    const struct backend_wishes wishes = {"Keys", 320, 240, "builtin"};
    struct message message;
    (void)state;
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    return sdl_window_open(&window, &wishes, &message);
}

static int teardown(void **state)
{
    (void)state;
    window->type->close(window);
    return 0;
}

/* The key goes down and up again; text is what it writes, or NULL. */
static void press(SDL_Keycode sym, int mod, const char *text)
{
    SDL_Event key = {.type = SDL_KEYDOWN};
    key.key.keysym.sym = sym;
    key.key.keysym.mod = (Uint16)mod;
    SDL_PushEvent(&key);
    if (text) {
        SDL_Event written = {.type = SDL_TEXTINPUT};
        snprintf(written.text.text, sizeof written.text.text, "%s", text);
        SDL_PushEvent(&written);
    }
    key.type = SDL_KEYUP;
    SDL_PushEvent(&key);
}

/* Waits until a key comes up: exactly one went down until then, of that name. */
static void assert_key(const char *name)
{
    struct input input;
    int n = 0;
    do {
        assert_true(window->type->wait(window, 1000, &input));
        if (input.type == INPUT_KEY) {
            assert_string_equal(input.key, name);
            n++;
        }
    } while (input.type != INPUT_KEY_UP);
    assert_int_equal(n, 1);
}

static void signs_are_named_by_themselves(void **state)
{
    (void)state;
    press(SDLK_SLASH, KMOD_LSHIFT, "?"); /* US */
    assert_key("?");
    press(0xdf, KMOD_LSHIFT, "?"); /* German */
    assert_key("?");
    press(SDLK_COMMA, KMOD_RSHIFT, "?"); /* French */
    assert_key("?");
    press(SDLK_EQUALS, KMOD_LSHIFT, "+");
    assert_key("+");
    press(SDLK_0, KMOD_LSHIFT, "="); /* German: not the key 0 */
    assert_key("=");
    press(SDLK_AMPERSAND, KMOD_LSHIFT, "1"); /* French: not the key & */
    assert_key("1");
    press(SDLK_MINUS, KMOD_NONE, "-");
    assert_key("-");
}

static void other_keys_have_names(void **state)
{
    (void)state;
    press(SDLK_p, KMOD_NONE, "p");
    assert_key("P");
    press(SDLK_p, KMOD_LSHIFT, "P");
    assert_key("Shift+P");
    press(SDLK_SPACE, KMOD_NONE, " ");
    assert_key("Space");
    press(SDLK_KP_PLUS, KMOD_NONE, "+");
    assert_key("Keypad_+");
    press(SDLK_LEFT, KMOD_LSHIFT, NULL);
    assert_key("Shift+Left");
    press(SDLK_MINUS, KMOD_LCTRL, NULL);
    assert_key("Ctrl+-");
}

/* The sign belongs to the second key. */
static void signs_of_later_keys_are_left_to_them(void **state)
{
    SDL_Event first = {.type = SDL_KEYDOWN};
    struct input input;
    (void)state;
    first.key.keysym.sym = SDLK_r;
    SDL_PushEvent(&first);
    press(SDLK_SLASH, KMOD_LSHIFT, "?");
    do
        assert_true(window->type->wait(window, 1000, &input));
    while (input.type != INPUT_KEY);
    assert_string_equal(input.key, "R");
    assert_key("?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_are_named_by_themselves),
        cmocka_unit_test(other_keys_have_names),
        cmocka_unit_test(signs_of_later_keys_are_left_to_them),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
