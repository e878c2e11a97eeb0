#include "listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "escape.h"
#include "holder.h"
#include "util.h"

int listen_type(enum service_kind kind) {
	switch (kind) {
	case SERVICE_UDP:
	case SERVICE_UNIX_DGRAM:
		return SOCK_DGRAM;
	case SERVICE_UNIX_SEQPACKET:
		return SOCK_SEQPACKET;
	case SERVICE_TCP:
	case SERVICE_DAYTIME:
	case SERVICE_HTTP:
	case SERVICE_WS:
	case SERVICE_UNIX_STREAM:
	case SERVICE_KIND_COUNT:
		break;
	}
	return SOCK_STREAM;
}

/* Why bind() or listen() failed, and what to do. */
static char *explain(const struct service *service, const struct address *address, int error) {
	const char *name = service_name(service->kind);
	const struct address_text text = address_text(address);
	if (error == EADDRINUSE) {
		char *line = holder_explain(name, address, listen_type(service->kind));
		return line
		           ? line
		           : xasprintf(_("%s %s is in use, by whom cannot be seen; choose another"),
		                       name, text.text);
	}
	if (error == EACCES && address_port(address) > 0)
		return xasprintf(_("%s %s: ports below 1024 need root; choose one from 1024 on"),
		                 name, text.text);
	if (error == EADDRNOTAVAIL)
		return xasprintf(_("%s %s is no address of this machine"), name, text.text);
	return xasprintf("%s %s: %s", name, text.text, strerror(error));
}

/* Whether somebody accepts connections at the path. */
static bool is_served(const struct address *address, int type) {
	const int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return true;
	const bool refused =
	    connect(fd, &address->any, address->length) != 0 && errno == ECONNREFUSED;
	close(fd);
	return !refused;
}

/* A file that is there already is never ours, so it stays. */
static char *explain_path(const struct service *service, const struct address *address) {
	struct stat status;
	char *path = escape_copy(service->path, strlen(service->path));
	char *line = NULL;
	if (service->path[0] != '@' && lstat(service->path, &status) == 0) {
		if (!S_ISSOCK(status.st_mode))
			line = xasprintf(
			    _("'%s' is there already and no socket; choose another name"), path);
		else if (!is_served(address, listen_type(service->kind)))
			line = xasprintf(
			    _("'%s' was left behind by a server that has ended; remove it"), path);
	}
	free(path);
	return line;
}

static int bind_and_listen(const struct service *service, const struct address *address,
                           struct listen_socket *socket_) {
	const int on = 1;
	const int type = listen_type(service->kind);
	const int fd = socket(address->any.sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	socket_->fd = fd;
	/* A port whose last connections are in TIME-WAIT is free. */
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address->any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, &address->any, address->length) != 0 ||
	    (type != SOCK_DGRAM && listen(fd, service->backlog) != 0)) {
		const int error = errno;
		close(fd);
		return -error;
	}
	socket_->address = address_of(fd);
	return 0;
}

static size_t open_unix(const struct service *service, struct listen_socket *socket_,
                        char **error) {
	struct address address;
	struct stat status;
	const char *reason = NULL;
	if (!address_parse_unix(service->path, &address, &reason)) {
		*error = xasprintf("unix: %s", reason);
		return 0;
	}
	const int result = bind_and_listen(service, &address, socket_);
	if (result != 0) {
		if (result == -EADDRINUSE)
			*error = explain_path(service, &address);
		if (!*error)
			*error = explain(service, &address, -result);
		return 0;
	}
	if (service->path[0] != '@' && lstat(service->path, &status) == 0) {
		socket_->device = status.st_dev;
		socket_->inode = status.st_ino;
	}
	return 1;
}

/* The addresses to listen on, both families if none is named. */
static size_t choose(const struct service *service, struct address addresses[LISTEN_MAX]) {
	const bool any = service->bind && strcmp(service->bind, "any") == 0;
	if (service->bind && !any)
		return address_parse(service->bind, service->port, &addresses[0]);
	address_parse(any ? "0.0.0.0" : "127.0.0.1", service->port, &addresses[0]);
	address_parse(any ? "::" : "::1", service->port, &addresses[1]);
	return 2;
}

/* A machine without one of the families has none of its addresses. */
static bool is_without_family(int error) {
	return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == EPROTONOSUPPORT;
}

static void take_port(struct address *address, uint16_t port) {
	if (address->any.sa_family == AF_INET6)
		address->in6.sin6_port = htons(port);
	else
		address->in.sin_port = htons(port);
}

static size_t open_inet(const struct service *service, struct listen_socket sockets[LISTEN_MAX],
                        char **error) {
	struct address addresses[LISTEN_MAX];
	const size_t wanted = choose(service, addresses);
	size_t count = 0;
	if (wanted == 0) {
		char *text = escape_copy(service->bind, strlen(service->bind));
		*error =
		    xasprintf(_("'%s' is no address; use one of this machine's, or any"), text);
		free(text);
	}
	for (size_t i = 0; i < wanted; i++) {
		if (count > 0) /* the kernel may have chosen the port */
			take_port(&addresses[i], address_port(&sockets[0].address));
		const int result = bind_and_listen(service, &addresses[i], &sockets[count]);
		if (result == 0) {
			count++;
			continue;
		}
		if (is_without_family(-result) && (count > 0 || i + 1 < wanted))
			continue;
		*error = explain(service, &addresses[i], -result);
		while (count > 0)
			listen_close(&sockets[--count]);
		return 0;
	}
	return count;
}

size_t listen_open(const struct service *service, struct listen_socket sockets[LISTEN_MAX],
                   char **error) {
	*error = NULL;
	memset(sockets, 0, LISTEN_MAX * sizeof(*sockets));
	return service->path && service->kind != SERVICE_HTTP
	           ? open_unix(service, &sockets[0], error)
	           : open_inet(service, sockets, error);
}

void listen_close(struct listen_socket *socket_) {
	struct stat status;
	char path[sizeof(socket_->address.un.sun_path) + 1] = "";
	if (socket_->inode != 0) {
		memcpy(path, socket_->address.un.sun_path, sizeof(path) - 1);
		if (lstat(path, &status) == 0 && status.st_dev == socket_->device &&
		    status.st_ino == socket_->inode)
			unlink(path);
	}
	close(socket_->fd);
	socket_->fd = -1;
}
