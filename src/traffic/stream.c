/* While the answer to a client does not fit into its socket, nothing more is read from it: a client
 * that does not read costs one buffer, and nobody else any time. */

#include "stream.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "chargen.h"
#include "loop.h"
#include "report.h"
#include "util.h"

enum { READ_MAX = 64 * 1024 };

static const uint64_t linger_ns = UINT64_C(2000000000);

struct stream {
	struct loop_watch watch; /* first, so that a watch is a stream */
	struct loop_timer timer;
	struct stream_group *group;
	struct stream *previous, *next;
	struct address peer;
	uint64_t started_ns;
	uint64_t in, out;
	uint32_t events;       /* that are watched for */
	bool is_last;          /* what is pending is the last that is sent */
	bool is_lingering;     /* all is sent; waits for the peer's end of stream */
	size_t pending_length; /* of what did not fit into the socket yet */
	size_t pending_at;
	char *pending;
};

static struct stream *of_timer(struct loop_timer *timer) {
	return (struct stream *)((char *)timer - offsetof(struct stream, timer));
}

static void release(struct stream *stream) {
	struct stream_group *group = stream->group;
	if (stream->previous)
		stream->previous->next = stream->next;
	else
		group->first = stream->next;
	if (stream->next)
		stream->next->previous = stream->previous;
	loop_cancel_timer(group->loop, &stream->timer);
	loop_remove(group->loop, &stream->watch);
	close(stream->watch.fd);
	free(stream->pending);
	free(stream);
}

static void end(struct stream *stream, int error) {
	struct stream_group *group = stream->group;
	report_event(group->report, &(struct event){
					.kind = EVENT_CLOSED,
					.service = service_name(group->service->kind),
					.address = &stream->peer,
					.in = stream->in,
					.out = stream->out,
					.elapsed_ns = loop_now(group->loop) - stream->started_ns,
					.error = error,
				    });
	release(stream);
	group->closed(group->context);
}

static void watch_for(struct stream *stream, uint32_t events) {
	if (stream->events == events)
		return;
	stream->events = events;
	loop_change(stream->group->loop, &stream->watch, events);
}

/* What to wait for when nothing is pending. */
static uint32_t usual_events(const struct service *service) {
	return service->answer == SERVICE_CHARGEN && service->rate == 0 ? EPOLLIN | EPOLLOUT
	                                                                : EPOLLIN;
}

/* The peer gets all of it, even if it sent something that nobody has read: closing at once would be
 * a reset then. */
static void linger(struct stream *stream) {
	stream->is_lingering = true;
	shutdown(stream->watch.fd, SHUT_WR);
	watch_for(stream, EPOLLIN);
	loop_set_timer(stream->group->loop, &stream->timer,
	               loop_now(stream->group->loop) + linger_ns);
}

/* How much of it was sent; -1: the connection is over. */
static ssize_t send_some(struct stream *stream, const void *bytes, size_t length) {
	ssize_t sent;
	do
		sent = send(stream->watch.fd, bytes, length, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno != EAGAIN) {
		end(stream, errno);
		return -1;
	}
	sent = sent < 0 ? 0 : sent;
	stream->out += (uint64_t)sent;
	return sent;
}

/* False if the connection is over. */
static bool send_all(struct stream *stream, const char *bytes, size_t length) {
	const ssize_t sent = length > 0 ? send_some(stream, bytes, length) : 0;
	if (sent < 0)
		return false;
	if ((size_t)sent == length)
		return true;
	stream->pending_length = length - (size_t)sent;
	stream->pending_at = 0;
	stream->pending = xmalloc(stream->pending_length);
	memcpy(stream->pending, bytes + sent, stream->pending_length);
	watch_for(stream, EPOLLOUT);
	return true;
}

static void send_pending(struct stream *stream) {
	const ssize_t sent = send_some(stream, stream->pending + stream->pending_at,
	                               stream->pending_length - stream->pending_at);
	if (sent < 0)
		return;
	stream->pending_at += (size_t)sent;
	if (stream->pending_at < stream->pending_length)
		return;
	free(stream->pending);
	stream->pending = NULL;
	if (stream->is_last)
		linger(stream);
	else
		watch_for(stream, usual_events(stream->group->service));
}

static size_t allowance(const struct stream *stream) {
	const uint64_t elapsed_ns = loop_now(stream->group->loop) - stream->started_ns;
	const uint64_t rate = stream->group->service->rate;
	return rate > 0 ? chargen_allowance(rate, elapsed_ns, stream->out) : CHARGEN_CHUNK;
}

/* RFC 864: without end, whatever is said to it. */
static void generate(struct stream *stream) {
	const struct stream_group *group = stream->group;
	const uint64_t rate = group->service->rate;
	size_t length;
	ssize_t sent;
	do {
		length = allowance(stream);
		sent = length > 0
		           ? send_some(stream, chargen_at(group->pattern, stream->out), length)
		           : 0;
		if (sent < 0)
			return;
	} while (rate > 0 && sent > 0 && (size_t)sent == length);
	if (rate > 0)
		loop_set_timer(group->loop, &stream->timer,
		               loop_now(group->loop) + chargen_pause_ns(rate));
}

static void report_message(const struct stream *stream, const char *bytes, size_t length) {
	report_event(stream->group->report,
	             &(struct event){
			 .kind = EVENT_RECEIVED,
			 .service = service_name(stream->group->service->kind),
			 .address = &stream->peer,
			 .bytes = bytes,
			 .length = length,
		     });
}

/* False if the connection is over. */
static bool answer(struct stream *stream, const char *bytes, size_t length) {
	const struct service *service = stream->group->service;
	switch (service->answer) {
	case SERVICE_ECHO:
		report_message(stream, bytes, length);
		return send_all(stream, bytes, length);
	case SERVICE_REPLY:
		report_message(stream, bytes, length);
		return send_all(stream, service->reply, strlen(service->reply));
	case SERVICE_DISCARD:
	case SERVICE_CHARGEN:
		break;
	}
	return true;
}

static bool is_sink(const struct service *service) {
	return service->answer == SERVICE_DISCARD || service->answer == SERVICE_CHARGEN;
}

/* Into the shared buffer; of what is thrown away anyway TCP need not even copy it (tcp(7)). */
static ssize_t receive(const struct stream *stream) {
	const struct service *service = stream->group->service;
	const bool skip = service->kind == SERVICE_TCP && is_sink(service);
	const bool large = skip || service->kind == SERVICE_UNIX_SEQPACKET;
	return recv(stream->watch.fd, stream->group->buffer, large ? STREAM_BUFFER_SIZE : READ_MAX,
	            large ? MSG_TRUNC : 0);
}

/* Of a SEQPACKET message that is too long the rest is lost: no echo of it would be whole. */
static void report_cut(const struct stream *stream, size_t length) {
	char *what = xasprintf(_("a message of %zu bytes is too long to take, from"), length);
	report_event(stream->group->report,
	             &(struct event){
			 .kind = EVENT_FAILED,
			 .service = service_name(stream->group->service->kind),
			 .address = &stream->peer,
			 .text = what,
			 .error = EMSGSIZE,
		     });
	free(what);
}

/* False if the connection is over. */
static bool take(struct stream *stream, uint32_t events) {
	const struct service *service = stream->group->service;
	const ssize_t length = receive(stream);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (length < 0) {
		end(stream, errno);
		return false;
	}
	if (length > 0) {
		stream->in += (uint64_t)length;
		if (stream->is_lingering)
			return true;
		if (is_sink(service) || length <= STREAM_BUFFER_SIZE)
			return answer(stream, stream->group->buffer, (size_t)length);
		report_cut(stream, (size_t)length);
		return true;
	}
	if (service->answer == SERVICE_CHARGEN && !(events & EPOLLHUP)) {
		/* It has finished, and may still read. */
		watch_for(stream, stream->events & ~(uint32_t)EPOLLIN);
		return true;
	}
	end(stream, 0);
	return false;
}

static void ready(struct loop_watch *watch, uint32_t events) {
	struct stream *stream = (struct stream *)watch;
	if (stream->pending) {
		send_pending(stream);
		return;
	}
	if ((events & ~(uint32_t)EPOLLOUT) && !take(stream, events))
		return;
	if ((events & EPOLLOUT) && stream->group->service->answer == SERVICE_CHARGEN)
		generate(stream);
}

static void due(struct loop_timer *timer) {
	struct stream *stream = of_timer(timer);
	if (stream->is_lingering)
		end(stream, 0);
	else
		generate(stream);
}

/* RFC 867; the form is free. */
static void send_time(struct stream *stream) {
	char text[64];
	struct tm local;
	const time_t now = time(NULL);
	localtime_r(&now, &local);
	const size_t length = strftime(text, sizeof(text), "%A, %B %d, %Y %H:%M:%S %Z\r\n", &local);
	stream->is_last = true;
	if (send_all(stream, text, length) && !stream->pending)
		linger(stream);
}

static void begin(struct stream *stream) {
	const struct service *service = stream->group->service;
	if (service->kind == SERVICE_DAYTIME) {
		send_time(stream);
		return;
	}
	if (service->greeting && !send_all(stream, service->greeting, strlen(service->greeting)))
		return;
	if (service->answer == SERVICE_CHARGEN && service->rate > 0)
		generate(stream);
}

void stream_open(struct stream_group *group, int fd, const struct address *peer) {
	struct stream *stream = xcalloc(1, sizeof(*stream));
	const int on = 1;
	*stream = (struct stream){
		.watch = { fd, ready },
		.timer.due = due,
		.group = group,
		.next = group->first,
		.peer = *peer,
		.started_ns = loop_now(group->loop),
		.events = usual_events(group->service),
	};
	if (group->first)
		group->first->previous = stream;
	group->first = stream;
	if (peer->any.sa_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	const int result = loop_add(group->loop, &stream->watch, stream->events);
	if (result == 0)
		begin(stream);
	else
		end(stream, -result);
}

void stream_close_all(struct stream_group *group) {
	struct stream *next;
	for (struct stream *stream = group->first; stream; stream = next) {
		next = stream->next;
		report_count(group->report, stream->in, stream->out);
		release(stream);
	}
}
