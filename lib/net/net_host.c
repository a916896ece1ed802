/* SPDX-License-Identifier: MIT */
#include "net/net_host.h"

#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/span.h"

/* An IPv4 address in its IPv6 form, so that both compare. */
static bool address_of(const struct sockaddr *sa, struct in6_addr *out)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (sa == NULL)
		return false;
	if (sa->sa_family == AF_INET6) {
		*out = ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
		return true;
	}
	if (sa->sa_family != AF_INET)
		return false;
	memcpy(out->s6_addr, mapped, sizeof mapped);
	memcpy(out->s6_addr + sizeof mapped,
	       &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
	return true;
}

static struct span bare(const char *name)
{
	struct span s = span_str(name);

	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = (struct span){ s.p + 1, s.n - 2 };
	return s;
}

/* /etc/hosts has no names with a final dot. */
static struct addrinfo *resolve(const char *name)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
					.ai_socktype = SOCK_STREAM };
	struct span s = bare(name);
	char *text = mem_strndup(s.p, s.n);
	struct addrinfo *list = NULL;

	if (getaddrinfo(text, NULL, &hints, &list) != 0)
		list = NULL;
	free(text);
	return list;
}

bool net_host_same(const char *a, const char *b)
{
	struct addrinfo *x, *y;
	struct in6_addr p, q;
	bool same = false;

	if (span_ieq(bare(a), bare(b)))
		return true;
	x = resolve(a);
	y = x != NULL ? resolve(b) : NULL;
	for (struct addrinfo *i = x; i != NULL; i = i->ai_next)
		for (struct addrinfo *k = y; k != NULL && !same; k = k->ai_next)
			same = address_of(i->ai_addr, &p) && address_of(k->ai_addr, &q) &&
			       IN6_ARE_ADDR_EQUAL(&p, &q);
	if (x != NULL)
		freeaddrinfo(x);
	if (y != NULL)
		freeaddrinfo(y);
	return same;
}

static bool is_loopback(const struct in6_addr *a)
{
	return IN6_IS_ADDR_LOOPBACK(a) ||
	       (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

bool net_host_here(const char *name)
{
	struct addrinfo *list = resolve(name);
	struct ifaddrs *mine = NULL;
	struct in6_addr p, q;
	bool here = false;

	if (list != NULL && getifaddrs(&mine) != 0)
		mine = NULL;
	for (struct addrinfo *i = list; i != NULL; i = i->ai_next)
		for (struct ifaddrs *k = mine; k != NULL && !here; k = k->ifa_next)
			here = address_of(i->ai_addr, &p) && !is_loopback(&p) &&
			       address_of(k->ifa_addr, &q) && IN6_ARE_ADDR_EQUAL(&p, &q);
	if (list != NULL)
		freeaddrinfo(list);
	if (mine != NULL)
		freeifaddrs(mine);
	return here;
}
