/* A message of the command line goes out as it is and its answer is shown as it came. Of standard
 * input each line is a message, without its newline, and each answer becomes a line. */

#include "messages.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dial.h"
#include "exchange.h"
#include "output.h"
#include "reason.h"
#include "util.h"

enum { SIGNAL, SOCKET, INPUT, OUTPUT, POLLED_COUNT };
enum { BUFFER_SIZE = 256 * 1024 }; /* larger than any message by default */

struct talk {
	const struct exchange *exchange;
	const struct dial_list *list;
	size_t chosen;
	int fd; /* -1: not yet */
	struct output output;
	char *buffer; /* what was read of standard input */
	size_t start, length;
	char *scratch; /* where answers come in */
	bool input_ended;
	bool message_is_due;
	bool finished; /* all is sent */
	uint64_t sent, answers;
	uint64_t moved_ns; /* when a message was last sent or received */
	bool is_over;
	char *error;
};

static void end(struct talk *talk, char *error) {
	talk->is_over = true;
	talk->error = error;
}

/* The next message, if there is a whole one. `taken` is its length in the buffer. */
static bool next_message(const struct talk *talk, const char **bytes, size_t *length,
                         size_t *taken) {
	const char *start = talk->buffer + talk->start;
	*bytes = talk->exchange->message;
	*taken = 0;
	if (*bytes) {
		*length = strlen(*bytes);
		return talk->message_is_due;
	}
	const char *newline = memchr(start, '\n', talk->length);
	*bytes = start;
	*length = newline ? (size_t)(newline - start) : talk->length;
	*taken = *length + (newline != NULL);
	return newline || (talk->input_ended && talk->length > 0);
}

static bool has_message(const struct talk *talk) {
	const char *bytes;
	size_t length;
	size_t taken;
	return next_message(talk, &bytes, &length, &taken);
}

static const struct address *peer_of(const struct talk *talk) {
	return &talk->list->addresses[talk->chosen];
}

static void fail(struct talk *talk, int error, size_t length) {
	if (error == EMSGSIZE)
		end(talk, xasprintf(_("a message of %zu bytes is too long for %s"), length,
		                    address_text(peer_of(talk)).text));
	else
		end(talk, reason_of(peer_of(talk), talk->list->type, error));
}

/* False if it has to wait. */
static bool send_message(struct talk *talk, const char *bytes, size_t length) {
	/* An empty message of a connection would look like its end. */
	if (length == 0 && talk->list->type == SOCK_SEQPACKET)
		return true;
	if (talk->fd < 0) {
		uint64_t sent_ns;
		talk->fd = dial_with_datagram(talk->list, bytes, length, &talk->chosen, &sent_ns,
		                              &talk->error);
		talk->is_over = talk->fd < 0;
		return true;
	}
	if (send(talk->fd, bytes, length, MSG_NOSIGNAL) >= 0)
		return true;
	if (errno == EAGAIN || errno == EINTR)
		return false;
	fail(talk, errno, length);
	return true;
}

static void send_next(struct talk *talk) {
	const char *bytes;
	size_t length;
	size_t taken;
	if (!next_message(talk, &bytes, &length, &taken) || !send_message(talk, bytes, length))
		return;
	talk->sent++;
	talk->message_is_due = false;
	talk->start += taken;
	talk->length -= taken;
	talk->moved_ns = util_monotonic_ns();
}

static void receive(struct talk *talk) {
	const ssize_t length = recv(talk->fd, talk->scratch, BUFFER_SIZE, MSG_TRUNC);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length < 0) {
		fail(talk, errno, 0);
		return;
	}
	if (length == 0 && talk->list->type == SOCK_SEQPACKET) {
		talk->is_over = true;
		return;
	}
	if (length > BUFFER_SIZE) {
		end(talk, xasprintf(_("an answer of %zd bytes is too long to show whole"), length));
		return;
	}
	talk->answers++;
	talk->moved_ns = util_monotonic_ns();
	output_put(&talk->output, talk->scratch, (size_t)length);
	if (!talk->exchange->message)
		output_put(&talk->output, "\n", 1);
}

static void read_lines(struct talk *talk) {
	memmove(talk->buffer, talk->buffer + talk->start, talk->length);
	talk->start = 0;
	if (talk->length == BUFFER_SIZE) {
		end(talk, xasprintf("%s", _("a line is longer than any datagram")));
		return;
	}
	const ssize_t length =
	    read(STDIN_FILENO, talk->buffer + talk->length, BUFFER_SIZE - talk->length);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length < 0)
		end(talk, xasprintf(_("cannot read standard input: %s"), strerror(errno)));
	talk->input_ended = length <= 0;
	talk->length += length > 0 ? (size_t)length : 0;
}

/* A reader that has left wants no explanation. */
static void write_answers(struct talk *talk) {
	const int result = output_is_empty(&talk->output) ? -EPIPE : output_write(&talk->output);
	talk->moved_ns = util_monotonic_ns();
	if (result == -EPIPE)
		talk->is_over = true;
	else if (result != 0)
		end(talk, xasprintf(_("cannot write: %s"), strerror(-result)));
}

/* How long nothing may happen once all is sent. */
static uint64_t patience_ns(const struct talk *talk) {
	if (!talk->finished || talk->sent == 0 || !output_is_empty(&talk->output))
		return EXCHANGE_WITHOUT_END;
	return talk->answers > 0 ? talk->exchange->wait_ns : talk->exchange->timeout_ns;
}

static void lose_patience(struct talk *talk) {
	talk->is_over = true;
	if (talk->answers == 0)
		end(talk,
		    xasprintf(_("no answer from %s within %s"), address_text(peer_of(talk)).text,
		              reason_time(talk->exchange->timeout_ns).text));
}

static void watch_all(const struct talk *talk, struct pollfd polled[POLLED_COUNT]) {
	const bool is_empty = output_is_empty(&talk->output);
	const bool is_sending = has_message(talk);
	exchange_watch(&polled[SIGNAL], talk->exchange->signal_fd, POLLIN);
	exchange_watch(&polled[SOCKET], talk->fd,
	               (is_empty ? POLLIN : 0) | (is_sending ? POLLOUT : 0));
	exchange_watch(&polled[INPUT], STDIN_FILENO, talk->input_ended || is_sending ? 0 : POLLIN);
	polled[OUTPUT] = (struct pollfd){ .fd = talk->output.fd, .events = is_empty ? 0 : POLLOUT };
}

static void act(struct talk *talk, const struct pollfd polled[POLLED_COUNT]) {
	if (polled[SIGNAL].revents) {
		talk->is_over = true;
		return;
	}
	if (polled[OUTPUT].revents)
		write_answers(talk);
	if (!talk->is_over && polled[SOCKET].revents && polled[SOCKET].events & POLLIN)
		receive(talk);
	if (!talk->is_over && polled[SOCKET].revents & ~POLLIN)
		send_next(talk);
	if (!talk->is_over && polled[INPUT].revents)
		read_lines(talk);
}

/* All that there was is sent; a connection is told so. */
static void finish(struct talk *talk) {
	talk->finished = true;
	if (talk->list->type == SOCK_SEQPACKET && !talk->exchange->message)
		shutdown(talk->fd, SHUT_WR);
}

static bool is_complete(const struct talk *talk) {
	const bool is_answered = talk->exchange->message && talk->answers > 0;
	const bool was_silent = talk->sent == 0 && talk->list->type == SOCK_DGRAM;
	return output_is_empty(&talk->output) && talk->finished && (is_answered || was_silent);
}

static void step(struct talk *talk) {
	struct pollfd polled[POLLED_COUNT];
	if (talk->fd < 0 && has_message(talk))
		send_next(talk);
	if (!talk->is_over && !talk->finished && talk->input_ended && !has_message(talk))
		finish(talk);
	if (talk->is_over || is_complete(talk)) {
		talk->is_over = true;
		return;
	}
	watch_all(talk, polled);
	const int ready =
	    poll(polled, POLLED_COUNT, exchange_time_left(talk->moved_ns, patience_ns(talk)));
	if (ready > 0)
		act(talk, polled);
	else if (ready == 0 && exchange_time_left(talk->moved_ns, patience_ns(talk)) == 0)
		lose_patience(talk);
}

int messages_run(int fd, const struct dial_list *list, size_t chosen,
                 const struct exchange *exchange, char **error) {
	struct talk talk = {
		.exchange = exchange,
		.list = list,
		.chosen = chosen,
		.fd = fd,
		.buffer = xmalloc(BUFFER_SIZE),
		.scratch = xmalloc(BUFFER_SIZE),
		.input_ended = exchange->message != NULL,
		.message_is_due = exchange->message != NULL,
		.moved_ns = util_monotonic_ns(),
	};
	output_open(&talk.output, STDOUT_FILENO);
	while (!talk.is_over)
		step(&talk);
	output_finish(&talk.output);
	if (talk.fd >= 0)
		close(talk.fd);
	free(talk.buffer);
	free(talk.scratch);
	*error = talk.error;
	return talk.error ? EXIT_STATUS_PARTIAL : EXIT_STATUS_MATCHED;
}
