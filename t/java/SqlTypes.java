import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Time;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A table with every column type, from one cluster to the other. */
final class SqlTypes {
    private static final String COLUMNS = String.join(", ",
        "id INT", "part VARCHAR", "b BOOLEAN", "ti TINYINT", "si SMALLINT",
        "i INT", "bi BIGINT", "r REAL", "d DOUBLE", "n DECIMAL(30, 10)",
        "vc VARCHAR", "c CHAR(5)", "da DATE", "t TIME", "ts TIMESTAMP",
        "u UUID", "bin BINARY(100)", "dflt INT DEFAULT 7");
    private static final String INSERT = "INSERT INTO sqltypes (id, part, b,"
        + " ti, si, i, bi, r, d, n, vc, c, da, t, ts, u, bin) VALUES"
        + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String SELECT =
        "SELECT * FROM sqltypes ORDER BY id, part";

    private SqlTypes() {
    }

    static void create(Cluster c, Args args) throws Exception {
        String prefix = args.option("prefix", "");
        args.done();
        try (Connection db = c.jdbc(); Statement s = db.createStatement()) {
            create(s, prefix);
        }
    }

    /** The names of the types make objects of one side fit the other. */
    private static void create(Statement s, String prefix)
        throws SQLException {
        s.execute("CREATE TABLE IF NOT EXISTS sqltypes (" + COLUMNS
            + ", PRIMARY KEY (id, part)) WITH \"key_type=SqlTypesKey,"
            + "value_type=SqlTypesValue,affinity_key=part,cache_name="
            + prefix + "sqltypes\"");
    }

    static void write(Cluster c, Args args) throws Exception {
        args.done();
        List<Object[]> rows = rows();
        try (Connection db = c.jdbc(); Statement s = db.createStatement()) {
            create(s, "");
            try (PreparedStatement p = db.prepareStatement(INSERT)) {
                for (Object[] row : rows) {
                    for (int i = 0; i < row.length; i++)
                        p.setObject(i + 1, row[i]);
                    p.executeUpdate();
                }
            }
            /* Changed, emptied and removed by SQL as well. */
            s.execute("UPDATE sqltypes SET vc = 'changed', i = i - 1, n = 1.5"
                + " WHERE id = 3");
            s.execute("UPDATE sqltypes SET vc = NULL, ts = NULL WHERE id = 4");
            s.execute("MERGE INTO sqltypes (id, part, vc) VALUES"
                + " (5, 'merged', 'm')");
            s.execute("DELETE FROM sqltypes WHERE id = 6");
        }
        System.out.println("wrote " + rows.size());
    }

    private static List<Object[]> rows() {
        List<Object[]> rows = new ArrayList<>();
        rows.add(new Object[] {1, "all", true, (byte) -128, (short) -32768,
            Integer.MIN_VALUE, Long.MIN_VALUE, -1.5f, Double.MIN_VALUE,
            new BigDecimal("-12345678901234567890.0123456789"),
            "\ud83d\ude00 \u00e4 \u4f60", "abcde", Date.valueOf("2024-02-29"),
            Time.valueOf("23:59:59"),
            Samples.timestamp(1700000000000L, 123456789),
            new UUID(1, -1), new byte[] {0, -1, 127}});
        rows.add(new Object[] {2, "", false, (byte) 127, (short) 32767,
            Integer.MAX_VALUE, Long.MAX_VALUE, 0f, 1e300, BigDecimal.ZERO,
            "", "", Date.valueOf("1969-12-31"), Time.valueOf("00:00:00"),
            Samples.timestamp(-1000, 1), new UUID(0, 0), new byte[0]});
        rows.add(new Object[] {0, "nulls", null, null, null, null, null,
            null, null, null, null, null, null, null, null, null, null});
        for (int i = 3; i < 50; i++)
            rows.add(new Object[] {i, "p" + i % 5, i % 2 == 0, (byte) i,
                (short) i, i, (long) i << 40, i / 4f, i / 3.0,
                new BigDecimal(i).movePointLeft(i % 10), "v".repeat(i * 10),
                "c" + i, new Date(i * 86400000L * 200), new Time(i * 1000000L),
                Samples.timestamp(i * 1000000000L, i * 1000),
                new UUID(i, i), new byte[i]});
        return rows;
    }

    static boolean check(Cluster left, Cluster right, Args args)
        throws Exception {
        args.done();
        long rows = 0;
        long wrong = 0;
        try (Connection l = left.jdbc(); Connection r = right.jdbc();
            Statement ls = l.createStatement();
            Statement rs = r.createStatement();
            ResultSet a = ls.executeQuery(SELECT);
            ResultSet b = rs.executeQuery(SELECT)) {
            int n = a.getMetaData().getColumnCount();
            while (true) {
                boolean more = a.next();
                if (more != b.next()) {
                    System.out.println((more ? "left" : "right")
                        + " has more than " + rows + " rows");
                    wrong++;
                    break;
                }
                if (!more)
                    break;
                rows++;
                for (int i = 1; i <= n; i++) {
                    String d = Deep.difference(a.getObject(i), b.getObject(i));
                    if (d == null)
                        continue;
                    wrong++;
                    System.out.println("row " + a.getObject(1) + ", column "
                        + a.getMetaData().getColumnName(i) + d);
                }
            }
        }
        System.out.printf("rows %d, wrong %d%n", rows, wrong);
        return rows > 0 && wrong == 0;
    }
}
