/*
 * Preloaded into the PC/SC daemon of a test. The driver of the virtual reader listens on every
 * address, and sends a frame in two parts that wait for each other: here it listens on loopback
 * alone, and nothing waits.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int bind(int socket, const struct sockaddr *address, socklen_t length)
{
	int (*next)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "bind");

	if (address->sa_family == AF_INET && length >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in own = *(const struct sockaddr_in *)address;

		own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return next(socket, (const struct sockaddr *)&own, sizeof(own));
	}
	return next(socket, address, length);
}

int accept(int socket, struct sockaddr *address, socklen_t *length)
{
	int (*next)(int, struct sockaddr *, socklen_t *) = dlsym(RTLD_NEXT, "accept");
	int accepted = next(socket, address, length);
	int on = 1;

	if (accepted >= 0)
		setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return accepted;
}
