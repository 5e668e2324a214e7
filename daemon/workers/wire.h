/* What the daemon and a worker process say to each other over a pair of sockets. Both are of one
 * program, so structures are sent as they are. The daemon believes nothing that a worker says, for
 * it may have been taken over by the file that it reads: everything is checked where it arrives. */
#ifndef UQD_DAEMON_WORKERS_WIRE_H
#define UQD_DAEMON_WORKERS_WIRE_H

#include "base/failure.h"
#include "confine.h"
#include "decode/control.h"
#include "frame_key.h"
#include "message.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uqd/uqd.h>

enum { WIRE_MAX_FDS = 4 };

/* To the spawner, for a worker: its end of the sockets and the page of its control; then the file
 * and, if there is one, the reference. Without a file the worker only says hello. */
struct wire_spawn {
    struct decode_settings settings;
};

enum { SPAWN_SOCKET, SPAWN_CONTROL, SPAWN_FILE, SPAWN_REFERENCE };

/* The first word of a worker, with a descriptor of the process if the kernel gives such. */
struct wire_hello {
    int32_t status;  /* of confine_self */
    int32_t process; /* its number */
    struct confine_posture posture;
    struct message message;
};

enum wire_kind { WIRE_OPEN, WIRE_ADVANCE, WIRE_RENDER, WIRE_THUMBNAIL };

/* A function of decode/file_decoder.h to be called; or, as the only request, the file's thumbnail
 * to be made, and then the order for it follows. */
struct wire_request {
    enum wire_kind kind;
    bool follows;         /* as the file decoder's */
    uint64_t most;        /* as its input's */
    struct frame_key key; /* of the frame to render */
};

/* What it has returned, and what is known of the file after it. */
struct wire_reply {
    int32_t status;
    struct failure failure;
    uint64_t offset; /* bytes of the file that have been read */
    uint64_t decoded;
    uint32_t steps_complete;
    bool ended;
};

/* Follows the reply of an opened file; then come info.n_steps steps and the colour profile. */
struct wire_opened {
    struct uqd_info info;
    bool has_reference;
    uint32_t icc_size;
    char model_name[128];
};

struct wire_step {
    uint64_t bytes;
    double psnr;
    char name[64];
};

/* Follows the reply of a frame that was rendered, with its memory. */
struct wire_frame {
    uint64_t bytes;
    bool measured;
    double mse, psnr, ms_ssim;
};

/* What is wanted of a thumbnail: the worker sends its pixels, and all texts are the daemon's. */
struct wire_thumbnail_order {
    uint32_t edge;
    bool coarse;
    int64_t milliseconds; /* that it may take */
    char name[PATH_MAX];  /* of the file, for messages */
};

/* What has become of it. If the status is 0, so many pixels follow, of four bytes each, as a
 * thumbnail has of a picture of that size. */
struct wire_thumbnail {
    int32_t status;
    uint32_t fault; /* an enum input_fault */
    struct message message;
    uint32_t width, height; /* of the file's picture */
};

/* Sends all of it, with at most WIRE_MAX_FDS descriptors, which stay the sender's. 0, or -1 with
 * errno. Sends no signal. */
int wire_send(int socket, const void *data, size_t size, const int *fds, unsigned n_fds);

/* Receives all of it. 0, or -1 with errno, 0 if the other one has gone. */
int wire_receive(int socket, void *data, size_t size);

/* The same, with at most max_fds descriptors, which are then the receiver's; what comes beyond
 * these is closed. *n_fds is set in all cases; on failure there are none. */
int wire_receive_fds(int socket, void *data, size_t size, int *fds, unsigned max_fds,
                     unsigned *n_fds);

/* Makes a text of what came as one: it ends, and is UTF-8, as D-Bus demands it; or it is empty. */
void wire_settle_text(char *text, size_t size);

#endif
