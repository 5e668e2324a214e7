/* Made by make_golden.py. */
/* clang-format off */
enum { GOLDEN_WIDTH = 24, GOLDEN_HEIGHT = 16 };
enum { GOLDEN_ODD_WIDTH = 21, GOLDEN_ODD_HEIGHT = 13, GOLDEN_ODD_LEVELS = 5 };

/* Hashes of the planes; of the details, by channel, row, column; of the low-pass; of the odd
 * picture's planes. */
#define GOLDEN_PLANES  UINT64_C(2326412932771689941)
#define GOLDEN_DETAILS UINT64_C(7148706926568197139)
#define GOLDEN_LOW     UINT64_C(13715151384691082495)
#define GOLDEN_ODD     UINT64_C(5570244738928294596)
