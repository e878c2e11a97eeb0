/* The thread, and how connections come to it and leave it. Other threads touch nothing but the
 * queue. */

#include "web.h"

#include <libwebsockets.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "escape.h"
#include "loop.h"
#include "util.h"
#include "web_connection.h"
#include "web_file.h"
#include "web_http.h"
#include "web_socket.h"
#include "web_totals.h"

enum {
	REQUEST_HEADERS_MAX = 16 * 1024, /* in all */
	HEADERS_TIMEOUT_S = 10,
	KEEPALIVE_TIMEOUT_S = 10,
};

/* A directory that a service shows. */
struct site {
	const struct service *service;
	int directory;
	struct site *next;
};

struct web {
	struct report *report;
	struct loop *loop;
	struct lws_context *context;
	struct lws_vhost *vhost;
	struct site *sites;
	pthread_t thread;
	atomic_bool is_ending;
	bool has_news; /* for the loop */
	unsigned char *chunk;
	pthread_mutex_t lock;
	struct web_connection *queue; /* locked; the newest first */
};

static void finish(struct web_connection *connection) {
	web_http_finish(connection);
	web_socket_finish(connection);
	connection->closed(connection->context);
	free(connection);
}

static void report_closed(const struct web_connection *connection) {
	report_event(connection->report,
	             &(struct event){
			 .kind = EVENT_CLOSED,
			 .service = service_name(connection->service->kind),
			 .address = &connection->peer,
			 .in = connection->in,
			 .out = connection->out,
			 .elapsed_ns = util_monotonic_ns() - connection->started_ns,
			 .error = connection->error,
		     });
}

/* The descriptor is still there. */
static int closing(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	(void)in;
	(void)length;
	const struct web_totals totals =
	    web_totals_of(lws_get_socket_fd(wsi), connection->chunk, WEB_CHUNK);
	connection->in = totals.in;
	connection->out = totals.out;
	connection->error = totals.error;
	return 0;
}

/* The library does not tell of the end of what never became a WebSocket. */
static int upgrade(struct web_connection *connection, struct lws *wsi, void *in, size_t length) {
	const int result = web_http_upgrade(connection, wsi, in, length);
	if (result != 0)
		closing(connection, wsi, in, length);
	return result;
}

static const struct {
	enum lws_callback_reasons reason;
	int (*handle)(struct web_connection *connection, struct lws *wsi, void *in, size_t length);
} handlers[] = {
	{ LWS_CALLBACK_HTTP, web_http_request },
	{ LWS_CALLBACK_HTTP_WRITEABLE, web_http_writeable },
	{ LWS_CALLBACK_HTTP_CONFIRM_UPGRADE, upgrade },
	{ LWS_CALLBACK_RAW_ADOPT, web_http_tunnel },
	{ LWS_CALLBACK_ESTABLISHED, web_socket_open },
	{ LWS_CALLBACK_RECEIVE, web_socket_receive },
	{ LWS_CALLBACK_SERVER_WRITEABLE, web_socket_writeable },
	{ LWS_CALLBACK_CLOSED_HTTP, closing },
	{ LWS_CALLBACK_CLOSED, closing },
	{ LWS_CALLBACK_RAW_CLOSE, closing },
};

static void adopt(struct web *web, struct web_connection *connection) {
	const struct lws_adopt_desc description = {
		.vh = web->vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
		.fd.sockfd = connection->fd,
		.opaque = connection,
	};
	connection->is_adopting = true;
	const struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&description);
	connection->is_adopting = false;
	if (!wsi) {
		report_closed(connection);
		finish(connection);
	}
}

static void adopt_all(struct web *web) {
	struct web_connection *newest_first;
	struct web_connection *oldest_first = NULL;
	pthread_mutex_lock(&web->lock);
	newest_first = web->queue;
	web->queue = NULL;
	pthread_mutex_unlock(&web->lock);
	while (newest_first) {
		struct web_connection *connection = newest_first;
		newest_first = connection->next;
		connection->next = oldest_first;
		oldest_first = connection;
	}
	while (oldest_first) {
		struct web_connection *connection = oldest_first;
		oldest_first = connection->next;
		adopt(web, connection);
	}
}

static void leave(struct web *web, struct web_connection *connection) {
	if (connection->is_adopting)
		return;
	web_http_finish(connection);
	if (web->is_ending)
		report_count(web->report, connection->in, connection->out);
	else
		report_closed(connection);
	finish(connection);
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t length) {
	(void)user;
	struct web *web = lws_context_user(lws_get_context(wsi));
	struct web_connection *connection = lws_get_opaque_user_data(wsi);
	if (reason == LWS_CALLBACK_EVENT_WAIT_CANCELLED) {
		if (!web->is_ending)
			adopt_all(web);
		return 0;
	}
	if (!connection)
		return 0;
	web->has_news = true;
	if (reason == LWS_CALLBACK_WSI_DESTROY) {
		lws_set_opaque_user_data(wsi, NULL);
		leave(web, connection);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(handlers); i++) {
		if (handlers[i].reason == reason)
			return handlers[i].handle(connection, wsi, in, length);
	}
	return 0;
}

static const struct lws_protocols protocols[] = {
	{ .name = "socklens", .callback = callback },
	{ .name = NULL },
};

static void *run(void *argument) {
	struct web *web = argument;
	while (!web->is_ending && lws_service(web->context, 0) >= 0) {
		if (web->has_news)
			loop_wake(web->loop);
		web->has_news = false;
	}
	return NULL;
}

static bool create_context(struct web *web) {
	const struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN_SERVER,
		.protocols = protocols,
		.user = web,
		.gid = -1,
		.uid = -1,
		.server_string = "socklens",
		.max_http_header_data2 = REQUEST_HEADERS_MAX,
		.max_http_header_pool2 = 1u << 20,
		.timeout_secs = HEADERS_TIMEOUT_S,
		.timeout_secs_ah_idle = HEADERS_TIMEOUT_S,
		.keepalive_timeout = KEEPALIVE_TIMEOUT_S,
		.options = LWS_SERVER_OPTION_VALIDATE_UTF8,
	};
	lws_set_log_level(0, NULL);
	web->context = lws_create_context(&info);
	web->vhost = web->context ? lws_get_vhost_by_name(web->context, "default") : NULL;
	return web->vhost;
}

/* Signals are for the thread that the caller runs in. */
static int start(struct web *web) {
	sigset_t all;
	sigset_t before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const int result = pthread_create(&web->thread, NULL, run, web);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return result;
}

static void release(struct web *web) {
	while (web->sites) {
		struct site *site = web->sites;
		web->sites = site->next;
		if (site->directory >= 0)
			close(site->directory);
		free(site);
	}
	pthread_mutex_destroy(&web->lock);
	free(web->chunk);
	free(web);
}

struct web *web_create(struct report *report, struct loop *loop, char **error) {
	struct web *web = xcalloc(1, sizeof(*web));
	web->report = report;
	web->loop = loop;
	web->chunk = xmalloc(LWS_PRE + WEB_CHUNK);
	pthread_mutex_init(&web->lock, NULL);
	const bool created = create_context(web);
	const int result = created ? start(web) : 0;
	if (created && result == 0)
		return web;
	*error = xasprintf(_("cannot start what serves HTTP: %s"),
	                   created ? strerror(result) : _("the library refuses"));
	lws_context_destroy(web->context);
	release(web);
	return NULL;
}

/* Those that the thread never saw. */
static void drop_queue(struct web *web) {
	while (web->queue) {
		struct web_connection *connection = web->queue;
		web->queue = connection->next;
		close(connection->fd);
		finish(connection);
	}
}

void web_destroy(struct web *web) {
	if (!web)
		return;
	web->is_ending = true;
	lws_cancel_service(web->context);
	pthread_join(web->thread, NULL);
	lws_context_destroy(web->context);
	drop_queue(web);
	release(web);
}

bool web_prepare(struct web *web, const struct service *service, char **error) {
	const char *path = service->path ? service->path : ".";
	struct site *site = xmalloc(sizeof(*site));
	*site = (struct site){ service, -1, web->sites };
	if (service->kind == SERVICE_HTTP)
		site->directory = web_file_open_root(path);
	if (service->kind == SERVICE_HTTP && site->directory < 0) {
		char *shown = escape_copy(path, strlen(path));
		*error = xasprintf(_("cannot serve '%s': %s"), shown, strerror(-site->directory));
		free(shown);
		free(site);
		return false;
	}
	web->sites = site;
	return true;
}

static int directory_of(const struct web *web, const struct service *service) {
	const struct site *site = web->sites;
	while (site && site->service != service)
		site = site->next;
	return site ? site->directory : -1;
}

void web_adopt(struct web *web, int fd, const struct service *service, const struct address *peer,
               void (*closed)(void *context), void *context) {
	const int on = 1;
	struct web_connection *connection = xcalloc(1, sizeof(*connection));
	*connection = (struct web_connection){
		.report = web->report,
		.service = service,
		.peer = *peer,
		.fd = fd,
		.directory = directory_of(web, service),
		.chunk = web->chunk,
		.started_ns = util_monotonic_ns(),
		.exchange.answer.fd = -1,
		.closed = closed,
		.context = context,
	};
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	pthread_mutex_lock(&web->lock);
	connection->next = web->queue;
	web->queue = connection;
	pthread_mutex_unlock(&web->lock);
	lws_cancel_service(web->context);
}
