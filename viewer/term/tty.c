#include "term/tty.h"
#include "monotonic.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define ANSWER_TIME 600       /* milliseconds */
#define LEAVE_TIME  2000      /* milliseconds to set a terminal back that may be dead */
#define LOOK_TIME   200       /* milliseconds after which a signal is looked for */
#define FAREWELL    (1 << 16) /* bytes: more than the deletion of all images takes */
#define SAFE_WRITE  256       /* bytes that a terminal takes at once when it takes any */

/* The alternate screen without cursor and without lines that go on in the next, the pointer, marks
 * around what is pasted. What a terminal does not know it ignores. */
static const char take_screen[] =
    "\33[22;2t\33[?1049h\33[?25l\33[?7l\33[?1003h\33[?1006h\33[?2004h\33[0m\33[2J";
static const char take_keys[] = "\33[>3u";

/* First the end of a string that was being written. */
static const char end_string[] = "\33\\";
static const char give_keys[] = "\33[<u";
static const char give_screen[] = "\33[0m\33[?2026l\33[?2004l\33[?1006l\33[?1003l\33[?7h\33[?25h"
                                  "\33[?1049l\33[23;2t";

static const int ending[] = {SIGTERM, SIGINT, SIGHUP};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct {
    int in, out, wake_fd;
    bool own_in, own_out; /* opened here */
    struct termios before;
    volatile sig_atomic_t open, entered, key_events;
    volatile sig_atomic_t quit, stop, continued, resized;
    bool quit_told; /* once is enough */
    char farewell[FAREWELL];
    volatile size_t farewell_size;
    int error_before, error_kept; /* standard error as it was, and a file in its place; or -1 */
    struct sigaction ending_before[COUNT(ending)], crashes_before[COUNT(crashes)];
    struct sigaction stop_before, continue_before, resize_before, pipe_before;
} tty = {.in = -1, .out = STDOUT_FILENO, .error_before = -1, .error_kept = -1};

/* ---- Setting back, also in handlers of signals ---------------------------------------------- */

/* Milliseconds to wait for the terminal to take something. Nobody may be reading what is written,
 * which ends when the time is over, or if there is no end, when the program is asked to end. */
static int patience(int64_t end)
{
    int64_t left = end - monotonic_ms();
    if (end == 0)
        return tty.quit ? 0 : LOOK_TIME;
    return left < 0 ? 0 : left < LOOK_TIME ? (int)left : LOOK_TIME;
}

/* A terminal that could not be opened anew blocks if it is given more than it takes. */
static int write_until(const void *bytes, size_t size, int64_t end)
{
    const char *from = bytes;
    while (size > 0) {
        struct pollfd fd = {tty.out, POLLOUT, 0};
        size_t part = tty.own_out || size < SAFE_WRITE ? size : SAFE_WRITE;
        int wait = patience(end);
        ssize_t n = poll(&fd, 1, wait) > 0 ? write(tty.out, from, part) : 0;
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        if (n <= 0 && wait == 0)
            return -1;
        from += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int tty_write(const void *bytes, size_t size)
{
    return write_until(bytes, size, 0);
}

/* What was said meanwhile can be read now. */
static void give_error_back(int64_t end)
{
    char text[512];
    ssize_t n;
    if (tty.error_kept < 0)
        return;
    dup2(tty.error_before, STDERR_FILENO);
    lseek(tty.error_kept, 0, SEEK_SET);
    while ((n = read(tty.error_kept, text, sizeof text)) > 0)
        if (write_until(text, (size_t)n, end))
            break;
    close(tty.error_kept);
    close(tty.error_before);
    tty.error_kept = tty.error_before = -1;
}

static void leave(int64_t end)
{
    write_until(end_string, sizeof end_string - 1, end);
    write_until(tty.farewell, tty.farewell_size, end);
    if (tty.key_events)
        write_until(give_keys, sizeof give_keys - 1, end);
    write_until(give_screen, sizeof give_screen - 1, end);
}

static void give_back(void)
{
    int64_t end = monotonic_ms() + LEAVE_TIME;
    if (tty.entered)
        leave(end);
    if (tty.open)
        tcsetattr(tty.in, TCSANOW, &tty.before);
    if (tty.entered)
        give_error_back(end);
    tty.entered = 0;
}

/* ---- Signals ------------------------------------------------------------------------------- */

static void wake(void)
{
    const uint64_t one = 1;
    int error = errno;
    ssize_t n = write(tty.wake_fd, &one, sizeof one);
    (void)n;
    errno = error;
}

/* The handler that was there before does what is to be done, or the program ends. */
static void on_crash(int signal)
{
    give_back();
    for (size_t i = 0; i < COUNT(crashes); i++)
        if (crashes[i] == signal)
            sigaction(signal, &tty.crashes_before[i], NULL);
    raise(signal);
}

/* Whoever asks twice does not want to wait. */
static void on_end(int signal)
{
    if (tty.quit) {
        give_back();
        for (size_t i = 0; i < COUNT(ending); i++)
            if (ending[i] == signal)
                sigaction(signal, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
        raise(signal);
        return;
    }
    tty.quit = 1;
    wake();
}

static void on_other(int signal)
{
    *(signal == SIGTSTP ? &tty.stop : signal == SIGCONT ? &tty.continued : &tty.resized) = 1;
    wake();
}

static void handle(int signal, void (*handler)(int), struct sigaction *before)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, before);
}

static void handle_signals(void)
{
    for (size_t i = 0; i < COUNT(ending); i++)
        handle(ending[i], on_end, &tty.ending_before[i]);
    for (size_t i = 0; i < COUNT(crashes); i++)
        handle(crashes[i], on_crash, &tty.crashes_before[i]);
    handle(SIGTSTP, on_other, &tty.stop_before);
    handle(SIGCONT, on_other, &tty.continue_before);
    handle(SIGWINCH, on_other, &tty.resize_before);
    handle(SIGPIPE, SIG_IGN, &tty.pipe_before);
}

static void leave_signals(void)
{
    for (size_t i = 0; i < COUNT(ending); i++)
        sigaction(ending[i], &tty.ending_before[i], NULL);
    for (size_t i = 0; i < COUNT(crashes); i++)
        sigaction(crashes[i], &tty.crashes_before[i], NULL);
    sigaction(SIGTSTP, &tty.stop_before, NULL);
    sigaction(SIGCONT, &tty.continue_before, NULL);
    sigaction(SIGWINCH, &tty.resize_before, NULL);
    sigaction(SIGPIPE, &tty.pipe_before, NULL);
}

struct tty_signals tty_take_signals(void)
{
    struct tty_signals signals = {tty.quit && !tty.quit_told, tty.stop, tty.continued, tty.resized};
    tty.quit_told = tty.quit;
    tty.stop = tty.continued = tty.resized = 0;
    return signals;
}

/* ---- Keys one by one ----------------------------------------------------------------------- */

/* Ctrl+C and Ctrl+Z stay signals. */
static int read_keys(void)
{
    struct termios raw = tty.before;
    raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(tty.in, TCSANOW, &raw);
}

/* What is written without blocking is so for this program only, if the terminal is opened anew. */
static void open_output(void)
{
    int out = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    tty.own_out = out >= 0;
    tty.out = out >= 0 ? out : STDOUT_FILENO;
}

int tty_open(int wake_fd, struct message *message)
{
    tty.own_in = !isatty(STDIN_FILENO);
    tty.in = tty.own_in ? open("/dev/tty", O_RDWR | O_CLOEXEC) : STDIN_FILENO;
    tty.wake_fd = wake_fd;
    tty.quit = tty.stop = tty.continued = tty.resized = 0;
    tty.quit_told = false;
    tty.farewell_size = 0;
    if (tty.in < 0 || tcgetattr(tty.in, &tty.before) || read_keys()) {
        if (tty.own_in && tty.in >= 0)
            close(tty.in);
        return message_set(message, "the terminal cannot be used: %s", strerror(errno));
    }
    open_output();
    tty.open = 1;
    handle_signals();
    return 0;
}

void tty_close(void)
{
    if (!tty.open)
        return;
    give_back();
    tty.open = 0;
    leave_signals();
    if (tty.own_in)
        close(tty.in);
    if (tty.own_out)
        close(tty.out);
    tty.in = -1;
    tty.out = STDOUT_FILENO;
    tty.own_out = false;
}

int tty_input(void)
{
    return tty.in;
}

/* ---- What it can do ------------------------------------------------------------------------ */

size_t tty_ask(const char *questions, struct term_answers *answers, char *bytes, size_t size)
{
    size_t taken = 0;
    int64_t end = monotonic_ms() + ANSWER_TIME, left;
    *answers = (struct term_answers){0};
    tty_write(questions, strlen(questions));
    while (!answers->done && !tty.quit && taken < size && (left = end - monotonic_ms()) > 0) {
        struct pollfd fd = {tty.in, POLLIN, 0};
        if (poll(&fd, 1, (int)left) <= 0)
            continue;
        ssize_t n = read(tty.in, bytes + taken, size - taken);
        if (n <= 0)
            break;
        taken += (size_t)n;
        detect_answers(bytes, taken, answers);
    }
    return taken;
}

struct tty_size tty_size(void)
{
    struct winsize window = {0};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    struct tty_size size = {window.ws_col > 0 ? window.ws_col : 80,
                            window.ws_row > 0 ? window.ws_row : 24, 0, 0};
    if (window.ws_xpixel >= size.columns && window.ws_ypixel >= size.rows) {
        size.cell_width = window.ws_xpixel / size.columns;
        size.cell_height = window.ws_ypixel / size.rows;
    }
    return size;
}

/* ---- The screen ---------------------------------------------------------------------------- */

/* Whether standard error goes to the same terminal. */
static bool shows_errors(void)
{
    struct stat out, error;
    return isatty(STDERR_FILENO) && fstat(STDOUT_FILENO, &out) == 0 &&
           fstat(STDERR_FILENO, &error) == 0 && out.st_rdev == error.st_rdev;
}

/* Texts in the middle of a picture are read by nobody. */
static void keep_error(void)
{
    if (tty.error_kept >= 0 || !shows_errors())
        return;
    int kept = memfd_create("standard error", MFD_CLOEXEC);
    tty.error_before = kept >= 0 ? fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3) : -1;
    if (tty.error_before >= 0 && dup2(kept, STDERR_FILENO) >= 0) {
        tty.error_kept = kept;
        return;
    }
    if (kept >= 0)
        close(kept);
}

void tty_enter(bool key_events)
{
    if (tty.entered)
        return;
    keep_error();
    tty.key_events = key_events;
    tty.entered = 1;
    tty_write(take_screen, sizeof take_screen - 1);
    if (key_events)
        tty_write(take_keys, sizeof take_keys - 1);
}

void tty_set_farewell(const void *bytes, size_t size)
{
    tty.farewell_size = 0;
    if (size > 0 && size <= sizeof tty.farewell)
        memcpy(tty.farewell, bytes, size);
    tty.farewell_size = size <= sizeof tty.farewell ? size : 0;
}

void tty_stop(void)
{
    give_back();
    sigaction(SIGTSTP, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    raise(SIGTSTP);
    tty_continue();
}

void tty_continue(void)
{
    handle(SIGTSTP, on_other, NULL);
    tty.continued = tty.stop = 0;
    read_keys();
    if (tty.entered)
        leave(monotonic_ms() + LEAVE_TIME);
    tty.entered = 0;
}
