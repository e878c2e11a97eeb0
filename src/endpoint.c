/* One writer a family. Names are bytes that anybody may choose, so they are escaped; the cell stays
 * one word. */

#include "endpoint.h"

#include <string.h>

#include "escape.h"
#include "sock.h"

/* What VSOCK calls VMADDR_CID_ANY and VMADDR_PORT_ANY. */
static const uint32_t any = UINT32_MAX;

static void put_number_or_star(struct out *out, uint32_t number, uint32_t star) {
	if (number == star)
		out_char(out, '*');
	else
		out_number(out, number);
}

/* An '@' in front stands for a NUL; one that is really there is escaped. */
static void put_unix_name(struct out *out, const struct sock_unix_name *name) {
	if (!name->bytes) {
		out_char(out, '*');
	} else if (name->bytes[0] == '@' && !name->is_abstract) {
		out_text(out, "\\x40");
		escape_write(out, name->bytes + 1, name->length - 1, ESCAPE_WORD);
	} else {
		escape_write(out, name->bytes, name->length, ESCAPE_WORD);
	}
}

static void format_unix(struct out *out, const struct sock *sock, enum value_end end) {
	const struct sock_unix *un = sock->un;
	const bool local = end == VALUE_LOCAL;
	put_unix_name(out, local ? &un->name : &un->peer_name);
	out_char(out, ':');
	put_number_or_star(out, local ? sock->inode : un->peer_inode, 0);
}

void endpoint_format_device(struct out *out, const struct sock *sock) {
	if (sock->interface_name) {
		escape_write(out, sock->interface_name, strlen(sock->interface_name), ESCAPE_WORD);
	} else if (sock->known & SOCK_KNOWS_INTERFACE) {
		out_text(out, "if");
		out_number(out, sock->ifindex);
	} else {
		out_char(out, '*');
	}
}

static const char *ethertype_name(uint16_t ethertype) {
	switch (ethertype) {
	case 0x0003: /* ETH_P_ALL */
		return "*";
	case 0x0800:
		return "ip";
	case 0x0806:
		return "arp";
	case 0x86dd:
		return "ipv6";
	case 0x88cc:
		return "lldp";
	case 0x888e:
		return "eapol";
	default:
		return NULL;
	}
}

static void format_packet(struct out *out, const struct sock *sock) {
	const char *name = ethertype_name(sock->packet->ethertype);
	if (name) {
		out_text(out, name);
	} else {
		out_text(out, "0x");
		out_hex(out, sock->packet->ethertype);
	}
	out_char(out, ':');
	endpoint_format_device(out, sock);
}

static void format_netlink(struct out *out, const struct sock *sock, enum value_end end) {
	const struct sock_netlink *netlink = sock->netlink;
	const char *name = sock_netlink_protocol_name(netlink->protocol);
	const uint32_t port = end == VALUE_LOCAL ? sock->local.port : sock->peer.port;
	if (name)
		out_text(out, name);
	else
		out_number(out, netlink->protocol);
	out_char(out, ':');
	if (port == 0)
		out_text(out, "kernel");
	else
		out_number(out, port);
}

static uint32_t cid_of(const struct sock_endpoint *end) {
	return (uint32_t)end->address[0] << 24 | (uint32_t)end->address[1] << 16 |
	       (uint32_t)end->address[2] << 8 | end->address[3];
}

static const struct sock_endpoint *end_of(const struct sock *sock, enum value_end end) {
	return end == VALUE_LOCAL ? &sock->local : &sock->peer;
}

void endpoint_format_cid(struct out *out, const struct sock *sock, enum value_end end) {
	put_number_or_star(out, cid_of(end_of(sock, end)), any);
}

static void format_vsock(struct out *out, const struct sock *sock, enum value_end end) {
	endpoint_format_cid(out, sock, end);
	out_char(out, ':');
	put_number_or_star(out, end_of(sock, end)->port, any);
}

static void format_xdp(struct out *out, const struct sock *sock) {
	endpoint_format_device(out, sock);
	out_text(out, ":q");
	if (sock->xdp->known & SOCK_XDP_KNOWS_QUEUE)
		out_number(out, sock->xdp->queue);
	else
		out_char(out, '*');
}

void endpoint_format(struct out *out, const struct sock *sock, enum value_end end) {
	const bool local = end == VALUE_LOCAL;
	const bool connected = sock->state == SOCK_STATE_ESTABLISHED;
	if (sock->family == SOCK_FAMILY_UNIX && sock->un)
		format_unix(out, sock, end);
	else if (sock->family == SOCK_FAMILY_PACKET && sock->packet && local)
		format_packet(out, sock);
	else if (sock->family == SOCK_FAMILY_NETLINK && sock->netlink && (local || connected))
		format_netlink(out, sock, end);
	else if (sock->family == SOCK_FAMILY_VSOCK)
		format_vsock(out, sock, end);
	else if (sock->family == SOCK_FAMILY_XDP && sock->xdp && local)
		format_xdp(out, sock);
	else
		out_text(out, "*:*");
}
