/* What the viewer knows and shows, without any window. A *position* is a place on the scrubber:
 * one per complete step, and one more for the part of a step with which a cut file ends. */
#ifndef UQD_VIEWER_SESSION_STATE_H
#define UQD_VIEWER_SESSION_STATE_H

#include "session/format.h"
#include "session/settings.h"
#include "source/source.h"

#define STATE_N_MODES (UQD_MODE_FLOW + 1)

struct state_step {
    char name[24];
    double measured[STATE_N_MODES]; /* PSNR against the reference, NaN if unknown */
    uint64_t measured_seed;         /* of the ancestral measurement */
    bool refused[STATE_N_MODES];    /* the source could not make that picture */
    struct picture *thumb;          /* small picture, NULL if there is none yet */
    struct frame_key thumb_key;
};

struct state {
    const struct uqd_file *file; /* borrowed */
    struct state_step *steps;    /* one per step of the file and one for a cut end */
    uint32_t n_complete;
    bool ended;        /* everything in the file is decoded */
    bool partial;      /* the file is cut inside a step that can be shown */
    bool lost, failed; /* the source */
    char trouble[256]; /* what is wrong with the file or the source; empty if nothing */

    struct picture *reference; /* NULL while there is none */
    bool reference_given;      /* by the user; otherwise it is the lossless step */

    uint32_t position;
    bool following; /* the position is the latest one */
    enum uqd_mode mode;
    uint64_t seed;
    bool original; /* the reference is shown in place of the position */

    struct picture *shown; /* NULL before the first picture */
    struct frame_key shown_key;
    double shown_psnr;
};

/* 0, or -1 if there is no memory. */
int state_init(struct state *state, const struct uqd_file *file, const struct settings *settings);

void state_clear(struct state *state);

/* 0 until the first step is complete. */
uint32_t state_n_positions(const struct state *state);

/* The full-size picture at a position. */
struct frame_key state_key(const struct state *state, uint32_t position, enum uqd_mode mode);

/* The position of a key's step. */
uint32_t state_key_position(const struct state *state, const struct frame_key *key);

/* Whether the picture that is wanted is the one that is shown. */
bool state_is_shown(const struct state *state);

/* What numbers and labels are to describe: the picture that is shown, or the wanted one before the
 * first picture. Its position is one of the state's, if there are any. */
struct frame_key state_described(const struct state *state);

/* PSNR of that picture; NaN if unknown. */
double state_described_psnr(const struct state *state);

/* How often to halve pictures for the filmstrip. */
uint32_t state_thumb_reduce(const struct state *state);

/* Whether the small picture at a position is the one of the mode and seed. */
bool state_has_thumb(const struct state *state, uint32_t position);

/* Bytes of the file up to a position, which may also be a step that is not there yet. */
uint64_t state_bytes(const struct state *state, uint32_t position);

/* Bits per pixel of the whole picture. */
double state_rate(const struct state *state, uint32_t position);

/* The position that costs most nearly so many bytes, by their ratio; of several equally near ones
 * the last. 0 if there is none yet. */
uint32_t state_nearest(const struct state *state, uint64_t bytes);

/* PSNR as measured; NaN if unknown. For the denoised picture as stored in the file, unless the
 * reference was given by the user. */
double state_psnr(const struct state *state, enum uqd_mode mode, uint32_t position);

/* Whether that PSNR is known, of the ancestral picture with the present seed. */
bool state_is_measured(const struct state *state, enum uqd_mode mode, uint32_t position);

/* Goes to a position, or the last one if there are fewer. */
void state_select(struct state *state, uint32_t position);

void state_set_mode(struct state *state, enum uqd_mode mode, uint64_t seed);

/* Takes in what a source reports, except pictures and refusals. */
void state_take(struct state *state, const struct source_event *event);

/* Takes over a picture that arrived or was found in the cache. */
void state_show(struct state *state, const struct frame_key *key, struct picture *picture,
                double psnr);
void state_measure(struct state *state, const struct frame_key *key, double psnr);
/* Ignored unless the picture is of the mode and seed. A small picture made from the full-size one
 * takes the place of one that the source made, not the other way round. */
void state_set_thumb(struct state *state, const struct frame_key *key, struct picture *picture);

/* Remembers that a picture cannot be had. False if it is of no interest: it was asked for in
 * advance, and its step turned out to be cut. */
bool state_refuse(struct state *state, const struct frame_key *key);

const char *state_mode_name(enum uqd_mode mode);

/* Number and name: "2 · 81", or "3 · part of 27" for a cut end. */
const char *state_step_name(const struct state *state, uint32_t position, struct text_line *line);

/* One sentence on what is going on. Where that is not decoding: background tells whether pictures
 * are computed unseen, feedback what the last command did. */
const char *state_describe(const struct state *state, bool background, const char *feedback,
                           struct text_line *line);

#endif
