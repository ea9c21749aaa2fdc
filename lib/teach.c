#include "teach.h"

#include <inttypes.h>

#include "binskip.h"
#include "count.h"
#include "grid.h"
#include "log.h"

enum {
	TRIES = 2,
	WARNINGS = 20
};

void
teach_init(struct teach *t, struct link *link, struct count *taught)
{
	*t = (struct teach){ .link = link, .taught = taught };
}

void
teach_release(struct teach *t)
{
	bin_types_release(&t->types);
	known_release(&t->known);
	known_release(&t->classes);
	buf_release(&t->told);
}

/* "type demo.Order" or "type 123". */
static int
in_type(const struct teach *t, int32_t id, struct err *e)
{
	const struct bin_type *type = bin_types_find(&t->types, id);

	if (type != NULL && type->name.n != 0)
		return err_in(e, "type %.*s", SLICE_ARG(type->name));
	return err_in(e, "type %" PRId32, id);
}

static void
mark_known(struct teach *t, const struct bin_type *type)
{
	uint32_t i;

	/* Enums and objects without fields have no schema to know. */
	known_put(&t->known, known_id(type->id, 0), KNOWN_WELL);
	known_put(&t->known, known_id(type->id, BIN_NO_FIELDS), KNOWN_WELL);
	for (i = 0; i < type->n_schemas; i++)
		known_put(&t->known, known_id(type->id, type->schemas[i].id),
		    KNOWN_WELL);
}

static int
tell(struct teach *t, const struct type *type, bool meta, bool class,
    struct err *e)
{
	struct link *l = t->link;

	for (;;) {
		if (link_up(l, e) < 0)
			return -1;
		if ((!meta || grid_type_put(l->ign, type->meta, e) == 0) &&
		    (!class || grid_class_put(l->ign, type->id,
		    type->class_name, e) == 0))
			break;
		if (link_retry(l, TRIES, e) == 0)
			continue;
		if (l->why == IGNITE_FAILED)
			e->status = EX_DATAERR;
		return in_type(t, type->id, e);
	}
	link_good(l);
	count_add(t->taught, 1);
	return 0;
}

/* What must be said again if the cluster forgets. */
static void
note(struct teach *t, const struct type *type)
{
	size_t at = t->told.n;

	buf_u32(&t->told, 0);
	rec_encode_type(&t->told, type);
	buf_patch_u32(&t->told, at, (uint32_t)(t->told.n - at - 4));
}

static int
teach_class(struct teach *t, const struct type *type, struct err *e)
{
	uint64_t id = known_id(type->id, 0);

	if (known_get(&t->classes, id) != KNOWN_NOT)
		return 0;
	if (tell(t, type, false, true, e) < 0)
		return -1;
	known_put(&t->classes, id, KNOWN_WELL);
	note(t, type);
	return 0;
}

int
teach_type(struct teach *t, const struct type *type, struct err *e)
{
	const struct bin_type *known;
	bool class;
	int news;

	if (type->kind == TYPE_CLASS)
		return teach_class(t, type, e);
	if ((news = bin_types_add(&t->types, type->meta, e)) < 0)
		return in_type(t, type->id, e);
	known = bin_types_find(&t->types, type->id);
	if (known == NULL)
		return err_set(e, EX_DATAERR, "type %" PRId32
		    ": its description is of another type", type->id);
	class = type->class_name.n != 0 && known_get(&t->classes,
	    known_id(type->id, 0)) == KNOWN_NOT;
	if (news == 0 && !class && known_get(&t->known,
	    known_id(type->id, 0)) == KNOWN_WELL)
		return 0;
	if (tell(t, type, true, class, e) < 0)
		return -1;
	if (class)
		known_put(&t->classes, known_id(type->id, 0), KNOWN_WELL);
	mark_known(t, known);
	note(t, type);
	return known->affinity.p != NULL;
}

int
teach_again(struct teach *t, struct err *e)
{
	struct cur c = cur_on(buf_bytes(&t->told));
	struct type type;

	while (cur_left(&c) != 0) {
		if (rec_decode_type(&type, cur_slice(&c), e) < 0 ||
		    tell(t, &type, type.kind != TYPE_CLASS,
		    type.class_name.n != 0, e) < 0)
			return -1;
	}
	return 0;
}

/* Ask the cluster for a type that no TYPE frame announced. */
static int
ask(struct teach *t, int32_t id, struct err *e)
{
	struct link *l = t->link;
	struct slice meta;

	for (;;) {
		if (link_up(l, e) < 0)
			return -1;
		if (grid_type(l->ign, id, &meta, e) == 0)
			break;
		if (link_retry(l, TRIES, e) < 0)
			return in_type(t, id, e);
	}
	link_good(l);
	if (meta.p == NULL)
		return 0;
	if (bin_types_add(&t->types, meta, e) < 0)
		return in_type(t, id, e);
	if (bin_types_find(&t->types, id) != NULL)
		mark_known(t, bin_types_find(&t->types, id));
	return 0;
}

/* Only who knows the type can tell the object's fields. */
static bool
is_opaque(unsigned flags)
{
	return (flags & BIN_COMPACT) != 0 && (flags & BIN_HAS_SCHEMA) != 0;
}

static int
settle(struct teach *t, const struct teach_missing *m, struct err *e)
{
	uint64_t id = known_id(m->type, m->schema);

	if (ask(t, m->type, e) < 0)
		return -1;
	if (known_get(&t->known, id) == KNOWN_WELL)
		return 0;
	if (is_opaque(m->flags)) {
		err_set(e, EX_DATAERR, "the cluster is not told of schema %"
		    PRId32 ", so nobody could read the object; types travel "
		    "in the stream (see --types-topic of kafka-consume)",
		    m->schema);
		return in_type(t, m->type, e);
	}
	/* It says itself what its fields are, or has none. */
	known_put(&t->known, id, KNOWN_BARE);
	if (((m->flags & BIN_IS_ENUM) != 0 ||
	    (m->flags & BIN_HAS_SCHEMA) != 0) && t->warned++ < WARNINGS)
		log_warn("the cluster is not told of a type type=%" PRId32,
		    m->type);
	return 0;
}

static void
look_up(void *arg, int32_t type, int32_t schema, unsigned flags)
{
	struct teach *t = arg;
	enum known_how how = known_get(&t->known, known_id(type, schema));

	/* It was announced, or it is one that every Java knows. */
	if ((flags & BIN_IS_CLASS) != 0)
		return;
	if (how == KNOWN_WELL || (how == KNOWN_BARE && !is_opaque(flags)))
		return;
	if (t->nmissing < TEACH_MISSING)
		t->missing[t->nmissing] = (struct teach_missing){ type,
		    schema, flags };
	t->nmissing++;
}

int
teach_check(struct teach *t, struct slice s, bool *bad, struct err *e)
{
	const struct bin_visit visit = { look_up, t };
	struct cur c;
	unsigned i, n;

	*bad = false;
	do {
		t->nmissing = 0;
		c = cur_on(s);
		if (bin_skip(&c, &visit, e) < 0 || !cur_done(&c)) {
			*bad = true;
			return err_set(e, EX_DATAERR, "is no Ignite value");
		}
		n = t->nmissing < TEACH_MISSING ? t->nmissing : TEACH_MISSING;
		for (i = 0; i < n; i++) {
			if (settle(t, &t->missing[i], e) < 0)
				return -1;
		}
		/* More than could be noted down: look once more. */
	} while (t->nmissing > TEACH_MISSING);
	return 0;
}
