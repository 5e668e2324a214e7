/* A file with everything that is known and shown of it, and where its pictures come from. */
#ifndef UQD_VIEWER_SESSION_SIDE_H
#define UQD_VIEWER_SESSION_SIDE_H

#include "session/frames.h"
#include "session/settings.h"
#include "session/shown_colours.h"
#include "session/state.h"
#include "source/source.h"

struct side {
    struct uqd_file file;
    const char *label; /* what to call the file: the last part of its path, or all of it */
    struct state state;
    struct frames frames;
    struct shown_colours colours;           /* by the file's profile */
    struct shown_colours reference_colours; /* by that of the reference which the user gave */

    struct source *source;
    bool reconnected; /* since the last command the daemon died and was called again */
    struct {
        bool asked;
        struct frame_key key;
    } requests[SOURCE_N_PURPOSES];
};

/* Reads the header of a file, and the reference that the settings name. 0, or -1 with a message.
 * Close with side_close in either case. */
int side_open(struct side *side, const char *path, const struct settings *settings,
              struct message *message);

/* After the source was freed. */
void side_close(struct side *side);

/* side_pictures.c: a picture arrived; takes over its reference. */
void side_take_picture(struct side *side, struct source_event *event);
/* A request was answered; or none will be. */
void side_finish_request(struct side *side, const struct source_event *event);
void side_forget_requests(struct side *side);
void side_ask(struct side *side, enum source_purpose purpose, const struct frame_key *key);
/* Takes from the cache what it has, and asks for whatever else is missing. Whether anything
 * changed that is to be seen. */
bool side_request_pictures(struct side *side, bool filmstrip);
/* Nothing is asked for, and nothing more will be. */
bool side_is_idle(struct side *side, bool filmstrip);

#endif
