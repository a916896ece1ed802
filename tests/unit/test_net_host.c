/* SPDX-License-Identifier: MIT */
/* Two names of one machine, without any network: literals and loopback. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/net_host.h"

static void knows_one_machine_by_its_names_and_addresses(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "mail.example.org", "MAIL.Example.org.", true },
		{ "[::1]", "::1", true },
		{ "localhost", "127.0.0.1", true },
		{ "127.0.0.1", "LOCALHOST.", true },
		{ "127.0.0.1", "::ffff:127.0.0.1", true },
		{ "127.0.0.1", "127.0.0.2", false },
		{ "::1", "127.0.0.1", false },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.11", false },
		{ "2001:db8::1", "2001:DB8:0::1", true },
		{ "2001:db8::1", "2001:db8::2", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (net_host_same(cases[i].a, cases[i].b) != cases[i].same ||
		    net_host_same(cases[i].b, cases[i].a) != cases[i].same)
			fail_msg("case %zu: %s, %s", i, cases[i].a, cases[i].b);
}

/* A tunnel to the old server may end on loopback: that does not make it this machine. */
static void knows_its_own_addresses_but_loopback(void **state)
{
	struct ifaddrs *list = NULL;
	char text[INET_ADDRSTRLEN];

	(void)state;
	assert_false(net_host_here("127.0.0.1"));
	assert_false(net_host_here("::1"));
	assert_false(net_host_here("192.0.2.1"));
	assert_int_equal(getifaddrs(&list), 0);
	for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
		const struct sockaddr_in *in = (const void *)i->ifa_addr;

		if (in == NULL || in->sin_family != AF_INET)
			continue;
		inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
		if (net_host_here(text) != (strncmp(text, "127.", 4) != 0))
			fail_msg("%s", text);
	}
	freeifaddrs(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_one_machine_by_its_names_and_addresses),
		cmocka_unit_test(knows_its_own_addresses_but_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
