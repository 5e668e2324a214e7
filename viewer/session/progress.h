/* What is known of a file while it is decoded, whatever of it is shown. A *position* is a place on
 * the scrubber: one per complete step, and one more for the part of a step with which a cut file
 * ends. */
#ifndef UQD_VIEWER_SESSION_PROGRESS_H
#define UQD_VIEWER_SESSION_PROGRESS_H

#include "session/format.h"
#include "session/measurements.h"
#include "source/bits_map.h"
#include "source/source.h"

#define PROGRESS_MAX_SEEDS 16

struct progress_step {
    char name[24];
    struct picture *thumb; /* small picture, NULL if there is none yet */
    struct frame_key thumb_key;
    struct bits_map *bits; /* where its bits went, NULL if that is not known ... */
    bool bits_refused;     /* ... and cannot be */
};

struct progress {
    const struct uqd_file *file; /* borrowed */
    struct progress_step *steps; /* one per step of the file and one for a cut end */
    uint32_t n_complete;
    double step_done;             /* of the step that is being decoded, 0 to 1 */
    double picture_done;          /* of the picture that the source makes for the screen, ... */
    struct frame_key picture_key; /* ... this one */
    bool is_lossless;             /* the last step of the file is */
    bool ended;                   /* everything in the file is decoded */
    bool partial;                 /* the file is cut inside a step that can be shown */
    bool lost, failed;            /* the source */
    char trouble[256];            /* what is wrong with the file or the source; empty if nothing */

    struct picture *reference; /* NULL while there is none */
    bool reference_given;      /* by the user, though it may still be read; otherwise it is the
                                  lossless step */
    bool ms_ssim;              /* is to be known as well as PSNR */
    struct measurements measurements;
    uint64_t seeds[PROGRESS_MAX_SEEDS]; /* that were chosen, the last ones */
    unsigned n_seeds;
};

/* 0, or -1 if there is no memory. */
int progress_init(struct progress *progress, const struct uqd_file *file);

void progress_clear(struct progress *progress);

/* Takes in what a source reports, except pictures and refusals. */
void progress_take(struct progress *progress, const struct source_event *event);

/* 0 until the first step is complete. */
uint32_t progress_n_positions(const struct progress *progress);

/* The full-size picture at a position, or of the file's first bytes. Modes other than denoised show
 * the last complete step. The seed counts for ancestral pictures only. */
struct frame_key progress_key(const struct progress *progress, uint32_t position,
                              enum uqd_mode mode, uint64_t seed);
struct frame_key progress_key_at(const struct progress *progress, uint64_t bytes,
                                 enum uqd_mode mode, uint64_t seed);

/* The position whose step these bytes end in, which may not be there yet. Of bytes that end with a
 * step it is that step. */
uint32_t progress_position_at(const struct progress *progress, uint64_t bytes);

/* The position of a key's picture. */
uint32_t progress_key_position(const struct progress *progress, const struct frame_key *key);

/* Bytes of the file up to a position, which may also be a step that is not there yet. */
uint64_t progress_bytes(const struct progress *progress, uint32_t position);

/* Bytes of all that is decoded; 0 before the first step. */
uint64_t progress_available(const struct progress *progress);

/* Bits per pixel of the whole picture for so many bytes. */
double progress_rate(const struct progress *progress, uint64_t bytes);

/* The position that costs most nearly so many bytes, by their ratio; of several equally near ones
 * the last. 0 if there is none yet. */
uint32_t progress_nearest(const struct progress *progress, uint64_t bytes);

/* PSNR of a full-size picture as measured; NaN if unknown. For the denoised picture of a step as
 * stored in the file, unless the reference was given by the user. */
double progress_psnr(const struct progress *progress, const struct frame_key *key);

void progress_measure(struct progress *progress, const struct frame_key *key, double psnr);
void progress_measure_ms_ssim(struct progress *progress, const struct frame_key *key,
                              double ms_ssim);

/* MS-SSIM of a full-size picture as measured; NaN if unknown. */
double progress_ms_ssim(const struct progress *progress, const struct frame_key *key);

/* Whether all numbers of a picture are known that are to be. */
bool progress_is_measured(const struct progress *progress, const struct frame_key *key);

/* What is known of another codec's file: its bytes, 0 if that is not known, and the setting that it
 * was made with, or why there is no picture; "" if nothing is known. */
uint64_t progress_file_size(const struct progress *progress, const struct frame_key *key);
const char *progress_file_note(const struct progress *progress, const struct frame_key *key);

/* Remembers that a picture cannot be had, and why. False if it is of no interest: it was asked for
 * in advance, and its step turned out to be cut. */
bool progress_refuse(struct progress *progress, const struct frame_key *key, const char *why);
bool progress_is_refused(const struct progress *progress, const struct frame_key *key);

/* There is a reference, or there will be. */
bool progress_expects_reference(const struct progress *progress);

/* How often to halve pictures for the filmstrip. */
uint32_t progress_thumb_reduce(const struct progress *progress);

/* Whether the small picture of a position is the one of this key, whatever its size. */
bool progress_has_thumb(const struct progress *progress, uint32_t position,
                        const struct frame_key *key);

/* A small picture made from the full-size one takes the place of one that the source made, not the
 * other way round. */
void progress_set_thumb(struct progress *progress, uint32_t position, const struct frame_key *key,
                        struct picture *picture);

/* Seeds that somebody chose have curves; those of samples that are made for a map have none. */
void progress_choose_seed(struct progress *progress, uint64_t seed);
bool progress_is_chosen(const struct progress *progress, uint64_t seed);

/* Takes over where the bits of a step went; NULL: that cannot be known. */
void progress_take_bits(struct progress *progress, uint32_t step, struct bits_map *bits);

const char *mode_name(enum uqd_mode mode);

/* Number and name: "2 · 81", or "3 · part of 27" for a cut inside the step. */
const char *progress_step_name(const struct progress *progress, uint32_t position, bool part,
                               struct text_line *line);

#endif
