import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.cache.affinity.AffinityKey;

/** Values of every type, each with a name; the same at every call. */
final class Samples {
    private Samples() {
    }

    static Timestamp timestamp(long ms, int nanos) {
        Timestamp t = new Timestamp(ms);
        t.setNanos(nanos);
        return t;
    }

    /** Values that stand alone. */
    static Map<String, Object> plain() {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("byte", (byte) -128);
        v.put("short", Short.MIN_VALUE);
        v.put("int", Integer.MIN_VALUE);
        v.put("long", Long.MAX_VALUE);
        v.put("float", -1.5f);
        v.put("float nan", Float.NaN);
        v.put("double", Double.MIN_VALUE);
        v.put("double minus zero", -0.0);
        v.put("char", '\u20ac');
        v.put("char nul", '\0');
        v.put("bool", true);
        v.put("bool false", false);
        strings(v);
        numbers(v);
        times(v);
        v.put("uuid", UUID.fromString("01234567-89ab-cdef-fedc-ba9876543210"));
        v.put("enum", Own.Color.BLUE);
        v.put("enum with body", Own.Shape.ROUND);
        v.put("class", String.class);
        arrays(v);
        collections(v);
        v.put("object", new Own.Inner("in", 1));
        return v;
    }

    private static void strings(Map<String, Object> v) {
        v.put("string", "plain");
        v.put("string empty", "");
        v.put("string emoji", "\ud83d\ude00\ud83c\udde9\ud83c\uddea");
        v.put("string nul", "a\0b");
        v.put("string umlauts", "\u00e4\u00f6\u00fc \u4f60\u597d");
        v.put("string long", "0123456789".repeat(30000));
    }

    private static void numbers(Map<String, Object> v) {
        for (String s : new String[] {"0", "0.00", "-0.000", "1", "-1", "127",
            "128", "-128", "-129", "255", "-256", "1E+3", "-1E-30", "1.10",
            "123456789012345678901234567890.1234567890", "-99999999999999999"})
            v.put("decimal " + s, new BigDecimal(s));
        v.put("biginteger", BigInteger.TWO.pow(200));
        v.put("biginteger negative", BigInteger.valueOf(-256));
    }

    private static void times(Map<String, Object> v) {
        v.put("date", new Date(1700000000123L));
        v.put("date before 1970", new Date(-62135596800001L));
        v.put("date far", new Date(Long.MAX_VALUE));
        v.put("timestamp", timestamp(1700000000123L, 123456789));
        v.put("timestamp before 1970", timestamp(-1500, 999999999));
        v.put("timestamp whole", new Timestamp(0));
        v.put("time", new Time(86399000));
        v.put("time negative", new Time(-1));
        v.put("sql date", new java.sql.Date(19000L * 86400000));
        v.put("local date", LocalDate.of(-1, 1, 1));
        v.put("local time", LocalTime.of(1, 2, 3, 4));
        v.put("local date time", LocalDateTime.of(2024, 2, 29, 1, 2, 3));
        v.put("instant", Instant.ofEpochSecond(1700000000L, 1));
        v.put("zoned", ZonedDateTime.parse("2024-03-31T02:30:00+02:00"));
        v.put("duration", Duration.ofSeconds(-1, 5));
    }

    private static void arrays(Map<String, Object> v) {
        v.put("byte[]", new byte[] {1, -1, 0});
        v.put("byte[] empty", new byte[0]);
        v.put("byte[] long", new byte[70000]);
        v.put("short[]", new short[] {1, -1});
        v.put("int[]", new int[] {1, -1});
        v.put("long[]", new long[] {1, -1});
        v.put("float[]", new float[] {1, Float.NaN});
        v.put("double[]", new double[] {1, -0.0});
        v.put("char[]", new char[] {'x', '\ud83d'});
        v.put("boolean[]", new boolean[] {true, false});
        v.put("boolean[] empty", new boolean[0]);
        v.put("String[]", new String[] {"", null, "s"});
        v.put("UUID[]", new UUID[] {new UUID(1, 2), null});
        v.put("Date[]", new Date[] {new Date(1), null});
        v.put("Timestamp[]", new Timestamp[] {null, timestamp(1, 7)});
        v.put("Time[]", new Time[] {new Time(1), null});
        v.put("BigDecimal[]", new BigDecimal[] {null, BigDecimal.ONE});
        v.put("Color[]", new Own.Color[] {Own.Color.RED, null});
        v.put("Integer[]", new Integer[] {1, null});
        v.put("Object[]", new Object[] {1, "a", null, 2L, 'c', Own.Color.RED,
            new Object[] {new Own.Inner("deep", 1), new int[] {1}}});
        v.put("Object[] empty", new Object[0]);
        v.put("Inner[]", new Own.Inner[] {new Own.Inner("x", 1), null});
        v.put("int[][]", new int[][] {{1}, {}, null});
        v.put("String[][]", new String[][] {{"a", null}, {}});
    }

    private static void collections(Map<String, Object> v) {
        List<Object> some = Arrays.asList(1, "two", 3L, null,
            new Own.Inner("four", 4), 5.5, '6', new UUID(7, 7));
        List<String> words = List.of("b", "a", "c");
        v.put("ArrayList", new ArrayList<>(some));
        v.put("ArrayList empty", new ArrayList<>());
        v.put("LinkedList", new LinkedList<>(some));
        v.put("HashSet", new HashSet<>(words));
        v.put("LinkedHashSet", new LinkedHashSet<>(words));
        v.put("TreeSet", new TreeSet<>(words));
        v.put("ArrayDeque as list", new ArrayList<>(new ArrayDeque<>(words)));
        v.put("singleton list", Collections.singletonList("s"));
        v.put("Arrays.asList", Arrays.asList("x", "y"));
        v.put("List.of", words);
        v.put("EnumSet", EnumSet.of(TimeUnit.DAYS));
        v.put("HashMap", new HashMap<>(Map.of("k", new Own.Inner("v", 1))));
        v.put("HashMap empty", new HashMap<>());
        Map<Object, Object> linked = new LinkedHashMap<>();
        linked.put(2L, null);
        linked.put("1", new ArrayList<>(words));
        linked.put(null, new HashMap<>(Map.of(1, 2)));
        linked.put(new Own.Inner("key", 3), Own.Color.BLUE);
        v.put("LinkedHashMap", linked);
        v.put("TreeMap", new TreeMap<>(Map.of(3, "c", 1, "a")));
        v.put("nested lists", new ArrayList<>(List.<Object>of(
            new ArrayList<>(List.of(new LinkedList<>(words))),
            new HashSet<>(words))));
    }

    /** Every plain value inside something. */
    static Map<String, Object> values() {
        Map<String, Object> all = new LinkedHashMap<>(plain());
        for (Map.Entry<String, Object> e : plain().entrySet()) {
            String name = e.getKey();
            Object v = e.getValue();
            all.put(name + ", field", new Own.Holder<>(v));
            all.put(name + ", element",
                new Object[] {v, null, v});
            all.put(name + ", in list", new ArrayList<>(List.of(v, 1, v)));
            all.put(name + ", in map", new HashMap<>(Map.of("it", v)));
            all.put(name + ", field of list", new Own.Holder<>(
                new LinkedList<>(List.of(new Own.Holder<>(v)))));
        }
        return all;
    }

    static Map<String, Object> objects() {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("no fields", new Own.Empty());
        v.put("everything", new Own.Everything());
        Own.Everything nulls = new Own.Everything();
        nulls.clear();
        v.put("everything null", nulls);
        v.put("inheritance", new Own.Child("of parent", "of child"));
        v.put("parent alone", new Own.Parent("just parent", 2));
        v.put("raw only", new Own.RawOnly(7, "raw", BigDecimal.TEN,
            new Own.Inner("raw inner", 1)));
        v.put("raw only, nulls", new Own.RawOnly(0, null, null, null));
        v.put("fields and raw", new Own.FieldsAndRaw("n", 1,
            new byte[] {1, 2}, new Own.Inner("behind", 3)));
        for (int kind = 0; kind < 3; kind++)
            v.put("varying " + kind, new Own.Varying(kind,
                kind == 1 ? "a" : null, kind == 2 ? 2L : null));
        v.put("nested", new Own.Holder<>(new Own.Holder<>(
            new Own.Holder<>(new Own.Empty()))));
        v.put("holder of null", new Own.Holder<>(null));
        knots(v);
        for (int n : new int[] {200, 254, 255, 256, 300, 65000, 65534, 65536,
            70000, 300000}) {
            v.put("wide " + n, new Own.FieldsAndRaw("x".repeat(n), n,
                new byte[0], null));
            v.put("wide holder " + n, new Own.Holder<>("y".repeat(n)));
        }
        return v;
    }

    private static void knots(Map<String, Object> v) {
        Own.Knot one = new Own.Knot("one");
        one.self = one;
        v.put("self", one);
        Own.Knot a = new Own.Knot("a");
        Own.Knot b = new Own.Knot("b");
        a.next = b;
        b.next = a;
        v.put("ring", a);
        Own.Knot c = new Own.Knot("c");
        Own.Knot shared = new Own.Knot("shared");
        c.next = shared;
        c.array = new Object[] {shared, c, shared};
        c.list.add(shared);
        c.list.add(c);
        c.map.put("again", shared);
        v.put("shared", c);
        List<Object> twice = new ArrayList<>();
        Own.Inner same = new Own.Inner("same", 1);
        twice.add(same);
        twice.add(same);
        v.put("list with the same twice", new Own.Holder<>(twice));
    }

    /**
     * Opaque to Ignite itself. Alone they do not even reach a cache: the
     * server would read them and has not got the classes.
     */
    static Map<String, Object> opaque() {
        Map<String, Object> v = new LinkedHashMap<>();
        v.put("Externalizable",
            new Own.Holder<>(new Own.Opaque("ext", 5)));
        v.put("writeObject",
            new Own.Holder<>(new Own.WriteObject("wo", 6)));
        v.put("own class", new Own.Holder<>(Own.Inner.class));
        v.put("EnumSet", new Own.Holder<>(EnumSet.of(Own.Color.RED)));
        return v;
    }

    static List<Object> keys() {
        List<Object> k = new ArrayList<>(List.<Object>of(
            (byte) 1, (short) 1, 1, 1L, 1.5f, 1.5, 'k', true, "key", "",
            "\ud83d\ude00", "k".repeat(1000), new UUID(1, 1), new Date(1),
            timestamp(1, 1), new Time(1), new java.sql.Date(1),
            new BigDecimal("1.0"), new BigDecimal("1.00"),
            BigInteger.TEN, LocalDate.of(2024, 1, 1), Own.Color.RED,
            Own.Shape.SQUARE));
        k.add(-1);
        k.add(Long.MIN_VALUE);
        k.add(new BigDecimal("-5E+7"));
        k.add(new Own.Empty());
        k.add(new Own.Inner("key", 1));
        for (int i = 0; i < 20; i++) {
            k.add(new Own.Key(i, "key " + i));
            k.add(new Own.CityKey(i, i % 3, new Own.Key(i, null)));
            k.add(new AffinityKey<>("a" + i, i % 4));
        }
        k.add(new Own.Key(1, "\u00fc".repeat(40000)));
        k.add(new Own.CityKey(-1, 0, null));
        return k;
    }
}
