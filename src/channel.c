/* Messages of a fixed size over SOCK_SEQPACKET, and files beside them. A message is taken whole and
 * as it must be, or not at all; descriptors that nobody asked for do not stay open. */

#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recording.h"
#include "util.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

enum { SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE, ERRNO_MAX = 4095 };

/* Who reads requests sees which process sent each: the kernel says so, not the message. */
int channel_open(int *collector, int *screen) {
	int ends[2];
	const int on = 1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	if (setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) != 0) {
		const int error = errno;
		close(ends[0]);
		close(ends[1]);
		return -error;
	}
	*collector = ends[0];
	*screen = ends[1];
	return 0;
}

/* Both mean that there is nobody at the other end. */
static int errno_of_end(int error) {
	return error == ECONNRESET ? -EPIPE : -error;
}

static int send_message(int fd, const struct msghdr *message, size_t length) {
	ssize_t sent;
	do {
		sent = sendmsg(fd, message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return errno_of_end(errno);
	return (size_t)sent == length ? 0 : -EMSGSIZE;
}

int channel_ask(int fd, const struct channel_request *request, const struct act_deed *deeds) {
	const size_t length = request->deed_count * sizeof(*deeds);
	struct iovec parts[] = {
		{ (void *)(uintptr_t)request, sizeof(*request) },
		{ (void *)(uintptr_t)deeds, length },
	};
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = ARRAY_LENGTH(parts) };
	return send_message(fd, &message, sizeof(*request) + length);
}

/* Room for what comes beside a message, aligned as the kernel wants it. */
union control_file {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

union control_sender {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct ucred))];
};

int channel_answer(int fd, const struct channel_answer *answer, int file) {
	union control_file control = { 0 };
	struct iovec part = { (void *)(uintptr_t)answer, sizeof(*answer) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	if (file >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		struct cmsghdr *header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(file));
		memcpy(CMSG_DATA(header), &file, sizeof(file));
	}
	return send_message(fd, &message, sizeof(*answer));
}

/* The length of a message of at most that length. `message` then tells of what came beside it,
 * which lies in `control`. */
static ssize_t receive_message(int fd, void *bytes, size_t size, void *control, size_t control_size,
                               struct msghdr *message) {
	struct iovec part = { bytes, size };
	ssize_t received;
	*message = (struct msghdr){
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = control_size,
	};
	do {
		received = recvmsg(fd, message, MSG_CMSG_CLOEXEC);
	} while (received < 0 && errno == EINTR);
	message->msg_iov = NULL;
	message->msg_iovlen = 0;
	if (received < 0) {
		message->msg_controllen = 0;
		return errno_of_end(errno);
	}
	if (received == 0 && message->msg_controllen == 0)
		return -EPIPE;
	const bool is_cut = (message->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
	return is_cut ? -EBADMSG : received;
}

static pid_t sender_of(struct msghdr *message) {
	struct ucred sender = { 0 };
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_CREDENTIALS &&
	    header->cmsg_len == CMSG_LEN(sizeof(sender)))
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
	return sender.pid;
}

static bool is_sane(const struct channel_message *message, size_t length) {
	const struct channel_request *request = &message->request;
	if (length < sizeof(*request) || request->kind > CHANNEL_SUSPEND ||
	    request->deed_count > ACT_DEEDS_MAX ||
	    length != sizeof(*request) + request->deed_count * sizeof(struct act_deed))
		return false;
	if (request->kind != CHANNEL_ACT)
		return request->deed_count == 0;
	return act_is_sane(&request->order, message->deeds, request->deed_count);
}

/* There is no room for descriptors beside the sender, so the kernel lets go of any. */
int channel_receive_request(int fd, pid_t screen, struct channel_message *message) {
	union control_sender control = { 0 };
	struct msghdr header;
	const ssize_t length =
	    receive_message(fd, message, sizeof(*message), &control, sizeof(control), &header);
	if (length < 0)
		return (int)length;
	if (sender_of(&header) != screen)
		return -EPERM;
	return is_sane(message, (size_t)length) ? 0 : -EBADMSG;
}

bool channel_is_taken(int fd) {
	int waiting = 0;
	return ioctl(fd, TIOCOUTQ, &waiting) == 0 && waiting == 0;
}

/* The one file that came, or -1; whatever else came is closed. */
static int take_file(struct msghdr *message, size_t *count) {
	int file = -1;
	*count = 0;
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
			continue;
		const size_t length = header->cmsg_len - CMSG_LEN(0);
		for (size_t at = 0; at + sizeof(int) <= length; at += sizeof(int)) {
			if (file >= 0)
				close(file);
			memcpy(&file, CMSG_DATA(header) + at, sizeof(file));
			++*count;
		}
	}
	return file;
}

static int check_file(int file, uint64_t length) {
	struct stat status;
	const int seals = fcntl(file, F_GET_SEALS);
	if (seals < 0 || (seals & SEALS) != SEALS || fstat(file, &status) != 0)
		return -EBADMSG;
	if (length == 0 || length > RECORDING_MOMENT_MAX || status.st_size < 0 ||
	    length > (uint64_t)status.st_size)
		return -EBADMSG;
	return 0;
}

static int check_answer(const struct channel_answer *answer, int file, size_t files) {
	if (answer->error == 0)
		return files == 1 ? check_file(file, answer->length) : -EBADMSG;
	const bool is_errno = answer->error > 0 && answer->error <= ERRNO_MAX;
	return is_errno && files == 0 && answer->length == 0 ? 0 : -EBADMSG;
}

int channel_receive_answer(int fd, struct channel_answer *answer, int *file) {
	struct channel_answer received = { 0 };
	union control_file control = { 0 };
	struct msghdr message;
	size_t files = 0;
	const ssize_t length =
	    receive_message(fd, &received, sizeof(received), &control, sizeof(control), &message);
	int error = length < 0 ? (int)length : length == sizeof(received) ? 0 : -EBADMSG;
	const int came = take_file(&message, &files);
	/* The kernel leaves out what finds no descriptor, and says no more than that. */
	if (error == -EBADMSG && files == 0 && (message.msg_flags & MSG_CTRUNC))
		error = -EMFILE;
	if (error == 0)
		error = check_answer(&received, came, files);
	if (error != 0) {
		if (came >= 0)
			close(came);
		return error;
	}
	*answer = received;
	*file = came;
	return 0;
}

/* A kernel before 6.3 knows no files that are never executable; a later one may insist on them. */
int channel_create_file(void) {
	const unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int file = memfd_create("socklens", flags | MFD_NOEXEC_SEAL);
	if (file < 0 && errno == EINVAL)
		file = memfd_create("socklens", flags);
	return file < 0 ? -errno : file;
}

int channel_seal(int file) {
	return fcntl(file, F_ADD_SEALS, SEALS | F_SEAL_SEAL) == 0 ? 0 : -errno;
}
