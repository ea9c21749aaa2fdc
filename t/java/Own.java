import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Time;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.ignite.binary.BinaryObjectException;
import org.apache.ignite.binary.BinaryRawReader;
import org.apache.ignite.binary.BinaryRawWriter;
import org.apache.ignite.binary.BinaryReader;
import org.apache.ignite.binary.BinaryWriter;
import org.apache.ignite.binary.Binarylizable;
import org.apache.ignite.cache.affinity.AffinityKeyMapped;

/** Classes as users have them. Deep compares them field by field. */
@SuppressWarnings("unused")
public final class Own {
    private Own() {
    }

    public enum Color { RED, GREEN, BLUE }

    /** Constants with bodies are of classes of their own. */
    public enum Shape {
        ROUND {
            @Override
            double area() {
                return 3.14;
            }
        },
        SQUARE {
            @Override
            double area() {
                return 1;
            }
        };

        abstract double area();
    }

    public static class Empty implements Serializable {
        @Override
        public int hashCode() {
            return 1;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Empty;
        }
    }

    /** Every field type that has a code of its own. */
    public static class Everything implements Serializable {
        boolean bool = true;
        byte b = -1;
        short s = -2;
        int i = -3;
        long l = Long.MIN_VALUE;
        float f = 1.5f;
        double d = -0.0;
        char c = '\u20ac';
        Boolean boolBox = false;
        Byte byteBox = 1;
        Short shortBox = 2;
        Integer intBox = 3;
        Long longBox = 4L;
        Float floatBox = Float.NaN;
        Double doubleBox = Double.NEGATIVE_INFINITY;
        Character charBox = '\0';
        String string = "\ud83d\ude00 a\0b \u00e9";
        UUID uuid = new UUID(1, -1);
        Date date = new Date(-1);
        Timestamp timestamp = Samples.timestamp(1234567890123L, 456789);
        Time time = new Time(3600000);
        java.sql.Date sqlDate = new java.sql.Date(86400000);
        BigDecimal decimal = new BigDecimal("-12345678901234567890.0100");
        BigInteger integer = BigInteger.ONE.shiftLeft(100).negate();
        LocalDate localDate = LocalDate.of(2024, 2, 29);
        LocalTime localTime = LocalTime.of(23, 59, 59, 999999999);
        LocalDateTime localDateTime = LocalDateTime.of(1969, 12, 31, 23, 59);
        Instant instant = Instant.ofEpochSecond(-1, 1);
        Color color = Color.GREEN;
        Shape shape = Shape.SQUARE;
        Class<?> type = String.class;
        boolean[] bools = {true, false};
        byte[] bytes = {0, -1, 127};
        short[] shorts = {Short.MAX_VALUE};
        int[] ints = {};
        long[] longs = {Long.MAX_VALUE, 0};
        float[] floats = {Float.MIN_VALUE};
        double[] doubles = {Double.NaN, 0.1};
        char[] chars = {'a', '\uffff'};
        String[] strings = {"x", null, ""};
        UUID[] uuids = {null, new UUID(0, 0)};
        Date[] dates = {new Date(0), null};
        Timestamp[] timestamps = {Samples.timestamp(1, 1), null};
        Time[] times = {new Time(0), null};
        BigDecimal[] decimals = {BigDecimal.TEN, null, new BigDecimal("1E+9")};
        Color[] colors = {Color.BLUE, null, Color.RED};
        Object[] objects = {1, "two", 3L, null, new Empty()};
        int[][] matrix = {{1, 2}, {}, null};
        Inner inner = new Inner("inside", 7);
        Inner[] inners = {new Inner("a", 1), null, new Inner("b", 2)};
        Object hidden = new Inner("as Object", 8);
        List<Inner> list = new ArrayList<>(List.of(new Inner("l", 9)));
        Collection<String> asList = Arrays.asList("p", "q");
        Map<String, Inner> map = new HashMap<>(Map.of("k", new Inner("m", 1)));
        transient int notWritten;

        void clear() {
            boolBox = null;
            byteBox = null;
            shortBox = null;
            intBox = null;
            longBox = null;
            floatBox = null;
            doubleBox = null;
            charBox = null;
            string = null;
            uuid = null;
            date = null;
            timestamp = null;
            time = null;
            sqlDate = null;
            decimal = null;
            integer = null;
            localDate = null;
            localTime = null;
            localDateTime = null;
            instant = null;
            color = null;
            shape = null;
            type = null;
            bools = null;
            bytes = null;
            shorts = null;
            ints = null;
            longs = null;
            floats = null;
            doubles = null;
            chars = null;
            strings = null;
            uuids = null;
            dates = null;
            timestamps = null;
            times = null;
            decimals = null;
            colors = null;
            objects = null;
            matrix = null;
            inner = null;
            inners = null;
            hidden = null;
            list = null;
            asList = null;
            map = null;
        }
    }

    public static class Inner implements Serializable {
        private final String name;
        private final int n;

        Inner(String name, int n) {
            this.name = name;
            this.n = n;
        }

        @Override
        public int hashCode() {
            return n;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Inner && ((Inner) o).n == n
                && ((Inner) o).name.equals(name);
        }
    }

    /** A field of any type at all. */
    public static class Holder<T> implements Serializable {
        T it;
        int after = 42;

        Holder(T it) {
            this.it = it;
        }
    }

    public static class Parent implements Serializable {
        private String name;
        private int version;
        protected long shared = 5;

        Parent(String name, int version) {
            this.name = name;
            this.version = version;
        }
    }

    /** Its field of the same name makes both be written with their class. */
    public static class Child extends Parent {
        private String name;
        private Color color = Color.RED;

        Child(String parent, String child) {
            super(parent, 1);
            name = child;
        }
    }

    /** Knows itself and its neighbours: handles, forwards and backwards. */
    public static class Knot implements Serializable {
        String name;
        Knot self;
        Knot next;
        Object[] array;
        List<Knot> list = new ArrayList<>();
        Map<String, Knot> map = new HashMap<>();

        Knot(String name) {
            this.name = name;
        }
    }

    public static class RawOnly implements Binarylizable {
        int i;
        String s;
        BigDecimal d;
        Inner inner;

        RawOnly() {
        }

        RawOnly(int i, String s, BigDecimal d, Inner inner) {
            this.i = i;
            this.s = s;
            this.d = d;
            this.inner = inner;
        }

        @Override
        public void writeBinary(BinaryWriter w) throws BinaryObjectException {
            BinaryRawWriter raw = w.rawWriter();
            raw.writeInt(i);
            raw.writeString(s);
            raw.writeDecimal(d);
            raw.writeObject(inner);
        }

        @Override
        public void readBinary(BinaryReader r) throws BinaryObjectException {
            BinaryRawReader raw = r.rawReader();
            i = raw.readInt();
            s = raw.readString();
            d = raw.readDecimal();
            inner = raw.readObject();
        }
    }

    /** Named fields first, raw ones behind them. */
    public static class FieldsAndRaw implements Binarylizable {
        String name;
        long n;
        byte[] raw;
        Object object;

        FieldsAndRaw() {
        }

        FieldsAndRaw(String name, long n, byte[] raw, Object object) {
            this.name = name;
            this.n = n;
            this.raw = raw;
            this.object = object;
        }

        @Override
        public void writeBinary(BinaryWriter w) throws BinaryObjectException {
            w.writeString("name", name);
            w.writeLong("n", n);
            BinaryRawWriter rest = w.rawWriter();
            rest.writeByteArray(raw);
            rest.writeObject(object);
        }

        @Override
        public void readBinary(BinaryReader r) throws BinaryObjectException {
            name = r.readString("name");
            n = r.readLong("n");
            BinaryRawReader rest = r.rawReader();
            raw = rest.readByteArray();
            object = rest.readObject();
        }
    }

    /** Two objects of one type with different fields: two schemas. */
    public static class Varying implements Binarylizable {
        int kind;
        String a;
        Long b;

        Varying() {
        }

        Varying(int kind, String a, Long b) {
            this.kind = kind;
            this.a = a;
            this.b = b;
        }

        @Override
        public void writeBinary(BinaryWriter w) throws BinaryObjectException {
            if (kind == 2)
                w.writeLong("b", b);
            w.writeInt("kind", kind);
            if (kind == 1)
                w.writeString("a", a);
        }

        @Override
        public void readBinary(BinaryReader r) throws BinaryObjectException {
            kind = r.readInt("kind");
            if (kind == 1)
                a = r.readString("a");
            if (kind == 2)
                b = r.readLong("b");
        }
    }

    /** Written by its own methods: one opaque piece for Ignite. */
    public static class Opaque implements Externalizable {
        String s;
        int i;

        public Opaque() {
        }

        Opaque(String s, int i) {
            this.s = s;
            this.i = i;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeUTF(s);
            out.writeInt(i);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            s = in.readUTF();
            i = in.readInt();
        }
    }

    public static class WriteObject implements Serializable {
        private transient String s;
        private int i;

        WriteObject(String s, int i) {
            this.s = s;
            this.i = i;
        }

        private void writeObject(ObjectOutputStream out) throws IOException {
            out.defaultWriteObject();
            out.writeUTF(s);
        }

        private void readObject(ObjectInputStream in)
            throws IOException, ClassNotFoundException {
            in.defaultReadObject();
            s = in.readUTF();
        }
    }

    public static class Key implements Serializable {
        private final int id;
        private final String name;

        Key(int id, String name) {
            this.id = id;
            this.name = name;
        }

        @Override
        public int hashCode() {
            return id;
        }

        @Override
        public boolean equals(Object o) {
            return Deep.difference(this, o) == null;
        }
    }

    /** Kept together by city, not by the whole key. */
    public static class CityKey implements Serializable {
        private final long id;
        @AffinityKeyMapped
        private final int city;
        private final Key more;

        CityKey(long id, int city, Key more) {
            this.id = id;
            this.city = city;
            this.more = more;
        }

        @Override
        public int hashCode() {
            return (int) id;
        }

        @Override
        public boolean equals(Object o) {
            return Deep.difference(this, o) == null;
        }
    }
}
