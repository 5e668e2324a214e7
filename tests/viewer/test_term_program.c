/* The built viewer on a terminal: what it shows, and how it leaves the terminal. */
#include "stage.h"
#include "terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

enum { COLUMNS = 80, ROWS = 24, PATIENCE = 120 };

/* ---- A terminal with the viewer in it ------------------------------------------------------- */

struct session {
    pid_t child;
    int fd; /* the terminal's side */
    struct termios before;
    char *bytes; /* all that was sent */
    size_t size;
};

static void start_with(struct session *session, const char *term, const char *mode)
{
    const struct winsize window = {.ws_row = ROWS, .ws_col = COLUMNS};
    *session = (struct session){0};
    session->child = forkpty(&session->fd, NULL, NULL, &window);
    assert_true(session->child >= 0);
    if (session->child == 0) {
        if (term)
            setenv("TERM", term, 1);
        else
            unsetenv("TERM");
        setenv("COLORTERM", "truecolor", 1);
        unsetenv("TMUX");
        execl(UQD_VIEW, UQD_VIEW, mode, "--no-daemon", "--forget", "picture.uqd", NULL);
        _exit(127);
    }
    assert_int_equal(tcgetattr(session->fd, &session->before), 0);
}

static void start(struct session *session, const char *mode)
{
    start_with(session, "xterm-256color", mode);
}

/* False at the end. */
static bool read_more(struct session *session)
{
    struct pollfd fd = {session->fd, POLLIN, 0};
    char bytes[4096];
    if (poll(&fd, 1, PATIENCE * 1000) == 0)
        fail_msg("the viewer says nothing any more");
    ssize_t n = read(session->fd, bytes, sizeof bytes);
    if (n <= 0)
        return false;
    session->bytes = realloc(session->bytes, session->size + (size_t)n + 1);
    assert_non_null(session->bytes);
    memcpy(session->bytes + session->size, bytes, (size_t)n);
    session->size += (size_t)n;
    session->bytes[session->size] = '\0';
    return true;
}

static void type(const struct session *session, const char *keys)
{
    assert_int_equal(write(session->fd, keys, strlen(keys)), strlen(keys));
}

static void wait_for_bytes(struct session *session, const char *bytes)
{
    while (!session->bytes || !strstr(session->bytes, bytes))
        if (!read_more(session))
            fail_msg("the viewer ended");
}

/* Up to the end of the last frame that is there whole. */
static void look_from(const struct session *session, size_t from, struct terminal *terminal)
{
    size_t whole = from;
    for (size_t i = from + 4; i <= session->size; i++)
        if (!memcmp(session->bytes + i - 4, "\33[0m", 4))
            whole = i;
    terminal_open(terminal, COLUMNS, ROWS, 8, 16);
    terminal_take(terminal, session->bytes + from, whole - from);
}

static void look(const struct session *session, struct terminal *terminal)
{
    look_from(session, 0, terminal);
}

static void wait_for_text(struct session *session, const char *text)
{
    for (bool found = false; !found;) {
        struct terminal terminal;
        look(session, &terminal);
        found = terminal_says(&terminal, text);
        terminal_close(&terminal);
        if (!found && !read_more(session))
            fail_msg("the viewer ended without saying %s", text);
    }
}

/* Until it shows the picture. */
static void start_and_wait(struct session *session, const char *mode)
{
    start(session, mode);
    wait_for_bytes(session, "\33[c");
    type(session, "\33[?1;2c");
    wait_for_text(session, "steps are decoded");
}

static int count(const struct session *session, const char *bytes)
{
    int n = 0;
    for (const char *at = session->bytes; (at = strstr(at, bytes)); at += strlen(bytes))
        n++;
    return n;
}

/* Returns how it ended; the terminal is as it was. */
static int end(struct session *session)
{
    struct termios after;
    struct terminal terminal;
    int status;
    while (read_more(session))
        ;
    assert_int_equal(waitpid(session->child, &status, 0), session->child);
    assert_int_equal(tcgetattr(session->fd, &after), 0);
    assert_int_equal(after.c_lflag, session->before.c_lflag);
    assert_int_equal(after.c_iflag, session->before.c_iflag);
    assert_int_equal(count(session, "\33[22;2t"), count(session, "\33[23;2t"));
    assert_int_equal(count(session, "\33[>3u"), count(session, "\33[<u"));
    terminal_open(&terminal, COLUMNS, ROWS, 8, 16);
    terminal_take(&terminal, session->bytes, session->size);
    assert_false(terminal.alternate || terminal.cursor_hidden || terminal.pointer_told ||
                 terminal.paste_marked || terminal.lines_cut);
    terminal_close(&terminal);
    free(session->bytes);
    close(session->fd);
    return status;
}

/* ---- The end ------------------------------------------------------------------------------- */

static void quitting_sets_the_terminal_back(void **state)
{
    struct session session;
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    struct terminal terminal;
    look(&session, &terminal);
    assert_true(terminal.alternate && terminal.cursor_hidden && terminal.pointer_told &&
                terminal.paste_marked && terminal.lines_cut);
    assert_string_equal(terminal.title, "picture.uqd");
    terminal_close(&terminal);
    type(&session, "q");
    int status = end(&session);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void signals_set_the_terminal_back(void **state)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct session session;
        start_and_wait(&session, "--terminal=blocks");
        kill(session.child, signals[i]);
        int status = end(&session);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void crashes_set_the_terminal_back(void **state)
{
    static const int signals[] = {SIGSEGV, SIGABRT};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct session session;
        start_and_wait(&session, "--terminal=blocks");
        kill(session.child, signals[i]);
        int status = end(&session);
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

/* Waits until it has ended, without reading what it writes. */
static int end_unread(const struct session *session)
{
    int status;
    for (int i = 0; i < PATIENCE * 100; i++) {
        if (waitpid(session->child, &status, WNOHANG) == session->child)
            return status;
        usleep(10000);
    }
    kill(session->child, SIGKILL);
    waitpid(session->child, &status, 0);
    fail_msg("the viewer does not end");
    return 0;
}

/* As one behind a connection that hangs: a frame of this size fills whatever lies between. */
static void a_terminal_that_is_not_read_does_not_hold_the_viewer(void **state)
{
    const struct winsize large = {.ws_row = 150, .ws_col = 400};
    struct session session;
    struct pollfd fd = {.events = POLLIN};
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    assert_int_equal(ioctl(session.fd, TIOCSWINSZ, &large), 0);
    fd.fd = session.fd;
    assert_int_equal(poll(&fd, 1, PATIENCE * 1000), 1);
    kill(session.child, SIGTERM);
    int status = end_unread(&session);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(session.bytes);
    close(session.fd);
}

static void control_c_ends_the_viewer(void **state)
{
    struct session session;
    (void)state;
    start_and_wait(&session, "--terminal=ascii");
    type(&session, "\3");
    assert_true(WIFEXITED(end(&session)));
}

static void images_are_deleted_at_the_end(void **state)
{
    struct session session;
    struct terminal terminal;
    (void)state;
    start(&session, "--terminal");
    wait_for_bytes(&session, "\33[c");
    type(&session, "\33_Gi=31;OK\33\\\33[6;16;8t\33[?62c");
    wait_for_text(&session, "steps are decoded");
    type(&session, "q");
    while (read_more(&session))
        ;
    terminal_open(&terminal, COLUMNS, ROWS, 8, 16);
    terminal_take(&terminal, session.bytes, session.size);
    assert_int_equal(terminal.n_deleted, 15); /* tiles of 16 x 8 cells */
    assert_true(terminal.n_images >= 15);
    terminal_close(&terminal);
    end(&session);
}

static void a_dumb_terminal_is_refused(void **state)
{
    static const char *const table[][2] = {{"dumb", "TERM is dumb"}, {NULL, "TERM is not set"}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct session session;
        int status;
        start_with(&session, table[i][0], "--terminal=ascii");
        while (read_more(&session))
            ;
        assert_non_null(strstr(session.bytes, table[i][1]));
        assert_null(strchr(session.bytes, '\33'));
        assert_int_equal(waitpid(session.child, &status, 0), session.child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
        free(session.bytes);
        close(session.fd);
    }
}

/* ---- While it runs ------------------------------------------------------------------------- */

static void keys_choose_steps(void **state)
{
    struct session session;
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    type(&session, "\33[H");
    wait_for_text(&session, "Step 0 ");
    type(&session, "\33[6~");
    wait_for_text(&session, "Step 1 ");
    type(&session, "q");
    end(&session);
}

static void keys_that_come_early_are_kept(void **state)
{
    struct session session;
    (void)state;
    start(&session, "--terminal=blocks");
    wait_for_bytes(&session, "\33[c");
    type(&session, "h\33[?1;2c");
    wait_for_text(&session, "Keys and commands");
    type(&session, "q");
    end(&session);
}

/* Types a key, and waits for a page of the list of keys. Whether it has a text. */
static bool turn_help(struct session *session, const char *key, const char *head, const char *text)
{
    struct terminal terminal;
    type(session, key);
    wait_for_text(session, head);
    look(session, &terminal);
    bool found = terminal_says(&terminal, text);
    assert_false(terminal_says(&terminal, "F11"));
    assert_false(terminal_says(&terminal, "Ctrl+M"));
    terminal_close(&terminal);
    return found;
}

static void help_is_turned_and_has_keys_of_the_terminal(void **state)
{
    struct session session;
    char head[32];
    int n = 1;
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    turn_help(&session, "h", "H: next", "");
    for (bool last = false; !last; n++) {
        snprintf(head, sizeof head, "%d of ", n + 1);
        last = turn_help(&session, " ", head, "PageUp: back");
    }
    assert_true(n > 2);
    snprintf(head, sizeof head, "%d of ", n - 1);
    turn_help(&session, "\33[D", head, "");
    turn_help(&session, "\33[H", "1 of ", "");
    assert_true(turn_help(&session, "\33[F", "PageUp: back", "Ctrl+Q"));
    type(&session, "q");
    end(&session);
}

/* A terminal that does not tell when a key is let go does not leave the other mode on. */
static void a_held_key_is_let_go(void **state)
{
    struct session session;
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    type(&session, "n");
    wait_for_text(&session, "ancestral  ?");
    type(&session, "\33[H");
    wait_for_text(&session, "Step 0 ");
    wait_for_text(&session, "denoised  ?");
    type(&session, "q");
    end(&session);
}

/* Whether the screen was cleared since then, and all of it written. */
static bool is_drawn_anew(const struct session *session, size_t since)
{
    const char *cleared = strstr(session->bytes + since, "\33[2J");
    struct terminal terminal;
    bool whole = true;
    if (!cleared)
        return false;
    look_from(session, (size_t)(cleared - session->bytes), &terminal);
    for (int i = 0; i < COLUMNS * ROWS; i++)
        whole &= terminal.cells[i].letter != 0;
    terminal_close(&terminal);
    return whole;
}

/* Whatever other programs have written there. */
static void all_is_drawn_anew(void **state)
{
    static const char *const keys[] = {"\x0c", "\33[15~", "\33[15~"}; /* Ctrl+L, F5 */
    struct session session;
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t since = session.size;
        type(&session, keys[i]);
        while (!is_drawn_anew(&session, since))
            assert_true(read_more(&session));
    }
    type(&session, "q");
    end(&session);
}

/* The kernel does not stop what no shell could continue, so that it goes on at once. */
static void stopping_gives_the_screen_back(void **state)
{
    struct session session;
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    type(&session, "\x1a");
    wait_for_bytes(&session, "\33[?1049l");
    wait_for_text(&session, "steps are decoded");
    struct terminal terminal;
    look(&session, &terminal);
    assert_true(terminal.alternate && terminal.cursor_hidden);
    terminal_close(&terminal);
    type(&session, "\33[H");
    wait_for_text(&session, "Step 0 ");
    type(&session, "q");
    end(&session);
}

/* As after SIGSTOP, which cannot be handled; but it may come without. */
static void going_on_takes_the_screen_once(void **state)
{
    struct session session;
    (void)state;
    start(&session, "--terminal=blocks");
    wait_for_bytes(&session, "\33[c");
    type(&session, "\33[?0u\33[?1;2c");
    wait_for_text(&session, "steps are decoded");
    kill(session.child, SIGCONT);
    while (count(&session, "\33[>3u") < 2)
        assert_true(read_more(&session));
    wait_for_text(&session, "steps are decoded");
    type(&session, "q");
    end(&session);
}

static void a_new_size_is_laid_out(void **state)
{
    struct session session;
    const struct winsize smaller = {.ws_row = 18, .ws_col = 60};
    struct terminal terminal;
    char row[COLUMNS + 1] = "x";
    (void)state;
    start_and_wait(&session, "--terminal=blocks");
    assert_int_equal(ioctl(session.fd, TIOCSWINSZ, &smaller), 0);
    while (row[0]) {
        assert_true(read_more(&session));
        look(&session, &terminal);
        terminal_row(&terminal, ROWS - 1, row, sizeof row);
        terminal_close(&terminal);
    }
    wait_for_text(&session, "steps are decoded");
    look(&session, &terminal);
    for (int i = 0; i < COLUMNS * ROWS; i++)
        assert_true((i % COLUMNS < 60 && i / COLUMNS < 18) || terminal.cells[i].letter == 0);
    terminal_close(&terminal);
    type(&session, "q");
    end(&session);
}

/* ---- Scripts without a terminal ------------------------------------------------------------- */

static void a_script_writes_its_last_frame(void **state)
{
    struct process_result result;
    (void)state;
    VIEW(&result, "wait step 2\nstep 2\nwait idle\nquit\n", "picture.uqd", "--no-daemon",
         "--terminal=ascii");
    assert_int_equal(result.exit_code, 0);
    assert_non_null(strstr(result.out, "Step 2 "));
    assert_int_equal(result.out_size, (100 + 1) * (600 / 16));
    process_result_free(&result);
}

/* Without a terminal nothing can come after the script, and the last frame is all there is. */
static void a_script_ends_when_all_is_shown(void **state)
{
    static const struct {
        const char *script, *shown;
    } table[] = {
        {"", "steps are decoded"},
        {"mode ancestral", "ancestral"},
        {"wait step 2\nstep 2", "Step 2 "},
        {"wait idle\nstep 0", "Step 0 "},
        {"wait idle\nstep 0\nquit", "Step 0 "},
        {"wait idle\nmode flow\nstep 1\nquit", "flow"},
        {"quit", "steps are decoded"},
        {"step 0\nquit", "steps are decoded"},
        {"wait idle\nstep 0\nspeed 100\nplay on", "steps are decoded"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct process_result result;
        VIEW(&result, table[i].script, "picture.uqd", "--no-daemon", "--terminal=ascii");
        assert_int_equal(result.exit_code, 0);
        if (!strstr(result.out, table[i].shown))
            fail_msg("%s: %s", table[i].script, result.out);
        assert_null(strstr(result.out, "is being decoded"));
        assert_null(strstr(result.out, "once it is decoded"));
        process_result_free(&result);
    }
}

/* Whether half blocks from (left, top) on are the middle of the picture, pixel by pixel. */
static bool has_middle_at(const struct terminal *terminal, const struct pixels *pixels, int left,
                          int top)
{
    for (int i = 0; i < 12 * 12; i++) {
        size_t x = pixels->width / 2 - 6 + (size_t)i % 12,
               y = pixels->height / 2 - 6 + (size_t)i / 12;
        const uint8_t *rgb = pixels->data + (y * pixels->width + x) * 3;
        if (terminal_pixel(terminal, (left + i % 12) * 8, (top + i / 12) * 8) !=
            ((uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2]))
            return false;
    }
    return true;
}

/* 100 % of what can be seen. */
static void a_pixel_is_half_a_block(void **state)
{
    struct process_result result;
    struct terminal terminal;
    struct pixels pixels;
    int n = 0;
    (void)state;
    setenv("COLORTERM", "truecolor", 1);
    VIEW(&result, "resize 640 384\nwait idle\nzoom 1", "picture.uqd", "--no-daemon",
         "--terminal=blocks");
    terminal_open(&terminal, COLUMNS, ROWS, 8, 16);
    terminal_take(&terminal, result.out, result.out_size);
    assert_true(terminal_says(&terminal, "100 %"));
    screen_read("picture.png", &pixels);
    assert_int_equal(pixels.channels, 3);
    for (int i = 0; i < (COLUMNS - 12) * (2 * ROWS - 12); i++)
        n += has_middle_at(&terminal, &pixels, i % (COLUMNS - 12), i / (COLUMNS - 12));
    assert_int_equal(n, 1);
    pixels_free(&pixels);
    terminal_close(&terminal);
    process_result_free(&result);
}

static void assert_frame_is_not_written(const char *output, const char *cause)
{
    struct process_result result;
    char line[1024];
    snprintf(line, sizeof line, "exec '%s' --no-daemon --terminal=ascii --script - picture.uqd %s",
             UQD_VIEW, output);
    const char *const argv[] = {"/bin/sh", "-c", line, NULL};
    assert_int_equal(process_run(&result, argv, "", 0, PATIENCE), 0);
    stage_assert_fails(&result, 1, "uqd-view: standard output: cannot be written: ");
    stage_assert_fails(&result, 1, cause);
    process_result_free(&result);
}

static void a_frame_that_cannot_be_written_is_an_error(void **state)
{
    int ends[2];
    char to_nobody[16];
    (void)state;
    assert_frame_is_not_written(">/dev/full", "No space left on device");
    assert_frame_is_not_written(">&-", "Bad file descriptor");
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    snprintf(to_nobody, sizeof to_nobody, ">&%d", ends[1]);
    assert_frame_is_not_written(to_nobody, "Broken pipe");
    close(ends[1]);
}

static void what_is_sent_is_what_a_screenshot_has(void **state)
{
    struct process_result result;
    struct terminal terminal;
    struct pixels shot;
    int n = 0;
    (void)state;
    VIEW(&result, "wait idle\nresize 640 384\nscreenshot terminal.png\nquit\n", "picture.uqd",
         "--no-daemon", "--terminal=kitty");
    assert_int_equal(result.exit_code, 0);
    terminal_open(&terminal, COLUMNS, ROWS, 8, 16);
    terminal_take(&terminal, result.out, result.out_size);
    screen_read("terminal.png", &shot);
    assert_int_equal(shot.width, 640);
    assert_int_equal(shot.height, 384);
    /* The last line tells that the screenshot was written. */
    for (int i = 0; i < 640 * (384 - 16); i++) {
        int x = i % 640, y = i / 640;
        const uint8_t *rgb = shot.data + (size_t)i * 3;
        if (terminal.cells[y / 16 * COLUMNS + x / 8].letter != ' ')
            continue;
        assert_int_equal(terminal_pixel(&terminal, x, y),
                         (uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2]);
        n++;
    }
    assert_true(n > 640 * 384 / 2);
    pixels_free(&shot);
    terminal_close(&terminal);
    process_result_free(&result);
}

static void a_wish_that_is_none_is_an_error(void **state)
{
    struct process_result result;
    (void)state;
    setenv("UQD_VIEW_TERMINAL", "nonsense", 1);
    VIEW(&result, "", "picture.uqd", "--no-daemon", "--terminal");
    unsetenv("UQD_VIEW_TERMINAL");
    stage_assert_fails(&result, 2, "UQD_VIEW_TERMINAL: \"nonsense\" is none of auto|kitty|");
    process_result_free(&result);
}

static void without_terminal_and_script_there_is_an_error(void **state)
{
    const char *const argv[] = {UQD_VIEW, "--terminal", "picture.uqd", NULL};
    struct process_result result;
    (void)state;
    assert_int_equal(process_run(&result, argv, NULL, 0, PATIENCE), 0);
    stage_assert_fails(&result, 1, "standard output is no terminal");
    process_result_free(&result);
}

/* ---- In tmux ------------------------------------------------------------------------------- */

#ifdef TMUX_PROGRAM
static void run_tmux(struct process_result *result, const char *const arguments[])
{
    const char *argv[32] = {TMUX_PROGRAM, "-u", "-L", "viewer", "-f", "/dev/null"};
    int n = 6;
    for (int i = 0; arguments[i]; i++)
        argv[n++] = arguments[i];
    assert_int_equal(process_run(result, argv, NULL, 0, PATIENCE), 0);
}

static void tmux(const char *const arguments[])
{
    struct process_result result;
    run_tmux(&result, arguments);
    if (result.exit_code != 0)
        fail_msg("%s", result.err);
    process_result_free(&result);
}

#define TMUX(...) tmux((const char *const[]){__VA_ARGS__, NULL})

static void wait_for_pane(const char *text)
{
    for (int i = 0; i < PATIENCE * 10; i++) {
        struct process_result result;
        run_tmux(&result, (const char *const[]){"capture-pane", "-p", NULL});
        bool found = result.exit_code == 0 && strstr(result.out, text);
        process_result_free(&result);
        if (found)
            return;
        usleep(100000);
    }
    fail_msg("tmux does not show %s", text);
}

static void tmux_shows_the_viewer(void **state)
{
    char directory[256];
    (void)state;
    assert_non_null(getcwd(directory, sizeof directory));
    setenv("TMUX_TMPDIR", directory, 1);
    unsetenv("TMUX");
    TMUX("new-session", "-d", "-x", "80", "-y", "24", UQD_VIEW, "--terminal", "--no-daemon",
         "--forget", "picture.uqd");
    wait_for_pane("steps are decoded");
    wait_for_pane("Ancestral");
    TMUX("send-keys", "Home");
    wait_for_pane("Step 0 ");
    TMUX("send-keys", "Right");
    wait_for_pane("Step 1 ");
    TMUX("send-keys", "a");
    wait_for_pane("ancestral");
    TMUX("kill-server");
}
#else
static void tmux_shows_the_viewer(void **state)
{
    (void)state;
    print_message("skip: there is no tmux\n");
    skip();
}
#endif

static int set_up(void **state)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    return stage_setup(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quitting_sets_the_terminal_back),
        cmocka_unit_test(signals_set_the_terminal_back),
        cmocka_unit_test(crashes_set_the_terminal_back),
        cmocka_unit_test(a_terminal_that_is_not_read_does_not_hold_the_viewer),
        cmocka_unit_test(control_c_ends_the_viewer),
        cmocka_unit_test(images_are_deleted_at_the_end),
        cmocka_unit_test(a_dumb_terminal_is_refused),
        cmocka_unit_test(keys_choose_steps),
        cmocka_unit_test(keys_that_come_early_are_kept),
        cmocka_unit_test(help_is_turned_and_has_keys_of_the_terminal),
        cmocka_unit_test(a_held_key_is_let_go),
        cmocka_unit_test(all_is_drawn_anew),
        cmocka_unit_test(stopping_gives_the_screen_back),
        cmocka_unit_test(going_on_takes_the_screen_once),
        cmocka_unit_test(a_new_size_is_laid_out),
        cmocka_unit_test(a_script_writes_its_last_frame),
        cmocka_unit_test(a_script_ends_when_all_is_shown),
        cmocka_unit_test(a_pixel_is_half_a_block),
        cmocka_unit_test(a_frame_that_cannot_be_written_is_an_error),
        cmocka_unit_test(what_is_sent_is_what_a_screenshot_has),
        cmocka_unit_test(a_wish_that_is_none_is_an_error),
        cmocka_unit_test(without_terminal_and_script_there_is_an_error),
        cmocka_unit_test(tmux_shows_the_viewer),
    };
    return cmocka_run_group_tests(tests, set_up, stage_teardown);
}
