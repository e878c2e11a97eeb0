#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "util.h"

static void write_inet(struct address_text *text, const struct sockaddr_in *in) {
	char host[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
	snprintf(text->text, sizeof(text->text), "%s:%u", host, ntohs(in->sin_port));
}

static void write_inet6(struct address_text *text, const struct sockaddr_in6 *in6) {
	char host[INET6_ADDRSTRLEN] = "";
	char device[IF_NAMESIZE] = "";
	inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
	if (in6->sin6_scope_id != 0 && !if_indextoname(in6->sin6_scope_id, device))
		snprintf(device, sizeof(device), "%u", in6->sin6_scope_id);
	snprintf(text->text, sizeof(text->text), "[%s%s%s]:%u", host, device[0] ? "%" : "", device,
	         ntohs(in6->sin6_port));
}

/* An abstract name has a NUL in front and no end of its own. */
static void write_unix(struct address_text *text, const struct address *address) {
	const size_t start = offsetof(struct sockaddr_un, sun_path);
	const char *name = address->un.sun_path;
	size_t length = address->length > start ? address->length - start : 0;
	struct out out;
	if (length == 0) {
		snprintf(text->text, sizeof(text->text), "(unnamed)");
		return;
	}
	const bool is_abstract = name[0] == '\0';
	if (!is_abstract)
		length = strnlen(name, length);
	out_init(&out, OUT_MEMORY);
	if (is_abstract)
		out_char(&out, '@');
	escape_write(&out, name + is_abstract, length - is_abstract, ESCAPE_TEXT);
	snprintf(text->text, sizeof(text->text), "%.*s", (int)out.used, out.bytes);
	out_finish(&out);
}

struct address_text address_text(const struct address *address) {
	struct address_text text = { "" };
	if (address->length == 0)
		snprintf(text.text, sizeof(text.text), "-");
	else if (address->any.sa_family == AF_INET)
		write_inet(&text, &address->in);
	else if (address->any.sa_family == AF_INET6)
		write_inet6(&text, &address->in6);
	else if (address->any.sa_family == AF_UNIX)
		write_unix(&text, address);
	return text;
}

struct address address_of(int fd) {
	struct address address = { .length = sizeof(address.storage) };
	if (getsockname(fd, &address.any, &address.length) != 0)
		address.length = 0;
	return address;
}

struct address address_of_peer(int fd) {
	struct address address = { .length = sizeof(address.storage) };
	if (getpeername(fd, &address.any, &address.length) != 0)
		address.length = 0;
	return address;
}

bool address_is_its_own_peer(int fd) {
	const struct address own = address_of(fd);
	const struct address peer = address_of_peer(fd);
	return own.any.sa_family != AF_UNIX && own.length == peer.length &&
	       memcmp(&own.storage, &peer.storage, own.length) == 0;
}

uint16_t address_port(const struct address *address) {
	if (address->any.sa_family == AF_INET)
		return ntohs(address->in.sin_port);
	return address->any.sa_family == AF_INET6 ? ntohs(address->in6.sin6_port) : 0;
}

static bool parse_inet6(const char *host, uint16_t port, struct address *address) {
	char number[INET6_ADDRSTRLEN];
	const size_t length = strcspn(host, "%");
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	if (length >= sizeof(number))
		return false;
	memcpy(number, host, length);
	number[length] = '\0';
	if (inet_pton(AF_INET6, number, &in6.sin6_addr) != 1)
		return false;
	if (host[length] == '%') {
		in6.sin6_scope_id = if_nametoindex(host + length + 1);
		if (in6.sin6_scope_id == 0)
			return false;
	}
	*address = (struct address){ .length = sizeof(in6), .in6 = in6 };
	return true;
}

bool address_parse(const char *host, uint16_t port, struct address *address) {
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
		return parse_inet6(host, port, address);
	*address = (struct address){ .length = sizeof(in), .in = in };
	return true;
}

bool address_parse_unix(const char *name, struct address *address, const char **reason) {
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const size_t length = strlen(name);
	const bool is_abstract = name[0] == '@';
	/* A path has its NUL within the structure; unix(7). */
	if (length == 0 || (is_abstract && length == 1)) {
		*reason = _("the name of a UNIX socket is empty");
		return false;
	}
	if (length + !is_abstract > sizeof(un.sun_path)) {
		*reason = _("the name of a UNIX socket is longer than the kernel takes");
		return false;
	}
	memcpy(un.sun_path, name, length);
	if (is_abstract)
		un.sun_path[0] = '\0';
	*address = (struct address){
		.length =
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + !is_abstract),
		.un = un,
	};
	return true;
}
