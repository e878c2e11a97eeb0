#pragma once
/* Ends a single socket from outside (SOCK_DESTROY); its cookie says which one. */

struct probe;
struct sock;

/* Ends the socket, in the namespace of the probe, and no other one: the kernel compares the cookie.
 * 0 or -errno: -ENOENT if it is not there any more, or if the kernel finds another socket in its
 * place; -EPERM without CAP_NET_ADMIN; -EOPNOTSUPP or -EINVAL if the kernel cannot end any such;
 * -ENOTUNIQ if the socket has no cookie or is not one of IP, and the kernel is not asked then. */
int destroy_socket(struct probe *probe, const struct sock *sock);
