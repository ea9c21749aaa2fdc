import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;

/**
 * Runs another program's main for as long as a directory exists. A test that
 * was killed leaves services behind; when its directory is removed they go too.
 *
 *   java Guard DIRECTORY CLASS [ARGUMENT...]
 */
public final class Guard {
    private Guard() {
    }

    public static void main(String[] args) throws Exception {
        File dir = new File(args[0]);
        Thread watch = new Thread(() -> {
            while (dir.isDirectory()) {
                try {
                    Thread.sleep(1000);
                } catch (InterruptedException e) {
                    return;
                }
            }
            Runtime.getRuntime().halt(1);
        }, "guard");
        watch.setDaemon(true);
        watch.start();

        Method main = Class.forName(args[1]).getMethod("main", String[].class);
        try {
            main.invoke(null,
                (Object) Arrays.copyOfRange(args, 2, args.length));
        } catch (InvocationTargetException e) {
            e.getCause().printStackTrace();
            /* Threads of a server that only half started would stay. */
            Runtime.getRuntime().halt(1);
        }
    }
}
