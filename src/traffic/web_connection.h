#pragma once
/* One client of the web, as the files that serve it share it. All of it is used by the thread of
 * the web only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "report.h"
#include "service.h"
#include "web_answer.h"

struct lws;

/* What is sent in one piece: room for what the library puts in front, and then bytes. */
enum { WEB_CHUNK = 64 * 1024 };

/* An exchange of HTTP. */
struct web_exchange {
	bool is_answering;
	bool is_last; /* the connection ends with it */
	bool is_head;
	uint64_t sent; /* of the body */
	char *line;    /* method and target, for the report */
	struct web_answer answer;
};

/* A WebSocket. */
struct web_socket {
	bool has_greeting; /* that is to be sent */
	bool has_answer;   /* likewise */
	bool is_binary;
	unsigned char *message; /* with room in front; what has come of it, or all of it */
	size_t length;
	size_t capacity;
};

struct web_connection {
	struct report *report;
	const struct service *service;
	struct address peer;
	int fd;               /* until the library has it */
	int directory;        /* that HTTP serves */
	unsigned char *chunk; /* to send from; shared */
	uint64_t started_ns;
	uint64_t in, out; /* bytes, once it is closing */
	int error;        /* errno that ended it */
	bool is_adopting; /* the library is about to take it */
	struct web_exchange exchange;
	struct web_socket socket;
	void (*closed)(void *context);
	void *context;
	struct web_connection *next; /* in the queue */
};
