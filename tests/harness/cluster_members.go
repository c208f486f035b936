package harness

import (
	"fmt"
	"path/filepath"
)

// member is a process of a cluster.
type member struct {
	name      string
	main      string // its class
	jvm, args []string
	port      int
	proxy     *Proxy   // in front of a segment store, or nil
	process   *process // nil while it does not run
}

// published is the port at which others find it.
func (m *member) published() int {
	if m.proxy != nil {
		return m.proxy.port
	}
	return m.port
}

// How many there are of each. Entries are stored on two bookies, so that one of
// the three may be missing.
const (
	bookies       = 3
	controllers   = 2
	segmentStores = 2
)

const (
	zookeeperMain    = "org.apache.zookeeper.server.quorum.QuorumPeerMain"
	bookieMain       = "org.apache.bookkeeper.server.Main"
	controllerMain   = "io.pravega.controller.server.Main"
	segmentStoreMain = "io.pravega.segmentstore.server.host.ServiceStarter"
)

const (
	clusterName = "pravega-cluster"
	ledgersPath = "/pravega/" + clusterName + "/bookkeeper/ledgers"

	// sessionMillis after its last sign of life a segment store is taken for
	// dead. Servers have 10 s by default; tests shall not take that long. Controllers
	// keep the default: they end themselves when a machine is so busy that they give
	// no sign of life, and clients do not wait for their takeover.
	sessionMillis = 2000
)

// newMembers makes the members of a cluster with free ports, and their settings.
// The first controller has the given port, if it is not 0, and each segment store
// its proxy, if there are any.
func newMembers(j java, controllerPort int, proxies []*Proxy) ([]*member, error) {
	ports, err := freePorts(1 + bookies + 2*controllers + segmentStores)
	if err != nil {
		return nil, err
	}
	next := func() (port int) {
		port, ports = ports[0], ports[1:]
		return port
	}

	zookeeper, err := newZooKeeper(j, next())
	if err != nil {
		return nil, err
	}
	members := []*member{zookeeper}
	ensemble := fmt.Sprintf("127.0.0.1:%d", zookeeper.port)
	for i := range bookies {
		bookie, err := newBookie(j, fmt.Sprint("bookie-", i+1), ensemble, next())
		if err != nil {
			return nil, err
		}
		members = append(members, bookie)
	}
	var controllerPorts []int
	for range controllers {
		controllerPorts = append(controllerPorts, next())
	}
	if controllerPort != 0 {
		controllerPorts[0] = controllerPort
	}
	for i := range segmentStores {
		m := &member{name: fmt.Sprint("segmentstore-", i+1), main: segmentStoreMain, port: next()}
		if proxies != nil {
			m.proxy = proxies[i]
		}
		store, err := newSegmentStore(j, m, ensemble, controllerURI(controllerPorts))
		if err != nil {
			return nil, err
		}
		members = append(members, store)
	}
	for i, port := range controllerPorts {
		members = append(members, newController(fmt.Sprint("controller-", i+1), ensemble, port, next()))
	}
	return members, nil
}

// freePorts finds n different ones.
func freePorts(n int) ([]int, error) {
	var ports []int
	taken := make(map[int]bool)
	for len(ports) < n {
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		if !taken[port] {
			taken[port] = true
			ports = append(ports, port)
		}
	}
	return ports, nil
}

func newZooKeeper(j java, port int) (*member, error) {
	const name = "zookeeper"
	// Sessions have at least two ticks. The folder of the data is made by ZooKeeper.
	file, err := j.file(name+".cfg", fmt.Sprintf(`tickTime=%d
dataDir=%s
clientPort=%d
clientPortAddress=127.0.0.1
maxClientCnxns=0
admin.enableServer=false
`, sessionMillis/4, dataDir(j, name), port))
	return &member{
		name: name, main: zookeeperMain, args: []string{file}, port: port,
		jvm: []string{"-Xmx256m", "-Dzookeeper.jmx.log4j.disable=true"},
	}, err
}

func newBookie(j java, name, ensemble string, port int) (*member, error) {
	data := dataDir(j, name)
	file, err := j.file(name+".conf", fmt.Sprintf(`bookiePort=%d
listeningInterface=lo
allowLoopback=true
advertisedAddress=127.0.0.1
metadataServiceUri=zk://%s%s
zkTimeout=10000
journalDirectories=%s/journal
ledgerDirectories=%s/ledgers
indexDirectories=%s/ledgers
journalMaxSizeMB=64
journalPreAllocSizeMB=4
journalMaxBackups=1
logSizeLimit=67108864
skipListSizeLimit=16777216
autoRecoveryDaemonEnabled=false
httpServerEnabled=false
enableStatistics=false
`, port, ensemble, ledgersPath, data, data, data))
	return &member{
		name: name, main: bookieMain, args: []string{"--conf", file}, port: port,
		jvm: []string{"-Xmx256m", "-XX:MaxDirectMemorySize=256m"},
	}, err
}

func newSegmentStore(j java, m *member, ensemble, controllerURI string) (*member, error) {
	file, err := j.file(m.name+".properties", "") // asked for, even if all is said on the command line
	m.jvm = []string{
		"-Xmx640m", "-XX:MaxDirectMemorySize=640m",
		"-Dpravegaservice.cache.size.max=268435456",
		"-Dpravega.configurationFile=" + file,
		"-Dpravegaservice.clusterName=" + clusterName,
		fmt.Sprintf("-Dpravegaservice.container.count=%d", containers),
		fmt.Sprintf("-Dpravegaservice.container.parallelStarts=%d", containers),
		"-Dpravegaservice.service.listener.host.nameOrIp=127.0.0.1",
		fmt.Sprintf("-Dpravegaservice.service.listener.port=%d", m.port),
		"-Dpravegaservice.service.published.host.nameOrIp=127.0.0.1",
		fmt.Sprintf("-Dpravegaservice.service.published.port=%d", m.published()),
		"-Dpravegaservice.rest.listener.enable=false",
		"-Dpravegaservice.zk.connect.uri=" + ensemble,
		fmt.Sprintf("-Dpravegaservice.zk.connect.sessionTimeout.milliseconds=%d", sessionMillis),
		"-Dpravegaservice.zk.connect.retries.interval.milliseconds=1000",
		"-Dpravegaservice.dataLog.impl.name=BOOKKEEPER",
		"-Dbookkeeper.zk.connect.uri=" + ensemble,
		"-Dbookkeeper.ledger.path=" + ledgersPath,
		"-Dbookkeeper.ensemble.size=2",
		"-Dbookkeeper.write.quorum.size=2",
		"-Dbookkeeper.ack.quorum.size=2",
		"-Dpravegaservice.storage.impl.name=FILESYSTEM",
		"-Dpravegaservice.storage.layout=CHUNKED_STORAGE",
		"-Dfilesystem.root=" + dataDir(j, "tier2"), // of all stores: who takes a container over needs it
		"-Dpravegaservice.threadPool.core.size=20",
		"-Dpravegaservice.threadPool.storage.size=20",
		"-DautoScale.controller.connect.uri=" + controllerURI,
		"-Dmetrics.statistics.enable=false",
	}
	return m, err
}

// newController takes a port for REST too, which cannot be turned off.
func newController(name, ensemble string, port, restPort int) *member {
	return &member{
		name: name, main: controllerMain, port: port,
		jvm: []string{
			"-Xmx512m",
			"-Dcontroller.zk.connect.uri=" + ensemble,
			"-Dcontroller.zk.connect.retries.interval.milliseconds=1000",
			"-Dcontroller.cluster.name=" + clusterName,
			fmt.Sprintf("-Dcontroller.container.count=%d", containers),
			"-Dcontroller.rebalance.interval.seconds.min=1", // the least there is
			fmt.Sprintf("-Dcontroller.service.rpc.listener.port=%d", port),
			"-Dcontroller.service.rpc.published.host.nameOrIp=127.0.0.1",
			fmt.Sprintf("-Dcontroller.service.rpc.published.port=%d", port),
			"-Dcontroller.service.rest.listener.host.ip=127.0.0.1",
			fmt.Sprintf("-Dcontroller.service.rest.listener.port=%d", restPort),
			"-Dcontroller.service.asyncTaskPool.size=20",
			"-Dcontroller.watermarking.bucket.count=4",
			"-Dcontroller.metrics.statistics.enable=false",
		},
	}
}

// dataDir is where a member stores its data.
func dataDir(j java, name string) string { return filepath.Join(j.dir, "tmp", name) }
