/* UQD: progressive image compression with universally quantized diffusion.
 *
 * A .uqd file can be cut anywhere. Its bytes are ordered in *steps*, each of which sharpens the
 * picture; the last makes it lossless. What a step is depends on the class of the model: with a
 * lattice model it refines the cells that hold the picture's wavelet coefficients, with a paper
 * model it is one step of the diffusion of Yang, Will and Mandt (ICLR 2025) over tiles of 64 x 64
 * pixels. See docs/format.md for the format.
 *
 * One whole decoding loop:
 *
 *     struct uqd_decoder_settings settings;
 *     uqd_decoder_settings_default(&settings);
 *     uqd_decoder_new(&decoder, model, &settings);
 *     while ((n = read(fd, chunk, sizeof chunk)) > 0 && status >= 0) {
 *         status = uqd_decoder_feed(decoder, chunk, n);
 *         while (status >= 0 && (status = uqd_decoder_advance(decoder)) == UQD_OK)
 *             uqd_decoder_picture(decoder, &request, pixels, stride);  // one more step is there
 *     }
 *     uqd_decoder_free(decoder);
 *
 * Conventions. Functions return an enum uqd_status as int: 0 is success, positive values are
 * conditions that the function documents, negative values are failures. After a failure the
 * outputs are untouched, but for pixels of a call that was cancelled, and nothing needs to be
 * freed. The library does not print, does no input or output, and keeps no mutable global state:
 * contexts may be used from several threads as long as each context is used by one thread at a
 * time. A model is immutable and may be shared by any number of contexts and threads.
 *
 * Where the system does not give the threads that are asked for, a call works with those that there
 * are, the calling one at least.
 *
 * Results do not depend on the number of threads, the instruction set, or the chunking of the
 * input: the same calls give the same bits everywhere.
 *
 * Lifetimes. What a function returns by pointer belongs to the context or model that the comment
 * names, stays at its place, unchanged, and is valid until that context or model is freed, whatever
 * is called in between. Nothing that a caller hands in is kept after the call, but for models,
 * which contexts borrow, and the cookie of a progress callback.
 *
 * Structures of settings begin with their size, which the functions that fill in the defaults
 * write: a later version of the library may have more members, and gives those of older programs
 * their defaults.
 */
#ifndef UQD_UQD_H
#define UQD_UQD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define UQD_API       __attribute__((visibility("default")))
#define UQD_NODISCARD __attribute__((warn_unused_result))
#else
#define UQD_API
#define UQD_NODISCARD
#endif

/* Values are pinned: they never change between versions. */
enum uqd_status {
    UQD_OK = 0,
    UQD_NEED_DATA = 1,        /* more bytes of the file are needed */
    UQD_END = 2,              /* every step is decoded */
    UQD_ERR_ARG = -1,         /* an argument is out of its documented range */
    UQD_ERR_NOMEM = -2,       /* memory could not be allocated */
    UQD_ERR_CORRUPT = -3,     /* the data is damaged or not of this format */
    UQD_ERR_UNSUPPORTED = -4, /* a newer version or an unknown feature of the format */
    UQD_ERR_LIMIT = -5,       /* the picture exceeds max_pixels or max_memory */
    UQD_ERR_MODEL = -6,       /* the file was encoded with another model */
    UQD_ERR_CANCELLED = -7,   /* the progress callback asked to stop */
    UQD_ERR_MODEL_FILE = -8,  /* the model's file is damaged, or has changed since it was opened */
    UQD_ERR_BUILD = -9,       /* needs libwebp, which the library was built without */
};

/* One English sentence fragment for a status, e.g. "the data is damaged". Never NULL. */
UQD_API const char *uqd_status_text(int status);

/* Version of the library, "major.minor.patch". */
UQD_API const char *uqd_version(void);

/* The instruction sets that this machine has kernels for, the fastest first: the last so many of
 * "amx vnni avx512 avx2 c", or "avxvnni avx2 c", or "neon c"; c is plain C. Static string. */
UQD_API const char *uqd_cpu_features(void);

/* Bits for the cpu_mask settings below: which kernels may be used where the CPU has them. Plain C
 * is always allowed; the result is the same with any mask. For AMX the library asks the operating
 * system, whatever the mask, when it is first used. */
enum uqd_cpu {
    UQD_CPU_AVX2 = 1 << 0,
    UQD_CPU_AVX512 = 1 << 1,
    UQD_CPU_NEON = 1 << 2,
    UQD_CPU_VNNI = 1 << 3,     /* of AVX-512, which it needs */
    UQD_CPU_AMX = 1 << 4,      /* tiles of bytes; needs both */
    UQD_CPU_AVX_VNNI = 1 << 5, /* of AVX2, which it needs */
    UQD_CPU_ALL = ~0
};

/* ---- Models -------------------------------------------------------------------------------- */

/* A trained network of either class with its table of steps. Immutable; may be shared between
 * threads. */
struct uqd_model;

/* Reads a model file. The data is copied: the caller keeps its buffer and may free it after the
 * call. On success *model must be freed with uqd_model_free after the last context that uses it.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED, UQD_ERR_NOMEM. */
UQD_NODISCARD UQD_API int uqd_model_new(struct uqd_model **model, const void *data, size_t size);

/* The same from a seekable descriptor of a file, which the caller may close. Weights are read, and
 * checked, when a picture first needs them: with a file that has changed since, coding then fails
 * with UQD_ERR_MODEL_FILE. Errors: also UQD_ERR_ARG for a bad descriptor. */
UQD_NODISCARD UQD_API int uqd_model_open(struct uqd_model **model, int fd);

/* Reads all weights that have not been read yet, rather than when a picture needs them: for a
 * process that is going to fork, so that the others share them. May be called by several threads.
 * Errors: UQD_ERR_MODEL_FILE, UQD_ERR_NOMEM, UQD_ERR_ARG for NULL. */
UQD_NODISCARD UQD_API int uqd_model_load(const struct uqd_model *model);

/* NULL is allowed. */
UQD_API void uqd_model_free(struct uqd_model *model);

struct uqd_model_info {
    uint64_t id;         /* 32 bits of a hash of all that files are coded with; they carry them */
    uint64_t parameters; /* number of weights */
    uint32_t n_steps;    /* steps of a complete file */
    const char *name;    /* owned by the model, as are the step names */
    double macs;         /* multiply-accumulates per pixel of a whole decode */
};

UQD_API void uqd_model_get_info(const struct uqd_model *model, struct uqd_model_info *info);

/* What makes denoised pictures of a state may be better in one model file than in another with the
 * same id. Gives the revision of this one, the higher the newer, and returns 32 bits of the hash of
 * it; both 0 if the model's id covers all of it, as in older model files and in those of the paper.
 */
UQD_API uint64_t uqd_model_denoiser(const struct uqd_model *model, uint32_t *revision);

/* In what order a step's bytes refine the picture, for cuts inside the step. */
enum uqd_order {
    UQD_ORDER_MODEL = 0, /* the model's own; that of `lattice` begins with what the eye sees best */
    UQD_ORDER_PSNR = 1,  /* what lowers the squared error most per bit comes first */
};

/* Whether files can be encoded with the model in that order. */
UQD_API int uqd_model_has_order(const struct uqd_model *model, enum uqd_order order);

/* Short name of a step, e.g. "81" for lattice cells of width 81, "lossless" for the last. NULL if
 * there is no such step. Owned by the model. */
UQD_API const char *uqd_model_step_name(const struct uqd_model *model, uint32_t step);

/* Reads the first bytes of a model file and gives its id without loading it.
 * Errors: UQD_NEED_DATA if size is below 80, UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED. */
UQD_NODISCARD UQD_API int uqd_model_peek_id(const void *data, size_t size, uint64_t *id);

/* The same for the revision of what makes denoised pictures. It is checked when the file is loaded.
 */
UQD_NODISCARD UQD_API int uqd_model_peek_revision(const void *data, size_t size,
                                                  uint32_t *revision);

/* ---- Images -------------------------------------------------------------------------------- */

/* Limits of pictures. */
enum {
    UQD_MAX_SIDE = 65535,             /* pixels */
    UQD_MAX_REDUCE = 6,               /* of uqd_picture_request */
    UQD_MAX_METADATA = 64,            /* blocks of a picture */
    UQD_MAX_METADATA_SIZE = 16 << 20, /* bytes of all blocks together */
    UQD_MAX_ICC_SIZE = 1 << 20,       /* bytes of a colour profile */
};

/* 8-bit pixels, rows of width * channels bytes that begin stride bytes apart. Alpha, the last of
 * an even number of channels, is not multiplied into the colours; 255 is opaque. */
struct uqd_image {
    uint32_t width, height; /* 1 .. UQD_MAX_SIDE */
    uint32_t channels;      /* 1 grey, 2 grey and alpha, 3 red-green-blue, 4 the same and alpha */
    size_t stride;          /* at least width * channels */
    const uint8_t *pixels;  /* owned by the caller */
};

/* What a picture carries besides its pixels. The library keeps the bytes as they are and converts
 * no pixels by them. Values are pinned. */
enum uqd_metadata_type {
    UQD_METADATA_ICC = 0,        /* colour profile, of UQD_MAX_ICC_SIZE at most */
    UQD_METADATA_CICP = 1,       /* 4 bytes: code points of ITU-T H.273 as in a PNG's cICP */
    UQD_METADATA_RESOLUTION = 2, /* 9 bytes as in a PNG's pHYs: pixels per unit across and down,
                                    each 4 bytes, the most significant first; 1: the unit is the
                                    metre, 0: only their ratio is known */
    UQD_METADATA_EXIF = 3,       /* from the TIFF header ("II*" or "MM") on */
    UQD_METADATA_XMP = 4,        /* an XMP packet, UTF-8 */
    UQD_METADATA_TEXT = 5,       /* keyword, language, translated keyword, each ended by a zero
                                    byte, and the text; UTF-8 as in a PNG's iTXt */
};

struct uqd_metadata {
    enum uqd_metadata_type type; /* each once in a picture at most, but for TEXT */
    const void *data;
    size_t size; /* at least 1 */
};

/* The metrics count alpha as one more channel. */
struct uqd_metrics {
    double mse;     /* mean squared error over all samples */
    double psnr;    /* decibels, peak 255; infinite if the images are equal */
    double ms_ssim; /* multi-scale structural similarity (Wang et al. 2003), mean over the channels;
                       fewer scales where the image is smaller than 11 * 16 pixels */
};

/* Compares two images of equal size and channels. With_ms_ssim = 0 leaves ms_ssim NaN and is
 * much faster. Errors: UQD_ERR_ARG if the shapes differ, UQD_ERR_NOMEM. */
UQD_NODISCARD UQD_API int uqd_compare(const struct uqd_image *a, const struct uqd_image *b,
                                      int with_ms_ssim, struct uqd_metrics *metrics);

/* Mixes two images of equal size and channels: every sample is that of a, `percent` (0 .. 100) of
 * the way to that of b, rounded to the nearest, halves up. 0 gives exactly a, 100 exactly b; a
 * sample that is the same in both, as the alpha of two pictures of one step is, stays. Of a
 * denoised picture and an ancestral one of the same step, this trades distortion for realism.
 * pixels: rows of width * channels bytes, stride bytes apart, which may be those of a or of b with
 * the stride of that image, and overlap neither in any other way. May be called from any thread.
 * Errors: UQD_ERR_ARG if the shapes differ or an argument is out of its range. */
UQD_NODISCARD UQD_API int uqd_mix(const struct uqd_image *a, const struct uqd_image *b,
                                  uint32_t percent, uint8_t *pixels, size_t stride);

/* Called on the calling thread every few milliseconds while a call of the library that takes long
 * works, whatever it works at; done runs from 0 to 1 within that call. It should take microseconds
 * at most, and must not call the context.
 *
 * A non-zero return cancels the call: every thread ends the rows that it is at, for which it needs
 * some milliseconds, in a network some tens, and the call returns UQD_ERR_CANCELLED. The pixels
 * that it was to fill may then be filled in part; all else is as it was before the call, and the
 * context may be called again, or freed. What has no progress callback cannot be cancelled:
 * uqd_compare, which with_ms_ssim takes seconds for a large picture, and uqd_mix, which both have a
 * form with one; loading models, feeding and metadata, none of which depends on the size of the
 * picture. */
typedef int (*uqd_progress)(void *cookie, double done);

/* uqd_compare and uqd_mix that can be cancelled. The callback may be NULL; it is not told how far
 * they have come: done is 0. Errors: as of these, and UQD_ERR_CANCELLED: then *metrics is as it
 * was. */
UQD_NODISCARD UQD_API int uqd_compare_with(const struct uqd_image *a, const struct uqd_image *b,
                                           int with_ms_ssim, struct uqd_metrics *metrics,
                                           uqd_progress progress, void *cookie);
UQD_NODISCARD UQD_API int uqd_mix_with(const struct uqd_image *a, const struct uqd_image *b,
                                       uint32_t percent, uint8_t *pixels, size_t stride,
                                       uqd_progress progress, void *cookie);

/* ---- Encoder ------------------------------------------------------------------------------- */

/* A rectangle of a picture, in pixels of its full size. */
struct uqd_region {
    uint32_t x, y, width, height;
};

enum uqd_dither {
    UQD_DITHER_NONE = 0,      /* one cell around 0, twice as wide: the best rate */
    UQD_DITHER_UNIVERSAL = 1, /* subtractive dither from the seed: universal quantization */
};

struct uqd_encode_settings {
    size_t struct_size;     /* written by uqd_encode_settings_default */
    enum uqd_dither dither; /* default UQD_DITHER_NONE; a paper model always dithers */
    uint64_t seed;          /* of the dither, with a paper model of all noise; default 0 */
    uint32_t stop_step;     /* last step to write; default UINT32_MAX: lossless */
    uint32_t threads;       /* default 0: as many as OpenMP gives */
    uint32_t cpu_mask;      /* default UQD_CPU_ALL */
    int no_distortion;      /* default 0: measure the PSNR of every step and store the table */
    int solid;              /* default 0; 1: no table of the steps at all, the fewest bytes: for
                               small pictures, since every step is then decoded from the start */
    uqd_progress progress;  /* default NULL */
    void *cookie;
    const struct uqd_metadata *metadata; /* default none: blocks to carry, in any order; borrowed */
    uint32_t n_metadata;                 /* UQD_MAX_METADATA at most */
    enum uqd_order order;    /* default UQD_ORDER_MODEL; another one only if the model has it, and
                                never with dither */
    int may_copy;            /* default 0; 1: an exact copy may be the last step, see uqd_encode */
    struct uqd_region first; /* default of width 0: none; else the bytes of what it touches come
                                before the others in each step, see uqd_encode */
};

/* Fills in the defaults of a structure of struct_size bytes. */
UQD_API void uqd_encode_settings_init(struct uqd_encode_settings *settings, size_t struct_size);

static inline void uqd_encode_settings_default(struct uqd_encode_settings *settings)
{
    uqd_encode_settings_init(settings, sizeof *settings);
}

/* Encodes one picture. Text, charts and other pictures that are no photographs, and noise, take
 * many bytes as steps of a model. With may_copy, where a copy of all pixels by a coder for such
 * pictures (lossless WebP) is smaller by a tenth at least than the steps that are left, or these
 * make the file larger than the pixels, the copy is the file's last step in their place: in a file
 * that was to be solid its only one, and the file has a table. Not with a stop_step before the
 * last; never if a side is above 16383 pixels, or the library was built without libwebp.
 *
 * With settings->first, a region that lies in the picture, the tiles that it touches come before
 * the others in each step, as far as the step refines the full-size unit: a cut file is sharper
 * there. Tiles have 1024 pixels a side, or as many halves of that as it takes for four along the
 * longer side of the picture, 256 at least; small ones make the file some per cent larger. Not with
 * a paper model.
 *
 * On success *data is malloc'ed and belongs to the caller, who releases it
 * with free(). Errors: UQD_ERR_ARG, UQD_ERR_NOMEM, UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
UQD_NODISCARD UQD_API int uqd_encode(const struct uqd_model *model, const struct uqd_image *image,
                                     const struct uqd_encode_settings *settings, uint8_t **data,
                                     size_t *size);

/* ---- Decoder ------------------------------------------------------------------------------- */

/* What decoding costs. A header may promise the largest picture in 22 bytes, so no function
 * works for bytes that are not there.
 *
 * feed, info, metadata: memory for the bytes fed, and for metadata that is unpacked. Nothing is
 * decoded.
 *
 * advance: nothing if the step's bytes are not all there. Else the network runs over the *units*
 * that the step refines: the full-size one has all pixels of the picture, each of the others a
 * 64th of those of the one before. With a paper model it runs over all tiles. Memory is held for
 * units, or tiles, of which something is known. What that is per pixel depends on the model and
 * not on the bytes: a step of a plain picture may have none. Of a solid file each call decodes
 * from the start, as far as the bytes go.
 *
 * picture: while nothing of a step is there, time and memory of the pixels asked for, in any mode.
 * Else those of the units that the picture is made of: reduced n times, the one with a 64th of the
 * pixels for every three times, and those after it. Of what is exactly known no network runs, and
 * the memory is that of the pixels asked for. Alpha of which anything is known is made row by row
 * from its samples in full size if it is reduced less than three times, and from the means of its
 * squares alone if more often: it takes the memory of those that are known, which are 1032 times
 * the bytes of their record at most, and of a row. With a paper model every pixel of a reduced
 * picture is the mean of what the network says of all pixels that it stands for: it runs over the
 * tiles of which bytes are there, and z of every step is held of them, however small the picture
 * is; a tile of which nothing is known costs its pixels. With UQD_STEP_LATEST, what is at hand
 * behind the complete steps is decoded too, of the same units or tiles; of a solid file from the
 * beginning. Units that are not shown are passed over unread, but in a picture of a single tile, of
 * up to 1024 pixels a side: there, symbols of the units that are shown may lie behind those of the
 * full-size one, in the same chunk, and what advance would cost up to that step is to be paid for
 * them. Of files of the shipped model that are not solid this is so reduced 3 to 5 times, when
 * bytes of the step "16" are there and it is not complete yet.
 *
 * prepare: nothing before the first byte behind the header. Else one run of the network over the
 * first unit of the next step, or over all tiles.
 *
 * A step that is an exact copy: advance, or a picture with what is at hand of it, decodes it in
 * full size, which takes nanoseconds and 7 bytes a pixel; other pictures of that step read it.
 *
 * All of this is proportional to pixels, which max_pixels and max_memory limit. */

struct uqd_decoder;

struct uqd_decoder_settings {
    size_t struct_size;    /* written by uqd_decoder_settings_default */
    uint64_t max_pixels;   /* default 2^28; larger pictures fail with UQD_ERR_LIMIT */
    uint64_t max_memory;   /* bytes the decoder may hold, default 8 GiB */
    uint32_t threads;      /* default 0: as many as OpenMP gives */
    uint32_t cpu_mask;     /* default UQD_CPU_ALL */
    uqd_progress progress; /* default NULL */
    void *cookie;
};

/* Fills in the defaults of a structure of struct_size bytes. */
UQD_API void uqd_decoder_settings_init(struct uqd_decoder_settings *settings, size_t struct_size);

static inline void uqd_decoder_settings_default(struct uqd_decoder_settings *settings)
{
    uqd_decoder_settings_init(settings, sizeof *settings);
}

/* The model is borrowed and must outlive the decoder. It may be NULL: then only feed, info and
 * step queries work until uqd_decoder_set_model. settings may be NULL for the defaults. */
UQD_NODISCARD UQD_API int uqd_decoder_new(struct uqd_decoder **decoder,
                                          const struct uqd_model *model,
                                          const struct uqd_decoder_settings *settings);

/* NULL is allowed. */
UQD_API void uqd_decoder_free(struct uqd_decoder *decoder);

/* For a decoder created without a model, once its info tells which model is needed. Borrowed.
 * Errors: UQD_ERR_MODEL if the header is known and names another model, UQD_ERR_ARG if a model
 * is already set. */
UQD_NODISCARD UQD_API int uqd_decoder_set_model(struct uqd_decoder *decoder,
                                                const struct uqd_model *model);

/* Appends the next bytes of the file, in any chunking. They are copied. Cheap: decodes nothing.
 * Returns UQD_OK once the header is known, UQD_NEED_DATA before. Bytes behind the end of the file
 * are ignored. Errors: UQD_ERR_CORRUPT, UQD_ERR_UNSUPPORTED, UQD_ERR_LIMIT, UQD_ERR_MODEL,
 * UQD_ERR_NOMEM; an error found in the header stays and is returned by every later call. */
UQD_NODISCARD UQD_API int uqd_decoder_feed(struct uqd_decoder *decoder, const void *data,
                                           size_t size);

struct uqd_info {
    uint32_t width, height, channels;
    uint32_t n_steps; /* in this file: fewer than the model's if encoding stopped early, or there is
                         a copy */
    int lossless;     /* the last step of this file is lossless */
    int solid;        /* there is no table of the steps */
    uint64_t model_id;
    enum uqd_dither dither;
    uint64_t seed;
    uint64_t header_size; /* bytes before the first step */
    uint64_t file_size;   /* bytes of the whole file */
    uint32_t n_metadata;  /* blocks that the whole file carries */
    enum uqd_order order;
    int has_copy;            /* the last step is an exact copy and none of the model */
    struct uqd_region first; /* the tiles that come first in each step, of width 0: none do */
};

/* UQD_NEED_DATA until the header is complete. */
UQD_NODISCARD UQD_API int uqd_decoder_info(const struct uqd_decoder *decoder,
                                           struct uqd_info *info);

/* Block `index` of the picture's metadata, in the order of the file; its data belongs to the
 * decoder. A block that has been fed is unpacked by the first call. With UQD_NEED_DATA, and where
 * the block is damaged, only metadata->type is set, size 0 and data NULL; the picture does not
 * depend on it. Returns UQD_OK, or UQD_NEED_DATA until the block has been fed.
 * Errors: UQD_ERR_CORRUPT, UQD_ERR_NOMEM, UQD_ERR_ARG if there is no such block. */
UQD_NODISCARD UQD_API int uqd_decoder_metadata(struct uqd_decoder *decoder, uint32_t index,
                                               struct uqd_metadata *metadata);

/* Bytes of the file up to and including block `index` of the metadata: what has to be fed for it.
 * 0 if there is no such block. */
UQD_API uint64_t uqd_decoder_metadata_end(const struct uqd_decoder *decoder, uint32_t index);

struct uqd_step_info {
    const char *name; /* owned by the model; "" while no model is set */
    uint64_t bytes;   /* length of the file up to and including this step; of a solid file that
                         of the whole file until the step is decoded */
    double psnr;      /* of the denoised picture as measured by the encoder; NaN if not stored,
                         infinite for a lossless step */
};

/* UQD_NEED_DATA until the header is complete, UQD_ERR_ARG if there is no such step. */
UQD_NODISCARD UQD_API int uqd_decoder_step_info(const struct uqd_decoder *decoder, uint32_t step,
                                                struct uqd_step_info *info);

/* Whether a step refines the colours of a denoised picture that is reduced so many times, 0 to
 * UQD_MAX_REDUCE: *shows is 0 if that picture is the same after the step as before it, but for
 * alpha. Costs nothing. UQD_NEED_DATA until the header is complete; UQD_ERR_ARG without a model,
 * and if there is no such step. */
UQD_NODISCARD UQD_API int uqd_decoder_step_shows(const struct uqd_decoder *decoder, uint32_t step,
                                                 uint32_t reduce, int *shows);

/* Decodes the next step. Returns UQD_OK if one more step is complete, UQD_NEED_DATA if its bytes
 * have not all been fed, UQD_END if all are decoded.
 * Errors: UQD_ERR_CORRUPT if the step is damaged (the steps before it stay usable),
 * UQD_ERR_BUILD if it is a copy that this library cannot read, UQD_ERR_CANCELLED (may be called
 * again), UQD_ERR_NOMEM, UQD_ERR_MODEL_FILE, UQD_ERR_LIMIT, UQD_ERR_ARG without a model. */
UQD_NODISCARD UQD_API int uqd_decoder_advance(struct uqd_decoder *decoder);

/* Does ahead what the next step needs and none of its bytes tell, the first run of the network: to
 * be called while waiting for bytes, uqd_decoder_advance then takes less time. The results are the
 * same with and without. Returns UQD_OK if anything was done, UQD_END if there is nothing to do, as
 * after a picture of the last complete step, which needs the same, where tiles are predicted by
 * themselves, and before the first byte behind the header. Costs one run of the network over the
 * first unit that the step refines, with a paper model over all tiles.
 * Errors: UQD_NEED_DATA until the header is complete, UQD_ERR_CANCELLED, UQD_ERR_NOMEM,
 * UQD_ERR_MODEL_FILE, UQD_ERR_LIMIT, UQD_ERR_ARG without a model, and the failure of a step. */
UQD_NODISCARD UQD_API int uqd_decoder_prepare(struct uqd_decoder *decoder);

/* From here on pictures show this region alone, which lies in the picture and has pixels; NULL: all
 * of it again. Steps that were decoded are forgotten. Of a picture whose tiles are predicted by
 * themselves (docs/format.md: those of this library with a side above 1024 pixels) only the tiles
 * are decoded, and held, that the region touches, or comes within 80 pixels of. It costs what a
 * picture of these tiles would, and the units after the first, a 64th of the whole. Others are
 * decoded as a whole, and the limits of the settings are for the whole picture in any case.
 * The pixels are those that the whole picture has there. Streams of other tiles are not looked
 * into: where one is invalid although the checksum is right, or before it can be told, the step is
 * damaged for the whole picture and for regions of that tile alone.
 * Errors: UQD_NEED_DATA until the header is complete, UQD_ERR_ARG. */
UQD_NODISCARD UQD_API int uqd_decoder_set_region(struct uqd_decoder *decoder,
                                                 const struct uqd_region *region);

/* Number of steps that uqd_decoder_advance has completed: pictures of steps 0 .. n-1 exist. */
UQD_API uint32_t uqd_decoder_steps_complete(const struct uqd_decoder *decoder);

/* Number of file bytes that have been fed. */
UQD_API uint64_t uqd_decoder_bytes_fed(const struct uqd_decoder *decoder);

enum uqd_mode {
    UQD_MODE_DENOISED = 1,  /* the network's estimate of the picture: the highest PSNR */
    UQD_MODE_ANCESTRAL = 2, /* the remaining steps sampled from the model, by seed */
    UQD_MODE_FLOW = 3,      /* the remaining steps followed along the most central cells, with a
                               paper model along the mean */
};

/* Everything received: all complete steps and the part of the next one that can be decoded. */
#define UQD_STEP_LATEST UINT32_MAX

struct uqd_picture_request {
    size_t struct_size; /* written by uqd_picture_request_default */
    uint32_t step;      /* below uqd_decoder_steps_complete, or UQD_STEP_LATEST */
    enum uqd_mode mode;
    uint64_t seed;   /* of ancestral sampling */
    uint32_t reduce; /* 0: full size; n <= UQD_MAX_REDUCE: sides divided by 2^n, rounded up. Reduced
                        pictures of lattice models cost less: 3 and above never run the full-size
                        network in denoised mode */
    uint64_t bytes;  /* with UQD_STEP_LATEST: the file is taken to end after so many bytes, so that
                        only what was fed of these counts; fewer than the header has count as the
                        header. Default 0: all that was fed. 0 with any other step */
};

/* Fills in the defaults of a structure of struct_size bytes. */
UQD_API void uqd_picture_request_init(struct uqd_picture_request *request, size_t struct_size);

static inline void uqd_picture_request_default(struct uqd_picture_request *request)
{
    uqd_picture_request_init(request, sizeof *request);
}

/* Side length of a picture reduced n times. */
UQD_API uint32_t uqd_reduced_side(uint32_t side, uint32_t reduce);

/* Of a picture reduced n times, the pixels that a region has a part in; of the decoder's region,
 * the picture that uqd_decoder_picture makes. Place and size are in reduced pixels. */
UQD_API struct uqd_region uqd_reduced_region(struct uqd_region region, uint32_t reduce);

/* Reconstructs a picture into the caller's pixels: uqd_reduced_side(height) rows of
 * uqd_reduced_side(width) * channels bytes, stride bytes apart, or with a region as many as
 * uqd_reduced_region has. UQD_STEP_LATEST works as soon as
 * the header is known, with any number of bytes; in the other modes than denoised it shows the
 * last complete step. Without one these modes have nothing to go on from: then, as with the header
 * alone in denoised mode, the picture is of one colour, that of the mean of a lattice model's file,
 * mid grey (128) with a paper model. Costs up to one run of the network in denoised mode and all
 * remaining steps' runs in the others; any step may be asked for at any time, in any order.
 *
 * With request->bytes the picture is that of a decoder which has been fed only these bytes, and has
 * decoded as many of the steps complete within them as this one has: for files cut anywhere, from
 * one decoder, in any order. It costs what that decoder's picture costs, and a copy.
 * Errors: UQD_NEED_DATA if that step is not complete, UQD_ERR_ARG, UQD_ERR_NOMEM, UQD_ERR_LIMIT,
 * UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE. */
UQD_NODISCARD UQD_API int uqd_decoder_picture(struct uqd_decoder *decoder,
                                              const struct uqd_picture_request *request,
                                              uint8_t *pixels, size_t stride);

/* Side of a block of uqd_decoder_step_bits, in pixels: uqd_reduced_side(width, 3) blocks lie in a
 * row of the picture, uqd_reduced_side(height, 3) in a column. */
enum { UQD_BITS_BLOCK = 8 };

/* Where the bits of a step went. Decodes a complete step once more (of a solid file all steps up to
 * it) and counts the information -log2 p of its symbols, in 1/256 bit, by the block of pixels that
 * they are about. What is about a larger area is spread over its blocks evenly, and all of it is in
 * some block. map: n_blocks counts, row by row without gaps, where n_blocks must be the number of
 * blocks of the picture; owned by the caller, and filled only with UQD_OK.
 *
 * The sum is the step's length in the file but for what is not symbols: up to a byte more and five
 * less for every chunk (one in a picture of a single tile), the checksum and the lengths of chunks,
 * and alpha and metadata, which are in no block. In a solid file, whose steps share chunks, the sum
 * over all steps is that of the body.
 *
 * Takes as long as decoding the step and a little more; the decoder's steps and pictures stay as
 * they are, but what uqd_decoder_prepare did is to be done again. Not of a decoder with a region.
 * Errors: UQD_NEED_DATA if that step is not complete, UQD_ERR_ARG, UQD_ERR_NOMEM, UQD_ERR_LIMIT,
 * UQD_ERR_CANCELLED, UQD_ERR_MODEL_FILE, and UQD_ERR_CORRUPT if what was fed behind the step shows
 * that the one body of a solid file is damaged. */
UQD_NODISCARD UQD_API int uqd_decoder_step_bits(struct uqd_decoder *decoder, uint32_t step,
                                                uint32_t *map, size_t n_blocks);

#ifdef __cplusplus
}
#endif

#endif
