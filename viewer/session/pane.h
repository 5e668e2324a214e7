/* A place in the window where something of a file is shown: what is wanted there, and what is on
 * the screen until that has come. */
#ifndef UQD_VIEWER_SESSION_PANE_H
#define UQD_VIEWER_SESSION_PANE_H

#include "session/composer.h"
#include "session/exhibit.h"
#include "session/maps/map.h"
#include "session/settings.h"

#define PANE_NOTHING_AWAITED UINT32_MAX

/* A picture that has come for what is wanted. */
struct pane_part {
    struct frame_key key;
    struct picture *picture; /* NULL: missing */
};

struct pane {
    struct progress *progress; /* borrowed: of the file that is shown */
    struct exhibit wanted;
    bool following;              /* the wanted position goes on with the latest one */
    uint32_t awaited;            /* a step to be gone to once it is decoded, while it follows */
    bool peeking;                /* the other mode is shown for a moment ... */
    enum uqd_mode mode_after;    /* ... and this one after that, ... */
    uint32_t mix_after;          /* ... mixed so, ... */
    enum codec codec_after;      /* ... or of this codec */
    enum codec codec_before_map; /* that comes back after a map of the file itself */
    uint32_t reduce; /* pictures may be halved so often without a loss at the present zoom */
    struct pane_part parts[EXHIBIT_MAX_PARTS]; /* of what is wanted */
    unsigned n_parts;

    struct worker *composer; /* borrowed, for what takes long; NULL: everything is made at once */
    unsigned number;         /* of the pane, for the composer */
    bool ordered, composing; /* from it; and it is not there yet */
    struct exhibit order;
    uint32_t order_reduce;

    struct picture *shown;    /* NULL before the first picture */
    struct picture *values;   /* what a map is of, NULL: no map is shown */
    struct map_legend legend; /* of the map */
    struct exhibit exhibit;   /* what is shown */
    uint32_t shown_reduce;    /* how often it is halved */
    double shown_psnr;        /* as measured when it came, NaN if it was not */
};

void pane_init(struct pane *pane, struct progress *progress, const struct settings *settings);

void pane_clear(struct pane *pane);

/* Drops what is shown: it is of a file that is no more. */
void pane_forget(struct pane *pane);

/* Shows another file, in the same way as far as it goes. */
void pane_set_progress(struct pane *pane, struct progress *progress);

/* Goes to a step that may not be decoded yet: until it is, the steps before it are shown. */
void pane_await(struct pane *pane, uint32_t step);

/* Before the file grows: what is shown at its end is a place inside a step from now on. */
void pane_pin(struct pane *pane);

/* Goes to a position, or if there are fewer to the last one, and follows it. */
void pane_select(struct pane *pane, uint32_t position);

/* Goes to where the file would be cut after so many bytes; to a step if that is its end. */
void pane_select_bytes(struct pane *pane, uint64_t bytes);

void pane_set_mode(struct pane *pane, enum uqd_mode mode, uint64_t seed);

/* Shows the other mode for a moment, and then the mode that was there. */
void pane_peek(struct pane *pane, bool on);

/* So many percent, 0 to 100, of the way from the denoised to the ancestral picture. */
void pane_set_mix(struct pane *pane, uint32_t percent);

/* How much of the ancestral picture there is in what is wanted, percent. */
uint32_t pane_mix(const struct pane *pane);

void pane_set_original(struct pane *pane, bool on);
void pane_set_map(struct pane *pane, enum map_kind map);

/* Mode, mixture and map of what another pane shows, without those that have no place beside another
 * codec, which stays. */
void pane_take_mode(struct pane *pane, const struct exhibit *other);

/* What another codec makes of as many bytes; CODEC_UQD: the file itself. cut: by cutting its
 * progressive file, where it has one. */
void pane_set_codec(struct pane *pane, enum codec codec, bool cut);

/* After the file's progress changed: a pane that follows goes on. */
void pane_follow_progress(struct pane *pane);

/* Whether what is wanted is on the screen, as sharp as the zoom shows it. */
bool pane_is_shown(const struct pane *pane);

/* Whether something can be shown at all. */
bool pane_has_position(const struct pane *pane);

/* What numbers and labels are to describe: what is shown, or what is wanted before the first
 * picture. */
struct exhibit pane_described(const struct pane *pane);

/* Whether an exhibit shows a step of which only a part is there. */
bool pane_is_part(const struct pane *pane, const struct exhibit *exhibit);

/* Bytes that what is described takes, and its PSNR: that of the decoded picture beneath a map, NaN
 * if unknown, as of a mixture. */
uint64_t pane_described_bytes(const struct pane *pane);
double pane_described_psnr(const struct pane *pane);

/* The picture that is missing most for what is wanted. False if none is, or if it was refused. */
bool pane_missing(const struct pane *pane, struct frame_key *key);

/* Whether another codec is wanted that gives no picture for so few bytes; then nothing is shown. */
bool pane_is_refused(const struct pane *pane);

/* Whether a picture is one that is wanted, in full sharpness. */
bool pane_wants(const struct pane *pane, const struct frame_key *key);

/* Whether a picture can be used for what is wanted: also one that is sharper than needed. */
bool pane_serves(const struct pane *pane, const struct frame_key *key);

/* Takes a picture with a reference of its own if it is wanted, and shows what is complete. Whether
 * anything changed on the screen. psnr: of the picture, NaN if it is not known. */
bool pane_offer(struct pane *pane, const struct frame_key *key, struct picture *picture,
                double psnr);

/* Shows a coarser picture of what is wanted until the sharp one comes. */
bool pane_offer_coarse(struct pane *pane, const struct frame_key *key, struct picture *picture);

/* Shows what needs no picture of the source, or has all. Whether anything changed. */
bool pane_update(struct pane *pane);

/* How much of the picture that is wanted the source has made, 0 to 1, as far as it is known; of
 * what is made from several pictures, of all of them. */
double pane_done(const struct pane *pane);

/* What stands for the place of the picture that is shown: "Step 3 · 27", in short "Step 3"; of
 * another codec the setting, "quality 71", or nothing as long as there is no picture. */
const char *pane_describe_place(const struct pane *pane, bool in_short, struct text_line *line);

/* What another codec, which is wanted, is to make of the bytes, or why there is nothing of it. */
const char *pane_describe_codec(const struct pane *pane, struct text_line *line);

/* One sentence on what is going on. Where that is not decoding: background tells whether pictures
 * are computed unseen, feedback what the last command did. */
const char *pane_describe(const struct pane *pane, bool background, const char *feedback,
                          struct text_line *line);

#endif
