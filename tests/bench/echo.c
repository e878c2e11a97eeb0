/* The least that an echo with epoll has to do, to compare `serve` with: epoll_wait, read and write
 * for each message, and nothing else. It serves clients of trust only: what a full socket does not
 * take is lost. Its argument is the port. */

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MAX = 256 };

static void check(int result, const char *what) {
	if (result >= 0)
		return;
	perror(what);
	exit(1);
}

static void watch(int epoll_fd, int fd) {
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
	check(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

static int open_listener(uint16_t port) {
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	check(fd, "socket");
	check(bind(fd, (const struct sockaddr *)&address, sizeof(address)), "bind");
	check(listen(fd, SOMAXCONN), "listen");
	return fd;
}

static void welcome(int epoll_fd, int listener) {
	const int on = 1;
	const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	watch(epoll_fd, fd);
}

static void echo(int fd) {
	static char buffer[65536];
	const ssize_t length = read(fd, buffer, sizeof(buffer));
	if (length <= 0 || write(fd, buffer, (size_t)length) != length)
		close(fd);
}

int main(int argc, char *argv[]) {
	struct epoll_event events[EVENTS_MAX];
	const int listener = open_listener(argc > 1 ? (uint16_t)atoi(argv[1]) : 0);
	const int epoll_fd = epoll_create1(0);
	check(epoll_fd, "epoll_create1");
	watch(epoll_fd, listener);
	for (;;) {
		const int count = epoll_wait(epoll_fd, events, EVENTS_MAX, -1);
		for (int i = 0; i < count; i++) {
			if (events[i].data.fd == listener)
				welcome(epoll_fd, listener);
			else
				echo(events[i].data.fd);
		}
	}
}
