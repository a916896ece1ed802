/* SPDX-License-Identifier: MIT */
#ifndef LAB_FAULTPROXY_LINK_H
#define LAB_FAULTPROXY_LINK_H
/* One connection, from its client to the server and back, and what befalls it on the way.
 */
#include "lab/faultproxy/rules.h"

struct link_job {
	const struct fault_rules *rules;
	uint64_t seed, number;			  /* of the connection, from 1 */
	int client;				  /* taken over, and closed */
	unsigned port;				  /* of the server, on 127.0.0.1 */
	void (*say)(void *ctx, const char *line); /* what was done; any thread */
	void *say_ctx;
};

/* Until both sides have ended. */
void link_run(const struct link_job *job);

#endif
