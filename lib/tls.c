#define _GNU_SOURCE
#include "tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "mem.h"

struct net_tls {
	SSL_CTX *ctx;
	BIO_METHOD *bio;
};

/*
 * OpenSSL's own socket BIO writes with write(2), and SIGPIPE would end the
 * program without a word; hence one of ours.
 */
static int
sock_write(BIO *b, const char *p, size_t n, size_t *done)
{
	ssize_t r = send((int)(intptr_t)BIO_get_data(b), p, n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(b);
	*done = r < 0 ? 0 : (size_t)r;
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_write(b);
	return r > 0;
}

static int
sock_read(BIO *b, char *p, size_t n, size_t *got)
{
	ssize_t r = recv((int)(intptr_t)BIO_get_data(b), p, n, 0);

	BIO_clear_retry_flags(b);
	*got = r < 0 ? 0 : (size_t)r;
	if (r < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_retry_read(b);
	if (r == 0)
		BIO_set_flags(b, BIO_FLAGS_IN_EOF);
	return r > 0;
}

static long
sock_ctrl(BIO *b, int what, long arg, void *p)
{
	(void)arg;
	(void)p;
	if (what == BIO_CTRL_EOF)
		return BIO_test_flags(b, BIO_FLAGS_IN_EOF) != 0;
	return what == BIO_CTRL_FLUSH;
}

/* OpenSSL's last complaint, for people; empties its queue. */
static const char *
complaint(unsigned long *code)
{
	const char *s;

	*code = ERR_peek_last_error();
	s = *code == 0 ? NULL : ERR_reason_error_string(*code);
	ERR_clear_error();
	return s == NULL ? "no reason given" : s;
}

/* OpenSSL's own words for a bad file help nobody, the system's do. */
static int
refuse_file(const char *option, const char *file, const char *what,
    struct err *e)
{
	/* The first complaint is the cause, the later ones its effects. */
	unsigned long code = ERR_peek_error();

	ERR_clear_error();
	return err_set(e, EX_CONFIG, "%s %s: %s", option, file,
	    ERR_SYSTEM_ERROR(code) ? strerrordesc_np(ERR_GET_REASON(code)) :
	    what);
}

static int
load(SSL_CTX *ctx, const struct net_tls_files *f, struct err *e)
{
	const char *key = f->key == NULL ? f->cert : f->key;
	const char *option = f->key == NULL ? "--tls-cert" : "--tls-key";

	ERR_clear_error();
	if (f->ca != NULL &&
	    SSL_CTX_load_verify_locations(ctx, f->ca, NULL) != 1)
		return refuse_file("--tls-ca", f->ca,
		    "no PEM certificate in it", e);
	if (f->ca == NULL && SSL_CTX_set_default_verify_paths(ctx) != 1)
		return err_set(e, EX_CONFIG,
		    "no certificates of the system: give --tls-ca");
	if (f->cert == NULL)
		return 0;
	if (SSL_CTX_use_certificate_chain_file(ctx, f->cert) != 1)
		return refuse_file("--tls-cert", f->cert,
		    "no PEM certificate in it", e);
	if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(ctx) != 1)
		return refuse_file(option, key, "not the key of the "
		    "certificate, or not PEM, or with a password", e);
	return 0;
}

/* The peer asks who we are, and we have nothing to show. */
static int
asked(SSL *s, X509 **cert, EVP_PKEY **key)
{
	(void)cert;
	(void)key;
	SSL_set_app_data(s, "asked");
	return 0;
}

/* Nobody is there to type the password of a key. */
static int
no_password(char *p, int n, int write, void *arg)
{
	(void)p;
	(void)n;
	(void)write;
	(void)arg;
	return -1;
}

struct net_tls *
net_tls_new(const struct net_tls_files *f, struct err *e)
{
	struct net_tls *t = mem_zero(sizeof *t);

	t->ctx = SSL_CTX_new(TLS_client_method());
	t->bio = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK |
	    BIO_TYPE_DESCRIPTOR, "socket");
	if (t->ctx == NULL || t->bio == NULL) {
		err_set(e, EX_OSERR, "TLS does not start");
		goto fail;
	}
	BIO_meth_set_write_ex(t->bio, sock_write);
	BIO_meth_set_read_ex(t->bio, sock_read);
	BIO_meth_set_ctrl(t->bio, sock_ctrl);
	SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
	SSL_CTX_set_verify(t->ctx,
	    f->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(t->ctx, 1);
	SSL_CTX_set_default_read_buffer_len(t->ctx, 256 * 1024);
	SSL_CTX_set_default_passwd_cb(t->ctx, no_password);
	SSL_CTX_set_client_cert_cb(t->ctx, asked);
	if (load(t->ctx, f, e) < 0)
		goto fail;
	return t;
fail:
	net_tls_free(t);
	return NULL;
}

void
net_tls_free(struct net_tls *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->bio);
	free(t);
}

void *
tls_new(const struct net_tls *t, int fd, const char *host)
{
	SSL *s = SSL_new(t->ctx);
	BIO *b = BIO_new(t->bio);
	struct in6_addr any;
	bool address = inet_pton(AF_INET, host, &any) == 1 ||
	    inet_pton(AF_INET6, host, &any) == 1;
	bool ok = s != NULL && b != NULL;

	if (ok && address)
		ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(s), host);
	else if (ok)
		ok = SSL_set1_host(s, host) &&
		    SSL_set_tlsext_host_name(s, host);
	if (!ok) {
		fputs("TLS: out of memory\n", stderr);
		exit(EX_OSERR);
	}
	BIO_set_data(b, (void *)(intptr_t)fd);
	BIO_set_init(b, 1);
	SSL_set_bio(s, b, b);
	return s;
}

void
tls_free(void *s)
{
	ERR_clear_error();
	/* Say good-bye if there is room for it; nobody waits for an answer. */
	if (SSL_is_init_finished(s))
		SSL_shutdown(s);
	SSL_free(s);
	ERR_clear_error();
}

/* The peer's complaints that have to do with who we are. */
static bool
is_about_us(int reason)
{
	switch (reason) {
	case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
	case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
	case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
	case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
	case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
	case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
		return true;
	default:
		return false;
	}
}

static bool
is_no_tls(int reason)
{
	return reason == SSL_R_WRONG_VERSION_NUMBER ||
	    reason == SSL_R_HTTP_REQUEST ||
	    reason == SSL_R_UNKNOWN_PROTOCOL ||
	    reason == SSL_R_PACKET_LENGTH_TOO_LONG ||
	    reason == SSL_R_RECORD_LENGTH_MISMATCH;
}

static enum tls_wants
failed(SSL *s, int r, const char *peer, enum net_why *why, struct err *e)
{
	int kind = SSL_get_error(s, r);
	int error = errno;
	long verdict = SSL_get_verify_result(s);
	unsigned long code;
	const char *text;
	int reason;

	if (kind == SSL_ERROR_WANT_READ)
		return TLS_WANTS_READ;
	if (kind == SSL_ERROR_WANT_WRITE)
		return TLS_WANTS_WRITE;
	text = complaint(&code);
	reason = ERR_GET_REASON(code);
	if (verdict != X509_V_OK && !SSL_is_init_finished(s) &&
	    reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
		*why = NET_UNTRUSTED;
		err_set(e, EX_CONFIG, "%s: the node's certificate: %s (%s)",
		    peer, X509_verify_cert_error_string(verdict),
		    verdict == X509_V_ERR_HOSTNAME_MISMATCH ||
		    verdict == X509_V_ERR_IP_ADDRESS_MISMATCH ?
		    "use a name that stands in it" :
		    "whom to trust: --tls-ca");
	} else if (is_about_us(reason)) {
		*why = NET_UNWANTED;
		err_set(e, EX_NOPERM, "%s: the node refuses our TLS: %s "
		    "(certificate: --tls-cert)", peer, text);
	} else if (is_no_tls(reason)) {
		*why = NET_NOT_TLS;
		err_set(e, EX_CONFIG, "%s: the answer is not TLS", peer);
	} else if (kind == SSL_ERROR_ZERO_RETURN ||
	    reason == SSL_R_UNEXPECTED_EOF_WHILE_READING ||
	    (kind == SSL_ERROR_SYSCALL && (error == 0 || error == ECONNRESET ||
	    error == EPIPE))) {
		*why = NET_CLOSED;
		/* Java closes without giving a reason. */
		if (SSL_get_app_data(s) != NULL) {
			*why = NET_UNWANTED;
			err_set(e, EX_NOPERM, "%s: the node wants to know who "
			    "we are: give --tls-cert and --tls-key", peer);
			return TLS_FAILED;
		}
		err_set(e, EX_UNAVAILABLE,
		    "%s: the peer closed the connection", peer);
	} else if (kind == SSL_ERROR_SYSCALL) {
		*why = error == ETIMEDOUT ? NET_TIMEOUT : NET_FAILED;
		err_set(e, EX_UNAVAILABLE, "%s: %s", peer,
		    strerrordesc_np(error));
	} else {
		*why = NET_FAILED;
		err_set(e, EX_UNAVAILABLE, "%s: TLS: %s", peer, text);
	}
	return TLS_FAILED;
}

enum tls_wants
tls_connect(void *s, const char *peer, enum net_why *why, struct err *e)
{
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_connect(s);
	return r == 1 ? TLS_DONE : failed(s, r, peer, why, e);
}

enum tls_wants
tls_read(void *s, void *p, size_t n, size_t *got, const char *peer,
    enum net_why *why, struct err *e)
{
	int r;

	ERR_clear_error();
	errno = 0;
	r = SSL_read_ex(s, p, n, got);
	if (r != 1)
		return failed(s, r, peer, why, e);
	/* It has let us in, whatever it asked for. */
	SSL_set_app_data(s, NULL);
	return TLS_DONE;
}

enum tls_wants
tls_write(void *s, const void *p, size_t n, size_t *done, const char *peer,
    enum net_why *why, struct err *e)
{
	int r;

	*done = 0;
	ERR_clear_error();
	errno = 0;
	r = SSL_write_ex(s, p, n, done);
	return r == 1 ? TLS_DONE : failed(s, r, peer, why, e);
}
