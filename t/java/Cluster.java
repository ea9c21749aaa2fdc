import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Properties;
import org.apache.ignite.Ignition;
import org.apache.ignite.client.ClientException;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.client.SslMode;
import org.apache.ignite.configuration.ClientConfiguration;

/**
 * One side: its addresses and what it takes to be let in. An option counts for
 * every side, or with the side's name in front (--right-user) for that one.
 */
final class Cluster implements AutoCloseable {
    final String side;
    final String addresses;
    private final String user;
    private final String password;
    private final String tls;
    private IgniteClient client;
    private Object marshaller;
    private Method marshal;

    Cluster(String side, Args args) throws Exception {
        this.side = side;
        addresses = args.word("the address of the " + side + " cluster");
        user = option(args, "user");
        tls = option(args, "tls");
        String file = option(args, "password-file");
        password = file == null ? null
            : Files.readString(Path.of(file)).strip();
    }

    private String option(Args args, String name) {
        String own = args.option(side + "-" + name, null);
        String common = args.option(name, null);
        return own != null ? own : common;
    }

    IgniteClient client() {
        if (client == null) {
            ClientConfiguration cfg = new ClientConfiguration();
            cfg.setAddresses(addresses.split(","));
            cfg.setTimeout(60000);
            if (user != null) {
                cfg.setUserName(user);
                cfg.setUserPassword(password);
            }
            if (tls != null) {
                cfg.setSslMode(SslMode.REQUIRED);
                cfg.setSslClientCertificateKeyStorePath(tls + "/client.p12");
                cfg.setSslClientCertificateKeyStoreType("PKCS12");
                cfg.setSslClientCertificateKeyStorePassword("changeit");
                cfg.setSslTrustCertificateKeyStorePath(tls + "/trust.p12");
                cfg.setSslTrustCertificateKeyStoreType("PKCS12");
                cfg.setSslTrustCertificateKeyStorePassword("changeit");
            }
            client = Ignition.startClient(cfg);
        }
        return client;
    }

    Connection jdbc() throws Exception {
        Properties p = new Properties();
        if (user != null) {
            p.put("user", user);
            p.put("password", password);
        }
        if (tls != null) {
            p.put("ignite.jdbc.sslMode", "require");
            store(p, "sslClientCertificateKeyStore", tls + "/client.p12");
            store(p, "sslTrustCertificateKeyStore", tls + "/trust.p12");
        }
        String url = "jdbc:ignite:thin://" + addresses;
        return DriverManager.getConnection(url, p);
    }

    private static void store(Properties p, String which, String file) {
        p.put("ignite.jdbc." + which + "Url", file);
        p.put("ignite.jdbc." + which + "Type", "PKCS12");
        p.put("ignite.jdbc." + which + "Password", "changeit");
    }

    /** The bytes that stand for a value in the protocol, type code included. */
    byte[] bytes(Object value) {
        try {
            if (marshaller == null) {
                Field f = client().getClass().getDeclaredField("marsh");
                f.setAccessible(true);
                marshaller = f.get(client());
                marshal = marshaller.getClass()
                    .getDeclaredMethod("marshal", Object.class);
                marshal.setAccessible(true);
            }
            return (byte[]) marshal.invoke(marshaller, value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean hasCache(String name) throws ClientException {
        return client().cacheNames().contains(name);
    }

    @Override
    public void close() throws Exception {
        if (client != null)
            client.close();
    }
}
