/* Nothing is allocated for a message, and a connection costs its structure only: what is sent and
 * what is received are in memory that all share. Each turn reads and writes once, so a peer that
 * never stops does not keep others waiting. */

#include "load_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "histogram.h"
#include "load_result.h"
#include "util.h"

enum { READ_MAX = 64 * 1024 };

static const uint64_t connect_timeout_ns = UINT64_C(10000000000);
static const uint64_t stream_timeout_ns = UINT64_C(5000000000);
static const uint64_t datagram_timeout_ns = UINT64_C(1000000000);
/* A datagram socket goes on after an error, and must not spin if it meets it again. */
static const uint64_t error_pause_ns = UINT64_C(100000000);
/* How long a UNIX server that is behind is left alone. */
static const uint64_t retry_ns = UINT64_C(5000000);

enum state {
	STATE_CONNECTING,
	STATE_EXCHANGING, /* sends a message or waits for its answer */
	STATE_WAITING,    /* waits for the pace */
	STATE_THINKING,
	STATE_HELD,
	STATE_STREAMING,
};

struct load_connection {
	struct loop_watch watch; /* first, so that a watch is a connection */
	struct loop_timer timer;
	struct load_group *group;
	struct load_connection *previous, *next;
	struct turn turn; /* while it waits for the pace */
	const struct address *target;
	uint64_t meant_ns;    /* when the connection or the message was to begin */
	uint64_t deadline_ns; /* of what goes on */
	size_t sent;          /* of the message */
	size_t received;      /* of its echo */
	uint32_t events;      /* that are watched for */
	uint8_t state;        /* enum state */
	bool is_watched;
	bool is_answered; /* before all was sent */
	bool is_made;
	bool is_given; /* connected by somebody else */
};

static struct load_connection *of_timer(struct loop_timer *timer) {
	return (struct load_connection *)((char *)timer - offsetof(struct load_connection, timer));
}

static struct load_connection *of_turn(struct turn *turn) {
	return (struct load_connection *)((char *)turn - offsetof(struct load_connection, turn));
}

static bool is_datagram(const struct load_connection *connection) {
	return connection->group->plan->type == SOCK_DGRAM;
}

static void shut(struct load_connection *connection) {
	struct load_group *group = connection->group;
	if (connection->is_watched)
		loop_remove(group->loop, &connection->watch);
	if (connection->watch.fd >= 0)
		load_socket_close(group->plan, connection->watch.fd);
	connection->is_watched = false;
	connection->watch.fd = -1;
}

static void release(struct load_connection *connection) {
	struct load_group *group = connection->group;
	if (connection->state == STATE_WAITING)
		turns_leave(&group->turns, &connection->turn);
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		group->first = connection->next;
	if (connection->next)
		connection->next->previous = connection->previous;
	loop_cancel_timer(group->loop, &connection->timer);
	shut(connection);
	free(connection);
}

static void end(struct load_connection *connection, enum load_end how, int error) {
	struct load_group *group = connection->group;
	release(connection);
	group->ended(group->context, how, error);
}

/* `error` is an errno. */
static void fail(struct load_connection *connection, enum load_phase phase, int error) {
	struct load_group *group = connection->group;
	load_result_count_error(group->result, phase, error);
	if (connection->is_made)
		end(connection, LOAD_END_FAILED, error);
	else
		end(connection, descriptors_are_short(error) ? LOAD_END_SHORTAGE : LOAD_END_UNMADE,
		    error);
}

static void fail_early(struct load_connection *connection) {
	connection->group->result->closed_early++;
	end(connection, LOAD_END_FAILED, 0);
}

/* False if the connection is over. */
static bool watch_for(struct load_connection *connection, uint32_t events) {
	struct loop *loop = connection->group->loop;
	if (connection->is_watched && connection->events != events)
		loop_change(loop, &connection->watch, events);
	connection->events = events;
	if (connection->is_watched)
		return true;
	const int result = loop_add(loop, &connection->watch, events);
	connection->is_watched = result == 0;
	if (result != 0)
		fail(connection, LOAD_PHASE_OPEN, -result);
	return result == 0;
}

/* The timer may be set for a deadline that has passed by well: due() sees to that, which is cheaper
 * than to set it again for each message. */
static void set_deadline(struct load_connection *connection, uint64_t deadline_ns) {
	connection->deadline_ns = deadline_ns;
	if (connection->timer.position == 0 || connection->timer.due_ns > deadline_ns)
		loop_set_timer(connection->group->loop, &connection->timer, deadline_ns);
}

static uint64_t answer_timeout_ns(const struct load_connection *connection) {
	const struct load_plan *plan = connection->group->plan;
	if (plan->timeout_ns > 0)
		return plan->timeout_ns;
	return is_datagram(connection) ? datagram_timeout_ns : stream_timeout_ns;
}

/* A large message may take its time, as long as some of it moves. */
static void put_off_deadline(struct load_connection *connection) {
	connection->deadline_ns = loop_now(connection->group->loop) + answer_timeout_ns(connection);
}

static void wait_until(struct load_connection *connection, enum state state, uint64_t due_ns) {
	connection->state = (uint8_t)state;
	connection->deadline_ns = due_ns;
	loop_set_timer(connection->group->loop, &connection->timer, due_ns);
}

static void go_on(struct load_connection *connection, uint64_t now_ns);

static void connect_now(struct load_connection *connection);

/* A late answer to what is lost must not be taken for that to the next: it gets a new socket. */
static void renew(struct load_connection *connection, uint64_t pause_ns) {
	struct load_group *group = connection->group;
	shut(connection);
	connection->watch.fd = load_socket_open(group->plan, connection->target);
	if (connection->watch.fd < 0) {
		fail(connection, LOAD_PHASE_OPEN, -connection->watch.fd);
		return;
	}
	const int result =
	    load_socket_connect(connection->watch.fd, connection->target, &group->sources);
	if (result != 0)
		fail(connection, LOAD_PHASE_CONNECT, -result);
	else if (watch_for(connection, EPOLLIN))
		wait_until(connection, STATE_THINKING, util_monotonic_ns() + pause_ns);
}

/* The message has no answer, and if it was a datagram the next may have one. */
static void give_up(struct load_connection *connection) {
	connection->group->result->unanswered++;
	if (is_datagram(connection) && !connection->group->is_once)
		renew(connection, connection->group->plan->think_ns);
	else
		end(connection, LOAD_END_FAILED, 0);
}

static void lose(struct load_connection *connection, enum load_phase phase, int error) {
	if (!is_datagram(connection) || connection->group->is_once) {
		fail(connection, phase, error);
		return;
	}
	load_result_count_error(connection->group->result, phase, error);
	if (connection->state == STATE_EXCHANGING && watch_for(connection, EPOLLIN))
		wait_until(connection, STATE_THINKING, util_monotonic_ns() + error_pause_ns);
}

static void complete(struct load_connection *connection) {
	const struct load_group *group = connection->group;
	const uint64_t now_ns = util_monotonic_ns();
	histogram_record(group->result->round_trip, now_ns - connection->meant_ns);
	group->result->messages++;
	if (group->is_once)
		end(connection, LOAD_END_DONE, 0);
	else if (group->plan->think_ns > 0)
		wait_until(connection, STATE_THINKING, now_ns + group->plan->think_ns);
	else
		go_on(connection, now_ns);
}

/* Sends what there is left of the message, as far as that goes now. */
static void send_message(struct load_connection *connection) {
	const struct load_group *group = connection->group;
	const ssize_t sent = send(connection->watch.fd, group->message + connection->sent,
	                          group->size - connection->sent, MSG_NOSIGNAL);
	if (sent < 0 && errno != EAGAIN && errno != EINTR) {
		lose(connection, LOAD_PHASE_SEND, errno);
		return;
	}
	if (sent > 0) {
		connection->sent += (size_t)sent;
		group->result->bytes_out += (uint64_t)sent;
	}
	const bool is_sent = sent >= 0 && connection->sent == group->size;
	if (is_sent && connection->is_answered) {
		complete(connection);
		return;
	}
	if (sent > 0 && !is_sent)
		put_off_deadline(connection);
	watch_for(connection, is_sent ? EPOLLIN : EPOLLIN | EPOLLOUT);
}

static void begin_message(struct load_connection *connection, uint64_t meant_ns, uint64_t now_ns) {
	connection->group->result->asked++;
	connection->state = STATE_EXCHANGING;
	connection->meant_ns = meant_ns;
	connection->sent = 0;
	connection->received = 0;
	connection->is_answered = false;
	set_deadline(connection, now_ns + answer_timeout_ns(connection));
	send_message(connection);
}

/* Somebody else has sent it. */
static void await_answer(struct load_connection *connection, uint64_t sent_ns) {
	connection->group->result->asked++;
	connection->state = STATE_EXCHANGING;
	connection->meant_ns = sent_ns;
	connection->sent = connection->group->size;
	set_deadline(connection, sent_ns + answer_timeout_ns(connection));
	watch_for(connection, EPOLLIN);
}

static void turn_taken(struct turn *turn, uint64_t meant_ns, uint64_t now_ns) {
	begin_message(of_turn(turn), meant_ns, now_ns);
}

/* The next message, if it need not wait. */
static void go_on(struct load_connection *connection, uint64_t now_ns) {
	struct load_group *group = connection->group;
	if (group->plan->style != LOAD_MESSAGES || group->plan->rate <= 0) {
		begin_message(connection, now_ns, now_ns);
		return;
	}
	connection->state = STATE_WAITING;
	turns_wait(&group->turns, &connection->turn, now_ns);
}

static void begin_stream(struct load_connection *connection) {
	connection->state = STATE_STREAMING;
	loop_cancel_timer(connection->group->loop, &connection->timer);
	watch_for(connection, connection->group->size > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

/* What a connection is there for. */
static void begin(struct load_connection *connection) {
	struct load_group *group = connection->group;
	const uint64_t now_ns = util_monotonic_ns();
	const uint64_t sent_ns = connection->is_given ? group->plan->first_sent_ns : 0;
	connection->is_made = true;
	group->result->made++;
	group->result->bytes_out += sent_ns > 0 ? group->size : 0;
	if (!is_datagram(connection) && !connection->is_given)
		histogram_record(group->result->connect_time, now_ns - connection->meant_ns);
	group->made(group->context);
	switch (group->plan->style) {
	case LOAD_MESSAGES:
	case LOAD_CHURN:
		if (group->size == 0 && !is_datagram(connection))
			end(connection, LOAD_END_DONE, 0);
		else if (sent_ns > 0)
			await_answer(connection, sent_ns);
		else
			go_on(connection, now_ns);
		break;
	case LOAD_HOLD:
		loop_cancel_timer(group->loop, &connection->timer);
		connection->state = STATE_HELD;
		watch_for(connection, EPOLLIN);
		break;
	case LOAD_STREAM:
		begin_stream(connection);
		break;
	}
}

/* An answer is an echo as long as it is the same as the message; load.h. */
static bool is_whole(struct load_connection *connection, size_t length) {
	const struct load_group *group = connection->group;
	const size_t end_at = connection->received + length;
	if (group->plan->type != SOCK_STREAM || end_at > group->size ||
	    memcmp(group->buffer, group->message + connection->received, length) != 0)
		return true;
	connection->received = end_at;
	return end_at == group->size;
}

/* True if the message goes on. */
static bool take_answer(struct load_connection *connection, size_t length) {
	if (connection->is_answered)
		return true;
	connection->is_answered = is_whole(connection, length);
	if (connection->is_answered && connection->sent == connection->group->size) {
		complete(connection);
		return false;
	}
	put_off_deadline(connection);
	return true;
}

/* Messages are taken whole, and of what is thrown away TCP need not even copy it (tcp(7)). */
static ssize_t receive(const struct load_connection *connection) {
	const struct load_group *group = connection->group;
	const bool skip = connection->state == STATE_STREAMING &&
	                  group->plan->type == SOCK_STREAM &&
	                  connection->target->any.sa_family != AF_UNIX;
	const bool large = connection->state == STATE_STREAMING || group->plan->type != SOCK_STREAM;
	return recv(connection->watch.fd, group->buffer, large ? LOAD_BUFFER_SIZE : READ_MAX,
	            skip ? MSG_TRUNC : 0);
}

/* False if the connection or its message is over. */
static bool take(struct load_connection *connection) {
	const ssize_t length = receive(connection);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (length < 0) {
		lose(connection, LOAD_PHASE_RECEIVE, errno);
		return false;
	}
	if (length == 0 && !is_datagram(connection)) {
		fail_early(connection);
		return false;
	}
	connection->group->result->bytes_in += (uint64_t)length;
	return connection->state != STATE_EXCHANGING || take_answer(connection, (size_t)length);
}

static void stream_out(struct load_connection *connection) {
	const struct load_group *group = connection->group;
	const ssize_t sent = send(connection->watch.fd, group->message, group->size, MSG_NOSIGNAL);
	if (sent >= 0)
		group->result->bytes_out += (uint64_t)sent;
	else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		lose(connection, LOAD_PHASE_SEND, errno);
}

/* Of datagrams nothing has answered yet. */
static void begin_if_answered(struct load_connection *connection) {
	if (!is_datagram(connection) && address_is_its_own_peer(connection->watch.fd))
		fail(connection, LOAD_PHASE_CONNECT, ECONNREFUSED);
	else
		begin(connection);
}

static void finish_connecting(struct load_connection *connection, uint32_t events) {
	int error = 0;
	socklen_t length = sizeof(error);
	if (events & (EPOLLERR | EPOLLHUP))
		getsockopt(connection->watch.fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error != 0)
		fail(connection, LOAD_PHASE_CONNECT, error);
	else
		begin_if_answered(connection);
}

static void ready(struct loop_watch *watch, uint32_t events) {
	struct load_connection *connection = (struct load_connection *)watch;
	if (connection->state == STATE_CONNECTING) {
		finish_connecting(connection, events);
		return;
	}
	if ((events & ~(uint32_t)EPOLLOUT) && !take(connection))
		return;
	if (!(events & EPOLLOUT))
		return;
	if (connection->state == STATE_STREAMING)
		stream_out(connection);
	else if (connection->state == STATE_EXCHANGING)
		send_message(connection);
}

static void due(struct loop_timer *timer) {
	struct load_connection *connection = of_timer(timer);
	const uint64_t now_ns = util_monotonic_ns();
	switch ((enum state)connection->state) {
	case STATE_CONNECTING:
		if (now_ns < connection->deadline_ns)
			connect_now(connection);
		else
			fail(connection, LOAD_PHASE_CONNECT, ETIMEDOUT);
		break;
	case STATE_EXCHANGING:
		if (now_ns < connection->deadline_ns)
			loop_set_timer(connection->group->loop, timer, connection->deadline_ns);
		else
			give_up(connection);
		break;
	case STATE_THINKING:
		go_on(connection, now_ns);
		break;
	case STATE_WAITING:
	case STATE_HELD:
	case STATE_STREAMING:
		break;
	}
}

static void connect_now(struct load_connection *connection) {
	struct load_group *group = connection->group;
	const int fd = connection->watch.fd;
	const int result = load_socket_connect(fd, connection->target, &group->sources);
	if (result == 0) {
		begin_if_answered(connection);
	} else if (result == -EINPROGRESS) {
		if (watch_for(connection, EPOLLOUT))
			set_deadline(connection, connection->deadline_ns);
	} else if (result == -EAGAIN && connection->target->any.sa_family == AF_UNIX) {
		loop_set_timer(group->loop, &connection->timer, util_monotonic_ns() + retry_ns);
	} else {
		fail(connection, LOAD_PHASE_CONNECT, -result);
	}
}

/* A descriptor, or -errno. */
static int take_socket(struct load_group *group, const struct address *target) {
	const int given = group->first_fd;
	if (given < 0)
		return load_socket_open(group->plan, target);
	group->first_fd = -1;
	load_socket_tune(given, group->plan, target);
	return given;
}

void load_connection_open(struct load_group *group, const struct address *target,
                          uint64_t meant_ns) {
	const uint64_t asked_ns = group->plan->timeout_ns;
	const bool is_given = group->first_fd >= 0;
	struct load_connection *connection = xcalloc(1, sizeof(*connection));
	*connection = (struct load_connection){
		.watch = { take_socket(group, target), ready },
		.is_given = is_given,
		.timer.due = due,
		.turn.taken = turn_taken,
		.group = group,
		.next = group->first,
		.target = target,
		.meant_ns = meant_ns,
		.deadline_ns = util_monotonic_ns() + (asked_ns > 0 ? asked_ns : connect_timeout_ns),
	};
	if (group->first)
		group->first->previous = connection;
	group->first = connection;
	if (connection->watch.fd < 0)
		fail(connection, LOAD_PHASE_OPEN, -connection->watch.fd);
	else if (is_given)
		begin(connection);
	else
		connect_now(connection);
}

void load_group_close(struct load_group *group) {
	struct load_connection *next;
	for (struct load_connection *one = group->first; one; one = next) {
		next = one->next;
		release(one);
	}
	if (group->first_fd >= 0)
		load_socket_close(group->plan, group->first_fd);
	group->first_fd = -1;
}
