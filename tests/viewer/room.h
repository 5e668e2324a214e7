/* A document without a file on the disk and without a decoder: the test says which steps are there,
 * and makes the pictures that are asked for. */
#ifndef UQD_TESTS_ROOM_H
#define UQD_TESTS_ROOM_H

#include "session/document.h"

/* Of a file as room_open makes it; its steps end after 100, 200, 400, 800 and 1600 bytes. */
#define ROOM_N_STEPS 5

struct room {
    struct document document;
    struct pane panes[SCHEDULE_MAX_PANES]; /* the first one is active */
    unsigned n_panes;
};

/* One pane and a file of 40 x 20 grey pixels, 800 bytes, of which so many bytes are there. The
 * cache takes 1 MiB. */
void room_open(struct room *room, uint64_t file_size);

/* The same with steps of the caller's. */
void room_open_steps(struct room *room, const struct uqd_file_step *steps, uint32_t n_steps);

void room_close(struct room *room);

/* One more pane of the document. */
struct pane *room_add_pane(struct room *room);

/* So many steps are decoded; everything in the file is, or it is damaged. */
void room_complete(struct room *room, uint32_t n_steps);
void room_end(struct room *room, const char *trouble);

/* There is an original, and a source of other codecs. */
void room_open_peers(struct room *room);

/* What is still missing for a purpose. */
bool room_next(struct room *room, enum source_purpose purpose, struct frame_key *key);

/* Makes the picture that is asked for; false if none is. */
bool room_deliver(struct room *room, enum source_purpose purpose, struct frame_key *key);

/* Makes pictures until none is asked for, and returns how many. Fails the test if these are more
 * than the limit, or if the document is not idle then. */
unsigned room_rest(struct room *room, unsigned limit);

/* A picture as the source would make it; its pixels have the value of its key. */
struct picture *room_picture(const struct room *room, const struct frame_key *key);
uint8_t room_value(const struct frame_key *key);

/* The key of a step's picture in full size. */
struct frame_key room_key(uint32_t step, enum uqd_mode mode, uint64_t seed);

#endif
