/* Memory that never fails quietly, strict numbers, spelling hints and the clock.
 * Nothing here knows what a socket is. */

#include "util.h"

#include <errno.h>
#include <libintl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLOSEST_LENGTH_MAX = 32 };

const char *util_translate(const char *text) {
	return text[0] ? gettext(text) : text;
}

void util_out_of_memory(void) {
	static const char message[] = "socklens: out of memory: the answer is not whole\n";
	const ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
	(void)ignored;
	_exit(EXIT_STATUS_PARTIAL);
}

bool util_is_shortage(int error) {
	return error == EMFILE || error == ENFILE || error == EIO;
}

struct error_name util_error_name(int error) {
	struct error_name name;
	const char *known = strerrorname_np(error);
	if (known)
		snprintf(name.text, sizeof(name.text), "%s", known);
	else
		snprintf(name.text, sizeof(name.text), "%d", error);
	return name;
}

void *xmalloc(size_t size) {
	void *memory = malloc(size ? size : 1);
	if (!memory)
		util_out_of_memory();
	return memory;
}

void *xcalloc(size_t count, size_t size) {
	void *memory = calloc(count ? count : 1, size ? size : 1);
	if (!memory)
		util_out_of_memory();
	return memory;
}

void *xreallocarray(void *memory, size_t count, size_t size) {
	void *grown = reallocarray(memory, count ? count : 1, size ? size : 1);
	if (!grown)
		util_out_of_memory();
	return grown;
}

char *xvasprintf(const char *format, va_list arguments) {
	char *text = NULL;
	if (vasprintf(&text, format, arguments) < 0)
		util_out_of_memory();
	return text;
}

char *xasprintf(const char *format, ...) {
	va_list arguments;
	va_start(arguments, format);
	char *text = xvasprintf(format, arguments);
	va_end(arguments);
	return text;
}

void util_clear(void *memory, size_t size) {
	memset(memory, 0, size);
}

bool util_parse_number(const char *text, size_t length, uint64_t max, uint64_t *out) {
	if (length == 0)
		return false;
	uint64_t number = 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		const uint64_t digit = (uint64_t)(text[i] - '0');
		if (digit > max || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*out = number;
	return true;
}

static unsigned minimum(unsigned a, unsigned b) {
	return a < b ? a : b;
}

/* The number of single-character edits (Levenshtein; a swap of neighbours counts as one). */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length) {
	unsigned rows[3][CLOSEST_LENGTH_MAX + 1];
	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *two_above = rows[(i + 1) % 3];
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			const unsigned cost = a[i - 1] != b[j - 1];
			row[j] = minimum(minimum(above[j], row[j - 1]) + 1, above[j - 1] + cost);
			const bool swapped =
			    i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
			if (swapped)
				row[j] = minimum(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

bool util_parse_seconds(const char *text, uint64_t *ns) {
	enum { SECONDS_MAX = 1000000, FRACTION_MAX = 9 };
	const size_t whole = strcspn(text, ".");
	uint64_t seconds = 0;
	uint64_t fraction = 0;
	if (whole > 0 && !util_parse_number(text, whole, SECONDS_MAX, &seconds))
		return false;
	if (text[whole] == '.') {
		const char *digits = text + whole + 1;
		size_t length = strlen(digits);
		if (length > FRACTION_MAX ||
		    !util_parse_number(digits, length, 999999999, &fraction))
			return false;
		for (; length < FRACTION_MAX; length++)
			fraction *= 10;
	} else if (whole == 0) {
		return false;
	}
	*ns = seconds * 1000000000 + fraction;
	return true;
}

char util_to_lower(char c) {
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int util_compare_bytes(const void *a, size_t a_length, const void *b, size_t b_length) {
	const size_t least = a_length < b_length ? a_length : b_length;
	const int order = least > 0 ? memcmp(a, b, least) : 0;
	return order ? order : (a_length > b_length) - (a_length < b_length);
}

bool util_has_prefix(const uint8_t *bytes, const uint8_t *wanted, unsigned bits) {
	const unsigned whole = bits / 8;
	if (memcmp(bytes, wanted, whole) != 0)
		return false;
	return bits % 8 == 0 || (bytes[whole] ^ wanted[whole]) >> (8 - bits % 8) == 0;
}

int util_hex_digit(char digit) {
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'A' && digit <= 'F')
		return digit - 'A' + 10;
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return -1;
}

const char *util_closest(const char *word, size_t length, const char *const *candidates,
                         size_t count) {
	if (length == 0 || length > CLOSEST_LENGTH_MAX)
		return NULL;
	const char *best = NULL;
	unsigned best_distance = length < 4 ? 2 : 3;
	for (size_t i = 0; i < count; i++) {
		const size_t candidate_length = strlen(candidates[i]);
		/* People rarely get the first letter wrong, and "connected" is not "unconnected".
		 */
		if (candidate_length > CLOSEST_LENGTH_MAX || candidates[i][0] != word[0])
			continue;
		const unsigned distance =
		    edit_distance(word, length, candidates[i], candidate_length);
		if (distance < best_distance) {
			best = candidates[i];
			best_distance = distance;
		}
	}
	return best;
}

ssize_t util_read_up_to(int fd, void *bytes, size_t size) {
	unsigned char *to = bytes;
	size_t used = 0;
	while (used < size) {
		const ssize_t length = read(fd, to + used, size - used);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		if (length == 0)
			break;
		used += (size_t)length;
	}
	return (ssize_t)used;
}

/* So much can be written at once without waiting once a pipe is ready for anything (pipe(7)). */
enum { WRITE_CHUNK = 4096 };

/* 0 when it can be written, or -EINTR; what need not wait is not interrupted. */
static int wait_to_write(int fd, int interrupt_fd) {
	struct pollfd waiting[] = { { .fd = fd, .events = POLLOUT },
		                    { .fd = interrupt_fd, .events = POLLIN } };
	for (;;) {
		const int ready = poll(waiting, 2, -1);
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0)
			return waiting[0].revents ? 0 : -EINTR;
	}
}

int util_write_all(int fd, const void *bytes, size_t length, int interrupt_fd) {
	const char *rest = bytes;
	while (length > 0) {
		const size_t chunk =
		    interrupt_fd >= 0 && length > WRITE_CHUNK ? WRITE_CHUNK : length;
		const int waited = interrupt_fd >= 0 ? wait_to_write(fd, interrupt_fd) : 0;
		if (waited < 0)
			return waited;
		const ssize_t written = write(fd, rest, chunk);
		if (written < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		else if (written < 0 && errno != EINTR)
			return -errno;
		if (written > 0) {
			rest += written;
			length -= (size_t)written;
		}
	}
	return 0;
}

/* These clocks are always there. */
static uint64_t read_clock_ns(clockid_t clock) {
	struct timespec now = { 0 };
	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t util_monotonic_ns(void) {
	return read_clock_ns(CLOCK_MONOTONIC);
}

uint64_t util_realtime_ns(void) {
	return read_clock_ns(CLOCK_REALTIME);
}

uint64_t util_thread_cpu_ns(void) {
	return read_clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t util_process_cpu_ns(void) {
	return read_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
}

int util_poll_timeout(uint64_t left_ns) {
	const uint64_t hour_ns = UINT64_C(3600) * 1000000000;
	return (int)(((left_ns < hour_ns ? left_ns : hour_ns) + 999999) / 1000000);
}
