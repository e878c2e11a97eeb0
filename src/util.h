#pragma once
/* Small things that every layer uses. */

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Text for people is marked for translation; N_ marks text in a table that is translated when it
 * is printed. Machine output and state names are never marked. */
#define _(text) util_translate(text)
#define N_(text) text

/* The exit status is a contract (socklens(1), EXIT STATUS). */
enum exit_status {
	EXIT_STATUS_MATCHED = 0,
	EXIT_STATUS_NO_MATCH = 1,
	EXIT_STATUS_USAGE = 2,
	EXIT_STATUS_PARTIAL = 3,
};

const char *util_translate(const char *text) __attribute__((format_arg(1)));

/* These never return NULL: without memory the program says so on standard error and ends at once
 * with EXIT_STATUS_PARTIAL, so that a cut answer cannot be taken for a whole one. */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xreallocarray(void *memory, size_t count, size_t size) __attribute__((returns_nonnull));
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));
char *xvasprintf(const char *format, va_list arguments)
    __attribute__((format(printf, 1, 0), returns_nonnull));

/* True for an errno that says "it could not be looked up", not "there is none". */
bool util_is_shortage(int error);

/* "ENOENT"; "524" for an errno that has no name. */
struct error_name {
	char text[24];
};
struct error_name util_error_name(int error);

/* Ends the program as a failed xmalloc() does; for libraries that report ENOMEM. */
void util_out_of_memory(void) __attribute__((noreturn));

/* Zeroes, by the library: what compilers put in place of a memset() of a few hundred bytes is
 * slower than the call. */
void util_clear(void *memory, size_t size);

/* A whole unsigned decimal number, no sign, no space, at most `max`. `out` is untouched on false.
 */
bool util_parse_number(const char *text, size_t length, uint64_t max, uint64_t *out);

/* "2", "0.5", ".25": seconds with at most nine digits behind the point, up to a million. `ns` is
 * untouched on false. */
bool util_parse_seconds(const char *text, uint64_t *ns);

/* Of ASCII; in any locale. */
char util_to_lower(char c);

/* As strcmp(), of any bytes; NULL is allowed for none. */
int util_compare_bytes(const void *a, size_t a_length, const void *b, size_t b_length);

/* No larger than the largest number. */
static inline uint64_t util_add(uint64_t a, uint64_t b) {
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The hash of a number more (the finalizer of SplitMix64 behind a step that brings the number in).
 * Who can choose the numbers must not know the hash that one begins with: where a table lies in
 * memory, say. */
static inline uint64_t util_mix(uint64_t hash, uint64_t number) {
	hash = (hash ^ number) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ hash >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return hash ^ hash >> 27;
}

/* True if the first so many bits are the same. */
bool util_has_prefix(const uint8_t *bytes, const uint8_t *wanted, unsigned bits);

/* 0 to 15, or -1. */
int util_hex_digit(char digit);

/* The name of `candidates[i]` that is most like `word`, or NULL if none is close. */
const char *util_closest(const char *word, size_t length, const char *const *candidates,
                         size_t count);

/* Reads `size` bytes, or fewer at the end of the file; or -errno. */
ssize_t util_read_up_to(int fd, void *bytes, size_t size);

/* Writes it all. 0 or -errno. With `interrupt_fd`, -1 if there is none, it ends with -EINTR as soon
 * as that can be read, even while nobody takes what is written. */
int util_write_all(int fd, const void *bytes, size_t length, int interrupt_fd);

#define SECOND_NS UINT64_C(1000000000)

uint64_t util_monotonic_ns(void);
uint64_t util_realtime_ns(void); /* since 1970, UTC */

/* Processor time that was taken so far. */
uint64_t util_thread_cpu_ns(void);
uint64_t util_process_cpu_ns(void);

/* For poll(): milliseconds, rounded up so that it does not end early, and at most an hour. */
int util_poll_timeout(uint64_t left_ns);
