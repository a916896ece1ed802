/* SPDX-License-Identifier: MIT */
#include "cli/project.h"

#include <errno.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/json.h"
#include "cli/msg.h"
#include "store/store_run.h"

#define PARENTS_MAX 64

static bool is_root(const char *dir)
{
	struct stat here, up;
	char *parent = fs_join(dir, "..");
	bool root = stat(dir, &here) != 0 || stat(parent, &up) != 0 ||
		    (here.st_dev == up.st_dev && here.st_ino == up.st_ino);

	free(parent);
	return root;
}

static char *join(const char *dir, const char *name)
{
	return strcmp(dir, ".") == 0 ? mem_strdup(name) : fs_join(dir, name);
}

/* ".", "..", "../.." and so on, as far up as there is a folder above. */
static char *find(struct err *err)
{
	char *dir = mem_strdup("."), *path, *up;
	int i;

	for (i = 0; i < PARENTS_MAX; i++) {
		path = join(dir, CONFIG_NAME);
		if (fs_exists(path)) {
			free(path);
			return dir;
		}
		free(path);
		if (is_root(dir))
			break;
		up = strcmp(dir, ".") == 0 ? mem_strdup("..") : fs_join(dir, "..");
		free(dir);
		dir = up;
	}
	free(dir);
	err_set(err, ERR_NO_PROJECT,
		"there is no " CONFIG_NAME " here or in a folder above");
	err_hint(err, "mailmuster init starts a project; -C DIR names one elsewhere");
	return NULL;
}

/* The folder in which -c FILE lies. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return mem_strdup(".");
	return slash == path ? mem_strdup("/")
			     : mem_strndup(path, (size_t)(slash - path));
}

static bool locate(const struct globals *g, struct project *p, struct err *err)
{
	struct stat st;

	if (g->dir != NULL) {
		if (*g->dir == '\0')
			return err_set(err, ERR_USAGE, "-C needs the name of a folder");
		if (stat(g->dir, &st) != 0)
			return err_errno(err, ERR_NO_PROJECT, errno, "%s", shown(g->dir));
		if (!S_ISDIR(st.st_mode))
			return err_set(err, ERR_NO_PROJECT, "%s is not a folder",
				       shown(g->dir));
		p->dir = mem_strdup(g->dir);
	} else if (g->config != NULL) {
		p->dir = folder_of(g->config);
	} else {
		p->dir = find(err);
	}
	return p->dir != NULL;
}

static bool read_config(const struct globals *g, struct project *p, struct err *err)
{
	char *path = g->config != NULL ? mem_strdup(g->config)
				       : join(p->dir, CONFIG_NAME);
	bool ok = false;

	if (!fs_exists(path)) {
		if (g->config != NULL)
			err_set(err, ERR_CONFIG, "%s: there is no such file",
				shown(path));
		else
			err_set(err, ERR_NO_PROJECT, "there is no " CONFIG_NAME " in %s",
				shown(p->dir));
		err_hint(err, "mailmuster init starts a project");
		goto out;
	}
	ok = config_read(path, p->dir, &p->config, err);
out:
	free(path);
	return ok;
}

bool project_open(const struct globals *g, enum project_use use, struct project *out,
		  struct err *err)
{
	char *db = NULL, *lock = NULL;
	bool ok = false;

	*out = (struct project){ 0 };
	if (!locate(g, out, err) || !read_config(g, out, err))
		return false;
	db = join(out->dir, STORE_NAME);
	lock = join(out->dir, LOCK_NAME);
	if (use != PROJECT_FILES && !fs_exists(db)) {
		err_set(err, ERR_NO_PROJECT,
			"there is a " CONFIG_NAME " in %s, but no " STORE_NAME,
			shown(out->dir));
		err_hint(err, "if the evidence is elsewhere bring it back; to begin anew "
			      "move the config away and run mailmuster init");
		goto out;
	}
	if (use == PROJECT_WRITE && !store_lock_take(lock, &out->lock, err))
		goto out;
	ok = use == PROJECT_FILES ||
	     store_open(db, use == PROJECT_WRITE ? STORE_WRITE : STORE_READ, &out->store,
			err);
out:
	free(db);
	free(lock);
	return ok;
}

void project_close(struct project *p)
{
	store_close(p->store);
	store_lock_free(p->lock);
	config_done(&p->config);
	free(p->dir);
	*p = (struct project){ 0 };
}

char *project_path(const struct project *p, const char *name)
{
	return join(p->dir, name);
}

bool project_one_sided(const struct project *p)
{
	return !p->config.present[SIDE_NEW];
}

void project_warn_clear(const struct globals *g, const struct project *p,
			const bool sides[SIDE_COUNT])
{
	static bool warned[SIDE_COUNT]; /* a command may connect several times */
	int side;

	for (side = 0; side < SIDE_COUNT; side++) {
		if (!sides[side] || warned[side] || !p->config.present[side] ||
		    p->config.server[side].tls != TLS_NONE)
			continue;
		warned[side] = true;
		msg_warn(g,
			 "the %s server is spoken to in clear text (\"tls\": "
			 "\"none\"): passwords and mail can be read on the way",
			 side_name((enum side)side));
	}
}

bool project_names_server(const struct project *p, enum side side, const char *scope)
{
	struct strbuf text = STRBUF_INIT;
	const char *at;
	struct json_out j;
	bool named;

	strbuf_addf(&text, "\"%s\":", side_name(side));
	json_out_init(&j, &text, true);
	json_begin_object(&j);
	json_put_str(&j, "host", p->config.server[side].host);
	json_put_int(&j, "port", p->config.server[side].port);
	at = strstr(scope, strbuf_cstr(&text));
	named = at != NULL && (at[text.n] < '0' || at[text.n] > '9');
	strbuf_done(&text);
	return named;
}

const char *project_operator(void)
{
	static char name[64];
	const struct passwd *pw;

	if (name[0] == '\0') {
		pw = getpwuid(getuid());
		if (pw != NULL && pw->pw_name[0] != '\0')
			snprintf(name, sizeof name, "%s", pw->pw_name);
		else
			snprintf(name, sizeof name, "uid %lu", (unsigned long)getuid());
	}
	return name;
}
