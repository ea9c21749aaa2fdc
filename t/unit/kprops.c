#include "test.h"

#include "kprops.h"

static const char *const names[] = {
	"bootstrap.servers", "security.protocol", "sasl.mechanism",
	"sasl.username", "sasl.password", "linger.ms", "group.id",
	"ssl.ca.location", NULL
};

/* What a file means; the later of two is given. */
static const char *
get(const struct kprops *k, const char *key)
{
	size_t i;

	for (i = k->n; i-- > 0; )
		if (strcmp(k->v[i].key, key) == 0)
			return k->v[i].value;
	return NULL;
}

static int
translate(struct kprops *k, const char *text, struct err *e)
{
	struct props ps = { NULL, 0, NULL };
	int r;

	kprops_release(k);
	assert_int_equal(props_parse(&ps, slice_str(text), e), 0);
	r = kprops_translate(k, &ps, names, e);
	props_release(&ps);
	return r;
}

static void
says_it_in_librdkafkas_words(void **state)
{
	static const struct {
		const char *text, *key, *value;
	} t[] = {
		{ "linger.ms=7", "linger.ms", "7" },
		{ "sasl.jaas.config=o.a.k.PlainLoginModule required "
		    "username=\"me\" password=\"a\\\\\"b;c\";",
		    "sasl.password", "a\"b;c" },
		{ "sasl.jaas.config=o.a.k.PlainLoginModule required "
		    "password=geheim username=me;", "sasl.password",
		    "geheim" },
		{ "sasl.jaas.config=x.ScramLoginModule required "
		    "username='me' password='x y';", "sasl.username", "me" },
		{ "sasl.jaas.config=x.PlainLoginModule required "
		    "username=me password=x;", "sasl.mechanism", "PLAIN" },
		{ "ssl.truststore.location=/x\nssl.truststore.type=PEM",
		    "ssl.ca.location", "/x" },
		{ "ssl.truststore.location=/x.pem", "ssl.ca.location",
		    "/x.pem" },
		{ "ssl.keystore.location=/x\nssl.keystore.type=PEM",
		    "ssl.key.location", "/x" },
		{ "ssl.keystore.location=/x.p12\nssl.keystore.password=s",
		    "ssl.keystore.password", "s" },
		{ "ssl.endpoint.identification.algorithm=",
		    "ssl.endpoint.identification.algorithm", "none" },
		{ "partition.assignment.strategy=o.a.RangeAssignor,o.a."
		    "CooperativeStickyAssignor",
		    "partition.assignment.strategy", "range" },
		{ "partition.assignment.strategy=o.a."
		    "CooperativeStickyAssignor",
		    "partition.assignment.strategy", "cooperative-sticky" },
		{ "partition.assignment.strategy=range,roundrobin",
		    "partition.assignment.strategy", "range,roundrobin" },
		{ "fetch.max.wait.ms=3", "fetch.wait.max.ms", "3" },
		{ "buffer.memory=33554432", "queue.buffering.max.kbytes",
		    "32768" },
	};
	struct kprops k = { NULL, 0, NULL };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		assert_int_equal(translate(&k, t[i].text, &e), 0);
		assert_non_null(get(&k, t[i].key));
		assert_string_equal(get(&k, t[i].key), t[i].value);
	}
	/* The mechanism that was given stays. */
	assert_int_equal(translate(&k, "sasl.mechanism=SCRAM-SHA-512\n"
	    "sasl.jaas.config=x.ScramLoginModule required username=a "
	    "password=b;", &e), 0);
	assert_string_equal(get(&k, "sasl.mechanism"), "SCRAM-SHA-512");
	kprops_release(&k);
}

static void
leaves_out_what_only_a_jvm_needs(void **state)
{
	struct kprops k = { NULL, 0, NULL };
	struct err e;

	(void)state;
	assert_int_equal(translate(&k, "key.serializer=x.StringSerializer\n"
	    "metric.reporters=y\nlinger.ms=1\n", &e), 0);
	assert_int_equal(k.n, 1);
	assert_string_equal(k.ignored, "key.serializer metric.reporters");
	kprops_release(&k);
}

static void
says_what_to_do(void **state)
{
	static const struct {
		const char *text, *says;
	} t[] = {
		{ "\nlinger.mss=1", "line 2: unknown property linger.mss; "
		    "is linger.ms meant?" },
		{ "key.serialiser=x", "is key.serializer meant?" },
		{ "what.a.thing.nobody.knows=1", "unknown property" },
		{ "ssl.truststore.location=/x.jks", "keytool -exportcert" },
		{ "ssl.truststore.location=/x.p12", "openssl pkcs12" },
		{ "ssl.truststore.location=/x\nssl.truststore.type=PKCS12",
		    "openssl pkcs12" },
		{ "ssl.keystore.location=/x.jks", "keytool" },
		{ "sasl.jaas.config=com.sun.Krb5LoginModule required;",
		    "PlainLoginModule and ScramLoginModule" },
		{ "sasl.jaas.config=x.PlainLoginModule required username=a;",
		    "password" },
		{ "sasl.jaas.config=x.PlainLoginModule required username=a "
		    "password=\"open;", "password" },
		{ "partition.assignment.strategy=com.acme.Mine", "Range" },
		{ "group.protocol=consumer", "classic" },
	};
	struct kprops k = { NULL, 0, NULL };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof t / sizeof t[0]; i++) {
		assert_int_equal(translate(&k, t[i].text, &e), -1);
		assert_int_equal(e.status, EX_CONFIG);
		assert_non_null(strstr(e.text, "line "));
		assert_non_null(strstr(e.text, t[i].says));
	}
	kprops_release(&k);
	/* And no value, which may be a secret. */
	assert_null(kprops_near("what.a.thing.nobody.knows", names));
	assert_true(kprops_secret("sasl.password"));
	assert_false(kprops_secret("sasl.username"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_it_in_librdkafkas_words),
		cmocka_unit_test(leaves_out_what_only_a_jvm_needs),
		cmocka_unit_test(says_what_to_do)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
