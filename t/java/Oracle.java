import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.cluster.ClusterState;

/** The independent checker: see HELP. */
public final class Oracle {
    private static final String HELP = String.join("\n",
        "oracle: writes and compares through Java's own thin client and JDBC.",
        "ADDR, LEFT, RIGHT: HOST:PORT[,HOST:PORT]. CACHES: names with commas.",
        "",
        "fill ADDR CACHE N [--value-bytes=200] [--seed=1] [--binary]",
        "        [--atomicity=ATOMIC|TRANSACTIONAL] [--backups=0]",
        "    N entries with keys 0..N-1 (long); values are strings or, with",
        "    --binary, objects of ten fields",
        "mutate ADDR CACHE --keys=K --count=N|--seconds=S|--until=FILE",
        "        [--seed=1] [--removes=30] [--rate=PER-SECOND]",
        "        [--value-bytes=200] [--binary]",
        "    random puts and removes on keys 0..K-1; says how many it did",
        "compare LEFT RIGHT CACHES [--right-prefix=P] [--loose]",
        "    key by key; exit 1 when anything differs. --loose: values that",
        "    say the same in other bytes count as equal",
        "wait-equal LEFT RIGHT CACHES --timeout=SECONDS [--right-prefix=P]",
        "        [--loose]",
        "    compare again and again until equal; exit 1 when time is out",
        "sql ADDR STATEMENT...    rows with tabs; - reads a statement a line",
        "sql-types-create ADDR [--prefix=P]    the table, empty",
        "sql-types-write ADDR                  the table, filled",
        "sql-types-check LEFT RIGHT            row by row through SQL",
        "    a table with every column type and a composite primary key; its",
        "    cache is sqltypes behind the prefix. Create it on the right",
        "    before data come",
        "types-write ADDR",
        "    caches types_values, types_keys, types_objects: every type alone,",
        "    as key, as field",
        "types-check LEFT RIGHT [--right-prefix=P] [--only=REGEX]",
        "    reads both as Java classes, compares objects, bytes, types",
        "state ADDR active|inactive|get      caches ADDR",
        "create ADDR CACHE [--atomicity] [--backups]      destroy ADDR CACHE",
        "size ADDR CACHE                     clear ADDR CACHE",
        "put ADDR CACHE KEY VALUE, get ADDR CACHE KEY, remove ADDR CACHE KEY",
        "    strings, or longs written as 12L; put makes the cache when there",
        "    is none; get exits 1 when there is no value",
        "train ADDR      a bit of everything, for the cache of t/services",
        "",
        "Everywhere: --user=U --password-file=F, --tls=DIR (NAME_tls of env);",
        "--left-... or --right-... in front for one of two sides.");

    private Oracle() {
    }

    public static void main(String[] args) {
        int status;
        if (args.length == 0 || args[0].matches("(--)?help|-h")) {
            System.out.println(HELP);
            return;
        }
        try {
            Args rest = new Args(List.of(args).subList(1, args.length)
                .toArray(new String[0]));
            status = run(args[0], rest) ? 0 : 1;
        } catch (Args.Misuse e) {
            System.err.println("oracle: " + e.getMessage() + " (see help)");
            status = 64;
        } catch (Exception e) {
            System.err.println("oracle: " + args[0] + ": " + e);
            if (System.getenv("ORACLE_TRACE") != null)
                e.printStackTrace();
            status = 70;
        }
        System.out.flush();
        System.exit(status);
    }

    /** True unless a comparison failed. */
    private static boolean run(String command, Args args) throws Exception {
        switch (command) {
            case "compare", "wait-equal", "types-check", "sql-types-check":
                break;
            default:
                try (Cluster one = new Cluster("left", args)) {
                    return one(command, one, args);
                }
        }
        try (Cluster left = new Cluster("left", args);
            Cluster right = new Cluster("right", args)) {
            return switch (command) {
                case "types-check" -> Types.check(left, right, args);
                case "sql-types-check" -> SqlTypes.check(left, right, args);
                default -> compare(left, right, args,
                    command.equals("wait-equal"));
            };
        }
    }

    private static boolean one(String command, Cluster c, Args args)
        throws Exception {
        switch (command) {
            case "sql" -> sql(c, args);
            case "types-write" -> Types.write(c, args);
            case "sql-types-create" -> SqlTypes.create(c, args);
            case "sql-types-write" -> SqlTypes.write(c, args);
            case "caches" -> c.client().cacheNames().stream().sorted()
                .forEach(System.out::println);
            case "state" -> state(c, args);
            case "train" -> train(c.addresses);
            default -> {
                return cache(command, c, args.word("CACHE"), args);
            }
        }
        args.done();
        return true;
    }

    private static boolean cache(String command, Cluster c, String name,
        Args args) throws Exception {
        switch (command) {
            case "fill" -> {
                long n = Long.parseLong(args.word("N"));
                Fill fill = new Fill(c, args);
                var cfg = Fill.configuration(name, args);
                args.done();
                fill.entries(cfg, n);
            }
            case "mutate" -> new Fill(c, args).mutate(name, args);
            case "create" -> c.client()
                .getOrCreateCache(Fill.configuration(name, args));
            case "destroy" -> c.client().destroyCache(name);
            case "size" -> System.out.println(
                c.client().cache(name).size(CachePeekMode.PRIMARY));
            case "clear" -> c.client().cache(name).removeAll();
            case "put" -> {
                c.client().getOrCreateCache(name)
                    .put(word(args.word("KEY")), word(args.word("VALUE")));
            }
            case "remove" -> c.client().cache(name)
                .remove(word(args.word("KEY")));
            case "get" -> {
                Object v = c.client().cache(name).withKeepBinary()
                    .get(word(args.word("KEY")));
                args.done();
                if (v != null)
                    System.out.println(v);
                return v != null;
            }
            default -> throw new Args.Misuse("no command " + command);
        }
        args.done();
        return true;
    }

    /** A bit of everything, so that its classes are known to be used. */
    private static void train(String address) throws Exception {
        String[] two = {address, address};
        Args none = new Args(new String[0]);
        try (Cluster a = new Cluster("left", new Args(two));
            Cluster b = new Cluster("right", new Args(two))) {
            new Fill(a, none).entries(Fill.configuration("c", none), 100);
            Types.write(a, none);
            Types.check(a, b, none);
            SqlTypes.write(a, none);
            SqlTypes.check(a, b, none);
        }
    }

    private static Object word(String s) {
        return s.matches("-?[0-9]+L")
            ? (Object) Long.valueOf(s.substring(0, s.length() - 1)) : s;
    }

    private static void state(Cluster c, Args args) throws Exception {
        String wanted = args.word("active, inactive or get");
        switch (wanted) {
            case "active" -> c.client().cluster().state(ClusterState.ACTIVE);
            case "inactive" -> c.client().cluster()
                .state(ClusterState.INACTIVE);
            case "get" -> System.out.println(c.client().cluster().state());
            default -> throw new Args.Misuse("no state " + wanted);
        }
    }

    private static boolean compare(Cluster left, Cluster right, Args args,
        boolean wait) throws Exception {
        String prefix = args.option("right-prefix", "");
        boolean loose = args.flag("loose");
        long end = System.nanoTime()
            + 1_000_000_000L * (wait ? args.number("timeout", 30) : 0);
        List<String> caches = args.names("CACHES");
        args.done();
        while (true) {
            boolean last = System.nanoTime() >= end;
            Compare c = new Compare(left, right, prefix, !last);
            if (last || caches.stream().noneMatch(c::sizesDiffer)) {
                for (String name : caches)
                    c.cache(name);
                if (last || c.same(loose)) {
                    System.out.println(c.report());
                    return c.same(loose);
                }
            }
            Thread.sleep(200);
        }
    }

    private static void sql(Cluster c, Args args) throws Exception {
        try (Connection db = c.jdbc(); Statement s = db.createStatement()) {
            while (args.hasWord()) {
                String text = args.word("STATEMENT");
                if (!text.equals("-")) {
                    rows(s, text);
                    continue;
                }
                BufferedReader in = new BufferedReader(
                    new InputStreamReader(System.in, StandardCharsets.UTF_8));
                for (String line; (line = in.readLine()) != null;)
                    if (!line.isBlank())
                        rows(s, line);
            }
        }
    }

    private static void rows(Statement s, String text) throws SQLException {
        if (!s.execute(text))
            return;
        try (ResultSet r = s.getResultSet()) {
            int n = r.getMetaData().getColumnCount();
            while (r.next()) {
                StringBuilder line = new StringBuilder();
                for (int i = 1; i <= n; i++) {
                    Object o = r.getObject(i);
                    line.append(i > 1 ? "\t" : "").append(
                        o instanceof byte[] ? Compare.hex((byte[]) o) : o);
                }
                System.out.println(line);
            }
        }
    }
}
