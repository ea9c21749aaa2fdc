import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.ignite.binary.BinaryObject;

/** Do two values say the same, however they were written? */
final class Same {
    private Same() {
    }

    static boolean values(Object a, Object b) {
        if (a == null || b == null)
            return a == b;
        if (a instanceof BinaryObject && b instanceof BinaryObject)
            return objects((BinaryObject) a, (BinaryObject) b);
        if (a.getClass() != b.getClass())
            return false;
        if (a.getClass().isArray())
            return arrays(a, b);
        if (a instanceof Map)
            return maps((Map<?, ?>) a, (Map<?, ?>) b);
        if (a instanceof Collection)
            return lists((Collection<?>) a, (Collection<?>) b);
        return a.equals(b);
    }

    /** A field that was not written is null; its place does not matter. */
    private static boolean objects(BinaryObject a, BinaryObject b) {
        if (a.type().typeId() != b.type().typeId())
            return false;
        if (a.type().isEnum())
            return a.enumOrdinal() == b.enumOrdinal();
        Set<String> names = new LinkedHashSet<>(a.type().fieldNames());
        names.addAll(b.type().fieldNames());
        /* Without fields there are only bytes, and those differ. */
        if (names.isEmpty())
            return false;
        for (String n : names)
            if (!values((Object) a.field(n), (Object) b.field(n)))
                return false;
        return true;
    }

    private static boolean arrays(Object a, Object b) {
        int n = Array.getLength(a);
        if (n != Array.getLength(b))
            return false;
        for (int i = 0; i < n; i++)
            if (!values(Array.get(a, i), Array.get(b, i)))
                return false;
        return true;
    }

    private static boolean lists(Collection<?> a, Collection<?> b) {
        Iterator<?> j = b.iterator();
        if (a.size() != b.size())
            return false;
        for (Object x : a)
            if (!values(x, j.next()))
                return false;
        return true;
    }

    private static boolean maps(Map<?, ?> a, Map<?, ?> b) {
        Iterator<? extends Map.Entry<?, ?>> j = b.entrySet().iterator();
        if (a.size() != b.size())
            return false;
        for (Map.Entry<?, ?> x : a.entrySet()) {
            Map.Entry<?, ?> y = j.next();
            if (!values(x.getKey(), y.getKey())
                || !values(x.getValue(), y.getValue()))
                return false;
        }
        return true;
    }
}
