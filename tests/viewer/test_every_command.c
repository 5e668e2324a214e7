/* What the window looks like after every command, at several sizes: hashes of its pixels in
 * golden/commands. After a wanted change of the look, write them anew with UQD_GOLDEN=write in the
 * environment, and look at the pictures that differed before, which a failure leaves behind. */
#include "image_file.h"
#include "play.h"
#include "screen.h"
#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HASHES GOLDEN_DIRECTORY "/commands"

/* One after the other; each begins with what the one before has left. */
static const char *const lines[] = {
    "step 2",
    "bytes 1500",
    "unit bytes",
    "unit bpp",
    "unit psnr",
    "unit steps",
    "step 3",
    "mode ancestral",
    "seed 4",
    "mode flow",
    "peek on",
    "peek off",
    "mix 40",
    "mode denoised",
    "original on",
    "original off",
    "zoom 4",
    "pan 30 -20",
    "zoom 20 10 10",
    "grid on",
    "grid off",
    "loupe on",
    "loupe off",
    "fit",
    "histogram on",
    "histogram off",
    "map bits",
    "map variance",
    "map change",
    "map error",
    "map off",
    "compare side",
    "pane 2",
    "step 1",
    "link off",
    "link on",
    "pane 1",
    "compare wipe",
    "wipe 0.3",
    "compare flicker",
    "flicker on",
    "flicker off",
    "compare difference",
    "gain 8",
    "absolute on",
    "absolute off",
    "compare off",
    "metric ms-ssim",
    "metric psnr",
    "import curves.csv",
    "filmstrip off",
    "curve off",
    "curve on",
    "filmstrip on",
    "text 1.5",
    "text 1",
    "blank on",
    "back",
    "help on",
    "help off",
    "play off",
    "speed 2",
    "present on",
    "caption A line above the picture",
    "caption",
    "bandwidth off",
    "talk two.talk",
    "talk next",
    "talk off",
    "present off",
    "open twin.uqd",
    "file 1",
    "redraw",
};

/* Those that show nothing of their own, or what another library makes. */
static const enum command_id others[] = {
    COMMAND_CODEC,    COMMAND_CUT,   COMMAND_FULLSCREEN, COMMAND_POINT,
    COMMAND_AUTOPLAY, COMMAND_SHEET, COMMAND_SCREENSHOT, COMMAND_EXPORT,
    COMMAND_RESIZE,   COMMAND_WAIT,  COMMAND_PAUSE,      COMMAND_QUIT,
};

static const struct {
    int width, height;
} sizes[] = {{320, 240}, {640, 480}, {600, 1000}, {1280, 800}};

/* ---- Hashes -------------------------------------------------------------------------------- */

static uint64_t hash_of(const struct pixels *screen)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t size = (size_t)screen->width * screen->height * screen->channels;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ screen->data[i]) * UINT64_C(1099511628211);
    return hash;
}

/* The hash that is stored for a command at a size; 0 if there is none. */
static uint64_t find_hash(FILE *file, const char *name)
{
    char line[256];
    size_t length = strlen(name);
    rewind(file);
    while (fgets(line, sizeof line, file))
        if (!strncmp(line + 17, name, length) && line[17 + length] == '\n')
            return strtoull(line, NULL, 16);
    return 0;
}

/* What the last command said fades after a while, so it is left out. */
static uint64_t look(const char *picture)
{
    char line[128];
    struct pixels screen;
    play_until_idle();
    play_hold()->look.feedback[0] = '\0';
    play_release();
    snprintf(line, sizeof line, "screenshot %s", picture);
    play_do(line);
    screen_read(picture, &screen);
    uint64_t hash = hash_of(&screen);
    pixels_free(&screen);
    return hash;
}

/* ---- Tests --------------------------------------------------------------------------------- */

static void the_list_has_every_command(void **state)
{
    bool listed[N_COMMANDS] = {false};
    struct command_call call;
    struct message message;
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(command_parse(lines[i], &call, &message), 0);
        listed[call.id] = true;
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        listed[others[i]] = true;
    for (int id = 0; id < N_COMMANDS; id++)
        if (!listed[id])
            fail_msg("there is no picture of `%s`", viewer_commands[id].name);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void make_files(void)
{
    write_file("curves.csv", "label,bpp,psnr\nOther,1,25\nOther,4,33\n");
    write_file("two.talk", "point One\nstep 1\npoint Two\nstep 4\n");
}

/* Returns how many differ from their hashes, or writes these. */
static unsigned play_all(FILE *file, bool write, int width, int height)
{
    char name[200], picture[64];
    unsigned n = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        snprintf(name, sizeof name, "%d x %d: %s", width, height, lines[i]);
        snprintf(picture, sizeof picture, "command-%dx%d-%zu.png", width, height, i);
        play_do(lines[i]);
        uint64_t hash = look(picture);
        if (write) {
            fprintf(file, "%016llx %s\n", (unsigned long long)hash, name);
        } else if (hash != find_hash(file, name)) {
            print_error("%s: see %s\n", name, picture);
            n++;
            continue;
        }
        assert_int_equal(remove(picture), 0);
    }
    return n;
}

static void every_command_looks_as_it_did(void **state)
{
    const char *golden = getenv("UQD_GOLDEN");
    bool write = golden && !strcmp(golden, "write");
    FILE *file = fopen(HASHES, write ? "w" : "r");
    unsigned n = 0;
    (void)state;
    assert_non_null(file);
    make_files();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char size[32];
        snprintf(size, sizeof size, "%dx%d", sizes[i].width, sizes[i].height);
        PLAY("picture.uqd", "--forget", "--size", size);
        play_until_idle();
        n += play_all(file, write, sizes[i].width, sizes[i].height);
        assert_int_equal(play_end(), 0);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_has_every_command),
        cmocka_unit_test_teardown(every_command_looks_as_it_did, play_teardown),
    };
    return cmocka_run_group_tests(tests, stage_setup, stage_teardown);
}
