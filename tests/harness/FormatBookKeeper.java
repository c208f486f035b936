import org.apache.bookkeeper.client.BookKeeperAdmin;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;
import org.apache.zookeeper.CreateMode;

/** Makes the metadata of a new BookKeeper cluster: java FormatBookKeeper.java ZOOKEEPER PATH. */
class FormatBookKeeper {
    public static void main(String[] args) throws Exception {
        String path = args[1];
        try (CuratorFramework zookeeper = CuratorFrameworkFactory.newClient(args[0], new RetryNTimes(60, 1000))) {
            zookeeper.start();
            // BookKeeper makes the last node itself, but none of those above it.
            zookeeper.create().creatingParentsIfNeeded().withMode(CreateMode.PERSISTENT)
                    .forPath(path.substring(0, path.lastIndexOf('/')));
        }
        ServerConfiguration settings = new ServerConfiguration();
        settings.setMetadataServiceUri("zk://" + args[0] + path);
        if (!BookKeeperAdmin.initNewCluster(settings)) {
            throw new IllegalStateException("BookKeeper did not make its metadata in " + path);
        }
    }
}
