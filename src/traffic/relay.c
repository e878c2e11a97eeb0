/* Each direction has one buffer, and is read only while that is empty: who takes nothing costs no
 * memory, no processor time, and the other direction nothing.
 *
 * When a message is over is a guess, as there is no telling whether a server waits for more of it.
 * So at first nothing is said; after half of the silence that is allowed, the sending side is shut
 * down, which is what makes others answer, or end; and what has answered is over after the whole of
 * it. */

#include "relay.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"
#include "output.h"
#include "reason.h"
#include "util.h"

enum { SIGNAL, SOCKET, INPUT, OUTPUT, POLLED_COUNT };
enum { BUFFER_SIZE = 64 * 1024 };

/* For input that still comes after the peer has ended. */
static const uint64_t farewell_ns = UINT64_C(1000000000);

struct relay {
	const struct exchange *exchange;
	const struct address *peer;
	int fd;
	struct output output;
	char *buffer;       /* what came from standard input */
	const char *unsent; /* in the buffer, or the message */
	size_t unsent_length;
	char *scratch; /* where answers come in */
	bool input_is_terminal;
	bool input_ended;
	bool finished;     /* we shall not send any more, and the peer knows */
	bool peer_ended;   /* it will not */
	uint64_t moved_ns; /* when something was last sent, received or read */
	uint64_t in, out;
	bool is_over;
	char *error;
};

static void end(struct relay *relay, char *error) {
	relay->is_over = true;
	if (relay->error)
		free(error);
	else
		relay->error = error;
}

static bool is_sent(const struct relay *relay) {
	return relay->input_ended && relay->unsent_length == 0;
}

/* With --reset the peer hears nothing before the reset. */
static void finish(struct relay *relay) {
	relay->finished = true;
	if (!relay->exchange->reset)
		shutdown(relay->fd, SHUT_WR);
}

static char *explain_loss(const struct relay *relay, int error) {
	const struct address_text peer = address_text(relay->peer);
	if (error == ECONNRESET)
		return xasprintf(_("%s reset the connection after %llu bytes"), peer.text,
		                 (unsigned long long)relay->in);
	if (error == EPIPE)
		return xasprintf(_("%s closed the connection before it took everything; %llu "
		                   "bytes were sent"),
		                 peer.text, (unsigned long long)relay->out);
	return reason_of(relay->peer, SOCK_STREAM, error);
}

/* What has come in before may still be read. */
static void lose_sending(struct relay *relay, int error) {
	if (!relay->error)
		relay->error = explain_loss(relay, error);
	relay->input_ended = relay->finished = true;
	relay->unsent_length = 0;
}

static void send_some(struct relay *relay) {
	const ssize_t sent = send(relay->fd, relay->unsent, relay->unsent_length, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		lose_sending(relay, errno);
	if (sent <= 0)
		return;
	relay->unsent += sent;
	relay->unsent_length -= (size_t)sent;
	relay->out += (uint64_t)sent;
	relay->moved_ns = util_monotonic_ns();
}

static void receive_some(struct relay *relay) {
	const ssize_t length = recv(relay->fd, relay->scratch, BUFFER_SIZE, 0);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length < 0 && !relay->error)
		relay->error = explain_loss(relay, errno);
	relay->moved_ns = util_monotonic_ns();
	if (length <= 0) {
		relay->peer_ended = true;
		return;
	}
	relay->in += (uint64_t)length;
	output_put(&relay->output, relay->scratch, (size_t)length);
}

static void read_some(struct relay *relay) {
	const ssize_t length = read(STDIN_FILENO, relay->buffer, BUFFER_SIZE);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length < 0)
		end(relay, xasprintf(_("cannot read standard input: %s"), strerror(errno)));
	relay->input_ended = length <= 0;
	relay->unsent = relay->buffer;
	relay->unsent_length = length > 0 ? (size_t)length : 0;
	relay->moved_ns = util_monotonic_ns();
}

/* A reader that has left wants no explanation. */
static void write_some(struct relay *relay) {
	const int result = output_is_empty(&relay->output) ? -EPIPE : output_write(&relay->output);
	relay->moved_ns = util_monotonic_ns();
	if (result == -EPIPE) {
		free(relay->error);
		relay->error = NULL;
		relay->is_over = true;
	} else if (result != 0) {
		end(relay, xasprintf(_("cannot write: %s"), strerror(-result)));
	}
}

/* What to do once nothing has moved for `ns`. */
struct patience {
	uint64_t ns; /* EXCHANGE_WITHOUT_END: never */
	enum { GIVE_UP, FINISH, LEAVE } then;
};

static struct patience patience(const struct relay *relay) {
	const struct exchange *exchange = relay->exchange;
	if (!output_is_empty(&relay->output))
		return (struct patience){ EXCHANGE_WITHOUT_END, LEAVE };
	if (relay->peer_ended)
		return (struct patience){ relay->unsent_length == 0 ? farewell_ns
			                                            : EXCHANGE_WITHOUT_END,
			                  LEAVE };
	if (exchange->message && !is_sent(relay))
		return (struct patience){ exchange->timeout_ns, GIVE_UP };
	if (exchange->message && !relay->finished)
		return (struct patience){ exchange->wait_ns / 2, FINISH };
	if (exchange->message && relay->in == 0)
		return (struct patience){ exchange->wait_ns / 2 + exchange->timeout_ns, GIVE_UP };
	return (struct patience){ relay->finished ? exchange->wait_ns : EXCHANGE_WITHOUT_END,
		                  LEAVE };
}

static void give_up(struct relay *relay) {
	const struct address_text peer = address_text(relay->peer);
	const struct reason_time time = reason_time(relay->exchange->timeout_ns);
	end(relay, is_sent(relay)
	               ? xasprintf(_("no answer from %s within %s"), peer.text, time.text)
	               : xasprintf(_("%s takes no more; %llu bytes were sent"), peer.text,
	                           (unsigned long long)relay->out));
}

static void lose_patience(struct relay *relay, const struct patience *patience) {
	switch (patience->then) {
	case GIVE_UP:
		give_up(relay);
		break;
	case FINISH:
		finish(relay);
		break;
	case LEAVE:
		relay->is_over = true;
		break;
	}
}

static void watch_all(const struct relay *relay, struct pollfd polled[POLLED_COUNT]) {
	const bool takes_answers = !relay->peer_ended && output_is_empty(&relay->output);
	const bool takes_input = !relay->input_ended && relay->unsent_length == 0;
	exchange_watch(&polled[SIGNAL], relay->exchange->signal_fd, POLLIN);
	exchange_watch(&polled[SOCKET], relay->fd,
	               (takes_answers ? POLLIN : 0) | (relay->unsent_length > 0 ? POLLOUT : 0));
	exchange_watch(&polled[INPUT], STDIN_FILENO, takes_input ? POLLIN : 0);
	polled[OUTPUT] = (struct pollfd){ .fd = relay->output.fd,
		                          .events = output_is_empty(&relay->output) ? 0 : POLLOUT };
}

static void act(struct relay *relay, const struct pollfd polled[POLLED_COUNT]) {
	if (polled[SIGNAL].revents) {
		relay->is_over = true;
		return;
	}
	if (polled[OUTPUT].revents)
		write_some(relay);
	if (polled[SOCKET].revents && relay->unsent_length > 0)
		send_some(relay);
	if (polled[SOCKET].revents && polled[SOCKET].events & POLLIN)
		receive_some(relay);
	if (polled[INPUT].revents)
		read_some(relay);
	if (is_sent(relay) && !relay->finished && !relay->exchange->message)
		finish(relay);
}

/* The peer has ended, and there is nothing that it could still be sent. */
static bool is_complete(const struct relay *relay) {
	return relay->peer_ended && output_is_empty(&relay->output) &&
	       (relay->exchange->message || relay->input_is_terminal || is_sent(relay));
}

static void step(struct relay *relay) {
	struct pollfd polled[POLLED_COUNT];
	const struct patience limit = patience(relay);
	watch_all(relay, polled);
	const int ready = poll(polled, POLLED_COUNT, exchange_time_left(relay->moved_ns, limit.ns));
	if (ready > 0)
		act(relay, polled);
	else if (ready == 0 && exchange_time_left(relay->moved_ns, limit.ns) == 0)
		lose_patience(relay, &limit);
	if (!relay->is_over && is_complete(relay))
		end(relay, relay->unsent_length > 0 ? explain_loss(relay, EPIPE) : NULL);
}

int relay_run(int fd, const struct address *peer, const struct exchange *exchange, char **error) {
	const char *message = exchange->message;
	struct relay relay = {
		.exchange = exchange,
		.peer = peer,
		.fd = fd,
		.unsent = message,
		.unsent_length = message ? strlen(message) : 0,
		.buffer = xmalloc(BUFFER_SIZE),
		.scratch = xmalloc(BUFFER_SIZE),
		.input_is_terminal = isatty(STDIN_FILENO),
		.input_ended = message != NULL,
		.moved_ns = util_monotonic_ns(),
	};
	output_open(&relay.output, STDOUT_FILENO);
	while (!relay.is_over)
		step(&relay);
	output_finish(&relay.output);
	free(relay.buffer);
	free(relay.scratch);
	*error = relay.error;
	return relay.error ? EXIT_STATUS_PARTIAL : EXIT_STATUS_MATCHED;
}
