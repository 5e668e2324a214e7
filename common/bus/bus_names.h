/* What the daemon, the viewer and their clients call things, as docs/dbus.md describes them. The
 * interface descriptions, org.uqd.*.xml in daemon/ and viewer/remote/, have the same names; a test
 * compares. Needs no libdbus. */
#ifndef UQD_COMMON_BUS_NAMES_H
#define UQD_COMMON_BUS_NAMES_H

/* ---- Objects ---- */

#define BUS_NAME       "org.uqd.Decoder1"
#define ROOT_PATH      "/org/uqd/Decoder1"
#define ROOT_INTERFACE "org.uqd.Decoder1"
#define JOBS_NODE      "job" /* below the root; see job_path.h */
#define JOB_INTERFACE  "org.uqd.Decoder1.Job"

/* ---- The viewer ---- */

#define VIEWER_NAME      "org.uqd.Viewer" /* also with .P and the number of the process */
#define VIEWER_PATH      "/org/uqd/Viewer1"
#define VIEWER_INTERFACE "org.uqd.Viewer1"

#define METHOD_RUN "Run"

/* ---- Thumbnails: names of freedesktop.org, at the bus also served by our own ---- */

#define THUMBNAILER_NAME      "org.freedesktop.thumbnails.Thumbnailer1"
#define THUMBNAILER_PATH      "/org/freedesktop/thumbnails/Thumbnailer1"
#define THUMBNAILER_INTERFACE "org.freedesktop.thumbnails.Thumbnailer1"
#define CACHE_NAME            "org.freedesktop.thumbnails.Cache1"
#define CACHE_PATH            "/org/freedesktop/thumbnails/Cache1"
#define CACHE_INTERFACE       "org.freedesktop.thumbnails.Cache1"
#define THUMBNAILS_PATH       "/org/freedesktop/thumbnails" /* of both */

/* What tumbler calls where it is told of us. */
#define SPECIALIZED_PATH      "/org/uqd/SpecializedThumbnailer1"
#define SPECIALIZED_INTERFACE "org.freedesktop.thumbnails.SpecializedThumbnailer1"

#define METHOD_QUEUE          "Queue"
#define METHOD_DEQUEUE        "Dequeue"
#define METHOD_GET_SUPPORTED  "GetSupported"
#define METHOD_GET_FLAVORS    "GetFlavors"
#define METHOD_GET_SCHEDULERS "GetSchedulers"
#define METHOD_MOVE           "Move"
#define METHOD_COPY           "Copy"
#define METHOD_DELETE         "Delete"
#define METHOD_CLEANUP        "Cleanup"

#define SIGNAL_STARTED "Started"
#define SIGNAL_READY   "Ready"
#define SIGNAL_ERROR   "Error"

#define SCHEDULER_NAME_DEFAULT    "default"
#define SCHEDULER_NAME_FOREGROUND "foreground"
#define SCHEDULER_NAME_BACKGROUND "background"

/* ---- Members of the root ---- */

#define METHOD_OPEN "Open"

#define PROPERTY_VERSION     "Version"
#define PROPERTY_MAX_JOBS    "MaxJobs"
#define PROPERTY_THREADS     "Threads"
#define PROPERTY_JOBS        "Jobs"
#define PROPERTY_CONFINEMENT "Confinement"

/* ---- Members of a job ---- */

#define METHOD_START          "Start"
#define METHOD_PAUSE          "Pause"
#define METHOD_GET_FRAME      "GetFrame"
#define METHOD_GET_BITS       "GetBits"
#define METHOD_GET_STEP_TABLE "GetStepTable"
#define METHOD_SET_MODE       "SetMode"
#define METHOD_GROWN          "Grown"
#define METHOD_SET_FOLLOW     "SetFollow"
#define METHOD_CLOSE          "Close"

#define SIGNAL_STEP_READY "StepReady"
#define SIGNAL_FINISHED   "Finished"
#define SIGNAL_PROGRESS   "Progress"

#define PROPERTY_STATE          "State"
#define PROPERTY_MODE           "Mode"
#define PROPERTY_SEED           "Seed"
#define PROPERTY_WIDTH          "Width"
#define PROPERTY_HEIGHT         "Height"
#define PROPERTY_REGION         "Region"
#define PROPERTY_STEPS          "Steps"
#define PROPERTY_STEPS_COMPLETE "StepsComplete"
#define PROPERTY_PRIORITY       "Priority"

/* ---- Numbers ---- */

/* The property State; 0 is reserved for "unknown". */
enum job_state {
    JOB_READY = 1,
    JOB_DECODING = 2,
    JOB_PAUSED = 3,
    JOB_FINISHED = 4,
    JOB_FAILED = 5,
    JOB_WAITING = 6,
};

/* The status of the signal Finished. */
enum job_result {
    RESULT_DONE = 1,
    RESULT_CANCELLED = 2,
    RESULT_FAILED = 3,
};

/* The option "priority". */
enum priority {
    PRIORITY_INTERACTIVE = 1,
    PRIORITY_PREFETCH = 2,
    PRIORITY_BACKGROUND = 3,
};

#define MAX_TOKEN   64 /* bytes of the option "handle_token" */
#define MAX_PURPOSE 64 /* bytes of the option "purpose" */

/* ---- Errors, beside those of D-Bus ---- */

#define ERROR_BAD_DATA    "org.uqd.Error.BadData"
#define ERROR_UNSUPPORTED "org.uqd.Error.Unsupported"
#define ERROR_NO_WEIGHTS  "org.uqd.Error.NoWeights"
#define ERROR_LIMIT       "org.uqd.Error.Limit"
#define ERROR_CANCELLED   "org.uqd.Error.Cancelled"
#define ERROR_GONE        "org.uqd.Error.Gone"
#define ERROR_COMMAND     "org.uqd.Error.Command"

/* ---- Keys of dictionaries: one name means the same in all of them ---- */

/* A file. */
#define KEY_WIDTH       "width"
#define KEY_HEIGHT      "height"
#define KEY_CHANNELS    "channels"
#define KEY_STEPS       "steps"
#define KEY_STEP_NAMES  "step_names"
#define KEY_STEP_BYTES  "step_bytes"
#define KEY_LOSSLESS    "lossless"
#define KEY_SOLID       "solid"
#define KEY_FILE_SIZE   "file_size"
#define KEY_AVAILABLE   "available"
#define KEY_HEADER_SIZE "header_size"
#define KEY_MODEL_ID    "model_id"
#define KEY_MODEL       "model"
#define KEY_DITHER      "dither"
#define KEY_DITHER_SEED "dither_seed"
#define KEY_ICC         "icc"

/* What to open, and how. */
#define KEY_HANDLE_TOKEN     "handle_token"
#define KEY_MAX_STEP         "max_step"
#define KEY_MAX_BYTES        "max_bytes"
#define KEY_MAX_EDGE         "max_edge"
#define KEY_REFERENCE        "reference"
#define KEY_FRAMES_IN_SIGNAL "frames_in_signal"
#define KEY_PROGRESS         "progress"
#define KEY_FOLLOW           "follow"
#define KEY_REGION           "region"

/* A picture and its frame. */
#define KEY_STEP     "step"
#define KEY_MODE     "mode"
#define KEY_SEED     "seed"
#define KEY_REDUCE   "reduce"
#define KEY_PURPOSE  "purpose"
#define KEY_PRIORITY "priority"
#define KEY_STRIDE   "stride"
#define KEY_OFFSET   "offset"
#define KEY_SIZE     "size"
#define KEY_FORMAT   "format"
#define KEY_PIXELS   "pixels"
#define KEY_COLOUR   "colour"
#define COLOUR_SRGB  "srgb"
#define COLOUR_ICC   "icc"

/* What the viewer is told, and what it shows. */
#define KEY_WAIT "wait"
#define KEY_IDLE "idle"
#define KEY_ZOOM "zoom"
#define KEY_FILE "file"

/* What became of a step or of the whole. */
#define KEY_NAME     "name"
#define KEY_SECONDS  "seconds"
#define KEY_MEASURED "measured"
#define KEY_PSNR     "psnr"
#define KEY_MSE      "mse"
#define KEY_MS_SSIM  "ms_ssim"
#define KEY_BYTES    "bytes"
#define KEY_RECEIVED "received"
#define KEY_COMPLETE "complete"
#define KEY_ERROR    "error"
#define KEY_MESSAGE  "message"
#define KEY_STATUS   "status"

#endif
