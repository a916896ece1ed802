/* SPDX-License-Identifier: MIT */
#include "net/net_dns.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include "base/num.h"
#include "base/strbuf.h"

#define ANSWER_MAX  65535
#define TRY_SECONDS 3 /* for the first try of a server, twice that for the second */
#define TRIES	    2

struct net_dns {
	struct __res_state res;
	struct sockaddr_in6 *server6; /* belongs to res */
	unsigned char answer[ANSWER_MAX];
};

/* "ADDRESS", "ADDRESS:PORT", "[ADDRESS]:PORT" */
static bool split(const char *server, char address[64], uint64_t *port)
{
	const char *end, *rest;
	size_t n;

	*port = 53;
	if (*server == '[') {
		end = strchr(++server, ']');
		rest = end != NULL ? end + 1 : NULL;
	} else {
		rest = end = strchr(server, ':');
		if (end == NULL || strchr(end + 1, ':') != NULL)
			end = rest = server + strlen(server);
	}
	if (end == NULL || (n = (size_t)(end - server)) == 0 || n >= 64)
		return false;
	memcpy(address, server, n);
	address[n] = '\0';
	return *rest == '\0' ||
	       (*rest == ':' && num_u64(span_str(rest + 1), 65535, port) && *port != 0);
}

/* resolv.h has no call for this; what glibc's own res_nsend looks at is set. */
static bool use_server(struct net_dns *d, const char *server, struct err *err)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	struct sockaddr_in four = { .sin_family = AF_INET };
	char address[64];
	uint64_t port;

	if (!split(server, address, &port))
		return err_set(err, ERR_CONFIG,
			       "a resolver is an address, with or without a port: "
			       "\"192.0.2.1:53\", \"[2001:db8::1]:53\"");
	res_nclose(&d->res);
	d->res.nscount = 1;
	if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
		four.sin_port = htons((uint16_t)port);
		d->res.nsaddr_list[0] = four;
		return true;
	}
	if (inet_pton(AF_INET6, address, &six.sin6_addr) != 1)
		return err_set(err, ERR_CONFIG, "a resolver is an address, not a name");
	six.sin6_port = htons((uint16_t)port);
	d->server6 = mem_alloc(sizeof six);
	*d->server6 = six;
	d->res.nsaddr_list[0].sin_family = 0;
	d->res._u._ext.nsaddrs[0] = d->server6;
	return true;
}

bool net_dns_open(const char *server, struct net_dns **out, struct err *err)
{
	struct net_dns *d = mem_calloc(1, sizeof *d);

	if (res_ninit(&d->res) != 0) {
		free(d);
		return err_set(err, ERR_LOCAL,
			       "this machine's resolver cannot be set up");
	}
	d->res.retrans = TRY_SECONDS;
	d->res.retry = TRIES;
	if (server != NULL && !use_server(d, server, err)) {
		net_dns_close(d);
		return false;
	}
	*out = d;
	return true;
}

void net_dns_close(struct net_dns *d)
{
	if (d == NULL)
		return;
	res_nclose(&d->res); /* frees server6, too */
	free(d);
}

/* ---- reading ---- */

/* ns_name_ntop has escaped everything that is not plain. */
static const char *lowered(const char *name, struct arena *arena)
{
	char *s = arena_strdup(arena, *name != '\0' ? name : ".");
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		s[i] = span_lower(s[i]);
	if (n > 1 && s[n - 1] == '.' && s[n - 2] != '\\')
		s[n - 1] = '\0';
	return s;
}

/* The name at `at` in the message; NULL: it is broken. */
static const char *name_at(ns_msg *m, const unsigned char *at, const unsigned char *end,
			   int *n_out, struct arena *arena)
{
	char text[NS_MAXDNAME];

	*n_out = at < end ? ns_name_uncompress(ns_msg_base(*m), ns_msg_end(*m), at, text,
					       sizeof text)
			  : -1;
	return *n_out >= 0 && *n_out <= end - at ? lowered(text, arena) : NULL;
}

/* The strings of a TXT record, one behind the other. */
static const char *text_of(const unsigned char *p, const unsigned char *end,
			   struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *text = NULL;

	while (p < end && *p < end - p) {
		const unsigned char *stop = p + 1 + *p;

		for (p++; p < stop; p++)
			if (*p >= ' ' && *p < 0x7F && *p != '\\')
				strbuf_addc(&sb, (char)*p);
			else
				strbuf_addf(&sb, "\\%03u", *p);
	}
	if (p == end)
		text = arena_strdup(arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return text;
}

static const char *address_of(int family, const unsigned char *p, size_t n, size_t want,
			      struct arena *arena)
{
	char text[INET6_ADDRSTRLEN];

	if (n != want || inet_ntop(family, p, text, sizeof text) == NULL)
		return NULL;
	return arena_strdup(arena, text);
}

/* False: the record breaks its format. */
static bool read_record(ns_msg *m, const ns_rr *rr, struct arena *arena,
			struct dns_record *out)
{
	const unsigned char *p = ns_rr_rdata(*rr), *end = p + ns_rr_rdlen(*rr);
	size_t n = ns_rr_rdlen(*rr);
	int used = 0;

	*out = (struct dns_record){ .owner = lowered(ns_rr_name(*rr), arena),
				    .type = ns_rr_type(*rr),
				    .ttl = ns_rr_ttl(*rr) };
	switch (out->type) {
	case DNS_A:
		out->data = address_of(AF_INET, p, n, 4, arena);
		return out->data != NULL;
	case DNS_AAAA:
		out->data = address_of(AF_INET6, p, n, 16, arena);
		return out->data != NULL;
	case DNS_CNAME:
		out->data = name_at(m, p, end, &used, arena);
		return out->data != NULL && p + used == end;
	case DNS_MX:
		if (n < 3)
			return false;
		out->preference = ns_get16(p);
		out->data = name_at(m, p + 2, end, &used, arena);
		return out->data != NULL && p + 2 + used == end;
	case DNS_SRV:
		if (n < 7)
			return false;
		out->preference = ns_get16(p);
		out->weight = ns_get16(p + 2);
		out->port = ns_get16(p + 4);
		out->data = name_at(m, p + 6, end, &used, arena);
		return out->data != NULL && p + 6 + used == end;
	case DNS_TXT:
		out->data = text_of(p, end, arena);
		return out->data != NULL;
	default:
		out->type = 0; /* none of ours */
		return true;
	}
}

static void broken(struct dns_answer *out, enum dns_outcome outcome, const char *why)
{
	*out = (struct dns_answer){ .outcome = outcome, .why = why };
}

static bool is_question(ns_msg *m, const char *name, unsigned type, struct arena *arena)
{
	ns_rr rr;

	return ns_msg_count(*m, ns_s_qd) == 1 && ns_parserr(m, ns_s_qd, 0, &rr) == 0 &&
	       ns_rr_type(rr) == type && ns_rr_class(rr) == ns_c_in &&
	       strcmp(lowered(ns_rr_name(rr), arena), name) == 0;
}

static const char *const refusals[] = {
	[ns_r_formerr] = "the resolver did not understand the question",
	[ns_r_servfail] = "the resolver reports a failure of the servers behind it",
	[ns_r_notimpl] = "the resolver cannot answer such questions",
	[ns_r_refused] = "the resolver refuses to answer",
};

static const char *refusal(unsigned code)
{
	return code < COUNT_OF(refusals) && refusals[code] != NULL
		       ? refusals[code]
		       : "the resolver answers with an error";
}

void net_dns_parse(struct span wire, const char *name, unsigned type, struct arena *arena,
		   struct dns_answer *out)
{
	struct dns_record *all;
	size_t n, kept = 0;
	ns_msg m;
	ns_rr rr;
	int code;

	if (wire.n > ANSWER_MAX ||
	    ns_initparse((const unsigned char *)wire.p, (int)wire.n, &m) != 0 ||
	    ns_msg_getflag(m, ns_f_qr) != 1 || !is_question(&m, name, type, arena)) {
		broken(out, DNS_BROKEN, "the answer breaks the format of the DNS");
		return;
	}
	code = ns_msg_getflag(m, ns_f_rcode);
	if (code != ns_r_noerror && code != ns_r_nxdomain) {
		broken(out, DNS_NO_ANSWER, refusal((unsigned)code));
		return;
	}
	if (ns_msg_getflag(m, ns_f_tc)) {
		broken(out, DNS_BROKEN, "the answer was cut short");
		return;
	}
	n = ns_msg_count(m, ns_s_an);
	if (n > DNS_RECORDS_MAX) {
		broken(out, DNS_BROKEN, "the answer holds too many records");
		return;
	}
	all = arena_alloc(arena, (n + 1) * sizeof *all);
	for (size_t i = 0; i < n; i++) {
		if (ns_parserr(&m, ns_s_an, (int)i, &rr) != 0 ||
		    !read_record(&m, &rr, arena, &all[kept])) {
			broken(out, DNS_BROKEN,
			       "a record of the answer breaks its format");
			return;
		}
		kept += ns_rr_class(rr) == ns_c_in && all[kept].type != 0;
	}
	/* With NXDOMAIN it is the last alias that does not exist. */
	dns_answer_pick(all, kept, name, type, code == ns_r_noerror, arena, out);
	if (code == ns_r_noerror && out->outcome == DNS_NO_NAME)
		out->outcome = DNS_NO_DATA;
}

/* ---- asking ---- */

/* res_nquery would say of a name that is not there only that it is not, and keep the
 * alias that led to it to itself: a dangling one still names a server. */
bool net_dns_ask(void *ctx, const char *name, unsigned type, struct arena *arena,
		 struct dns_answer *out, struct err *err)
{
	unsigned char question[NS_PACKETSZ];
	struct net_dns *d = ctx;
	unsigned code;
	int n;

	n = res_nmkquery(&d->res, ns_o_query, name, ns_c_in, (int)type, NULL, 0, NULL,
			 question, sizeof question);
	if (n < 0)
		return err_set(err, ERR_BUG, "no question can be made of a name");
	/* The code of a refusal stays here; of no answer at all there is none. */
	memset(d->answer, 0, NS_HFIXEDSZ);
	n = res_nsend(&d->res, question, n, d->answer, sizeof d->answer);
	code = d->answer[3] & 15u;
	if (n >= 0)
		net_dns_parse((struct span){ (const char *)d->answer, (size_t)n }, name,
			      type, arena, out);
	else
		broken(out, DNS_NO_ANSWER, code != 0 ? refusal(code) : "no answer came");
	out->silent = n < 0 && code == 0;
	return true;
}
