/* A SYN from the peer's port is answered with an acknowledgement that makes no sense to who sent
 * it; its reset ends the TIME-WAIT (RFC 1337, which net.ipv4.tcp_rfc1337 guards against). */

#include "lab_time_wait.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "address.h"
#include "look.h"
#include "sock.h"
#include "util.h"

/* If some other program has the port, the kernel forgets in a minute. */
static void forget(const struct address *server, const struct address *client) {
	const int one = 1;
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(fd, &server->any, server->length) == 0)
		(void)connect(fd, &client->any, client->length);
	close(fd);
}

void lab_time_wait_forget(uint16_t server) {
	static const char host[] = "127.0.0.1";
	struct address from;
	struct address to;
	char *error = NULL;
	if (server == 0 || !address_parse(host, server, &from))
		return;
	char *expression =
	    xasprintf("tcp and time-wait and src %s and dst %s and dport = %u", host, host, server);
	struct look *look = look_take(NULL, expression, 0, &error);
	for (size_t i = 0; look && i < look_count(look); i++) {
		if (address_parse(host, (uint16_t)look_sock(look, i)->local.port, &to))
			forget(&from, &to);
	}
	look_destroy(look);
	free(expression);
	free(error);
}
