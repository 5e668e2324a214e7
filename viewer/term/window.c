#include "term/window.h"

#include "image_file.h"
#include "term/detect.h"
#include "term/frame.h"
#include "term/images.h"
#include "term/input.h"
#include "term/letters.h"
#include "term/tty.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* Canvas pixels of a cell where pixels are not sent, and where the terminal does not tell. */
#define CELL_WIDTH  8
#define CELL_HEIGHT 16

#define ESCAPE_TIME 50  /* milliseconds after which an escape is the key */
#define HELD_TIME   700 /* without repetition a key counts as let go: longer than repeats take */

struct term_window {
    struct backend base;
    struct term_surface surface;
    struct frame frame;
    struct term_look look;
    struct term_answers answers;
    struct term_input input;
    uint64_t read_time; /* when bytes came last */
    struct buffer out;
    bool on_tty, gone; /* the terminal */
    bool drawn;        /* there is a frame */
    bool cleared;      /* the screen shows nothing of the frames */
    bool title_changed;
    char title[512];
    int wake_fd;
    char held[64]; /* the key that is down, if the terminal does not tell when it is let go */
    uint64_t held_until;
    struct input next; /* a key that waits until the one before was let go; or INPUT_NONE */
    bool resized;      /* without a terminal: by a command */
};

static struct term_window *own(struct backend *backend)
{
    return (struct term_window *)backend;
}

static uint64_t now(struct backend *backend)
{
    struct timespec time;
    (void)backend;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static void wake(struct backend *backend)
{
    const uint64_t one = 1;
    ssize_t n = write(own(backend)->wake_fd, &one, sizeof one);
    (void)n;
}

/* ---- Size ---------------------------------------------------------------------------------- */

static int limited(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

/* All images are deleted when the terminal is set back. */
static void prepare_farewell(struct term_window *window)
{
    struct buffer farewell = {0};
    if (window->look.mode == TERMINAL_KITTY &&
        kitty_append_delete(&farewell, window->frame.first_image,
                            cells_count_tiles(&window->surface), window->look.through_tmux) == 0)
        tty_set_farewell(farewell.data, farewell.size);
    free(farewell.data);
}

static int set_size(struct term_window *window, int columns, int rows, int width, int height)
{
    columns = limited(columns, 2, TERM_MAX_COLUMNS);
    rows = limited(rows, 2, TERM_MAX_ROWS);
    if (term_surface_resize(&window->surface, columns, rows, limited(width, 4, 64),
                            limited(height, 8, 128)))
        return -1;
    window->surface.coarse = !term_is_graphic(&window->look);
    window->surface.ascii = window->look.mode == TERMINAL_ASCII;
    window->input.cell_width = window->surface.cell_width;
    window->input.cell_height = window->surface.cell_height;
    window->cleared = true;
    if (window->on_tty)
        prepare_farewell(window);
    frame_forget(&window->frame);
    return 0;
}

/* As the terminal is now. */
static int take_tty_size(struct term_window *window)
{
    struct tty_size size = tty_size();
    bool graphic = term_is_graphic(&window->look);
    bool told = graphic && size.cell_width > 0 && size.cell_height > 0;
    bool answered = graphic && window->answers.cell_width > 0;
    int width = told ? size.cell_width : answered ? window->answers.cell_width : CELL_WIDTH;
    int height = told ? size.cell_height : answered ? window->answers.cell_height : CELL_HEIGHT;
    return set_size(window, size.columns, size.rows, width, height);
}

static struct backend_size size_of(struct backend *backend)
{
    const struct term_surface *surface = &own(backend)->surface;
    return (struct backend_size){.width = surface->canvas.width,
                                 .height = surface->canvas.height,
                                 .density = (float)surface->cell_height / CELL_HEIGHT,
                                 .grain = surface->coarse ? surface->cell_width : 0};
}

/* A terminal has the size that it has. */
static void resize(struct backend *backend, int width, int height)
{
    struct term_window *window = own(backend);
    if (window->on_tty)
        return;
    window->drawn = false;
    window->resized = true;
    set_size(window, width / CELL_WIDTH, height / CELL_HEIGHT, CELL_WIDTH, CELL_HEIGHT);
    wake(backend);
}

static void set_fullscreen(struct backend *backend, bool on)
{
    (void)backend;
    (void)on;
}

static bool is_fullscreen(struct backend *backend)
{
    (void)backend;
    return false;
}

/* ---- Output -------------------------------------------------------------------------------- */

static void set_title(struct backend *backend, const char *title)
{
    struct term_window *window = own(backend);
    size_t size = 0;
    int width;
    for (uint32_t letter;
         size + 4 < sizeof window->title && (letter = letter_next(&title, &width));)
        size += (size_t)letter_utf8(letter, window->title + size);
    window->title[size] = '\0';
    window->title_changed = true;
}

static int append(struct term_window *window, const char *text)
{
    return buffer_append(&window->out, text, strlen(text));
}

static int append_title(struct term_window *window)
{
    if (!window->title_changed)
        return 0;
    window->title_changed = false;
    return append(window, "\33]2;") || append(window, window->title) || append(window, "\33\\");
}

/* What the terminal showed before is cleared, with the images of another size. */
static int append_clearing(struct term_window *window)
{
    if (!window->cleared)
        return 0;
    window->cleared = false;
    return append(window, "\33[0m\33[2J");
}

static void show(struct backend *backend)
{
    struct term_window *window = own(backend);
    bool synchronised = window->answers.synchronised;
    window->drawn = true;
    if (!window->on_tty)
        return;
    window->out.size = 0;
    tty_enter(window->answers.key_events);
    if (append(window, synchronised ? "\33[?2026h" : "") || append_title(window) ||
        append_clearing(window) ||
        frame_write(&window->frame, &window->surface, &window->look, false, &window->out) ||
        append(window, synchronised ? "\33[?2026l" : "")) {
        frame_forget(&window->frame);
        return;
    }
    if (tty_write(window->out.data, window->out.size))
        frame_forget(&window->frame);
}

static void forget(struct backend *backend)
{
    own(backend)->cleared = true;
    frame_forget(&own(backend)->frame);
}

static int screenshot(struct backend *backend, const char *path, struct message *message)
{
    struct term_surface *surface = &own(backend)->surface;
    struct pixels pixels = {.width = (uint32_t)surface->canvas.width,
                            .height = (uint32_t)surface->canvas.height,
                            .channels = 3,
                            .data = term_surface_picture(surface)};
    if (!pixels.data)
        return message_set(message, "%s: out of memory", path);
    int result = image_write(path, IMAGE_PNG, &pixels, message);
    free(pixels.data);
    return result;
}

/* Where there is no terminal, all of standard output is the last frame. */
static int finish(struct backend *backend, struct message *message)
{
    static const char failed[] = "standard output: cannot be written: %s";
    struct term_window *window = own(backend);
    window->out.size = 0;
    if (window->on_tty || !window->drawn)
        return 0;
    if (frame_write(&window->frame, &window->surface, &window->look, true, &window->out))
        return message_set(message, failed, strerror(ENOMEM));
    for (size_t at = 0; at < window->out.size;) {
        ssize_t n = write(STDOUT_FILENO, window->out.data + at, window->out.size - at);
        if (n < 0 && errno != EINTR)
            return message_set(message, failed, strerror(errno));
        at += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

static void close_window(struct backend *backend)
{
    struct term_window *window = own(backend);
    if (window->on_tty)
        tty_close();
    if (window->wake_fd >= 0)
        close(window->wake_fd);
    frame_free(&window->frame);
    term_surface_free(&window->surface);
    free(window->out.data);
    free(window);
}

/* ---- Input --------------------------------------------------------------------------------- */

/* Whether a signal is to be told. */
static bool take_signals(struct term_window *window, struct input *input)
{
    struct tty_signals signals = tty_take_signals();
    *input = (struct input){.type = INPUT_NONE};
    if (signals.quit) {
        input->type = INPUT_QUIT;
        return true;
    }
    if (signals.stop)
        tty_stop();
    else if (signals.continued)
        tty_continue();
    if (signals.stop || signals.continued || signals.resized) {
        take_tty_size(window);
        input->type = INPUT_RESIZED;
    }
    return input->type != INPUT_NONE;
}

/* Modifiers are no part of the name of a key that is let go. */
static void hold(struct term_window *window, const char *key)
{
    const char *name = strrchr(key, '+');
    name = name && name[1] ? name + 1 : key;
    snprintf(window->held, sizeof window->held, "%s", name);
    window->held_until = now(&window->base) + HELD_TIME;
}

static bool let_go(struct term_window *window, struct input *input)
{
    if (!window->held[0] || now(&window->base) < window->held_until)
        return false;
    *input = (struct input){.type = INPUT_KEY_UP};
    memcpy(input->key, window->held, sizeof input->key);
    window->held[0] = '\0';
    return true;
}

/* A key that goes down lets another one go. */
static void take_key(struct term_window *window, struct input *input)
{
    char before[sizeof window->held];
    memcpy(before, window->held, sizeof before);
    hold(window, input->key);
    if (!before[0] || !strcmp(before, window->held))
        return;
    window->next = *input;
    *input = (struct input){.type = INPUT_KEY_UP};
    memcpy(input->key, before, sizeof before);
}

/* Whether what was read means something. */
static bool take_bytes(struct term_window *window, bool all, struct input *input)
{
    if (window->next.type != INPUT_NONE) {
        *input = window->next;
        window->next.type = INPUT_NONE;
        return true;
    }
    if (!term_input_next(&window->input, now(&window->base), all, input))
        return false;
    if (input->type == INPUT_KEY && !window->answers.key_events)
        take_key(window, input);
    return true;
}

/* -1: the terminal is gone. */
static int read_bytes(struct term_window *window)
{
    char bytes[sizeof window->input.bytes];
    size_t room = sizeof bytes - window->input.size;
    ssize_t n = read(tty_input(), bytes, room);
    window->read_time = now(&window->base);
    if (n > 0)
        term_input_feed(&window->input, bytes, (size_t)n);
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)) ? 0 : -1;
}

/* Whether what was read is all that comes for now: a sequence comes at once. */
static bool is_all(const struct term_window *window, uint64_t time)
{
    return window->input.size > 0 && time - window->read_time >= ESCAPE_TIME;
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a >= 0 && (b < 0 || a < b) ? a : b;
}

/* Milliseconds until something has to be done by itself; below 0: for ever. */
static int64_t patience(const struct term_window *window, uint64_t start, int timeout,
                        uint64_t time)
{
    int64_t asked = timeout < 0 ? -1 : (int64_t)(start - time) + timeout;
    int64_t key = (int64_t)(window->read_time - time) + ESCAPE_TIME;
    int64_t held = (int64_t)(window->held_until - time);
    int64_t least = timeout < 0 ? -1 : asked > 0 ? asked : 0;
    if (window->input.size > 0)
        least = earlier(key > 0 ? key : 0, least);
    if (window->held[0])
        least = earlier(held > 0 ? held : 0, least);
    return least;
}

static void take_wake(struct term_window *window, struct input *input)
{
    uint64_t woken;
    ssize_t size = read(window->wake_fd, &woken, sizeof woken);
    (void)size;
    *input = (struct input){.type = INPUT_NONE};
    if (window->on_tty)
        take_signals(window, input);
    else if (window->resized)
        input->type = INPUT_RESIZED;
    window->resized = false;
}

/* One of what is known, or what comes in so long. 1: input; 0: nothing; -1: nothing, and the time
 * that was asked for is over. */
static int wait_once(struct term_window *window, uint64_t start, int timeout, struct input *input)
{
    struct pollfd fds[] = {{window->wake_fd, POLLIN, 0},
                           {window->on_tty && !window->gone ? tty_input() : -1, POLLIN, 0}};
    uint64_t time = now(&window->base);
    if (window->on_tty &&
        (take_signals(window, input) || take_bytes(window, is_all(window, time), input) ||
         let_go(window, input)))
        return 1;
    int n = poll(fds, 2, (int)patience(window, start, timeout, time));
    if (n > 0 && fds[0].revents) {
        take_wake(window, input);
        return 1;
    }
    if (n > 0 && fds[1].revents && read_bytes(window)) {
        window->gone = true;
        *input = (struct input){.type = INPUT_QUIT};
        return 1;
    }
    return n <= 0 && timeout >= 0 && now(&window->base) - start >= (uint64_t)timeout ? -1 : 0;
}

static bool wait_for_input(struct backend *backend, int timeout, struct input *input)
{
    uint64_t start = now(backend);
    int status;
    while ((status = wait_once(own(backend), start, timeout, input)) == 0)
        ;
    return status > 0;
}

static const struct backend_type type = {.now = now,
                                         .wake = wake,
                                         .wait = wait_for_input,
                                         .size = size_of,
                                         .resize = resize,
                                         .set_title = set_title,
                                         .set_fullscreen = set_fullscreen,
                                         .is_fullscreen = is_fullscreen,
                                         .forget = forget,
                                         .show = show,
                                         .screenshot = screenshot,
                                         .finish = finish,
                                         .close = close_window};

/* ---- Opening ------------------------------------------------------------------------------- */

/* Other programs of the same terminal may have images, too; tmux hands on small numbers best. */
static unsigned first_image(const struct term_look *look)
{
    return look->through_tmux ? 1 : 1 + (((unsigned)getpid() & 0x1fff) << 10);
}

/* What was typed meanwhile stands between the answers, which are no keys. */
static void ask(struct term_window *window, const struct term_environment *environment)
{
    char bytes[sizeof window->input.bytes];
    size_t size = tty_ask(detect_questions(environment), &window->answers, bytes, sizeof bytes);
    term_input_feed(&window->input, bytes, size);
    window->read_time = now(&window->base);
}

/* It has the screen that it has; and few modifiers but for letters, unless all keys are told. */
static const char *missing_keys(const struct term_answers *answers)
{
    return answers->key_events ? "F11" : "F11 Ctrl+M Ctrl+= Ctrl++ Ctrl+- Ctrl+0";
}

static int set_up(struct term_window *window, const struct backend_wishes *wishes,
                  struct message *message)
{
    struct term_environment environment = detect_environment();
    window->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (window->wake_fd < 0)
        return message_set(message, "the terminal cannot be used: %s", strerror(errno));
    if (!isatty(STDOUT_FILENO) && !wishes->scripted)
        return message_set(message, "standard output is no terminal to show anything on; with "
                                    "--script, the last frame is written there");
    window->base.no_input = !isatty(STDOUT_FILENO);
    if (!window->base.no_input && detect_is_dumb(&environment))
        return message_set(message, "nothing can be drawn on this terminal: TERM is %s",
                           environment.term ? environment.term : "not set");
    if (!window->base.no_input) {
        if (tty_open(window->wake_fd, message))
            return -1;
        window->on_tty = true;
        ask(window, &environment);
    } else {
        signal(SIGPIPE, SIG_IGN); /* a pipe that nobody reads is an error with a message */
    }
    window->look = detect_look(wishes->terminal, &environment, &window->answers);
    window->frame.first_image = first_image(&window->look);
    if (window->on_tty ? take_tty_size(window)
                       : set_size(window, wishes->width / CELL_WIDTH, wishes->height / CELL_HEIGHT,
                                  CELL_WIDTH, CELL_HEIGHT))
        return message_set(message, "the terminal cannot be used: out of memory");
    set_title(&window->base, wishes->title);
    window->surface.base.missing_keys = missing_keys(&window->answers);
    return 0;
}

int term_window_open(struct backend **backend, const struct backend_wishes *wishes,
                     struct message *message)
{
    struct term_window *window = calloc(1, sizeof *window);
    *backend = NULL;
    if (!window)
        return message_set(message, "the terminal cannot be used: out of memory");
    window->wake_fd = -1;
    window->base = (struct backend){.type = &type, .surface = &window->surface.base};
    if (set_up(window, wishes, message)) {
        close_window(&window->base);
        return -1;
    }
    *backend = &window->base;
    return 0;
}
