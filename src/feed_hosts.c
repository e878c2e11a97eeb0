/* A feed that asks other feeds. Whatever has arrived by the time that a look is due is in it;
 * nobody is waited for but for the moment that it takes to make frames of what has come already. A
 * feed is asked at the beginning of a look only: its answer takes the place of the frame before the
 * last one, and that one is not on the screen any more by then. */

#include "remote.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "escape.h"
#include "feed_thread.h"
#include "merge.h"
#include "ssh.h"
#include "util.h"

/* What a host may be late by without being a look behind. */
static const uint64_t patience_ns = SECOND_NS / 4;

/* So many sockets may one host ever show. */
enum { SERIAL_BITS = 48 };

struct host {
	char *name;
	struct feed feed;
	bool is_asked;
	uint64_t asked_ns; /* when it was asked last, monotonic */
	bool is_new;       /* the frame came in this look */
	bool is_silent;    /* that is its trouble */
	const struct frame *frame;
	char *trouble;
};

struct hosts {
	struct host *all;
	size_t count;
	uint64_t silence_ns; /* for which a host may say nothing */
	int interrupt;       /* eventfd */
};

static void ask_all(struct hosts *hosts, uint32_t needs) {
	for (size_t i = 0; i < hosts->count; i++) {
		struct host *host = &hosts->all[i];
		host->is_new = false;
		if (host->is_asked)
			continue;
		host->feed.ask(host->feed.self, needs);
		host->is_asked = true;
		host->asked_ns = util_monotonic_ns();
	}
}

static void set_trouble(struct host *host, char *text) {
	free(host->trouble);
	host->trouble = text;
}

static void take(struct host *host) {
	const struct frame *frame = NULL;
	char *error = NULL;
	const enum feed_answer answer = host->feed.take(host->feed.self, &frame, &error);
	host->is_asked = host->is_asked && answer == FEED_NOTHING;
	host->is_silent = host->is_silent && answer == FEED_NOTHING;
	switch (answer) {
	case FEED_NOTHING:
	case FEED_ACTED: /* nobody asked for that */
		break;
	case FEED_FRAME:
		host->frame = frame;
		host->is_new = true;
		set_trouble(host, NULL);
		break;
	case FEED_TROUBLE:
	case FEED_END:
	case FEED_FAILED:
		set_trouble(host, error);
		error = NULL;
		break;
	}
	free(error);
}

/* Who is known to be away is not waited for. */
static bool is_awaited(const struct hosts *hosts) {
	for (size_t i = 0; i < hosts->count; i++) {
		if (hosts->all[i].is_asked && !hosts->all[i].trouble)
			return true;
	}
	return false;
}

/* False once there is nothing to wait for any more. */
static bool wait_for_any(const struct hosts *hosts, uint64_t end_ns) {
	struct pollfd waits[REMOTE_HOSTS_MAX + 1] = { { .fd = hosts->interrupt,
		                                        .events = POLLIN } };
	const uint64_t now_ns = util_monotonic_ns();
	const int timeout =
	    is_awaited(hosts) && now_ns < end_ns ? util_poll_timeout(end_ns - now_ns) : 0;
	for (size_t i = 0; i < hosts->count; i++)
		waits[i + 1] =
		    (struct pollfd){ .fd = hosts->all[i].is_asked ? hosts->all[i].feed.fd : -1,
			             .events = POLLIN };
	const int ready = poll(waits, hosts->count + 1, timeout);
	return (ready > 0 && !waits[0].revents) || (ready < 0 && errno == EINTR);
}

static void take_all(struct hosts *hosts) {
	const uint64_t end_ns = util_monotonic_ns() + patience_ns;
	while (wait_for_any(hosts, end_ns)) {
		for (size_t i = 0; i < hosts->count; i++) {
			if (hosts->all[i].is_asked)
				take(&hosts->all[i]);
		}
	}
}

/* As long as a machine answers ssh, that ends for no reason. What stands still there, or takes
 * forever, is no news of now. */
static void note_silence(struct hosts *hosts) {
	const uint64_t now_ns = util_monotonic_ns();
	for (size_t i = 0; i < hosts->count; i++) {
		struct host *host = &hosts->all[i];
		const uint64_t silent_ns = now_ns - host->asked_ns;
		if (!host->is_asked || silent_ns < hosts->silence_ns ||
		    (host->trouble && !host->is_silent))
			continue;
		host->is_silent = true;
		set_trouble(
		    host, xasprintf(_("nothing came for %u s"), (unsigned)(silent_ns / SECOND_NS)));
	}
}

static uint64_t merge(struct hosts *hosts, struct frame *frame) {
	struct merge_part parts[REMOTE_HOSTS_MAX];
	uint64_t cost_ns = 0;
	for (size_t i = 0; i < hosts->count; i++) {
		const struct host *host = &hosts->all[i];
		parts[i] =
		    (struct merge_part){ host->name, host->frame, host->is_new, host->trouble };
		cost_ns += host->is_new ? host->frame->cost_ns : 0;
	}
	merge_frames(frame, parts, hosts->count);
	return cost_ns;
}

static enum feed_answer make(void *self, struct frame *frame, const struct frame *before,
                             struct life *life, uint32_t needs, char **error) {
	struct hosts *hosts = self;
	(void)life, (void)error; /* each host has its own */
	ask_all(hosts, needs);
	take_all(hosts);
	note_silence(hosts);
	const uint64_t start = util_thread_cpu_ns();
	const uint64_t cost_ns = merge(hosts, frame);
	frame->number = before ? before->number + 1 : 1;
	frame->time_ns = util_realtime_ns();
	frame->needs |= needs;
	frame->cost_ns = cost_ns + util_thread_cpu_ns() - start;
	return FEED_FRAME;
}

static void interrupt(void *self) {
	const struct hosts *hosts = self;
	eventfd_write(hosts->interrupt, 1);
}

static void close_hosts(void *self) {
	struct hosts *hosts = self;
	for (size_t i = 0; i < hosts->count; i++)
		feed_thread_interrupt(&hosts->all[i].feed);
	for (size_t i = 0; i < hosts->count; i++) {
		feed_thread_stop(&hosts->all[i].feed);
		free(hosts->all[i].trouble);
		free(hosts->all[i].name);
	}
	if (hosts->interrupt >= 0)
		close(hosts->interrupt);
	free(hosts->all);
	free(hosts);
}

static bool is_named(const struct hosts *hosts, const char *name) {
	for (size_t i = 0; i < hosts->count; i++) {
		if (strcmp(hosts->all[i].name, name) == 0)
			return true;
	}
	return false;
}

/* NULL, or what is wrong with the name. */
static char *check(const struct hosts *hosts, const char *name) {
	const char *fault = !ssh_is_host(name)                 ? N_("that is no name of a host")
	                    : is_named(hosts, name)            ? N_("that host is named twice")
	                    : hosts->count == REMOTE_HOSTS_MAX ? N_("too many hosts")
	                                                       : NULL;
	if (!fault)
		return NULL;
	char *word = escape_copy(name, strlen(name));
	char *error = xasprintf("--ssh: '%s': %s", word, _(fault));
	free(word);
	return error;
}

/* Takes the name. NULL, or what is wrong. */
static char *add(struct hosts *hosts, char *name, uint64_t period_ns) {
	char *error = check(hosts, name);
	struct host host = { .name = name, .trouble = xasprintf("%s", _("connecting ...")) };
	const uint64_t serial = (uint64_t)hosts->count << SERIAL_BITS;
	if (!error && remote_open(name, period_ns, serial, &host.feed, &error)) {
		hosts->all = xreallocarray(hosts->all, hosts->count + 1, sizeof(*hosts->all));
		hosts->all[hosts->count++] = host;
		return NULL;
	}
	free(host.trouble);
	free(name);
	return error;
}

static char *add_all(struct hosts *hosts, const char *list, uint64_t period_ns) {
	char *error = NULL;
	for (;;) {
		const size_t length = strcspn(list, ",");
		error = add(hosts, xasprintf("%.*s", (int)length, list), period_ns);
		if (error || list[length] == '\0')
			return error;
		list += length + 1;
	}
}

bool feed_hosts(const char *list, uint64_t period_ns, struct feed *feed, char **error) {
	static const struct feed_origin origin = {
		.make = make,
		.interrupt = interrupt,
		.close = close_hosts,
		.is_live = true,
	};
	struct hosts *hosts = xcalloc(1, sizeof(*hosts));
	hosts->silence_ns = 3 * period_ns + 5 * SECOND_NS;
	hosts->interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*error = hosts->interrupt < 0 ? xasprintf("eventfd: %s", strerror(errno))
	                              : add_all(hosts, list, period_ns);
	if (!*error && feed_thread_start(&origin, hosts, feed, error))
		return true;
	close_hosts(hosts);
	return false;
}
