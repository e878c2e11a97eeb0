#include "load_progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "load_result.h"
#include "util.h"

static const uint64_t period_ns = UINT64_C(1000000000);

static size_t width_of(int fd) {
	struct winsize size;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1u : 79;
}

/* A terminal may be stopped (Ctrl-S), and a signal must still end the load. */
static void put(const struct load_progress *progress, const char *text, size_t length) {
	util_write_all(progress->fd, text, length, loop_signal_fd(progress->loop));
}

/* Cut to the width, so that it stays one line. */
static void draw(struct load_progress *progress) {
	static const char erase_rest[] = "\x1b[K";
	const struct load_result *result = progress->result;
	const uint64_t now_ns = loop_now(progress->loop);
	char text[256];
	char line[sizeof(text) + sizeof(erase_rest)];
	const int length = snprintf(
	    text, sizeof(text),
	    _("\r%.0fs: %llu open, %llu messages (%llu/s), %llu connections made, %llu failed"),
	    (double)(now_ns - progress->started_ns) / 1e9, (unsigned long long)result->open,
	    (unsigned long long)result->messages,
	    (unsigned long long)(result->messages - progress->messages),
	    (unsigned long long)result->made, (unsigned long long)result->failed);
	progress->messages = result->messages;
	if (length < 0)
		return;
	snprintf(line, sizeof(line), "%.*s%s", (int)width_of(progress->fd) + 1, text, erase_rest);
	put(progress, line, strlen(line));
}

static void due(struct loop_timer *timer) {
	struct load_progress *progress =
	    (struct load_progress *)((char *)timer - offsetof(struct load_progress, timer));
	draw(progress);
	loop_set_timer(progress->loop, timer, loop_now(progress->loop) + period_ns);
}

void load_progress_start(struct load_progress *progress) {
	progress->timer.due = due;
	if (progress->fd >= 0)
		loop_set_timer(progress->loop, &progress->timer, progress->started_ns + period_ns);
}

void load_progress_clear(const struct load_progress *progress) {
	static const char erase[] = "\r\x1b[K";
	if (progress->fd >= 0)
		put(progress, erase, sizeof(erase) - 1);
}
