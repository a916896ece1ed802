/* SPDX-License-Identifier: MIT */
#include "cli/sign.h"

#include "cli/child.h"

#define SIGN_MS 120000 /* a person may have to touch a token, or type */

static bool work(char *const *argv, struct span what, const char *signature,
		 struct strbuf *out, struct strbuf *said, int *code_out, struct err *err)
{
	const struct child_job job = { .program = SIGN_PROGRAM,
				       .argv = argv,
				       .in = what,
				       .extra = signature,
				       .limit_ms = SIGN_MS,
				       .late = ERR_CONFIG,
				       .out_max = APPROVAL_SIGN_MAX + 1 };

	if (child_run(&job, out, said, code_out, err))
		return true;
	if (err->cls == ERR_LOCAL && err->hint[0] == '\0')
		err_hint(err, "it belongs to OpenSSH: apt-get install openssh-client");
	return false;
}

bool sign_make(const char *key, struct span what, struct strbuf *out, struct err *err)
{
	char *const argv[] = { (char *)"ssh-keygen",
			       (char *)"-Y",
			       (char *)"sign",
			       (char *)"-f",
			       (char *)key,
			       (char *)"-n",
			       (char *)APPROVAL_NAMESPACE,
			       NULL };
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	char buf[CHILD_LINE_SIZE];
	int code = -1;
	bool ok = work(argv, what, NULL, &text, &said, &code, err);

	if (ok && code != 0)
		ok = err_set(err, ERR_CONFIG, "ssh-keygen could not sign: %s",
			     child_line(&said, buf));
	else if (ok && (text.n == 0 || text.n > APPROVAL_SIGN_MAX))
		ok = err_set(err, ERR_CONFIG, "ssh-keygen gave no signature");
	if (ok)
		strbuf_addspan(out, strbuf_span(&text));
	strbuf_done(&text);
	strbuf_done(&said);
	return ok;
}

/* "Good ... with ED25519 key SHA256:..." */
static bool find_print(const struct strbuf *text, char print[APPROVAL_PRINT_SIZE],
		       struct err *err)
{
	const char *at = strstr(strbuf_cstr(text), "SHA256:");
	size_t n = at != NULL ? strcspn(at, " \t\r\n") : 0;

	if (strncmp(strbuf_cstr(text), "Good ", 5) != 0 || n == 0 ||
	    n >= APPROVAL_PRINT_SIZE)
		return err_set(err, ERR_CONFIG, "ssh-keygen does not name the key");
	memcpy(print, at, n);
	print[n] = '\0';
	return approval_is_print(print) ||
	       err_set(err, ERR_CONFIG, "ssh-keygen does not name the key");
}

static bool check(char *const *argv, struct span what, const char *signature,
		  char print[APPROVAL_PRINT_SIZE], struct err *err)
{
	struct strbuf text = STRBUF_INIT, said = STRBUF_INIT;
	char buf[CHILD_LINE_SIZE];
	int code = -1;
	bool ok = work(argv, what, signature, &text, &said, &code, err);

	if (ok && code != 0)
		ok = err_set(err, ERR_CONFIG, "the signature does not hold: %s",
			     child_line(said.n > 0 ? &said : &text, buf));
	ok = ok && find_print(&text, print, err);
	strbuf_done(&text);
	strbuf_done(&said);
	return ok;
}

bool sign_check(const char *signers, const char *name, struct span what,
		const char *signature, char print[APPROVAL_PRINT_SIZE], struct err *err)
{
	char *const argv[] = {
		(char *)"ssh-keygen", (char *)"-Y",	   (char *)"verify",
		(char *)"-f",	      (char *)signers,	   (char *)"-I",
		(char *)name,	      (char *)"-n",	   (char *)APPROVAL_NAMESPACE,
		(char *)"-s",	      (char *)"/dev/fd/3", NULL
	};

	return check(argv, what, signature, print, err);
}

bool sign_look(struct span what, const char *signature, char print[APPROVAL_PRINT_SIZE],
	       struct err *err)
{
	char *const argv[] = { (char *)"ssh-keygen",	   (char *)"-Y",
			       (char *)"check-novalidate", (char *)"-n",
			       (char *)APPROVAL_NAMESPACE, (char *)"-s",
			       (char *)"/dev/fd/3",	   NULL };

	return check(argv, what, signature, print, err);
}
