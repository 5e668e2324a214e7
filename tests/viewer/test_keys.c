/* Events of SDL become the names of keys that the table of commands uses, on any keyboard, and the
 * names of files that are dropped. */
#include "app/app.h"
#include "sdl/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct backend *window;

static int setup(void **state)
{
    const struct backend_wishes wishes = {
        .title = "Keys", .width = 320, .height = 240, .font = "builtin"};
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

/* ---- Dropped files ------------------------------------------------------------------------- */

/* The window owns what is dropped on it, and frees it. */
static void drop(Uint32 type, const char *text)
{
    SDL_Event event = {.drop = {.type = type, .file = text ? SDL_strdup(text) : NULL}};
    SDL_PushEvent(&event);
}

/* Waits until all is dropped: whatever else comes is no file. */
static void assert_dropped(const char *const *paths)
{
    struct input input;
    press(SDLK_END, KMOD_NONE, NULL);
    do {
        assert_true(window->type->wait(window, 1000, &input));
        if (input.type != INPUT_DROP)
            continue;
        assert_non_null(*paths);
        assert_string_equal(input.path, *paths++);
    } while (input.type != INPUT_KEY_UP);
    assert_null(*paths);
}

static void dropped_files_come_one_after_the_other(void **state)
{
    static const char *const paths[] = {"/home/me/a picture.uqd", "/tmp/line\nbreak\xff.uqd", NULL};
    (void)state;
    drop(SDL_DROPBEGIN, NULL);
    drop(SDL_DROPFILE, paths[0]);
    drop(SDL_DROPFILE, paths[1]);
    drop(SDL_DROPCOMPLETE, NULL);
    assert_dropped(paths);
}

static void what_is_no_file_is_not_dropped(void **state)
{
    static const char *const none[] = {NULL};
    char longest[PATH_MAX + 1];
    (void)state;
    memset(longest, 'x', sizeof longest);
    longest[0] = '/';
    longest[PATH_MAX] = '\0';
    drop(SDL_DROPTEXT, "/home/me/picture.uqd");
    drop(SDL_DROPFILE, longest);
    drop(SDL_DROPFILE, "");
    drop(SDL_DROPFILE, NULL);
    assert_dropped(none);
    longest[PATH_MAX - 1] = '\0';
    drop(SDL_DROPFILE, longest);
    assert_dropped((const char *const[]){longest, NULL});
}

static void a_command_opens_what_is_dropped(void **state)
{
    char line[PATH_MAX + 8], longest[PATH_MAX];
    (void)state;
    assert_true(app_drop_line("/home/me/a picture.uqd", line, sizeof line));
    assert_string_equal(line, "open /home/me/a picture.uqd");
    memset(longest, 'x', sizeof longest);
    longest[PATH_MAX - 1] = '\0';
    assert_true(app_drop_line(longest, line, sizeof line));
    assert_string_equal(line + 5, longest);
    assert_false(app_drop_line("/tmp/ends with a blank ", line, sizeof line));
    assert_false(app_drop_line("", line, sizeof line));
    assert_false(app_drop_line("/tmp/file", line, 14));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signs_are_named_by_themselves),
        cmocka_unit_test(other_keys_have_names),
        cmocka_unit_test(signs_of_later_keys_are_left_to_them),
        cmocka_unit_test(dropped_files_come_one_after_the_other),
        cmocka_unit_test(what_is_no_file_is_not_dropped),
        cmocka_unit_test(a_command_opens_what_is_dropped),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
