#include "refer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "mem.h"

enum { LONGEST_FILE = 1024 * 1024 };

static int
slurp(const char *path, struct buf *b, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t r = 0;

	if (fd < 0)
		return err_sys(e, EX_CONFIG, "%s", path);
	do {
		r = read(fd, buf_room(b, 8192), 8192);
		if (r > 0)
			b->n += (size_t)r;
	} while ((r > 0 && b->n <= LONGEST_FILE) || (r < 0 && errno == EINTR));
	if (r < 0)
		err_sys(e, EX_CONFIG, "%s", path);
	else if (r > 0)
		r = err_set(e, EX_CONFIG, "%s is too long for properties",
		    path);
	close(fd);
	return (int)r;
}

int
refer_load(const char *path, struct props *ps, struct err *e)
{
	struct buf b = { NULL, 0, 0 };
	int r = slurp(path, &b, e);

	if (r == 0 && (r = props_parse(ps, buf_bytes(&b), e)) < 0)
		err_in(e, "%s", path);
	buf_release(&b);
	return r;
}

static int
from_file(const char *path, const char *key, struct buf *to, struct err *e)
{
	struct props ps = { NULL, 0, NULL };
	const char *v;
	int r = refer_load(path, &ps, e);

	if (r == 0 && (v = props_get(&ps, key)) != NULL)
		buf_add(to, v, strlen(v));
	else if (r == 0)
		r = err_set(e, EX_CONFIG, "%s has no property %s", path, key);
	props_release(&ps);
	return r;
}

static int
from_dir(const char *dir, const char *name, struct buf *to, struct err *e)
{
	struct buf b = { NULL, 0, 0 };
	char *path;
	int r;

	if (strchr(name, '/') != NULL)
		return err_set(e, EX_CONFIG, "'%s' is no name of a file in %s",
		    name, dir);
	path = mem_fmt("%s/%s", dir, name);
	r = slurp(path, &b, e);
	if (r == 0)
		buf_add(to, b.p, b.n);
	buf_release(&b);
	free(path);
	return r;
}

static int
from_env(const char *name, struct buf *to, struct err *e)
{
	const char *v = getenv(name);

	if (v == NULL)
		return err_set(e, EX_CONFIG, "the environment has no %s",
		    name);
	buf_add(to, v, strlen(v));
	return 0;
}

/* What stands between "${" and "}": provider:[path:]key. */
static int
look_up(char *what, struct buf *to, struct err *e)
{
	char *path = strchr(what, ':'), *key;

	*path++ = '\0';
	key = strrchr(path, ':');
	if (strcmp(what, "env") == 0)
		return from_env(path, to, e);
	if (strcmp(what, "file") != 0 && strcmp(what, "dir") != 0)
		return err_set(e, EX_CONFIG, "${%s:...}: known are file, dir "
		    "and env", what);
	if (key == NULL)
		return err_set(e, EX_CONFIG, "${%s:%s} names no %s", what,
		    path, *what == 'f' ? "property: ${file:PATH:KEY}" :
		    "file: ${dir:PATH:NAME}");
	*key++ = '\0';
	return *what == 'f' ? from_file(path, key, to, e) :
	    from_dir(path, key, to, e);
}

/* The reference that begins at or behind s; its end in *end. */
static const char *
next(const char *s, const char **end)
{
	const char *p, *colon;

	for (; (p = strstr(s, "${")) != NULL; s = p + 2) {
		*end = strchr(p, '}');
		colon = strchr(p, ':');
		if (*end != NULL && colon != NULL && colon < *end)
			return p;
	}
	return NULL;
}

bool
refer_in(const char *value)
{
	const char *end;

	return next(value, &end) != NULL;
}

char *
refer_resolve(const char *value, struct err *e)
{
	struct buf b = { NULL, 0, 0 };
	const char *p, *end;
	char *what;
	size_t n;
	int r = 0;

	while (r == 0 && (p = next(value, &end)) != NULL) {
		buf_add(&b, value, (size_t)(p - value));
		what = mem_dup(p + 2, (size_t)(end - p - 2));
		r = look_up(what, &b, e);
		free(what);
		value = end + 1;
	}
	if (r < 0) {
		buf_release(&b);
		return NULL;
	}
	buf_add(&b, value, strlen(value) + 1);
	return (char *)buf_detach(&b, &n);
}

int
refer_read(const char *path, struct props *ps, struct err *e)
{
	struct buf b = { NULL, 0, 0 };
	struct props raw = { NULL, 0, NULL };
	size_t i, *at = NULL;
	char *v;
	int r = refer_load(path, &raw, e);

	/* All keys and values go into one text, as in any struct props. */
	props_release(ps);
	if (r == 0)
		at = mem_grow(NULL, raw.n * 2 + 1, sizeof *at);
	for (i = 0; r == 0 && i < raw.n; i++) {
		v = refer_resolve(raw.v[i].value, e);
		if (v == NULL) {
			r = err_in(e, "%s: line %u: %s", path, raw.v[i].line,
			    raw.v[i].key);
			break;
		}
		at[2 * i] = b.n;
		buf_add(&b, raw.v[i].key, strlen(raw.v[i].key) + 1);
		at[2 * i + 1] = b.n;
		buf_add(&b, v, strlen(v) + 1);
		free(v);
	}
	if (r == 0) {
		size_t n;

		ps->text = (char *)buf_detach(&b, &n);
		ps->n = raw.n;
		ps->v = raw.v;
		raw.v = NULL;
		for (i = 0; i < ps->n; i++) {
			ps->v[i].key = ps->text + at[2 * i];
			ps->v[i].value = ps->text + at[2 * i + 1];
		}
	}
	buf_release(&b);
	props_release(&raw);
	free(at);
	return r;
}
