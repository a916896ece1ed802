/* SPDX-License-Identifier: MIT */
/* Removals that are life in each account and a mass in all of them together: what a mover
 * with an option that deletes does to many small accounts (DESIGN section 6). */
#include "verify/work.h"

bool crowd_alone(const struct work_member *m, const struct work_wave *wave,
		 const struct verify_options *o)
{
	return judge_mass(wave->messages, m->old_messages, o->mass_messages,
			  o->mass_percent) ||
	       (m->mover_ran && wave->messages >= TALLY_LEAST);
}

static struct crowd_wave *wave_of(struct crowd *c, int64_t run)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->wave[i].run == run)
			return &c->wave[i];
	if (c->n == c->cap) {
		c->cap = c->cap * 2 + 8;
		c->wave = mem_realloc(c->wave, c->cap * sizeof *c->wave);
	}
	c->wave[c->n] = (struct crowd_wave){ .run = run };
	return &c->wave[c->n++];
}

void crowd_add(struct crowd *c, const struct work_member *m,
	       const struct verify_options *o)
{
	if (!m->sealed)
		return;
	c->messages += m->old_messages;
	for (size_t i = 0; i < m->wave_n; i++) {
		struct crowd_wave *w;

		/* It has an alarm of its own. */
		if (crowd_alone(m, &m->wave[i], o))
			continue;
		w = wave_of(c, m->wave[i].run);
		w->messages += m->wave[i].messages;
		w->accounts++;
		if (m->wave[i].messages > w->most) {
			w->most = m->wave[i].messages;
			w->transfer = m->t->id;
		}
	}
}

const struct crowd_wave *crowd_alarm(const struct crowd *c,
				     const struct verify_options *o)
{
	const struct crowd_wave *worst = NULL;

	for (size_t i = 0; i < c->n; i++)
		if (c->wave[i].accounts > 1 &&
		    (worst == NULL || c->wave[i].messages > worst->messages))
			worst = &c->wave[i];
	return worst != NULL && judge_mass(worst->messages, c->messages, o->mass_messages,
					   o->mass_percent)
		       ? worst
		       : NULL;
}

void crowd_done(struct crowd *c)
{
	free(c->wave);
}
