# shellcheck shell=bash disable=SC2154,SC2034
# Apache Ignite for t/services.

ignite_check()
{
	check_options ignite nodes= heap= region= tls mtls auth pds
}

# ignite_prepare: directories, ports and arguments of every node.
ignite_prepare()
{
	local i count port seeds='' discovery=() flags=()
	count=$(value nodes 1)
	for ((i = 1; i <= count; i++)); do
		port=$(free_port)
		discovery[i]=$port
		seeds+=${seeds:+,}127.0.0.1:$port
	done
	if has pds; then flags+=(-Dnode.persistent=true); fi
	if has auth; then flags+=(-Dnode.auth=true); fi
	if has mtls; then flags+=(-Dnode.mtls=true); fi
	if has tls || has mtls; then
		flags+=(
			-Dnode.tls=true
			-Dnode.keystore="$dir/tls/node.p12"
			-Dnode.truststore="$dir/tls/trust.p12"
			-Dnode.storepass=changeit
		)
	fi
	for ((i = 1; i <= count; i++)); do
		mkdir "$home/$i"
		port=$(free_port)
		echo "$port" >"$home/$i/ports"
		printf '%s\n' >"$home/$i/args" \
			-Xms64m -Xmx"$(value heap 512m)" -XX:+UseSerialGC \
			"${archived[@]}" "${opens[@]}" \
			-Djava.io.tmpdir="$home/$i/tmp" \
			-Djava.net.preferIPv4Stack=true \
			-DIGNITE_QUIET=true -DIGNITE_NO_ASCII=true \
			-DIGNITE_UPDATE_NOTIFIER=false \
			-DIGNITE_PERFORMANCE_SUGGESTIONS_DISABLED=true \
			-Dnode.name="$name$i" -Dnode.work="$home/$i/work" \
			-Dnode.discovery="${discovery[i]}" \
			-Dnode.communication="$(free_port)" \
			-Dnode.thin="$port" -Dnode.seeds="$seeds" \
			-Dnode.count="$count" \
			-Dnode.region="$(value region 256)" "${flags[@]}" \
			-cp "$ignite_path" \
			Guard "$home/$i" IgniteNode
	done
}

# ignite_answers NODE
ignite_answers()
{
	grep -qs '^READY ACTIVE' "$1/log" && answers "$(cat "$1/ports")"
}

ignite_env()
{
	local n addr=
	for n in "$home"/[0-9]; do
		addr+=${addr:+,}127.0.0.1:$(cat "$n/ports")
	done
	publish addr "$addr"
	if has tls || has mtls; then tls_env; fi
	if has auth; then
		publish user ignite
		publish password_file "$home/password"
	fi
}

ignite_train()
{
	java -XX:+UseSerialGC "${archived[@]}" "${opens[@]}" \
		-cp "$ignite_path" Oracle train \
		"127.0.0.1:$(cat "$home/1/ports")"
}

ignite_ready()
{
	# The first user of every cluster with authentication; clients refuse
	# a password file that others can read.
	if has auth; then (umask 077 && echo ignite >"$home/password"); fi
}

oracle()
{
	fetch_ignite
	archive "$archives/tool.jsa"
	exec java -XX:+UseSerialGC -Xmx"${GGPIPE_ORACLE_HEAP:-1500m}" \
		"${archived[@]}" "${opens[@]}" -cp "$ignite_path" Oracle "$@"
}
