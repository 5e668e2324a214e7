/* uqd compare */
#include "program.h"

#include "confinement.h"
#include "file.h"
#include "image_file.h"
#include "json.h"

#include <uqd/uqd.h>

struct compare_options {
    int json;
};

static const struct option_row rows[] = {
    {"json", 0, OPTION_FLAG, NULL, offsetof(struct compare_options, json), "print one JSON object",
     NULL},
};

static struct uqd_image as_image(const struct pixels *pixels)
{
    return (struct uqd_image){pixels->width, pixels->height, pixels->channels,
                              (size_t)pixels->width * pixels->channels, pixels->data};
}

static int compare_pixels(const char *const paths[2], const struct pixels pixels[2],
                          struct uqd_metrics *metrics, struct message *message)
{
    struct uqd_image a = as_image(&pixels[0]), b = as_image(&pixels[1]);
    if (a.width != b.width || a.height != b.height)
        return message_set(message, "%s: has %u x %u pixels, but %s has %u x %u",
                           file_input_name(paths[0]), a.width, a.height, file_input_name(paths[1]),
                           b.width, b.height);
    int status = uqd_compare(&a, &b, 1, metrics);
    if (status < 0)
        return message_set(message, "%s: cannot be compared: %s", file_input_name(paths[0]),
                           uqd_status_text(status));
    return 0;
}

static int compare(const char *const paths[2], struct uqd_metrics *metrics, struct message *message)
{
    struct pixels pixels[2] = {{0}, {0}};
    int result = image_read(paths[0], NULL, &pixels[0], message);
    if (result == 0)
        result = image_read(paths[1], NULL, &pixels[1], message);
    if (result == 0 && pixels_match(&pixels[0], &pixels[1]) < 0)
        result = message_set(message, "%s: there is not enough memory to compare it",
                             file_input_name(paths[0]));
    if (result == 0)
        result = compare_pixels(paths, pixels, metrics, message);
    pixels_free(&pixels[0]);
    pixels_free(&pixels[1]);
    return result;
}

static void print_metrics(const struct uqd_metrics *metrics, int json)
{
    if (!json) {
        printf("PSNR     %.4f dB\nMS-SSIM  %.6f\n", metrics->psnr, metrics->ms_ssim);
        return;
    }
    printf("{\"mse\": ");
    json_number(stdout, metrics->mse);
    printf(", \"psnr\": ");
    json_number(stdout, metrics->psnr);
    printf(", \"ms_ssim\": ");
    json_number(stdout, metrics->ms_ssim);
    printf("}\n");
}

static int run_compare(const struct program *program, const struct command *command, int argc,
                       char **argv)
{
    struct compare_options options = {0};
    struct uqd_metrics metrics;
    struct message message;
    int first = options_parse(program, command, argc, argv, &options, &message);
    if (first <= 0)
        return report_options(command, first, &message);
    const char *const paths[2] = {argv[first], argv[first + 1]};
    const struct confinement confinement = {.inputs = argv + first, .n_inputs = 2};
    if (confinement_begin(&confinement, &message) < 0 || compare(paths, &metrics, &message) < 0)
        return report_failure(&message);
    print_metrics(&metrics, options.json);
    return EXIT_DONE;
}

const struct command compare_command = {
    .name = "compare",
    .synopsis = "A.png B.png",
    .summary = "print PSNR and MS-SSIM between two image files",
    .description = "PSNR is taken from the mean squared error over all samples, with the peak 255; "
                   "it is inf if the pictures are equal, in JSON the string \"inf\". MS-SSIM is "
                   "the mean over the channels. A grey picture is compared with one in colour as "
                   "three equal channels. If one of the two is transparent, alpha counts as a "
                   "further channel, and the other is opaque.",
    .rows = rows,
    .n_rows = sizeof rows / sizeof *rows,
    .min_operands = 2,
    .max_operands = 2,
    .run = run_compare,
};
