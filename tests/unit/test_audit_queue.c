/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audit/audit_queue.h"
#include "base/clock.h"

enum { PRODUCERS = 8, EACH = 2000 };

static bool push(struct audit_queue *q, int kind, size_t octets)
{
	struct audit_item item = { .kind = kind, .octets = octets };

	return audit_queue_push(q, &item);
}

static int pop(struct audit_queue *q)
{
	struct audit_item item;

	assert_int_equal(audit_queue_pop(q, 10000, &item), AUDIT_POP_ITEM);
	return item.kind;
}

static void gives_items_in_order_and_then_the_end(void **state)
{
	struct audit_queue *q = audit_queue_new(4, 1000, 1);
	struct audit_item item;

	(void)state;
	for (int round = 0; round < 50; round++) { /* the ring wraps */
		for (int i = 0; i < 3; i++)
			assert_true(push(q, round * 3 + i, 1));
		for (int i = 0; i < 3; i++)
			assert_int_equal(pop(q), round * 3 + i);
	}
	assert_int_equal(audit_queue_pop(q, 1, &item), AUDIT_POP_TIME);
	assert_true(push(q, 7, 1));
	audit_queue_leave(q);
	assert_int_equal(pop(q), 7);
	assert_int_equal(audit_queue_pop(q, 10000, &item), AUDIT_POP_END);
	audit_queue_free(q);
}

/* One item that must wait for room. */
struct pusher {
	struct audit_queue *q;
	size_t octets;
	bool ok;
	pthread_mutex_t lock;
	bool through;
};

static void *push_one(void *arg)
{
	struct pusher *p = arg;

	p->ok = push(p->q, 99, p->octets);
	pthread_mutex_lock(&p->lock);
	p->through = true;
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static bool is_through(struct pusher *p)
{
	bool through;

	pthread_mutex_lock(&p->lock);
	through = p->through;
	pthread_mutex_unlock(&p->lock);
	return through;
}

static void a_full_queue_makes_producers_wait(void **state)
{
	static const struct {
		size_t items, octets, first, second;
		int n; /* of the first kind fill it */
	} cases[] = {
		{ 2, 1000, 1, 1, 2 },	   /* by number */
		{ 16, 1000, 600, 600, 1 }, /* by octets */
		{ 16, 1000, 5000, 1, 1 },  /* one that is too big goes in alone */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct audit_queue *q = audit_queue_new(cases[i].items, cases[i].octets,
							1);
		struct pusher p = { .q = q, .octets = cases[i].second };
		pthread_t thread;

		pthread_mutex_init(&p.lock, NULL);
		for (int k = 0; k < cases[i].n; k++)
			assert_true(push(q, k, cases[i].first));
		assert_int_equal(pthread_create(&thread, NULL, push_one, &p), 0);
		clock_sleep_ms(30);
		if (is_through(&p))
			fail_msg("case %zu: the queue took more than it may", i);
		assert_int_equal(pop(q), 0);
		pthread_join(thread, NULL);
		assert_true(p.ok);
		for (int k = 1; k < cases[i].n; k++)
			assert_int_equal(pop(q), k);
		assert_int_equal(pop(q), 99);
		audit_queue_free(q);
		pthread_mutex_destroy(&p.lock);
	}
}

static void closing_wakes_producers_and_keeps_what_is_inside(void **state)
{
	struct audit_queue *q = audit_queue_new(1, 1000, 1);
	struct pusher p = { .q = q, .octets = 1 };
	struct audit_item item;
	pthread_t thread;

	(void)state;
	pthread_mutex_init(&p.lock, NULL);
	assert_true(push(q, 5, 1));
	assert_int_equal(pthread_create(&thread, NULL, push_one, &p), 0);
	clock_sleep_ms(20);
	audit_queue_close(q);
	pthread_join(thread, NULL);
	assert_false(p.ok);
	assert_false(push(q, 6, 1));
	assert_int_equal(pop(q), 5);
	assert_int_equal(audit_queue_pop(q, 1, &item), AUDIT_POP_TIME);
	audit_queue_leave(q);
	assert_int_equal(audit_queue_pop(q, 10000, &item), AUDIT_POP_END);
	audit_queue_free(q);
	pthread_mutex_destroy(&p.lock);
}

/* A producer that asks a question with each item and checks the answer. */
struct asker {
	struct audit_queue *q;
	struct audit_reply reply;
	int number, value;
	int answer;
	int refused;
};

static void *ask_all(void *arg)
{
	struct asker *a = arg;

	for (int i = 0; i < EACH; i++) {
		struct audit_item item = { .kind = i, .from = a, .octets = 100 };
		struct err err = ERR_INIT;

		a->value = a->number * EACH + i;
		if (!audit_queue_push(a->q, &item))
			break;
		if (audit_reply_wait(&a->reply, &err)) {
			if (a->answer != a->value + 1)
				break;
		} else if (err.cls == ERR_LOCAL) {
			a->refused++;
		}
	}
	audit_queue_leave(a->q);
	return NULL;
}

static void every_question_gets_its_own_answer(void **state)
{
	struct audit_queue *q = audit_queue_new(4, 350, PRODUCERS);
	struct asker a[PRODUCERS];
	pthread_t thread[PRODUCERS];
	struct audit_item item;
	enum audit_pop what;
	int got = 0, last[PRODUCERS];

	(void)state;
	for (int i = 0; i < PRODUCERS; i++) {
		a[i] = (struct asker){ .q = q, .number = i };
		last[i] = -1;
		audit_reply_init(&a[i].reply);
		assert_int_equal(pthread_create(&thread[i], NULL, ask_all, &a[i]), 0);
	}
	while ((what = audit_queue_pop(q, 10000, &item)) == AUDIT_POP_ITEM) {
		struct asker *from = item.from;
		struct err err = ERR_INIT;
		bool ok = item.kind % 7 != 0;

		if (item.kind != last[from->number] + 1)
			fail_msg("producer %d: item %d after %d", from->number, item.kind,
				 last[from->number]);
		last[from->number] = item.kind;
		from->answer = from->value + 1;
		if (!ok)
			err_set(&err, ERR_LOCAL, "no");
		audit_reply_give(&from->reply, ok, &err);
		got++;
	}
	assert_int_equal(what, AUDIT_POP_END);
	assert_int_equal(got, PRODUCERS * EACH);
	for (int i = 0; i < PRODUCERS; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(a[i].refused, (EACH + 6) / 7);
		audit_reply_done(&a[i].reply);
	}
	audit_queue_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_items_in_order_and_then_the_end),
		cmocka_unit_test(a_full_queue_makes_producers_wait),
		cmocka_unit_test(closing_wakes_producers_and_keeps_what_is_inside),
		cmocka_unit_test(every_question_gets_its_own_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
