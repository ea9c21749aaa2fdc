#include "test.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <string.h>

#include "clock.h"
#include "mem.h"
#include "net.h"
#include "peer.h"

enum { MUCH = 5 << 20 };

static struct err err;
static struct net net;
static char cert_file[100], key_file[100];

static void
nobody_listens(void **state)
{
	struct peer p = { .fd = -1 };

	(void)state;
	assert_int_equal(peer_listen(&p, 0), 0);
	assert_int_equal(net_open(&net, "127.0.0.1", p.port, NULL, 5000,
	    &err), -1);
	assert_int_equal(net.why, NET_REFUSED);
	assert_int_equal(net.fd, -1);
	assert_int_equal(err.status, EX_UNAVAILABLE);
	assert_non_null(strstr(err.text, p.address));
	close(p.listener);
	/* A name that cannot be one: no server of names is asked. */
	assert_int_equal(net_open(&net, "256.256.256.256.", "1", NULL, 5000,
	    &err), -1);
	assert_int_equal(net.why, NET_UNKNOWN_HOST);
	net_close(&net);
}

static void
speaks_late(struct peer *p)
{
	unsigned char b[8];

	peer_accept(p);
	peer_read(p, b, 3);
	peer_send(p, slice_str("hello"));
}

static void
reads_do_not_wait_for_ever(void **state)
{
	struct peer p;
	int64_t start;
	char b[64];

	(void)state;
	assert_int_equal(peer_start(&p, speaks_late), 0);
	assert_int_equal(net_open(&net, "127.0.0.1", p.port, NULL, 5000,
	    &err), 0);
	assert_true(net.loopback);
	assert_string_equal(net.peer, p.address);
	assert_int_equal(net_read(&net, b, sizeof b, 0, &err), 0);
	start = clock_ms();
	assert_int_equal(net_read(&net, b, sizeof b, 50, &err), 0);
	assert_true(clock_ms() - start >= 49);
	assert_int_equal(net_write(&net, "abc", 3, 5000, &err), 0);
	assert_int_equal(net_read(&net, b, sizeof b, 5000, &err), 5);
	assert_memory_equal(b, "hello", 5);
	assert_int_equal(net_read(&net, b, sizeof b, 5000, &err), -1);
	assert_int_equal(net.why, NET_CLOSED);
	assert_null(peer_end(&p));
	net_close(&net);
	net_close(&net);
}

/* The kernel takes some; then the peer goes without having read it. */
static void
never_reads(struct peer *p)
{
	struct linger now = { 1, 0 };

	peer_accept(p);
	while (p->n == 0)
		poll(NULL, 0, 1);
	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

static void
writes_do_not_wait_for_ever(void **state)
{
	static char much[MUCH * 4];
	struct peer p;

	(void)state;
	assert_int_equal(peer_start(&p, never_reads), 0);
	assert_int_equal(net_open(&net, "127.0.0.1", p.port, NULL, 5000,
	    &err), 0);
	assert_int_equal(net_write(&net, much, sizeof much, 100, &err), -1);
	assert_int_equal(net.why, NET_TIMEOUT);
	p.n = 1;
	peer_end(&p);
	/* No SIGPIPE either. */
	assert_int_equal(net_write(&net, much, sizeof much, 5000, &err), -1);
	assert_int_equal(net.why, NET_CLOSED);
	assert_int_equal(net_write(&net, much, sizeof much, 5000, &err), -1);
	assert_int_equal(net.why, NET_CLOSED);
	net_close(&net);
}

/* --- TLS --- */

static void
make_cert(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_EXTENSION *san;
	const char *dir = getenv("TMPDIR");
	X509_NAME *name;
	FILE *f;

	if (dir == NULL)
		dir = "/tmp";
	snprintf(cert_file, sizeof cert_file, "%.60s/net-cert.%ld", dir,
	    (long)getpid());
	snprintf(key_file, sizeof key_file, "%.60s/net-key.%ld", dir,
	    (long)getpid());
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	name = X509_get_subject_name(x);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"test", -1, -1, 0);
	X509_set_issuer_name(x, name);
	san = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	    "IP:127.0.0.1");
	X509_add_ext(x, san, -1);
	X509_EXTENSION_free(san);
	X509_sign(x, key, EVP_sha256());
	f = fopen(cert_file, "w");
	assert_non_null(f);
	PEM_write_X509(f, x);
	fclose(f);
	f = fopen(key_file, "w");
	assert_non_null(f);
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

/* This end is OpenSSL's own, which raises SIGPIPE; ours must not. */
static void
block_sigpipe(void)
{
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, NULL);
}

/* Ten bytes for whoever comes, one byte back, and that is all. */
static void
says_little(struct peer *p)
{
	struct linger now = { 1, 0 };
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *s;
	char c;

	block_sigpipe();
	SSL_CTX_use_certificate_file(ctx, cert_file, SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM);
	peer_accept(p);
	s = SSL_new(ctx);
	SSL_set_fd(s, p->fd);
	if (SSL_accept(s) == 1) {
		SSL_write(s, "0123456789", 10);
		SSL_read(s, &c, 1);
	}
	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	SSL_free(s);
	SSL_CTX_free(ctx);
}

/* Serve one client: what it sends comes back, all of MUCH or nothing. */
static void
serve(struct peer *p, bool want_cert)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *s;
	unsigned char *b = mem_alloc(MUCH);
	size_t n, have = 0;

	block_sigpipe();
	SSL_CTX_use_certificate_file(ctx, cert_file, SSL_FILETYPE_PEM);
	SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM);
	SSL_CTX_load_verify_locations(ctx, cert_file, NULL);
	if (want_cert)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER |
		    SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	peer_accept(p);
	s = SSL_new(ctx);
	SSL_set_fd(s, p->fd);
	if (SSL_accept(s) == 1) {
		while (have < MUCH && SSL_read_ex(s, b + have, MUCH - have,
		    &n))
			have += n;
		if (have == MUCH)
			SSL_write_ex(s, b, MUCH, &n);
		SSL_shutdown(s);
	}
	p->n = have == MUCH;
	SSL_free(s);
	SSL_CTX_free(ctx);
	free(b);
}

static void
serves(struct peer *p)
{
	serve(p, false);
}

static void
serves_friends(struct peer *p)
{
	serve(p, true);
}

/* Send MUCH there and take it back, in odd pieces. */
static void
there_and_back(void)
{
	unsigned char *out = mem_alloc(MUCH), *in = mem_alloc(MUCH);
	size_t have = 0, i;
	ssize_t n;

	test_seed();
	for (i = 0; i < MUCH; i++)
		out[i] = (unsigned char)test_u64();
	assert_int_equal(net_write(&net, out, MUCH, 10000, &err), 0);
	while (have < MUCH) {
		size_t room = 1 + (size_t)test_below(300000);

		if (room > MUCH - have)
			room = MUCH - have;
		n = net_read(&net, in + have, room, 10000, &err);
		if (n <= 0)
			fail_msg("%s", err.text);
		have += (size_t)n;
	}
	assert_memory_equal(in, out, MUCH);
	assert_int_equal(net_read(&net, in, 1, 5000, &err), -1);
	assert_int_equal(net.why, NET_CLOSED);
	free(out);
	free(in);
}

static void
tls_carries_bytes(void **state)
{
	struct net_tls_files files = { .ca = cert_file };
	struct net_tls *tls = net_tls_new(&files, &err);
	struct peer p;

	(void)state;
	assert_non_null(tls);
	assert_int_equal(peer_start(&p, serves), 0);
	if (net_open(&net, "127.0.0.1", p.port, tls, 5000, &err) < 0)
		fail_msg("%s", err.text);
	there_and_back();
	net_close(&net);
	assert_null(peer_end(&p));
	assert_int_equal(p.n, 1);
	net_tls_free(tls);
	/* With a certificate of ours. */
	files.cert = cert_file;
	files.key = key_file;
	tls = net_tls_new(&files, &err);
	assert_non_null(tls);
	assert_int_equal(peer_start(&p, serves_friends), 0);
	if (net_open(&net, "127.0.0.1", p.port, tls, 5000, &err) < 0)
		fail_msg("%s", err.text);
	there_and_back();
	net_close(&net);
	peer_end(&p);
	net_tls_free(tls);
}

static void
tls_hides_nothing(void **state)
{
	struct net_tls_files files = { .ca = cert_file };
	struct net_tls *tls = net_tls_new(&files, &err);
	struct peer p;
	char b[64];

	(void)state;
	assert_int_equal(peer_start(&p, says_little), 0);
	assert_int_equal(net_open(&net, "127.0.0.1", p.port, tls, 5000, &err),
	    0);
	/* poll would not see the rest of a record. */
	assert_int_equal(net_read(&net, b, 4, 5000, &err), 4);
	assert_true(net_pending(&net));
	assert_int_equal(net_read(&net, b, sizeof b, 5000, &err), 6);
	assert_memory_equal(b, "456789", 6);
	assert_false(net_pending(&net));
	assert_int_equal(net_read(&net, b, sizeof b, 0, &err), 0);
	/* The peer goes without a word; no SIGPIPE. */
	assert_int_equal(net_write(&net, "x", 1, 5000, &err), 0);
	peer_end(&p);
	while (net_write(&net, b, sizeof b, 5000, &err) == 0)
		;
	assert_int_equal(net.why, NET_CLOSED);
	assert_int_equal(net_write(&net, b, sizeof b, 5000, &err), -1);
	net_close(&net);
	net_tls_free(tls);
}

static void
tls_asks_who_it_is(void **state)
{
	struct net_tls_files files = { .ca = NULL };
	struct net_tls *tls = net_tls_new(&files, &err);
	struct peer p;

	(void)state;
	/* Unknown to the system. */
	assert_non_null(tls);
	assert_int_equal(peer_start(&p, serves), 0);
	assert_int_equal(net_open(&net, "127.0.0.1", p.port, tls, 5000,
	    &err), -1);
	assert_int_equal(net.why, NET_UNTRUSTED);
	assert_int_equal(err.status, EX_CONFIG);
	peer_end(&p);
	net_tls_free(tls);
	/* Known, but not by this name, though it is the same machine. */
	files.ca = cert_file;
	tls = net_tls_new(&files, &err);
	assert_int_equal(peer_start(&p, serves), 0);
	assert_int_equal(net_open(&net, "127.1", p.port, tls, 5000, &err),
	    -1);
	assert_int_equal(net.why, NET_UNTRUSTED);
	peer_end(&p);
	net_tls_free(tls);
	/* Whoever it is. */
	files = (struct net_tls_files){ .insecure = true };
	tls = net_tls_new(&files, &err);
	assert_int_equal(peer_start(&p, serves), 0);
	assert_int_equal(net_open(&net, "127.1", p.port, tls, 5000, &err), 0);
	net_close(&net);
	peer_end(&p);
	net_tls_free(tls);
}

static void
tls_wants_to_know_us(void **state)
{
	struct net_tls_files files = { .ca = cert_file };
	struct net_tls *tls = net_tls_new(&files, &err);
	struct peer p;
	char c;
	int r;

	(void)state;
	assert_int_equal(peer_start(&p, serves_friends), 0);
	/* With TLS 1.3 the refusal comes after our side is done. */
	r = net_open(&net, "127.0.0.1", p.port, tls, 5000, &err);
	if (r == 0)
		r = (int)net_read(&net, &c, 1, 5000, &err);
	assert_int_equal(r, -1);
	assert_int_equal(net.why, NET_UNWANTED);
	assert_int_equal(err.status, EX_NOPERM);
	net_close(&net);
	peer_end(&p);
	net_tls_free(tls);
}

static void
no_tls_there(struct peer *p)
{
	unsigned char b[64];

	peer_accept(p);
	peer_read(p, b, sizeof b);
	peer_send(p, slice_str("HTTP/1.0 400 Bad Request\r\n\r\n"));
	/* So that our end of it is not reset before it is read. */
	shutdown(p->fd, SHUT_WR);
	while (recv(p->fd, b, sizeof b, 0) > 0)
		;
}

static void
tls_or_not(void **state)
{
	struct net_tls_files files = { .insecure = true };
	struct net_tls *tls = net_tls_new(&files, &err);
	struct peer p;

	(void)state;
	assert_int_equal(peer_start(&p, no_tls_there), 0);
	assert_int_equal(net_open(&net, "127.0.0.1", p.port, tls, 5000,
	    &err), -1);
	assert_int_equal(net.why, NET_NOT_TLS);
	assert_null(peer_end(&p));
	net_tls_free(tls);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_listens),
		cmocka_unit_test(reads_do_not_wait_for_ever),
		cmocka_unit_test(writes_do_not_wait_for_ever),
		cmocka_unit_test(tls_carries_bytes),
		cmocka_unit_test(tls_hides_nothing),
		cmocka_unit_test(tls_asks_who_it_is),
		cmocka_unit_test(tls_wants_to_know_us),
		cmocka_unit_test(tls_or_not),
	};
	int r;

	make_cert();
	r = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(cert_file);
	unlink(key_file);
	return r;
}
