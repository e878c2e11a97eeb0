/* Without descriptors or memory it stops accepting, says so, and tries again when a client leaves
 * that is not the web's, or a second has passed; the others wait in the accept queue meanwhile. */

#include "server.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "datagram.h"
#include "descriptors.h"
#include "listen.h"
#include "loop.h"
#include "report.h"
#include "stream.h"
#include "util.h"
#include "web.h"

_Static_assert((int)STREAM_BUFFER_SIZE >= (int)DATAGRAM_MAX, "one buffer is for both");

enum { ROUND_MAX = 64 }; /* accepted in a row, so that others have their turn */

static const uint64_t pause_ns = UINT64_C(1000000000);

struct acceptor {
	struct loop_watch watch; /* first, so that a watch is an acceptor */
	struct server *server;
	struct datagram *datagram; /* of what does not connect */
};

struct server {
	const struct service *service;
	struct server_tools tools;
	struct listen_socket sockets[LISTEN_MAX];
	struct acceptor acceptors[LISTEN_MAX];
	size_t count;
	struct stream_group streams;
	atomic_uint_fast64_t clients;
	struct loop_timer retry;
	bool is_paused;
	bool is_served; /* it had its first client */
};

static bool is_web(const struct service *service) {
	return service->kind == SERVICE_HTTP || service->kind == SERVICE_WS;
}

/* May be called from the thread of the web: with the last client the server may be closed at once
 * by that of the loop. */
static void client_left(void *context) {
	struct server *server = context;
	struct loop *loop = server->tools.loop;
	server->clients--;
	loop_wake(loop);
}

static void stop_listening(struct server *server) {
	for (size_t i = 0; i < server->count; i++) {
		datagram_close(server->acceptors[i].datagram);
		if (!server->acceptors[i].datagram)
			loop_remove(server->tools.loop, &server->acceptors[i].watch);
		listen_close(&server->sockets[i]);
	}
	server->count = 0;
}

static void watch_acceptors(struct server *server, uint32_t events) {
	for (size_t i = 0; i < server->count; i++)
		loop_change(server->tools.loop, &server->acceptors[i].watch, events);
}

static void report_state(const struct server *server, enum event_kind kind, int error) {
	report_event(server->tools.report, &(struct event){
					       .kind = kind,
					       .service = service_name(server->service->kind),
					       .error = error,
					   });
}

static void pause_accepting(struct server *server, int error) {
	if (!server->is_paused)
		report_state(server, EVENT_PAUSED, error);
	server->is_paused = true;
	watch_acceptors(server, 0);
	loop_set_timer(server->tools.loop, &server->retry, loop_now(server->tools.loop) + pause_ns);
}

static void try_again(struct server *server) {
	loop_cancel_timer(server->tools.loop, &server->retry);
	watch_acceptors(server, EPOLLIN);
}

static void retry_due(struct loop_timer *timer) {
	try_again((struct server *)((char *)timer - offsetof(struct server, retry)));
}

static void stream_closed(void *context) {
	struct server *server = context;
	client_left(server);
	if (server->is_paused)
		try_again(server);
}

static void hand_over(struct server *server, int fd, const struct address *peer) {
	const struct service *service = server->service;
	server->clients++;
	report_event(server->tools.report, &(struct event){
					       .kind = EVENT_CONNECTED,
					       .service = service_name(service->kind),
					       .address = peer,
					   });
	if (is_web(service))
		web_adopt(server->tools.web, fd, service, peer, client_left, server);
	else
		stream_open(&server->streams, fd, peer);
}

static void turn_away(struct server *server, int fd, const struct address *peer) {
	close(fd);
	report_event(server->tools.report, &(struct event){
					       .kind = EVENT_REFUSED,
					       .service = service_name(server->service->kind),
					       .address = peer,
					   });
}

/* False if there is nobody else for now. */
static bool accept_one(struct server *server, int listener) {
	const struct service *service = server->service;
	struct address peer = { .length = sizeof(peer.storage) };
	const int fd = accept4(listener, &peer.any, &peer.length, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && descriptors_are_short(errno))
		pause_accepting(server, errno);
	if (fd < 0) /* accept(2): other errors are those of a connection that has failed already */
		return errno != EAGAIN && !server->is_paused;
	if (server->is_paused)
		report_state(server, EVENT_RESUMED, 0);
	server->is_paused = false;
	if (service->max_clients > 0 && server->clients >= service->max_clients) {
		turn_away(server, fd, &peer);
		return true;
	}
	if (service->once) {
		stop_listening(server);
		server->is_served = true;
	}
	hand_over(server, fd, &peer);
	return !service->once;
}

static void ready(struct loop_watch *watch, uint32_t events) {
	struct server *server = ((struct acceptor *)watch)->server;
	const int listener = watch->fd;
	(void)events;
	for (int i = 0; i < ROUND_MAX && accept_one(server, listener); i++)
		;
}

static void answered(void *context) {
	struct server *server = context;
	server->is_served = true;
}

/* 0 or -errno. */
static int start(struct server *server, size_t i) {
	const struct server_tools *tools = &server->tools;
	struct acceptor *acceptor = &server->acceptors[i];
	const int fd = server->sockets[i].fd;
	*acceptor = (struct acceptor){ .watch = { fd, ready }, .server = server };
	if (listen_type(server->service->kind) != SOCK_DGRAM)
		return loop_add(tools->loop, &acceptor->watch, EPOLLIN);
	acceptor->datagram = datagram_open(tools->loop, tools->report, server->service, fd,
	                                   tools->buffer, answered, server);
	return acceptor->datagram ? 0 : -errno;
}

static void report_listening(const struct server *server) {
	for (size_t i = 0; i < server->count; i++)
		report_event(server->tools.report,
		             &(struct event){
				 .kind = EVENT_LISTENING,
				 .service = service_name(server->service->kind),
				 .address = &server->sockets[i].address,
			     });
}

struct server *server_open(const struct service *service, const struct server_tools *tools,
                           char **error) {
	struct server *server = xcalloc(1, sizeof(*server));
	server->service = service;
	server->tools = *tools;
	server->retry.due = retry_due;
	server->streams = (struct stream_group){
		.loop = tools->loop,
		.report = tools->report,
		.service = service,
		.buffer = tools->buffer,
		.pattern = tools->pattern,
		.closed = stream_closed,
		.context = server,
	};
	if (!is_web(service) || web_prepare(tools->web, service, error))
		server->count = listen_open(service, server->sockets, error);
	int result = 0;
	for (size_t i = 0; i < server->count && result == 0; i++)
		result = start(server, i);
	if (result != 0)
		*error = xasprintf("%s: %s", service_name(service->kind), strerror(-result));
	if (*error) {
		server_close(server);
		return NULL;
	}
	report_listening(server);
	return server;
}

bool server_is_over(const struct server *server) {
	return server->service->once && server->is_served && server->clients == 0;
}

void server_close(struct server *server) {
	if (!server)
		return;
	loop_cancel_timer(server->tools.loop, &server->retry);
	stop_listening(server);
	stream_close_all(&server->streams);
	free(server);
}
