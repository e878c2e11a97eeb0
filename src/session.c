/* Addresses are compared in the form of IPv6, in which a server that takes both families has its
 * IPv4 clients, too. */

#include "session.h"

#include <arpa/inet.h>
#include <string.h>

#include "util.h"

/* A word of the text; false at its end. */
static bool take_word(const char **text, char *word, size_t size) {
	*text += strspn(*text, " ");
	const size_t length = strcspn(*text, " ");
	if (length == 0 || length >= size)
		return false;
	memcpy(word, *text, length);
	word[length] = '\0';
	*text += length;
	return true;
}

static bool take_end(const char **text, struct sock_endpoint *end) {
	char address[INET6_ADDRSTRLEN + 32];
	char port[8];
	uint64_t number = 0;
	uint8_t inet[4];
	if (!take_word(text, address, sizeof(address)) || !take_word(text, port, sizeof(port)) ||
	    !util_parse_number(port, strlen(port), UINT16_MAX, &number))
		return false;
	address[strcspn(address, "%")] = '\0';
	end->port = (uint32_t)number;
	if (inet_pton(AF_INET6, address, end->address) == 1)
		return true;
	if (inet_pton(AF_INET, address, inet) != 1)
		return false;
	sock_map_inet(inet, end->address);
	return true;
}

bool session_set_ssh(struct session *session, const char *text) {
	struct sock_endpoint client = { .port = 0 };
	struct sock_endpoint server = { .port = 0 };
	if (!text || !take_end(&text, &client) || !take_end(&text, &server))
		return false;
	session->client = client;
	session->server = server;
	session->has_ssh = true;
	return true;
}

bool session_has_process(const struct session *session, uint32_t pid) {
	for (size_t i = 0; i < session->pid_count; i++) {
		if (session->pids[i] == pid)
			return true;
	}
	return false;
}

static bool is_end(const struct sock *sock, const struct sock_endpoint *own,
                   const struct sock_endpoint *end) {
	struct sock_endpoint mapped = *own;
	if (sock->family == SOCK_FAMILY_INET)
		sock_map_inet(own->address, mapped.address);
	return mapped.port == end->port &&
	       memcmp(mapped.address, end->address, sizeof(mapped.address)) == 0;
}

static bool is_ssh(const struct session *session, const struct sock *sock) {
	if (!session->has_ssh || sock->protocol != SOCK_PROTOCOL_TCP)
		return false;
	return (is_end(sock, &sock->local, &session->server) &&
	        is_end(sock, &sock->peer, &session->client)) ||
	       (is_end(sock, &sock->local, &session->client) &&
	        is_end(sock, &sock->peer, &session->server));
}

bool session_has(const struct session *session, const struct sock *sock) {
	for (uint32_t i = 0; i < sock->owner_count; i++) {
		if (session_has_process(session, sock->owners[i].process->pid))
			return true;
	}
	return is_ssh(session, sock);
}
