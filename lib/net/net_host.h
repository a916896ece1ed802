/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_HOST_H
#define NET_NET_HOST_H
/* Whether two names lead to one machine, as this machine resolves them now. */
#include "base/base.h"

/* Names or address literals; equal but for case and a final dot, or with an address in
 * common.  What does not resolve has no address. */
bool net_host_same(const char *a, const char *b);
/* One of its addresses is of this machine; loopback does not count, behind which a tunnel
 * may end. */
bool net_host_here(const char *name);

#endif
