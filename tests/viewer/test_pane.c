/* What is wanted in a pane, what it is made from, and what is on the screen until that has come. */
#include "session/pane.h"

#include "room.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Everything is decoded, and a step is chosen. */
static struct pane *open_at(struct room *room, uint32_t position)
{
    room_open(room, 1600);
    room_complete(room, ROOM_N_STEPS);
    room_end(room, "");
    pane_select(&room->panes[0], position);
    return &room->panes[0];
}

static bool offer(struct room *room, struct pane *pane, const struct frame_key *key, double psnr)
{
    struct picture *picture = room_picture(room, key);
    bool changed = pane_offer(pane, key, picture, psnr);
    picture_unref(picture);
    return changed;
}

static bool offer_coarse(struct room *room, struct pane *pane, const struct frame_key *key)
{
    struct picture *picture = room_picture(room, key);
    bool changed = pane_offer_coarse(pane, key, picture);
    picture_unref(picture);
    return changed;
}

static void give_reference(struct room *room)
{
    struct frame_key last = room_key(ROOM_N_STEPS - 1, UQD_MODE_DENOISED, 0);
    room->document.progress.reference = room_picture(room, &last);
}

/* ---- What is wanted ------------------------------------------------------------------------ */

static void the_latest_step_is_followed(void **state)
{
    struct room room;
    const struct pane *pane = &room.panes[0];
    (void)state;
    room_open(&room, 1600);
    assert_false(pane_has_position(pane));
    room_complete(&room, 2);
    assert_int_equal(pane->wanted.position, 1);
    room_complete(&room, 4);
    assert_int_equal(pane->wanted.position, 3);
    pane_select(&room.panes[0], 3); /* chosen by its number it stays, though it is the latest one */
    room_complete(&room, 5);
    assert_int_equal(pane->wanted.position, 3);
    pane_select(&room.panes[0], 99);
    assert_int_equal(pane->wanted.position, 4);
    assert_true(pane->following);
    room_close(&room);
}

static void a_cut_end_is_followed_too(void **state)
{
    struct room room;
    struct exhibit wanted;
    (void)state;
    room_open(&room, 500);
    room_complete(&room, 3);
    room_end(&room, "");
    wanted = room.panes[0].wanted;
    assert_int_equal(wanted.position, 3);
    assert_int_equal(exhibit_bytes(&room.document.progress, &wanted), 500);
    assert_true(pane_is_part(&room.panes[0], &wanted));
    wanted.position = 2;
    assert_false(pane_is_part(&room.panes[0], &wanted));
    room_close(&room);
}

/* At the end of a step it is the step, beyond the end the end, and else inside a step. */
static void bytes_are_chosen(void **state)
{
    static const struct {
        uint64_t chosen;
        uint32_t position;
        uint64_t bytes;
        bool following;
    } cases[] = {{1, 0, 1, false},     {0, 0, 1, false},        {100, 0, 0, false},
                 {101, 1, 101, false}, {199, 1, 199, false},    {200, 1, 0, false},
                 {450, 3, 450, false}, {499, 3, 499, false},    {500, 3, 0, true},
                 {800, 3, 0, true},    {UINT64_MAX, 3, 0, true}};
    struct room room;
    struct pane *pane = &room.panes[0];
    (void)state;
    room_open(&room, 500);
    pane_select_bytes(pane, 150); /* nothing is there yet */
    assert_int_equal(pane->wanted.bytes, 0);
    room_complete(&room, 3);
    room_end(&room, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pane_select_bytes(pane, cases[i].chosen);
        if (pane->wanted.position != cases[i].position || pane->wanted.bytes != cases[i].bytes ||
            pane->following != cases[i].following)
            fail_msg("%llu bytes: position %u, bytes %llu, following %d",
                     (unsigned long long)cases[i].chosen, (unsigned)pane->wanted.position,
                     (unsigned long long)pane->wanted.bytes, pane->following);
        assert_int_equal(pane_is_part(pane, &pane->wanted), cases[i].bytes || cases[i].following);
    }
    pane_select_bytes(pane, 150);
    pane_select(pane, 1);
    assert_int_equal(pane->wanted.bytes, 0);
    room_close(&room);
}

static void mixtures_are_modes_at_their_ends(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct text_line line;
    (void)state;
    pane_set_mix(pane, 40);
    assert_int_equal(pane->wanted.mix, 40);
    assert_int_equal(pane_mix(pane), 40);
    assert_string_equal(exhibit_mode_name(&pane->wanted, &line), "mix 40 %");
    pane_set_mix(pane, 100);
    assert_int_equal(pane->wanted.mix, 0);
    assert_int_equal(pane->wanted.mode, UQD_MODE_ANCESTRAL);
    assert_int_equal(pane_mix(pane), 100);
    pane_set_mix(pane, 0);
    assert_int_equal(pane->wanted.mode, UQD_MODE_DENOISED);
    assert_int_equal(pane_mix(pane), 0);
    pane_set_mix(pane, 1);
    pane_set_mode(pane, UQD_MODE_FLOW, 0);
    assert_int_equal(pane->wanted.mix, 0);
    assert_int_equal(pane_mix(pane), 0);
    assert_string_equal(exhibit_mode_name(&pane->wanted, &line), "flow");
    room_close(&room);
}

/* Only what shows has to agree. */
static void exhibits_are_compared_by_what_shows(void **state)
{
    struct exhibit a = {.position = 2, .mode = UQD_MODE_DENOISED, .seed = 1}, b = a;
    (void)state;
    b.seed = 2;
    assert_true(exhibit_equal(&a, &b));
    a.mode = b.mode = UQD_MODE_ANCESTRAL;
    assert_false(exhibit_equal(&a, &b));
    a.mode = b.mode = UQD_MODE_DENOISED;
    a.map = b.map = MAP_VARIANCE;
    assert_false(exhibit_equal(&a, &b));
    a.map = MAP_ERROR;
    b = a;
    b.bytes = 9;
    assert_false(exhibit_equal(&a, &b));
    b = a;
    b.map = MAP_BITS;
    assert_false(exhibit_equal(&a, &b));
    b.original = true;
    assert_false(exhibit_equal(&a, &b));
    a.original = true;
    a.position = 4;
    assert_true(exhibit_equal(&a, &b));
}

/* ---- Parts --------------------------------------------------------------------------------- */

/* Which pictures every kind of exhibit is made from: letters of the mode, numbers of the step, @
 * and the bytes inside a step. */
static void list_parts(const struct room *room, const struct exhibit *exhibit, char *text,
                       size_t size)
{
    struct frame_key parts[EXHIBIT_MAX_PARTS];
    unsigned n = exhibit_parts(&room->document.progress, exhibit, 3, parts);
    size_t length = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(parts[i].reduce, 3);
        length += (size_t)snprintf(text + length, size - length, "%c",
                                   mode_name((enum uqd_mode)parts[i].mode)[0]);
        length +=
            parts[i].step == UQD_STEP_LATEST
                ? (size_t)snprintf(text + length, size - length, "@%u ", (unsigned)parts[i].bytes)
                : (size_t)snprintf(text + length, size - length, "%u.%u ", (unsigned)parts[i].step,
                                   (unsigned)parts[i].seed);
    }
}

static void exhibits_have_parts(void **state)
{
    static const struct {
        struct exhibit exhibit;
        const char *parts;
    } cases[] = {
        {{.position = 2, .mode = UQD_MODE_DENOISED, .seed = 4}, "d2.0 "},
        {{.position = 2, .mode = UQD_MODE_ANCESTRAL, .seed = 4}, "a2.4 "},
        {{.position = 2, .mode = UQD_MODE_FLOW, .seed = 4}, "f2.0 "},
        {{.position = 2, .mode = UQD_MODE_ANCESTRAL, .seed = 4, .mix = 30}, "d2.0 a2.4 "},
        {{.position = 2, .mode = UQD_MODE_DENOISED, .original = true}, ""},
        {{.position = 2, .mode = UQD_MODE_DENOISED, .original = true, .map = MAP_VARIANCE}, ""},
        {{.position = 2, .mode = UQD_MODE_FLOW, .map = MAP_BITS}, "f2.0 "},
        {{.position = 2, .mode = UQD_MODE_FLOW, .map = MAP_ERROR}, "f2.0 "},
        {{.position = 2, .mode = UQD_MODE_FLOW, .map = MAP_CHANGE}, "f2.0 f1.0 "},
        {{.position = 0, .mode = UQD_MODE_FLOW, .map = MAP_CHANGE}, "f0.0 f0.0 "},
        {{.position = 2, .mode = UQD_MODE_DENOISED, .seed = 4, .map = MAP_VARIANCE},
         "a2.4 a2.5 a2.6 a2.7 a2.8 a2.9 a2.10 a2.11 "},
        {{.position = 2, .mode = UQD_MODE_ANCESTRAL, .seed = 4, .mix = 30, .map = MAP_CHANGE},
         "d2.0 a2.4 d1.0 "},
        {{.position = 2, .bytes = 300, .mode = UQD_MODE_DENOISED}, "d@300 "},
        {{.position = 2, .bytes = 300, .mode = UQD_MODE_ANCESTRAL, .seed = 4}, "a1.4 "},
        {{.position = 2, .bytes = 300, .mode = UQD_MODE_ANCESTRAL, .seed = 4, .mix = 30},
         "d@300 a1.4 "},
        {{.position = 2, .bytes = 300, .mode = UQD_MODE_DENOISED, .map = MAP_CHANGE},
         "d@300 d1.0 "},
    };
    struct room room;
    char text[256];
    (void)state;
    open_at(&room, 2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        list_parts(&room, &cases[i].exhibit, text, sizeof text);
        if (strcmp(text, cases[i].parts) != 0)
            fail_msg("case %zu: %s instead of %s", i, text, cases[i].parts);
    }
    room_close(&room);
}

static void a_mixture_comes_part_by_part(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key denoised = room_key(1, UQD_MODE_DENOISED, 0),
                     sample = room_key(1, UQD_MODE_ANCESTRAL, 0), key;
    struct text_line line;
    (void)state;
    assert_true(offer(&room, pane, &denoised, NAN));
    pane_set_mix(pane, 40);
    assert_false(pane_update(pane));
    assert_false(pane_is_shown(pane));
    assert_true(pane_missing(pane, &key)); /* the other part is there */
    assert_true(frame_key_equal(&key, &sample));
    assert_int_equal(pane_described(pane).mix, 0);
    assert_string_equal(pane_describe(pane, false, "", &line),
                        "Computing the mix 40 % picture of step 1 ... 50 %");
    assert_true(offer(&room, pane, &sample, NAN));
    assert_false(pane_missing(pane, &key));
    assert_true(pane_is_shown(pane));
    uint8_t low = room_value(&denoised), high = room_value(&sample);
    assert_int_equal(pane->shown->pixels[0], low + (high - low) * 40 / 100);
    pane_set_mix(pane, 80); /* needs no picture of the source */
    assert_true(pane_update(pane));
    assert_int_equal(pane->shown->pixels[0], low + (high - low) * 80 / 100);
    pane_set_mix(pane, 100);
    assert_true(pane_update(pane));
    assert_int_equal(pane->shown->pixels[0], high);
    room_close(&room);
}

/* Of the mixture, not of the pictures that it is made from. */
static void a_mixture_has_a_distortion_of_its_own(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key denoised = room_key(1, UQD_MODE_DENOISED, 0),
                     sample = room_key(1, UQD_MODE_ANCESTRAL, 0);
    (void)state;
    give_reference(&room);
    pane_set_mix(pane, 50);
    offer(&room, pane, &denoised, 25);
    assert_true(offer(&room, pane, &sample, 22));
    double psnr = pane_described_psnr(pane);
    assert_true(psnr == picture_psnr(pane->shown, room.document.progress.reference));
    assert_true(psnr != 25 && psnr != 22);
    room_close(&room);
}

static void what_nobody_wants_is_not_taken(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key wanted = room_key(1, UQD_MODE_DENOISED, 0),
                     other = room_key(2, UQD_MODE_DENOISED, 0);
    (void)state;
    assert_false(offer(&room, pane, &other, NAN));
    assert_null(pane->shown);
    assert_false(pane_wants(pane, &other));
    assert_true(pane_wants(pane, &wanted));
    assert_false(pane_serves(pane, &other));
    assert_true(offer(&room, pane, &wanted, NAN));
    assert_false(offer(&room, pane, &wanted, NAN)); /* once more changes nothing */
    room_close(&room);
}

/* ---- Sharpness ----------------------------------------------------------------------------- */

static void a_coarse_picture_is_shown_until_the_sharp_one_comes(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key sharp = room_key(1, UQD_MODE_DENOISED, 0), coarse = sharp, coarser = sharp,
                     key;
    (void)state;
    coarse.reduce = 1;
    coarser.reduce = 2;
    pane_update(pane);
    assert_true(offer_coarse(&room, pane, &coarser));
    assert_int_equal(pane->shown->pixels[0], room_value(&coarser));
    assert_false(pane_is_shown(pane));
    assert_true(pane_missing(pane, &key) && frame_key_equal(&key, &sharp));
    assert_true(offer_coarse(&room, pane, &coarse));
    assert_false(offer_coarse(&room, pane, &coarser)); /* that would be a step back */
    assert_int_equal(pane->shown->pixels[0], room_value(&coarse));
    assert_true(offer(&room, pane, &sharp, 25));
    assert_true(pane_is_shown(pane));
    assert_false(offer_coarse(&room, pane, &coarse));
    assert_int_equal(pane->shown->pixels[0], room_value(&sharp));
    room_close(&room);
}

/* Only a picture by itself can be coarse: of a mixture both parts have to be alike, and a map of a
 * halved picture is another map. */
static void mixtures_and_maps_wait_for_sharp_pictures(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key coarse = room_key(1, UQD_MODE_DENOISED, 0), sharp = coarse;
    (void)state;
    coarse.reduce = 2;
    pane_set_mix(pane, 50);
    pane_update(pane);
    assert_false(offer_coarse(&room, pane, &coarse));
    pane_set_mode(pane, UQD_MODE_DENOISED, 0);
    pane_set_map(pane, MAP_BITS);
    pane->reduce = 1;
    pane_update(pane);
    assert_false(offer_coarse(&room, pane, &coarse));
    assert_false(pane_serves(pane, &sharp));
    pane_set_map(pane, MAP_OFF);
    pane_update(pane);
    assert_true(pane_serves(pane, &sharp));
    room_close(&room);
}

/* After zooming in the picture is there, but not sharp; after zooming out it is sharper than
 * needed, and stays. */
static void the_zoom_decides_on_the_sharpness(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key half = room_key(1, UQD_MODE_DENOISED, 0), whole = half, key;
    (void)state;
    half.reduce = 1;
    pane->reduce = 1;
    assert_true(offer(&room, pane, &half, NAN));
    assert_true(pane_is_shown(pane));
    pane->reduce = 0;
    assert_false(pane_update(pane));
    assert_false(pane_is_shown(pane));
    assert_true(pane_missing(pane, &key) && frame_key_equal(&key, &whole));
    assert_true(offer(&room, pane, &whole, 25));
    pane->reduce = 2;
    assert_false(pane_update(pane));
    assert_true(pane_is_shown(pane));
    assert_false(pane_missing(pane, &key));
    room_close(&room);
}

/* ---- The original -------------------------------------------------------------------------- */

static void the_original_comes_and_goes_without_a_picture_of_the_source(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct frame_key shown = room_key(1, UQD_MODE_DENOISED, 0), key;
    (void)state;
    give_reference(&room);
    assert_true(offer(&room, pane, &shown, 25));
    for (int i = 0; i < 3; i++) {
        pane_set_original(pane, true);
        assert_true(pane_update(pane));
        assert_ptr_equal(pane->shown, room.document.progress.reference);
        assert_true(pane_is_shown(pane));
        assert_true(isinf(pane_described_psnr(pane)));
        assert_false(pane_missing(pane, &key));
        pane_set_original(pane, false);
        assert_true(pane_update(pane));
        assert_int_equal(pane->shown->pixels[0], room_value(&shown));
        assert_false(pane_missing(pane, &key));
    }
    pane_set_original(pane, true);
    pane_select(pane, 2); /* who chooses a step wants to see it */
    assert_false(pane->wanted.original);
    room_close(&room);
}

/* ---- Words --------------------------------------------------------------------------------- */

/* Until the wanted picture comes, everything that is said is said of the one that is shown. */
static void what_is_shown_is_described(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct progress *progress = &room.document.progress;
    struct frame_key key = room_key(1, UQD_MODE_DENOISED, 0);
    (void)state;
    assert_int_equal(pane_described(pane).position, 1); /* wanted; nothing is shown */
    offer(&room, pane, &key, NAN);
    pane_select(pane, 2);
    pane_set_mode(pane, UQD_MODE_ANCESTRAL, 5);
    assert_int_equal(pane_described(pane).position, 1);
    assert_int_equal(pane_described(pane).mode, UQD_MODE_DENOISED);
    assert_int_equal(pane_described_bytes(pane), 200);
    assert_true(pane_described_psnr(pane) == 25);
    key = room_key(2, UQD_MODE_ANCESTRAL, 5);
    offer(&room, pane, &key, 27);
    progress_measure(progress, &key, 27);
    pane_set_mode(pane, UQD_MODE_ANCESTRAL, 6);
    key = room_key(2, UQD_MODE_ANCESTRAL, 6);
    progress_measure(progress, &key, 28); /* in advance */
    assert_int_equal(pane_described(pane).seed, 5);
    assert_true(pane_described_psnr(pane) == 27);
    offer(&room, pane, &key, 28);
    assert_int_equal(pane_described(pane).seed, 6);
    assert_true(pane_described_psnr(pane) == 28);
    room_close(&room);
}

/* Trouble first, then what the last command did, then what is going on. */
static void the_most_urgent_is_said(void **state)
{
    struct room room;
    struct pane *pane = &room.panes[0];
    struct text_line line;
    struct frame_key key;
    (void)state;
    room_open(&room, 500);
    assert_string_equal(pane_describe(pane, false, "", &line), "Decoding step 0 ...");
    room_complete(&room, 3);
    assert_string_equal(pane_describe(pane, false, "", &line), "Decoding step 3 ...");
    progress_take(&room.document.progress,
                  &(struct source_event){.type = SOURCE_STEP_PROGRESS, .done = 0.409});
    assert_string_equal(pane_describe(pane, false, "", &line), "Decoding step 3 ... 40 %");
    assert_string_equal(pane_describe(pane, false, "Zoom 50 %", &line), "Zoom 50 %");
    room_end(&room, "");
    assert_string_equal(pane_describe(pane, true, "", &line),
                        "Computing the denoised picture of step 3 ...");
    key = progress_key(&room.document.progress, 3, UQD_MODE_DENOISED, 0);
    offer(&room, pane, &key, NAN);
    assert_string_equal(pane_describe(pane, true, "", &line), "Measuring in the background ...");
    assert_string_equal(pane_describe(pane, true, "Mode: flow", &line), "Mode: flow");
    assert_string_equal(pane_describe(pane, false, "", &line),
                        "The file ends inside step 3: 500 B of 1.60 kB are there");
    strcpy(room.document.progress.trouble, "The daemon has ended");
    assert_string_equal(pane_describe(pane, true, "Mode: flow", &line), "The daemon has ended");
    room_close(&room);
    pane = open_at(&room, 1);
    room_rest(&room, 200);
    assert_string_equal(pane_describe(pane, false, "", &line), "All 5 steps are decoded");
    room_close(&room);
}

/* As a file that is nothing but an exact copy. */
static void a_file_may_have_one_step(void **state)
{
    static const struct uqd_file_step step = {800, INFINITY};
    struct room room;
    struct text_line line;
    (void)state;
    room_open_steps(&room, &step, 1);
    room_complete(&room, 1);
    room_end(&room, "");
    room_rest(&room, 200);
    assert_string_equal(pane_describe(&room.panes[0], false, "", &line),
                        "The only step is decoded");
    room_close(&room);
}

/* Of the picture that is wanted, not of another one. */
static void a_picture_says_how_much_of_it_is_made(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct text_line line;
    struct source_event event = {.type = SOURCE_PICTURE_PROGRESS, .done = 0.73};
    (void)state;
    pane_update(pane);
    event.key = room_key(1, UQD_MODE_ANCESTRAL, 3);
    progress_take(&room.document.progress, &event);
    assert_string_equal(pane_describe(pane, false, "", &line),
                        "Computing the denoised picture of step 1 ...");
    event.key = room_key(1, UQD_MODE_DENOISED, 0);
    progress_take(&room.document.progress, &event);
    assert_string_equal(pane_describe(pane, false, "", &line),
                        "Computing the denoised picture of step 1 ... 73 %");
    pane_set_mix(pane, 50);
    pane_update(pane);
    assert_true(fabs(pane_done(pane) - 0.365) < 1e-9);
    room_close(&room);
}

static void a_map_says_how_much_of_it_is_there(void **state)
{
    struct room room;
    struct pane *pane = open_at(&room, 1);
    struct text_line line;
    struct frame_key key = room_key(1, UQD_MODE_ANCESTRAL, 3);
    (void)state;
    pane_set_map(pane, MAP_VARIANCE);
    pane_update(pane);
    assert_string_equal(pane_describe(pane, false, "", &line),
                        "Computing the map of step 1: 0 of 8 pictures ...");
    assert_false(offer(&room, pane, &key, NAN));
    assert_string_equal(pane_describe(pane, false, "", &line),
                        "Computing the map of step 1: 1 of 8 pictures ...");
    room_close(&room);
}

/* ---- Another file -------------------------------------------------------------------------- */

static void a_pane_turns_to_another_file(void **state)
{
    static const struct uqd_file_step few[] = {{300, 22}, {900, INFINITY}};
    struct room room, other;
    struct pane *pane = open_at(&room, 3);
    struct frame_key key = room_key(3, UQD_MODE_FLOW, 0);
    (void)state;
    room_open_steps(&other, few, 2);
    give_reference(&room);
    pane_set_mode(pane, UQD_MODE_FLOW, 0);
    offer(&room, pane, &key, NAN);
    pane_set_original(pane, true);
    pane_set_progress(pane, &other.document.progress);
    assert_null(pane->shown); /* nothing of the old file stays */
    assert_int_equal(pane->n_parts, 0);
    assert_false(pane->wanted.original); /* this one has none */
    assert_int_equal(pane->wanted.mode, UQD_MODE_FLOW);
    room_complete(&other, 2);
    pane_follow_progress(pane);
    assert_int_equal(pane->wanted.position, 1); /* there is no step 3 */
    pane_set_progress(pane, &room.document.progress);
    pane_select(pane, 0);
    pane_set_progress(pane, &other.document.progress);
    assert_int_equal(pane->wanted.position, 0);
    room_close(&other);
    room_close(&room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_step_is_followed),
        cmocka_unit_test(a_cut_end_is_followed_too),
        cmocka_unit_test(bytes_are_chosen),
        cmocka_unit_test(mixtures_are_modes_at_their_ends),
        cmocka_unit_test(exhibits_are_compared_by_what_shows),
        cmocka_unit_test(exhibits_have_parts),
        cmocka_unit_test(a_mixture_comes_part_by_part),
        cmocka_unit_test(a_mixture_has_a_distortion_of_its_own),
        cmocka_unit_test(what_nobody_wants_is_not_taken),
        cmocka_unit_test(a_coarse_picture_is_shown_until_the_sharp_one_comes),
        cmocka_unit_test(mixtures_and_maps_wait_for_sharp_pictures),
        cmocka_unit_test(the_zoom_decides_on_the_sharpness),
        cmocka_unit_test(the_original_comes_and_goes_without_a_picture_of_the_source),
        cmocka_unit_test(what_is_shown_is_described),
        cmocka_unit_test(the_most_urgent_is_said),
        cmocka_unit_test(a_file_may_have_one_step),
        cmocka_unit_test(a_picture_says_how_much_of_it_is_made),
        cmocka_unit_test(a_map_says_how_much_of_it_is_there),
        cmocka_unit_test(a_pane_turns_to_another_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
