/* The recording is read as it comes. Its thread waits for bytes or, after a failure, for the time
 * to try again; interrupt() ends both, which is why the lock guards the descriptor that is read,
 * and ssh while there is one. */

#include "remote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "escape.h"
#include "feed_thread.h"
#include "playback.h"
#include "ssh.h"
#include "util.h"

enum { RETRY_FIRST_SECONDS = 1, RETRY_LAST_SECONDS = 60, SKIP_MAX = 16 };

struct remote {
	const char *host;
	uint64_t period_ns, serial;
	int interrupt; /* eventfd */
	struct ssh ssh;
	struct playback playback;
	bool is_connected;     /* the two above are of use */
	unsigned wait_seconds; /* before the next try; 0: at once */
	pthread_mutex_t lock;
	int output;       /* under the lock: ssh's, while it may be read; -1: none */
	bool is_stopping; /* under the lock */
};

/* False if it was interrupted. */
static bool wait_to_retry(const struct remote *remote) {
	struct pollfd interrupt = { .fd = remote->interrupt, .events = POLLIN };
	int ready = 0;
	do
		ready = poll(&interrupt, 1, (int)remote->wait_seconds * 1000);
	while (ready < 0 && errno == EINTR);
	return ready == 0;
}

static void wait_longer(struct remote *remote) {
	const unsigned seconds = remote->wait_seconds * 2;
	remote->wait_seconds = seconds == 0                   ? RETRY_FIRST_SECONDS
	                       : seconds < RETRY_LAST_SECONDS ? seconds
	                                                      : RETRY_LAST_SECONDS;
}

/* False if nothing is to be read any more. */
static bool set_output(struct remote *remote, int output) {
	pthread_mutex_lock(&remote->lock);
	const bool goes_on = !remote->is_stopping;
	remote->output = goes_on ? output : -1;
	pthread_mutex_unlock(&remote->lock);
	return goes_on;
}

/* What ssh or the recorder said last tells more than how the recording ended, of which there is
 * nothing to say (NULL) if it simply did. */
static char *describe(const struct remote *remote, const char *reason) {
	const char *words = remote->ssh.words;
	struct out out;
	out_init(&out, OUT_MEMORY);
	escape_write(&out, words, strlen(words), ESCAPE_TEXT);
	if (reason)
		out_printf(&out, "%s%s", out.used > 0 ? "; " : "", reason);
	else if (out.used == 0)
		out_text(&out, _("the recorder there ended"));
	out_printf(&out, _(" (next try in %u s)"), remote->wait_seconds);
	out_char(&out, '\0');
	return out.bytes;
}

static char *disconnect(struct remote *remote, const char *reason) {
	set_output(remote, -1);
	ssh_stop(&remote->ssh);
	playback_close(&remote->playback);
	remote->is_connected = false;
	wait_longer(remote);
	return describe(remote, reason);
}

/* It, or -errno. */
static int copy_descriptor(int fd) {
	const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return copy < 0 ? -errno : copy;
}

/* The times of another machine count from when it was first heard of here. */
static char *connect_host(struct remote *remote) {
	char *reason = NULL;
	char *error = NULL;
	const int failed = ssh_start(&remote->ssh, remote->host, remote->period_ns);
	if (failed < 0) {
		wait_longer(remote);
		remote->ssh.words[0] = '\0';
		reason = xasprintf("ssh: %s", strerror(-failed));
		error = describe(remote, reason);
	} else if (!set_output(remote, remote->ssh.output) ||
	           !playback_open_stream(&remote->playback, copy_descriptor(remote->ssh.output),
	                                 remote->host, &reason)) {
		error = disconnect(remote, reason);
	} else {
		remote->playback.monotonic_ns = util_monotonic_ns();
		remote->is_connected = true;
	}
	free(reason);
	return error;
}

/* What has come already can still be read then. */
static bool is_interrupted(const struct remote *remote) {
	struct pollfd interrupt = { .fd = remote->interrupt, .events = POLLIN };
	return poll(&interrupt, 1, 0) > 0;
}

/* The newest moment that is there; of those that piled up not the older ones. NULL, or why not. */
static char *read_newest(struct remote *remote, struct source *source) {
	char *reason = NULL;
	bool is_there = playback_next(&remote->playback, source, &reason);
	for (int i = 0; is_there && i < SKIP_MAX && playback_has_more(&remote->playback); i++) {
		if (is_interrupted(remote))
			break;
		is_there = playback_next(&remote->playback, source, &reason);
	}
	ssh_listen(&remote->ssh);
	if (is_there) {
		remote->ssh.words[0] = '\0'; /* why it fails is said after that */
		return NULL;
	}
	char *error = disconnect(remote, reason);
	free(reason);
	return error;
}

static enum feed_answer make(void *self, struct frame *frame, const struct frame *before,
                             struct life *life, uint32_t needs, char **error) {
	struct remote *remote = self;
	struct source source;
	if (!remote->is_connected && !wait_to_retry(remote))
		return FEED_END;
	if (!remote->is_connected)
		*error = connect_host(remote);
	if (*error)
		return FEED_TROUBLE;
	const uint64_t start = util_thread_cpu_ns();
	*error = read_newest(remote, &source);
	if (*error)
		return FEED_TROUBLE;
	remote->wait_seconds = 0;
	if (life->serial == 0)
		life->serial = remote->serial;
	frame_make(frame, before, life, &source, needs);
	frame->cost_ns = util_thread_cpu_ns() - start;
	return FEED_FRAME;
}

static void interrupt(void *self) {
	struct remote *remote = self;
	eventfd_write(remote->interrupt, 1);
	pthread_mutex_lock(&remote->lock);
	remote->is_stopping = true;
	if (remote->output >= 0) {
		shutdown(remote->output, SHUT_RDWR);
		ssh_tell_end(&remote->ssh);
	}
	pthread_mutex_unlock(&remote->lock);
}

static void close_remote(void *self) {
	struct remote *remote = self;
	if (remote->is_connected)
		free(disconnect(remote, NULL));
	pthread_mutex_destroy(&remote->lock);
	close(remote->interrupt);
	free(remote);
}

bool remote_open(const char *host, uint64_t period_ns, uint64_t serial, struct feed *feed,
                 char **error) {
	static const struct feed_origin origin = {
		.make = make,
		.interrupt = interrupt,
		.close = close_remote,
		.is_live = true,
	};
	struct remote *remote = xcalloc(1, sizeof(*remote));
	*remote = (struct remote){ .host = host,
		                   .period_ns = period_ns,
		                   .serial = serial,
		                   .interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		                   .playback.fd = -1,
		                   .output = -1 };
	pthread_mutex_init(&remote->lock, NULL);
	if (remote->interrupt < 0)
		*error = xasprintf("eventfd: %s", strerror(errno));
	else if (feed_thread_start(&origin, remote, feed, error))
		return true;
	close_remote(remote);
	return false;
}
