import java.util.Arrays;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.ClientConnectorConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.ssl.SslContextFactory;

/**
 * One server node on the loopback interface, configured by system properties
 * (t/services sets them):
 *
 *   node.name       instance name and consistent id
 *   node.work       work directory, absolute
 *   node.discovery, node.communication, node.thin      ports
 *   node.seeds      discovery addresses of the whole cluster
 *   node.count      servers to wait for before an inactive cluster is activated
 *   node.region     size of the data region, MiB
 *   node.persistent, node.auth, node.tls, node.mtls    true or absent
 *   node.keystore, node.truststore, node.storepass     for TLS
 *
 * Prints READY and the cluster's state when clients may come.
 */
public final class IgniteNode {
    private IgniteNode() {
    }

    public static void main(String[] args) throws Exception {
        boolean persistent = flag("persistent") || flag("auth");

        IgniteConfiguration cfg = new IgniteConfiguration();
        cfg.setIgniteInstanceName(text("name"));
        cfg.setConsistentId(text("name"));
        cfg.setWorkDirectory(text("work"));
        cfg.setLocalHost("127.0.0.1");
        cfg.setMetricsLogFrequency(0);
        cfg.setConnectorConfiguration(null);
        cfg.setAuthenticationEnabled(flag("auth"));
        cfg.setDiscoverySpi(discovery());
        cfg.setCommunicationSpi(communication());
        cfg.setClientConnectorConfiguration(thin());
        cfg.setDataStorageConfiguration(storage(persistent));

        Ignite ignite = Ignition.start(cfg);
        if (ignite.cluster().state() != ClusterState.ACTIVE)
            activate(ignite);
        System.out.println("READY " + ignite.cluster().state());
    }

    private static TcpDiscoverySpi discovery() {
        TcpDiscoveryVmIpFinder seeds = new TcpDiscoveryVmIpFinder();
        seeds.setAddresses(Arrays.asList(text("seeds").split(",")));
        TcpDiscoverySpi spi = new TcpDiscoverySpi();
        spi.setLocalPort(number("discovery"));
        spi.setLocalPortRange(0);
        spi.setIpFinder(seeds);
        return spi;
    }

    private static TcpCommunicationSpi communication() {
        TcpCommunicationSpi spi = new TcpCommunicationSpi();
        spi.setLocalPort(number("communication"));
        spi.setLocalPortRange(0);
        return spi;
    }

    private static ClientConnectorConfiguration thin() {
        ClientConnectorConfiguration c = new ClientConnectorConfiguration();
        c.setHost("127.0.0.1");
        c.setPort(number("thin"));
        c.setPortRange(0);
        if (flag("tls")) {
            char[] password = text("storepass").toCharArray();
            SslContextFactory tls = new SslContextFactory();
            tls.setKeyStoreType("PKCS12");
            tls.setKeyStoreFilePath(text("keystore"));
            tls.setKeyStorePassword(password);
            tls.setTrustStoreType("PKCS12");
            tls.setTrustStoreFilePath(text("truststore"));
            tls.setTrustStorePassword(password);
            c.setUseIgniteSslContextFactory(false);
            c.setSslContextFactory(tls);
            c.setSslEnabled(true);
            c.setSslClientAuth(flag("mtls"));
        }
        return c;
    }

    private static DataStorageConfiguration storage(boolean persistent) {
        DataRegionConfiguration region = new DataRegionConfiguration();
        region.setName("default");
        region.setInitialSize(Math.min(64L, number("region")) << 20);
        region.setMaxSize((long) number("region") << 20);
        region.setPersistenceEnabled(persistent);
        DataStorageConfiguration storage = new DataStorageConfiguration();
        storage.setDefaultDataRegionConfiguration(region);
        // A segment must hold a value of 16 MiB; few keep the disk small.
        storage.setWalSegmentSize(24 << 20);
        storage.setWalSegments(3);
        return storage;
    }

    /** The servers present at the first activation own the data for good. */
    private static void activate(Ignite ignite) throws InterruptedException {
        int count = number("count");
        while (ignite.cluster().forServers().nodes().size() < count)
            Thread.sleep(50);
        ignite.cluster().state(ClusterState.ACTIVE);
    }

    private static String text(String name) {
        return System.getProperty("node." + name);
    }

    private static int number(String name) {
        return Integer.getInteger("node." + name);
    }

    private static boolean flag(String name) {
        return Boolean.getBoolean("node." + name);
    }
}
