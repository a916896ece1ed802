/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_WAKE_H
#define NET_NET_WAKE_H
/* The wake pipe as lib/net itself sees it; what others may do with it is in net_conn.h.
 */
#include "net/net_conn.h"

/* Readable once w is set; -1 when w is NULL or there was no descriptor for a pipe. */
int net_wake_fd(const struct net_wake *w);

#endif
