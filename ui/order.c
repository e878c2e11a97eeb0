/* Each row gets a number that sorts as what it stands for, so that a hundred thousand are sorted
 * without a look at a socket. Numbers are their own keys. Text and addresses are spelled in words
 * of seven bytes, below them in the word how many there are, or that more follow; only rows whose
 * words are the same are looked at again, for the next word. Sorting is by radix and stable. */

#include "order.h"

#include <stdlib.h>
#include <string.h>

#include "life.h"
#include "sock.h"
#include "util.h"

enum {
	WORD_BYTES = 7,
	WORD_GOES_ON = WORD_BYTES + 1, /* in the lowest byte of a word */
	FEW = 48,                      /* so many are sorted by insertion */
	DIGITS = sizeof(uint64_t),
};

/* Rates, by the names of their fields. */
static const struct {
	const char *name;
	size_t offset;
} held[] = {
	{ "rx", offsetof(struct sock_life, rx_held) },
	{ "tx", offsetof(struct sock_life, tx_held) },
	{ "rate", offsetof(struct sock_life, rate_held) },
};

struct order order_by(const struct field *field, bool descending) {
	struct order order = { .by = { .field = field, .descending = descending } };
	for (size_t i = 0; i < ARRAY_LENGTH(held); i++) {
		if (strcmp(field->column.name, held[i].name) == 0)
			order.held = held[i].offset;
	}
	return order;
}

/* The word that begins `at` bytes after `head` bytes, of those and of `text` behind them. */
static uint64_t word_at(const uint8_t *head, size_t head_length, const char *text, size_t length,
                        size_t at) {
	const size_t all = head_length + length;
	const size_t left = at < all ? all - at : 0;
	const size_t count = left < WORD_BYTES ? left : WORD_BYTES;
	uint64_t word = 0;
	for (size_t i = at; i < at + count; i++)
		word = word << 8 | (i < head_length ? head[i] : (uint8_t)text[i - head_length]);
	word <<= 8 * (WORD_BYTES - count);
	return word << 8 | (left > WORD_BYTES ? WORD_GOES_ON : count);
}

/* Family, name and then, in a word of its own, the inode: many have no name. */
static uint64_t word_of_unix(const struct value *value, size_t index) {
	const struct sock *sock = value->sock;
	const bool local = value->part == VALUE_LOCAL;
	const uint8_t family = SOCK_FAMILY_UNIX;
	if (!sock->un)
		return word_at(&family, 1, "", 0, index * WORD_BYTES);
	const struct sock_unix_name *name = local ? &sock->un->name : &sock->un->peer_name;
	const size_t length = name->bytes ? name->length : 0;
	if (index * WORD_BYTES > length)
		return (uint64_t)(local ? sock->inode : sock->un->peer_inode) << 8 | WORD_BYTES;
	const uint64_t word = word_at(&family, 1, name->bytes, length, index * WORD_BYTES);
	return (word & ~(uint64_t)0xff) | WORD_GOES_ON;
}

/* Family, address and port; of IPv4 that is a single word. */
static uint64_t word_of_end(const struct value *value, size_t index) {
	const struct sock *sock = value->sock;
	const struct sock_endpoint *end = value->part == VALUE_LOCAL ? &sock->local : &sock->peer;
	const uint32_t port = value->kind == VALUE_ENDPOINT ? end->port : 0;
	uint8_t bytes[1 + sizeof(end->address) + sizeof(port)] = { sock->family };
	if (sock->family == SOCK_FAMILY_UNIX)
		return word_of_unix(value, index);
	if (value->kind != VALUE_ENDPOINT)
		bytes[0] |=
		    0xf8; /* behind the UTF-8 of UNIX names, with which it shares a column */
	const size_t length = sock->family == SOCK_FAMILY_INET ? 4 : sizeof(end->address);
	memcpy(bytes + 1, end->address, length);
	uint8_t *to = bytes + 1 + length;
	if (sock->family != SOCK_FAMILY_INET) {
		*to++ = (uint8_t)(port >> 24);
		*to++ = (uint8_t)(port >> 16);
	}
	*to++ = (uint8_t)(port >> 8);
	*to++ = (uint8_t)port;
	return word_at(bytes, (size_t)(to - bytes), "", 0, index * WORD_BYTES);
}

static void take_text(const char *from, size_t from_length, const char **text, size_t *length) {
	*text = from;
	*length = from_length;
}

/* False if the value does not sort as a text. */
static bool text_of(const struct value *value, const char **text, size_t *length) {
	if (value->kind == VALUE_SYMBOL) {
		take_text(value->text, strlen(value->text), text, length);
		return true;
	}
	if (value->kind == VALUE_TEXT) {
		take_text(value->text, value->length, text, length);
		return true;
	}
	if (value->kind != VALUE_OWNERS || (value->part != OWNER_EXE && value->part != OWNER_COMM))
		return false;
	const struct process *process = value->owners[0].process;
	if (value->part == OWNER_EXE && process->exe)
		take_text(process->exe, process->exe_length, text, length);
	else
		take_text(process->comm, process->comm_length, text, length);
	return true;
}

static uint32_t number_of_owner(const struct owner *owner, enum value_owner_part part) {
	if (part == OWNER_PARENT || part == OWNER_PARENT_PID)
		return owner->process->parent_pid;
	return part == OWNER_FD ? owner->fd : owner->process->pid;
}

static uint64_t number_of(const struct value *value) {
	switch (value->kind) {
	case VALUE_NUMBER:
	case VALUE_BOOL:
	case VALUE_HEX:
		return value->number;
	case VALUE_FLAGS:
		return value->length;
	case VALUE_OWNERS:
		return number_of_owner(&value->owners[0], (enum value_owner_part)value->part);
	case VALUE_UNKNOWN:
	case VALUE_SYMBOL:
	case VALUE_TEXT:
	case VALUE_ADDRESS:
	case VALUE_NETWORK:
	case VALUE_ENDPOINT:
		break;
	}
	return 0;
}

static bool is_end(const struct value *value) {
	return value->kind == VALUE_ADDRESS || value->kind == VALUE_NETWORK ||
	       value->kind == VALUE_ENDPOINT;
}

static uint64_t word_of(const struct value *value, size_t index) {
	const char *text;
	size_t length;
	if (is_end(value))
		return word_of_end(value, index);
	if (text_of(value, &text, &length))
		return word_at((const uint8_t *)"", 0, text, length, index * WORD_BYTES);
	return index == 0 ? number_of(value) : 0;
}

static bool is_number(const struct value *value) {
	const char *text;
	size_t length;
	return !is_end(value) && !text_of(value, &text, &length);
}

static bool get(const struct order *order, const struct sock *sock, struct value *value) {
	const struct field_source source = field_source(sock);
	return field_get(&order->by.field->access, &source, value);
}

static uint64_t key_of_held(const struct sock_life *life, size_t offset) {
	float rate;
	memcpy(&rate, (const char *)life + offset, sizeof(rate));
	return rate < (float)UINT64_MAX ? (uint64_t)rate : UINT64_MAX;
}

bool order_key(struct order *order, const struct sock *sock, uint64_t *key) {
	struct value value;
	if (!get(order, sock, &value))
		return false;
	*key = word_of(&value, 0);
	if (order->held != 0 && sock->life)
		*key = key_of_held(sock->life, order->held);
	if (!is_number(&value))
		order->is_text = true;
	if (order->by.descending)
		*key = ~*key;
	return true;
}

static void sort_few(struct order_row *rows, size_t count) {
	for (size_t i = 1; i < count; i++) {
		const struct order_row row = rows[i];
		size_t to = i;
		for (; to > 0 && rows[to - 1].key > row.key; to--)
			rows[to] = rows[to - 1];
		rows[to] = row;
	}
}

static uint64_t number_at(const struct order_row *row, size_t offset) {
	uint64_t number;
	memcpy(&number, (const char *)row + offset, sizeof(number));
	return number;
}

/* As they mostly are: the kernel tells of sockets in the same order again. */
static bool is_sorted(const struct order_row *rows, size_t count, size_t offset) {
	size_t i = 1;
	while (i < count && number_at(&rows[i - 1], offset) <= number_at(&rows[i], offset))
		i++;
	return i >= count;
}

/* By the number at that place of a row: one pass for each byte in which rows differ. */
static void sort_by(struct order_row *rows, struct order_row *spare, size_t count, size_t offset) {
	size_t counts[DIGITS][256] = { 0 };
	if (is_sorted(rows, count, offset))
		return;
	for (size_t i = 0; i < count; i++) {
		const uint64_t number = number_at(&rows[i], offset);
		for (size_t digit = 0; digit < DIGITS; digit++)
			counts[digit][number >> 8 * digit & 0xff]++;
	}
	struct order_row *from = rows;
	struct order_row *to = spare;
	for (size_t digit = 0; digit < DIGITS; digit++) {
		size_t *starts = counts[digit];
		if (starts[number_at(from, offset) >> 8 * digit & 0xff] == count)
			continue;
		size_t sum = 0;
		for (size_t i = 0; i < 256; i++) {
			const size_t start = sum;
			sum += starts[i];
			starts[i] = start;
		}
		for (size_t i = 0; i < count; i++)
			to[starts[number_at(&from[i], offset) >> 8 * digit & 0xff]++] = from[i];
		struct order_row *const swapped = from;
		from = to;
		to = swapped;
	}
	if (from != rows)
		memcpy(rows, from, count * sizeof(*rows));
}

void order_sort_by_serial(struct order_row *rows, struct order_row *spare, size_t count) {
	if (count > 1)
		sort_by(rows, spare, count, offsetof(struct order_row, serial));
}

void order_sort_by_key(struct order_row *rows, struct order_row *spare, size_t count) {
	if (count > FEW)
		sort_by(rows, spare, count, offsetof(struct order_row, key));
	else
		sort_few(rows, count);
}

static size_t same_bytes(const char *a, const char *b, size_t length) {
	size_t same = 0;
	while (same < length && a[same] == b[same])
		same++;
	return same;
}

/* The first word from `index` on in which rows may differ: long texts often begin alike. */
static size_t skip_words(const struct order *order, const struct order_row *rows, size_t count,
                         size_t index) {
	const char *first = NULL;
	size_t same = SIZE_MAX;
	for (size_t i = 0; i < count && same / WORD_BYTES > index; i++) {
		struct value value;
		const char *text;
		size_t length;
		if (!get(order, rows[i].sock, &value) || !text_of(&value, &text, &length))
			return index;
		first = first ? first : text;
		same = length < same ? length : same;
		same = first == text ? same : same_bytes(first, text, same);
	}
	return same / WORD_BYTES > index ? same / WORD_BYTES : index;
}

static void sort_words(const struct order *order, struct order_row *rows, struct order_row *spare,
                       size_t count, size_t index);

/* Rows whose words up to this one are the same. */
static void sort_same(const struct order *order, struct order_row *rows, struct order_row *spare,
                      size_t count, size_t index) {
	const uint64_t word = order->by.descending ? ~rows[0].key : rows[0].key;
	if (count < 2 || (word & 0xff) < WORD_GOES_ON)
		return;
	const size_t next_index = skip_words(order, rows, count, index + 1);
	for (size_t i = 0; i < count; i++) {
		struct value value;
		const bool known = get(order, rows[i].sock, &value);
		const uint64_t next = known ? word_of(&value, next_index) : 0;
		rows[i].key = order->by.descending ? ~next : next;
	}
	sort_words(order, rows, spare, count, next_index);
}

static void sort_words(const struct order *order, struct order_row *rows, struct order_row *spare,
                       size_t count, size_t index) {
	order_sort_by_key(rows, spare, count);
	if (!order->is_text)
		return;
	for (size_t first = 0; first < count;) {
		size_t end = first + 1;
		while (end < count && rows[end].key == rows[first].key)
			end++;
		sort_same(order, rows + first, spare, end - first, index);
		first = end;
	}
}

void order_sort(const struct order *order, struct order_row *rows, struct order_row *spare,
                size_t count) {
	sort_words(order, rows, spare, count, 0);
}
