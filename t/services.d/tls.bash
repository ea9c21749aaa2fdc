# shellcheck shell=bash disable=SC2154,SC2034
# Keys for all services of one directory, signed by an authority of its own.

# make_stores: DIR/tls, once. ca.pem; node and client, each as .pem, .key and
# .p12; trust.p12. The password of the stores is "changeit".
make_stores()
{
	(
		exec 9>"$dir/tls.lock"
		flock 9
		[ -d "$dir/tls" ] || {
			rm -rf "$dir/tls.new"
			mkdir "$dir/tls.new"
			cd "$dir/tls.new"
			fill_stores >log 2>&1 || {
				cat log >&2
				exit 1
			}
			mv "$dir/tls.new" "$dir/tls"
		}
	) || die 'keys could not be made'
}

fill_stores()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 3650 \
		-subj '/CN=test authority' -keyout ca.key -out ca.pem || return
	sign node 'subjectAltName=IP:127.0.0.1,DNS:localhost' || return
	sign client 'extendedKeyUsage=clientAuth' || return
	keytool -importcert -noprompt -alias ca -file ca.pem \
		-storetype PKCS12 -keystore trust.p12 -storepass changeit
}

# sign NAME EXTENSION
sign()
{
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" \
		-keyout "$1.key" -out "$1.csr" &&
	echo "$2" >"$1.ext" &&
	openssl x509 -req -in "$1.csr" -days 3650 -CA ca.pem -CAkey ca.key \
		-CAcreateserial -extfile "$1.ext" -out "$1.pem" &&
	openssl pkcs12 -export -name "$1" -inkey "$1.key" -in "$1.pem" \
		-certfile ca.pem -passout pass:changeit -out "$1.p12"
}

# tls_env: what clients need.
tls_env()
{
	publish ca "$dir/tls/ca.pem"
	publish cert "$dir/tls/client.pem"
	publish key "$dir/tls/client.key"
	publish tls "$dir/tls"
}
