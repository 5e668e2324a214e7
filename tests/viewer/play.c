#include "play.h"

#include "sdl/window.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MAX_ARGUMENTS = 24, PATIENCE = 24000 /* looks of 5 ms */ };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    pthread_t thread;
    char copies[MAX_ARGUMENTS][128];
    char *argv[MAX_ARGUMENTS + 1];
    int argc;
    struct app *app;                   /* once its loop runs */
    bool running, wanted, held, ended; /* the thread; a stop is wanted; it is; it is over */
    int exit_code;
} play = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* ---- In the viewer's thread ---------------------------------------------------------------- */

void __real_app_run_script(struct app *app);
void __wrap_app_run_script(struct app *app);

void __wrap_app_run_script(struct app *app)
{
    __real_app_run_script(app);
    pthread_mutex_lock(&play.lock);
    play.app = app->quit ? NULL : app;
    pthread_cond_broadcast(&play.changed);
    while (play.wanted && play.app) {
        play.held = true;
        pthread_cond_broadcast(&play.changed);
        pthread_cond_wait(&play.changed, &play.lock);
    }
    play.held = false;
    if (app->quit)
        play.app = NULL; /* its window may go at any time */
    pthread_mutex_unlock(&play.lock);
}

static void *run(void *cookie)
{
    (void)cookie;
    int exit_code = app_main(play.argc, play.argv, sdl_window_open);
    pthread_mutex_lock(&play.lock);
    play.exit_code = exit_code;
    play.ended = true;
    pthread_cond_broadcast(&play.changed);
    pthread_mutex_unlock(&play.lock);
    return NULL;
}

/* ---- In the test's ------------------------------------------------------------------------- */

static void add_argument(const char *argument)
{
    assert_true(play.argc < MAX_ARGUMENTS);
    snprintf(play.copies[play.argc], sizeof *play.copies, "%s", argument);
    play.argv[play.argc] = play.copies[play.argc];
    play.argv[++play.argc] = NULL;
}

void play_begin(const char *const arguments[])
{
    static const char *const always[] = {"uqd-view", "--font",  "builtin",
                                         "--size",   "800x600", "--no-daemon"};
    play.argc = 0;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        add_argument(always[i]);
    for (int i = 0; arguments[i]; i++)
        add_argument(arguments[i]);
    play.wanted = play.held = play.ended = false;
    play.app = NULL;
    assert_int_equal(pthread_create(&play.thread, NULL, run, NULL), 0);
    play.running = true;
}

struct app *play_hold(void)
{
    pthread_mutex_lock(&play.lock);
    while (!play.app && !play.ended)
        pthread_cond_wait(&play.changed, &play.lock);
    play.wanted = !play.ended;
    if (play.wanted && !play.held)
        play.app->backend->type->wake(play.app->backend);
    while (!play.held && !play.ended)
        pthread_cond_wait(&play.changed, &play.lock);
    struct app *app = play.ended ? NULL : play.app;
    pthread_mutex_unlock(&play.lock);
    if (!app)
        fail_msg("the viewer has ended");
    return app;
}

/* The viewer looks once more at everything. */
void play_release(void)
{
    pthread_mutex_lock(&play.lock);
    play.wanted = false;
    if (play.app)
        play.app->backend->type->wake(play.app->backend);
    pthread_cond_broadcast(&play.changed);
    pthread_mutex_unlock(&play.lock);
}

/* 0, or -1 with a message. */
static int run_command(const char *line, struct message *message)
{
    struct app *app = play_hold();
    struct command_call call;
    int status = command_parse(line, &call, message);
    if (status == 0)
        status = app_run_command(app, &call, message);
    play_release();
    return status;
}

void play_do(const char *command)
{
    struct message message;
    if (run_command(command, &message))
        fail_msg("%s: %s", command, message.text);
}

void play_refused(const char *command, const char *part)
{
    struct message message = {"it is done"};
    if (run_command(command, &message) == 0 || !strstr(message.text, part))
        fail_msg("%s: %s", command, message.text);
}

void play_input(const struct input *input)
{
    app_handle_input(play_hold(), input);
    play_release();
}

void play_until(play_condition *condition, const char *what)
{
    for (int i = 0; i < PATIENCE; i++) {
        bool is = condition(play_hold());
        play_release();
        if (is)
            return;
        poll(NULL, 0, 5);
    }
    fail_msg("waited in vain: %s", what);
}

static bool is_idle(struct app *app)
{
    app_request_pictures(app);
    return app_is_idle(app) && app_shows_wanted(app);
}

void play_until_idle(void)
{
    play_until(is_idle, "idle");
}

void play_lines(const char *lines)
{
    char line[256];
    for (const char *at = lines; *at;) {
        size_t length = strcspn(at, "\n");
        assert_true(length < sizeof line);
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        at += length + (at[length] == '\n');
        play_do(line);
        play_until_idle();
    }
}

int play_end(void)
{
    pthread_mutex_lock(&play.lock);
    while (!play.app && !play.ended)
        pthread_cond_wait(&play.changed, &play.lock);
    if (play.app) {
        play.app->quit = true;
        play.app->backend->type->wake(play.app->backend);
    }
    play.wanted = false;
    pthread_cond_broadcast(&play.changed);
    pthread_mutex_unlock(&play.lock);
    pthread_join(play.thread, NULL);
    play.running = false;
    return play.exit_code;
}

int play_teardown(void **state)
{
    (void)state;
    if (play.running)
        play_end();
    return 0;
}
